"""Faults that are a name and one small change."""

from collections.abc import Callable, Iterable

from strategies.cases import Fault, Signing, Wire

__all__ = ["Sent", "Signed", "named"]


class Signed(Fault):
    """Signed otherwise: *change* says how."""

    def __init__(self, name: str, says: str, change: Callable[[Signing], Signing]) -> None:
        self.name = name
        self.says = says
        self.change = change

    def in_signing(self, signing: Signing) -> Signing:
        """Sign it so."""
        return self.change(signing)


class Sent(Fault):
    """Changed on its way, after it was signed: *change* says how."""

    def __init__(self, name: str, says: str, change: Callable[[Wire], Wire]) -> None:
        self.name = name
        self.says = says
        self.change = change

    def on_wire(self, wire: Wire) -> Wire:
        """Send it so."""
        return self.change(wire)


def named(faults: Iterable[Fault], *names: str) -> tuple[Fault, ...]:
    """Return those of *faults* that are called one of *names*."""
    found = tuple(fault for fault in faults if fault.name in names)
    if len(found) != len(names):
        raise LookupError(f"no fault called {', '.join(sorted(set(names) - {fault.name for fault in found}))}")
    return found
