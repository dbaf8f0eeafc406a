"""Notifications: what is due, when it is tried again, and when it is given up."""

import json
import uuid
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from reference.identity import Merchant
from reference.oracles import times
from reference.platform.signing import Signing

__all__ = ["ACCEPTANCE", "LADDER", "Delivery", "Notice", "Outbox", "Said"]

Said: TypeAlias = int | tuple[int, bytes] | None
"""What a notify endpoint answers: an HTTP status, with a body where that matters, or None for no answer in time."""
ACCEPTANCE: Final[Said] = (200, b"<xml><return_code>SUCCESS</return_code><return_msg>OK</return_msg></xml>")
"""An answer that accepts a notification of either family: APIv3 looks at the status alone, APIv2 at both."""

LADDER = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
"""Seconds between one failed delivery and the next: 15 retries, 24 h 4 m in all."""


@dataclass(slots=True)
class Notice:
    """One notification until it is accepted or given up; *failures* counts deliveries that were not accepted.

    *content_type* says what *body* is. A notification that is not *signed* in its headers vouches for itself in its body, and is
    answered in the body too.
    """

    id: str
    mchid: str
    url: str
    event_type: str
    body: str
    due: int
    failures: int = 0
    done: bool = False
    accepted: bool = False
    content_type: str = "application/json; charset=utf-8"
    signed: bool = True

    @property
    def state(self) -> Literal["pending", "accepted", "given-up"]:
        """What became of it so far."""
        if not self.done:
            return "pending"
        return "accepted" if self.accepted else "given-up"


@dataclass(frozen=True)
class Delivery:
    """One attempt to deliver a notification: the POST exactly as it goes out. *at* is in Unix seconds.

    With *body_answers* the merchant's status alone accepts nothing: its body says whether it does.
    """

    notice_id: str
    event_type: str
    attempt: int
    at: int
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    body_answers: bool = False


class Outbox(Signing):
    """Collects notifications and hands out the deliveries that are due."""

    notices: dict[str, Notice]
    waiting: dict[str, Notice]
    """The notices to be looked at when time passes: those neither accepted nor given up, by id."""
    touched_notices: dict[str, Notice]
    """What changed since the last `persist`."""

    def notify(self, merchant: Merchant, url: str, event_type: str, original_type: str, resource: dict[str, Any], summary: str) -> None:
        """Put a notification of *resource* to *url* in the outbox, due now."""
        plaintext = json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode()
        envelope = self.envelope(event_type, summary, self.seal(merchant, plaintext, original_type, original_type))
        body = json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))
        self.enqueue(Notice(envelope["id"], merchant.mchid, url, event_type, body, self.now()))

    def envelope(self, event_type: str, summary: str, resource: dict[str, Any]) -> dict[str, Any]:
        """What stands around the sealed *resource* of a notification."""
        return {
            "id": self.notice_id(),
            "create_time": times.format_rfc3339(self.now()),
            "resource_type": "encrypt-resource",
            "event_type": event_type,
            "summary": summary,
            "resource": resource,
        }

    def enqueue(self, notice: Notice) -> None:
        """Keep *notice*, and remember to deliver it."""
        self.notices[notice.id] = self.touched_notices[notice.id] = notice
        if not notice.done:
            self.waiting[notice.id] = notice

    def notice_id(self) -> str:
        """A fresh notification id of 36 characters."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def next_due(self) -> int | None:
        """When the next delivery is due, or None."""
        return min((notice.due for notice in self.waiting.values() if not notice.done), default=None)

    def take_due(self) -> list[Delivery]:
        """Return the deliveries due now, each signed afresh. Each must be answered by `delivered`."""
        due = [notice for notice in self.waiting.values() if not notice.done and notice.due <= self.now()]
        return [self.deliver(notice) for notice in sorted(due, key=lambda notice: notice.due)]

    def deliver(self, notice: Notice) -> Delivery:
        """Make one delivery of *notice*."""
        body = notice.body.encode()
        headers = [("Content-Type", notice.content_type), ("Request-ID", self.request_id())]
        if notice.signed:
            headers += self.signed_headers(self.notifying_key(), body)
        return Delivery(notice.id, notice.event_type, notice.failures + 1, self.now(), notice.url, tuple(headers), body, not notice.signed)

    def notifying_key(self) -> Any:
        """The key notifications are signed with."""
        return self.active_keys()[0]

    def delivered(self, notice_id: str, status: int | None) -> None:
        """Take note of the merchant's answer: 200 and 204 accept; anything else, and None for no answer in time, fails.

        What is answered about a notification that is over changes nothing.
        """
        notice = self.notices[notice_id]
        if notice.done:
            return
        self.touched_notices[notice_id] = notice
        notice.accepted = self.is_acknowledged(status)
        notice.done = notice.accepted or notice.failures >= len(self.ladder())
        if notice.done:
            self.waiting.pop(notice_id, None)
            return
        notice.due = self.now() + self.ladder()[notice.failures]
        notice.failures += 1

    def heard(self, notice_id: str, status: int | None, body: bytes) -> None:  # noqa: ARG002 - for notifications whose body answers
        """Take note of the merchant's whole answer; APIv3 asks for nothing but its status."""
        self.delivered(notice_id, status)

    def take_answer(self, notice_id: str, said: Said) -> None:
        """Take note of what a notify endpoint *said*; a status alone comes with an empty body."""
        status, body = said if isinstance(said, tuple) else (said, b"")
        self.heard(notice_id, status, body)

    def is_acknowledged(self, status: int | None) -> bool:
        """Tell whether the merchant's answer ends the deliveries."""
        return status in {200, 204}

    def ladder(self) -> tuple[int, ...]:
        """Seconds from each failed delivery to the next."""
        return LADDER
