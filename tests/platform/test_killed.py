"""A served platform that is killed in the middle of its work has lost nothing it acknowledged."""

import threading
import time
from pathlib import Path

from conformance.targets.calls import NOTIFY_URL
from conformance.targets.http_transport import HttpTransport
from conformance.targets.http_world import HttpWorld
from conformance.targets.platform import Platform
from conformance.targets.verdicts import Inconclusive
from reference.identity import bundled
from strategies.cases import Order, Refund
from strategies.orders import lean
from tests.platform.process import Process, serving


def _shop(url: str) -> Platform:
    return Platform("served", bundled(), HttpTransport(url), world=HttpWorld.of(url))


def _close(shop: Platform) -> None:
    shop.close_connections()
    assert isinstance(shop.world, HttpWorld)
    shop.world.close()


def test_every_acknowledged_order_survives_a_kill(tmp_path: Path) -> None:
    """Killed with SIGKILL in a stream of orders from several merchants at once, it knows after a restart every one it had answered."""
    options = ("--state", str(tmp_path / "state.db"), "--notify", "hold")
    acknowledged: list[tuple[Order, str]] = []

    def place(shop: Platform) -> None:
        try:
            while True:
                order = lean("native")
                acknowledged.append((order, str(shop.place(order).is_accepted()["code_url"])))
        except Inconclusive:
            _close(shop)

    with Process(*options) as process:
        threads = [threading.Thread(target=place, args=(_shop(process.url),)) for _ in range(3)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 20
        while len(acknowledged) < 60 and time.monotonic() < deadline:
            time.sleep(0.005)
        process.kill()
        for thread in threads:
            thread.join()
    assert len(acknowledged) >= 60

    with serving(*options) as url:
        shop = _shop(url)
        assert {shop.query(order)["trade_state"] for order, _ in acknowledged} == {"NOTPAY"}
        order, code_url = acknowledged[-1]
        assert shop.place(order)["code_url"] == code_url
        _close(shop)


def test_payments_refunds_and_the_clock_survive_a_kill(tmp_path: Path) -> None:
    """What was done through the control API is as durable: payments, settlements, deliveries still due, and the time advanced to."""
    options = ("--state", str(tmp_path / "state.db"), "--notify", "hold")
    order = lean("native")
    refund = Refund(order, 40, {"notify_url": NOTIFY_URL})
    with Process(*options) as process:
        shop = _shop(process.url)
        shop.must_pay(order)
        shop.refund(refund).is_accepted()
        assert shop.settle(refund) is None
        shop.advance(0, lambda delivery: 200 if delivery.event_type == "TRANSACTION.SUCCESS" else 500)
        shop.advance(1, lambda _: 500)
        transaction_id, moment = shop.transaction_id(order), shop.now()
        process.kill()
        _close(shop)
    with serving(*options) as url:
        shop = _shop(url)
        assert shop.transaction_id(order) == transaction_id
        assert shop.query_refund(refund)["status"] == "SUCCESS"
        assert shop.now() >= moment
        (delivery,) = shop.advance(60)
        assert delivery.event_type == "REFUND.SUCCESS"
        assert delivery.attempt > 1
        _close(shop)
