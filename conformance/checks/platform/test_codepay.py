"""Charging the code a payer shows: decided at once, confirmed later, or failed, and never twice."""

from dataclasses import replace
from typing import Literal

from hypothesis import given

from conformance.checks.platform.stages import Kind, notified, shows, unchanged
from conformance.checks.platform.tills import (
    OPEN,
    Plan,
    State,
    charged,
    confirms,
    is_paid,
    shows_no_payment,
    till_keepers,
    tills,
    with_fresh_code,
)
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation, shown
from reference.machines.codepay import CODE_USED
from reference.machines.order import ORDER_PAID
from reference.rules import judges
from strategies import orders
from strategies.cases import Order, Refund

GROUP = "codepay"

_HOUR, _DAY = 3600, 86_400
_TOTALS = (1, 2, 99, 100, 1_000_000, 2**31 - 1)


@judges("v3.codepay.answers-a-paid-code")
def test_a_code_is_paid_at_once(platform: Platform) -> None:
    """The answer names the order and its merchants, says SUCCESS with the payment's facts, and the next query shows the same payment."""

    def attempt(kind: Kind) -> None:
        for total in _TOTALS:
            _is_answered_as_paid(platform, kind.order(total))

    try_all(platform, tills(platform), attempt)


@judges("v3.codepay.answers-a-paid-code")
@given(order=orders.full(product="codepay"))
def test_a_code_is_paid_at_once_whatever_is_bought(platform: Platform, order: Order) -> None:
    """Goods, tags and scenes change nothing of what is charged and answered."""
    _is_answered_as_paid(platform, order)


@judges("v3.codepay.reports-a-paying-user")
def test_a_payment_to_be_confirmed_is_undecided(platform: Platform) -> None:
    """While the payer types the password the answer is no failure, and queries show the order waiting, with nothing of a payment."""
    platform.needs("code-plans", "payer")

    def attempt(kind: Kind) -> None:
        order = kind.order()
        platform.plan_code(order, "USERPAYING")
        _is_undecided(platform.place(order))
        for seconds in (0, 5, 10):
            if seconds and "time-travel" in platform.capabilities:
                platform.advance(seconds)
            shows_no_payment(platform, order, ("USERPAYING", "NOTPAY"), because="The payer has neither confirmed nor given up.")

    try_all(platform, tills(platform), attempt)


@judges("v3.codepay.confirmation-pays-the-order")
def test_a_confirmation_pays_the_order(platform: Platform) -> None:
    """A waiting order the payer confirms is SUCCESS at once with the payment's facts, and confirming again takes nothing."""
    platform.needs("code-plans", "payer", "time-travel")

    def attempt(case: tuple[Kind, Plan]) -> None:
        kind, plan = case
        for total in (1, 100, 2**31 - 1):
            order = charged(platform, kind, plan, total=total)
            platform.advance(15)
            confirms(platform, order)
            paid = is_paid(platform.query(order).is_accepted(), order, platform.now())
            platform.advance(15)
            if platform.pay(order) is None:
                raise Violation("The payer paid a second time for one order.", expected="a refusal", got="another payment")
            unchanged(platform, order, paid, because="A second confirmation changed the order.")

    try_all(platform, [(kind, plan) for kind in tills(platform) for plan in OPEN], attempt)


@judges("v3.codepay.failed-code-takes-no-money")
def test_a_failed_charge_takes_no_money(platform: Platform) -> None:
    """Refused by the bank, at once or after a confirmation, or left by the payer, a charge shows no payment, then and later."""
    platform.needs("code-plans", "payer", "time-travel")

    def attempt(case: tuple[Kind, State, Literal["", "fail", "cancel"]]) -> None:
        kind, plan, failing = case
        order = charged(platform, kind, plan)
        if failing:
            platform.advance(15)
            (platform.fail if failing == "fail" else platform.cancel)(order)
        for seconds in (0, 60, _DAY):
            platform.advance(seconds)
            found = shows_no_payment(platform, order, ("PAYERROR", "NOTPAY", "USERPAYING"), because="The charge has failed.")
            if found["trade_state"] == "PAYERROR" and platform.pay(order) is None:
                raise Violation("The payer paid for an order that had failed.", expected="a refusal", got="a payment")
        shows_no_payment(platform, order, ("PAYERROR", "NOTPAY", "USERPAYING"), because="The charge has failed.")

    ways: tuple[tuple[State, Literal["", "fail", "cancel"]], ...] = (
        ("PAYERROR", ""),
        ("USERPAYING", "fail"),
        ("USERPAYING", "cancel"),
        ("NOTPAY", "fail"),
        ("NOTPAY", "cancel"),
    )
    try_all(platform, [(kind, *way) for kind in tills(platform) for way in ways], attempt)


