"""One request and its answer, kept as evidence, and the step of a journal that made it."""

from dataclasses import dataclass, field
from typing import Any

from conformance.targets.transport import Reply
from strategies.cases import Wire

__all__ = ["Exchange", "Step"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """The exact bytes both ways. *at* is the target's time in Unix seconds; *message* is what was signed."""

    label: str
    at: int
    wire: Wire
    message: bytes
    reply: Reply


@dataclass(frozen=True, slots=True)
class Step:
    """What a replay does again: a request to be signed anew, or something done to the world."""

    kind: str
    values: dict[str, Any] = field(default_factory=dict)
