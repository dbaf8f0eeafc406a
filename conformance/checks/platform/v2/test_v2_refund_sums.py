"""What all refunds of an order together take through APIv2, whichever family each was applied for by; and numbers used again."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.refunding import A_MINUTE, every_kind, suited
from conformance.checks.platform.stages import Kind, wait
from conformance.checks.platform.v2.refunding import (
    STATUSES,
    TOO_FAST,
    TOO_MUCH,
    Listed,
    apply,
    apply_for,
    carry_out,
    listed,
    no_refunds,
    paid,
    query,
    refused,
    show,
    take_the_rest,
)
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies import refunds
from strategies.cases import Order, Refund
from strategies.refunds import NAMINGS, Outcome, Part
from strategies.v2.refunds import FAMILIES, mixed_plans

GROUP = "v2 refunds"

_STATES: tuple[Outcome | None, ...] = (None, "SUCCESS", "ABNORMAL")
_PAUSES = (61, 3600, 86_400, 61, 8 * 86_400, 61, 31 * 86_400, 61, 100 * 86_400, 61, 61, 61)
_RACES = ((60, 60), (51, 50), (100, 100), (40, 40, 40), (1, 100), (34, 33, 33, 1), (50, 50), (20, 20, 20, 20, 20, 20))
_LATER = (600, 26 * 3600, 31 * 86_400)
"""Seconds after which a platform may have forgotten a number, if it remembers numbers only for a while."""


@judges("v2.refund.refuses-more-than-remaining")
@given(order=refunds.any_kind(), data=st.data())
def test_refuses_one_fen_more_than_remains(platform: Platform, order: Order, data: st.DataObject) -> None:
    """After any refunds, through either family and however they ended, a fen more than remains is refused and exactly the rest accepted."""
    platform.needs("payer", "settle", "time-travel")
    order = suited(platform, order)
    plan = data.draw(st.just(()) | mixed_plans(order.total), "earlier refunds")
    platform.v2.must_pay(order)
    left = carry_out(platform, order, plan)
    take_the_rest(platform, order, left)
    refused(platform, Refund(order, 1), *TOO_MUCH, because="Nothing remains of the order.")


@judges("v2.refund.refuses-more-than-remaining")
def test_weighs_all_refunds_of_an_order_together(platform: Platform) -> None:
    """Every kind of order, refunded in a dozen parts over a year's time by either family, yields not a fen more than was paid."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(case: tuple[Kind, Outcome | None]) -> None:
        kind, outcome = case
        order = paid(platform, kind, 1300)
        transaction_id = platform.v2.transaction_id(order)
        for amount in (1301, 2600):
            refused(platform, Refund(order, amount), *TOO_MUCH, because="The order's total is 1300 fen.")
        plan = [(Part(100, NAMINGS[turn % 2], outcome, pause), FAMILIES[turn % 3 == 2]) for turn, pause in enumerate(_PAUSES)]
        carry_out(platform, order, plan[:6])
        for naming in NAMINGS:
            refused(platform, Refund(order, 701, by=naming), *TOO_MUCH, because="700 fen remain of the order.")
        carry_out(platform, order, plan[6:])
        by_id = Refund(order, 101, by="transaction_id")
        refused(platform, by_id, *TOO_MUCH, transaction_id=transaction_id, goods=True, because="100 fen remain of the order.")
        take_the_rest(platform, order, 100)
        refused(platform, Refund(order, 1), *TOO_MUCH, because="Nothing remains of the order.")

    try_all(platform, [(kind, _STATES[turn % 3]) for turn, kind in enumerate(every_kind(platform))], attempt)


