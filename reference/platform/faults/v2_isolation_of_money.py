"""Faults in keeping the shares, combined orders and payouts of APIv2's merchants apart."""

from typing import Any

from reference.machines import Entity, Machine
from reference.machines.payout import PAYOUT_CHANGED
from reference.machines.sharing import UNKNOWN
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []

_APART = "v2.invariant.merchants-are-apart"


@breaks(_APART)
class SharesAnybodysTransaction(Platform):
    """Shares the order of a transaction_id in the name of whoever asks."""

    def v2_shared_order(self, call: Call) -> Entity | None:
        return self.store.order_by_transaction(call.values["transaction_id"])


@breaks(_APART)
class EndsTheSharingOfAnySubMerchant(Platform):
    """Ends the sharing of a service provider's order whatever sub-merchant it names."""

    def v2_shared_order(self, call: Call) -> Entity | None:
        order = self.store.order_by_transaction(call.values["transaction_id"])
        own = order is not None and order.owner == call.merchant.mchid and call.operation.id == "profitsharingfinish"
        return order if own else super().v2_shared_order(call)


@breaks(_APART)
class TellsAnybodyWhatIsLeft(Platform):
    """Tells whoever knows its transaction_id how much of an order can be shared."""

    def v2_tell_unsplit(self, call: Call) -> dict[str, str]:
        order = self.store.order_by_transaction(call.values["transaction_id"])
        if order is None or order.owner == call.merchant.mchid or self.funds_of(order) is None:
            return super().v2_tell_unsplit(call)
        return {"transaction_id": call.values["transaction_id"], "unsplit_amount": str(self.unsplit(order))}


@breaks(_APART)
class TakesBackTheSharesOfAnySubMerchant(Platform):
    """Takes back a share that a service provider names by its order_id, whatever sub-merchant it is of."""

    def v2_named_sharing(self, call: Call) -> Entity | None:
        found = self.store.by_id("sharing", call.values["order_id"]) if "order_id" in call.values else None
        return found if found is not None and found.owner == call.merchant.mchid else super().v2_named_sharing(call)


@breaks(_APART)
class ShowsAnybodysReturn(Platform):
    """Shows a return to whoever names its sharing by order_id, once anybody asked for it."""

    def v2_query_return(self, call: Call) -> dict[str, str]:
        sharing = self.store.by_id("sharing", call.values.get("order_id", ""))
        if sharing is None:
            return super().v2_query_return(call)
        found = self.store.find("sharing_return", sharing.owner, call.values["out_return_no"])
        if found is None or found.data["out_order_no"] != sharing.number:
            raise Refused(UNKNOWN)
        return self.v2_show_return(found)


class _KnowsAnybodysBasket(Platform):
    """Finds a combined order by its number alone where it is asked for by *operation*."""

    operation = ""

    def v2_combined(self, call: Call) -> Entity:
        alike = (whole for whole in self.store.every("combine") if whole.number == call.values["combine_out_trade_no"])
        found = next(alike, None) if call.operation.id == self.operation else None
        return super().v2_combined(call) if found is None else found


@breaks(_APART)
class ShowsAnybodysBasket(_KnowsAnybodysBasket):
    """Shows a combined order to whoever knows its number."""

    operation = "querycombinedorder"


@breaks(_APART)
class ClosesAnybodysBasket(_KnowsAnybodysBasket):
    """Closes a combined order for whoever names all that is in it."""

    operation = "closecombinedorder"


@breaks(_APART)
class NumbersPayoutsForEverybody(Platform):
    """Takes a number for used that another merchant has used for a payout, if it pays to cards or to several people."""

    def v2_pay_out(self, call: Call, machine: Machine, number: str, draft: dict[str, Any], cost: int, **facts: Any) -> Entity:
        shared = machine.name == "bank_transfer" or draft.get("kind") == "GROUP"
        alike = [each for each in self.store.every(machine.name) if each.number == number and each.owner != call.merchant.mchid]
        if shared and alike:
            raise Refused(PAYOUT_CHANGED)
        return super().v2_pay_out(call, machine, number, draft, cost, **facts)


@breaks(_APART)
class HasOneSandboxForEverybody(Platform):
    """Shows an order of the sandbox to whoever knows its number."""

    def v2_sandbox_query(self, call: Call) -> dict[str, str]:
        alike = [order for order in self.v2_sandbox_orders.orders() if order.number == call.values["out_trade_no"]]
        if alike and all(order.owner != call.merchant.mchid for order in alike):
            return self.v2_show_order(alike[0])
        return super().v2_sandbox_query(call)


@breaks(_APART)
class NumbersSharingsForEverybody(Platform):
    """Takes a number for used that another merchant has used for a sharing."""

    def known_sharing(self, call: Call, out_order_no: str) -> Entity | None:
        return next((each for each in self.store.every("sharing") if each.number == out_order_no), None)


@breaks(_APART)
class NumbersReturnsForEverybody(Platform):
    """Shows, of two merchants' returns of one number, the first."""

    def known_return(self, call: Call) -> Entity | None:
        alike = [each for each in self.store.every("sharing_return") if each.number == call.values["out_return_no"]]
        own = super().known_return(call)
        return own if own is None or call.operation.id == "profitsharingreturn" else next(iter(alike), None)

    def v2_query_return(self, call: Call) -> dict[str, str]:
        own = super().known_return(call)
        return super().v2_query_return(call) if own is None else self.v2_show_return(self.known_return(call) or own)


@breaks(_APART)
class HasOneSandboxForSubMerchants(Platform):
    """Shows a service provider its order of the sandbox whatever sub-merchant it names."""

    def v2_sandbox_query(self, call: Call) -> dict[str, str]:
        order = self.v2_sandbox_orders.order(call.merchant.mchid, call.values["out_trade_no"])
        return super().v2_sandbox_query(call) if order is None else self.v2_show_order(order)
