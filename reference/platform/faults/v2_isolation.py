"""Faults in keeping the orders of APIv2's merchants apart."""

from collections.abc import Mapping, Sequence
from typing import Any

from reference.machines import Entity
from reference.machines.order import PARAMETERS_CHANGED
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []


def _of_anybody(platform: Platform, number: str | None) -> Entity | None:
    return next((order for order in platform.store.orders() if order.number == number), None)


@breaks("v2.invariant.merchants-are-apart")
class ClosesAnybodysNumberInV2(Platform):
    """Closes any merchant's order of the number that waits, and says that there is none."""

    def v2_close(self, call: Call) -> dict[str, str]:
        order = _of_anybody(self, call.values["out_trade_no"])
        if order is not None and order.state == "NOTPAY" and order.owner != call.merchant.mchid:
            order.state = "CLOSED"
        return super().v2_close(call)


@breaks("v2.invariant.merchants-are-apart")
class ShowsAnybodyARefundByItsId(Platform):
    """Shows a refund to whoever knows its refund_id."""

    def v2_refunds(self, call: Call, ask: Ask) -> Sequence[Entity]:
        found = self.store.refund_by_id(call.values["refund_id"]) if "refund_id" in call.values else None
        return super().v2_refunds(call, ask) if found is None else (found,)


@breaks("v2.invariant.merchants-are-apart")
class RefundsAnybodysTransaction(Platform):
    """Refunds the order of a transaction_id in the name of whoever asks."""

    def refunded_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        by_id = self.store.order_by_transaction(draft["transaction_id"]) if "transaction_id" in draft else None
        return by_id if by_id is not None and ask.operation.family == "v2" else super().refunded_order(ask, draft)


@breaks("v2.invariant.merchants-are-apart")
class ReversesAnySubMerchantsCharge(Platform):
    """Reverses a service provider's code payment whatever sub-merchant it names."""

    def is_visible(self, ask: Ask, order: Entity) -> bool:
        own = ask.operation.id == "reverse" and order.owner == ask.merchant.mchid
        return own or super().is_visible(ask, order)


@breaks("v2.invariant.merchants-are-apart")
class NumbersOrdersForEverybody(Platform):
    """Takes a number for used that another merchant has used."""

    def v2_place(self, call: Call) -> dict[str, str]:
        order = _of_anybody(self, call.values.get("out_trade_no"))
        if order is not None and order.owner != call.merchant.mchid:
            raise Refused(PARAMETERS_CHANGED)
        return super().v2_place(call)


@breaks("v2.invariant.merchants-are-apart")
class TellsStrangersThatAnOrderIsPaid(Platform):
    """Tells whoever asks for another's order by its transaction_id when it was paid, in the refusal."""

    def v2_explain(self, call: Call, refused: Refused) -> dict[str, str]:
        told = super().v2_explain(call, refused)
        order = self.store.order_by_transaction(call.values.get("transaction_id", ""))
        if call.operation.id == "orderquery" and order is not None:
            told["time_end"] = self.v2_moment(order.data["paid_at"])
        return told


@breaks("v2.invariant.merchants-are-apart")
class MixesUpRefundsOfOneNumber(Platform):
    """Shows, of two merchants' refunds of one number, the first."""

    def known_refund(self, ask: Ask, out_refund_no: str) -> Entity | None:
        own = super().known_refund(ask, out_refund_no)
        alike = (refund for refund in self.store.refunds() if refund.number == out_refund_no)
        return own if own is None or ask.operation.event is not None else next(alike, own)

    def is_visible_refund(self, ask: Ask, refund: Entity) -> bool:
        return super().is_visible_refund(ask, refund) or ask.operation.family == "v2"
