"""Put the reference platform behind HTTP: a socket, a clock that runs, a state file if wanted, and the control API."""

import errno
import importlib.util
import ipaddress
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from reference.identity import Identity, bundled
from reference.platform.asgi import App
from reference.platform.core import Platform
from reference.platform.signing import KeyMode
from reference.platform.sqlite import StateFile
from reference.platform.tls import AUTHORITY, server_context
from reference.platform.v2 import Deviation

if TYPE_CHECKING:
    import uvicorn

__all__ = ["ServeError", "Serving", "running", "serve"]

_BACKLOG = 2048
_STARTING = 10.0


class ServeError(Exception):
    """The platform cannot be served; the message names the value and the remedy."""


@dataclass(frozen=True)
class Serving:
    """How a platform is served.

    *port* 0 picks a free one. *base_url* is what clients call the platform (default: made of host and port); it stands in download_urls.
    *state* is a file to keep the state in. *notify* post sends notifications to loopback and *notify_hosts*, hold leaves them to the
    control API.
    *settle_after* pays refunds out after so many seconds. *remote_control* opens the control API on other addresses than loopback too.
    *kind* is the class of the platform, so that a faulty one can be served.
    *sandbox_limit* is how many requests a second the sandbox of APIv2 takes, *sandbox_deviations* in what it is as odd as the real one.
    *tls* is a folder: HTTPS is offered then, and the certificate of its authority is written there.
    """

    identity: Identity | None = None
    host: str = "127.0.0.1"
    port: int = 8080
    base_url: str | None = None
    state: Path | None = None
    key_mode: KeyMode = "combined"
    notify: Literal["post", "hold"] = "post"
    notify_hosts: tuple[str, ...] = ()
    settle_after: int | None = None
    remote_control: bool = False
    kind: type[Platform] = Platform
    sandbox_limit: int | None = None
    sandbox_deviations: frozenset[Deviation] = frozenset()
    tls: Path | None = None


def serve(serving: Serving, say: Callable[[str], None]) -> None:
    """Serve until interrupted. *say* gets lines for a person; the first one is ``listening URL``.

    Raises ServeError when the address cannot be listened on or uvicorn is missing, StateError when the state file cannot be used.
    """
    with _ready(serving, say) as (server, listener, app):
        for line in _introduction(serving, app):
            say(line)
        server.run(sockets=[listener])


@contextmanager
def running(serving: Serving) -> Iterator[tuple[str, App]]:
    """Serve from a thread of this process; give its base URL and its application, whose platform may be touched under its lock."""
    with _ready(serving, lambda _line: None) as (server, listener, app):
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="wxconform-serve", daemon=True)
        thread.start()
        deadline = time.monotonic() + _STARTING
        while not server.started and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.005)
        try:
            if not server.started:
                raise ServeError("The server did not start; its own output says why.")
            yield app.platform.base_url, app
        finally:
            server.should_exit = True
            thread.join(_STARTING)


@contextmanager
def _ready(serving: Serving, say: Callable[[str], None]) -> Iterator[tuple["uvicorn.Server", socket.socket, App]]:
    for name in ("uvicorn", "httptools") if serving.tls is not None else ("uvicorn",):
        if importlib.util.find_spec(name) is None:
            raise ServeError(f"Serving needs {name}, which is not installed.\nInstall it with: pip install 'wechatpay-conformance[server]'")
    import uvicorn  # noqa: PLC0415 - an extra: whoever does not serve does without

    listener = _listen(serving.host, serving.port)
    state = None
    try:
        app = App(_platform(serving, listener), control=_is_controlled(serving, listener), hosts=serving.notify_hosts, say=say)
        if serving.state is not None:
            state = StateFile(serving.state, app.platform.identity)
            state.restore(app.platform)
        yield uvicorn.Server(_config(serving, app)), listener, app
    finally:
        listener.close()
        if state is not None:
            state.close()


