"""Which orders can be refunded, and the life of a refund from its application to its end."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.refunding import (
    A_MINUTE,
    MERCHANT_CARD,
    apply,
    every_kind,
    paid,
    refused,
    settle,
    show,
    suited,
    take_the_rest,
)
from conformance.checks.platform.stages import HALF_AN_HOUR, Kind, shows
from conformance.targets.answer import Answer
from conformance.targets.inbox import Inbox
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.machines.order import SEVEN_DAYS
from reference.machines.refund import ORDER_NOT_PAID
from reference.rules import judges
from strategies import refunds
from strategies.cases import Order, Refund
from strategies.refunds import NAMINGS, Outcome

GROUP = "refunds"

_UNKNOWN_TRANSACTIONS = ("4200000000201001010000000000", "1008450740201411110005820873")
_YEARS = 400 * 86_400


@judges("v3.refund.refuses-an-unknown-order")
def test_refuses_to_refund_an_order_that_does_not_exist(platform: Platform) -> None:
    """A number under which nothing was ordered, and an invented transaction_id, are refused and leave no refund; once paid they work."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        bystander, order = paid(platform, kind), kind.order()
        refused(platform, Refund(order, 100), ORDER_NOT_PAID, because="There is no order under this out_trade_no.")
        for transaction_id in _UNKNOWN_TRANSACTIONS:
            invented = Refund(order, 100, by="transaction_id")
            refused(platform, invented, ORDER_NOT_PAID, transaction_id=transaction_id, because="There is no such transaction_id.")
        shows(platform, bystander, "SUCCESS", because="A refund that was refused changed some other order.")
        platform.must_pay(order)
        for naming in NAMINGS:
            platform.advance(A_MINUTE)
            apply(platform, Refund(order, 50, by=naming))

    try_all(platform, every_kind(platform), attempt)


@judges("v3.refund.refuses-an-unpaid-order")
def test_refuses_to_refund_an_unpaid_order(platform: Platform) -> None:
    """An order that was placed, or whose payment failed, cannot be refunded; it stays NOTPAY, can be paid, and then be refunded."""
    platform.needs("payer", "time-travel")
    tried: tuple[Callable[[Order], object], ...] = (lambda _order: None, platform.fail, platform.cancel)

    def attempt(case: tuple[Kind, int]) -> None:
        kind, turn = case
        order = kind.order()
        platform.place(order).is_accepted()
        tried[turn % len(tried)](order)
        for amount in (100, 1):
            refused(platform, Refund(order, amount), ORDER_NOT_PAID, because="The order is not paid.")
        shows(platform, order, "NOTPAY", because="A refund that was refused changed the order.")
        if platform.pay(order) is not None:
            raise Violation("A refund that was refused made the order unpayable.", expected="a payment", got="a refusal")
        platform.advance(A_MINUTE)
        take_the_rest(platform, order, 100)

    kinds = [kind for kind in every_kind(platform) if kind.product != "codepay"]
    try_all(platform, [(kind, turn) for turn, kind in enumerate(kinds)], attempt)


@judges("v3.refund.refuses-an-unpaid-order")
def test_refuses_to_refund_a_code_payment_that_is_not_paid(platform: Platform) -> None:
    """A code payment that waits for the payer, or failed, cannot be refunded and keeps its state."""
    platform.needs("payer", "code-plans")

    def attempt(kind: Kind) -> None:
        for state in ("USERPAYING", "PAYERROR"):
            order = kind.order()
            platform.plan_code(order, state)
            platform.place(order)
            before = platform.query(order).is_accepted()["trade_state"]
            refused(platform, Refund(order, 100), ORDER_NOT_PAID, because="The order is not paid.")
            shows(platform, order, before, because="A refund that was refused changed the order.")

    try_all(platform, [kind for kind in every_kind(platform) if kind.product == "codepay"], attempt)


