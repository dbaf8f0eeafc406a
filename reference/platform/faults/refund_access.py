"""Faults in who may refund which order, and see which refund."""

from collections.abc import Mapping
from typing import Any

from reference.machines import Entity
from reference.machines.refund import UNKNOWN
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Refused

__all__: list[str] = []


class _FindsOrders(Platform):
    """Finds the order of a refund where the asker has none, if it `may` be refunded."""

    def may(self, ask: Ask, order: Entity) -> bool:
        return False

    def named(self, draft: Mapping[str, Any]) -> Entity | None:
        """The order a refund names, whose ever it is."""
        if "transaction_id" in draft:
            return self.store.order_by_transaction(draft["transaction_id"])
        return next((order for order in self.store.orders() if order.number == draft.get("out_trade_no")), None)

    def refunded_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        found, named = super().refunded_order(ask, draft), self.named(draft)
        return named if found is None and named is not None and self.may(ask, named) else found


@breaks("v3.refund.partner-needs-sub-mchid")
class FillsInTheSubMerchant(_FindsOrders):
    """Takes the sub-merchant of the order when a service provider names none."""

    def check_refund_draft(self, ask: Ask, draft: dict[str, Any]) -> None:  # type: ignore[override]  # writes into the draft it is shown
        order = self.named(draft)
        if order is not None and "sub_mchid" in order.draft and order.owner == ask.merchant.mchid:
            draft.setdefault("sub_mchid", order.draft["sub_mchid"])
            ask.fields.setdefault("sub_mchid", order.draft["sub_mchid"])
        super().check_refund_draft(ask, draft)


@breaks("v3.refund.partner-needs-sub-mchid")
class NeedsNoSubMerchantForATransaction(FillsInTheSubMerchant):
    """Takes the sub-merchant of the order when a service provider names none, but a transaction_id."""

    def named(self, draft: Mapping[str, Any]) -> Entity | None:
        return super().named(draft) if "transaction_id" in draft else None


@breaks("v3.refund.partner-refuses-another-sub-mchid")
class RefundsForAnySubMerchant(_FindsOrders):
    """Refunds an order of one sub-merchant in the name of another."""

    def may(self, ask: Ask, order: Entity) -> bool:
        return order.owner == ask.merchant.mchid


@breaks("v3.refund.partner-refuses-another-sub-mchid")
class RefundsTransactionsForAnySubMerchant(_FindsOrders):
    """Refunds an order named by transaction_id in the name of another sub-merchant."""

    def may(self, ask: Ask, order: Entity) -> bool:
        return order.owner == ask.merchant.mchid and "transaction_id" in ask.fields


@breaks("v3.refund.others-cannot-refund")
class RefundsAnyTransaction(_FindsOrders):
    """Refunds whatever order a transaction_id names."""

    def may(self, ask: Ask, order: Entity) -> bool:
        return "transaction_id" in ask.fields and order.owner != ask.merchant.mchid


@breaks("v3.refund.others-cannot-refund")
class RefundsAnyNumber(_FindsOrders):
    """Refunds an order of that out_trade_no, whose ever it is."""

    def may(self, ask: Ask, order: Entity) -> bool:
        return "transaction_id" not in ask.fields and order.owner != ask.merchant.mchid


@breaks("v3.refund.others-cannot-refund")
class LetsProvidersRefundEverybody(_FindsOrders):
    """Lets a service provider refund the orders of merchants that are not its own."""

    def may(self, ask: Ask, order: Entity) -> bool:
        return bool(ask.merchant.sub_mchids) and order.owner != ask.merchant.mchid


@breaks("v3.refund.others-cannot-refund")
class RedirectsAnybodysRefund(Platform):
    """Pays out an ABNORMAL refund another way whoever asks."""

    def is_visible_refund(self, ask: Ask, refund: Entity) -> bool:
        return ask.operation.id == "refund_apply_abnormal" or super().is_visible_refund(ask, refund)


class _ShowsRefunds(Platform):
    """Shows a refund the asker does not have, if it `may` be seen."""

    def may(self, ask: Ask, refund: Entity) -> bool:
        return False

    def do_refund(self, ask: Ask) -> tuple[int, Any]:
        named = next((refund for refund in self.store.refunds() if refund.number == ask.params["out_refund_no"]), None)
        return (200, self.show_refund(named)) if named is not None and self.may(ask, named) else super().do_refund(ask)


@breaks("v3.refund.hides-refunds-of-others")
class ShowsRefundsToEverybody(_ShowsRefunds):
    """Shows a refund to any merchant that knows its number."""

    def may(self, ask: Ask, refund: Entity) -> bool:
        return True


@breaks("v3.refund.hides-refunds-of-others")
class ShowsRefundsToAllSubMerchants(_ShowsRefunds):
    """Shows a refund for any sub-merchant of the service provider."""

    def may(self, ask: Ask, refund: Entity) -> bool:
        return refund.owner == ask.merchant.mchid


@breaks("v3.refund.hides-refunds-of-others")
class ShowsSettledRefundsToEverybody(_ShowsRefunds):
    """Shows a refund to any merchant once it is settled."""

    def may(self, ask: Ask, refund: Entity) -> bool:
        return refund.state in {"SUCCESS", "CLOSED"}


@breaks("v3.refund.hides-refunds-of-others")
class TellsWhoseRefundItIs(Platform):
    """Refuses to show another merchant's refund and names the order it belongs to."""

    def do_refund(self, ask: Ask) -> tuple[int, Any]:
        try:
            return super().do_refund(ask)
        except Refused:
            named = next((refund for refund in self.store.refunds() if refund.number == ask.params["out_refund_no"]), None)
            if named is None:
                raise
            raise Refused(UNKNOWN, {"field": "out_refund_no", "issue": f"belongs to {named.data['out_trade_no']}"}) from None
