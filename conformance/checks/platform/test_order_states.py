"""The states an order goes through once it is placed: forward only, and to REFUND for good once money goes back."""

from collections.abc import Callable
from itertools import islice
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.stages import Kind, Stage, facts, kinds, shows, stages, wait
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies.cases import Order, Refund

GROUP = "payments"

_HOUR, _DAY = 3600, 86_400
_REFUNDS: tuple[tuple[int, Literal["out_trade_no", "transaction_id", "both"]], ...] = (
    (1, "out_trade_no"),
    (99, "transaction_id"),
    (100, "both"),
)
"""Refunds of an order of 100 fen, in part and in full, and how they name it."""
_OUTCOMES: tuple[Literal["SUCCESS", "CLOSED", "ABNORMAL"], ...] = ("SUCCESS", "CLOSED", "ABNORMAL")
_SUCCESSORS = {"NOTPAY": ("SUCCESS", "REFUND", "CLOSED"), "SUCCESS": ("REFUND",)}
_ACTS: dict[str, Callable[[Platform, Order], object]] = {
    "fail": lambda platform, order: platform.fail(order),
    "cancel": lambda platform, order: platform.cancel(order),
    "order again": lambda platform, order: platform.place(order),
    "order for another amount": lambda platform, order: platform.place(order.but(amount={"total": 101, "currency": "CNY"})),
    "close": lambda platform, order: platform.close(order),
    "pay": lambda platform, order: platform.pay(order),
    "wait an hour": lambda platform, _order: platform.advance(_HOUR),
    "wait eight days": lambda platform, _order: platform.advance(8 * _DAY),
    "refund too much": lambda platform, order: platform.refund(Refund(order, order.total + 1)),
    "refund a part": lambda platform, order: _refund(platform, order, 1, "SUCCESS"),
    "have a refund closed": lambda platform, order: _refund(platform, order, 1, "CLOSED"),
    "refund all": lambda platform, order: _refund(platform, order, order.total, "SUCCESS"),
}
"""What may be done to an order of 100 fen; whether it succeeds is not the question."""


@judges("v3.transaction.refund-turns-the-order-to-refund")
def test_shows_refund_once_a_refund_was_accepted(platform: Platform) -> None:
    """From the first fen on, REFUND, with the payment members and the ordered total as before; a refused refund changes nothing."""
    platform.needs("payer", "settle")

    def attempt(stage: Stage) -> None:
        for part, by in _REFUNDS:
            order = stage.order(platform)
            paid = platform.query(order).is_accepted().has("trade_state", "SUCCESS")
            platform.refund(Refund(order, order.total + 1)).is_refused(because="More than was paid is not refunded.")
            platform.query(order).is_accepted().has("trade_state", "SUCCESS", because="A refund that was refused changes nothing.")
            refund = Refund(order, part, by=by)
            platform.refund(refund, transaction_id=paid["transaction_id"]).is_accepted()
            _is_refunded(platform.query(order), paid)
            _is_refunded(platform.query_by_id(order, paid["transaction_id"]), paid)
            platform.settle(refund)
            _is_refunded(platform.query(order), paid)

    try_all(platform, (*stages(platform, ("paid",)), *stages(platform, ("paid",), "codepay")), attempt)


def _is_refunded(answer: Answer, paid: Answer) -> None:
    answer.is_accepted().has("trade_state", "REFUND", because="A refund of the order was accepted.")
    expected = {**facts(paid), "trade_state": "REFUND"}
    changed = sorted(name for name in {**expected, **facts(answer)} if expected.get(name) != facts(answer).get(name))
    if changed:
        raise Violation(f"A refund changed {changed[0]} of the order.", expected=paid.described, got=answer.described)


