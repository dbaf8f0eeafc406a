"""What the notification of a paid combined order must say."""

import json
from collections.abc import Mapping
from typing import Any

from conformance.targets.platform import Platform
from conformance.targets.verdicts import Violation
from reference.oracles import v2
from reference.platform import Delivery
from strategies.v2.baskets import Basket, Part

__all__ = ["tells_of_all"]


def tells_of_all(platform: Platform, chosen: Basket, deliveries: list[Delivery], paid: Mapping[str, str]) -> None:
    """Demand one notification, signed under the merchant's key, of every order of the basket, its amount and what it was *paid* by."""
    merchant = platform.merchant(chosen.role)
    told = _told(chosen, deliveries)
    if len(told) != 1:
        raise Violation("A paid basket is told in one notification.", expected="1 notification", got=f"{len(told)} notifications")
    (values,) = told.values()
    if not v2.verify(values, merchant.apiv2_key or ""):
        got = values.get("sign", "none")
        raise Violation("The notification of a basket does not verify.", expected="a sign under the merchant's key", got=got)
    for name, value in (("return_code", "SUCCESS"), ("result_code", "SUCCESS"), ("combine_mch_id", merchant.mchid)):
        if values.get(name) != value:
            got = values.get(name, "none")
            raise Violation("The notification of a basket does not say what is promised.", expected=f"{name} {value}", got=f"{name} {got}")
    listed = values.get("sub_order_list", "")
    items = {str(item.get("out_trade_no")): item for item in _items(listed)}
    for part in chosen.parts:
        if str(part.number) not in listed:
            raise Violation("The notification of a basket leaves an order out.", expected="every order", got=f"without {part.number}")
        _agrees(part, items.get(str(part.number), {}), paid[str(part.number)])


def _told(chosen: Basket, deliveries: list[Delivery]) -> dict[str, dict[str, str]]:
    """What is told of the basket or one of its orders, by notification."""
    numbers = {part.number or "" for part in chosen.parts}
    told = {}
    for delivery in deliveries:
        try:
            values = v2.read_xml(delivery.body)
        except v2.MalformedXmlError:
            continue
        if values.get("combine_out_trade_no") == chosen.number or values.get("out_trade_no") in numbers:
            told[delivery.notice_id] = values
    return told


def _agrees(part: Part, item: Mapping[str, Any], transaction_id: str) -> None:
    """What is told of an order under the names a query uses is what a query tells; no page gives the names used in here."""
    amount = item.get("amount")
    total = amount.get("total_amount", part.total) if isinstance(amount, dict) else part.total
    if str(total) != str(part.total) or item.get("transaction_id") not in {None, transaction_id}:
        expected = f"{part.total} fen, paid by {transaction_id}"
        raise Violation("The notification of a basket tells otherwise of an order than the query.", expected=expected, got=repr(item))


def _items(text: str) -> list[dict[str, Any]]:
    """The orders a list holds, as far as it can be read."""
    try:
        value = json.loads(text)
    except ValueError:
        return []
    orders = value.get("order_list") if isinstance(value, dict) else value
    return [order for order in orders if isinstance(order, dict)] if isinstance(orders, list) else []
