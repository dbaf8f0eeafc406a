"""What a state machine is here: a table of events, and `decide`, the one function that reads it.

The same table drives the reference platform, the model of the stateful checks and the state coverage of a report.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Case", "Entity", "Event", "Guard", "Machine", "Move", "Refusal", "Repeat", "decide"]


@dataclass(slots=True)
class Entity:
    """One living order or refund: its machine, its owner and number, its state, and its facts.

    *draft* is what the merchant asked for, normalised, by which a repetition is told from a change; *data* is what the platform added.
    Times are Unix seconds of the platform's clock.
    """

    machine: str
    owner: str
    number: str
    state: str
    created: int
    draft: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """The merchant that owns the number, and the number."""
        return self.owner, self.number


@dataclass(frozen=True, slots=True)
class Refusal:
    """An event is not possible: what the reference answers, and every other answer the sources leave room for.

    *statuses* and *codes* are the acceptable sets; codes are canonical spellings (see `reference.oracles.errors`).
    """

    name: str
    status: int
    code: str
    message: str
    statuses: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(slots=True)  # made for every exchange, and freezing costs half of making one
class Case:
    """What a guard may look at: the request, the subject if it exists, the order it belongs to, that order's refunds, the time."""

    draft: Mapping[str, Any]
    now: int
    subject: Entity | None = None
    order: Entity | None = None
    refunds: Sequence[Entity] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


Guard = Callable[[Case], Refusal | None]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that can happen.

    *moves* reads ``"A, B -> C"``: possible in A and B, leads to C. *creates* lists the states a new entity may start in.
    *refused_in* gives the refusal for every other state.
    *absent* answers when there is no such entity; *changed* when an existing number is used with other parameters.
    *refused_if* are guards, asked in order before a move or a creation, never for a repetition.
    """

    name: str
    moves: str = ""
    creates: tuple[str, ...] = ()
    by: Literal["merchant", "payer", "platform"] = "merchant"
    refused_if: tuple[Guard, ...] = ()
    refused_in: Mapping[str, Refusal] = field(default_factory=dict)
    absent: Refusal | None = None
    changed: Refusal | None = None
    repeats_in: frozenset[str] = frozenset()
    notifies: str | None = None

    @property
    def sources(self) -> frozenset[str]:
        """The states the event is possible in."""
        return frozenset(part.strip() for part in self.moves.partition("->")[0].split(",") if part.strip())

    @property
    def target(self) -> str:
        """The state the event leads to; the first starting state for a creation."""
        return self.moves.partition("->")[2].strip() or self.creates[0]


@dataclass(frozen=True, slots=True)
class Machine:
    """A life: its states, which of them are final, and its events; the title in English and Chinese."""

    name: str
    title: str
    title_zh: str
    states: tuple[str, ...]
    terminal: frozenset[str]
    events: Mapping[str, Event]
    source: str

    def transitions(self) -> tuple[tuple[str, str, str], ...]:
        """Every (from, event, to) of the table; ``""`` is "does not exist yet"."""
        found = [("", event.name, state) for event in self.events.values() for state in event.creates]
        found += [(source, event.name, event.target) for event in self.events.values() for source in sorted(event.sources)]
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Move:
    """The event happens: the entity goes (or is born) into *state* and *notifies* is due."""

    state: str
    creates: bool
    notifies: str | None


@dataclass(frozen=True, slots=True)
class Repeat:
    """The event has happened before with the same parameters: answer as then, change nothing."""

    state: str


def decide(machine: Machine, event: Event, case: Case, *, unless: frozenset[str] = frozenset()) -> Move | Repeat | Refusal:
    """Return what *event* does in *case*: a Move, a Repeat, or the Refusal of the first guard that objects.

    *unless* names refusals that are not applied; a seeded fault is made that way.
    """
    subject = case.subject
    if subject is None:
        return _without_subject(event, case, unless)
    if event.changed is not None and case.draft != subject.draft and event.changed.name not in unless:
        return _refused_here(event, subject, unless) or event.changed
    if subject.state in event.repeats_in:
        return Repeat(subject.state)
    refusal = _refused_here(event, subject, unless)
    if refusal is None and subject.state not in event.sources and not event.refused_in.get(subject.state):
        raise LookupError(f"the {machine.name} table says nothing about {event.name!r} in {subject.state}")
    return refusal or _guarded(event, case, unless) or Move(event.target, creates=False, notifies=event.notifies)


def _without_subject(event: Event, case: Case, unless: frozenset[str]) -> Move | Refusal:
    if event.creates:
        return _guarded(event, case, unless) or Move(event.target, creates=True, notifies=event.notifies)
    if event.absent is None:
        raise LookupError(f"nothing to apply {event.name!r} to, and the table gives no refusal for that")
    return event.absent


def _refused_here(event: Event, subject: Entity, unless: frozenset[str]) -> Refusal | None:
    refusal = event.refused_in.get(subject.state)
    return None if refusal is None or refusal.name in unless else refusal


def _guarded(event: Event, case: Case, unless: frozenset[str]) -> Refusal | None:
    for guard in event.refused_if:
        refusal = guard(case)
        if refusal is not None and refusal.name not in unless:
            return refusal
    return None
