"""Faults on APIv2 requests that are a name and one small change."""

from collections.abc import Callable

from strategies.cases import Wire
from strategies.v2.cases import CallV2, FaultV2, SigningV2

__all__ = ["Asked", "Sent", "Signed"]


class Asked(FaultV2):
    """Asked otherwise, and signed as asked: *change* says how."""

    def __init__(self, name: str, change: Callable[[CallV2], CallV2]) -> None:
        self.name = name
        self.change = change

    def in_call(self, call: CallV2) -> CallV2:
        """Ask it so."""
        return self.change(call)


class Signed(FaultV2):
    """Signed or written otherwise: *change* says how."""

    def __init__(self, name: str, change: Callable[[SigningV2], SigningV2]) -> None:
        self.name = name
        self.change = change

    def in_signing(self, signing: SigningV2) -> SigningV2:
        """Sign it so."""
        return self.change(signing)


class Sent(FaultV2):
    """Changed on its way, after it was signed: *change* says how."""

    def __init__(self, name: str, change: Callable[[Wire], Wire]) -> None:
        self.name = name
        self.change = change

    def on_wire(self, wire: Wire) -> Wire:
        """Send it so."""
        return self.change(wire)
