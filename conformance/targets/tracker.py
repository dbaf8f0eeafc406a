"""Which transitions of the state machines a target was seen to make.

The tracker is told what was asked and accepted, what was done to the world, and which state an answer shows; each family has a reader that
tells it. Between two states shown it looks for the way through the table that explains the second; where there is none, or more than one,
it counts nothing.
"""

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, TypeAlias

from reference.machines import MACHINES, Machine
from reference.platform.store import kind_of

__all__ = ["Tracker", "Way"]

Way: TypeAlias = tuple[str, str, str, str]
"""A transition: machine, source ("" where the event creates), event, target."""

_Token: TypeAlias = tuple[str, bool]
"""What may move a life: an event and whether it is certain to have happened; "" is time that passed."""

_OF_A_WORLD: Final = {"SUCCESS": "settle", "ABNORMAL": "bounce", "CLOSED": "close"}
"""The event of the refund machine each outcome of the banks is."""


class _Life:
    """Something with a life: its last known state ("" before it exists), and what may have moved it since."""

    __slots__ = ("machine", "pending", "state", "time")

    def __init__(self, machine: Machine, state: str, time: int) -> None:
        self.machine = machine
        self.state = state
        self.time = time
        self.pending: list[_Token] = []


class Tracker:
    """Follows everything with a life on a target. *seen* counts transitions.

    On a *controlled* target nothing happens by itself but when time passes; elsewhere people pay and banks decide at any moment.
    """

    def __init__(self, *, controlled: bool) -> None:
        self.seen: Counter[Way] = Counter()
        self._controlled = controlled
        self._lives: dict[tuple[str, str, str], _Life] = {}
        self._time = 0

    def asked(self, machine: str, event: str, mchid: str, number: str, *, certain: bool) -> bool:
        """Take in that *event* was asked for: it happened for *certain*, or may have. Return whether it can be the first of its life."""
        key = kind_of(machine), mchid, number
        life = self._lives.get(key)
        first = life is None and bool(MACHINES[machine].events[event].creates)
        if first:
            life = self._lives[key] = _Life(MACHINES[machine], "", self._time)
        self._move(life, event, certain=certain)
        return first

    def shown(self, machine: str, mchid: str, number: str, state: str) -> None:
        """Take in that an answer shows something in *state*; *machine* is believed where nothing was known of it before."""
        key = kind_of(machine), mchid, number
        life = self._lives.get(key)
        if life is None:
            self._lives[key] = _Life(MACHINES[machine], state, self._time)
            return
        if life.pending or life.state != state:
            self._age(life)
            for way in _way(life.machine.name, life.state, tuple(life.pending), state, by_itself=not self._controlled):
                self.seen[way] += 1
            life.pending.clear()
            life.state = state
        life.time = self._time

    def awaits(self, machine: str, mchid: str, number: str, event: str) -> bool:
        """Tell whether *event* was asked for since the last state was shown."""
        life = self._lives.get((kind_of(machine), mchid, number))
        return life is not None and any(name == event for name, _ in life.pending)

    def happened(self, machine: str, mchid: str, number: str, event: str) -> None:
        """Take in what a payer or the platform did."""
        self._move(self._lives.get((kind_of(machine), mchid, number)), event)

    def settled(self, mchid: str, out_refund_no: str, outcome: str) -> None:
        """Take in what the banks decided about a refund."""
        self.happened("refund", mchid, out_refund_no, _OF_A_WORLD[outcome])

    def passed(self, seconds: float) -> None:
        """Take in that time passed."""
        if seconds > 0:
            self._time += 1

    def _move(self, life: _Life | None, event: str, *, certain: bool = True) -> None:
        if life is not None:
            self._age(life)
            life.pending.append((event, certain))

    def _age(self, life: _Life) -> None:
        if life.time != self._time:
            life.time = self._time
            life.pending.append(("", False))


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
