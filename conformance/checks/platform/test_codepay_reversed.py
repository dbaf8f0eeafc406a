"""A reversed code payment: reversed for good, whoever confirms, refunds or charges afterwards or at the same moment."""

from collections.abc import Collection
from functools import partial
from typing import Literal

from conformance.checks.platform.stages import Kind, shows, unchanged
from conformance.checks.platform.tills import (
    A_WHILE,
    ENDED,
    FIVE_MINUTES,
    OPEN,
    Plan,
    charged,
    reversed_order,
    reverses,
    shows_no_payment,
    tills,
    with_fresh_code,
)
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.machines.codepay import REVERSED
from reference.rules import judges
from strategies.cases import Order, Refund

GROUP = "codepay"

_PLANS: tuple[Plan, ...] = ("SUCCESS", "USERPAYING", "PAYERROR")
_RACES = (("pay", "reverse"), ("reverse", "pay"), ("reverse", "pay", "reverse", "pay"), ("pay", "reverse", "pay"))
_HOUR, _DAY = 3600, 86_400


@judges("v3.codepay.late-confirmation-does-not-pay")
def test_a_reversed_order_cannot_be_confirmed(platform: Platform) -> None:
    """When the payer confirms a second, a minute or a day after the reverse, the order stays as the reverse left it."""
    platform.needs("code-plans", "payer", "time-travel")

    def attempt(case: tuple[Kind, Plan]) -> None:
        found = reversed_order(platform, *case)
        if found is None:
            return
        order, _ = found
        for seconds in (1, 60, _DAY):
            platform.advance(seconds)
            _cannot_be_confirmed(platform, order)
            platform.fail(order)
            shows_no_payment(platform, order, ("REVOKED", "CLOSED"), because="The payer confirmed too late.")

    try_all(platform, [(kind, plan) for kind in tills(platform) for plan in OPEN], attempt)


@judges("v3.codepay.reverse-and-confirmation-have-one-winner")
def test_of_a_reverse_and_a_confirmation_one_wins(platform: Platform) -> None:
    """Without a moment between them, a reverse that is accepted stops the payer, and one that is refused leaves what can be reversed."""
    platform.needs("code-plans", "payer", "time-travel")

    def attempt(case: tuple[Kind, Plan]) -> None:
        for acts in _RACES:
            order = charged(platform, *case)
            platform.advance(FIVE_MINUTES)
            done = set()
            for act in acts:
                if not _took_effect(platform, order, act):
                    continue
                if act == "pay" and "reverse" in done:
                    raise Violation("The payer paid an order that was reversed.", expected="a refusal", got="a payment")
                done.add(act)
            _has_one_winner(platform, order, done)

    try_all(platform, [(kind, plan) for kind in tills(platform) for plan in OPEN], attempt)


@judges("v3.codepay.reverse-and-confirmation-have-one-winner")
def test_of_a_reverse_and_a_confirmation_at_once_one_wins(platform: Platform) -> None:
    """At the same moment, a reverse that is accepted stands, and one that is refused leaves what can be reversed."""
    platform.needs("code-plans", "payer", "time-travel")

    def attempt(case: tuple[Kind, Plan]) -> None:
        for acts in _RACES:
            order = charged(platform, *case)
            platform.advance(FIVE_MINUTES)
            outcomes = platform.together(*(partial(_took_effect, platform, order, act) for act in acts))
            _has_one_winner(platform, order, {act for act, took_effect in zip(acts, outcomes, strict=True) if took_effect})

    try_all(platform, [(kind, plan) for kind in tills(platform) for plan in OPEN], attempt)


@judges("v3.codepay.revoked-is-final")
def test_a_reversed_order_stays_reversed(platform: Platform) -> None:
    """Queries, closes, refunds, further reverses and charges, and time, leave a reversed order as it was; no refund comes to be."""
    platform.needs("code-plans", "payer", "time-travel")

    def attempt(case: tuple[Kind, Plan]) -> None:
        found = reversed_order(platform, *case)
        if found is None:
            return
        order, ended = found
        known = ended.get("transaction_id")
        for seconds in (0, _HOUR, 8 * _DAY):
            platform.advance(seconds)
            refunds = [Refund(order, 1), Refund(order, order.total), *([Refund(order, 1, by="transaction_id")] if known else [])]
            for refund in refunds:
                platform.refund(refund, transaction_id=known).is_refused(because="A reversed order holds no money to give back.")
                platform.query_refund(refund).is_refused(because="A refund that was refused is none.")
                unchanged(platform, order, ended, because="A refund that was refused changed the order.")
            for name, act in (("close", platform.close), ("reverse", platform.reverse), ("charge", platform.place)):
                act(order)
                unchanged(platform, order, ended, because=f"A further {name} changed a reversed order.")
            by_id = platform.query_by_id(order, known) if known else ended
            if by_id.accepted:
                by_id.has("trade_state", ended["trade_state"], because="By its transaction_id a reversed order is in another state.")

    try_all(platform, [(kind, plan) for kind in tills(platform) for plan in _PLANS], attempt)


