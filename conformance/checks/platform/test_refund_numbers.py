"""What a refund is called, and which order it names."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.refunding import (
    A_MINUTE,
    apply,
    every_kind,
    paid,
    refused,
    settle,
    share,
    show,
    suited,
    take_the_rest,
    turned_down,
)
from conformance.checks.platform.stages import Kind, shows, unchanged
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.machines.refund import CHANGED, UNKNOWN
from reference.platform.refusals import BAD_PARAMETER, RATE_LIMITED
from reference.rules import judges
from strategies import refunds
from strategies.cases import NumberShape, Refund, Role
from strategies.faults.refund import CHARACTERS, LEGAL, NUMBERS, REFERENCES
from strategies.refunds import NAMINGS, Naming, Outcome

GROUP = "refunds"

_STATES: tuple[Outcome | None, ...] = (None, "SUCCESS", "ABNORMAL")
_LATER = (700, 26 * 3600, 31 * 86_400)
"""Seconds after which a platform may have forgotten a number, if it remembers numbers only for a while."""


@judges("v3.refund.needs-an-order-reference")
def test_refuses_a_refund_that_names_no_order(platform: Platform) -> None:
    """A refund without transaction_id and out_trade_no is refused and leaves no object; with either one it is accepted."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        order = paid(platform, kind)
        for fault in REFERENCES:
            refused(platform, Refund(order, 1), BAD_PARAMETER, broken_by=fault)
        for naming in NAMINGS:
            platform.advance(A_MINUTE)
            apply(platform, Refund(order, 50, by=naming), because=f"The refund names its order by {naming}.")

    try_all(platform, every_kind(platform), attempt)


