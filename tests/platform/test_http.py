"""The platform behind HTTP: exact bytes both ways, limits, and what is on the wire besides."""

import json
import socket
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from functools import partial
from urllib.parse import urlsplit

import pytest
import uvicorn

from conformance.targets.http_transport import HttpTransport
from conformance.targets.platform import Platform as Shop
from conformance.targets.transport import Reply
from conformance.targets.world import DirectWorld
from reference.identity import bundled
from reference.oracles import signature
from reference.platform import Platform
from reference.platform.asgi import BODY_LIMIT, App
from reference.platform.serve import Serving, running
from strategies.cases import Call, Wire
from strategies.orders import lean

_JSON = (("Content-Type", "application/json"),)


@pytest.fixture(scope="module", params=["httptools", "h11"])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[str, App]]:
    """A platform served from a thread, holding its notifications, by either of the parsers uvicorn may find."""
    pytest.importorskip(request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uvicorn, "Config", partial(uvicorn.Config, http=request.param))
        with running(Serving(port=0, notify="hold")) as found:
            yield found


@pytest.fixture
def transport(served: tuple[str, App]) -> Iterator[HttpTransport]:
    """A connection to it."""
    transport = HttpTransport(served[0])
    yield transport
    transport.close()


def _shop(app: App, transport: HttpTransport) -> Shop:
    return Shop("served", bundled(), transport, world=DirectWorld(app.platform))


@pytest.mark.parametrize(
    "target",
    [
        "/v3/pay/transactions/out-trade-no/A%2fb%2F%e8%8c%b6?mchid=1900000001&x=%20+%7E",
        "/v3/pay/transactions/out-trade-no/a'b(c)*!;:@&=+$,~?mchid=a'b|c[]{}^`",
        "/v3/./pay//transactions/../x?y=/?z",
        "/v3/certificates?",
    ],
)
def test_the_target_arrives_as_it_was_signed(served: tuple[str, App], transport: HttpTransport, target: str) -> None:
    """Path and query reach the platform byte by byte: escapes, dots, doubled slashes, and characters others would quote."""
    transport.send(Wire("GET", target, (("X-Test", "Caf\xe9"),), b""))
    _, app = served
    with app.lock:
        request = app.platform.exchanges[-1].request

    # ASGI does not tell a bare question mark at the end.
    assert request.target == target.removesuffix("?")
    assert request.header("x-test") == "Caf\xe9"


def test_headers_and_bodies_arrive_as_they_are(served: tuple[str, App], transport: HttpTransport) -> None:
    """Repeated headers keep their order, bodies their bytes, were they no text."""
    transport.send(Wire("POST", "/v3/pay/transactions/native", (("Authorization", "a"), ("Authorization", "b")), b"\x00\xff\r\n{"))
    _, app = served
    with app.lock:
        request = app.platform.exchanges[-1].request

    assert [value for name, value in request.headers if name == "authorization"] == ["a", "b"]
    assert request.body == b"\x00\xff\r\n{"


def test_answers_are_signed_over_what_goes_out(served: tuple[str, App], transport: HttpTransport) -> None:
    """The signature of an answer covers the body as it arrives, and Date tells the platform's own time."""
    _, app = served
    exchange = _shop(app, transport).place(lean("native")).is_accepted().exchange
    reply = exchange.reply
    timestamp, nonce = reply.header("Wechatpay-Timestamp") or "", reply.header("Wechatpay-Nonce") or ""
    key = next(key for key in bundled().platform if key.key_id == reply.header("Wechatpay-Serial"))

    assert signature.verifies(
        key.public_key, signature.response_message(timestamp, nonce, reply.body), reply.header("Wechatpay-Signature") or ""
    )
    assert abs(parsedate_to_datetime(reply.header("Date") or "").timestamp() - int(timestamp)) <= 1
    assert reply.header("Request-ID")
    assert reply.header("Server") is None


