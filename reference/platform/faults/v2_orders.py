"""Faults in placing, showing and closing orders of APIv2."""

from typing import Any

from reference.contract import Operation
from reference.machines import Entity
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []


@breaks("v2.order.hands-out-what-pays")
class HandsOutWhatPaysNothing(Platform):
    """Hands out a prepay_id and links that lead nowhere."""

    def v2_place(self, call: Call) -> dict[str, str]:
        return {name: value if name == "trade_type" else "wx0" for name, value in super().v2_place(call).items()}


@breaks("v2.order.hands-out-what-pays")
class OrdersAFenMore(Platform):
    """Orders for a fen more than total_fee."""

    def v2_place(self, call: Call) -> dict[str, str]:
        call.values["total_fee"] = str(int(call.values["total_fee"]) + 1)
        return super().v2_place(call)


@breaks("v2.order.needs-its-fields")
class OrdersWithoutABody(Platform):
    """Calls goods without a name goods."""

    def v2_check_values(self, call: Call) -> None:
        call.values.setdefault("body", "goods")
        super().v2_check_values(call)


@breaks("v2.order.needs-its-fields")
class OrdersWithoutAnAddress(Platform):
    """Does without spbill_create_ip."""

    def v2_check_values(self, call: Call) -> None:
        call.values.setdefault("spbill_create_ip", "127.0.0.1")
        super().v2_check_values(call)


@breaks("v2.order.trade-type-decides-the-fields")
class OrdersForNobody(Platform):
    """Places a JSAPI order without an openid."""

    def v2_check_values(self, call: Call) -> None:
        call.values.setdefault("openid", call.merchant.openid)
        super().v2_check_values(call)


@breaks("v2.order.trade-type-decides-the-fields")
class ReadsTradeTypesInSmallLetters(Platform):
    """Knows trade_type in small letters, too."""

    def v2_check_values(self, call: Call) -> None:
        call.values |= {name: value.upper() for name, value in call.values.items() if name == "trade_type"}
        call.values.setdefault("openid", call.merchant.openid)
        super().v2_check_values(call)


@breaks("v2.order.refuses-a-bad-total-fee")
class ReadsYuan(Platform):
    """Takes a total_fee with a decimal point for yuan."""

    def v2_check_values(self, call: Call) -> None:
        if "." in call.values.get("total_fee", ""):
            call.values["total_fee"] = str(round(float(call.values["total_fee"]) * 100))
        super().v2_check_values(call)


@breaks("v2.order.refuses-a-bad-total-fee")
class ReadsAPlusSign(Platform):
    """Reads a total_fee as generously as a programming language."""

    def v2_check_values(self, call: Call) -> None:
        call.values |= {name: value.strip().lstrip("+") for name, value in call.values.items() if name == "total_fee"}
        super().v2_check_values(call)


