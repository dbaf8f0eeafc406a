"""Which transitions of the state machines a run saw, the ones it never saw included."""

from collections import Counter
from collections.abc import Iterable

from reference.machines import MACHINES, Machine
from reports.model import CheckFinished, MachineCovered, Text, Transition

__all__ = ["covered"]


def covered(checks: Iterable[CheckFinished]) -> tuple[MachineCovered, ...]:
    """Return every machine with what *checks* saw of it, added up."""
    times: Counter[tuple[str, str, str, str]] = Counter()
    for check in checks:
        for seen in check.transitions:
            times[seen.machine, seen.source, seen.event, seen.target] += seen.times
    return tuple(_covered(machine, times) for machine in MACHINES.values())


def _covered(machine: Machine, times: Counter[tuple[str, str, str, str]]) -> MachineCovered:
    return MachineCovered(
        machine=machine.name,
        title=Text(machine.title, machine.title_zh),
        states=machine.states,
        terminal=tuple(state for state in machine.states if state in machine.terminal),
        transitions=tuple(
            Transition(machine=machine.name, source=source, event=event, target=target, times=times[machine.name, source, event, target])
            for source, event, target in machine.transitions()
        ),
    )
