"""How bytes reach a platform and come back: directly, or over HTTP. Nobody here re-serialises anything."""

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from conformance.targets.verdicts import ConfigurationError, Inconclusive, Unreachable
from reference.platform import Platform as ReferencePlatform
from strategies.cases import Wire

__all__ = ["DirectTransport", "HttpTransport", "Reply", "Transport"]


@dataclass(frozen=True, slots=True)
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
    """Carries one request and brings back the answer; a *concurrent* one carries several at a time."""

    concurrent: bool

    def send(self, wire: Wire) -> Reply:
        """Send *wire* and return the answer. Raises Unreachable or Inconclusive."""

    def close(self) -> None:
        """Let go of connections."""


class DirectTransport:
    """Calls the reference platform in this process."""

    concurrent = False

    def __init__(self, platform: ReferencePlatform) -> None:
        self._platform = platform

    def send(self, wire: Wire) -> Reply:
        """Hand the request over and take the answer. A platform with a seeded fault may crash, as a served one would: that is a 500."""
        try:
            answer = self._platform.handle(wire.method, wire.target, wire.headers, wire.body)
        except Exception:
            if type(self._platform) is ReferencePlatform:
                raise
            return Reply(500, (), b"")
        return Reply(answer.status, tuple(answer.headers), answer.body)

    def close(self) -> None:
        """Nothing to let go of."""


class HttpTransport:
    """Sends over HTTP, the request line and the body exactly as signed. *headers* lead every request to its place, like Host."""

    concurrent = True

    def __init__(self, base_url: str, *, timeout: float = 10.0, headers: tuple[tuple[str, str], ...] = ()) -> None:
        try:
            self._base = httpx.URL(base_url)
        except httpx.InvalidURL as error:
            raise ConfigurationError(f"{base_url} is not a URL: {error}. A platform's URL looks like http://127.0.0.1:8080.") from error
        self._headers = headers
        # Loading the trusted certificates takes 30 ms, and every check has a transport of its own.
        self._client = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False, verify=self._base.scheme == "https")

    def send(self, wire: Wire) -> Reply:
        """Send *wire*; headers httpx would add by itself are left out, the path is not re-quoted."""
        # White space around a header's value is no part of it (RFC 9110, 5.5), and h11 refuses to send it.
        sent = [(_bytes(name), _bytes(value.strip(" \t"))) for name, value in (*wire.headers, *self._headers)]
        # The extension is the request line's target as it is; a URL would be normalised.
        target = {"target": wire.target.encode("ascii")}
        request = httpx.Request(wire.method, self._base, headers=sent, content=wire.body, extensions=target)
        try:
            response = self._client.send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise Unreachable(
                f"{self._base} does not answer ({str(error) or 'no connection in time'}).\n"
                "Is the platform running there? `wxconform serve` starts one on http://127.0.0.1:8080; otherwise correct the URL."
            ) from error
        except httpx.HTTPError as error:
            raise Inconclusive(f"the answer of {self._base} was lost: {type(error).__name__} {error}") from error
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)
        return Reply(response.status_code, headers, response.content)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _bytes(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()


def is_loopback(base_url: str) -> bool:
    """Tell whether *base_url* points at this machine."""
    return urlsplit(base_url).hostname in {"127.0.0.1", "localhost", "::1"}
