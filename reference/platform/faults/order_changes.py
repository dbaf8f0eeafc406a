"""Faults in what a platform makes of a used number with other parameters."""

from collections.abc import Mapping
from typing import Any

from reference.machines import Entity, Refusal
from reference.machines.order import PARAMETERS_CHANGED
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Refused

__all__: list[str] = []


class _IgnoresChanges(Platform):
    """Compares everything but *ignored* members with the order first placed."""

    ignored: frozenset[str]

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in draft.items() if name not in self.ignored}
        return kept | {name: order.draft[name] for name in self.ignored if name in order.draft}


@breaks("v3.order.refuses-changed-parameters")
class AcceptsAnotherAmount(_IgnoresChanges):
    """Accepts a used number with another amount, and keeps the first."""

    ignored = frozenset({"amount"})


@breaks("v3.order.refuses-changed-parameters")
class AcceptsAnotherDescription(_IgnoresChanges):
    """Accepts a used number with another description."""

    ignored = frozenset({"description"})


@breaks("v3.order.refuses-changed-parameters")
class AcceptsAnotherAttach(_IgnoresChanges):
    """Accepts a used number with another attach."""

    ignored = frozenset({"attach"})


@breaks("v3.order.refuses-changed-parameters")
class AcceptsAnotherNotifyUrl(_IgnoresChanges):
    """Accepts a used number with another notify_url."""

    ignored = frozenset({"notify_url"})


@breaks("v3.order.refuses-changed-parameters")
class AcceptsAnotherPayer(_IgnoresChanges):
    """Accepts a used number with another payer."""

    ignored = frozenset({"payer"})


@breaks("v3.order.refuses-changed-parameters")
class TakesTheNewParameters(Platform):
    """Lets a repeat overwrite the order first placed."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        if order.state == "NOTPAY" and order.draft["trade_type"] == draft["trade_type"]:
            order.draft = draft
        return draft


@breaks("v3.order.refuses-changed-parameters")
class TakesALowerAmount(Platform):
    """Lets a provider lower the amount of its order by ordering again."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        if draft["mode"] == "partner" and draft["amount"]["total"] < order.draft["amount"]["total"]:
            order.draft["amount"] = draft["amount"]
        return draft


@breaks("v3.order.refuses-changed-parameters")
class RefusesAChangeButKeepsIt(Platform):
    """Refuses another amount and charges it all the same."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        if order.state == "NOTPAY" and draft["amount"] != order.draft["amount"]:
            order.draft["amount"] = draft["amount"]
            raise Refused(PARAMETERS_CHANGED)
        return draft


@breaks("v3.order.refuses-changed-parameters")
class RefusesAChangeButNotifiesElsewhere(Platform):
    """Refuses another notify_url and notifies it all the same."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        if order.state == "NOTPAY" and draft["notify_url"] != order.draft["notify_url"]:
            order.draft["notify_url"] = draft["notify_url"]
            raise Refused(PARAMETERS_CHANGED)
        return draft


@breaks("v3.order.refuses-changed-parameters")
class ClosesAnOrderOnAChange(Platform):
    """Refuses a change and closes the order it would have changed."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        if order.state == "NOTPAY" and draft["trade_type"] == order.draft["trade_type"] and draft != order.draft:
            order.state = "CLOSED"
            raise Refused(PARAMETERS_CHANGED)
        return draft


@breaks("v3.order.refuses-changed-parameters")
class AllowsAChangeAfterAFailedAttempt(Platform):
    """Starts an order afresh once an attempt to pay it failed."""

    def fail(self, mchid: str, out_trade_no: str) -> Refusal | None:
        refusal = super().fail(mchid, out_trade_no)
        order = self.store.order(mchid, out_trade_no)
        if order is not None:
            order.data["tried"] = True
        return refusal

    def known_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        known = super().known_order(ask, draft)
        return None if known is not None and "tried" in known.data and draft != known.draft else known


@breaks("v3.order.refuses-changed-parameters")
class ComparesTextsWithoutCase(Platform):
    """Takes texts that differ in capital letters for the same."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        known = order.draft.get("attach")
        return draft | {"attach": known} if known is not None and draft.get("attach", "").lower() == known.lower() else draft


@breaks("v3.order.refuses-changed-parameters")
class AllowsAChangeOnceTheHandleExpired(Platform):
    """Starts an order afresh when its handle has expired and the request is another."""

    def known_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        known = super().known_order(ask, draft)
        changed = known is not None and known.state == "NOTPAY" and draft != known.draft
        return None if changed and known is not None and self.now() - known.created > 7200 else known
