"""Notifications that are really sent: to whom, when, how long an answer may take, and who else may move them."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

import pytest

from conformance.targets.http_transport import HttpTransport
from conformance.targets.platform import Platform as Shop
from conformance.targets.world import DirectWorld
from reference.identity import bundled
from reference.oracles import signature
from reference.platform import LADDER, courier
from reference.platform.asgi import App
from reference.platform.courier import is_loopback
from reference.platform.serve import Serving, running
from strategies.cases import Wire
from strategies.orders import lean


class Endpoint:
    """A merchant's notify endpoint: keeps what it is sent, answers as *statuses* list (the last one repeats) after *delay* seconds."""

    def __init__(self) -> None:
        self.statuses: list[int] = [200]
        self.delay = 0.0
        self.received: list[tuple[dict[str, str], bytes]] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.received.append((dict(self.headers), body))
                time.sleep(endpoint.delay)
                self.send_response_only(endpoint.statuses.pop(0) if len(endpoint.statuses) > 1 else endpoint.statuses[0])
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name the library gives it
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = False
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/notify"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A merchant's notify endpoint on this machine."""
    endpoint = Endpoint()
    yield endpoint
    endpoint.server.shutdown()
    endpoint.server.server_close()


@pytest.fixture
def posting() -> Iterator[tuple[str, App]]:
    """A served platform that posts its notifications."""
    with running(Serving(port=0)) as found:
        yield found


def _pay(base_url: str, app: App, notify_url: str) -> None:
    transport = HttpTransport(base_url)
    shop = Shop("served", bundled(), transport, world=DirectWorld(app.platform))
    order = lean("native", notify_url=notify_url)
    code_url = shop.place(order).is_accepted()["code_url"]
    assert _ask(base_url, "pay", credential=code_url) == {"refused": None}
    transport.close()


def _ask(base_url: str, action: str, **members: Any) -> Any:
    transport = HttpTransport(base_url)
    body = json.dumps(members).encode() if members else b""
    reply = transport.send(Wire("POST" if members else "GET", f"/_control/{action}", (("Content-Type", "application/json"),), body))
    transport.close()
    return json.loads(reply.body)


def _states(base_url: str) -> list[tuple[str, int]]:
    return [(notice["state"], notice["failures"]) for notice in _ask(base_url, "notifications")["notifications"]]


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within ten seconds"
        time.sleep(0.01)


def test_a_payment_is_notified_at_once(posting: tuple[str, App], endpoint: Endpoint) -> None:
    """A payment is posted to its notify_url, signed over exactly the bytes that arrive, and 200 ends it."""
    base_url, app = posting
    _pay(base_url, app, endpoint.url)
    _until(lambda: _states(base_url) == [("accepted", 0)])

    ((headers, body),) = endpoint.received
    sent = {name.lower(): value for name, value in headers.items()}
    key = next(key for key in bundled().platform if key.key_id == sent["wechatpay-serial"])
    message = signature.response_message(sent["wechatpay-timestamp"], sent["wechatpay-nonce"], body)
    assert signature.verifies(key.public_key, message, sent["wechatpay-signature"])
    assert json.loads(body)["event_type"] == "TRANSACTION.SUCCESS"


def test_advancing_posts_every_retry_on_the_way(posting: tuple[str, App], endpoint: Endpoint) -> None:
    """While time is advanced, each retry is posted in its turn with its own timestamp, and the answer lists them."""
    base_url, app = posting
    endpoint.statuses = [500, 503, 302, 204]
    _pay(base_url, app, endpoint.url)
    _until(lambda: _states(base_url) == [("pending", 1)])
    moved = _ask(base_url, "advance", seconds=3600)

    assert [(shown["attempt"], shown["status"]) for shown in moved["deliveries"]] == [(2, 503), (3, 302), (4, 204)]
    times = [
        int(next(value for name, value in headers.items() if name.lower() == "wechatpay-timestamp")) for headers, _ in endpoint.received
    ]
    # The clock runs meanwhile, and a timestamp names whole seconds: a step may come out one longer.
    assert all(later - earlier - gap in {0, 1} for (earlier, later), gap in zip(pairwise(times), LADDER[:3], strict=True)), times
    assert _states(base_url) == [("accepted", 3)]


def test_no_answer_in_time_is_a_failure(posting: tuple[str, App], endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that answers too late, and one that nobody listens at, have not accepted."""
    monkeypatch.setattr(courier, "PATIENCE", 0.2)
    endpoint.delay = 0.6
    base_url, app = posting
    _pay(base_url, app, endpoint.url)
    _pay(base_url, app, "http://127.0.0.1:9/notify")
    _until(lambda: _states(base_url) == [("pending", 1), ("pending", 1)])


def test_the_limit_is_five_seconds() -> None:
    """A merchant has five seconds to answer."""
    assert courier.PATIENCE == 5


def test_other_machines_are_not_posted_to() -> None:
    """A notify_url on another machine counts as failed without a request, and is told once, with the option that allows it."""
    said: list[str] = []
    with running(Serving(port=0)) as (base_url, app):
        app.courier.say = said.append
        for _ in range(2):
            _pay(base_url, app, "https://shop.example/notify")
        _until(lambda: _states(base_url) == [("pending", 1), ("pending", 1)])
        _ask(base_url, "advance", seconds=60)

    assert len(said) == 1
    assert "--notify-host shop.example" in said[0]


def test_held_notifications_stay_where_they_are(posting: tuple[str, App], endpoint: Endpoint) -> None:
    """Held, nothing is posted until it is switched back to post; a simulated endpoint may answer meanwhile."""
    base_url, app = posting
    assert _ask(base_url, "notify", mode="hold") == {"mode": "hold"}
    _pay(base_url, app, endpoint.url)
    _pay(base_url, app, endpoint.url)
    (first, _) = _ask(base_url, "advance", seconds=0, answers="ask")["deliveries"]
    _ask(base_url, "advance", seconds=0, answers="ask", answered={first["id"]: 200})
    _ask(base_url, "advance", seconds=0, answers=500)
    time.sleep(0.4)
    assert endpoint.received == []

    _ask(base_url, "notify", mode="post")
    _ask(base_url, "advance", seconds=15)
    assert len(endpoint.received) == 1
    assert _states(base_url) == [("accepted", 0), ("accepted", 1)]


def test_private_worlds_never_post(posting: tuple[str, App]) -> None:
    """A private world cannot be made to post."""
    base_url, _ = posting
    world = _ask(base_url, "open-world", seed=1)["world"]
    transport = HttpTransport(base_url, headers=(("Wxconform-World", world),))
    reply = transport.send(Wire("POST", "/_control/notify", (), b'{"mode": "post"}'))
    transport.close()

    assert reply.status == 400
    assert "private world" in json.loads(reply.body)["message"]


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("LOCALHOST", True),
        ("10.0.0.1", False),
        ("shop.example", False),
        ("", False),
    ],
)
def test_this_machine_is_known_by_its_names(host: str, here: bool) -> None:  # noqa: FBT001
    """Loopback addresses and localhost are this machine; everything else is not."""
    assert is_loopback(host) is here
