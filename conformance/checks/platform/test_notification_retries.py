"""What a platform does about notifications nobody acknowledges: when it repeats them, what it repeats, and when it stops."""

from collections.abc import Iterable, Sequence
from itertools import cycle, islice, pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.notices import Notified, brief, payments, refunds
from conformance.checks.platform.refunding import apply, settle
from conformance.checks.platform.stages import Kind, kinds, shows
from conformance.targets.answer import Answer
from conformance.targets.inbox import Inbox, Letter
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.oracles.message_check import Outcome, Reason
from reference.platform import LADDER
from reference.rules import judges
from strategies.cases import Refund

GROUP = "notifications"

_FRESH = "v3.notify.signs-each-retry-afresh"
_DAY = 86_400
_WHOLE = sum(LADDER) + 3600
"""Seconds in which every retry has come."""
_TOLERANCE = 1
"""Seconds by which an interval may miss the schedule, for a clock that runs on meanwhile."""
_TOLD = ("out_trade_no", "transaction_id", "out_refund_no", "refund_id", "trade_state", "refund_status", "success_time", "amount")
"""What tells one event from another."""
_FAILURES = (500, 501, 502, 503, 504, 400, 401, 403, 404, 405, 413, 429, 301, 302, 303, 307, 308)


@judges("v3.notify.retries-until-acknowledged")
def test_repeats_what_was_answered_with_a_failure(platform: Platform) -> None:
    """Every status of 3xx, 4xx and 5xx, given to a payment or to a refund, is followed by another attempt, up to the last."""
    platform.needs("payer", "settle", "time-travel", "notifications")
    chosen = [cycle(occasion for occasion in brief(platform) if occasion.event_type.startswith(kind)) for kind in ("TRANSACTION", "REFUND")]
    with Inbox(platform) as inbox:
        begun = [(status, next(occasions).begin(inbox, status)) for status in _FAILURES for occasions in chosen]
        inbox.wait(_WHOLE)
        for status, notified in begun:
            if len(notified.letters) <= len(LADDER):
                raise Violation(
                    f"A notification answered {status} is not delivered again.",
                    expected=f"{len(LADDER) + 1} attempts",
                    got=f"{len(notified.letters)} of a {notified.event_type}",
                )


@judges("v3.notify.retries-until-acknowledged")
@given(answers=st.lists(st.sampled_from(_FAILURES), min_size=1, max_size=len(LADDER)), refund=st.booleans(), index=st.integers(0, 5))
def test_repeats_until_it_is_acknowledged(platform: Platform, answers: list[int], refund: bool, index: int) -> None:  # noqa: FBT001
    """Whatever failures are answered in turn, the next attempt follows each, until one is answered 200."""
    platform.needs("payer", "settle", "time-travel", "notifications")
    occasion = (refunds if refund else payments)(platform)[index]
    with Inbox(platform) as inbox:
        notified = occasion.begin(inbox, *answers, 200)
        inbox.wait(_WHOLE)
        if len(notified.letters) <= len(answers):
            raise Violation(
                "A notification nobody acknowledged is not delivered again.",
                expected=f"an attempt after each of {answers}",
                got=f"{len(notified.letters)} attempts",
            )


