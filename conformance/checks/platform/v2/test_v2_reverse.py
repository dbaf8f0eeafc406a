"""Reversing a code payment through APIv2: paid, it is given back; unpaid, it is over; and the answer says whether to call again."""

from typing import Literal

from conformance.checks.platform.stages import wait
from conformance.checks.platform.v2.asking import roles
from conformance.checks.platform.v2.tills import (
    A_WHILE,
    ENDED,
    OPEN,
    REVERSED_ALREADY,
    Plan,
    by_id,
    cannot_be_paid,
    charged,
    confirms,
    is_not_done,
    must_be_paid,
    reverses,
    shows,
    unchanged,
    undone,
)
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies.cases import Order, Product, Refund, Role
from strategies.orders import lean

GROUP = "v2 codepay"

_HOUR, _DAY = 3600, 86_400
_NEEDS = ("client-certificates", "code-plans", "payer", "time-travel")
_BAD_INPUT = ("LACK_PARAMS", "PARAM_ERROR", "INVALID_REQUEST")
_PLANS: tuple[Plan, ...] = ("SUCCESS", "USERPAYING", "NOTPAY", "PAYERROR")


@judges("v2.reverse.returns-a-paid-order")
def test_a_paid_order_is_reversed(platform: Platform) -> None:
    """Twenty seconds to six days and 23 hours old, paid at once or confirmed, an order is reversed and never SUCCESS again."""
    platform.needs(*_NEEDS)

    def attempt(case: tuple[Role, int, bool, bool]) -> None:
        role, age, confirmed, named_by_id = case
        order = _paid(platform, role, confirmed=confirmed)
        known = shows(platform, order, "SUCCESS", because="The payer has paid.")["transaction_id"]
        platform.advance(age)
        answer = undone(platform, order, by_id(known) if named_by_id else None)
        answer.is_accepted(because="A paid order can be reversed for seven days.")
        for seconds in (0, 60, _DAY):
            platform.advance(seconds)
            shows(platform, order, "REVOKED", "REFUND", because="The reverse was accepted.")
        by_number = platform.v2.query_by_id(order, known)
        if by_number.accepted and by_number["trade_state"] not in {"REVOKED", "REFUND"}:
            raise Violation("By its transaction_id a reversed order is not.", expected="trade_state REVOKED", got=by_number["trade_state"])
        platform.v2.refund(Refund(order, 1)).is_refused(because="All of the money went back by the reverse.")

    ages = (A_WHILE, _HOUR, _DAY, 7 * _DAY - _HOUR)
    ways = [(age, confirmed, age != _HOUR) for age in ages for confirmed in (False, True)] + [(A_WHILE, False, False)]
    try_all(platform, [(role, *way) for role in roles(platform) for way in ways], attempt)


@judges("v2.reverse.ends-an-unpaid-order")
def test_an_unpaid_order_is_over(platform: Platform) -> None:
    """Reversed while it waits or after it failed, an order is never paid, whatever the payer does; while waiting it may be refused."""
    platform.needs(*_NEEDS)

    def attempt(case: tuple[Role, Plan, int]) -> None:
        role, plan, age = case
        order = charged(platform, role, plan)
        platform.advance(age)
        before = platform.v2.query(order).is_accepted(because="The order exists.")
        answer = undone(platform, order)
        if plan == "USERPAYING" and not answer.accepted:
            answer.is_refused("USERPAYING", because="A reverse is put off while the payer confirms, or carried out.")
            # The payer may have given up meanwhile.
            shows(platform, order, *OPEN, "PAYERROR", because="A reverse that was refused changed the order.")
            unchanged(platform, order, before, because="A reverse that was refused changed the order.", state=False)
            return
        answer.is_accepted(because="An order nobody has paid can be reversed.")
        ended = shows(platform, order, "REVOKED", "CLOSED", because="The reverse was accepted.")
        for seconds in (1, 60, _DAY):
            platform.advance(seconds)
            cannot_be_paid(platform, order, because="The payer paid an order that was reversed.")
            platform.fail(order)
            unchanged(platform, order, ended, because="The payer confirmed too late.")

    plans: tuple[Plan, ...] = ("USERPAYING", "NOTPAY", "PAYERROR")
    cases = [(role, plan, age) for role in roles(platform) for plan in plans for age in (A_WHILE, 301, _HOUR)]
    try_all(platform, cases, attempt)


