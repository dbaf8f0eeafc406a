"""The Python SDK wechatpy, which speaks APIv2, as a merchant of our platform: over TLS, with its client certificate where it must."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from conformance.targets.http_transport import HttpTransport
from conformance.targets.http_world import HttpWorld
from reference.identity import Merchant, bundled
from reference.platform import Delivery
from reference.platform.tls import AUTHORITY
from tests.platform.process import serving
from tests.sdks.protocol import Player, Refused

_NOTIFY = "https://shop.example/notify"
_ADDRESS = "203.0.113.7"


class Shop:
    """The SDK as *merchant* of the platform at *url*, whose payers and banks are the *world*."""

    def __init__(self, url: str, world: HttpWorld, player: Player, merchant: Merchant, ca: Path) -> None:
        self.world = world
        self.player = player
        self.merchant = merchant
        self._numbers = 0
        certificate, key = merchant.credential.certificate, merchant.credential.private_key
        assert certificate is not None
        player.ask(
            "init",
            base_url=url,
            appid=merchant.appid,
            mch_id=merchant.mchid,
            sub_mch_id=next(iter(merchant.sub_mchids), None),
            apiv2_key=merchant.apiv2_key,
            certificate=certificate.public_bytes(Encoding.PEM).decode(),
            private_key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            ca=str(ca),
        )

    def number(self) -> str:
        """A number nobody used."""
        self._numbers += 1
        return f"SDK{self._numbers:07}"

    def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Let the SDK call *method*."""
        result: dict[str, Any] = self.player.ask("call", method=method, arguments=arguments)
        return result

    def done(self, method: str, *, signed: bool = True, **arguments: Any) -> dict[str, Any]:
        """Let the SDK call *method*, which must succeed, with an answer whose signature it verifies if there is one."""
        result = self.call(method, **arguments)
        assert result.get("signed") is signed, result
        answer: dict[str, Any] = result["answer"]
        return answer

    def placed(self, trade_type: str = "JSAPI") -> tuple[str, dict[str, Any]]:
        """Place an order; return its number and the answer."""
        number = self.number()
        order: dict[str, Any] = {
            "trade_type": trade_type,
            "body": "茶 & 书 100%",
            "total_fee": 100,
            "notify_url": _NOTIFY,
            "out_trade_no": number,
        }
        order |= {"user_id": self.merchant.openid} if trade_type == "JSAPI" else {}
        order |= {"product_id": "P1"} if trade_type == "NATIVE" else {}
        return number, self.done("order.create", client_ip=_ADDRESS, attach="备注：“½”", **order)

    def paid(self) -> str:
        """Place an order and let the payer pay it."""
        number, _ = self.placed()
        assert self.world.pay(self.merchant.mchid, number) is None
        return number

    def deliveries(self) -> list[Delivery]:
        """The notifications due now, accepted."""
        return self.world.advance(0)


@pytest.fixture(params=["merchant", "partner"])
def shop(request: pytest.FixtureRequest, wechatpy: Player, tmp_path: Path) -> Iterator[Shop]:
    """The SDK of a merchant, and of a service provider, at a platform behind TLS."""
    merchant: Merchant = getattr(bundled(), request.param)
    with serving("--tls", str(tmp_path), "--notify", "hold") as url, closing(HttpTransport(url, ca=tmp_path / AUTHORITY)) as transport:
        yield Shop(url, HttpWorld(transport), wechatpy, merchant, tmp_path / AUTHORITY)


def test_orders_of_every_kind(shop: Shop) -> None:
    """An order of each trade type is answered with what its client needs, signed, and found unpaid; closed, it is found closed."""
    for trade_type, handed in (("JSAPI", "prepay_id"), ("APP", "prepay_id"), ("NATIVE", "code_url"), ("MWEB", "mweb_url")):
        number, placed = shop.placed(trade_type)

        assert placed[handed]
        assert shop.done("order.query", out_trade_no=number)["trade_state"] == "NOTPAY"
        shop.done("order.close", out_trade_no=number)
        assert shop.done("order.query", out_trade_no=number)["trade_state"] == "CLOSED"