@judges("v3.codepay.charges-a-number-once")
def test_a_number_is_charged_once(platform: Platform) -> None:
    """A paid or refunded number is refused with another code, for any amount; repeated exactly it is at most answered with its payment."""
    platform.needs("time-travel")

    def attempt(case: tuple[Kind, Literal["paid", "refunded"]]) -> None:
        kind, state = case
        order = charged(platform, kind, "REFUND") if state == "refunded" else _placed(platform, kind)
        paid = platform.query(order).is_accepted()
        for seconds in (0, _HOUR, 8 * _DAY):
            platform.advance(seconds)
            fresh = with_fresh_code(order)
            platform.place(fresh).is_refused(ORDER_PAID, because="The number is paid already.")
            for again in (order, with_fresh_code(order)):
                more = again.but(amount={"total": order.total + 1, "currency": "CNY"})
                platform.place(more).is_refused(ORDER_PAID, because="The number is paid already.")
            unchanged(platform, order, paid, because="Submitting a paid number again changed its order.")
            _is_no_second_charge(platform.place(order), paid)
            unchanged(platform, order, paid, because="Submitting a paid number again changed its order.")

    try_all(platform, [(kind, state) for kind in tills(platform) for state in ("paid", "refunded")], attempt)


@judges("v3.codepay.charges-a-number-once")
def test_repeating_while_the_payer_confirms_charges_once(platform: Platform) -> None:
    """The same request sent again while the payer types the password, and after the confirmation, charges once, with one transaction_id."""
    platform.needs("code-plans", "payer")

    def attempt(kind: Kind) -> None:
        order = charged(platform, kind, "USERPAYING")
        for _ in range(2):
            platform.place(order)
            shows_no_payment(platform, order, ("USERPAYING", "NOTPAY"), because="Asking again confirms nothing.")
        confirms(platform, order)
        paid = platform.query(order).is_accepted().has("trade_state", "SUCCESS")
        _is_no_second_charge(platform.place(order), paid)
        if platform.pay(order) is None:
            raise Violation("The payer paid a second time for one order.", expected="a refusal", got="another payment")
        unchanged(platform, order, paid, because="Submitting a paid number again changed its order.")

    try_all(platform, tills(platform), attempt)


@judges("v3.codepay.a-code-pays-one-order")
def test_a_code_pays_one_order(platform: Platform) -> None:
    """A code that served an order, paid, refunded, reversed or waiting, pays for nothing else, with its own or another merchant."""
    platform.needs("code-plans", "payer", "time-travel")

    def attempt(case: tuple[Kind, State]) -> None:
        kind, state = case
        first = charged(platform, kind, state)
        before = platform.query(first).is_accepted()
        # A payment that waits may lapse of itself, so that one is not left waiting.
        for seconds in (0, 5) if state in OPEN else (0, 60, _DAY):
            platform.advance(seconds)
            for role in till_keepers(platform):
                second = replace(first.fresh(), role=role)
                platform.place(second).is_refused(CODE_USED, because="The code has served another order.")
                found = platform.query(second)
                if found.accepted and (found.get("trade_state") == "SUCCESS" or found.get("transaction_id")):
                    raise Violation("A used code paid for another order.", expected="no payment", got=found.described)
            unchanged(platform, first, before, state=state not in OPEN, because="Using a code again changed the order it had paid.")

    states: tuple[State, ...] = ("SUCCESS", "REFUND", "REVOKED", "USERPAYING")
    try_all(platform, [(kind, state) for kind in tills(platform) for state in states], attempt)