@judges("v2.reverse.uses-the-number-up")
def test_a_reversed_number_is_used_up(platform: Platform) -> None:
    """With the code it was charged with, a fresh one or another amount, at once or a day later, a reversed number charges nobody."""
    platform.needs(*_NEEDS)

    def attempt(case: tuple[Role, Plan]) -> None:
        role, plan = case
        order = charged(platform, role, plan)
        platform.advance(301)
        answer = undone(platform, order)
        if plan == "USERPAYING" and not answer.accepted:
            return
        answer.is_accepted(because="The order can be reversed.")
        ended = shows(platform, order, *ENDED, because="The reverse was accepted.")
        codes = ["ORDERREVERSED", "ORDERCLOSED", "OUT_TRADE_NO_USED"]
        codes += ["ORDERPAID"] if ended["trade_state"] == "REFUND" else []
        for seconds in (0, _DAY):
            platform.advance(seconds)
            for again in (order, order.but(payer=None), order.but(payer=None, amount={"total": 1, "currency": "CNY"})):
                platform.v2.place(again).is_refused(*codes, because="The number belongs to an order that was reversed.")
                unchanged(platform, order, ended, because="Charging a reversed number changed its order.")

    try_all(platform, [(role, plan) for role in roles(platform) for plan in _PLANS], attempt)


@judges("v2.reverse.says-whether-to-repeat")
def test_a_reverse_says_whether_to_repeat_it(platform: Platform) -> None:
    """A reverse that succeeds has recall Y or N; after N the order is ended for good, after Y the same call is taken again."""
    platform.needs(*_NEEDS)

    def attempt(case: tuple[Role, Plan, bool]) -> None:
        role, plan, named_by_id = case
        order = charged(platform, role, plan)
        platform.advance(A_WHILE)
        known = platform.v2.query(order).is_accepted().get("transaction_id")
        call = platform.v2.calls.reverse(order).but(**(by_id(known) if known and named_by_id else {}))
        answer = platform.v2.send(call, label="reverse order")
        for _ in range(5):
            if not _is_open(answer):
                break
            platform.advance(A_WHILE)
            answer = platform.v2.send(call, label="reverse order again")
        _is_ended(platform, order, answer, lenient=plan == "USERPAYING")

    ways: list[tuple[Plan, bool]] = [*((plan, False) for plan in _PLANS), ("SUCCESS", True)]
    try_all(platform, [(role, *way) for role in roles(platform) for way in ways], attempt)


@judges("v2.reverse.says-whether-to-repeat")
def test_a_reverse_is_repeated_after_a_lost_answer(platform: Platform) -> None:
    """After an answer that leaves it open, whether the reverse took effect or not, the same call ends the order."""
    platform.needs(*_NEEDS, "loss")

    def attempt(case: tuple[Role, Plan, bool]) -> None:
        role, plan, took_effect = case
        order = charged(platform, role, plan)
        platform.advance(A_WHILE)
        platform.lose_next("after" if took_effect else "before")
        platform.v2.reverse(order)
        platform.advance(A_WHILE)
        answer = undone(platform, order)
        if plan == "USERPAYING" and answer.code == "USERPAYING":
            return
        if not answer.accepted and took_effect:
            answer.is_refused(*REVERSED_ALREADY, because="After an unknown result the same call is taken again.")
            shows(platform, order, *ENDED, because="The answer says that the reverse is not needed any more.")
            return
        _is_ended(platform, order, answer, lenient=plan == "USERPAYING")

    cases = [(role, plan, took_effect) for role in roles(platform) for plan in _PLANS for took_effect in (False, True)]
    try_all(platform, cases, attempt)