@judges("v3.refund.refuses-conflicting-references")
def test_refuses_references_to_two_orders(platform: Platform) -> None:
    """A refund that names one order by transaction_id and another by out_trade_no is refused, and both orders stay as they were."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        named, other, unpaid, unknown = paid(platform, kind), paid(platform, kind), kind.order(), kind.order()
        transaction_id, before = platform.transaction_id(other), platform.query(named).is_accepted()
        orders = [named, unknown]
        if kind.product != "codepay":
            platform.place(unpaid).is_accepted()
            orders.append(unpaid)
        for order in orders:
            because = "transaction_id and out_trade_no do not name the same order."
            refused(platform, Refund(order, 100, by="both"), transaction_id=transaction_id, because=because)
        unchanged(platform, named, before, because="A refund that was refused changed the order out_trade_no names.")
        shows(platform, other, "SUCCESS", because="A refund that was refused changed the order transaction_id names.")
        platform.advance(A_MINUTE)
        take_the_rest(platform, named, 100)
        take_the_rest(platform, other, 100)

    try_all(platform, every_kind(platform), attempt)


@judges("v3.refund.refuses-malformed-out-refund-no")
def test_refuses_a_malformed_number(platform: Platform) -> None:
    """An out_refund_no that is missing, empty, too long or holds another character is refused, and the whole amount stays refundable."""
    platform.needs("payer", "time-travel")
    shared, single = NUMBERS[: -3 * len(CHARACTERS)], NUMBERS[-3 * len(CHARACTERS) :]

    def attempt(kind: Kind) -> None:
        order = paid(platform, kind)
        for fault in (*shared, *share(platform, kind, single)):
            turned_down(platform, Refund(order, 1), BAD_PARAMETER, broken_by=fault)
        platform.advance(A_MINUTE)
        take_the_rest(platform, order, 100)

    try_all(platform, every_kind(platform), attempt)


@judges("v3.refund.refuses-malformed-out-refund-no")
def test_accepts_every_well_formed_number(platform: Platform) -> None:
    """Numbers of 1 and of 64 characters, with each character that is allowed in each place, are accepted and can be queried."""
    platform.needs("payer", "time-travel")
    shapes = [NumberShape(64), NumberShape(64, LEGAL), NumberShape(63, "Zz"), *(NumberShape(20, tail) for tail in LEGAL)]

    def attempt(kind: Kind) -> None:
        order = paid(platform, kind, total=1000)
        for shape in shapes:
            refund = Refund(order, 1, shape=shape)
            _works(platform, refund)
            if shape.tail:
                _works(platform, Refund(order, 1, number=f"{refund.number}"[::-1]))
        single = Refund(order, 1, number="7")
        if not platform.query_refund(single).accepted:  # such a number can be used once in the life of a platform
            _works(platform, single)

    try_all(platform, [kind for kind in every_kind(platform) if kind.product in {"jsapi", "codepay"}], attempt)


def _works(platform: Platform, refund: Refund) -> None:
    platform.advance(A_MINUTE)
    apply(platform, refund, because=f"{refund.number or refund.shape} is a well-formed out_refund_no.").has("out_refund_no", refund.number)
    show(platform, refund).has("out_refund_no", refund.number)


@judges("v3.refund.keeps-numbers-of-merchants-apart")
def test_two_merchants_use_the_same_number(platform: Platform) -> None:
    """Merchants that refund their own orders under one out_refund_no get different refunds, and each sees its own."""
    platform.needs("payer", "other-merchant")
    roles: list[Role] = ["merchant", "other"]
    if "partner-merchant" in platform.capabilities:
        roles.append("partner")

    def attempt(kind: Kind) -> None:
        taken: list[tuple[Refund, Answer]] = []
        for turn, role in enumerate(roles):
            refund = Refund(paid(platform, replace(kind, role=role)), 60 + turn % 2)
            refund.number = taken[0][0].number if taken else None
            taken.append((refund, apply(platform, refund, because="The number is free in this merchant's own system.")))
        if len({answer["refund_id"] for _, answer in taken}) < len(taken):
            raise Violation("Refunds of different merchants are one.", expected="a refund_id for each", got=taken[-1][1].described)
        for refund, answer in taken:
            shown = show(platform, refund)
            for name in ("refund_id", "out_trade_no", "transaction_id"):
                shown.has(name, answer[name], because="A merchant is shown another merchant's refund of the same number.")

    try_all(platform, [kind for kind in every_kind(platform) if kind.role == "merchant"], attempt)


@judges("v3.refund.repeats-refund-once")
def test_a_repeated_request_refunds_once(platform: Platform) -> None:
    """The identical request, repeated at once and later in every state, is answered with the same refund, and the rest stays refundable."""
    platform.needs("payer", "settle", "time-travel")
    cases = [(kind, by, outcome) for kind in every_kind(platform) for by, outcome in zip((*NAMINGS, NAMINGS[0]), _STATES, strict=True)]

    def attempt(case: tuple[Kind, Naming, Outcome | None]) -> None:
        kind, by, outcome = case
        order = paid(platform, kind)
        transaction_id = platform.transaction_id(order)
        refund = Refund(order, 60, {"reason": "已经卖完了"}, by)
        first = platform.refund(refund, transaction_id=transaction_id).is_accepted()
        _repeats(platform, refund, first, transaction_id, soon=True)
        if outcome is not None:
            settle(platform, refund, outcome)
            _repeats(platform, refund, first, transaction_id, soon=True)
        platform.advance(A_MINUTE)
        _repeats(platform, refund, first, transaction_id)
        take_the_rest(platform, order, 40)
        for pause in _LATER:
            platform.advance(pause)
            _repeats(platform, refund, first, transaction_id)

    try_all(platform, cases, attempt)


def _repeats(platform: Platform, refund: Refund, first: Answer, transaction_id: str, *, soon: bool = False) -> None:
    """Repeat *refund* and demand the answer of the *first* time; within a minute it may be put off."""
    again = platform.refund(refund, transaction_id=transaction_id)
    if soon and again.admits((RATE_LIMITED,)):
        return
    again.is_accepted(because="The identical request was accepted before.")
    for name in ("refund_id", "amount.refund", "amount.total"):
        again.has(name, first[name], because="A repeated request is answered with another refund.")


@judges("v3.refund.repeats-refund-once")
@given(refund=refunds.full(), pauses=st.lists(st.sampled_from((A_MINUTE, *_LATER)), min_size=1, max_size=3))
def test_any_refund_can_be_repeated(platform: Platform, refund: Refund, pauses: list[int]) -> None:
    """A refund of any amount with any options, repeated early and late, stays one refund: exactly the rest of its order is left."""
    platform.needs("payer", "time-travel")
    refund.order = suited(platform, refund.order)
    platform.must_pay(refund.order)
    transaction_id = platform.transaction_id(refund.order)
    first = platform.refund(refund, transaction_id=transaction_id).is_accepted()
    for pause in pauses:
        platform.advance(pause)
        _repeats(platform, refund, first, transaction_id)
    take_the_rest(platform, refund.order, refund.order.total - refund.amount)


@judges("v3.refund.repeats-at-once-refund-once")
def test_identical_requests_at_the_same_moment_refund_once(platform: Platform) -> None:
    """Of identical requests sent together every accepted one is the same refund, and afterwards exactly the rest is left."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        order = paid(platform, kind)
        refund = Refund(order, 51, number=platform.mint.number())
        answers = platform.together(*[lambda: platform.refund(refund)] * 4)
        for answer in answers:
            if not answer.accepted and not 400 <= answer.status < 600:
                raise Violation("A repeated refund is neither accepted nor refused.", expected="2xx, 4xx or 5xx", got=answer.described)
        platform.advance(A_MINUTE)
        kept = show(platform, refund) if any(answer.accepted for answer in answers) else apply(platform, refund)
        for answer in answers:
            if answer.accepted:
                answer.has("refund_id", kept["refund_id"], because="Identical requests made more than one refund.")
        platform.advance(A_MINUTE)
        take_the_rest(platform, order, 49)

    try_all(platform, every_kind(platform), attempt)


