"""APIv2 behind a socket and over restarts: bytes, certificates, notifications and state arrive as they do in process."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from reference.platform import Platform
from reference.platform.serve import Serving, running
from reference.platform.sqlite import StateFile
from reference.platform.v2 import SANDBOX_DEVIATIONS
from tests.platform.process import serving
from tests.platform.v2_shop import Shop, elements, shut, sign_of


@contextmanager
def _endpoint(answers: list[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """A notify endpoint that answers 200 with one body after the other; give its URL and what it received."""
    received: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            body = answers[min(len(received), len(answers)) - 1]
            self.send_response_only(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name the library gives it
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/notify", received
    finally:
        server.shutdown()
        server.server_close()


def test_a_served_platform_reads_what_the_merchant_answers() -> None:
    """A payment posted for real counts as told once the body of the merchant's answer says so, whatever its status."""
    taken = b"<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>"
    with _endpoint([b"success", taken]) as (url, received), running(Serving(port=0)) as (_, app):
        with app.lock:
            shop = Shop(app.platform)
            out_trade_no, _ = shop.place(notify_url=url)
            shop.pay(out_trade_no)
            (notice,) = app.platform.notices.values()
        deadline = time.monotonic() + 10
        while notice.failures < 1 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert (notice.failures, notice.done) == (1, False)
        with app.lock:
            app.platform.offset += 15
        while not notice.done and time.monotonic() < deadline:
            time.sleep(0.02)

        assert (len(received), notice.accepted) == (2, True)
        told = elements(received[1])
        assert told["sign"] == sign_of(told, shop.key)


def test_a_header_does_not_stand_for_a_certificate() -> None:
    """Over plain HTTP nobody bears a certificate, whatever the client's headers say; the control API shows the exchange without them."""
    with running(Serving(port=0, notify="hold")) as (base_url, app), httpx.Client(base_url=base_url, trust_env=False) as client:
        shop = Shop(app.platform)
        out_trade_no, _ = shop.charge()
        assert shop.certificate is not None
        body = shut(shop.signed({"out_trade_no": out_trade_no}))

        refused = elements(client.post("/secapi/pay/reverse", content=body, headers=[shop.certificate]).content)
        shown = client.get("/_control/exchanges").json()["exchanges"]

    assert refused["err_code"] == "CERT_ERROR"
    assert shown[-1]["operation"] == "reverse"
    assert "client-cert" not in {name.lower() for name, _ in shown[-1]["request"]["headers"]}


def test_the_sandbox_is_made_odd_and_slow_from_another_process() -> None:
    """Options and control actions set the sandbox's limit and deviations; a private world is as odd, and has no limit of its own."""
    with serving("--sandbox-limit", "7", "--sandbox-deviations", "wrong-fee-is-told-in-retcode") as base_url:
        with httpx.Client(base_url=f"{base_url}/_control/", trust_env=False) as client:

            def shown(**headers: str) -> dict[str, Any]:
                answered: dict[str, Any] = client.get("sandbox", headers=headers).json()
                return answered

            began = shown()
            client.post("sandbox-deviations", json={"deviations": "all"})
            client.post("sandbox-limit", json={"per_second": None})
            lifted = shown()
            client.post("sandbox-limit", json={"per_second": 0})
            world = client.post("open-world", json={}).json()["world"]
            private = shown(**{"Wxconform-World": world})
            wrong = client.post("sandbox-deviations", json={"deviations": "odd"})
        with httpx.Client(base_url=base_url, trust_env=False) as client:
            away = client.post("/xdc/apiv2sandbox/pay/orderquery", content=b"<xml/>")

    assert began == {"per_second": 7, "deviations": ["wrong-fee-is-told-in-retcode"]}
    assert lifted == {"per_second": None, "deviations": sorted(SANDBOX_DEVIATIONS)}
    assert private == lifted
    assert (wrong.status_code, wrong.json()["code"]) == (400, "BAD_MEMBER")
    assert away.status_code == 302


def test_what_apiv2_did_survives_a_restart(tmp_path: Path) -> None:
    """Orders, refunds and notifications not yet accepted are there again, told in their family; a payer's time still runs out."""
    first = Platform()
    with closing(StateFile(tmp_path / "state", first.identity)) as state:
        state.restore(first)
        first.plan_code("101111111111111111", "USERPAYING")
        shop = Shop(first)
        out_trade_no, order = shop.place(notify_url="http://127.0.0.1/n")
        waiting, _ = shop.charge(auth_code="101111111111111111")
        shop.pay(out_trade_no)
        out_refund_no, refund = shop.refund(out_trade_no, notify_url="http://127.0.0.1/r")
    second = Platform(seed=1)
    second.give_up_after = 60
    with closing(StateFile(tmp_path / "state", second.identity)) as state:
        state.restore(second)
        shop = Shop(second)
        assert shop.ask("refundquery", out_refund_no=out_refund_no)["refund_id_0"] == refund["refund_id"]
        assert shop.ask("orderquery", out_trade_no=out_trade_no)["trade_state"] == "REFUND"
        assert second.settle(shop.merchant.mchid, out_refund_no) is None

        deliveries = second.advance(60)

        told = [elements(delivery.body) for delivery in deliveries]
        assert told[0]["sign"] == sign_of(told[0], shop.key)
        assert "req_info" in told[1]
        assert shop.ask("orderquery", out_trade_no=waiting)["trade_state"] == "PAYERROR"
        assert order["prepay_id"] in second.credentials
