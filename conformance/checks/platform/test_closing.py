"""Closing orders: what is closed stays closed, what is paid cannot be closed, and nobody gets both."""

from dataclasses import replace
from functools import partial

from conformance.checks.platform.placing import handle_of
from conformance.checks.platform.stages import HALF_AN_HOUR, SETTLED, Kind, Stage, kinds, shows, stages, unchanged
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.machines.order import ORDER_PAID, ORDER_UNKNOWN
from reference.rules import judges
from strategies.cases import Order, Refund

GROUP = "payments"

_HOUR, _DAY = 3600, 86_400


@judges("v3.transaction.closes-an-unpaid-order")
def test_closes_an_unpaid_order(platform: Platform) -> None:
    """Half an hour, a day and six days after ordering, tried in vain, left alone or ordered again, an unpaid order is closed by a close."""
    platform.needs("payer", "time-travel")

    def attempt(case: tuple[Kind, int, str]) -> None:
        kind, age, history = case
        order = kind.order()
        platform.place(order).is_accepted()
        if history == "tried":
            platform.fail(order)
        platform.advance(age)
        if history == "tried":
            platform.cancel(order)
        if history == "ordered again":
            platform.place(order).is_accepted()
        if history == "queried":
            platform.query(order).is_accepted()
        _is_closed(platform, platform.close(order), order)

    cases = [(kind, HALF_AN_HOUR, history) for kind in kinds(platform) for history in ("left alone", "tried", "ordered again", "queried")]
    try_all(platform, (*cases, *((kind, age, "left alone") for kind in kinds(platform) for age in (_DAY, 6 * _DAY))), attempt)


@judges("v3.transaction.refuses-to-close-a-paid-order")
def test_refuses_to_close_a_paid_order(platform: Platform) -> None:
    """Paid or refunded, in part or in full, an order is not closed, whatever is tried in between, and can be refunded as before."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(stage: Stage) -> None:
        order = stage.order(platform)
        platform.advance(HALF_AN_HOUR)
        before = platform.query(order).is_accepted()
        for act in (platform.query, platform.fail, platform.place, lambda _order: platform.advance(_DAY)):
            act(order)
            platform.close(order).is_refused(ORDER_PAID, because="The order is paid.")
            unchanged(platform, order, before, because="A close that was refused changed the order.")
        rest = Refund(order, {"paid": order.total, "partly refunded": order.total - 1}.get(stage.name, 0))
        if rest.amount:
            platform.refund(rest).is_accepted(because="A close that was refused stands in no refund's way.")

    try_all(platform, stages(platform, SETTLED), attempt)


@judges("v3.transaction.close-is-repeatable")
def test_closing_again_changes_nothing(platform: Platform) -> None:
    """A closed order, closed by the merchant or by its age, is closed again and again: 204 or ORDER_CLOSED, and it stays CLOSED."""
    platform.needs("time-travel")

    def attempt(case: tuple[Kind, bool]) -> None:
        kind, forgotten = case
        order = kind.order()
        platform.place(order).is_accepted()
        platform.advance(8 * _DAY if forgotten else HALF_AN_HOUR)
        if not forgotten:
            platform.close(order).is_accepted(because="An unpaid order can be closed.")
        for seconds in (0, 0, _HOUR, _DAY):
            platform.advance(seconds)
            _is_closed_already(platform.close(order))
            shows(platform, order, "CLOSED", because="A close changes nothing about a closed order.")

    try_all(platform, [(kind, forgotten) for kind in kinds(platform) for forgotten in (False, True)], attempt)


@judges("v3.transaction.close-is-repeatable")
def test_closing_again_after_a_lost_answer_changes_nothing(platform: Platform) -> None:
    """When the answer to a close is lost, whether it took effect or not, closing again closes the order."""
    platform.needs("loss", "time-travel")

    def attempt(kind: Kind) -> None:
        for lost in ("before", "after"):
            order = kind.order()
            platform.place(order).is_accepted()
            platform.advance(HALF_AN_HOUR)
            platform.lose_next("after" if lost == "after" else "before")
            platform.close(order)
            _is_closed_already(platform.close(order))
            shows(platform, order, "CLOSED", because="The order was closed, at the latest at the second try.")

    try_all(platform, kinds(platform), attempt)


@judges("v3.transaction.close-of-an-unknown-order-creates-nothing")
def test_closing_an_unknown_number_creates_nothing(platform: Platform) -> None:
    """Whatever the answer, a number never used is not found afterwards, and an order whose number resembles it is still open."""

    def attempt(kind: Kind) -> None:
        order = kind.order()
        platform.place(order).is_accepted()
        assert order.number is not None  # minted when it was placed
        for number in (f"{order.number}0", order.number[:-1], f"0{order.number}"):
            unknown = replace(order, number=number)
            answer = platform.close(unknown)
            if not answer.accepted:
                answer.is_refused(because="Closing what does not exist is no failure of the platform.")
            platform.query(unknown).is_refused(ORDER_UNKNOWN, because="Closing a number nobody ordered under creates nothing.")
            shows(platform, order, "NOTPAY", because="The order that was to be closed has another number.")

    try_all(platform, kinds(platform), attempt)


@judges("v3.transaction.closed-order-cannot-be-paid")
def test_a_closed_order_cannot_be_paid(platform: Platform) -> None:
    """By no handle, at once or a day later, and after a further failed attempt, is a closed order paid."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        order = kind.order()
        handles: list[str | None] = [None, handle_of(platform, order)]
        platform.advance(HALF_AN_HOUR)
        handles.append(handle_of(platform, order))
        platform.close(order).is_accepted(because="An unpaid order can be closed.")
        for act in (None, platform.fail, platform.cancel, platform.place, platform.close):
            platform.advance(30)
            if act is not None:
                act(order)
            for handle in handles:
                _cannot_be_paid(platform, order, handle)
        platform.advance(_DAY)
        _cannot_be_paid(platform, order, None)

    try_all(platform, kinds(platform), attempt)