@judges("v3.refund.refuses-changed-parameters")
def test_refuses_other_parameters_under_a_used_number(platform: Platform) -> None:
    """In every state of a refund its number is refused for another amount or order, and the refund stays as it was."""
    platform.needs("payer", "settle", "time-travel")
    outcomes: tuple[Outcome | None, ...] = (*_STATES, "CLOSED")
    kinds = every_kind(platform)
    cases = [(kind, outcome, (A_MINUTE, *_LATER)[turn % 4]) for turn, kind in enumerate(kinds) for outcome in outcomes[turn % 2 :: 2]]

    def attempt(case: tuple[Kind, Outcome | None, int]) -> None:
        kind, outcome, pause = case
        order, other = paid(platform, kind), paid(platform, kind)
        refund = Refund(order, 40)
        apply(platform, refund, outcome=outcome)
        before = show(platform, refund)
        platform.advance(pause)
        for by in NAMINGS:
            turned_down(platform, replace(refund, order=other, by=by), CHANGED, because="The number is used again for another order.")
        for amount in (39, 41):
            turned_down(platform, replace(refund, amount=amount), CHANGED, because="The number is used again for another amount.")
        after = show(platform, refund)
        for name in ("refund_id", "out_trade_no", "amount.refund", "status"):
            if before["status"] != "PROCESSING" or name != "status":
                after.has(name, before[name], because="A request that was refused changed the refund.")
        shows(platform, other, "SUCCESS", because="A refund that was refused changed the order it named.")
        platform.advance(A_MINUTE)
        take_the_rest(platform, order, 100 if outcome == "CLOSED" else 60)
        take_the_rest(platform, other, 100)

    try_all(platform, cases, attempt)


@judges("v3.refund.unknown-refund-is-not-found")
def test_finds_no_refund_that_was_never_accepted(platform: Platform) -> None:
    """A number nobody applied under, and one whose application was refused, is answered 404, and a refund under it is accepted after."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        order, unpaid = paid(platform, kind), kind.order()
        platform.calls.number(unpaid)
        refund = Refund(order, 60)
        _unknown(platform, refund)
        _unknown(platform, refund)
        for changed in (replace(refund, amount=101), replace(refund, order=unpaid), refund.but(reason="x" * 81)):
            turned_down(platform, changed)
            _unknown(platform, refund)
        platform.advance(A_MINUTE)
        apply(platform, refund, because="Nothing was accepted under this number before.")
        second = Refund(order, 41)
        platform.advance(A_MINUTE)
        turned_down(platform, second)
        _unknown(platform, second)
        apply(platform, replace(second, amount=40), because="Nothing was accepted under this number before.")

    try_all(platform, every_kind(platform), attempt)


def _unknown(platform: Platform, refund: Refund) -> None:
    platform.query_refund(refund).is_refused(UNKNOWN, because="No refund was accepted under this number.")