@judges("v2.reverse.says-whether-to-repeat")
def test_a_unified_order_is_not_reversed_in_words_only(platform: Platform) -> None:
    """A reverse of an order not paid by code is refused and changes nothing, or ends it: unpaid it is over, paid it is given back."""
    platform.needs("client-certificates", "payer", "time-travel")

    def attempt(case: tuple[Product, Role, bool]) -> None:
        product, role, paid = case
        order = lean(product, role)
        platform.v2.place(order).is_accepted()
        platform.advance(301)
        if paid:
            must_be_paid(platform, order, because="The order can be paid.")
        before = platform.v2.query(order).is_accepted()
        answer = undone(platform, order)
        if not answer.accepted:
            is_not_done(answer, because="A unified order is reversed or it is not.")
            unchanged(platform, order, before, because="A reverse that was refused changed the order.")
            return
        states = ("REFUND",) if paid else ("CLOSED", "REFUND")
        shows(platform, order, *states, because="The reverse was accepted, and what was paid must go back.")
        cannot_be_paid(platform, order, because="The payer paid an order that was reversed.")
        platform.v2.refund(Refund(order, 1)).is_refused(because="All of the money went back by the reverse.")

    products: tuple[Product, ...] = ("jsapi", "native")
    cases = [(product, role, paid) for product in products for role in roles(platform) for paid in (False, True)]
    try_all(platform, cases, attempt)


@judges("v2.reverse.says-whether-to-repeat")
def test_a_refused_reverse_does_not_ask_for_another(platform: Platform) -> None:
    """A reverse that is refused for good, for its age or its refunds, has no recall Y: who goes by that calls for ever."""
    platform.needs("client-certificates", "payer", "time-travel")

    def attempt(case: tuple[Role, Literal["old", "refunded", "unknown"]]) -> None:
        role, why = case
        order = lean("codepay", role)
        if why != "unknown":
            platform.v2.place(order).is_accepted()
            platform.advance(8 * _DAY if why == "old" else A_WHILE)
        if why == "refunded":
            platform.v2.refund(Refund(order, order.total)).is_accepted(because="The order is paid.")
        call = platform.v2.calls.reverse(order)
        for _ in range(5):
            answer = platform.v2.send(call, label="reverse order")
            if answer.accepted or answer.get("recall") != "Y":
                return
            platform.advance(60)
        raise Violation("A reverse asks for ever to be called again.", expected="recall N, or none", got=answer.described)

    ways: tuple[Literal["old", "refunded", "unknown"], ...] = ("old", "refunded", "unknown")
    try_all(platform, [(role, why) for role in roles(platform) for why in ways], attempt)


@judges("v2.reverse.refuses-after-seven-days")
def test_refuses_a_reverse_after_seven_days(platform: Platform) -> None:
    """Seven days and an hour after the payment an order is not reversed but can be refunded; two hours sooner it is reversed."""
    platform.needs(*_NEEDS)

    def attempt(case: tuple[Role, bool, bool]) -> None:
        role, confirmed, named_by_id = case
        late, in_time = _paid(platform, role, confirmed=confirmed), _paid(platform, role, confirmed=confirmed)
        before = platform.v2.query(late).is_accepted()
        platform.advance(7 * _DAY - _HOUR)
        reverses(platform, in_time, because="Seven days are not over.")
        platform.advance(2 * _HOUR)
        for seconds in (0, _DAY):
            platform.advance(seconds)
            call = platform.v2.calls.reverse(late).but(**(by_id(before["transaction_id"]) if named_by_id else {}))
            platform.v2.send(call, label="reverse order").is_refused(because="A paid order can be reversed for seven days.")
            unchanged(platform, late, before, because="A reverse that was refused changed the order.")
        platform.v2.refund(Refund(late, late.total)).is_accepted(because="The order was paid and is not reversed.")

    ways = [(confirmed, named) for confirmed in (False, True) for named in (False, True)]
    try_all(platform, [(role, *way) for role in roles(platform) for way in ways], attempt)