@judges("v3.refund.refuses-a-closed-order")
def test_refuses_to_refund_a_closed_order(platform: Platform) -> None:
    """An order the merchant closed, and one nobody paid for a week, cannot be refunded and stays CLOSED."""
    platform.needs("payer", "time-travel")
    kinds = [kind for kind in every_kind(platform) if kind.product != "codepay"]
    forgotten = [kind.order() for kind in kinds]
    for order in forgotten:
        platform.place(order).is_accepted()

    def close(kind: Kind) -> None:
        order = kind.order()
        platform.place(order).is_accepted()
        platform.advance(HALF_AN_HOUR)
        platform.close(order).is_accepted(because="An unpaid order can be closed.")
        _stays_closed(platform, order)

    try_all(platform, kinds, close)
    platform.advance(SEVEN_DAYS + 86_400)
    for order in forgotten:
        if platform.query(order).is_accepted()["trade_state"] == "CLOSED":
            _stays_closed(platform, order)


def _stays_closed(platform: Platform, order: Order) -> None:
    for amount in (100, 1):
        refused(platform, Refund(order, amount), ORDER_NOT_PAID, because="The order is CLOSED.")
    shows(platform, order, "CLOSED", because="A refund that was refused changed a CLOSED order.")


@judges("v3.refund.starts-as-processing")
@given(refund=refunds.full())
def test_an_accepted_refund_is_under_way(platform: Platform, refund: Refund) -> None:
    """The answer to a new refund is PROCESSING, or SUCCESS if it is settled; a query right after shows that refund no less advanced."""
    platform.needs("payer")
    refund.order = suited(platform, refund.order)
    platform.must_pay(refund.order)
    answer = apply(platform, refund)
    if answer["status"] not in {"PROCESSING", "SUCCESS"}:
        raise Violation("A refund starts in a state it cannot start in.", expected="PROCESSING or SUCCESS", got=answer.described)
    after = show(platform, refund).has("refund_id", answer["refund_id"], because="The query shows another refund than was accepted.")
    if after["status"] not in _NEXT[str(answer["status"])]:
        raise Violation("A query shows an earlier state than the answer before.", expected=str(answer["status"]), got=after.described)


_NEXT = {
    "PROCESSING": {"PROCESSING", "SUCCESS", "CLOSED", "ABNORMAL"},
    "ABNORMAL": {"ABNORMAL", "PROCESSING", "SUCCESS"},
    "SUCCESS": {"SUCCESS"},
    "CLOSED": {"CLOSED"},
}
_KEPT = ("refund_id", "out_refund_no", "out_trade_no", "transaction_id", "create_time", "amount")


def _redirect(platform: Platform, refund: Refund) -> None:
    platform.apply_abnormal(refund, str(show(platform, refund)["refund_id"]), MERCHANT_CARD)


_ACTS: dict[str, Callable[[Platform, Refund], object]] = {
    "settle": lambda platform, refund: platform.settle(refund, "SUCCESS"),
    "bounce": lambda platform, refund: platform.settle(refund, "ABNORMAL"),
    "close": lambda platform, refund: platform.settle(refund, "CLOSED"),
    "redirect": _redirect,
    "repeat": lambda platform, refund: platform.refund(refund),
    "refund again": lambda platform, refund: platform.refund(Refund(refund.order, 1)),
    "refund too much": lambda platform, refund: platform.refund(Refund(refund.order, refund.order.total + 1)),
    "close the order": lambda platform, refund: platform.close(refund.order),
    "wait a minute": lambda platform, _refund: platform.advance(A_MINUTE),
    "wait a month": lambda platform, _refund: platform.advance(31 * 86_400),
}


@judges("v3.refund.follows-its-states")
@given(refund=refunds.full(), acts=st.lists(st.sampled_from(sorted(_ACTS)), min_size=2, max_size=7))
def test_a_refund_moves_only_along_its_states(platform: Platform, refund: Refund, acts: list[str]) -> None:
    """Whatever is called, decided or waited for, the next query shows a state that follows, of the same refund with the same amounts."""
    platform.needs("payer", "settle", "time-travel")
    refund.order = suited(platform, refund.order)
    platform.must_pay(refund.order)
    platform.advance(A_MINUTE)
    apply(platform, refund)
    before = show(platform, refund)
    for act in acts:
        _ACTS[act](platform, refund)
        after = show(platform, refund)
        _follows(before, after, act)
        before = after