@judges("v3.transaction.pay-and-close-have-one-winner")
def test_of_a_payment_and_a_close_one_wins(platform: Platform) -> None:
    """At once, in either order and repeatedly, after failed attempts too, a payment and a close are never both true or both void."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        for before, at_once in _RACES:
            order = kind.order()
            handle_of(platform, order)
            platform.advance(HALF_AN_HOUR)
            handle = handle_of(platform, order)
            for act in before:
                _act(platform, order, handle, act)
            outcomes = platform.together(*(partial(_act, platform, order, handle, act) for act in at_once))
            done = {act for act, took_effect in zip(at_once, outcomes, strict=True) if took_effect}
            _has_one_winner(platform, order, paid="pay" in done, closed="close" in done)
            platform.advance(_HOUR)
            _has_one_winner(platform, order, paid="pay" in done, closed="close" in done)

    try_all(platform, kinds(platform), attempt)


@judges("v3.transaction.pay-and-close-have-one-winner")
def test_of_a_payment_and_a_close_whose_answer_is_lost_one_wins(platform: Platform) -> None:
    """When the answer to the close is lost, the payment succeeds or fails with what a query then shows."""
    platform.needs("payer", "time-travel", "loss")

    def attempt(kind: Kind) -> None:
        for lost in ("before", "after"):
            for payer_first in (False, True):
                order = kind.order()
                handle_of(platform, order)
                platform.advance(HALF_AN_HOUR)
                handle = handle_of(platform, order)
                paid = payer_first and platform.pay(order, handle) is None
                platform.lose_next("after" if lost == "after" else "before")
                platform.close(order)
                paid = paid or (not payer_first and platform.pay(order, handle) is None)
                _has_one_winner(platform, order, paid=paid, closed=not paid)

    try_all(platform, kinds(platform), attempt)


_RACES = (
    ((), ("pay", "close")),
    ((), ("close", "pay")),
    (("fail",), ("close", "pay")),
    (("cancel",), ("pay", "close")),
    ((), ("pay", "close", "pay", "close")),
    ((), ("close", "fail", "pay", "close", "pay")),
)
"""What is done to an order one after the other, and then at once."""


def _act(platform: Platform, order: Order, handle: str, act: str) -> bool:
    """Do one thing; return whether it took effect."""
    if act == "close":
        answer = platform.close(order)
        # 202 puts the close off while the payer is paying.
        return answer.status != 202 and (answer.accepted or answer.is_refused(ORDER_PAID, because="An order is paid, or closed.").accepted)
    attempts = {"fail": platform.fail, "cancel": platform.cancel}
    return (platform.pay(order, handle) if act == "pay" else attempts[act](order)) is None


def _has_one_winner(platform: Platform, order: Order, *, paid: bool, closed: bool) -> None:
    if paid == closed:
        said = "The payer has paid and the close was accepted." if paid else "The payment was refused and so was the close."
        raise Violation(f"{said} One of the two must win.", expected="one of the two", got=platform.query(order).described)
    shown = shows(platform, order, "SUCCESS" if paid else "CLOSED", because=f"{'The payment' if paid else 'The close'} took effect.")
    if not paid:
        shown.lacks("transaction_id", because="The order was closed before it was paid.")


def _is_closed(platform: Platform, answer: Answer, order: Order) -> None:
    answer.is_accepted(because="An unpaid order can be closed.")
    if answer.status == 202:
        raise Violation("The close was put off, though nobody is paying.", expected="204", got=answer.described)
    shows(platform, order, "CLOSED", because="The close was accepted.")


def _is_closed_already(answer: Answer) -> None:
    if not (answer.accepted or (400 <= answer.status < 500 and answer.code == "ORDER_CLOSED")):
        raise Violation("A repeated close is taken for a failure.", expected="204 or 4xx ORDER_CLOSED", got=answer.described)


def _cannot_be_paid(platform: Platform, order: Order, handle: str | None) -> None:
    if platform.pay(order, handle) is None:
        raise Violation("The payer paid an order that was closed.", expected="a refusal", got="a payment")
    shown = shows(platform, order, "CLOSED", because="The order was closed.")
    shown.lacks("transaction_id", because="Nobody has paid this order.")