@judges("v3.codepay.sends-no-payment-notice")
def test_a_code_payment_is_not_announced(platform: Platform) -> None:
    """Paid at once, confirmed later or failed, a code payment sends no notification about itself within an hour."""
    platform.needs("code-plans", "payer", "notifications", "time-travel")

    def attempt(case: tuple[Kind, Plan]) -> None:
        kind, plan = case
        order = charged(platform, kind, plan)
        deliveries = platform.advance(30)
        if plan in OPEN:
            platform.pay(order)
        deliveries += platform.advance(_HOUR)
        for resource in notified(platform, order, deliveries):
            raise Violation("A code payment was announced by notification.", expected="no notification", got=shown(resource))

    plans: tuple[Plan, ...] = ("SUCCESS", "USERPAYING", "PAYERROR")
    try_all(platform, [(kind, plan) for kind in tills(platform) for plan in plans], attempt)


@judges("v3.codepay.cannot-be-closed")
def test_a_code_payment_cannot_be_closed(platform: Platform) -> None:
    """In any state a close is refused and changes nothing: a waiting order is confirmed afterwards, a paid one refunded."""
    platform.needs("code-plans", "payer", "time-travel")

    def attempt(case: tuple[Kind, State]) -> None:
        kind, state = case
        order = charged(platform, kind, state)
        before = platform.query(order).is_accepted()
        for seconds in (0, 5) if state in OPEN else (0, 60, 600):
            platform.advance(seconds)
            answer = platform.close(order)
            if not (answer.status == 202 and state in OPEN):
                answer.is_refused(because="A code payment is reversed, never closed.")
            unchanged(platform, order, before, state=state not in OPEN, because="Closing changed a code payment.")
        if state in OPEN:
            shows(platform, order, *OPEN, because="Closing changed a code payment.")
            confirms(platform, order)
            shows(platform, order, "SUCCESS", because="The payer has confirmed.")
        if state in {"SUCCESS", "REFUND"}:
            platform.refund(Refund(order, 1)).is_accepted(because="A paid order can be refunded.")

    states: tuple[State, ...] = ("SUCCESS", "USERPAYING", "NOTPAY", "PAYERROR", "REFUND", "REVOKED")
    try_all(platform, [(kind, state) for kind in tills(platform) for state in states], attempt)


def _placed(platform: Platform, kind: Kind) -> Order:
    order = kind.order()
    platform.place(order).is_accepted()
    return order


def _is_answered_as_paid(platform: Platform, order: Order) -> None:
    answer = is_paid(platform.place(order).is_accepted(), order, platform.now())
    merchant = platform.merchant(order.role)
    answer.has("sp_mchid" if order.partner else "mchid", merchant.mchid, because="The answer names another merchant.")
    if order.partner:
        answer.has("sub_mchid", merchant.sub_mchids[order.sub], because="The answer names another sub-merchant.")
    queried = is_paid(platform.query(order).is_accepted(), order, platform.now())
    for name in ("transaction_id", "success_time", "amount.total"):
        queried.has(name, answer[name], because="The query shows another payment than the answer.")


def _is_undecided(answer: Answer) -> None:
    """The answer says that the payer is still to confirm, in one of the forms in use."""
    undecided = answer.accepted and answer.get("trade_state") == "USERPAYING"
    if not (undecided or (answer.status == 202 and answer.code == "USER_PAYING")):
        expected = "202 USERPAYING, or 200 or 202 with trade_state USERPAYING"
        raise Violation("A payment the payer has still to confirm is answered as decided.", expected=expected, got=answer.described)
    answer.lacks("transaction_id", "success_time", because="Nobody has paid yet.")


def _is_no_second_charge(answer: Answer, paid: Answer) -> None:
    if answer.accepted:
        answer.has("transaction_id", paid["transaction_id"], because="Submitting a paid number again made another payment.")
    else:
        answer.is_refused(ORDER_PAID, because="The number is paid already.")
