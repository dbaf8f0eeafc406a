"""Faults in the states an order goes through."""

from typing import Any

from reference.machines import Entity, Refusal
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Refused
from reference.platform.world import Settlement

__all__: list[str] = []


@breaks("v3.transaction.refund-turns-the-order-to-refund")
class OnlyFullRefundsMarkTheOrder(Platform):
    """Leaves an order in SUCCESS while some of it is not refunded."""

    def new_refund(self, ask: Ask, draft: dict[str, Any], order: Entity, state: str) -> Entity:
        before, refund = order.state, super().new_refund(ask, draft, order, state)
        refunded = sum(each.draft["amount"]["refund"] for each in self.store.refunds_of(order))
        order.state = "REFUND" if refunded == order.draft["amount"]["total"] else before
        return refund


@breaks("v3.transaction.refund-turns-the-order-to-refund")
class OnlySettledRefundsMarkTheOrder(Platform):
    """Shows SUCCESS until the first refund is settled."""

    def trade_state(self, order: Entity) -> str:
        open_still = not any("settled_at" in refund.data for refund in self.store.refunds_of(order))
        return "SUCCESS" if order.state == "REFUND" and open_still else order.state


@breaks("v3.transaction.refund-turns-the-order-to-refund")
class RefundsByTransactionIdLeaveNoMark(Platform):
    """Leaves an order in SUCCESS when a refund names it by transaction_id alone."""

    def new_refund(self, ask: Ask, draft: dict[str, Any], order: Entity, state: str) -> Entity:
        before, refund = order.state, super().new_refund(ask, draft, order, state)
        order.state = "REFUND" if "out_trade_no" in draft else before
        return refund


@breaks("v3.transaction.refund-turns-the-order-to-refund")
class ShowsTillRefundsAsSuccess(Platform):
    """Shows a refunded code payment as SUCCESS."""

    def trade_state(self, order: Entity) -> str:
        return "SUCCESS" if order.state == "REFUND" and order.machine == "codepay" else order.state


@breaks("v3.transaction.refund-turns-the-order-to-refund")
class TakesRefundsOffTheAmount(Platform):
    """Shows what is left of the amount in place of what was paid."""

    def order_amount(self, order: Entity) -> dict[str, Any]:
        shown = super().order_amount(order)
        if "payer_total" in shown:
            shown["payer_total"] -= sum(refund.draft["amount"]["refund"] for refund in self.store.refunds_of(order))
        return shown


@breaks("v3.transaction.refund-turns-the-order-to-refund")
class ForgetsThePayerOnceRefunded(Platform):
    """Leaves the payer out of a refunded order of a service provider."""

    def payment_facts(self, order: Entity) -> dict[str, Any]:
        facts = super().payment_facts(order)
        hidden = order.state == "REFUND" and order.draft["mode"] == "partner"
        return {name: value for name, value in facts.items() if name != "payer" or not hidden}


@breaks("v3.transaction.refund-turns-the-order-to-refund")
class RefusedRefundsMarkTheOrder(Platform):
    """Turns an order to REFUND when a refund of it was refused."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        try:
            return super().do_refund_apply(ask)
        except Refused:
            order = self.store.order(ask.merchant.mchid, ask.fields.get("out_trade_no", ""))
            if order is not None and order.state == "SUCCESS":
                order.state = "REFUND"
            raise


class _BackToSuccess(Platform):
    """Takes an order back to SUCCESS when one of its refunds comes to a certain end."""

    ends: frozenset[Settlement] = frozenset()

    def settle(self, mchid: str, out_refund_no: str, outcome: Settlement = "SUCCESS") -> Refusal | None:
        refusal = super().settle(mchid, out_refund_no, outcome)
        refund = self.store.refund(mchid, out_refund_no)
        order = None if refund is None else self.store.order(mchid, refund.data["out_trade_no"])
        if order is not None and refund is not None and refusal is None and outcome in self.ends and self.is_back(order, refund):
            order.state = "SUCCESS"
        return refusal

    def is_back(self, order: Entity, refund: Entity) -> bool:
        """Tell whether the order is to be SUCCESS again."""
        return True


@breaks("v3.transaction.refunded-order-never-returns-to-success")
class ClosedRefundsLeadBack(_BackToSuccess):
    """Shows SUCCESS again when the only refund of an order is closed."""

    ends = frozenset({"CLOSED"})

    def is_back(self, order: Entity, refund: Entity) -> bool:
        return len(self.store.refunds_of(order)) == 1


@breaks("v3.transaction.refunded-order-never-returns-to-success")
class AbnormalRefundsLeadBack(_BackToSuccess):
    """Shows SUCCESS again when a refund becomes abnormal."""

    ends = frozenset({"ABNORMAL"})


@breaks("v3.transaction.refunded-order-never-returns-to-success")
class SettledPartsLeadBack(_BackToSuccess):
    """Shows SUCCESS again when a refund of a part is settled."""

    ends = frozenset({"SUCCESS"})

    def is_back(self, order: Entity, refund: Entity) -> bool:
        return bool(refund.draft["amount"]["refund"] < order.draft["amount"]["total"])


@breaks("v3.transaction.refunded-order-never-returns-to-success")
class RefusedRefundsLeadBack(Platform):
    """Shows SUCCESS again when a further refund is refused."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        try:
            return super().do_refund_apply(ask)
        except Refused:
            order = self.store.order(ask.merchant.mchid, ask.fields.get("out_trade_no", ""))
            if order is not None and order.state == "REFUND" and order.draft["mode"] == "partner":
                order.state = "SUCCESS"
            raise


@breaks("v3.transaction.state-never-goes-back")
class FailedAttemptsUndoPayments(Platform):
    """Shows a paid order as NOTPAY when the payer's next attempt fails."""

    def fail(self, mchid: str, out_trade_no: str) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None and order.state == "SUCCESS" and order.machine == "order":
            order.state = "NOTPAY"
        return super().fail(mchid, out_trade_no)


@breaks("v3.transaction.state-never-goes-back")
class TimesOutPaidOrders(Platform):
    """Shows a paid order as CLOSED when it is a week old."""

    def trade_state(self, order: Entity) -> str:
        old = order.machine == "order" and order.state == "SUCCESS" and self.now() - order.created > 7 * 86_400
        return "CLOSED" if old else order.state


@breaks("v3.transaction.state-never-goes-back")
class RefusedClosesShowClosed(Platform):
    """Shows a paid order as CLOSED to the first query after a refused close."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "SUCCESS":
            order.data["blinks"] = True
        return super().do_order_close(ask)

    def trade_state(self, order: Entity) -> str:
        return "CLOSED" if order.data.pop("blinks", False) else order.state


@breaks("v3.transaction.state-never-goes-back")
class OrderingAgainReopens(Platform):
    """Opens a closed order again when its number is ordered for another amount."""

    def do_order_place(self, ask: Ask) -> tuple[int, Any]:
        order = self.store.order(ask.merchant.mchid, ask.fields["out_trade_no"])
        if order is not None and order.state == "CLOSED" and order.draft["amount"]["total"] != ask.fields["amount"]["total"]:
            order.state = "NOTPAY"
        return super().do_order_place(ask)
