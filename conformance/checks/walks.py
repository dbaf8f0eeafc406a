"""The scenes of a tour, each a walk through one or two lives: it yields requests, and is sent the answers."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from conformance.checks.keys import active_keys
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from reference.oracles import oaep
from reference.oracles.times import BEIJING
from strategies.cases import Call, Order, Product, Refund, Role
from strategies.orders import template

__all__ = [
    "Visit",
    "Walk",
    "awaited",
    "billed",
    "bounced",
    "certificates",
    "charged",
    "echo",
    "lived",
    "paid",
    "placed",
    "trouble",
    "unpaid",
]

_UNKNOWN = "wxcNobodyKnowsThis"
_HALF_AN_HOUR = 1800
_NOTIFY_URL = "https://merchant.example/wechatpay/notify"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of the tour. *valid* means that it must be accepted where it stands, otherwise it is one to be refused."""

    call: Call
    says: str
    valid: bool = True


Walk: TypeAlias = Generator[Visit, Answer, None]


def _order(product: Product, role: Role, total: int = 1000) -> Order:
    goods = {"merchant_goods_id": "M1006", "goods_name": "龙井茶 & 点心", "quantity": 1, "unit_price": total}
    fields: dict[str, Any] = {
        "description": "Image形象店-深圳腾大-QQ公仔",
        "attach": '自定义数据 / "引号" <标签> \\',
        "goods_tag": "WXG",
        "amount": {"total": total, "currency": "CNY"},
        "detail": {"cost_price": total, "goods_detail": [goods]},
    }
    return Order(product, template(product) | fields, role)


def placed(platform: Platform, product: Product, role: Role) -> Walk:
    """An order that is only placed."""
    yield Visit(platform.calls.place(_order(product, role)), f"place {product} order")


def unpaid(platform: Platform, role: Role) -> Walk:
    """An order that nobody pays, before it exists, while it waits, and closed."""
    calls, order = platform.calls, _order("jsapi", role)
    yield Visit(_without(calls.place(order), "description"), "place jsapi order without description", valid=False)
    yield Visit(calls.query(order, None), "query an order nobody placed", valid=False)
    yield Visit(calls.close(order, None), "close an order nobody placed", valid=False)
    yield Visit(calls.place(order), "place jsapi order")
    yield Visit(calls.place(order), "place jsapi order again")
    yield Visit(calls.place(order.but(description="茶")), "place jsapi order changed", valid=False)
    yield Visit(calls.query(order, None), "query unpaid order")
    yield Visit(calls.refund(Refund(order, 1), None, None), "refund unpaid order", valid=False)
    _wait_to_close(platform)
    yield Visit(calls.close(order, None), "close order")
    yield Visit(calls.query(order, None), "query closed order")


def _wait_to_close(platform: Platform) -> None:
    if "time-travel" in platform.capabilities:
        # Some pages find the first five minutes too early to close an order.
        platform.advance(_HALF_AN_HOUR)


def lived(platform: Platform, product: Product, role: Role) -> Walk:
    """Two orders of one product in short: one is paid and refunded, one is closed."""
    calls, order = platform.calls, _order(product, role)
    yield Visit(_without(calls.place(order), "amount"), f"place {product} order without amount", valid=False)
    yield Visit(calls.place(order), f"place {product} order")
    yield Visit(calls.query(order, None), f"query unpaid {product} order")
    if "payer" in platform.capabilities:
        platform.pay(order)
        shown = yield Visit(calls.query(order, None), f"query paid {product} order")
        transaction_id = str(shown.get("transaction_id"))
        yield Visit(calls.query_by_id(order, transaction_id, None), f"query paid {product} order by transaction_id")
        part = Refund(order, 300, {"reason": "商品已售完"})
        yield Visit(calls.refund(part, None, None), f"refund a part of a {product} order")
        yield Visit(calls.query_refund(part, None), f"query refund of a {product} order")
    closed = _order(product, role)
    yield Visit(calls.place(closed), f"place {product} order")
    _wait_to_close(platform)
    yield Visit(calls.close(closed, None), f"close {product} order")


