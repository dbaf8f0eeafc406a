"""Two faults in one request."""

from strategies.cases import Call, Fault, Signing, Wire

__all__ = ["Both"]


class Both(Fault):
    """A request with the fault *first* and the fault *second*; they must not undo each other."""

    def __init__(self, first: Fault, second: Fault) -> None:
        self.name = f"{first!r} and {second!r}"
        self.first = first
        self.second = second

    def in_call(self, call: Call) -> Call:
        """Ask wrongly in both ways."""
        return self.second.in_call(self.first.in_call(call))

    def in_signing(self, signing: Signing) -> Signing:
        """Sign wrongly in both ways."""
        return self.second.in_signing(self.first.in_signing(signing))

    def on_wire(self, wire: Wire) -> Wire:
        """Send wrongly in both ways."""
        return self.second.on_wire(self.first.on_wire(wire))
