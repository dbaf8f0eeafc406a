"""Closing orders of APIv2: soon after ordering, paid by code, and at the moment of paying."""

from functools import partial
from typing import Literal

from conformance.checks.platform.stages import HALF_AN_HOUR, wait
from conformance.checks.platform.v2.asking import order_of, roles
from conformance.checks.platform.v2.tills import (
    FIVE_MINUTES,
    OPEN,
    State,
    cannot_be_paid,
    charged,
    confirms,
    is_not_done,
    must_be_paid,
    shows,
    unchanged,
)
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Violation
from reference.oracles.errors import canonical
from reference.rules import judges
from strategies.cases import Order, Product, Refund, Role
from strategies.orders import PREPAID

GROUP = "v2 orders"

_HOUR = 3600


@judges("v2.close.early-close-is-clean")
def test_an_early_close_works_or_does_nothing(platform: Platform) -> None:
    """Within five minutes of ordering a close ends the order, or is refused and leaves it payable and to be closed later."""
    platform.needs("payer")
    ages = (0, 1, 60, 290) if "time-travel" in platform.capabilities else (0,)

    def attempt(case: tuple[Product, Role, int, bool]) -> None:
        product, role, age, tried = case
        for later in ("paid", "closed"):
            order = order_of(product, role)
            platform.v2.place(order).is_accepted()
            if tried:
                platform.fail(order)
            if age:
                platform.advance(age)
            before = platform.v2.query(order).is_accepted(because="The order exists.")
            answer = platform.v2.close(order)
            if answer.accepted:
                _stays_closed(platform, order)
                return
            is_not_done(answer, because="An early close is done or refused.")
            unchanged(platform, order, before, because="A close that was refused changed the order.")
            if later == "paid":
                must_be_paid(platform, order, because="A close that was refused leaves the order payable.")
                shows(platform, order, "SUCCESS", because="The order was paid.")
            elif "time-travel" in platform.capabilities:
                platform.advance(FIVE_MINUTES)
                platform.v2.close(order).is_accepted(because="The five minutes are over.")
                _stays_closed(platform, order)

    ways = [(age, tried) for age in ages for tried in (False, True)]
    try_all(platform, [(product, role, *way) for product in PREPAID for role in roles(platform) for way in ways], attempt)


@judges("v2.close.refuses-code-payments")
def test_a_code_payment_is_not_closed(platform: Platform) -> None:
    """In any state a close is refused and changes nothing: a waiting order is confirmed afterwards, a paid one stays paid."""
    platform.needs("code-plans", "payer")

    def attempt(case: tuple[Role, State]) -> None:
        role, state = case
        order = charged(platform, role, state)
        before = platform.v2.query(order).is_accepted(because="The order exists.")
        for seconds in (0, 5) if state in OPEN else (0, FIVE_MINUTES):
            wait(platform, seconds)
            is_not_done(platform.v2.close(order), because="A code payment is reversed and never closed.")
            # Whoever is asked for the password may give up by himself.
            unchanged(platform, order, before, state=state not in OPEN, because="A close that was refused changed a code payment.")
        if state in OPEN:
            confirms(platform, order)
            shows(platform, order, "SUCCESS", because="The payer has confirmed.")

    states: list[State] = ["SUCCESS", "USERPAYING", "NOTPAY", "PAYERROR"]
    if "client-certificates" in platform.capabilities:
        states += ["REFUND", "REVOKED"]
    try_all(platform, [(role, state) for role in roles(platform) for state in states], attempt)


@judges("v2.close.has-one-winner")
def test_of_a_close_and_a_payment_one_wins(platform: Platform) -> None:
    """At once, in either order and repeatedly, a close and a payment are never both true: the answers say which one is."""
    platform.needs("payer")

    def attempt(case: tuple[Product, Role, tuple[str, ...]]) -> None:
        product, role, acts = case
        order = order_of(product, role)
        platform.v2.place(order).is_accepted()
        wait(platform, HALF_AN_HOUR)
        _judge(platform, order, platform.together(*(partial(_act, platform, order, act) for act in acts)))

    try_all(platform, [(product, role, acts) for product in PREPAID for role in roles(platform) for acts in _RACES], attempt)


@judges("v2.close.has-one-winner")
def test_of_a_close_whose_answer_is_lost_and_a_payment_one_wins(platform: Platform) -> None:
    """When the answer to a close is lost, what the payer and a second close are told is what a query then shows."""
    platform.needs("payer", "loss")

    def attempt(case: tuple[Product, Role, Literal["before", "after"], bool]) -> None:
        product, role, lost, payer_first = case
        order = order_of(product, role)
        platform.v2.place(order).is_accepted()
        wait(platform, HALF_AN_HOUR)
        done = [_act(platform, order, "pay")] if payer_first else []
        platform.lose_next(lost)
        platform.v2.close(order)
        _judge(platform, order, [*done, _act(platform, order, "pay"), _act(platform, order, "close")])

    losses: tuple[Literal["before", "after"], ...] = ("before", "after")
    ways = [(lost, first) for lost in losses for first in (False, True)]
    try_all(platform, [(product, role, *way) for product in ("jsapi", "native") for role in roles(platform) for way in ways], attempt)


_RACES = (
    ("pay", "close"),
    ("close", "pay"),
    ("fail", "close", "pay"),
    ("pay", "close", "pay", "close"),
    ("close", "cancel", "pay", "close", "pay"),
)


def _act(platform: Platform, order: Order, act: str) -> AnswerV2 | bool:
    """Close, and return the answer; or let the payer act, and return whether money moved."""
    if act == "close":
        return platform.v2.close(order)
    if act == "pay":
        return platform.pay(order) is None
    (platform.fail if act == "fail" else platform.cancel)(order)
    return False


def _judge(platform: Platform, order: Order, outcomes: list[AnswerV2 | bool]) -> None:
    answers = [outcome for outcome in outcomes if isinstance(outcome, AnswerV2)]
    payments = sum(outcome is True for outcome in outcomes)
    closed = any(answer.accepted for answer in answers)
    if payments > 1 or (payments and closed):
        said = "The payer paid twice." if payments > 1 else "The close was accepted, and the payer has paid."
        raise Violation(f"{said} One of the two must win.", expected="one winner", got=platform.v2.query(order).described)
    for answer in answers:
        if not answer.accepted:
            is_not_done(answer, because="A close is done or refused.")
    told_paid = any(canonical(answer.code or "") == "ORDER_PAID" for answer in answers)
    if closed and told_paid:
        raise Violation(
            "One close was accepted, and one was told that the order is paid.", expected="one winner", got=answers[-1].described
        )
    states = ("CLOSED",) if closed else ("SUCCESS",) if told_paid or payments else ("SUCCESS", "CLOSED")
    for seconds in (0, _HOUR):
        wait(platform, seconds)
        shown = shows(platform, order, *states, because="The order is in a state the answers deny.")
        if closed:
            shown.lacks("transaction_id", because="The order was closed before it was paid.")
    if closed:
        cannot_be_paid(platform, order, because="A closed order was paid.")
    if payments and "client-certificates" in platform.capabilities:
        platform.v2.refund(Refund(order, 1)).is_accepted(because="The order was paid.")


def _stays_closed(platform: Platform, order: Order) -> None:
    shows(platform, order, "CLOSED", because="The close was accepted.")
    cannot_be_paid(platform, order, because="A closed order was paid.")
    wait(platform, _HOUR)
    shows(platform, order, "CLOSED", because="The close was accepted.").lacks("transaction_id", because="Nobody has paid.")
