"""Refunds that did not arrive, and paying them out another way."""

from dataclasses import replace
from itertools import cycle

from conformance.checks.keys import active_keys
from conformance.checks.platform.refunding import A_MINUTE, MERCHANT_CARD, apply, bounced, every_kind, paid, settle, show, user_card
from conformance.checks.platform.stages import Kind, wait
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.platform.refusals import BAD_PARAMETER
from reference.rules import judges
from strategies.cases import Refund
from strategies.faults.fields import faults_of
from strategies.faults.sensitive import SERIAL
from strategies.refunds import Outcome

GROUP = "refunds"

_KEPT = ("refund_id", "out_refund_no", "out_trade_no", "amount")
_CARD_FAULTS = (
    *faults_of("refund_apply_abnormal", keywords={"requiredIf"}),
    *faults_of("refund_apply_abnormal", "type"),
)
"""A card that is not told in full, and a destination that is neither of the two."""


@judges("v3.refund.abnormal-handling-needs-an-abnormal-refund")
def test_sends_no_other_refund_elsewhere(platform: Platform) -> None:
    """A refund that is under way, paid or closed cannot be sent to any card: it keeps its state and its amounts."""
    platform.needs("payer", "settle")
    key = active_keys(platform)[0]
    outcomes: tuple[Outcome | None, ...] = (None, "SUCCESS", "CLOSED")

    def attempt(case: tuple[Kind, Outcome | None]) -> None:
        kind, outcome = case
        refund = Refund(paid(platform, kind), 60)
        refund_id = str(apply(platform, refund, outcome=outcome)["refund_id"])
        before = show(platform, refund)
        _refuses_both_ways(platform, refund, refund_id, user_card(key), key.key_id)
        _unmoved(before, show(platform, refund))

    cases = [(kind, outcomes[(turn + step) % 3]) for turn, kind in enumerate(every_kind(platform)) for step in (0, 1)]
    try_all(platform, cases, attempt)


@judges("v3.refund.abnormal-handling-needs-an-abnormal-refund")
def test_sends_an_abnormal_refund_elsewhere_once(platform: Platform) -> None:
    """Once it is on its way to a card, and when it has arrived there, a refund cannot be sent elsewhere again."""
    platform.needs("payer", "settle")
    key = active_keys(platform)[0]

    def attempt(kind: Kind) -> None:
        refund, refund_id = bounced(platform, kind)
        platform.apply_abnormal(refund, refund_id, MERCHANT_CARD).is_accepted(because="The refund is ABNORMAL.")
        for _ in range(2):
            before = show(platform, refund)
            _refuses_both_ways(platform, refund, refund_id, user_card(key), key.key_id)
            _unmoved(before, show(platform, refund))
            if before["status"] == "PROCESSING":
                settle(platform, refund, "SUCCESS")

    try_all(platform, every_kind(platform), attempt)


@judges("v3.refund.abnormal-handling-needs-an-abnormal-refund")
def test_sends_no_refund_it_does_not_know_elsewhere(platform: Platform) -> None:
    """A refund_id nobody was given, and one under the out_refund_no of another refund, are refused; both refunds stay ABNORMAL."""
    platform.needs("payer", "settle")

    def attempt(kind: Kind) -> None:
        (refund, refund_id), (other, _) = bounced(platform, kind), bounced(platform, kind, 40)
        for unknown in (f"{refund_id}0", str(refund.number), "5030000000000000000000000000"):
            platform.apply_abnormal(refund, unknown, MERCHANT_CARD).is_refused(because="There is no such refund_id.")
        crossed = platform.apply_abnormal(replace(refund, number=other.number), refund_id, MERCHANT_CARD)
        crossed.is_refused(because="refund_id and out_refund_no name different refunds.")
        for known in (refund, other):
            show(platform, known).has("status", "ABNORMAL", because="A request that was refused moved a refund.")

    try_all(platform, every_kind(platform), attempt)


def _refuses_both_ways(platform: Platform, refund: Refund, refund_id: str, card: dict[str, str], serial: str) -> None:
    for body in (MERCHANT_CARD, card):
        answer = platform.apply_abnormal(refund, refund_id, body, headers={SERIAL: serial} if body is card else None)
        answer.is_refused(because="The refund is not ABNORMAL.")


