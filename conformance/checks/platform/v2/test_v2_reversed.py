"""A code payment reversed through APIv2 more than once, while the payer confirms, or beside refunds: the money goes back once."""

from collections.abc import Sequence
from functools import partial
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
    is_not_done,
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
from strategies.cases import Order, Refund, Role
from strategies.v2.cases import CallV2

GROUP = "v2 codepay"

_HOUR, _DAY = 3600, 86_400
_NEEDS = ("client-certificates", "code-plans", "payer", "time-travel")
_PLANS: tuple[Plan, ...] = ("SUCCESS", "USERPAYING", "NOTPAY", "PAYERROR")
_RACES = (
    ("pay", "reverse"),
    ("reverse", "pay"),
    ("reverse", "pay", "reverse", "pay"),
    ("pay", "reverse", "pay"),
    ("fail", "reverse", "pay"),
)

Outcome = Literal["", "SUCCESS", "ABNORMAL"]


@judges("v2.reverse.repeats-move-no-money")
def test_a_repeated_reverse_moves_no_money(platform: Platform) -> None:
    """Reversed again at once, after a minute and days later, by either number, an order stays as it is and no money goes back again."""
    platform.needs(*_NEEDS)

    def attempt(case: tuple[Role, Plan]) -> None:
        order, known = _reversed(platform, *case)
        if order is None:
            return
        ended = shows(platform, order, *ENDED, because="The reverse was accepted.")
        for seconds in (0, 0, 60, _DAY, 5 * _DAY):
            platform.advance(seconds)
            for members in (None, by_id(known)) if known else (None,):
                _is_repeated(undone(platform, order, members))
                unchanged(platform, order, ended, because="A repeated reverse changed the order.")
        _returned_once(platform, order)

    try_all(platform, [(role, plan) for role in roles(platform) for plan in _PLANS], attempt)


@judges("v2.reverse.repeats-move-no-money")
def test_reverses_at_once_move_money_once(platform: Platform) -> None:
    """Of several reverses at the same moment, by either number, all are done or say that none is needed; the money goes back once."""
    platform.needs(*_NEEDS)

    def attempt(case: tuple[Role, tuple[bool, ...]]) -> None:
        role, named_by_id = case
        order = charged(platform, role)
        platform.advance(A_WHILE)
        known = shows(platform, order, "SUCCESS", because="The payer has paid.")["transaction_id"]
        answers = platform.together(*(partial(undone, platform, order, by_id(known) if named else None) for named in named_by_id))
        if not any(answer.accepted for answer in answers):
            answers[0].is_accepted(because="One of several reverses must succeed.")
        for answer in answers:
            _is_repeated(answer)
        shows(platform, order, "REVOKED", "REFUND", because="The reverse was accepted.")
        _returned_once(platform, order)

    cases = [(role, named) for role in roles(platform) for named in ((False,) * 4, (True,) * 4, (False, True, True), (True, False))]
    try_all(platform, cases, attempt)


@judges("v2.reverse.has-one-winner")
def test_of_a_reverse_and_a_confirmation_one_wins(platform: Platform) -> None:
    """At once, in either order, a reverse that is done ends the order, and one that is refused leaves it paid or waiting."""
    platform.needs(*_NEEDS)

    def attempt(case: tuple[Role, Plan, tuple[str, ...], int]) -> None:
        role, plan, acts, age = case
        order = charged(platform, role, plan)
        platform.advance(age)
        outcomes = platform.together(*(partial(_act, platform, order, act) for act in acts))
        _has_one_winner(platform, order, acts, outcomes)

    cases = [(role, plan, acts, age) for role in roles(platform) for plan in OPEN for acts in _RACES for age in (A_WHILE, 301)]
    try_all(platform, cases, attempt)


@judges("v2.reverse.has-one-winner")
def test_of_a_reverse_whose_answer_is_lost_and_a_confirmation_one_wins(platform: Platform) -> None:
    """When the answer to the reverse is lost, the payer pays or does not, and reversing again ends the order either way."""
    platform.needs(*_NEEDS, "loss")

    def attempt(case: tuple[Role, Plan, Literal["before", "after"]]) -> None:
        role, plan, lost = case
        order = charged(platform, role, plan)
        platform.advance(A_WHILE)
        platform.lose_next(lost)
        platform.v2.reverse(order)
        paid = platform.pay(order) is None
        shows(platform, order, *(("SUCCESS",) if paid else (*ENDED, *OPEN)), because="The payer was told otherwise.")
        platform.advance(A_WHILE)
        _is_repeated(undone(platform, order))
        shows(platform, order, *ENDED, because="The order was reversed, at the latest at the second try.")
        cannot_be_paid(platform, order, because="The payer paid an order that was reversed.")

    losses: tuple[Literal["before", "after"], ...] = ("before", "after")
    try_all(platform, [(role, plan, lost) for role in roles(platform) for plan in OPEN for lost in losses], attempt)


@judges("v2.reverse.never-returns-more-than-was-paid")
def test_a_reverse_and_refunds_return_no_more_than_was_paid(platform: Platform) -> None:
    """After refunds, whatever became of them, a reverse is refused and exactly the rest can be refunded, or is done and nothing can."""
    platform.needs("client-certificates", "payer", "time-travel")
    settled: tuple[Outcome, ...] = ("SUCCESS", "ABNORMAL") if "settle" in platform.capabilities else ()
    outcomes: tuple[Outcome, ...] = ("", *settled)

    def attempt(case: tuple[Role, tuple[int, ...], Outcome]) -> None:
        role, parts, outcome = case
        order = charged(platform, role)
        platform.advance(A_WHILE)
        for part in parts:
            refund = Refund(order, part)
            platform.v2.refund(refund).is_accepted(because="The order is paid and holds that much.")
            if outcome:
                platform.settle(refund, outcome)
            platform.advance(61)
        before = platform.v2.query(order).is_accepted()
        rest = order.total - sum(parts)
        for _ in range(2):
            answer = undone(platform, order)
            if answer.accepted:
                rest = 0
                break
            answer.is_refused(because="An order with refunds is reversed for the rest, or not at all.")
            unchanged(platform, order, before, because="A reverse that was refused changed the order.")
        _refunds_exactly(platform, order, rest)

    parts = ((), (1,), (40, 59), (100,))
    cases = [(role, each, outcome) for role in roles(platform) for each in parts for outcome in outcomes if each or not outcome]
    try_all(platform, cases, attempt)


