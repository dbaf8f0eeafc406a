"""Orders and refunds in the words of APIv2, and what stands around them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reference.machines import Entity
from reference.oracles.times import BEIJING
from reference.platform.v2.reading import Call, V2Reading

__all__ = ["V2Showing"]

_CALLER = {"appid": "appid", "mch_id": "mchid", "sub_appid": "sub_appid", "sub_mch_id": "sub_mchid"}
_IDS = (*_CALLER, "mchid", "mch_appid", "wxappid", "combine_appid", "combine_mch_id")
_REFUND_STATES = {"PROCESSING": "PROCESSING", "SUCCESS": "SUCCESS", "CLOSED": "REFUNDCLOSE", "ABNORMAL": "CHANGE"}
_ACCOUNTS = {"UNSETTLED": "REFUND_SOURCE_UNSETTLED_FUNDS"}
_RECEIVER = "支付用户零钱"


class V2Showing(V2Reading):
    """Projections of entities into flat text."""

    def v2_caller(self, call: Call) -> dict[str, str]:
        """The ids an answer repeats from its request."""
        return {name: call.values[name] for name in _IDS if name in call.values}

    def v2_owner(self, draft: Mapping[str, Any]) -> dict[str, str]:
        """The ids of the merchants an order belongs to."""
        shown = {**draft, "appid": draft.get("sp_appid", draft.get("appid")), "mchid": draft.get("sp_mchid", draft.get("mchid"))}
        return {name: shown[theirs] for name, theirs in _CALLER.items() if shown.get(theirs)}

    def v2_show_order(self, order: Entity) -> dict[str, str]:
        """Return the order as a query answers it; what only a payment brings is absent before one."""
        shown = self.v2_show_numbers(order) | {"trade_type": order.data["trade_type"], "trade_state": self.trade_state(order)}
        shown["trade_state_desc"] = self.show_order(order)["trade_state_desc"]
        shown["total_fee"] = str(order.draft["amount"]["total"])
        return shown | (self.v2_show_payment(order) if "transaction_id" in order.data else {})

    def v2_show_numbers(self, order: Entity) -> dict[str, str]:
        """What the merchant called the order, and said with it."""
        shown = {"out_trade_no": order.number, "attach": order.draft.get("attach", "")}
        shown["device_info"] = (order.draft.get("scene_info") or {}).get("device_id", "")
        return {name: value for name, value in shown.items() if value}

    def v2_show_payment(self, order: Entity) -> dict[str, str]:
        """What exists from the payment on."""
        data, payer = order.data, order.data["payer"]
        shown = {
            "openid": payer.get("openid") or payer.get("sp_openid") or self.merchant(order.owner).openid,
            "is_subscribe": "N",
            "trade_type": data["trade_type"],
            "bank_type": "OTHERS",
            "fee_type": "CNY",
            "transaction_id": data["transaction_id"],
            "time_end": self.v2_moment(data["paid_at"]),
        }
        if "sub_openid" in payer:
            shown |= {"sub_openid": payer["sub_openid"], "sub_is_subscribe": "N"}
        return self.v2_show_numbers(order) | shown | self.v2_show_fees(order)

    def v2_show_fees(self, order: Entity) -> dict[str, str]:
        """What was asked and what the payer paid of it, in fen; coupons paid the rest."""
        total = order.draft["amount"]["total"]
        coupons: Sequence[tuple[str, int]] = order.data.get("coupons", ())
        paid_by_coupons = sum(fee for _, fee in coupons)
        shown = {"total_fee": str(total), "cash_fee": str(total - paid_by_coupons), "cash_fee_type": "CNY"}
        if coupons:
            shown |= {"coupon_fee": str(paid_by_coupons), "coupon_count": str(len(coupons))}
        for position, (kind, fee) in enumerate(coupons):
            shown |= {f"coupon_id_{position}": f"{position + 1:010d}", f"coupon_type_{position}": kind, f"coupon_fee_{position}": str(fee)}
        return shown

    def v2_show_refund(self, refund: Entity, order: Entity) -> dict[str, str]:
        """Return the refund as applying for it answers."""
        amount = self.refund_amount(refund)
        return self.v2_show_refunded(order) | {
            "out_refund_no": refund.number,
            "refund_id": refund.data["refund_id"],
            "refund_fee": str(amount["refund"]),
            "settlement_refund_fee": str(amount["settlement_refund"]),
            "cash_refund_fee": str(amount["payer_refund"]),
        }

    def v2_show_refunded(self, order: Entity) -> dict[str, str]:
        """The order a refund belongs to."""
        fees = {name: value for name, value in self.v2_show_fees(order).items() if name in {"total_fee", "cash_fee"}}
        return {"transaction_id": order.data.get("transaction_id", ""), "out_trade_no": order.number, "fee_type": "CNY"} | fees

    def v2_show_refunds(self, refunds: Sequence[Entity], order: Entity, *, total: int) -> dict[str, str]:
        """Return *refunds*, some of the *total* of an order, as a query answers them: numbered from 0."""
        shown = self.v2_show_refunded(order) | {"total_refund_count": str(total), "refund_count": str(len(refunds))}
        for position, refund in enumerate(refunds):
            shown |= {f"{name}_{position}": value for name, value in self.v2_show_listed(refund).items()}
        return shown

    def v2_show_listed(self, refund: Entity) -> dict[str, str]:
        """One refund of a list, without its position."""
        amount = self.refund_amount(refund)
        shown = {
            "out_refund_no": refund.number,
            "refund_id": refund.data["refund_id"],
            "refund_channel": "ORIGINAL",
            "refund_fee": str(amount["refund"]),
            "settlement_refund_fee": str(amount["settlement_refund"]),
            "refund_status": self.v2_refund_status(refund),
            "refund_account": self.v2_refund_account(refund),
            "refund_recv_accout": _RECEIVER,
        }
        if "settled_at" in refund.data:
            shown["refund_success_time"] = self.v2_spaced_moment(refund.data["settled_at"])
        return shown

    def v2_refund_status(self, refund: Entity) -> str:
        """The state as APIv2 names it."""
        state = self.refund_status(refund)
        return _REFUND_STATES.get(state, state)

    def v2_refund_account(self, refund: Entity) -> str:
        """Which of the merchant's funds the refund is paid from."""
        return _ACCOUNTS.get(refund.draft.get("funds_account", ""), "REFUND_SOURCE_RECHARGE_FUNDS")

    def v2_refund_notice(self, refund: Entity) -> dict[str, str]:
        """What a refund notification holds once decrypted."""
        amount = self.refund_amount(refund)
        shown = {
            "transaction_id": refund.data["transaction_id"],
            "out_trade_no": refund.data["out_trade_no"],
            "refund_id": refund.data["refund_id"],
            "out_refund_no": refund.number,
            "total_fee": str(amount["total"]),
            "settlement_total_fee": str(amount["settlement_total"]),
            "refund_fee": str(amount["refund"]),
            "settlement_refund_fee": str(amount["settlement_refund"]),
            "refund_status": self.v2_refund_status(refund),
            "refund_account": self.v2_refund_account(refund),
            "refund_recv_accout": _RECEIVER,
            "refund_request_source": "API",
        }
        if "settled_at" in refund.data:
            shown["success_time"] = self.v2_spaced_moment(refund.data["settled_at"])
        return shown

    def v2_moment(self, seconds: int) -> str:
        """A moment in Beijing's zone, in digits only."""
        return datetime.fromtimestamp(seconds, BEIJING).strftime("%Y%m%d%H%M%S")

    def v2_spaced_moment(self, seconds: int) -> str:
        """A moment in Beijing's zone, for people."""
        return datetime.fromtimestamp(seconds, BEIJING).strftime("%Y-%m-%d %H:%M:%S")
