"""What exchanges about profit sharing tell the tracker: of sharings, their shares, the frozen money, receivers and returns."""

import json
from collections.abc import Mapping
from typing import Any, Final

from conformance.targets.tracker import Tracker
from conformance.targets.v2.answer import AnswerV2

__all__ = ["watch_sharing"]

_AFTER: Final = {"receiver.add": "ADDED", "receiver.remove": "REMOVED"}
_RELEASING: Final = ("profitsharing", "profitsharingfinish")


def watch_sharing(tracker: Tracker, mchid: str, members: Mapping[str, str], answer: AnswerV2, *, certain: bool) -> None:
    """Take in an exchange in which *mchid* sent *members*; what it asked happened for *certain*, or may have."""
    event, values = answer.operation.event or "", answer.result.values
    number = members.get("out_order_no") or values.get("out_order_no") or ""
    if event in _AFTER:
        _receiver(tracker, mchid, members, event, certain=certain)
    elif event.startswith("sharing."):
        first = tracker.asked("sharing", event.partition(".")[2], mchid, number, certain=certain)
        for share in _listed(members.get("receivers")) if first else ():
            tracker.asked("share", "ask", mchid, f"{number}/{share.get('account')}", certain=certain)
        if answer.operation.id in _RELEASING:
            tracker.asked("frozen_funds", "release", mchid, members.get("transaction_id", ""), certain=certain)
    elif event.startswith("sharing_return."):
        tracker.asked("sharing_return", "apply", mchid, members.get("out_return_no", ""), certain=certain)
    if certain:
        _shown(tracker, mchid, members, values)


def _receiver(tracker: Tracker, mchid: str, members: Mapping[str, str], event: str, *, certain: bool) -> None:
    for receiver in _listed(f"[{members.get('receiver')}]"):
        number = f"{members.get('sub_mch_id', '')}/{receiver.get('type')}/{receiver.get('account')}"
        tracker.asked("receiver", event.partition(".")[2], mchid, number, certain=certain)
        if certain:
            tracker.shown("receiver", mchid, number, _AFTER[event])


def _shown(tracker: Tracker, mchid: str, members: Mapping[str, str], values: Mapping[str, str]) -> None:
    number = values.get("out_order_no", "")
    if "status" in values:
        tracker.shown("sharing", mchid, number, values["status"])
        for share in _listed(values.get("receivers")):
            tracker.shown("share", mchid, f"{number}/{share.get('account')}", str(share.get("result")))
    if "result" in values and "out_return_no" in values:
        state = "FAILED" if values["result"] == "FAIL" else values["result"]
        tracker.shown("sharing_return", mchid, values["out_return_no"], state)
    if values.get("unsplit_amount", "").isdigit():
        _funds(tracker, mchid, members.get("transaction_id", ""), int(values["unsplit_amount"]))


def _funds(tracker: Tracker, mchid: str, transaction_id: str, left: int) -> None:
    """Money that can be shared is frozen; that nothing is left shows a release only where one was asked for."""
    if left:
        tracker.asked("frozen_funds", "freeze", mchid, transaction_id, certain=True)
        tracker.shown("frozen_funds", mchid, transaction_id, "FROZEN")
    elif tracker.awaits("frozen_funds", mchid, transaction_id, "release"):
        tracker.shown("frozen_funds", mchid, transaction_id, "UNFROZEN")


def _listed(text: str | None) -> list[Mapping[str, Any]]:
    """The objects of a list written in JSON; none where it is no such list."""
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
