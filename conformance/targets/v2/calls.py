"""From the drafts of orders and refunds to calls of APIv2: the same number, the same merchant, the same money."""

import json
from collections.abc import Mapping
from typing import Any, Final

from conformance.targets.calls import NOTIFY_URL, Calls
from reference.oracles.times import BEIJING, parse_rfc3339
from strategies.cases import Order, Refund, Role
from strategies.v2.cases import CallV2

__all__ = ["TRADE_TYPES", "CallsV2"]

TRADE_TYPES: Final[Mapping[str, str]] = {"jsapi": "JSAPI", "app": "APP", "h5": "MWEB", "native": "NATIVE"}
"""What APIv2 calls the products of an order placed first."""
_ADDRESS: Final = "203.0.113.7"
_DETAIL: Final[Mapping[str, str]] = {"merchant_goods_id": "goods_id", "unit_price": "price", "invoice_id": "receipt_id"}
"""What APIv2 calls the members of a detail that are called otherwise."""


class CallsV2:
    """Builds calls of APIv2; numbers and codes come from the *calls* of APIv3, so that a draft is the same order in both."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def place(self, order: Order) -> CallV2:
        """Place *order*, or charge it where it is paid by code."""
        if order.product == "codepay":
            return CallV2("micropay", order.role, {**self._purchase(order), "auth_code": self._calls.auth_code(order)})
        members: dict[str, str | None] = {
            "notify_url": str(order.fields.get("notify_url", NOTIFY_URL)),
            "trade_type": TRADE_TYPES[order.product],
        }
        if order.product == "jsapi":
            members["openid"] = str(order.fields.get("payer", {}).get("openid", self._calls.merchant(order.role).openid))
        if order.product == "native":
            members["product_id"] = "P1"
        return CallV2("unifiedorder", order.role, {**self._purchase(order), **members})

    def query(self, order: Order, role: Role | None = None) -> CallV2:
        """Query by out_trade_no."""
        return self._about(order, "orderquery", role)

    def query_by_id(self, order: Order, transaction_id: str, role: Role | None = None) -> CallV2:
        """Query by transaction_id."""
        return CallV2("orderquery", role or order.role, {**self._sub(order), "transaction_id": transaction_id})

    def close(self, order: Order, role: Role | None = None) -> CallV2:
        """Close."""
        return self._about(order, "closeorder", role)

    def reverse(self, order: Order, role: Role | None = None) -> CallV2:
        """Reverse."""
        return self._about(order, "reverse", role)

    def refund(self, refund: Refund, transaction_id: str | None = None, role: Role | None = None) -> CallV2:
        """Apply for *refund*."""
        order, fields = refund.order, refund.fields
        members: dict[str, str | None] = {
            **self._sub(order),
            "out_trade_no": None if refund.by == "transaction_id" else self._calls.number(order),
            "transaction_id": None if refund.by == "out_trade_no" else transaction_id,
            "out_refund_no": self._calls.refund_number(refund),
            "total_fee": str(order.total),
            "refund_fee": str(refund.amount),
            "refund_desc": fields.get("reason"),
            "notify_url": fields.get("notify_url"),
        }
        return CallV2("refund", role or order.role, members)

    def query_refund(self, refund: Refund, role: Role | None = None) -> CallV2:
        """Query by out_refund_no."""
        members = {**self._sub(refund.order), "out_refund_no": self._calls.refund_number(refund)}
        return CallV2("refundquery", role or refund.order.role, members)

    def _about(self, order: Order, operation: str, role: Role | None) -> CallV2:
        return CallV2(operation, role or order.role, {**self._sub(order), "out_trade_no": self._calls.number(order)})

    def sub_merchant(self, order: Order) -> dict[str, str]:
        """The member that names whom a service provider acts for; nothing of anybody else's order."""
        return self._sub(order)

    def _sub(self, order: Order) -> dict[str, str]:
        return {"sub_mch_id": self._calls.merchant(order.role).sub_mchids[order.sub]} if order.partner else {}

    def _purchase(self, order: Order) -> dict[str, str | None]:
        """The members any payment has."""
        fields = order.fields
        scene = fields.get("scene_info", {})
        settle = fields.get("settle_info", {})
        moment = fields.get("time_expire")
        limits = fields.get("limit_pay")
        return {
            **self._sub(order),
            "out_trade_no": self._calls.number(order),
            "body": fields["description"],
            "total_fee": str(order.total),
            "fee_type": fields["amount"].get("currency"),
            "spbill_create_ip": scene.get("payer_client_ip") or scene.get("device_ip") or _ADDRESS,
            "device_info": scene.get("device_id"),
            "attach": fields.get("attach"),
            "goods_tag": fields.get("goods_tag"),
            "detail": json.dumps(_named(fields["detail"]), ensure_ascii=False) if "detail" in fields else None,
            "time_expire": f"{parse_rfc3339(moment).astimezone(BEIJING):%Y%m%d%H%M%S}" if moment else None,
            "limit_pay": limits[0] if limits else None,
            "receipt": "Y" if fields.get("support_fapiao") else None,
            "profit_sharing": "Y" if settle.get("profit_sharing") else None,
        }


def _named(detail: Any) -> Any:
    """Return a detail of APIv3 in the words of APIv2."""
    if isinstance(detail, list):
        return [_named(item) for item in detail]
    return {_DETAIL.get(name, name): _named(value) for name, value in detail.items()} if isinstance(detail, Mapping) else detail
