"""Orders and refunds as the platform shows them, and the resources of their notifications."""

from typing import Any

from reference.machines import Entity
from reference.oracles import times

__all__ = ["Views"]

_DESCRIPTIONS = {
    "SUCCESS": "支付成功",
    "REFUND": "转入退款",
    "NOTPAY": "订单未支付",
    "CLOSED": "订单已关闭",
    "REVOKED": "已撤销",
    "USERPAYING": "用户支付中",
    "PAYERROR": "支付失败",
}


class Views:
    """Projections of entities."""

    def show_order(self, order: Entity) -> dict[str, Any]:
        """Return the order as a query answers it; what only a payment brings is absent before one."""
        draft, data = order.draft, order.data
        shown = self.who(draft) | {"out_trade_no": order.number, "trade_type": data["trade_type"], "trade_state": self.trade_state(order)}
        shown["trade_state_desc"] = _DESCRIPTIONS.get(shown["trade_state"], shown["trade_state"])
        shown["amount"] = self.order_amount(order)
        if "transaction_id" in data:
            shown |= self.payment_facts(order)
        return shown

    def who(self, draft: dict[str, Any]) -> dict[str, Any]:
        """The ids of the merchants an order belongs to."""
        return {name: draft[name] for name in ("appid", "mchid", "sp_appid", "sp_mchid", "sub_appid", "sub_mchid") if name in draft}

    def trade_state(self, order: Entity) -> str:
        """The state as it is named on the wire."""
        return order.state

    def order_amount(self, order: Entity) -> dict[str, Any]:
        """The order's amount; what the payer paid only once paid. Amounts in fen."""
        amount = {"total": order.draft["amount"]["total"], "currency": "CNY"}
        if "transaction_id" in order.data:
            amount |= {"payer_total": order.data["payer_total"], "payer_currency": "CNY"}
        return amount

    def payment_facts(self, order: Entity) -> dict[str, Any]:
        """What exists from the payment on."""
        data = order.data
        facts = {
            "transaction_id": data["transaction_id"],
            "bank_type": "OTHERS",
            "success_time": times.format_rfc3339(data["paid_at"]),
            "payer": data["payer"],
        }
        if "attach" in order.draft:
            facts["attach"] = order.draft["attach"]
        return facts

    def show_refund(self, refund: Entity) -> dict[str, Any]:
        """Return the refund as create and query answer it."""
        data = refund.data
        shown = {
            "refund_id": data["refund_id"],
            "out_refund_no": refund.number,
            "transaction_id": data["transaction_id"],
            "out_trade_no": data["out_trade_no"],
            "channel": "ORIGINAL",
            "user_received_account": "支付用户零钱",
            "create_time": times.format_rfc3339(refund.created),
            "status": self.refund_status(refund),
            "funds_account": refund.draft.get("funds_account", "AVAILABLE"),
            "amount": self.refund_amount(refund),
        }
        if "settled_at" in data:
            shown["success_time"] = times.format_rfc3339(data["settled_at"])
        return shown

    def refund_status(self, refund: Entity) -> str:
        """The state as it is named on the wire."""
        return refund.state

    def refund_amount(self, refund: Entity) -> dict[str, Any]:
        """Amounts in fen; without coupons the payer gets back exactly what is refunded."""
        total, part = refund.draft["amount"]["total"], refund.draft["amount"]["refund"]
        amount: dict[str, Any] = {
            "total": total,
            "refund": part,
            "payer_total": total,
            "payer_refund": part,
            "settlement_refund": part,
            "settlement_total": total,
            "discount_refund": 0,
            "currency": "CNY",
        }
        if "from" in refund.draft["amount"]:
            amount["from"] = refund.draft["amount"]["from"]
        return amount

    def refund_resource(self, refund: Entity) -> dict[str, Any]:
        """What a refund notification holds once decrypted: `refund_status` in place of `status`."""
        shown = self.show_refund(refund)
        amount = {name: shown["amount"][name] for name in ("total", "refund", "payer_total", "payer_refund")}
        kept = ("transaction_id", "out_trade_no", "refund_id", "out_refund_no", "user_received_account", "success_time")
        resource = {name: shown[name] for name in kept if name in shown}
        return self.who_refunds(refund) | resource | {"refund_status": shown["status"], "amount": amount}

    def who_refunds(self, refund: Entity) -> dict[str, Any]:
        """The ids of the merchants a refund belongs to."""
        sub = refund.draft.get("sub_mchid")
        return {"mchid": refund.owner} if sub is None else {"sp_mchid": refund.owner, "sub_mchid": sub}
