"""Asking APIv2 for an order: in which state it is, and which order is meant."""

from typing import Literal

from conformance.checks.platform.stages import wait
from conformance.checks.platform.v2.asking import order_of, roles
from conformance.checks.platform.v2.tills import A_WHILE, FIVE_MINUTES, OPEN, State, charged, must_be_paid
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2.order_observers import STATES
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies.cases import Order, Product, Refund, Role
from strategies.orders import PREPAID, lean

GROUP = "v2 orders"

_BAD_INPUT = ("LACK_PARAMS", "PARAM_ERROR", "INVALID_REQUEST")
_WEEK = 7 * 86_400 + 3600
Stage = Literal["unpaid", "tried", "paid", "partly refunded", "refunded", "refund settled", "closed", "forgotten"]


@judges("v2.query.shows-a-known-state")
def test_an_order_is_in_a_known_state(platform: Platform) -> None:
    """Paid or not, refunded, closed or forgotten, an order is answered with its number and a state that such an order can be in."""
    platform.needs("payer")
    stages: list[Stage] = ["unpaid", "tried", "paid", "closed"]
    stages += ["partly refunded", "refunded"] if "client-certificates" in platform.capabilities else []
    stages += ["refund settled"] if {"client-certificates", "settle"} <= platform.capabilities else []
    stages += ["forgotten"] if "time-travel" in platform.capabilities else []

    def attempt(case: tuple[Product, Role, Stage]) -> None:
        product, role, stage = case
        order = order_of(product, role)
        platform.v2.place(order).is_accepted()
        _bring(platform, order, stage)
        _is_known(platform, order, *(state for state in STATES if state not in {"REVOKED", "USERPAYING"}))

    try_all(platform, [(product, role, stage) for product in PREPAID for role in roles(platform) for stage in stages], attempt)


@judges("v2.query.shows-a-known-state")
def test_a_code_payment_is_in_a_known_state(platform: Platform) -> None:
    """Waiting, paid, failed, refunded or reversed, a code payment is answered with its number and one of the eight states."""
    platform.needs("code-plans", "payer")
    states: list[State] = ["SUCCESS", "USERPAYING", "NOTPAY", "PAYERROR"]
    states += ["REFUND", "REVOKED"] if "client-certificates" in platform.capabilities else []

    def attempt(case: tuple[Role, State, bool]) -> None:
        role, state, given_up = case
        order = charged(platform, role, state)
        if given_up:
            wait(platform, A_WHILE)
            platform.cancel(order)
        _is_known(platform, order, *STATES)

    cases = [(role, state, False) for role in roles(platform) for state in states]
    try_all(platform, [*cases, *((role, state, True) for role in roles(platform) for state in OPEN)], attempt)


@judges("v2.query.prefers-the-transaction-id")
def test_a_query_by_both_numbers_goes_by_the_transaction_id(platform: Platform) -> None:
    """With the transaction_id of one order and the out_trade_no of another a query shows the first alone, or is refused."""
    platform.needs("payer")

    def attempt(case: tuple[Product, Role, Literal["paid", "unpaid", "closed"]]) -> None:
        product, role, state = case
        meant, other = lean(product, role, total=100, attach="meant"), lean("native", role, total=101, attach="other")
        platform.v2.must_pay(meant)
        platform.v2.place(other).is_accepted()
        _bring(platform, other, state)
        right = platform.v2.query(meant).is_accepted()
        known = right["transaction_id"]
        for _ in range(2):
            call = platform.v2.calls.query(other).but(transaction_id=known)
            answer = platform.v2.send(call, label="query by both numbers")
            if not answer.accepted:
                answer.is_refused(because="The numbers of two orders are a contradiction.")
                return
            for name in ("transaction_id", "out_trade_no", "trade_state", "total_fee", "time_end", "attach", "trade_type"):
                answer.has(name, right[name], because="The transaction_id decides.")
            wait(platform, 60)

    states: tuple[Literal["paid", "unpaid", "closed"], ...] = ("paid", "unpaid", "closed")
    cases = [(product, role, state) for product in (*PREPAID, "codepay") for role in roles(platform) for state in states]
    try_all(platform, cases, attempt)


@judges("v2.query.prefers-the-transaction-id")
def test_a_query_needs_a_number(platform: Platform) -> None:
    """A query without any number is refused, though there are orders it could mean; so is one whose numbers are empty."""

    def attempt(case: tuple[Role, str | None]) -> None:
        role, nothing = case
        order = order_of("native", role)
        platform.v2.place(order).is_accepted()
        call = platform.v2.calls.query(order)
        platform.v2.send(call.but(out_trade_no=nothing, transaction_id=nothing), label="query by no number").is_refused(*_BAD_INPUT)
        platform.v2.send(call).is_accepted()

    try_all(platform, [(role, nothing) for role in roles(platform) for nothing in (None, "")], attempt)


def _bring(platform: Platform, order: Order, stage: Stage) -> None:
    """Bring an order that was placed to *stage*."""
    if stage == "tried":
        platform.fail(order)
        platform.cancel(order)
    if stage == "forgotten":
        platform.advance(_WEEK)
    if stage == "closed":
        wait(platform, FIVE_MINUTES)
        platform.v2.close(order).is_accepted()
    if stage in {"paid", "partly refunded", "refunded", "refund settled"}:
        must_be_paid(platform, order, because="The payer cannot pay an order just placed.")
        if stage != "paid":
            refund = Refund(order, 1 if stage == "partly refunded" else order.total)
            platform.v2.refund(refund).is_accepted()
            if stage == "refund settled":
                platform.settle(refund)


def _is_known(platform: Platform, order: Order, *states: str) -> None:
    answers = [platform.v2.query(order)]
    if answers[0].get("transaction_id"):
        answers.append(platform.v2.query_by_id(order, answers[0]["transaction_id"]))
    for answer in answers:
        answer.is_accepted(because="The order exists.").has("out_trade_no", order.number or "")
        if answer["trade_state"] not in states:
            raise Violation(
                "The order is in a state it cannot be in.", expected=f"trade_state {' or '.join(states)}", got=answer["trade_state"]
            )
