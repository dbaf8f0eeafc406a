"""From drafts to calls: numbers minted, ids filled in, the right operation of the contract named."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance.targets.minting import Mint
from conformance.targets.verdicts import NotApplicable
from reference.identity import Identity, Merchant
from strategies.cases import Call, Order, Refund, Role

__all__ = ["NOTIFY_URL", "Calls"]

NOTIFY_URL = "https://merchant.example/wechatpay/notify"


class Calls:
    """Builds calls for one identity."""

    def __init__(self, identity: Identity, mint: Mint) -> None:
        self._identity = identity
        self._mint = mint

    def merchant(self, role: Role) -> Merchant:
        """The merchant that plays *role*. Raises NotApplicable when the identity has none."""
        merchant: Merchant | None = getattr(self._identity, role)
        if merchant is None:
            raise NotApplicable({f"{role}-merchant"})
        return merchant

    def number(self, order: Order) -> str:
        """The out_trade_no of *order*, minted at first need."""
        if order.number is None:
            order.number = self._mint.number(order.shape)
        return order.number

    def refund_number(self, refund: Refund) -> str:
        """The out_refund_no of *refund*, minted at first need."""
        if refund.number is None:
            refund.number = self._mint.number(refund.shape)
        return refund.number

    def auth_code(self, order: Order) -> str:
        """The payment code of *order*, minted at first need."""
        payer = order.fields.setdefault("payer", {})
        if "auth_code" not in payer:
            payer["auth_code"] = self._mint.auth_code()
        return str(payer["auth_code"])

    def place(self, order: Order) -> Call:
        """Place *order*: the ids of its merchant, the payer, the number and a notify_url are added to its fields."""
        merchant = self.merchant(order.role)
        body = {**self._ids(order), **order.fields, "out_trade_no": self.number(order)}
        if order.product == "codepay":
            self.auth_code(order)
            body["payer"] = order.fields["payer"]
        else:
            body.setdefault("notify_url", NOTIFY_URL)
        if order.product == "jsapi":
            body.setdefault("payer", {"sp_openid" if order.partner else "openid": merchant.openid})
        return Call(self._operation(order, f"{order.product}_create"), order.role, body=body)

    def query(self, order: Order, role: Role | None) -> Call:
        """Query by out_trade_no."""
        return self._about(order, "order_query", role, {"out_trade_no": self.number(order)})

    def query_by_id(self, order: Order, transaction_id: str, role: Role | None) -> Call:
        """Query by transaction_id."""
        return self._about(order, "order_query_by_id", role, {"transaction_id": transaction_id})

    def close(self, order: Order, role: Role | None) -> Call:
        """Close."""
        return self._on(order, "order_close", role)

    def reverse(self, order: Order, role: Role | None) -> Call:
        """Reverse; unlike closing, it names the appid too."""
        call = self._on(order, "order_reverse", role)
        appid = {"sp_appid" if order.partner else "appid": self.merchant(role or order.role).appid}
        return replace(call, body=appid | call.body)

    def refund(self, refund: Refund, role: Role | None, transaction_id: str | None) -> Call:
        """Apply for *refund*."""
        order = refund.order
        body: dict[str, Any] = {} if refund.by == "transaction_id" else {"out_trade_no": self.number(order)}
        if refund.by != "out_trade_no":
            body["transaction_id"] = transaction_id
        amount = {"refund": refund.amount, "total": order.total, "currency": "CNY"}
        body |= {"out_refund_no": self.refund_number(refund), "amount": amount, **self._sub(order), **refund.fields}
        return Call("refund_create", role or order.role, body=body)

    def query_refund(self, refund: Refund, role: Role | None) -> Call:
        """Query by out_refund_no."""
        return Call("refund_query", role or refund.order.role, {"out_refund_no": self.refund_number(refund)}, self._sub(refund.order))

    def apply_abnormal(self, refund: Refund, refund_id: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Call:
        """Pay out another way."""
        content = {"out_refund_no": refund.number, **self._sub(refund.order), **body}
        return Call("refund_apply_abnormal", refund.order.role, {"refund_id": refund_id}, body=content, headers=headers)

    def _about(self, order: Order, operation: str, role: Role | None, path_params: Mapping[str, str]) -> Call:
        return Call(self._operation(order, operation), role or order.role, path_params, self._merchants(order, role))

    def _on(self, order: Order, operation: str, role: Role | None) -> Call:
        body = self._merchants(order, role)
        return Call(self._operation(order, operation), role or order.role, {"out_trade_no": self.number(order)}, body=body)

    def _merchants(self, order: Order, role: Role | None) -> dict[str, str]:
        merchant = self.merchant(role or order.role)
        return {"sp_mchid": merchant.mchid, **self._sub(order)} if order.partner else {"mchid": merchant.mchid}

    def _ids(self, order: Order) -> dict[str, str]:
        merchant = self.merchant(order.role)
        if order.partner:
            return {"sp_appid": merchant.appid, "sp_mchid": merchant.mchid, **self._sub(order)}
        return {"appid": merchant.appid, "mchid": merchant.mchid}

    def _sub(self, order: Order) -> dict[str, str]:
        return {"sub_mchid": self.merchant(order.role).sub_mchids[order.sub]} if order.partner else {}

    @staticmethod
    def _operation(order: Order, name: str) -> str:
        return f"partner_{name}" if order.partner else name
