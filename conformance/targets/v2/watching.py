"""What exchanges of APIv2 tell the tracker: which event was asked for, and which states an answer shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from conformance.targets.tracker import Tracker
from conformance.targets.v2.answer import AnswerV2
from conformance.targets.v2.watching_sharing import watch_sharing
from strategies.v2.cases import SigningV2

__all__ = ["watch"]

_REFUND_STATES: Final = {"REFUNDCLOSE": "CLOSED", "CHANGE": "ABNORMAL"}


@dataclass(frozen=True, slots=True)
class _Told:
    """How APIv2 tells of a life: the elements that hold its *number* and its *state*, and states it *calls* otherwise than the table."""

    number: str
    state: str | None = None
    calls: Mapping[str, str] = field(default_factory=dict)


_TOLD: Final[Mapping[str, _Told]] = {
    "order": _Told("out_trade_no", "trade_state"),
    "codepay": _Told("out_trade_no", "trade_state"),
    "combine": _Told("combine_out_trade_no", "trade_state"),
    "refund": _Told("out_refund_no"),
    "refunds": _Told("out_refund_no", "refund_status", _REFUND_STATES),
    "redpack": _Told("mch_billno", "status"),
    "transfer": _Told("partner_trade_no", "status"),
    "bank_transfer": _Told("partner_trade_no", "status"),
}


def watch(tracker: Tracker, mchid: str, answer: AnswerV2) -> None:
    """Take in an exchange that *mchid* made."""
    verdict, signing, operation = answer.result.verdict, answer.exchange.signing, answer.operation
    if verdict not in {"accepted", "unknown"} or operation.group == "sandbox" or not isinstance(signing, SigningV2):
        return
    values, members = answer.result.values, signing.members
    if operation.group == "sharing":
        watch_sharing(tracker, mchid, members, answer, certain=verdict == "accepted")
        return
    machine, _, event = (operation.event or "").partition(".")
    told = _TOLD.get(machine)
    if told is not None and (number := members.get(told.number) or values.get(told.number)):
        first = tracker.asked(machine, event, mchid, number, certain=verdict == "accepted")
        order = values.get("out_trade_no") or members.get("out_trade_no")
        if first and machine == "refund" and order:
            tracker.asked("order", "refund", mchid, order, certain=verdict == "accepted")
    if verdict == "accepted":
        for kind, number, state in _shown(operation.shows or "", values, paid=operation.event == "codepay.submit"):
            tracker.shown(kind, mchid, number, state)


def _shown(kind: str, values: Mapping[str, str], *, paid: bool) -> Iterator[tuple[str, str, str]]:
    """Yield machine, number and state of everything an answer shows. An answer that tells of a payment by code shows it *paid*."""
    told = _TOLD.get(kind)
    if told is None or told.state is None:
        return
    if kind == "refunds":
        for position in count():
            number, state = values.get(f"{told.number}_{position}"), values.get(f"{told.state}_{position}")
            if not number or not state:
                return
            yield "refund", number, told.calls.get(state, state)
    number, state = values.get(told.number), values.get(told.state) or ("SUCCESS" if paid else "")
    if number and state:
        by_code = values.get("trade_type") == "MICROPAY"
        yield "codepay" if kind == "order" and by_code else kind, number, told.calls.get(state, state)