def _unmoved(before: Answer, after: Answer) -> None:
    names = _KEPT if before["status"] == "PROCESSING" and after["status"] == "SUCCESS" else (*_KEPT, "status")
    for name in names:
        after.has(name, before[name], because="A request that was refused changed the refund.")


@judges("v3.refund.abnormal-refund-can-be-settled")
def test_an_abnormal_refund_can_be_sent_to_a_card(platform: Platform) -> None:
    """To the merchant's card without card data, to the payer's under every key of the platform: the same refund goes on and can end."""
    platform.needs("payer", "settle")
    ends: tuple[Outcome, ...] = ("SUCCESS", "CLOSED", "ABNORMAL")

    def attempt(case: tuple[Kind, Outcome]) -> None:
        kind, end = case
        ways = [(MERCHANT_CARD, None), *((user_card(key), {SERIAL: key.key_id}) for key in active_keys(platform, kind.role))]
        for body, headers in ways:
            refund, refund_id = bounced(platform, kind)
            before = show(platform, refund)
            answer = platform.apply_abnormal(refund, refund_id, body, headers=headers)
            answer.is_accepted(because="The refund is ABNORMAL and its destination is told in full.")
            for shown in (answer, show(platform, refund)):
                _goes_on(before, shown)
            _ends(platform, refund, end)

    try_all(platform, list(zip(every_kind(platform), cycle(ends), strict=False)), attempt)


@judges("v3.refund.abnormal-refund-can-be-settled")
def test_a_refund_that_bounces_again_can_be_sent_on(platform: Platform) -> None:
    """A refund may bounce more than once, and weeks may pass: each time it can be sent elsewhere, and in the end it succeeds."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(kind: Kind) -> None:
        refund, refund_id = bounced(platform, kind, 100)
        before = show(platform, refund)
        for pause in (20 * 86_400, A_MINUTE):
            wait(platform, pause)
            if show(platform, refund)["status"] == "ABNORMAL":
                answer = platform.apply_abnormal(refund, refund_id, MERCHANT_CARD)
                _goes_on(before, answer.is_accepted(because="The refund is ABNORMAL."))
                _ends(platform, refund, "ABNORMAL")
        platform.apply_abnormal(refund, refund_id, MERCHANT_CARD).is_accepted(because="The refund is ABNORMAL.")
        _ends(platform, refund, "SUCCESS")

    try_all(platform, every_kind(platform), attempt)


def _goes_on(before: Answer, answer: Answer) -> None:
    if answer["status"] not in {"PROCESSING", "SUCCESS"}:
        raise Violation("A refund that was sent elsewhere does not go on.", expected="PROCESSING or SUCCESS", got=answer.described)
    for name in _KEPT:
        answer.has(name, before[name], because="A refund that was sent elsewhere became another one.")


def _ends(platform: Platform, refund: Refund, end: Outcome) -> None:
    """Let the refund end and demand that it did; one that is SUCCESS at once has ended already."""
    if show(platform, refund)["status"] == "PROCESSING":
        refusal = platform.settle(refund, end)
        if refusal is not None:
            raise Violation("A refund that was sent elsewhere cannot end like any other.", expected=end, got=f"refused: {refusal}")
        show(platform, refund).has("status", end, because="A refund that was sent elsewhere does not end like any other.")


@judges("v3.refund.user-card-needs-card-data")
def test_a_card_is_told_in_full(platform: Platform) -> None:
    """Without bank_type, bank_account or real_name, or to neither of the two destinations, nothing is paid out; told in full it is."""
    platform.needs("payer", "settle")

    def attempt(kind: Kind) -> None:
        key = active_keys(platform, kind.role)[0]
        refund, refund_id = bounced(platform, kind)
        headers = {SERIAL: key.key_id}
        for fault in _CARD_FAULTS:
            wait(platform, 1)
            platform.apply_abnormal(refund, refund_id, user_card(key), headers=headers, broken_by=fault).is_refused(BAD_PARAMETER)
        show(platform, refund).has("status", "ABNORMAL", because="A request that was refused moved the refund.")
        platform.apply_abnormal(refund, refund_id, user_card(key), headers=headers).is_accepted(because="The card is told in full.")

    try_all(platform, every_kind(platform), attempt)