@judges("v2.refund.refuses-more-than-remaining")
def test_a_closed_refund_frees_its_amount(platform: Platform) -> None:
    """A REFUNDCLOSE refund, of the whole order or of a part, is free to be refunded once again; a CHANGE one is not."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(case: tuple[Kind, int]) -> None:
        kind, turn = case
        order = paid(platform, kind)
        apply_for(platform, Refund(order, 100), family=FAMILIES[turn % 2], outcome="CLOSED")
        apply_for(platform, Refund(order, 30), family=FAMILIES[(turn + 1) % 2], outcome="ABNORMAL")
        refused(platform, Refund(order, 71), *TOO_MUCH, because="70 fen remain: a refund that is CHANGE may yet be paid.")
        apply_for(platform, Refund(order, 60), family="v2", outcome="CLOSED")
        take_the_rest(platform, order, 70)

    try_all(platform, [(kind, turn) for turn, kind in enumerate(every_kind(platform))], attempt)


@judges("v2.refund.refuses-more-than-remaining")
def test_both_families_show_one_refund(platform: Platform) -> None:
    """A refund applied for by either family is the same to a query of the other: its id, its number, its amount and its state."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(case: tuple[Kind, Outcome, str]) -> None:
        kind, outcome, family = case
        order = kind.order(100)
        (platform.v2.must_pay if family == "v3" else platform.must_pay)(order)
        refund = Refund(order, 40)
        apply_for(platform, refund, family=family, outcome=outcome)
        theirs = platform.query_refund(refund).is_accepted(because="The refund exists.")
        ours = show(platform, refund)
        shown = (ours["refund_id"], ours["refund_fee"], ours["refund_status"])
        expected = (str(theirs["refund_id"]), str(theirs["amount.refund"]), STATUSES[outcome])
        if shown != expected or theirs["status"] != outcome:
            raise Violation("The two families show two refunds.", expected=", ".join(expected), got=", ".join(shown))

    turns: tuple[Outcome, ...] = ("SUCCESS", "ABNORMAL", "CLOSED")
    kinds = [(kind, turns[turn % 3], family) for turn, kind in enumerate(every_kind(platform)) for family in FAMILIES]
    try_all(platform, kinds, attempt)


@judges("v2.refund.never-exceeds-the-order")
def test_refunds_at_once_never_exceed_the_order(platform: Platform) -> None:
    """Of several refunds at the same moment, by either family, the accepted ones fit into the payment, are listed, and leave the rest."""
    platform.needs("payer", "time-travel")

    def attempt(case: tuple[Kind, tuple[int, ...], bool]) -> None:
        kind, parts, mixed = case
        order = paid(platform, kind)
        drafts = [Refund(order, part) for part in parts]
        for draft in drafts:
            platform.calls.refund_number(draft)
        wait(platform, A_MINUTE)
        acts = [
            lambda draft=draft, second=mixed and turn % 2 == 1: _send(platform, draft, second=second) for turn, draft in enumerate(drafts)
        ]
        _account(platform, order, drafts, platform.together(*acts))

    kinds = every_kind(platform)
    try_all(platform, [(kinds[turn % len(kinds)], parts, mixed) for turn, parts in enumerate(_RACES) for mixed in (False, True)], attempt)


def _send(platform: Platform, refund: Refund, *, second: bool) -> AnswerV2 | Answer:
    return platform.refund(refund) if second else platform.v2.refund(refund)


def _account(platform: Platform, order: Order, drafts: Sequence[Refund], answers: Sequence[AnswerV2 | Answer]) -> None:
    entries = {entry["out_refund_no"]: entry for entry in _all_of(platform, order)}
    for draft, answer in zip(drafts, answers, strict=True):
        entry = entries.get(draft.number or "")
        if answer.accepted and (entry is None or entry["refund_fee"] != str(draft.amount)):
            raise Violation("A refund that was accepted is not listed.", expected=f"{draft.amount} fen", got=str(entry))
        if _is_refusal(answer) and entry is not None:
            raise Violation("A refund that was refused is listed.", expected="no such refund", got=str(entry))
    taken = sum(int(entry["refund_fee"]) for entry in entries.values())
    if taken > order.total:
        raise Violation("Refunds at the same moment exceed the payment.", expected=f"at most {order.total} fen", got=f"{taken} fen")
    take_the_rest(platform, order, order.total - taken)


def _is_refusal(answer: AnswerV2 | Answer) -> bool:
    return answer.result.verdict == "refused" if isinstance(answer, AnswerV2) else 400 <= answer.status < 500


def _all_of(platform: Platform, order: Order) -> Sequence[Listed]:
    answer = query(platform, order, out_trade_no=order.number)
    if answer.accepted:
        return listed(answer)
    answer.is_refused("REFUNDNOTEXIST")
    return ()


