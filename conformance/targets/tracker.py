"""Which transitions of the state machines a target was seen to make.

The tracker knows what was asked and accepted, what was done to the world, and which state an answer shows. Between two states shown it
looks for the way through the table that explains the second; where there is none, or more than one, it counts nothing.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

from conformance.targets.exchange import Exchange
from reference.contract import Operation, load
from reference.machines import CODEPAY, MACHINES, ORDER, REFUND, Machine
from strategies.cases import Call

__all__ = ["Tracker", "Way"]

Way: TypeAlias = tuple[str, str, str, str]
"""A transition: machine, source ("" where the event creates), event, target."""

_Token: TypeAlias = tuple[str, bool]
"""What may move a life: an event and whether it is certain to have happened; "" is time that passed."""

_OF_A_WORLD: Final = {"SUCCESS": "settle", "ABNORMAL": "bounce", "CLOSED": "close"}
"""The event of the refund machine each outcome of the banks is."""

_TRADE_STATE: Final = re.compile(rb'"trade_state"\s*:\s*"([A-Z]+)"')
_STATUS: Final = re.compile(rb'"status"\s*:\s*"([A-Z]+)"')
_OUT_TRADE_NO: Final = re.compile(rb'"out_trade_no"\s*:\s*"([^"\\]+)"')
_OUT_REFUND_NO: Final = re.compile(rb'"out_refund_no"\s*:\s*"([^"\\]+)"')
_BY_CODE: Final = re.compile(rb'"trade_type"\s*:\s*"(?:MICROPAY|FACEPAY)"')


class _Life:
    """An order or a refund: its last known state ("" before it exists), and what may have moved it since."""

    __slots__ = ("machine", "pending", "state", "time")

    def __init__(self, machine: Machine, state: str, time: int) -> None:
        self.machine = machine
        self.state = state
        self.time = time
        self.pending: list[_Token] = []


class Tracker:
    """Follows every order and refund of a target. *seen* counts transitions.

    On a *controlled* target nothing happens by itself but when time passes; elsewhere people pay and banks decide at any moment.
    """

    def __init__(self, *, controlled: bool) -> None:
        self.seen: Counter[Way] = Counter()
        self._controlled = controlled
        self._contract = load("v3")
        self._orders: dict[tuple[str, str], _Life] = {}
        self._refunds: dict[tuple[str, str], _Life] = {}
        self._time = 0

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

    def happened(self, mchid: str, out_trade_no: str, event: str) -> None:
        """Take in what the payer of an order did."""
        self._move(self._orders.get((mchid, out_trade_no)), event)

    def settled(self, mchid: str, out_refund_no: str, outcome: str) -> None:
        """Take in what the banks decided about a refund."""
        self._move(self._refunds.get((mchid, out_refund_no)), _OF_A_WORLD[outcome])

    def passed(self, seconds: float) -> None:
        """Take in that time passed."""
        if seconds > 0:
            self._time += 1

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
            self._move(self._order(MACHINES[machine], mchid, number, event), event, certain=certain)

    def _order(self, machine: Machine, mchid: str, number: str, event: str) -> _Life | None:
        life = self._orders.get((mchid, number))
        if life is None and machine.events[event].creates:
            life = self._orders[mchid, number] = _Life(machine, "", self._time)
        return life

    def _refunded(self, event: str, body: Mapping[str, Any], mchid: str, answer: bytes, *, certain: bool) -> None:
        number = body.get("out_refund_no")
        if not isinstance(number, str):
            return
        life = self._refunds.get((mchid, number))
        if life is None and event == "apply":
            life = self._refunds[mchid, number] = _Life(REFUND, "", self._time)
            order = _found(_OUT_TRADE_NO, answer) or body.get("out_trade_no")
            self._move(self._orders.get((mchid, str(order))), "refund", certain=certain)
        self._move(life, event, certain=certain)

    def _move(self, life: _Life | None, event: str, *, certain: bool = True) -> None:
        if life is not None:
            self._age(life)
            life.pending.append((event, certain))

    def _age(self, life: _Life) -> None:
        if life.time != self._time:
            life.time = self._time
            life.pending.append(("", False))

    def _shown(self, kind: str, mchid: str, answer: bytes) -> None:
        patterns, lives = ((_TRADE_STATE, _OUT_TRADE_NO), self._orders) if kind == "order" else ((_STATUS, _OUT_REFUND_NO), self._refunds)
        state, number = (_found(pattern, answer) for pattern in patterns)
        if state is None or number is None:
            return
        life = lives.get((mchid, number))
        if life is None:
            machine = REFUND if kind == "refund" else CODEPAY if _BY_CODE.search(answer) else ORDER
            lives[mchid, number] = _Life(machine, state, self._time)
            return
        if life.pending or life.state != state:
            self._age(life)
            for way in _way(life.machine.name, life.state, tuple(life.pending), state, by_itself=not self._controlled):
                self.seen[way] += 1
            life.pending.clear()
            life.state = state
        life.time = self._time


@lru_cache(maxsize=4096)
def _way(machine: str, state: str, pending: tuple[_Token, ...], target: str, *, by_itself: bool) -> tuple[Way, ...]:
    """Return the transitions of the only way from *state* to *target*; none where it is not the only one."""
    ways: dict[str, tuple[Way, ...] | None] = {state: ()}
    for token in pending:
        ways = _step(MACHINES[machine], ways, token)
    if target not in ways and by_itself:
        ways = _step(MACHINES[machine], ways, ("", False), ("payer", "platform"))
    return ways.get(target) or ()


def _step(
    machine: Machine, ways: Mapping[str, tuple[Way, ...] | None], token: _Token, actors: tuple[str, ...] = ("platform",)
) -> dict[str, tuple[Way, ...] | None]:
    """Return how every state can be reached after *token*: by one way, or by several (None). *actors* use the time that passes."""
    name, certain = token
    further: dict[str, tuple[Way, ...] | None] = {}
    for source, way in ways.items():
        moves = [
            (event.name, target)
            for event in machine.events.values()
            if event.by in actors
            for target in _targets(machine, event.name, source)
        ]
        if name:
            moves = [(name, target) for target in _targets(machine, name, source)]
        if not certain or (name in machine.events and source in machine.events[name].repeats_in):
            moves.append(("", source))
        for event_name, target in moves:
            longer = None if way is None else (*way, (machine.name, source, event_name, target)) if event_name else way
            further[target] = None if target in further else longer
    return further


def _targets(machine: Machine, name: str, source: str) -> tuple[str, ...]:
    event = machine.events.get(name)
    if event is None:
        return ()
    return (event.target,) if source in event.sources else event.creates if not source else ()


def _found(pattern: re.Pattern[bytes], answer: bytes) -> str | None:
    match = pattern.search(answer)
    return match[1].decode("ascii", "replace") if match else None