@breaks("v2.order.refuses-changed-parameters")
class HandsOutForOtherParameters(Platform):
    """Hands something out for a number that was ordered with other parameters."""

    def v2_place(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_place(call)
        except Refused as refused:
            if refused.refusal.name != "parameters-changed":
                raise
            return {"trade_type": call.values["trade_type"], "prepay_id": self.new_credential("prepay_id")}


@breaks("v2.order.refuses-changed-parameters")
class ChangesTheTypeOfAnOrder(Platform):
    """Hands a link out for a number that was ordered with another trade_type and is otherwise the same."""

    def v2_place(self, call: Call) -> dict[str, str]:
        order = self.store.order(call.merchant.mchid, call.values["out_trade_no"])
        another = order is not None and order.state == "NOTPAY" and order.data["trade_type"] != call.values["trade_type"]
        if another and order is not None and call.values["total_fee"] == str(order.draft["amount"]["total"]):
            return {"trade_type": call.values["trade_type"], "prepay_id": self.new_credential("prepay_id")}
        return super().v2_place(call)


@breaks("v2.order.refuses-a-finished-number")
class HandsOutForPaidOrders(Platform):
    """Hands something out for a number that was paid."""

    def v2_place(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_place(call)
        except Refused as refused:
            if refused.refusal.name != "order-paid":
                raise
            return {"trade_type": call.values["trade_type"], "prepay_id": self.new_credential("prepay_id")}


@breaks("v2.order.refuses-a-finished-number")
class RenewsRefundedOrders(Platform):
    """Hands something out for a number that was refunded and is ordered at another price."""

    def v2_place(self, call: Call) -> dict[str, str]:
        order = self.store.order(call.merchant.mchid, call.values["out_trade_no"])
        if order is None or order.state != "REFUND" or call.values["total_fee"] == str(order.draft["amount"]["total"]):
            return super().v2_place(call)
        return {"trade_type": call.values["trade_type"], "prepay_id": self.new_credential("prepay_id")}


@breaks("v2.query.says-that-there-is-no-order")
class InventsOrders(Platform):
    """Shows a number that was never ordered as one that waits for payment."""

    def v2_query(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_query(call)
        except Refused:
            return {"out_trade_no": call.values.get("out_trade_no", ""), "trade_state": "NOTPAY"}


@breaks("v2.query.says-that-there-is-no-order")
class CallsUnknownOrdersClosed(Platform):
    """Says ORDERCLOSED of a number that was never ordered."""

    def v2_err_code(self, refused: Refused) -> str:
        return "ORDERCLOSED" if refused.refusal.name == "order-unknown" else super().v2_err_code(refused)


@breaks("v2.query.shows-a-payment-only-when-paid")
class NumbersPaymentsTooEarly(Platform):
    """Shows a transaction_id before anybody paid."""

    def v2_show_order(self, order: Entity) -> dict[str, str]:
        return {"transaction_id": "4200000000202606150000000000"} | super().v2_show_order(order)


@breaks("v2.query.shows-a-payment-only-when-paid")
class TellsTheTimeOfTheQuery(Platform):
    """Shows when it was asked instead of when the order was paid, in seconds of Unix."""

    def v2_moment(self, seconds: int) -> str:
        return str(self.now())


@breaks("v2.query.shows-a-payment-only-when-paid")
class TellsTheTimeOfGreenwich(Platform):
    """Shows when an order was paid eight hours too early."""

    def v2_show_order(self, order: Entity) -> dict[str, str]:
        shown = super().v2_show_order(order)
        return shown | ({"time_end": self.v2_moment(order.data["paid_at"] - 28_800)} if "time_end" in shown else {})


@breaks("v2.query.shows-a-payment-only-when-paid")
class ForgetsThePaymentOfARefundedOrder(Platform):
    """Shows nothing of the payment of a service provider's order that was refunded."""

    def v2_show_order(self, order: Entity) -> dict[str, str]:
        shown = super().v2_show_order(order)
        hidden = {"transaction_id", "time_end"} if order.state == "REFUND" and order.draft["mode"] == "partner" else set()
        return {name: value for name, value in shown.items() if name not in hidden}


@breaks("v2.query.shows-a-payment-only-when-paid")
class ForgetsWhatWasSaidWithAnOrder(Platform):
    """Does not tell attach."""

    def v2_show_numbers(self, order: Entity) -> dict[str, str]:
        return {name: value for name, value in super().v2_show_numbers(order).items() if name != "attach"}


@breaks("v2.close.ends-an-unpaid-order")
class ClosesInWordsOnly(Platform):
    """Says that an order is closed, and leaves it open."""

    def v2_close(self, call: Call) -> dict[str, str]:
        order = self.store.order(call.merchant.mchid, call.values["out_trade_no"])
        return {"result_msg": "OK"} if order is not None and order.state == "NOTPAY" else super().v2_close(call)


@breaks("v2.close.refuses-a-paid-order")
class SaysThatAPaidOrderIsClosed(Platform):
    """Says that it closed an order that was paid."""

    def v2_close(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_close(call)
        except Refused as refused:
            if refused.refusal.name != "order-paid":
                raise
            return {"result_msg": "OK"}


@breaks("v2.close.refuses-a-paid-order")
class SaysThatARefundedOrderIsClosed(Platform):
    """Says that it closed a service provider's order that was refunded."""

    def v2_close(self, call: Call) -> dict[str, str]:
        order = self.store.order(call.merchant.mchid, call.values["out_trade_no"])
        if order is not None and order.state == "REFUND" and order.draft["mode"] == "partner":
            return {"result_msg": "OK"}
        return super().v2_close(call)


@breaks("v2.close.answers-for-what-is-not-open")
class ClosesWhatIsNotThere(Platform):
    """Says that it closed an order that never was."""

    def v2_close(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_close(call)
        except Refused as refused:
            if refused.refusal.name != "order-unknown":
                raise
            return {"result_msg": "OK"}


@breaks("v2.order.needs-its-fields")
class OrdersForAProviderItself(Platform):
    """Takes the order of a service provider that names no sub-merchant for its own."""

    def v2_needs_sub_merchant(self, operation: Operation) -> bool:
        return operation.id != "unifiedorder" and super().v2_needs_sub_merchant(operation)


@breaks("v2.order.refuses-changed-parameters")
class ScansWhatWasOrderedOtherwise(Platform):
    """Hands a code_url out for the number of an order that is no NATIVE one, and is otherwise the same."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        alike = draft["trade_type"] == "NATIVE" and all(draft[name] == order.draft[name] for name in ("amount", "description"))
        return order.draft if alike else draft