@judges("v3.notify.retries-after-a-late-answer")
def test_repeats_what_got_no_answer_in_time(platform: Platform) -> None:
    """An endpoint that has not answered after five seconds, at one attempt or at many, gets the next attempt; a 200 in time ends it."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    def attempt(answers: tuple[int | None, ...]) -> None:
        with Inbox(platform) as inbox:
            begun = [occasion.begin(inbox, *answers, 200) for occasion in brief(platform)[len(answers) % 2 :: 2]]
            inbox.wait(_WHOLE)
            for notified in begun:
                if len(notified.letters) <= len(answers):
                    raise Violation(
                        "A notification that got no answer in time is not delivered again.",
                        expected=f"{len(answers) + 1} attempts",
                        got=f"{len(notified.letters)} of a {notified.event_type}",
                    )

    try_all(platform, ((None,), (500, None), (None, None), (None, 500, None), (None,) * 4, (None,) * len(LADDER)), attempt)


@judges("v3.notify.retries-on-schedule")
def test_repeats_on_schedule(platform: Platform) -> None:
    """Payments and refunds of every kind, refused at once each time, come again after the published intervals."""
    platform.needs("payer", "settle", "time-travel", "notifications")
    with Inbox(platform) as inbox:
        begun = []
        for occasion in brief(platform):
            begun.append(occasion.begin(inbox, 500))
            inbox.wait(7)
        inbox.wait(_WHOLE)
        for notified in begun:
            _keeps_the_schedule(notified.letters, notified.event_type)


@judges("v3.notify.retries-on-schedule")
@given(answers=st.lists(st.sampled_from((500, 404, 302, 403, 503)), min_size=2, max_size=6), index=st.integers(0, 7))
def test_keeps_the_schedule_whatever_the_failure(platform: Platform, answers: list[int], index: int) -> None:
    """The kind of failure, and failures of different kinds, do not change the intervals."""
    platform.needs("payer", "time-travel", "notifications")
    with Inbox(platform) as inbox:
        notified = payments(platform)[index].begin(inbox, *islice(cycle(answers), len(LADDER) + 1))
        inbox.wait(_WHOLE)
        _keeps_the_schedule(notified.letters, notified.event_type)


@judges("v3.notify.gives-up-after-the-last-retry")
def test_gives_up_after_fifteen_retries(platform: Platform) -> None:
    """A payment or refund notification nobody ever acknowledges is attempted 16 times, and not once more within seven days."""
    platform.needs("payer", "settle", "time-travel", "notifications")
    with Inbox(platform) as inbox:
        ways: cycle[tuple[int | None, ...]] = cycle(((500,), (404, 302, 503), (None,)))
        begun = [(answers, occasion.begin(inbox, *answers)) for occasion, answers in zip(brief(platform), ways, strict=False)]
        inbox.wait(_WHOLE)
        inbox.wait(7 * _DAY)
        for answers, notified in begun:
            if len(notified.letters) != len(LADDER) + 1:
                raise Violation(
                    "A notification is not given up when it should be.",
                    expected=f"{len(LADDER) + 1} attempts in all",
                    got=f"{len(notified.letters)} of a {notified.event_type} that was answered {answers}",
                )


@judges("v3.notify.stops-after-acknowledgement")
def test_stops_after_an_acknowledgement(platform: Platform) -> None:
    """Acknowledged with 200 or 204 at whichever of its attempts, a notification comes no more; a single copy is let pass."""
    platform.needs("payer", "settle", "time-travel", "notifications")
    chosen = cycle(brief(platform))
    at_once = [(0, status, occasion) for status in (200, 204) for occasion in brief(platform)]
    later = [(failures, status, next(chosen)) for failures in range(1, len(LADDER)) for status in (200, 204)]
    with Inbox(platform) as inbox:
        begun = [(failures, status, occasion.begin(inbox, *(500,) * failures, status)) for failures, status, occasion in (*at_once, *later)]
        inbox.wait(_WHOLE)
        inbox.wait(7 * _DAY)
        for failures, status, notified in begun:
            if len(notified.letters) > failures + 2:
                raise Violation(
                    f"A notification acknowledged with {status} comes again and again.",
                    expected=f"{failures + 1} attempts",
                    got=f"{len(notified.letters)} of a {notified.event_type}",
                )


@judges(_FRESH)
def test_signs_each_retry_at_its_own_time(platform: Platform) -> None:
    """At each of 16 attempts over a day, payments and refunds of every kind carry the time of sending, under the signature."""
    platform.needs("payer", "settle", "time-travel", "notifications")
    with Inbox(platform) as inbox:
        begun = [occasion.begin(inbox, 500) for occasion in brief(platform)]
        inbox.wait(_WHOLE)
        for notified in begun:
            for letter in notified.letters:
                _is_fresh(letter)


@judges("v3.notify.retries-tell-the-same")
def test_repeats_the_same_event(platform: Platform) -> None:
    """All attempts about a payment or refund decrypt to the same event, though it is refunded or paid out another way meanwhile."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    def attempt(kind: Kind) -> None:
        with Inbox(platform) as inbox:
            order = kind.order(notify_url=inbox.address(kind.role, 500))
            platform.must_pay(order)
            inbox.wait(20)
            bounced = Refund(order, 60, {"notify_url": inbox.address(kind.role, 500)})
            refund_id = str(apply(platform, bounced, outcome="ABNORMAL")["refund_id"])
            inbox.wait(200)
            platform.apply_abnormal(bounced, refund_id, {"type": "MERCHANT_BANK_CARD"})
            inbox.wait(900)
            settle(platform, bounced, "SUCCESS")
            closed = Refund(order, 1, {"notify_url": inbox.address(kind.role, 500)})
            apply(platform, closed, outcome="CLOSED")
            inbox.wait(_WHOLE)
            _tells_one_event(inbox.at(order.fields["notify_url"]))
            for event_type in ("REFUND.ABNORMAL", "REFUND.SUCCESS"):
                _tells_one_event([letter for letter in inbox.at(bounced.fields["notify_url"]) if letter.event_type == event_type])
            _tells_one_event(inbox.at(closed.fields["notify_url"]))

    try_all(platform, kinds(platform), attempt)