@judges("v2.reverse.never-returns-more-than-was-paid")
def test_a_reverse_and_a_refund_at_once_return_no_more_than_was_paid(platform: Platform) -> None:
    """At the same moment, in either order, a reverse and a refund are not both done beyond what was paid."""
    platform.needs("client-certificates", "payer", "time-travel")

    def attempt(case: tuple[Role, int, bool]) -> None:
        role, part, reverse_first = case
        order = charged(platform, role)
        platform.advance(A_WHILE)
        refund = Refund(order, part)
        calls = [platform.v2.calls.reverse(order), platform.v2.calls.refund(refund)]
        answers = platform.together(*(partial(_sent, platform, call) for call in (calls if reverse_first else calls[::-1])))
        reverse, refunded = answers if reverse_first else answers[::-1]
        for answer in answers:
            if not answer.accepted:
                is_not_done(answer, because="It is done or refused.")
        platform.advance(61)
        # Where both were done, the refund came first and the reverse returned the rest.
        _refunds_exactly(platform, order, 0 if reverse.accepted else order.total - (part if refunded.accepted else 0))

    cases = [(role, part, first) for role in roles(platform) for part in (1, 60, 100) for first in (False, True)]
    try_all(platform, cases, attempt)


def _sent(platform: Platform, call: CallV2) -> AnswerV2:
    return platform.v2.send(call)


def _reversed(platform: Platform, role: Role, plan: Plan) -> tuple[Order | None, str | None]:
    """Return a code payment that was charged by *plan* and reversed, and its transaction_id; no order where that was put off."""
    order = charged(platform, role, plan)
    platform.advance(A_WHILE)
    known = platform.v2.query(order).is_accepted().get("transaction_id")
    answer = undone(platform, order)
    if plan == "USERPAYING" and not answer.accepted:
        return None, None
    answer.is_accepted(because="The order can be reversed.")
    return order, known


def _is_repeated(answer: AnswerV2) -> None:
    """The order is reversed, by this answer or by one before."""
    if answer.accepted:
        answer.has("recall", "N", because="The order is reversed.")
    else:
        answer.is_refused(*REVERSED_ALREADY, because="A repeated reverse is done, or said to be.")


def _returned_once(platform: Platform, order: Order) -> None:
    """What the platform tells of refunds of *order*, if it tells of the reverse there, is no more than was paid; and nothing is left."""
    call = CallV2("refundquery", order.role, platform.v2.calls.query(order).members)
    found = platform.v2.send(call, label="query the refunds of the order")
    if found.accepted:
        count = int(found["refund_count"])
        returned = sum(int(found[f"refund_fee_{number}"]) for number in range(count))
        if returned > order.total:
            raise Violation(
                "More went back than was paid.", expected=f"{order.total} fen at most", got=f"{returned} fen in {count} refunds"
            )
    platform.v2.refund(Refund(order, 1)).is_refused(because="A reversed order holds no money to give back.")


def _act(platform: Platform, order: Order, act: str) -> bool:
    """Reverse, or let the payer act; tell whether the order was reversed or money moved."""
    if act == "pay":
        return platform.pay(order) is None
    if act == "fail":
        return platform.fail(order) is None
    answer = platform.v2.reverse(order)
    return answer.accepted or is_not_done(answer, because="A reverse is done or refused.").accepted


def _has_one_winner(platform: Platform, order: Order, acts: Sequence[str], outcomes: Sequence[bool]) -> None:
    """The order is ended if a reverse was done, else paid if the payer has paid, else still waiting or failed; and stays so."""
    done = {act for act, took_effect in zip(acts, outcomes, strict=True) if took_effect}
    payments = sum(took_effect for act, took_effect in zip(acts, outcomes, strict=True) if act == "pay")
    if payments > 1:
        raise Violation("The payer paid twice.", expected="one payment at most", got=f"{payments} payments")
    left: tuple[str, ...] = ("SUCCESS",) if "pay" in done else (*OPEN, "PAYERROR")
    for seconds in (0, _HOUR):
        wait(platform, seconds)
        shows(platform, order, *(ENDED if "reverse" in done else left), because="The order is in a state the answers deny.")
    if "reverse" in done:
        cannot_be_paid(platform, order, because="The payer paid an order that was reversed.")
        platform.v2.refund(Refund(order, 1)).is_refused(because="A reversed order holds no money to give back.")
    else:
        reverses(platform, order, because="The order was not reversed yet.")


def _refunds_exactly(platform: Platform, order: Order, rest: int) -> None:
    """Of *order* *rest* fen can be refunded and not one more."""
    platform.v2.refund(Refund(order, rest + 1)).is_refused(because="More would go back than was paid.")
    if rest:
        platform.v2.refund(Refund(order, rest)).is_accepted(because="The rest was neither refunded nor reversed.")
        wait(platform, 61)
        platform.v2.refund(Refund(order, 1)).is_refused(because="More would go back than was paid.")
