"""Faults in which orders are refunded."""

from collections.abc import Mapping
from typing import Any

from reference.machines import Case, Entity
from reference.machines.refund import ORDER_NOT_PAID
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Refused

__all__: list[str] = []


@breaks("v3.refund.refuses-an-unknown-order")
class RefundsOrdersItNeverSaw(Platform):
    """Takes an out_trade_no it does not know for a paid order."""

    def refunded_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        found = super().refunded_order(ask, draft)
        if found is not None or self.store.order(ask.merchant.mchid, draft.get("out_trade_no", "")) or "transaction_id" in draft:
            return found
        facts = {"transaction_id": self.fresh_id("4200", self.store.order_by_transaction), "trade_type": "JSAPI", "paid_at": self.now()}
        asked = {"amount": draft["amount"], "sub_mchid": draft.get("sub_mchid")}
        return Entity("order", ask.merchant.mchid, draft["out_trade_no"], "SUCCESS", self.now(), asked, facts)


@breaks("v3.refund.refuses-an-unknown-order")
class RefundsSomeOrderForAnUnknownTransaction(Platform):
    """Takes a transaction_id it does not know for that of the merchant's latest order."""

    def refunded_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        found = super().refunded_order(ask, draft)
        if found is not None or "out_trade_no" in draft:
            return found
        paid = [order for order in self.store.orders() if "paid_at" in order.data and self.is_visible(ask, order)]
        return paid[-1] if paid else None


@breaks("v3.refund.refuses-an-unknown-order")
class KeepsARefundOfNoOrder(Platform):
    """Refuses the refund of an unknown order and keeps the refund."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        try:
            return super().do_refund_apply(ask)
        except Refused as refused:
            if refused.refusal is ORDER_NOT_PAID and self.refunded_order(ask, ask.fields) is None:
                data = {"refund_id": self.fresh_id("5030", self.store.refund_by_id), "out_trade_no": "", "transaction_id": ""}
                self.store.save(Entity("refund", ask.merchant.mchid, ask.fields["out_refund_no"], "CLOSED", self.now(), ask.fields, data))
            raise


class _RefundsTheUnpaid(Platform):
    """Refunds orders in one of *states* as if they were paid."""

    states: frozenset[str] = frozenset()

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        order = case.order if event == "apply" else case.subject if event == "refund" else None
        unpaid = order is not None and order.state in self.states
        return super().overlooks(event, case) | ({"order-not-paid", "not-payable", "already-decided"} if unpaid else set())


@breaks("v3.refund.refuses-an-unpaid-order")
class RefundsUnpaidOrders(_RefundsTheUnpaid):
    """Refunds an order nobody has paid yet."""

    states = frozenset({"NOTPAY"})


@breaks("v3.refund.refuses-an-unpaid-order")
class RefundsPaymentsInDoubt(_RefundsTheUnpaid):
    """Refunds a code payment the payer has still to confirm."""

    states = frozenset({"USERPAYING"})


@breaks("v3.refund.refuses-an-unpaid-order")
class RefundsFailedPayments(_RefundsTheUnpaid):
    """Refunds a code payment that failed."""

    states = frozenset({"PAYERROR"})


class _MovesARefusedOrder(Platform):
    """Moves an order whose refund it refuses."""

    moves: Mapping[str, str]

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        try:
            return super().do_refund_apply(ask)
        except Refused:
            order = self.refunded_order(ask, ask.fields)
            if order is not None:
                order.state = self.moves.get(order.state, order.state)
            raise


@breaks("v3.refund.refuses-an-unpaid-order")
class ClosesAnOrderThatCannotBeRefunded(_MovesARefusedOrder):
    """Refuses the refund of an unpaid order and closes the order."""

    moves = {"NOTPAY": "CLOSED"}  # noqa: RUF012 - never written to


@breaks("v3.refund.refuses-a-closed-order")
class RefundsClosedOrders(_RefundsTheUnpaid):
    """Refunds a CLOSED order."""

    states = frozenset({"CLOSED"})


@breaks("v3.refund.refuses-a-closed-order")
class RefundsForgottenOrders(_RefundsTheUnpaid):
    """Refunds an order that was closed because nobody paid it for a week."""

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        order = case.order or case.subject
        forgotten = order is not None and order.state == "CLOSED" and case.now - order.created >= 7 * 86_400
        self.states = frozenset({"CLOSED"} if forgotten else ())
        return super().overlooks(event, case)


@breaks("v3.refund.refuses-a-closed-order")
class ReopensAnOrderItWillNotRefund(_MovesARefusedOrder):
    """Refuses the refund of a CLOSED order and opens the order again."""

    moves = {"CLOSED": "NOTPAY"}  # noqa: RUF012 - never written to