def test_a_paid_order_is_found_and_notified(shop: Shop) -> None:
    """A paid order is found by either number with its Chinese remark, and the SDK believes the notification of it, unless it is changed."""
    number = shop.paid()

    found = shop.done("order.query", out_trade_no=number)
    assert (found["trade_state"], found["attach"], found["total_fee"]) == ("SUCCESS", "备注：“½”", "100")
    assert shop.done("order.query", transaction_id=found["transaction_id"])["out_trade_no"] == number
    (notice,) = shop.deliveries()
    told = shop.player.ask("read", method="parse_payment_result", body=notice.body.decode())
    assert (told["out_trade_no"], told["total_fee"], told["transaction_id"]) == (number, 100, found["transaction_id"])
    with pytest.raises(Refused, match="InvalidSignature"):
        shop.player.ask("read", method="parse_payment_result", body=re.sub(r"(total_fee><!\[CDATA\[)100", r"\g<1>1", notice.body.decode()))


def test_refunds_and_their_notice(shop: Shop) -> None:
    """A refund takes the client certificate, is found, settled, and told of in a notice the SDK opens with the merchant's key."""
    number, refund_number = shop.paid(), shop.number()
    shop.deliveries()

    asked = shop.done("refund.apply", total_fee=100, refund_fee=40, out_refund_no=refund_number, out_trade_no=number, notify_url=_NOTIFY)
    assert (asked["refund_fee"], asked["out_trade_no"]) == ("40", number)
    assert shop.done("refund.query", out_refund_no=refund_number)["refund_status_0"] == "PROCESSING"
    shop.world.settle(shop.merchant.mchid, refund_number)
    assert shop.done("refund.query", out_trade_no=number)["refund_status_0"] == "SUCCESS"
    (notice,) = shop.deliveries()
    told = shop.player.ask("read", method="parse_refund_notify_result", body=notice.body.decode())
    assert (told["out_refund_no"], told["refund_fee"], told["refund_status"]) == (refund_number, 40, "SUCCESS")


def test_payment_codes(shop: Shop) -> None:
    """A code is charged and the payment reversed with the client certificate; a payer who types is told apart from a refusal."""
    number, slow = shop.number(), shop.number()
    charge: dict[str, Any] = {"body": "茶", "total_fee": 100, "client_ip": _ADDRESS}

    assert shop.done("micropay.create", auth_code="130000000000000001", out_trade_no=number, **charge)["trade_type"] == "MICROPAY"
    assert shop.done("order.reverse", out_trade_no=number)["recall"] == "N"
    assert shop.done("micropay.query", out_trade_no=number)["trade_state"] == "REVOKED"
    shop.world.plan_code("130000000000000002", "USERPAYING")
    waiting = shop.call("micropay.create", auth_code="130000000000000002", out_trade_no=slow, **charge)
    assert (waiting["return_code"], waiting["err_code"]) == ("SUCCESS", "USERPAYING")
    assert shop.world.pay(shop.merchant.mchid, slow) is None
    assert shop.done("micropay.query", out_trade_no=slow)["trade_state"] == "SUCCESS"


def test_a_refusal_is_read(shop: Shop) -> None:
    """A refusal reaches the SDK's user with its code."""
    assert shop.call("order.query", out_trade_no="NOT-PLACED")["err_code"] == "ORDERNOTEXIST"


def test_short_links_and_codes_to_openids(shop: Shop) -> None:
    """The small tools answer, signed."""
    _, placed = shop.placed("NATIVE")

    assert shop.done("tools.short_url", long_url=placed["code_url"])["short_url"].startswith("weixin://")
    assert shop.done("tools.auto_code_to_openid", auth_code="130000000000000003")["openid"] == shop.merchant.openid


@pytest.mark.parametrize("shop", ["merchant"], indirect=True)  # the SDK names a sub-merchant in requests that have none
def test_payouts(shop: Shop) -> None:
    """A merchant sends a red packet and a transfer over its certificate and finds them; their answers are known to be unsigned."""
    packet, transfer = shop.number(), shop.number()
    words = {"send_name": "茶铺", "act_name": "抽奖", "wishing": "新年 & 快乐", "remark": "100%"}

    shop.done(
        "redpack.send", signed=False, user_id=shop.merchant.openid, total_amount=100, client_ip=_ADDRESS, out_trade_no=packet, **words
    )
    assert shop.done("redpack.query", signed=False, out_trade_no=packet)["status"] == "SENT"
    paid: dict[str, Any] = {"user_id": shop.merchant.openid, "amount": 100, "desc": "提现", "client_ip": _ADDRESS, "out_trade_no": transfer}
    shop.done("transfer.transfer", signed=False, check_name="NO_CHECK", **paid)
    assert shop.done("transfer.query", signed=False, out_trade_no=transfer)["status"] == "SUCCESS"