@judges("v2.refund.repeats-refund-once")
def test_repeats_a_refund_once(platform: Platform) -> None:
    """The same request again, while the refund is open, paid or abnormal, soon or a month later, is the same refund and takes no more."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(case: tuple[Kind, int, int]) -> None:
        kind, turn, amount = case
        order = paid(platform, kind)
        transaction_id = platform.v2.transaction_id(order)
        refund = Refund(order, amount, {"reason": "退茶"}, by=NAMINGS[turn % 2])
        first = apply(platform, refund, goods=turn % 4 == 3)
        for pause in (0, _LATER[turn % 3]):
            platform.advance(pause)
            _is_the_same(platform, refund, first, transaction_id)
            if pause == 0 and _STATES[turn % 3] is not None:
                platform.settle(refund, _STATES[turn % 3] or "SUCCESS")
        if amount < order.total:
            apply(platform, Refund(order, 100 - amount - 1), transaction_id=transaction_id)
            _is_the_same(platform, refund, first, transaction_id)
            take_the_rest(platform, order, 1, transaction_id=transaction_id)
        _is_the_same(platform, refund, first, transaction_id)

    try_all(platform, [(kind, turn, amount) for turn, kind in enumerate(every_kind(platform)) for amount in (40, 100)], attempt)


def _is_the_same(platform: Platform, refund: Refund, first: AnswerV2, transaction_id: str, *, times: int = 1) -> None:
    for answer in platform.together(*[lambda: platform.v2.refund(refund, transaction_id=transaction_id)] * times):
        if not answer.accepted and answer.code is not None and answer.result.verdict == "refused":
            answer.is_refused(*TOO_FAST, because="The same request was accepted before.")
            continue
        answer.is_accepted(because="The same request was accepted before.")
        for name in ("refund_id", "refund_fee", "out_refund_no", "total_fee", "transaction_id"):
            answer.has(name, first[name], because="The refund was accepted before.")
    if show(platform, refund)["refund_id"] != first["refund_id"]:
        raise Violation("A repeated refund became another one.", expected=first["refund_id"], got=show(platform, refund)["refund_id"])


@judges("v2.refund.repeats-refund-once")
def test_repeats_at_once_are_one_refund(platform: Platform) -> None:
    """Five identical requests at the same moment, and five more afterwards, are one refund with one id, which lowers the rest once."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        order = paid(platform, kind)
        refund = Refund(order, 30)
        platform.calls.refund_number(refund)
        answers = platform.together(*[lambda: platform.v2.refund(refund)] * 5)
        ids = {answer["refund_id"] for answer in answers if answer.accepted}
        if len(ids) != 1:
            raise Violation("Identical refunds at once are not one refund.", expected="one refund_id", got=f"{len(ids)}")
        first = next(answer for answer in answers if answer.accepted)
        _is_the_same(platform, refund, first, first["transaction_id"], times=5)
        if len(_all_of(platform, order)) != 1:
            raise Violation("Identical refunds are several.", expected="one refund", got=f"{len(_all_of(platform, order))} listed")
        take_the_rest(platform, order, 70)

    try_all(platform, every_kind(platform), attempt)


@judges("v2.refund.refuses-changed-parameters")
def test_refuses_a_used_number_with_other_parameters(platform: Platform) -> None:
    """A used out_refund_no with another amount or for another order is refused; the first refund stays, the other order is untouched."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(case: tuple[Kind, int]) -> None:
        kind, turn = case
        order, other, larger = paid(platform, kind), paid(platform, kind), paid(platform, kind, 200)
        refund = Refund(order, 40)
        first = apply(platform, refund)
        outcome, before = _STATES[turn % 3], ""
        for pause in (0, _LATER[turn % 3]):
            platform.advance(pause)
            for changed in (39, 41, 60, 1, 100) if pause == 0 else (39, 60):
                again = Refund(order, changed, number=refund.number, by=NAMINGS[(turn + changed) % 2])
                _is_another(platform, again, refund, first)
            for elsewhere in (other, larger):
                _is_another(platform, Refund(elsewhere, 40, number=refund.number, by=NAMINGS[turn % 2]), refund, first)
                no_refunds(platform, elsewhere)
            if pause == 0 and outcome is not None:
                platform.settle(refund, outcome)
            if pause == 0:
                before = show(platform, refund)["refund_status"]
        if show(platform, refund)["refund_status"] != before:
            raise Violation("A refund changed its state.", expected=before, got=show(platform, refund)["refund_status"])
        take_the_rest(platform, order, 60)

    try_all(platform, [(kind, turn) for turn, kind in enumerate(every_kind(platform))], attempt)


def _is_another(platform: Platform, again: Refund, refund: Refund, first: AnswerV2) -> None:
    wait(platform, A_MINUTE)
    platform.v2.refund(again).is_refused(because="The out_refund_no was used for another refund.")
    entry = show(platform, refund)
    if (entry["refund_id"], entry["refund_fee"]) != (first["refund_id"], first["refund_fee"]):
        raise Violation("A refund became another one.", expected=f"{first['refund_id']}, {first['refund_fee']} fen", got=str(dict(entry)))
