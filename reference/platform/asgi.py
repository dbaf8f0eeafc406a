"""The reference platform as an ASGI application: exact bytes in, exact bytes out, and the control API beside it."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from email.utils import formatdate
from typing import Any, Literal

from cryptography import x509

from reference.platform.control import PREFIX, Action, handle_control, json_answer, posting_until
from reference.platform.control_asked import Asked, ControlError
from reference.platform.control_sandbox import SANDBOX_ACTIONS
from reference.platform.core import Platform
from reference.platform.courier import Courier
from reference.platform.v2 import CERTIFICATE_HEADER, certificate_header
from reference.platform.wire import Answer
from reference.platform.worlds import WORLD_HEADER, Worlds

__all__ = ["BODY_LIMIT", "App"]

BODY_LIMIT = 1024 * 1024
"""Bytes a request's body may have."""
_DRAINED = 64 * BODY_LIMIT
_LOG = logging.getLogger("wxconform.serve")
_MODES: tuple[Literal["post", "hold"], ...] = ("post", "hold")
_WORLD = WORLD_HEADER.lower().encode()
_CERTIFICATE = CERTIFICATE_HEADER.lower().encode()

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class App:
    """Serves *platform*. *control* opens the control API; *hosts* may be sent notifications besides this machine.

    The target is path and query as they stand on the request line (a bare ``?`` at its end is lost: ASGI does not tell it).
    *lock* is held while any platform works, so another thread may look at them under it.
    """

    def __init__(
        self,
        platform: Platform,
        *,
        control: bool = True,
        hosts: Iterable[str] = (),
        say: Callable[[str], None] = _LOG.warning,
    ) -> None:
        self.platform = platform
        self.worlds = Worlds(platform)
        self.lock = threading.Lock()
        self.controlled = control
        self.courier = Courier(platform, self.lock, hosts, say)
        self._task: asyncio.Task[None] | None = None
        self._more = {
            **self.worlds.actions(),
            **SANDBOX_ACTIONS,
            "notify": Action("POST", ("mode",), "Who moves notifications: post (this server) or hold.", self._notify),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            body = await _read(receive)
            answer, now = await self._answer(scope, body)
            await _send(answer, now, send)
            self.courier.nudge()

    async def _answer(self, scope: Scope, body: bytes | None) -> tuple[Answer, int]:
        """Answer one request; the number is the time (Unix seconds) of the world that answered."""
        target = _target(scope)
        named = next((value.decode("latin-1") for name, value in scope["headers"] if name == _WORLD), None)
        platform = self.platform
        try:
            with self.lock:
                platform = self.worlds.find(named if self.controlled else None)
            headers = _headers(scope, trusting=platform is not self.platform)
            if body is None:
                answer = json_answer(413, {"code": "REQUEST_TOO_LARGE", "message": "The body is larger than 1 MiB."})
            elif self.controlled and target.startswith(PREFIX):
                answer = await self._command(platform, scope["method"], target, body)
            else:
                with self.lock:
                    answer = platform.handle(scope["method"], target, headers, body)
        except ControlError as error:
            answer = json_answer(error.status, {"code": error.code, "message": error.message})
        except Exception:  # noqa: BLE001 - whatever went wrong, the asker is told that nothing was acknowledged
            _LOG.exception("%s %s could not be answered", scope["method"], target)
            answer = json_answer(500, {"code": "SYSTEM_ERROR", "message": "The platform itself failed; its own output says how."})
        return answer, platform.now()

    async def _command(self, platform: Platform, method: str, target: str, body: bytes) -> Answer:
        with self.lock:
            until = posting_until(platform, method, target, body)
            if until is None:
                return handle_control(platform, method, target, body, more=self._more)
        posted = await self.courier.walk(until)
        with self.lock:
            return json_answer(200, {"now": platform.now(), "clock": platform.clock(), "until": until, "deliveries": posted})

    def _notify(self, platform: Platform, asked: Asked) -> dict[str, str]:
        mode = asked.one_of("mode", _MODES)
        if platform is not self.platform and mode == "post":
            raise asked.bad("mode", "hold: a private world never posts")
        platform.notifying = mode
        return {"mode": platform.notifying}

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._task = asyncio.create_task(self.courier.run())
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._task is not None:
                    self._task.cancel()
                await send({"type": "lifespan.shutdown.complete"})
                return


async def _send(answer: Answer, now: int, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    headers.append((b"Date", formatdate(now, usegmt=True).encode()))
    if answer.body or answer.status not in {204, 304}:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def _headers(scope: Scope, *, trusting: bool) -> list[tuple[str, str]]:
    """The headers of a request, with the certificate its connection bears.

    What a client says of one itself counts for nothing, unless it is *trusting*: in a private world, whose only user is who opened it.
    """
    sent: Iterable[tuple[bytes, bytes]] = scope["headers"]
    dropped = {_WORLD} if trusting else {_WORLD, _CERTIFICATE}
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in sent if name not in dropped]
    chain = list(((scope.get("extensions") or {}).get("tls") or {}).get("client_cert_chain") or ())
    if not chain:
        return headers
    ours = certificate_header(x509.load_pem_x509_certificate(chain[0].encode()))
    return [*(pair for pair in headers if pair[0].lower() != CERTIFICATE_HEADER.lower()), ours]


def _target(scope: Scope) -> str:
    query: bytes = scope["query_string"]
    raw: bytes = scope["raw_path"] + (b"?" + query if query else b"")
    return raw.decode("latin-1")


async def _read(receive: Receive) -> bytes | None:
    """Return the whole body, or None when it is too large; that one is drained, so that the sender gets to read the answer."""
    body, size = bytearray(), 0
    while True:
        message = await receive()
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size <= BODY_LIMIT:
            body += chunk
        if not message.get("more_body", False) or size > _DRAINED:
            return bytes(body) if size <= BODY_LIMIT else None
