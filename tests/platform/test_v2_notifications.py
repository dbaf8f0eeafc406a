"""What is told of orders and refunds of APIv2: signed XML, sealed XML, again and again until it is accepted."""

import hashlib
from base64 import b64decode
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from reference.contract import load, problems
from reference.platform import Platform
from reference.platform.outbox import LADDER, Delivery, Said
from reference.platform.world import Settlement
from tests.platform.v2_shop import Shop, elements, sign_of

_TAKEN = (200, b"<xml><return_code><![CDATA[SUCCESS]]></return_code></xml>")


def _opened(req_info: str, key: str) -> dict[str, str]:
    aes_key = hashlib.md5(key.encode(), usedforsecurity=False).hexdigest().encode()
    opener = Cipher(algorithms.AES256(aes_key), modes.ECB()).decryptor()  # noqa: S305 - what APIv2 prescribes
    padded = opener.update(b64decode(req_info)) + opener.finalize()
    return elements(padded[: -padded[-1]])


def _paid(platform: Platform, sign_type: str | None = None) -> tuple[Shop, str]:
    shop = Shop(platform, sign_type=sign_type)
    out_trade_no, _ = shop.place("JSAPI", attach="a<&>茶")
    shop.pay(out_trade_no)
    return shop, out_trade_no


@pytest.mark.parametrize(("sign_type", "digits"), [(None, 32), ("HMAC-SHA256", 64)])
def test_a_payment_is_told_by_the_orders_algorithm(sign_type: str | None, digits: int) -> None:
    """The notification is signed XML with the values of a query, by the algorithm of the order, which it need not name."""
    platform = Platform()
    shop, out_trade_no = _paid(platform, sign_type)

    (delivery,) = platform.advance(0)

    told, shown = elements(delivery.body), shop.ask("orderquery", out_trade_no=out_trade_no)
    assert problems(load("v2").webhook("TRANSACTION.SUCCESS", "direct").envelope, told) == ()
    assert len(told["sign"]) == digits
    assert told["sign"] == sign_of(told, shop.key)
    business = told.keys() - {"nonce_str", "sign", "return_code", "return_msg", "result_code"}
    assert {name: told[name] for name in business} == {name: shown[name] for name in business}
    assert {"transaction_id", "total_fee", "cash_fee", "time_end", "attach", "openid", "mch_id"} <= business
    assert dict(delivery.headers)["Content-Type"].startswith("text/xml")
    assert "Wechatpay-Signature" not in dict(delivery.headers)


@pytest.mark.parametrize(
    "said",
    [
        (200, b""),
        (200, b"success"),
        (200, b'{"code":"SUCCESS"}'),
        (200, b"<xml><return_code>FAIL</return_code></xml>"),
        (204, b""),
        (204, _TAKEN[1]),
        (500, _TAKEN[1]),
        200,
        204,
        None,
    ],
)
def test_a_payment_is_told_again_until_it_is_accepted(said: Said) -> None:
    """Whatever does not say return_code SUCCESS with status 200 is no acceptance; each delivery is signed afresh, by the schedule."""
    platform = Platform()
    shop, _ = _paid(platform)

    deliveries = platform.advance(3 * 86400, lambda _delivery: said)

    assert [later.at - earlier.at for earlier, later in pairwise(deliveries)] == list(LADDER)
    told = [elements(delivery.body) for delivery in deliveries]
    assert len({each["nonce_str"] for each in told}) == len(told) == 16
    assert all(each["sign"] == sign_of(each, shop.key) for each in told)
    assert len({each["transaction_id"] for each in told}) == 1


@pytest.mark.parametrize("body", [_TAKEN[1], b"<xml><return_code>SUCCESS</return_code><return_msg>OK</return_msg></xml>"])
def test_an_accepted_payment_is_told_no_more(body: bytes) -> None:
    """return_code SUCCESS, in CDATA or plain, at the second delivery ends it."""
    platform = Platform()
    _paid(platform)
    answers = iter([(200, b""), (200, body)])

    def answer(_delivery: Delivery) -> tuple[int, bytes]:
        return next(answers)

    assert len(platform.advance(3 * 86400, answer)) == 2


@pytest.mark.parametrize(("outcome", "status"), [("SUCCESS", "SUCCESS"), ("ABNORMAL", "CHANGE"), ("CLOSED", "REFUNDCLOSE")])
@pytest.mark.parametrize("sign_type", [None, "HMAC-SHA256"])
def test_a_refund_is_told_sealed(outcome: Settlement, status: str, sign_type: str | None) -> None:
    """The end of a refund is told in req_info, which the APIv2 key opens; nothing else tells of it, and nothing is signed."""
    platform = Platform()
    shop, out_trade_no = _paid(platform, sign_type)
    platform.advance(0)
    out_refund_no, _ = shop.refund(out_trade_no, 40, notify_url="http://127.0.0.1/r")
    assert platform.advance(60) == []
    assert platform.settle(shop.merchant.mchid, out_refund_no, outcome) is None

    (delivery,) = platform.advance(0)

    webhook = load("v2").webhook(f"REFUND.{outcome}", "direct")
    told = elements(delivery.body)
    assert problems(webhook.envelope, told) == ()
    assert told.keys() == {"return_code", "appid", "mch_id", "nonce_str", "req_info"}
    opened = _opened(told["req_info"], shop.key)
    assert problems(webhook.resource, opened) == ()
    assert (opened["refund_status"], opened["out_refund_no"], opened["refund_fee"]) == (status, out_refund_no, "40")
    assert ("success_time" in opened) == (status == "SUCCESS")


def test_each_family_is_told_in_its_own_way() -> None:
    """An order of APIv3 is announced as APIv3 does, on the same platform."""
    platform = Platform()
    shop, _ = _paid(platform)
    (order,) = platform.store.orders()
    assert order.data.pop("v2") is not None
    platform.advance(0)

    platform.announce("TRANSACTION.SUCCESS", order)

    (delivery,) = platform.advance(0)
    assert "Wechatpay-Signature" in dict(delivery.headers)
    assert delivery.body.startswith(b"{")
    assert shop.merchant.mchid == order.owner
