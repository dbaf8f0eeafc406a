"""Faults in placing APIv2 orders again, and in when they end."""

from datetime import datetime, timedelta

from reference.machines import Case, Entity, Refusal
from reference.machines.order import ORDER_PAID
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []


class _Repeats(Platform):
    """Does something else when an order is placed again."""

    def v2_place(self, call: Call) -> dict[str, str]:
        order = self.store.order(call.merchant.mchid, call.values["out_trade_no"])
        told = super().v2_place(call)
        return told if order is None else self.repeats(call, order, told)

    def repeats(self, call: Call, order: Entity, told: dict[str, str]) -> dict[str, str]:
        raise NotImplementedError


class _Doubles(_Repeats):
    """Hands out what pays once more when an order is placed again."""

    def doubles(self, order: Entity) -> bool:
        return True

    def repeats(self, call: Call, order: Entity, told: dict[str, str]) -> dict[str, str]:
        if not self.doubles(order):
            return told
        another = self.new_credential("prepay_id")
        order.data["credentials"][another] = self.now()
        order.data.setdefault("doubles", []).append(another)
        return told | {"prepay_id": another}

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        refusal = super().pay(mchid, out_trade_no, credential)
        order = self.store.order(mchid, out_trade_no)
        if refusal is None or order is None or credential not in order.data.get("doubles", ()):
            return refusal
        self.take_payment(order)
        return None


@breaks("v2.order.repeats-are-one-order")
class OpensASecondOrder(_Doubles):
    """Opens a second order when the first one is placed again."""


@breaks("v2.order.repeats-are-one-order")
class OpensASecondOrderAfterAFailure(_Doubles):
    """Opens a second order when one is placed again after the payer's attempt failed."""

    def fail(self, mchid: str, out_trade_no: str) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None:
            order.data["failed"] = True
        return super().fail(mchid, out_trade_no)

    def doubles(self, order: Entity) -> bool:
        return "failed" in order.data


@breaks("v2.order.repeats-are-one-order")
class CallsARepeatPaid(_Repeats):
    """Says ORDERPAID to whoever places the MWEB order of a service provider again."""

    def repeats(self, call: Call, order: Entity, told: dict[str, str]) -> dict[str, str]:
        if told["trade_type"] == "MWEB" and order.draft["mode"] == "partner":
            raise Refused(ORDER_PAID)
        return told


@breaks("v2.order.repeats-are-one-order")
class HandsOutDeadHandles(_Repeats):
    """Hands out a prepay_id that leads nowhere when an APP order is placed again."""

    def repeats(self, call: Call, order: Entity, told: dict[str, str]) -> dict[str, str]:
        return told | ({"prepay_id": self.new_credential("prepay_id")} if told["trade_type"] == "APP" else {})


@breaks("v2.order.repeats-are-one-order")
class ThePrepayIdOfALinkPaysAgain(Platform):
    """Lets the prepay_id of a scanned order pay though its link has paid."""

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        refusal = super().pay(mchid, out_trade_no, credential)
        order = self.store.order(mchid, out_trade_no)
        if refusal is not None and order is not None and credential in order.data.get("v2_prepay_ids", {}).values():
            return None
        return refusal


@breaks("v2.order.repeats-are-one-order")
class RefusesToRepeatGoods(_Repeats):
    """Takes an order with goods for another one when it comes again."""

    def repeats(self, call: Call, order: Entity, told: dict[str, str]) -> dict[str, str]:
        if "detail" in call.values:
            raise Refused(ORDER_PAID)
        return told


@breaks("v2.order.expires")
class ReadsTimeExpireAsUtc(Platform):
    """Takes the time_expire of APIv2 for one of Greenwich."""

    def v2_place(self, call: Call) -> dict[str, str]:
        self._shift(call, timedelta(hours=8))
        return super().v2_place(call)

    def _shift(self, call: Call, by: timedelta) -> None:
        if "time_expire" in call.values:
            moment = datetime.strptime(call.values["time_expire"], "%Y%m%d%H%M%S") + by  # noqa: DTZ007 - only moved
            call.values["time_expire"] = f"{moment:%Y%m%d%H%M%S}"


@breaks("v2.order.expires")
class ALinkOutlivesItsOrder(Platform):
    """Looks at time_expire for those only who do not pay through a link or prepay_id of a scanned order."""

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        overlooked = super().overlooks(event, case)
        through_a_link = event == "pay" and "credential_issued" in case.facts and case.facts["trade_type"] == "NATIVE"
        return overlooked | ({"order-expired"} if through_a_link else set())


@breaks("v2.order.expires")
class ARepeatPutsTheEndOff(_Repeats):
    """Gives an order that is placed again another hour."""

    def repeats(self, call: Call, order: Entity, told: dict[str, str]) -> dict[str, str]:
        if "time_expire" in order.data:
            order.data["time_expire"] += 3600
        return told


@breaks("v2.order.expires")
class EndsTheOrdersOfAProviderTooSoon(Platform):
    """Ends the order of a service provider two minutes before its time_expire."""

    def new_order(self, machine: str, ask: Ask, draft: dict[str, object], state: str) -> Entity:
        order = super().new_order(machine, ask, draft, state)
        if draft["mode"] == "partner" and "time_expire" in order.data:
            order.data["time_expire"] -= 120
        return order


@breaks("v2.order.expires")
class ForgetsTheEndOfABrowsersOrder(Platform):
    """Never ends a MWEB order of APIv2."""

    def v2_place(self, call: Call) -> dict[str, str]:
        told = super().v2_place(call)
        order = self.store.order(call.merchant.mchid, call.values["out_trade_no"])
        if order is not None and told["trade_type"] == "MWEB":
            order.data.pop("time_expire", None)
        return told
