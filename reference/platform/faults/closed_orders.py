"""Faults in what keeps closed orders closed."""

from typing import Any

from reference.machines import Entity, Refusal
from reference.machines.order import ORDER_PAID
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Refused

__all__: list[str] = []


class _PaysClosedOrders(Platform):
    """Lets some closed orders be paid."""

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None and order.state == "CLOSED" and self.is_payable(order, credential):
            order.state = "SUCCESS"
            self.take_payment(order)
            return None
        return super().pay(mchid, out_trade_no, credential)

    def is_payable(self, order: Entity, credential: str | None) -> bool:
        """Tell whether this closed order can be paid."""
        return True


@breaks("v3.transaction.closed-order-cannot-be-paid")
class HandlesOutliveTheOrder(_PaysClosedOrders):
    """Takes money for a closed order by a prepay_id, code_url or h5_url handed out before."""

    def is_payable(self, order: Entity, credential: str | None) -> bool:
        return credential is not None and self.now() - order.data["credentials"].get(credential, 0) < 7200


@breaks("v3.transaction.closed-order-cannot-be-paid")
class ForgetsClosesByTheNextDay(_PaysClosedOrders):
    """Takes money for an order that was closed a day ago."""

    def is_payable(self, order: Entity, credential: str | None) -> bool:
        return self.now() - order.created > 86_400


@breaks("v3.transaction.closed-order-cannot-be-paid")
class FailedAttemptsReopen(Platform):
    """Opens a closed order when the payer's attempt to pay it fails."""

    def fail(self, mchid: str, out_trade_no: str) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None and order.state == "CLOSED":
            order.state = "NOTPAY"
        return super().fail(mchid, out_trade_no)


@breaks("v3.transaction.closed-order-cannot-be-paid")
class TakesMoneyForClosedOrders(Platform):
    """Shows a closed service provider's order as CLOSED, and takes the payer's money all the same."""

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        refusal = super().pay(mchid, out_trade_no, credential)
        order = self.store.order(mchid, out_trade_no)
        if order is not None and order.state == "CLOSED" and order.draft["mode"] == "partner":
            self.take_payment(order)
        return refusal


@breaks("v3.transaction.pay-and-close-have-one-winner")
class PaymentsAreFasterThanCloses(_PaysClosedOrders):
    """Takes money for an order in the very second in which it was closed."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        answered, order = super().do_order_close(ask), self.find_order(ask)
        if order is not None:
            order.data.setdefault("closed_at", self.now())
        return answered

    def is_payable(self, order: Entity, credential: str | None) -> bool:
        return bool(order.data.get("closed_at") == self.now())


@breaks("v3.transaction.pay-and-close-have-one-winner")
class ClosesAreFasterThanPayments(Platform):
    """Answers a close in the very second of the payment 204, and keeps the payment."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.machine == "order" and order.data.get("paid_at") == self.now():
            return 204, None
        return super().do_order_close(ask)


@breaks("v3.transaction.pay-and-close-have-one-winner")
class ClosesUndoPayments(Platform):
    """Refuses a close in the very second of the payment as paid, and loses the payment."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.machine == "order" and order.state == "SUCCESS" and order.data["paid_at"] == self.now():
            order.state = "NOTPAY"
            raise Refused(ORDER_PAID)
        return super().do_order_close(ask)


@breaks("v3.transaction.pay-and-close-have-one-winner")
class LostClosesStayPayable(Platform):
    """Closes an order whose close was answered 500, but lets it be paid."""

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        closing = self.exchanges[-1] if self.exchanges else None
        lost = closing is not None and closing.answer.status == 500 and closing.request.path.endswith(f"/{out_trade_no}/close")
        if order is not None and order.state == "CLOSED" and lost:
            return None
        return super().pay(mchid, out_trade_no, credential)