@judges("v3.notify.retries-tell-the-same")
def test_repeats_nothing_else(platform: Platform) -> None:
    """Left alone, every payment and refund is told of in the same words at each of 16 attempts."""
    platform.needs("payer", "settle", "time-travel", "notifications")
    with Inbox(platform) as inbox:
        begun = [occasion.begin(inbox, 500) for occasion in brief(platform)]
        inbox.wait(_WHOLE)
        for notified in begun:
            _tells_one_event(notified.letters)


@judges("v3.notify.leaves-the-order-alone-when-undelivered")
def test_a_query_needs_no_notification(platform: Platform) -> None:
    """Acknowledged, failing or given up: the query of a paid order stays SUCCESS with its amounts, that of a refund its true state."""
    platform.needs("payer", "settle", "time-travel", "notifications")
    ways: cycle[tuple[int | None, ...]] = cycle(((500,), (None,), (404, 302, None), (500, 500, 200), (200,)))
    with Inbox(platform) as inbox:
        begun = [occasion.begin(inbox, *next(ways)) for occasion in brief(platform) * 2]
        first = [_truth(platform, notified) for notified in begun]
        for seconds in (0, 60, 3_600, _WHOLE, _DAY):
            inbox.wait(seconds)
            for notified, before in zip(begun, first, strict=True):
                now = _truth(platform, notified)
                if _story(now) != _story(before):
                    raise Violation(
                        "What becomes of a notification changes what the query tells.", expected=before.described, got=now.described
                    )


def _keeps_the_schedule(letters: Sequence[Letter], what: str) -> None:
    times = [letter.delivery.at for letter in letters]
    intervals = [later - earlier for earlier, later in pairwise(times)]
    if len(intervals) < len(LADDER) or any(abs(found - due) > _TOLERANCE for found, due in zip(intervals, LADDER, strict=False)):
        raise Violation(
            "Retries do not follow the published schedule.", expected=f"after {_shown(LADDER)}", got=f"{what} {_shown(intervals)}"
        )


def _shown(intervals: Iterable[int]) -> str:
    return ", ".join(f"{seconds} s" for seconds in intervals) or "no retry"


def _is_fresh(letter: Letter) -> None:
    verdict = letter.verdict
    if verdict.outcome is Outcome.REFUSED:
        stale = verdict.reason in {Reason.STALE, Reason.TIMESTAMP_MALFORMED} or letter.delivery.attempt > 1
        raise Violation(
            f"An attempt cannot be believed at the time it comes: {verdict.sentence}",
            expected="a timestamp of now, under the signature",
            got=letter.described,
            rule=_FRESH if stale else "v3.notify.signs-every-delivery",
        )


def _tells_one_event(letters: Sequence[Letter]) -> None:
    told = [(letter.event_type, _event(letter)) for letter in letters]
    for other in told[1:]:
        if other != told[0]:
            raise Violation("A retry tells of another event.", expected=repr(told[0]), got=repr(other))


def _event(letter: Letter) -> dict[str, Any]:
    return {name: letter.resource.get(name) for name in _TOLD}


def _story(answer: Answer) -> dict[str, Any]:
    return {name: answer.get(name) for name in (*_TOLD, "status")}


def _truth(platform: Platform, notified: Notified) -> Answer:
    if notified.refund is None:
        assert notified.order is not None  # a payment has one
        answer = shows(platform, notified.order, "SUCCESS", because="The order was paid.")
        return answer.has("amount.total", notified.order.total, because="The order was paid in full.")
    return notified.query(platform).has("status", notified.event_type.partition(".")[2], because="The banks decided the refund.")