def test_no_body_means_none(served: tuple[str, App], transport: HttpTransport) -> None:
    """Closing an order is answered 204 without a body and without a length."""
    shop = _shop(served[1], transport)
    order = lean("native")
    shop.place(order).is_accepted()
    reply = shop.close(order).is_accepted().exchange.reply

    assert (reply.status, reply.body, reply.header("Content-Length")) == (204, b"", None)


def test_unknown_paths_and_methods_are_the_platform_s_own_business(served: tuple[str, App], transport: HttpTransport) -> None:
    """404 and 405 come from the platform, not from the server."""
    del served
    replies = [transport.send(Wire(method, target, (), b"")) for method, target in (("GET", "/"), ("DELETE", "/v3/certificates"))]

    assert [reply.status for reply in replies] == [404, 405]
    assert all(json.loads(reply.body)["code"] for reply in replies)
    assert transport.send(Wire("HEAD", "/v3/certificates", (), b"")).body == b""


@pytest.mark.parametrize("target", ["/v3/pay/transactions/native", "/_control/pay"])
def test_a_body_may_have_a_mebibyte(transport: HttpTransport, target: str) -> None:
    """One byte more than 1 MiB is answered 413 in JSON; the connection is good for another request."""
    fits, exceeds = (transport.send(Wire("POST", target, _JSON, b" " * size)) for size in (BODY_LIMIT, BODY_LIMIT + 1))

    assert fits.status in {400, 401}
    assert exceeds.status == 413
    assert json.loads(exceeds.body)["code"] == "REQUEST_TOO_LARGE"
    assert transport.send(Wire("GET", "/_control/clock", (), b"")).status == 200


def test_a_body_in_chunks_is_one_body(served: tuple[str, App]) -> None:
    """A body sent in chunks reaches the platform in one piece."""
    base_url, app = served
    parts = urlsplit(base_url)
    assert parts.port is not None
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as connection:
        head = b"POST /v3/pay/transactions/native HTTP/1.1\r\nHost: here\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head + b'3\r\n{"a\r\n' + b'4\r\n":1}\r\n' + b"0\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    with app.lock:
        request = app.platform.exchanges[-1].request

    assert answer.startswith(b"HTTP/1.1 401 ")
    assert request.body == b'{"a":1}'


def test_a_bill_can_be_fetched_where_the_answer_says(served: tuple[str, App], transport: HttpTransport) -> None:
    """The download_url of a bill leads back to this very server."""
    base_url, app = served
    shop = _shop(app, transport)
    shop.must_pay(lean("native"))
    day = parsedate_to_datetime(transport.send(Wire("GET", "/", (), b"")).header("Date") or "").strftime("%Y-%m-%d")
    with app.lock:
        app.platform.advance(2 * 86_400)
    url = str(shop.send(Call("tradebill_apply", query={"bill_date": day})).is_accepted()["download_url"])

    assert url.startswith(base_url + "/v3/billdownload/")
    bill = shop.send(Call("bill_download", path=url.removeprefix(base_url)))
    assert bill.status == 200
    assert lean("native").fields["description"] in bill.exchange.reply.body.decode()


def test_what_the_platform_itself_does_wrong_is_a_500(caplog: pytest.LogCaptureFixture) -> None:
    """A request the platform trips over is answered 500 SYSTEM_ERROR, acknowledges nothing, and is told in the log."""

    class Broken(Platform):
        def find(self, request: object) -> object:  # type: ignore[override]  # broken on purpose
            raise LookupError(request)

    with running(Serving(port=0, kind=Broken)) as (base_url, _):
        transport = HttpTransport(base_url)
        reply: Reply = transport.send(Wire("GET", "/v3/certificates", (), b""))
        transport.close()

    assert reply.status == 500
    assert json.loads(reply.body)["code"] == "SYSTEM_ERROR"
    assert "GET /v3/certificates" in caplog.text