@judges("v3.transaction.refunded-order-never-returns-to-success")
def test_a_refunded_order_stays_refunded(platform: Platform) -> None:
    """Refunds that settle, are closed, become abnormal, are followed by more, or by refused ones, leave the order in REFUND."""
    platform.needs("payer", "settle")

    def attempt(kind: Kind) -> None:
        for part in (1, 50):
            order = kind.order()
            platform.must_pay(order)
            for outcome in _OUTCOMES:
                # A refund of what is no longer there is refused, which must not matter either.
                _refund(platform, order, part, outcome)
                _stays_refunded(platform, order, f"a refund of {part} fen was asked for, to become {outcome}")
                wait(platform, _HOUR)
                _stays_refunded(platform, order, "an hour passed")
            platform.refund(Refund(order, order.total + 1)).is_refused()
            _stays_refunded(platform, order, "a refund was refused")

    try_all(platform, (*kinds(platform), *kinds(platform, "codepay")), attempt)


@judges("v3.transaction.refunded-order-never-returns-to-success")
def test_an_order_whose_only_refund_came_to_nothing_stays_refunded(platform: Platform) -> None:
    """Even when the only refund of an order is closed, or abnormal and paid out another way, the order is not SUCCESS again."""
    platform.needs("payer", "settle")

    def attempt(kind: Kind) -> None:
        for outcome in _OUTCOMES:
            order = kind.order()
            platform.must_pay(order)
            refund = Refund(order, order.total)
            refund_id = str(platform.refund(refund).is_accepted()["refund_id"])
            platform.settle(refund, outcome)
            _stays_refunded(platform, order, f"its only refund became {outcome}")
            platform.refund(refund)
            _stays_refunded(platform, order, "its refund was asked for again")
            platform.apply_abnormal(refund, refund_id, {"type": "MERCHANT_BANK_CARD"})
            platform.settle(refund)
            _stays_refunded(platform, order, "its refund was paid out another way")
            wait(platform, _DAY)
            _stays_refunded(platform, order, "a day passed")

    try_all(platform, (*kinds(platform), *kinds(platform, "codepay")), attempt)


@judges("v3.transaction.state-never-goes-back")
def test_nothing_leads_back(platform: Platform) -> None:
    """Whatever is done to an order in any state, one thing after the other, no query shows a state the order has left."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(stage: Stage) -> None:
        order = stage.order(platform)
        state = _moved_on(platform, order, None, "it was placed", by_both=False)
        # A paid order is in REFUND when the list is through; what came before that is then tried once more.
        for name, act in (*_ACTS.items(), *islice(_ACTS.items(), 6)):
            act(platform, order)
            state = _moved_on(platform, order, state, name, by_both=False)

    try_all(platform, stages(platform, ("paid", "closed")), attempt)


@judges("v3.transaction.state-never-goes-back")
@given(position=st.integers(0, 7), names=st.lists(st.sampled_from(sorted(_ACTS)), min_size=2, max_size=8))
def test_no_sequence_leads_back(platform: Platform, position: int, names: list[str]) -> None:
    """Over any sequence of attempts, payments, closes, refunds and waiting, no query shows a state the order has left."""
    platform.needs("payer", "settle", "time-travel")
    choice = kinds(platform)
    order = choice[position % len(choice)].order()
    platform.place(order).is_accepted()
    state = _moved_on(platform, order, None, "it was placed")
    for name in names:
        _ACTS[name](platform, order)
        state = _moved_on(platform, order, state, name)


def _moved_on(platform: Platform, order: Order, state: str | None, after: str, *, by_both: bool = True) -> str:
    """Query, *by_both* numbers where there are two, and demand that the order is in *state* or has moved on from it."""
    first = platform.query(order).is_accepted(because="The order exists.")
    known = first.get("transaction_id") if by_both else None
    for answer in (first, platform.query_by_id(order, str(known)).is_accepted()) if known else (first,):
        shown = str(answer["trade_state"])
        if state is not None and shown != state and shown not in _SUCCESSORS.get(state, ()):
            raise Violation(f"The order went back from {state} to {shown} when: {after}.", expected=state, got=answer.described)
        state = shown
    return str(state)


def _stays_refunded(platform: Platform, order: Order, after: str) -> None:
    shows(platform, order, "REFUND", because=f"The order is in REFUND no more after {after}.")


def _refund(platform: Platform, order: Order, amount: int, outcome: Literal["SUCCESS", "CLOSED", "ABNORMAL"]) -> None:
    refund = Refund(order, amount)
    if platform.refund(refund).accepted:
        platform.settle(refund, outcome)
