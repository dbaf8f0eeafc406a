"""Faults in closing orders."""

from typing import Any

from reference.machines import Entity, Refusal
from reference.machines.order import ORDER_PAID
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.refusals import BAD_PARAMETER
from reference.platform.wire import Refused

__all__: list[str] = []


@breaks("v3.transaction.closes-an-unpaid-order")
class OnlySaysItClosed(Platform):
    """Answers a close 204 and leaves the order open."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        before = None if order is None else order.state
        answered = super().do_order_close(ask)
        if order is not None and before is not None:
            order.state = before
        return answered


@breaks("v3.transaction.closes-an-unpaid-order")
class LeavesProvidersOrdersOpen(Platform):
    """Answers a service provider's close 204 without looking for the order."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        return super().do_order_close(ask) if ask.operation.mode == "direct" else (204, None)


@breaks("v3.transaction.closes-an-unpaid-order")
class WaitsForAPayerWhoLeft(Platform):
    """Refuses to close an order whose payer has left the cashier."""

    def cancel(self, mchid: str, out_trade_no: str) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None:
            order.data["left"] = True
        return super().cancel(mchid, out_trade_no)

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and "left" in order.data and order.state == "NOTPAY":
            raise Refused(Refusal("user-paying", 400, "USER_PAYING", "The payer is paying."))
        return super().do_order_close(ask)


@breaks("v3.transaction.closes-an-unpaid-order")
class ClosesNoH5Orders(Platform):
    """Refuses to close H5 orders."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.data["trade_type"] == "MWEB" and order.state == "NOTPAY":
            raise Refused(BAD_PARAMETER)
        return super().do_order_close(ask)


@breaks("v3.transaction.closes-an-unpaid-order")
class ClosesOnTheFirstDayOnly(Platform):
    """Refuses to close an order that is older than five days."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "NOTPAY" and self.now() - order.created > 5 * 86_400:
            raise Refused(BAD_PARAMETER)
        return super().do_order_close(ask)


@breaks("v3.transaction.closes-an-unpaid-order")
class PutsTheCloseOff(Platform):
    """Answers every close 202."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        super().do_order_close(ask)
        return 202, {}


class _ClosesPaidOrders(Platform):
    """Closes some paid orders."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.machine == "order" and order.state in {"SUCCESS", "REFUND"} and self.closes(order):
            order.state = "CLOSED"
            return 204, None
        return super().do_order_close(ask)

    def closes(self, order: Entity) -> bool:
        """Tell whether this paid order is closed."""
        return True


@breaks("v3.transaction.refuses-to-close-a-paid-order")
class ClosesPaidOrders(_ClosesPaidOrders):
    """Closes an order that is paid."""

    def closes(self, order: Entity) -> bool:
        return order.state == "SUCCESS"


@breaks("v3.transaction.refuses-to-close-a-paid-order")
class ClosesRefundedOrdersOfProviders(_ClosesPaidOrders):
    """Closes a service provider's order that was refunded."""

    def closes(self, order: Entity) -> bool:
        return order.state == "REFUND" and order.draft["mode"] == "partner"


@breaks("v3.transaction.refuses-to-close-a-paid-order")
class ClosesSettledOrders(_ClosesPaidOrders):
    """Closes an order once all of it was given back."""

    def closes(self, order: Entity) -> bool:
        return any("settled_at" in refund.data for refund in self.store.refunds_of(order))


@breaks("v3.transaction.refuses-to-close-a-paid-order")
class SaysPaidOrdersAreClosed(Platform):
    """Answers the close of a paid order 204 and does nothing."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        try:
            return super().do_order_close(ask)
        except Refused as refused:
            if refused.refusal is ORDER_PAID:
                return 204, None
            raise


@breaks("v3.transaction.refuses-to-close-a-paid-order")
class RefusedClosesStopRefunds(Platform):
    """Refuses to close a paid order, and from then on to refund it."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None:
            order.data["barred"] = True
        return super().do_order_close(ask)

    def refunded_order(self, ask: Ask, draft: Any) -> Entity | None:
        order = super().refunded_order(ask, draft)
        return None if order is not None and "barred" in order.data else order


@breaks("v3.transaction.close-is-repeatable")
class FindsClosedOrdersNoMore(Platform):
    """Answers a repeated close 404."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "CLOSED":
            raise Refused(Refusal("gone", 404, "ORDER_NOT_EXIST", "There is no open order."))
        return super().do_order_close(ask)


@breaks("v3.transaction.close-is-repeatable")
class TakesForgottenOrdersForPaid(Platform):
    """Answers the close of an order that expired ORDER_PAID."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "CLOSED" and self.now() - order.created > 7 * 86_400:
            raise Refused(ORDER_PAID)
        return super().do_order_close(ask)


@breaks("v3.transaction.close-is-repeatable")
class ClosingAgainReopens(Platform):
    """Opens a service provider's closed order when it is closed again."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "CLOSED" and order.draft["mode"] == "partner":
            order.state = "NOTPAY"
            return 204, None
        return super().do_order_close(ask)


@breaks("v3.transaction.close-of-an-unknown-order-creates-nothing")
class ClosingCreates(Platform):
    """Keeps a closed order under every number that is closed."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        if self.find_order(ask) is None:
            draft: dict[str, Any] = {"amount": {"total": 0}, "mode": ask.operation.mode}
            draft |= {"sub_mchid": ask.sub_mchid} if ask.sub_mchid else {}
            number = ask.params["out_trade_no"]
            self.store.save(Entity("order", ask.merchant.mchid, number, "CLOSED", self.now(), draft, {"trade_type": "JSAPI"}))
        return super().do_order_close(ask)


@breaks("v3.transaction.close-of-an-unknown-order-creates-nothing")
class ClosesTheOrderThatBeginsAlike(Platform):
    """Closes the open order whose number begins with an unknown one."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        if self.find_order(ask) is None:
            for order in self.store.orders():
                if order.number.startswith(ask.params["out_trade_no"]) and order.state == "NOTPAY" and self.is_visible(ask, order):
                    order.state = "CLOSED"
        return super().do_order_close(ask)
