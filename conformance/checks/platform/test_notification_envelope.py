"""The envelope of a notification: what stands around the sealed order or refund."""

from typing import Literal

from conformance.checks.platform.notices import Notified, Occasion, announced, brief, echoes, judge_each, paid_out
from conformance.targets.inbox import Inbox, Letter
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.contract import Problem, problems
from reference.oracles import times
from reference.rules import judges
from strategies.cases import Role

GROUP = "notifications"

_COMPLETE = "v3.notify.envelope-is-complete"
_DESCRIBED = "v3.notify.envelope-says-what-it-holds"
_EVENT = "v3.notify.names-the-event"
_SUMMARISING = frozenset({("summary",), ("resource", "original_type")})
_SLACK = 300
"""Seconds by which create_time may miss the event or the delivery, for clocks that are not one."""
_ORIGINAL_TYPES = {"TRANSACTION": "transaction", "REFUND": "refund"}


@judges(_COMPLETE)
def test_puts_every_notification_into_a_complete_envelope(platform: Platform) -> None:
    """The envelope of every payment, refund and echo, of repetitions too, has the members and lengths agreed, made when it says."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    def attempt(occasion: Occasion) -> None:
        with Inbox(platform) as inbox:
            notified = announced(inbox, occasion, 500, 500, 500, 200)
            inbox.wait(300)
            for letter in notified.letters:
                for problem in _problems_of(platform, letter, notified.role):
                    if problem.pointer not in _SUMMARISING and problem.pointer != ("event_type",):
                        raise Violation(
                            f"{'.'.join(map(str, problem.pointer))} {problem.issue}.", expected="as agreed", got=letter.described
                        )
                _nonce_has_twelve_bytes(letter)
                _is_of_its_time(letter, notified.at)

    try_all(platform, (*brief(platform), *paid_out(platform), *echoes(platform)), attempt)


@judges(_COMPLETE)
def test_gives_every_notification_an_id_of_its_own(platform: Platform) -> None:
    """Payments and refunds of one moment and of the next, of an order and of its refund, never share an id."""
    platform.needs("payer", "settle", "time-travel", "notifications")
    with Inbox(platform) as inbox:
        begun = [occasion.begin(inbox) for occasion in (*brief(platform), *paid_out(platform), *brief(platform))]
        inbox.wait(60)
        told: dict[str, tuple[str, str]] = {}
        for notified in begun:
            for letter in notified.letters:
                event = (notified.address, str(letter.event_type))
                if told.setdefault(str(letter.envelope.get("id")), event) != event:
                    raise Violation("Two notifications share an id.", expected="an id of its own", got=letter.described)


@judges(_DESCRIBED)
def test_says_on_the_envelope_what_it_holds(platform: Platform) -> None:
    """Every envelope has a summary of 1 to 64 characters and the original type: transaction for payments, refund for refunds."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    def judge(_inbox: Inbox, notified: Notified) -> None:
        for letter in notified.letters:
            summary, sealed = letter.envelope.get("summary"), letter.envelope.get("resource")
            kind = sealed.get("original_type") if isinstance(sealed, dict) else None
            if not isinstance(summary, str) or not 1 <= len(summary) <= 64:
                raise Violation("The envelope has no summary.", expected="1 to 64 characters", got=repr(summary))
            expected = _ORIGINAL_TYPES.get(notified.event_type.partition(".")[0])
            if not isinstance(kind, str) or not kind or kind != (expected or kind):
                raise Violation("The envelope does not say what it holds.", expected=f"original_type {expected}", got=repr(kind))

    judge_each(platform, (*brief(platform), *paid_out(platform), *echoes(platform)), judge)


@judges(_EVENT)
def test_names_the_event(platform: Platform) -> None:
    """event_type says what happened: a payment, an echo, or a refund of the state in which the query shows it."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    def judge(inbox: Inbox, notified: Notified) -> None:
        inbox.wait(60)
        if notified.letters:
            _is_called(notified.letters[-1], notified.event_type)
        for letter in notified.letters[:-1]:
            _is_called(letter, notified.event_type, "REFUND.ABNORMAL" if notified.refund else notified.event_type)

    judge_each(platform, (*brief(platform), *paid_out(platform), *echoes(platform)), judge)


def _problems_of(platform: Platform, letter: Letter, role: Role) -> tuple[Problem, ...]:
    event = letter.event_type
    mode: Literal["direct", "partner"] = "partner" if role == "partner" else "direct"
    known = any(webhook.event_type == event for webhook in platform.contract.webhooks.values())
    webhook = platform.contract.webhook(event if known else "TRANSACTION.SUCCESS", mode)
    return problems(webhook.envelope, letter.envelope)


def _nonce_has_twelve_bytes(letter: Letter) -> None:
    nonce = letter.envelope["resource"]["nonce"]
    if len(nonce.encode()) != 12:
        raise Violation("resource.nonce has not 12 bytes.", expected="12 bytes", got=f"{nonce!r}")


def _is_of_its_time(letter: Letter, happened: int) -> None:
    made = times.parse_rfc3339(letter.envelope["create_time"]).timestamp()
    # A letter about an earlier event of the same refund may have come before; only the later end holds for all.
    if made > letter.delivery.at + _SLACK or (letter.delivery.at >= happened and made < happened - _SLACK):
        raise Violation(
            "create_time is not when the notification was made.",
            expected=f"between {times.format_rfc3339(happened)} and {times.format_rfc3339(letter.delivery.at)}",
            got=str(letter.envelope["create_time"]),
        )


def _is_called(letter: Letter, *event_types: str) -> None:
    if letter.event_type not in event_types:
        raise Violation("The event is not called what it is.", expected=f"event_type {event_types[0]}", got=f"{letter.event_type!r}")