@judges("v3.refund.follows-its-states")
def test_every_refund_moves_along_its_states(platform: Platform) -> None:
    """Refunds of every kind of order, bounced, sent another way, bounced again, and settled or closed, keep who they are on the way."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(case: tuple[Kind, str]) -> None:
        kind, end = case
        refund = Refund(paid(platform, kind), 60)
        apply(platform, refund)
        before = show(platform, refund)
        for act in ("wait a minute", "bounce", "wait a month", "redirect", "bounce", "redirect", "refund again", end, "wait a minute"):
            _ACTS[act](platform, refund)
            after = show(platform, refund)
            _follows(before, after, act)
            before = after

    try_all(platform, [(kind, ("settle", "close")[turn % 2]) for turn, kind in enumerate(every_kind(platform))], attempt)


def _follows(before: Answer, after: Answer, act: str) -> None:
    if after["status"] not in _NEXT.get(str(before["status"]), set()):
        raise Violation(
            f"A refund took a step it cannot take (to {act}).", expected=f"what follows {before['status']}", got=after.described
        )
    for name in _KEPT:
        after.has(name, before[name], because=f"A refund became another one (to {act}).")


@judges("v3.refund.settled-refund-is-final")
def test_a_settled_refund_stays_as_it_is(platform: Platform) -> None:
    """After SUCCESS or CLOSED a repetition, further refunds, sending it another way, a late word of the banks and time change nothing."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(case: tuple[Kind, Outcome]) -> None:
        kind, outcome = case
        refund = Refund(paid(platform, kind), 60)
        apply(platform, refund, outcome=outcome)
        settled = show(platform, refund).has("status", outcome)
        for act in ("repeat", "wait a minute", "repeat", "redirect", "refund again", "bounce", "close", "settle", "wait a month", "repeat"):
            _ACTS[act](platform, refund)
            _unmoved(platform, refund, settled, act)
        platform.advance(_YEARS)
        _unmoved(platform, refund, settled, "wait a year")

    outcomes: tuple[Outcome, ...] = ("SUCCESS", "CLOSED")
    try_all(platform, [(kind, outcomes[turn % 2]) for turn, kind in enumerate(every_kind(platform))], attempt)


def _unmoved(platform: Platform, refund: Refund, settled: Answer, act: str) -> None:
    after = show(platform, refund)
    for name in ("status", "refund_id", "amount"):
        after.has(name, settled[name], because=f"A settled refund changed (to {act}).")
    if after.get("success_time") != settled.get("success_time"):
        expected, got = settled.get("success_time"), after.get("success_time")
        raise Violation(f"A settled refund changed its success_time (to {act}).", expected=repr(expected), got=repr(got))


@judges("v3.refund.never-notifies-against-a-settled-refund")
def test_announces_nothing_against_a_settled_refund(platform: Platform) -> None:
    """Once a refund is SUCCESS no other end of it is announced, whatever the banks say late; what was announced before keeps its id."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    def attempt(case: tuple[Kind, bool]) -> None:
        kind, bounced = case
        with Inbox(platform) as inbox:
            address = inbox.address(kind.role, 500)
            refund = Refund(paid(platform, kind), 60, {"notify_url": address})
            apply(platform, refund)
            if bounced:
                settle(platform, refund, "ABNORMAL")
                inbox.expect(address)
                _redirect(platform, refund)
            if show(platform, refund)["status"] == "PROCESSING":
                settle(platform, refund, "SUCCESS")
            known = {letter.envelope.get("id") for letter in inbox.at(address) if letter.event_type == "REFUND.ABNORMAL"}
            for act in ("bounce", "close", "repeat", "redirect", "refund again"):
                _ACTS[act](platform, refund)
            inbox.wait(2 * 86_400)
            for letter in inbox.at(address):
                if letter.event_type == "REFUND.CLOSED" or (
                    letter.event_type == "REFUND.ABNORMAL" and letter.envelope.get("id") not in known
                ):
                    raise Violation(
                        "A refund that is SUCCESS is announced as failed.", expected="no such notification", got=letter.described
                    )

    try_all(platform, [(kind, bool(turn % 2)) for turn, kind in enumerate(every_kind(platform))], attempt)
