"""One request and its answer, kept as evidence, and the step of a journal that made it."""

from dataclasses import dataclass, field
from typing import Any

from conformance.targets.transport import Reply
from strategies.cases import Signing, Wire
from strategies.v2.cases import SigningV2

__all__ = ["Exchange", "Step"]


@dataclass(slots=True)  # made for every exchange, and freezing costs half of making one
class Exchange:
    """The exact bytes both ways, and how the request was signed. *at* is the target's time in Unix seconds."""

    label: str
    at: int
    wire: Wire
    signing: Signing | SigningV2
    reply: Reply

    @property
    def message(self) -> bytes:
        """What was signed, without the key of APIv2 that is signed along."""
        return self.signing.message or b""


@dataclass(slots=True)  # made for every exchange, and freezing costs half of making one
class Step:
    """What a replay does again: an exchange to be signed anew, or something done to the world (*kind* names it, *values* say how)."""

    kind: str
    values: dict[str, Any] = field(default_factory=dict)
    exchange: Exchange | None = None
