"""What holds for the JSON of every answer and notification: its dates and its amounts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.checks.platform.notices import Notified, brief, echoes, judge_each
from conformance.checks.platform.placing import every_kind
from conformance.checks.platform.stages import Kind, notified
from conformance.checks.tour import Visit, judge_all
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.oracles.times import TimeError, parse_rfc3339
from reference.rules import judges
from strategies.cases import Refund

GROUP = "protocol"

_AMOUNTS = (
    "total",
    "payer_total",
    "refund",
    "payer_refund",
    "settlement_total",
    "settlement_refund",
    "discount_refund",
    "refund_fee",
    "amount",
)
_NOT_AMOUNTS = frozenset({"currency", "payer_currency", "from"})
_TOTALS = (1, 99, 100, 1_000_000, 100_000_000, 2**31 - 1)
_POWERS = ("payer", "settle", "notifications", "time-travel")


@dataclass(frozen=True, slots=True)
class _Written:
    """A JSON number with a decimal point or an exponent, as it was written."""

    text: str

    def __repr__(self) -> str:
        return self.text


def _read(body: bytes) -> Any:
    try:
        return json.loads(body, parse_float=_Written)
    except ValueError:
        return None


def _members(value: Any, path: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every member at any depth: the path of its object, its name, its value."""
    if isinstance(value, list):
        for item in value:
            yield from _members(item, path)
    if isinstance(value, dict):
        for name, member in value.items():
            yield path, name, member
            yield from _members(member, name)


def _dates_are_written_right(value: Any, where: str) -> None:
    for _, name, member in _members(value):
        if not name.endswith("_time") or member is None:
            continue
        try:
            parse_rfc3339(member if isinstance(member, str) else "")
        except TimeError:
            raise Violation(
                "A date does not read as the documents write it.",
                expected=f"{name} such as 2018-06-08T10:34:56+08:00",
                got=f"{name} {member!r} in {where}",
            ) from None


def _amounts_are_written_right(value: Any, where: str) -> None:
    for holder, name, member in _members(value):
        inside = holder == "amount" and name not in _NOT_AMOUNTS
        if not (inside or name in _AMOUNTS) or isinstance(member, (dict, list)) or member is None:
            continue
        if not isinstance(member, int) or isinstance(member, bool):
            raise Violation(
                "An amount is a number of fen, in digits.", expected=f"{name} in digits only", got=f"{name} {member!r} in {where}"
            )


@judges("v3.protocol.writes-dates-in-rfc3339")
def test_dates_of_answers_have_a_zone(platform: Platform) -> None:
    """Every date in every answer of the whole contract is in RFC 3339, with a zone, and a real moment."""

    def judge(visit: Visit, answer: Answer) -> None:
        _dates_are_written_right(answer.json, visit.says)

    judge_all(platform, judge)


@judges("v3.protocol.writes-dates-in-rfc3339")
def test_dates_of_notifications_have_a_zone(platform: Platform) -> None:
    """Every date of a notification, of its envelope and of what is sealed in it, is in RFC 3339, with a zone, and a real moment."""
    platform.needs(*_POWERS)

    def judge(_inbox: object, announced: Notified) -> None:
        for letter in announced.told():
            _dates_are_written_right(letter.envelope, f"the envelope of {letter.event_type}")
            _dates_are_written_right(letter.resource, f"the resource of {letter.event_type}")

    judge_each(platform, (*brief(platform), *echoes(platform)), judge)


@judges("v3.protocol.writes-amounts-as-integers")
def test_amounts_of_answers_are_whole_fen(platform: Platform) -> None:
    """Every amount in every answer of the whole contract is a JSON number in digits only."""

    def judge(visit: Visit, answer: Answer) -> None:
        if visit.call.operation != "bill_download":
            _amounts_are_written_right(_read(answer.exchange.reply.body), visit.says)

    judge_all(platform, judge)


@judges("v3.protocol.writes-amounts-as-integers")
def test_amounts_of_notifications_are_whole_fen(platform: Platform) -> None:
    """Every amount sealed in a notification is a JSON number in digits only."""
    platform.needs(*_POWERS)

    def judge(_inbox: object, announced: Notified) -> None:
        for letter in announced.told():
            # Opened once more: what the target opens is read without regard to how numbers are written.
            _amounts_are_written_right(_read(json.dumps(letter.resource).encode()), f"the resource of {letter.event_type}")

    judge_each(platform, brief(platform), judge)


@dataclass(frozen=True, slots=True)
class _Sum:
    """An order of *kind* for *total* fen."""

    kind: Kind
    total: int

    def __str__(self) -> str:
        return f"{self.kind} for {self.total} fen"


@judges("v3.protocol.writes-amounts-as-integers")
def test_small_and_large_amounts_are_whole_fen(platform: Platform) -> None:
    """From one fen to the most an order can hold, amounts come back in digits and in fen: of the order, its payment and its refund."""
    platform.needs("payer")
    cases = [_Sum(kind, total) for kind in every_kind(platform) for total in _TOTALS]

    def attempt(case: _Sum) -> None:
        order = case.kind.order(case.total)
        platform.must_pay(order)
        paid = platform.query(order).is_accepted()
        part = Refund(order, max(1, case.total // 2))
        refund = platform.refund(part).is_accepted()
        for answer in (paid, platform.query_by_id(order, str(paid["transaction_id"])).is_accepted(), refund, platform.query_refund(part)):
            _amounts_are_written_right(_read(answer.exchange.reply.body), answer.exchange.label)
            answer.has("amount.total", case.total, because="Amounts are in fen.")
        refund.has("amount.refund", part.amount, because="Amounts are in fen.")
        if {"time-travel", "notifications"} <= platform.capabilities:
            for resource in notified(platform, order, platform.deliveries()):
                _amounts_are_written_right(_read(json.dumps(resource).encode()), "the notification of the payment")

    try_all(platform, cases, attempt)
