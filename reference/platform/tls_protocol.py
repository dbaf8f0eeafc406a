"""The HTTP protocol of uvicorn, which tells an application nothing of the client's certificate, made to tell it.

It stands apart because uvicorn is an extra: whoever does not serve does without.
"""

import asyncio
import ssl
from collections.abc import MutableMapping
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["TellingProtocol"]


class TellingProtocol(HttpToolsProtocol):
    """Puts the certificate a connection bears into the scope of each of its requests, as the TLS extension of ASGI has it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the class it extends
        """Look at the certificate once: it holds for the whole connection."""
        super().connection_made(transport)
        secured = transport.get_extra_info("ssl_object")
        shown = secured.getpeercert(binary_form=True) if secured is not None else None
        if shown is None:
            return
        chain, app = (ssl.DER_cert_to_PEM_cert(shown),), self.app

        async def telling(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
            extensions = scope.get("extensions") or {}
            await app({**scope, "extensions": {**extensions, "tls": {"client_cert_chain": chain}}}, receive, send)

        self.app = telling
