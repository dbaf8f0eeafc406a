"""How bytes reach a platform and come back. Nobody here re-serialises anything."""

from dataclasses import dataclass
from typing import Protocol

from reference.platform import Platform as ReferencePlatform
from reference.platform.v2 import certificate_header
from strategies.cases import Wire

__all__ = ["DirectTransport", "Reply", "Transport"]


@dataclass(slots=True)  # made for every exchange, and freezing costs half of making one
class Reply:
    """An answer exactly as it came."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


class Transport(Protocol):
    """Carries one request and brings back the answer.

    A *concurrent* one carries several at a time; one that *shows_certificates* bears a client certificate where a request has one.
    """

    concurrent: bool
    shows_certificates: bool

    def send(self, wire: Wire) -> Reply:
        """Send *wire* and return the answer. Raises Unreachable or Inconclusive."""

    def close(self) -> None:
        """Let go of connections."""


class DirectTransport:
    """Calls the reference platform in this process."""

    concurrent = False
    shows_certificates = True

    def __init__(self, platform: ReferencePlatform) -> None:
        self._platform = platform

    def send(self, wire: Wire) -> Reply:
        """Hand the request over and take the answer. A platform with a seeded fault may crash, as a served one would: that is a 500."""
        try:
            answer = self._platform.handle(wire.method, wire.target, _borne(wire), wire.body)
        except Exception:
            if type(self._platform) is ReferencePlatform:
                raise
            return Reply(500, (), b"")
        return Reply(answer.status, tuple(answer.headers), answer.body)

    def close(self) -> None:
        """Nothing to let go of."""


def _borne(wire: Wire) -> tuple[tuple[str, str], ...]:
    """The headers of *wire*, with the certificate of the connection as a server that ended the TLS tells it."""
    if wire.certificate is None or wire.certificate.certificate is None:
        return wire.headers
    return (*wire.headers, certificate_header(wire.certificate.certificate))
