"""Calls as somebody makes them whom their subject is none of the business of."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from conformance.targets.platform import Platform
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Violation
from strategies.cases import Role
from strategies.v2.cases import CallV2

__all__ = ["by", "get_nothing", "present", "strangers"]

_EVERYBODY: tuple[Role, ...] = ("merchant", "other", "partner")
_TELLING = ("unsplit_amount", "receivers", "return_no", "result", "status", "trade_state", "sub_order_list", "payment_no", "detail_id")
"""What only answers about something of the asker's hold."""


def present(platform: Platform) -> list[Role]:
    """Every merchant there is."""
    return [role for role in _EVERYBODY if role == "merchant" or f"{role}-merchant" in platform.capabilities]


def strangers(platform: Platform, owner: Role) -> Iterator[Role]:
    """Every merchant but *owner*."""
    return (role for role in present(platform) if role != owner)


def by(platform: Platform, call: CallV2, role: Role) -> CallV2:
    """The same call as the merchant of *role* makes it: for a sub-merchant of its own if it has some and the call can say so."""
    subs = platform.merchant(role).sub_mchids
    named = "sub_mch_id" in (platform.v2.contract.operations[call.operation].body or {}).get("properties", {})
    return replace(call.but(sub_mch_id=subs[0] if subs else None) if named else call, role=role)


def get_nothing(platform: Platform, calls: Iterable[CallV2], look: Callable[[], object], *, who: str) -> None:
    """Every one of *calls*, made by *who*, is refused, tells nothing, and what *look* sees stays as it is."""
    before = look()
    for call in calls:
        answer: AnswerV2 = platform.v2.send(call, label=f"{call.operation} by {who}")
        answer.is_refused_anyhow(because=f"It is none of the business of {who} ({call.operation}).")
        answer.lacks(*_TELLING, because=f"{call.operation} shows nothing of somebody else's.")
        if (after := look()) != before:
            raise Violation(f"A call of {call.operation} by {who} changed something.", expected=repr(before), got=repr(after))