@judges("v2.reverse.prefers-the-transaction-id")
def test_a_reverse_goes_by_the_transaction_id(platform: Platform) -> None:
    """With the transaction_id of one order and the out_trade_no of another the first is reversed or nothing is; the other stays paid."""
    platform.needs(*_NEEDS)

    def attempt(case: tuple[Role, bool]) -> None:
        role, newer = case
        orders = [charged(platform, role, total=total) for total in (100, 101)]
        meant, other = orders if newer else orders[::-1]
        before, untouched = (platform.v2.query(order).is_accepted() for order in (meant, other))
        platform.advance(A_WHILE)
        answer = undone(platform, other, {"transaction_id": before["transaction_id"]})
        unchanged(platform, other, untouched, because="The order of the out_trade_no was not meant.")
        if answer.accepted:
            shows(platform, meant, "REVOKED", "REFUND", because="The order of the transaction_id was reversed.")
        else:
            answer.is_refused(because="The numbers of two orders are a contradiction.")
            unchanged(platform, meant, before, because="A reverse that was refused changed the order.")
            reverses(platform, meant)
        reverses(platform, other, because="The other order is still paid.")

    try_all(platform, [(role, newer) for role in roles(platform) for newer in (False, True)], attempt)


@judges("v2.reverse.prefers-the-transaction-id")
def test_a_reverse_needs_a_number(platform: Platform) -> None:
    """A reverse without any number is refused, and no order is reversed; so is one whose numbers are empty."""
    platform.needs(*_NEEDS)

    def attempt(case: tuple[Role, str | None]) -> None:
        role, nothing = case
        order = charged(platform, role)
        before = platform.v2.query(order).is_accepted()
        platform.advance(A_WHILE)
        call = platform.v2.calls.reverse(order).but(out_trade_no=nothing, transaction_id=nothing)
        platform.v2.send(call, label="reverse no order").is_refused(*_BAD_INPUT, because="It names no order.")
        unchanged(platform, order, before, because="A reverse without a number reversed an order.")
        reverses(platform, order)

    try_all(platform, [(role, nothing) for role in roles(platform) for nothing in (None, "")], attempt)


def _paid(platform: Platform, role: Role, *, confirmed: bool) -> Order:
    if not confirmed:
        return charged(platform, role)
    order = charged(platform, role, "USERPAYING")
    platform.advance(A_WHILE)
    confirms(platform, order)
    return order


def _is_open(answer: AnswerV2) -> bool:
    """Whether the answer asks for the same call again; it must say so if it is a success."""
    if answer.status == 200 and answer.result.values.get("result_code") == "SUCCESS":
        recall = answer["recall"]
        if recall not in {"Y", "N"}:
            raise Violation("A reverse does not say whether it must be repeated.", expected="recall Y or N", got=f"recall {recall!r}")
    return answer.status == 200 and answer.result.verdict == "unknown"


def _is_ended(platform: Platform, order: Order, answer: AnswerV2, *, lenient: bool) -> None:
    """The answer is a success with recall N and the order is ended for good; where that is *lenient*, USERPAYING will do."""
    if lenient and not answer.accepted:
        answer.is_refused("USERPAYING", because="A reverse is put off while the payer confirms, or carried out.")
        return
    answer.is_accepted(because="The order can be reversed.").has("recall", "N")
    for seconds in (0, 60, _DAY):
        wait(platform, seconds)
        shows(platform, order, *ENDED, because="The answer said that the reverse need not be repeated.")
