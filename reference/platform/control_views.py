"""What the control API shows, as JSON-able values, and how a delivery is read back."""

import base64
from collections.abc import Mapping
from typing import Any

from reference.machines import Entity
from reference.platform.core import Served
from reference.platform.outbox import Delivery, Notice, Said
from reference.platform.store import kind_of
from reference.platform.wire import Headers

__all__ = ["delivery_from_json", "delivery_to_json", "entity_to_json", "notice_to_json", "said_from_json", "said_to_json", "served_to_json"]


def delivery_to_json(delivery: Delivery) -> dict[str, Any]:
    """Return a delivery, its body as text or, if it is none, in base64."""
    return {
        "id": delivery.notice_id,
        "event_type": delivery.event_type,
        "attempt": delivery.attempt,
        "at": delivery.at,
        "url": delivery.url,
        "headers": _headers(delivery.headers),
        **_body(delivery.body),
        "body_answers": delivery.body_answers,
    }


def delivery_from_json(shown: Mapping[str, Any]) -> Delivery:
    """Return the delivery that `delivery_to_json` showed."""
    headers = tuple((name, value) for name, value in shown["headers"])
    sent = (shown["id"], shown["event_type"], shown["attempt"], shown["at"], shown["url"], headers, _bytes(shown))
    return Delivery(*sent, body_answers=shown.get("body_answers", False))


def said_to_json(said: Said) -> Any:
    """Return what a notify endpoint said: a status, null for no answer in time, or an object of the status and the body."""
    return {"status": said[0], **_body(said[1])} if isinstance(said, tuple) else said


def said_from_json(shown: Any) -> Said:
    """Return what `said_to_json` showed. Raises ValueError for anything else."""
    if isinstance(shown, Mapping):
        if not _is_status(shown.get("status")) or len(shown) != 2 or not isinstance(shown.get("body", shown.get("body_base64")), str):
            raise ValueError("neither a status nor a status with a body")
        return shown["status"], _bytes(shown)
    if shown is not None and not _is_status(shown):
        raise ValueError("no HTTP status")
    return None if shown is None else int(shown)


def notice_to_json(notice: Notice) -> dict[str, Any]:
    """Return a notification and what became of it: pending, accepted or given-up. *due* is in Unix seconds, None once it is over."""
    return {
        "id": notice.id,
        "mchid": notice.mchid,
        "url": notice.url,
        "event_type": notice.event_type,
        "state": notice.state,
        "failures": notice.failures,
        "due": None if notice.done else notice.due,
        "body": notice.body,
    }


_NUMBERS = {"order": "out_trade_no", "refund": "out_refund_no"}


def entity_to_json(entity: Entity) -> dict[str, Any]:
    """Return whatever has a life: what was asked for (*draft*) and what the platform added (*data*)."""
    number = _NUMBERS.get(kind_of(entity.machine), "number")
    return {
        "kind": entity.machine,
        "mchid": entity.owner,
        number: entity.number,
        "state": entity.state,
        "created": entity.created,
        "draft": entity.draft,
        "data": entity.data,
    }


def served_to_json(served: Served) -> dict[str, Any]:
    """Return one exchange with the exact bytes both ways."""
    request, answer = served.request, served.answer
    return {
        "at": served.at,
        "operation": served.operation,
        "request": {"method": request.method, "target": request.target, "headers": _headers(request.headers), **_body(request.body)},
        "answer": {"status": answer.status, "headers": _headers(answer.headers), **_body(answer.body)},
    }


def _headers(headers: Headers) -> list[list[str]]:
    return [[name, value] for name, value in headers]


def _is_status(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599


def _bytes(shown: Mapping[str, Any]) -> bytes:
    """What `_body` showed; raises ValueError for what is no base64."""
    return base64.b64decode(shown["body_base64"], validate=True) if "body_base64" in shown else str(shown["body"]).encode()


def _body(data: bytes) -> dict[str, str]:
    try:
        return {"body": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(data).decode()}