def _config(serving: Serving, app: App) -> "uvicorn.Config":
    import uvicorn  # noqa: PLC0415 - as above

    secured: dict[str, Any] = {}
    if serving.tls is not None:
        from reference.platform.tls_protocol import TellingProtocol  # noqa: PLC0415 - as above

        secured["http"] = TellingProtocol
    config = uvicorn.Config(
        app,
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        ws="none",
        timeout_graceful_shutdown=3,
        **secured,
    )
    if serving.tls is not None:
        names = [serving.host, urlsplit(app.platform.base_url).hostname or serving.host, "localhost", "127.0.0.1", "::1"]
        config.load()
        try:
            # uvicorn takes certificates from files only, and this one's key belongs in none.
            config.ssl = server_context(serving.tls, names, app.platform.identity)
        except OSError as error:
            raise ServeError(
                f"--tls {serving.tls} cannot be written to: {error.strerror or error}. Name a folder of your own, such as --tls ./tls."
            ) from error
    return config


def _platform(serving: Serving, listener: socket.socket) -> Platform:
    platform = serving.kind(
        serving.identity or bundled(),
        clock=time.time,
        key_mode=serving.key_mode,
        # Fresh entropy at every start: ids given out before a restart are not given out again.
        seed=secrets.randbits(128),
        base_url=serving.base_url or _url("http" if serving.tls is None else "https", serving.host, listener),
    )
    platform.notifying = serving.notify
    platform.settle_after = serving.settle_after
    platform.sandbox_limit = serving.sandbox_limit
    platform.sandbox_deviations = serving.sandbox_deviations
    return platform


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise ServeError(f"--port {port} is not a port. Ports go from 0 (any free one) to 65535.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (socket.gaierror, UnicodeError) as error:
        raise ServeError(f"--host {host} is no name or address this machine knows. The usual one is 127.0.0.1.") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise ServeError(_why(host, port, error)) from error
    return listener


def _why(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use by another program. Stop that one, or take another: --port 0 picks any free one."
    if error.errno == errno.EACCES:
        return f"This user may not listen on port {port}. Take a port above 1023, such as --port 8080."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"--host {host} is not an address of this machine. The usual one is 127.0.0.1; 0.0.0.0 is all of them."
    return f"{host}:{port} cannot be listened on: {error.strerror or error}. Take another --host or --port."


def _url(scheme: str, host: str, listener: socket.socket) -> str:
    address, port = listener.getsockname()[:2]
    name = "127.0.0.1" if ipaddress.ip_address(address).is_unspecified else host
    return f"{scheme}://[{name}]:{port}" if ":" in name else f"{scheme}://{name}:{port}"


def _is_controlled(serving: Serving, listener: socket.socket) -> bool:
    # Whoever reaches the control API moves money and the clock, and reads every exchange.
    return serving.remote_control or ipaddress.ip_address(listener.getsockname()[0]).is_loopback


def _introduction(serving: Serving, app: App) -> Iterator[str]:
    platform = app.platform
    identity = platform.identity
    merchants = ", ".join(
        f"{role} {_masked(merchant.mchid)}"
        for role, merchant in (("merchant", identity.merchant), ("partner", identity.partner), ("other", identity.other))
        if merchant
    )
    notify = (
        "to this machine" + "".join(f", {host}" for host in serving.notify_hosts)
        if serving.notify == "post"
        else "held; POST /_control/advance moves them"
    )
    yield f"listening {platform.base_url}"
    yield f"  identity       {identity.name}: {merchants}"
    yield f"  keys           {platform.key_mode}: {', '.join(_masked(key.key_id) for key in platform.active_keys())}"
    yield f"  state          {serving.state or 'in memory: a restart forgets everything; --state FILE keeps it'}"
    yield f"  notifications  {notify}"
    if serving.tls is not None:
        yield f"  tls            trust {serving.tls / AUTHORITY}; the merchants' certificates are asked for"
    if serving.sandbox_limit is not None or serving.sandbox_deviations:
        limit = "no limit" if serving.sandbox_limit is None else f"{serving.sandbox_limit} requests a second"
        yield f"  sandbox        {limit}; deviations: {', '.join(sorted(serving.sandbox_deviations)) or 'none'}"
    yield (
        f"  control        {platform.base_url}/_control/"
        if app.controlled
        else "  control        off: not a loopback address; --allow-remote-control opens it"
    )


def _masked(text: str) -> str:
    return f"{text[:4]}…{text[-2:]}"
