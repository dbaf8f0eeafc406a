"""Reversing a code payment: paid, it is given back; unpaid, it is over."""

from dataclasses import replace

from conformance.checks.platform.stages import Kind, shows, unchanged
from conformance.checks.platform.tills import (
    A_WHILE,
    ENDED,
    FIVE_MINUTES,
    Plan,
    charged,
    confirms,
    reversed_order,
    reverses,
    shows_no_payment,
    tills,
)
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.machines.order import ORDER_UNKNOWN
from reference.rules import judges
from strategies.cases import Order, Refund

GROUP = "codepay"

_PLANS: tuple[Plan, ...] = ("SUCCESS", "USERPAYING", "PAYERROR")
_REVERSED_ALREADY = frozenset({"ORDER_REVERSED", "ORDER_CLOSED", "INVALID_REQUEST"})
_HOUR, _DAY = 3600, 86_400


@judges("v3.codepay.reverse-returns-a-paid-order")
def test_a_paid_order_is_reversed(platform: Platform) -> None:
    """Twenty seconds to six days and 23 hours after it was submitted, paid at once or confirmed, an order is reversed and says so."""
    platform.needs("code-plans", "payer", "time-travel")

    def attempt(case: tuple[Kind, int, bool]) -> None:
        kind, age, confirmed = case
        order = _paid(platform, kind, confirmed=confirmed)
        platform.advance(age)
        answer = platform.reverse(order).is_accepted(because="A paid order can be reversed for seven days.")
        merchant = platform.merchant(order.role)
        answer.has("out_trade_no", order.number, because="The answer names another order.")
        answer.has("sp_mchid" if order.partner else "mchid", merchant.mchid, because="The answer names another merchant.")
        if order.partner:
            answer.has("sub_mchid", merchant.sub_mchids[order.sub], because="The answer names another sub-merchant.")
        shows(platform, order, "REVOKED", "REFUND", because="The reverse was accepted.")
        platform.advance(60)
        shows(platform, order, "REVOKED", "REFUND", because="The reverse was accepted.")

    ages = (A_WHILE, 600, _DAY, 7 * _DAY - _HOUR)
    try_all(platform, [(kind, age, confirmed) for kind in tills(platform) for age in ages for confirmed in (False, True)], attempt)


@judges("v3.codepay.reverse-ends-an-unpaid-order")
def test_an_unpaid_order_is_reversed(platform: Platform) -> None:
    """Waiting, undecided or failed, an order reversed after five minutes is REVOKED without a payment, or still waiting if that is said."""
    platform.needs("code-plans", "payer", "time-travel")

    def attempt(case: tuple[Kind, Plan, int]) -> None:
        kind, plan, age = case
        order = charged(platform, kind, plan)
        platform.advance(age)
        answer = platform.reverse(order)
        if plan == "USERPAYING" and answer.code == "USER_PAYING" and not answer.accepted:
            answer.is_refused()
            shows_no_payment(platform, order, ("USERPAYING", "PAYERROR"), because="A reverse that was refused changes nothing.")
            return
        answer.is_accepted(because="An order nobody has paid can be reversed.")
        for seconds in (0, 60):
            platform.advance(seconds)
            shows_no_payment(platform, order, ("REVOKED", "CLOSED"), because="The reverse was accepted.")

    plans: tuple[Plan, ...] = ("USERPAYING", "NOTPAY", "PAYERROR")
    try_all(platform, [(kind, plan, age) for kind in tills(platform) for plan in plans for age in (FIVE_MINUTES, _HOUR)], attempt)


@judges("v3.codepay.reverse-is-repeatable")
def test_reversing_again_changes_nothing(platform: Platform) -> None:
    """A reverse repeated at once, after an hour and after days, also when the first answer was lost, is done or said to be done."""
    platform.needs("code-plans", "time-travel", "loss")

    def attempt(case: tuple[Kind, Plan, bool]) -> None:
        kind, plan, lost = case
        if lost:
            order = charged(platform, kind, plan)
            platform.advance(FIVE_MINUTES)
            platform.lose_next("after")
            platform.reverse(order)
            ended = shows(platform, order, *ENDED, because="The reverse took effect, only its answer was lost.")
        else:
            found = reversed_order(platform, kind, plan)
            if found is None:
                return
            order, ended = found
        for seconds in (0, 0, _HOUR, 5 * _DAY):
            platform.advance(seconds)
            answer = platform.reverse(order)
            if not (answer.accepted or (400 <= answer.status < 500 and answer.code in _REVERSED_ALREADY)):
                raise Violation("A repeated reverse is taken for a failure.", expected="200 or 4xx ORDER_REVERSED", got=answer.described)
            unchanged(platform, order, ended, because="A repeated reverse changed the order.")

    cases: list[tuple[Plan, bool]] = [(plan, False) for plan in _PLANS]
    cases += [("SUCCESS", True), ("PAYERROR", True)]
    try_all(platform, [(kind, *case) for kind in tills(platform) for case in cases], attempt)


@judges("v3.codepay.refuses-a-late-reverse")
def test_refuses_a_reverse_after_seven_days(platform: Platform) -> None:
    """Seven days and an hour after it was submitted a paid order is not reversed but can be refunded; two hours sooner it is reversed."""
    platform.needs("code-plans", "payer", "time-travel")

    def attempt(case: tuple[Kind, bool]) -> None:
        kind, confirmed = case
        late, in_time = _paid(platform, kind, confirmed=confirmed), _paid(platform, kind, confirmed=confirmed)
        before = platform.query(late).is_accepted()
        platform.advance(7 * _DAY - _HOUR)
        reverses(platform, in_time, because="Seven days are not over.")
        platform.advance(2 * _HOUR)
        for seconds in (0, _DAY):
            platform.advance(seconds)
            platform.reverse(late).is_refused(because="A paid order can be reversed for seven days.")
            unchanged(platform, late, before, because="A reverse that was refused changed the order.")
        platform.refund(Refund(late, late.total)).is_accepted(because="The order was paid and is not reversed.")

    try_all(platform, [(kind, confirmed) for kind in tills(platform) for confirmed in (False, True)], attempt)


@judges("v3.codepay.reverse-of-an-unknown-order-creates-nothing")
def test_reversing_an_unknown_number_creates_nothing(platform: Platform) -> None:
    """Whatever the answer, a number never submitted is not found afterwards, and an order whose number resembles it stays paid."""
    platform.needs("time-travel")

    def attempt(kind: Kind) -> None:
        order = charged(platform, kind)
        platform.advance(FIVE_MINUTES)
        before = platform.query(order).is_accepted()
        assert order.number is not None  # minted when it was submitted
        for number in (f"{order.number}0", order.number[:-1], f"0{order.number}"):
            unknown = replace(order, number=number)
            answer = platform.reverse(unknown)
            if not answer.accepted:
                answer.is_refused(because="Reversing what does not exist is no failure of the platform.")
            platform.query(unknown).is_refused(ORDER_UNKNOWN, because="Reversing a number nobody submitted creates nothing.")
            unchanged(platform, order, before, because="The order that was to be reversed has another number.")

    try_all(platform, tills(platform), attempt)


def _paid(platform: Platform, kind: Kind, *, confirmed: bool) -> Order:
    order = charged(platform, kind, "USERPAYING" if confirmed else "SUCCESS")
    if confirmed:
        platform.advance(A_WHILE)
        confirms(platform, order)
    return order