def paid(platform: Platform, role: Role) -> Walk:
    """An order that is paid, and refunded in two parts."""
    calls, order = platform.calls, _order("jsapi", role)
    yield Visit(calls.place(order), "place jsapi order")
    platform.pay(order)
    shown = yield Visit(calls.query(order, None), "query paid order")
    transaction_id = str(shown.get("transaction_id"))
    yield Visit(calls.query_by_id(order, transaction_id, None), "query paid order by transaction_id")
    yield Visit(calls.place(order), "place paid order again", valid=False)
    yield Visit(calls.close(order, None), "close paid order", valid=False)
    part = Refund(order, 300, {"reason": "商品已售完", "notify_url": _NOTIFY_URL})
    yield Visit(calls.query_refund(part, None), "query a refund nobody asked for", valid=False)
    yield Visit(calls.refund(part, None, None), "refund a part")
    yield Visit(calls.refund(part, None, None), "refund the same part again")
    yield Visit(calls.query_refund(part, None), "query refund in process")
    yield Visit(calls.refund(Refund(order, 701), None, None), "refund more than is left", valid=False)
    if "settle" in platform.capabilities:
        platform.settle(part)
        yield Visit(calls.query_refund(part, None), "query settled refund")
    yield Visit(calls.refund(Refund(order, 700, by="transaction_id"), None, transaction_id), "refund the rest by transaction_id")
    yield Visit(calls.query(order, None), "query refunded order")
    yield Visit(calls.query_by_id(order, transaction_id, None), "query refunded order by transaction_id")


def charged(platform: Platform, role: Role, *, brief: bool) -> Walk:
    """An order paid by code and reversed, and one that is refunded in part."""
    calls, order = platform.calls, _order("codepay", role)
    yield Visit(_without(calls.place(order), "amount"), "charge a payment code without amount", valid=False)
    yield Visit(calls.place(order), "charge a payment code")
    yield Visit(calls.query(order, None), "query order paid by code")
    yield Visit(calls.close(order, None), "close order paid by code", valid=False)
    yield Visit(calls.reverse(order, None), "reverse order")
    yield Visit(calls.query(order, None), "query reversed order")
    if brief:
        return
    refunded = _order("codepay", role)
    yield Visit(calls.place(refunded), "charge a payment code")
    part = Refund(refunded, 400)
    yield Visit(calls.refund(part, None, None), "refund a part of a code payment")
    yield Visit(calls.query_refund(part, None), "query refund of a code payment")
    yield Visit(calls.query(refunded, None), "query refunded code payment")
    yield Visit(calls.reverse(refunded, None), "reverse a refunded order", valid=False)


def awaited(platform: Platform, role: Role) -> Walk:
    """Orders by code whose payer must confirm, and does or does not."""
    calls, order = platform.calls, _order("codepay", role)
    platform.plan_code(order, "USERPAYING")
    yield Visit(calls.place(order), "charge a payment code the payer must confirm")
    yield Visit(calls.query(order, None), "query order to be confirmed")
    platform.pay(order)
    yield Visit(calls.query(order, None), "query confirmed order")
    failed = _order("codepay", role)
    platform.plan_code(failed, "USERPAYING")
    yield Visit(calls.place(failed), "charge a payment code the payer must confirm")
    platform.fail(failed)
    yield Visit(calls.query(failed, None), "query failed order")
    yield Visit(calls.reverse(failed, None), "reverse failed order")


def bounced(platform: Platform, role: Role, *, brief: bool) -> Walk:
    """Refunds that bounce and are paid out another way."""
    calls, order = platform.calls, _order("jsapi", role)
    yield Visit(calls.place(order), "place jsapi order")
    platform.pay(order)
    for body, headers in islice(_payouts(platform, role), 1 if brief else None):
        refund = Refund(order, 200)
        shown = yield Visit(calls.refund(refund, None, None), "refund a part")
        refund_id = str(shown.get("refund_id"))
        pay_out = calls.apply_abnormal(refund, refund_id, body, headers)
        yield Visit(pay_out, "pay out a refund that did not bounce", valid=False)
        platform.settle(refund, "ABNORMAL")
        yield Visit(calls.query_refund(refund, None), "query bounced refund")
        yield Visit(pay_out, f"pay out a bounced refund to {body['type']}")


