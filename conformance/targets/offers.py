"""What a platform that is not ours offers: which families it speaks, and which operations of APIv2.

Nobody is blamed for an interface that is not there. Each is looked for once, with a request that asks for nothing: in APIv2 any answer
that is not plainly somebody else's (404 and its kin, JSON, a page) is taken for that family's, however wrong it may be.
"""

from collections.abc import Callable
from typing import Final

from conformance.targets.transport import Reply, Transport
from conformance.targets.v2.signer import HEADERS
from reference.contract import load
from strategies.cases import Wire

__all__ = ["Offers"]

_ABSENT: Final = frozenset({404, 405, 501})
_OF_OTHERS: Final = (b"{", b"[", b"<!doctype", b"<html")
_OF_V2: Final = "/pay/orderquery"
_OF_V3: Final = "/v3/certificates"
_NOTHING: Final = b"<xml></xml>"


class Offers:
    """Looks for interfaces over connections that *connect* makes; *families* are those that were found."""

    def __init__(self, connect: Callable[[], Transport]) -> None:
        self._connect = connect
        self._found: dict[str, bool] = {}
        self.families = frozenset(name for name, there in (("apiv3", self._speaks_v3()), ("apiv2", self._has(_OF_V2))) if there)

    def operation(self, operation_id: str) -> bool:
        """Tell whether the operation of APIv2 is there."""
        return self._has(load("v2").operations[operation_id].path)

    def _speaks_v3(self) -> bool:
        reply = self._ask(Wire("GET", _OF_V3, (("Accept", "application/json"),), b""))
        return reply.status not in _ABSENT and not reply.body.lstrip().startswith(b"<")

    def _has(self, path: str) -> bool:
        if path not in self._found:
            reply = self._ask(Wire("POST", path, HEADERS, _NOTHING))
            self._found[path] = reply.status not in _ABSENT and not reply.body.lstrip().lower().startswith(_OF_OTHERS)
        return self._found[path]

    def _ask(self, wire: Wire) -> Reply:
        transport = self._connect()
        try:
            return transport.send(wire)
        finally:
            transport.close()