@judges("v3.codepay.refuses-a-reversed-number")
def test_a_reversed_number_cannot_be_charged(platform: Platform) -> None:
    """With the code it was submitted with or a fresh one, at once or a day later, a reversed number is refused and stays reversed."""
    platform.needs("code-plans", "payer", "time-travel")

    def attempt(case: tuple[Kind, Plan]) -> None:
        found = reversed_order(platform, *case)
        if found is None:
            return
        order, ended = found
        for seconds in (0, 60, _DAY):
            platform.advance(seconds)
            for again in (order, with_fresh_code(order), with_fresh_code(order).but(amount={"total": 1, "currency": "CNY"})):
                platform.place(again).is_refused(REVERSED, because="The number belongs to an order that was reversed.")
                unchanged(platform, order, ended, because="Submitting a reversed number again changed its order.")

    try_all(platform, [(kind, plan) for kind in tills(platform) for plan in _PLANS], attempt)


@judges("v3.codepay.refund-and-reverse-never-exceed-the-payment")
def test_refunds_and_a_reverse_never_exceed_the_payment(platform: Platform) -> None:
    """After refunds a reverse is refused and exactly the rest can be refunded, or it is accepted and nothing can."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(case: tuple[Kind, tuple[int, ...], Literal["", "SUCCESS", "CLOSED", "ABNORMAL"]]) -> None:
        kind, parts, outcome = case
        order = charged(platform, kind)
        platform.advance(A_WHILE)
        rest = order.total
        for part in parts:
            refund = Refund(order, part)
            platform.refund(refund).is_accepted(because="The order is paid and holds that much.")
            if outcome:
                platform.settle(refund, outcome)
            rest -= 0 if outcome == "CLOSED" else part
            platform.advance(61)
        before = platform.query(order).is_accepted()
        for _ in range(2):
            if _is_reversed(platform, order, before):
                rest = 0
                break
        platform.refund(Refund(order, rest + 1)).is_refused(because="More would go back than was paid.")
        if rest:
            platform.refund(Refund(order, rest)).is_accepted(because="The rest was neither refunded nor reversed.")
        platform.advance(61)
        platform.refund(Refund(order, 1)).is_refused(because="More would go back than was paid.")

    outcomes: tuple[Literal["", "SUCCESS", "CLOSED", "ABNORMAL"], ...] = ("", "SUCCESS", "CLOSED", "ABNORMAL")
    cases = [(kind, parts, outcome) for kind in tills(platform) for parts in ((1,), (40, 59), (100,)) for outcome in outcomes]
    try_all(platform, [*cases, *((kind, (), outcomes[0]) for kind in tills(platform))], attempt)


def _cannot_be_confirmed(platform: Platform, order: Order) -> None:
    if platform.pay(order) is None:
        raise Violation("The payer paid an order that was reversed.", expected="a refusal", got="a payment")
    shows_no_payment(platform, order, ("REVOKED", "CLOSED"), because="The payer confirmed too late.")


def _took_effect(platform: Platform, order: Order, act: str) -> bool:
    """Reverse or pay, whichever *act* says; tell whether it was done."""
    if act == "pay":
        return platform.pay(order) is None
    answer = platform.reverse(order)
    return answer.accepted or answer.is_refused(because="A reverse is carried out or refused.").accepted


def _has_one_winner(platform: Platform, order: Order, done: Collection[str]) -> None:
    """The order is reversed if that was *done*, else paid if the payer has paid, else still waiting; and stays so."""
    left: tuple[str, ...] = ("SUCCESS",) if "pay" in done else (*OPEN, "PAYERROR")
    for seconds in (0, _HOUR):
        platform.advance(seconds)
        shows(platform, order, *(ENDED if "reverse" in done else left), because="The order is in a state the answers deny.")
    if "reverse" in done:
        platform.refund(Refund(order, 1)).is_refused(because="A reversed order holds no money to give back.")
    else:
        reverses(platform, order, because="The order was not reversed yet.")


def _is_reversed(platform: Platform, order: Order, before: Answer) -> bool:
    """Reverse; tell whether it was carried out. One that was refused must have left the order as *before*."""
    answer = platform.reverse(order)
    if answer.accepted:
        return True
    answer.is_refused(because="A reverse is carried out or refused.")
    unchanged(platform, order, before, because="A reverse that was refused changed the order.")
    return False
