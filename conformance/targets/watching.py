"""What exchanges of APIv3 tell the tracker: which event was asked for, and which state an answer shows."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from conformance.targets.exchange import Exchange
from conformance.targets.tracker import Tracker
from reference.contract import Contract, Operation
from strategies.cases import Call

__all__ = ["Watcher"]

_TRADE_STATE: Final = re.compile(rb'"trade_state"\s*:\s*"([A-Z]+)"')
_STATUS: Final = re.compile(rb'"status"\s*:\s*"([A-Z]+)"')
_OUT_TRADE_NO: Final = re.compile(rb'"out_trade_no"\s*:\s*"([^"\\]+)"')
_OUT_REFUND_NO: Final = re.compile(rb'"out_refund_no"\s*:\s*"([^"\\]+)"')
_BY_CODE: Final = re.compile(rb'"trade_type"\s*:\s*"(?:MICROPAY|FACEPAY)"')


class Watcher:
    """Reads the exchanges of one target for its *tracker*; of a body no more than the few members that matter."""

    def __init__(self, tracker: Tracker, contract: Contract) -> None:
        self._tracker = tracker
        self._contract = contract

    def watch(self, call: Call | None, mchid: str, exchange: Exchange) -> None:
        """Take in an exchange that *mchid* made; *call* is what it asked, None where the bytes may say something else."""
        status = exchange.reply.status
        if 300 <= status < 500:
            return
        if call is None or call.path is not None or call.method is not None:
            call = self._read(exchange)
            if call is None:
                return
        operation = self._contract.operations[call.operation]
        if operation.event is not None:
            self._asked(operation, call, mchid, exchange.reply.body, certain=status < 300)
        if status < 300 and operation.shows in {"order", "refund"}:
            self._shown(operation.shows, mchid, exchange.reply.body)

    def _read(self, exchange: Exchange) -> Call | None:
        """What the bytes of a request ask for."""
        wire = exchange.wire
        match = self._contract.match(wire.method, wire.target.partition("?")[0])
        if match is None:
            return None
        try:
            body = json.loads(wire.body)
        except ValueError:
            body = None
        return Call(match.operation.id, path_params=match.path_params, body=body)

    def _asked(self, operation: Operation, call: Call, mchid: str, answer: bytes, *, certain: bool) -> None:
        machine, _, event = str(operation.event).partition(".")
        body: Mapping[str, Any] = call.body if isinstance(call.body, Mapping) else {}
        if machine == "refund":
            self._refunded(event, body, mchid, answer, certain=certain)
            return
        number = call.path_params.get("out_trade_no") or body.get("out_trade_no")
        if isinstance(number, str):
            self._tracker.asked(machine, event, mchid, number, certain=certain)

    def _refunded(self, event: str, body: Mapping[str, Any], mchid: str, answer: bytes, *, certain: bool) -> None:
        number = body.get("out_refund_no")
        if isinstance(number, str) and self._tracker.asked("refund", event, mchid, number, certain=certain):
            order = _found(_OUT_TRADE_NO, answer) or body.get("out_trade_no")
            self._tracker.asked("order", "refund", mchid, str(order), certain=certain)

    def _shown(self, kind: str, mchid: str, answer: bytes) -> None:
        state, number = (
            _found(pattern, answer) for pattern in ((_TRADE_STATE, _OUT_TRADE_NO) if kind == "order" else (_STATUS, _OUT_REFUND_NO))
        )
        if state is not None and number is not None:
            machine = "codepay" if kind == "order" and _BY_CODE.search(answer) else kind
            self._tracker.shown(machine, mchid, number, state)


def _found(pattern: re.Pattern[bytes], answer: bytes) -> str | None:
    match = pattern.search(answer)
    return match[1].decode("ascii", "replace") if match else None