def _payouts(platform: Platform, role: Role) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    yield {"type": "MERCHANT_BANK_CARD"}, {}
    for key in active_keys(platform, role):
        card = {"bank_account": oaep.encrypt(key.public_key, "6225880137706868"), "real_name": oaep.encrypt(key.public_key, "张三")}
        yield {"type": "USER_BANK_CARD", "bank_type": "CMB_DEBIT", **card}, {"Wechatpay-Serial": key.key_id}


def certificates(role: Role) -> Walk:
    """The platform's certificates."""
    yield Visit(Call("certificates_list", role), "list certificates")
    yield Visit(Call("certificates_list", role, query={"algorithm_type": "RSA"}), "list RSA certificates")
    yield Visit(Call("certificates_list", role, path="/v3/certificates/unheard-of"), "ask for what there is not", valid=False)
    yield Visit(Call("certificates_list", role, method="DELETE"), "delete certificates", valid=False)


def echo(platform: Platform, role: Role) -> Walk:
    """The security echo."""
    yield Visit(Call("security_echo", role, body={"echo_message": "你好, WeChat Pay"}), "echo")
    for key in active_keys(platform, role):
        body = {"echo_message": "x" * 900, "encrypted_echo_message": oaep.encrypt(key.public_key, "悄悄话")}
        yield Visit(Call("security_echo", role, body=body, headers={"Wechatpay-Serial": key.key_id}), "echo of a secret")
    yield Visit(Call("security_echo", role, body={"echo_message": "x", "notify_url": _NOTIFY_URL}), "echo with a notification")
    yield Visit(Call("security_echo", role, body={}), "echo of nothing", valid=False)
    yield Visit(Call("security_echo", role, body=b'{"echo_message": "x"'), "echo of half a message", valid=False)


def trouble(platform: Platform) -> Walk:
    """A failure of the platform, and too many requests."""
    listing = Call("certificates_list")
    platform.lose_next("before")
    yield Visit(listing, "list certificates while the platform fails", valid=False)
    platform.limit(1)
    try:
        yield Visit(listing, "list certificates at the limit of the rate", valid=False)
        yield Visit(listing, "list certificates too often", valid=False)
    finally:
        platform.limit(None)


def billed(platform: Platform, role: Role, *, brief: bool) -> Walk:
    """The bills of a day on which something was paid and refunded."""
    calls, order = platform.calls, _order("native", role)
    yield Visit(calls.place(order), "place native order")
    platform.pay(order)
    refund = Refund(order, 10)
    yield Visit(calls.refund(refund, None, None), "refund a part")
    platform.settle(refund)
    today = datetime.fromtimestamp(platform.now(), BEIJING).date()
    day = {"bill_date": today.isoformat()}
    yield Visit(Call("tradebill_apply", role, query=day), "trade bill of today", valid=False)
    ready = datetime.combine(today + timedelta(days=1), time(10, 30), BEIJING)
    platform.advance(ready.timestamp() - platform.now())
    for more in ({}, {"bill_type": "SUCCESS"}, {"bill_type": "REFUND"}, {"bill_type": "ALL", "tar_type": "GZIP"})[: 1 if brief else None]:
        yield from _file(Call("tradebill_apply", role, query=day | more), f"trade bill {' '.join(more.values())}".strip())
    for more in ({}, {"account_type": "BASIC", "tar_type": "GZIP"})[: 1 if brief else None]:
        yield from _file(Call("fundflowbill_apply", role, query=day | more), f"fund-flow bill {' '.join(more.values())}".strip())
    yield Visit(Call("tradebill_apply", role, query={"bill_date": "2026-02-30"}), "trade bill of no day", valid=False)
    yield Visit(Call("bill_download", role, query={"token": _UNKNOWN}), "download with an unknown token", valid=False)


def _file(application: Call, says: str) -> Walk:
    answer = yield Visit(application, f"apply for {says}")
    url = answer.get("download_url")
    if isinstance(url, str):
        parts = urlsplit(url)
        yield Visit(Call("bill_download", application.role, path=f"{parts.path}?{parts.query}"), f"download {says}")


def _without(call: Call, member: str) -> Call:
    return Call(
        call.operation, call.role, call.path_params, call.query, {name: value for name, value in call.body.items() if name != member}
    )
