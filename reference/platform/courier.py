"""Notifications for real: what falls due is posted to its notify_url, and the merchant's answer is taken note of."""

import asyncio
import ipaddress
import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx

from reference.platform.control_views import delivery_to_json
from reference.platform.core import Platform
from reference.platform.outbox import Delivery

__all__ = ["PATIENCE", "Courier", "is_loopback"]

PATIENCE = 5.0
"""Seconds a merchant has to answer a notification. Source: APIv3 notification guide."""
_PAUSE = 0.25
_MOST_READ = 64 * 1024
_LOG = logging.getLogger("wxconform.serve")


class Courier:
    """Posts what *platform* has due. *hosts* may be posted to besides this machine; *say* tells a person what is not sent.

    *lock* is held whenever the platform is touched, and never while a merchant is waited for.
    """

    def __init__(self, platform: Platform, lock: threading.Lock, hosts: Iterable[str], say: Callable[[str], None]) -> None:
        self._platform = platform
        self._lock = lock
        self._hosts = frozenset(host.lower() for host in hosts)
        self.say = say
        self._said: set[str] = set()
        self._walking = asyncio.Lock()
        self._nudged = asyncio.Event()

    def nudge(self) -> None:
        """Look at once whether something is due."""
        self._nudged.set()

    async def run(self) -> None:
        """Post what falls due as the platform's clock goes, for ever."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._nudged.wait(), _PAUSE)
            self._nudged.clear()
            if self._platform.notifying == "post":
                try:
                    await self.walk()
                except Exception:  # noqa: BLE001 - the next round may do better, and a server without notifications must not look well
                    _LOG.exception("notifications could not be sent")

    async def walk(self, until: float | None = None) -> list[dict[str, Any]]:
        """Let time pass to *until* (Unix seconds; default: now) and post everything that falls due on the way, in order.

        Returns the deliveries as the control API shows them, each with the status it was answered with.
        """
        posted: list[dict[str, Any]] = []
        async with self._walking:
            while due := self._step(until):
                said = await self._post_all(due)
                with self._lock:
                    for delivery, (status, body) in zip(due, said, strict=True):
                        self._platform.heard(delivery.notice_id, status, body)
                    self._platform.persist()
                posted += [delivery_to_json(delivery) | {"status": status} for delivery, (status, _) in zip(due, said, strict=True)]
        return posted

    def _step(self, until: float | None) -> list[Delivery]:
        with self._lock:
            due = self._platform.step(self._platform.clock() if until is None else until)
            self._platform.persist()
            return due

    async def _post_all(self, due: list[Delivery]) -> list[tuple[int | None, bytes]]:
        # The body is sealed and signed, and a shop under test has a certificate of its own making: it is not verified.
        async with httpx.AsyncClient(trust_env=False, verify=False, follow_redirects=False) as client:  # noqa: S501 - see above
            return await asyncio.gather(*(self._post(client, delivery) for delivery in due))

    async def _post(self, client: httpx.AsyncClient, delivery: Delivery) -> tuple[int | None, bytes]:
        if not self._may_reach(delivery.url):
            return None, b""
        try:
            async with (
                asyncio.timeout(PATIENCE),
                client.stream("POST", delivery.url, headers=delivery.headers, content=delivery.body) as answer,
            ):
                return answer.status_code, await _beginning(answer) if delivery.body_answers else b""
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError, UnicodeError):
            return None, b""

    def _may_reach(self, url: str) -> bool:
        try:
            host = (urlsplit(url).hostname or "").lower()
        except ValueError:
            return False
        if is_loopback(host) or host in self._hosts:
            return True
        if host not in self._said:
            self._said.add(host)
            self.say(
                f"notifications to {host} are not sent and count as failed: it is not this machine. Allow it with --notify-host {host}."
            )
        return False


async def _beginning(answer: httpx.Response) -> bytes:
    """Return the body of *answer*, or as much of it as an acknowledgement may need."""
    body = b""
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > _MOST_READ:
            break
    return body


def is_loopback(host: str) -> bool:
    """Tell whether *host*, a name or an address, is this machine itself."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
