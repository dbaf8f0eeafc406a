"""Faults in what placing an order again does."""

from collections.abc import Mapping
from typing import Any

from reference.machines import Case, Entity, Refusal
from reference.machines.order import PARAMETERS_CHANGED
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Refused

__all__: list[str] = []


@breaks("v3.order.repeats-are-one-order")
class RefusesEveryRepeat(Platform):
    """Refuses a number it has seen, even with the same parameters."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        raise Refused(PARAMETERS_CHANGED)


@breaks("v3.order.repeats-are-one-order")
class RefusesRepeatsOfProviders(Platform):
    """Refuses the repeated orders of service providers."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        return draft | {"mode": "repeated"} if draft["mode"] == "partner" else draft


@breaks("v3.order.repeats-are-one-order")
class RefusesRepeatsAfterFiveMinutes(Platform):
    """Takes a repeat for an order of its own once five minutes have passed."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        return draft if self.now() - order.created < 300 else {}


@breaks("v3.order.repeats-are-one-order")
class RefusesRepeatsWithGoods(Platform):
    """Takes a list of goods for a change, however alike."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        return draft | {"detail": None} if "detail" in draft else draft


@breaks("v3.order.repeats-are-one-order")
class RefusesRepeatsAfterAFailedAttempt(Platform):
    """Refuses to place an order again once an attempt to pay it failed."""

    def fail(self, mchid: str, out_trade_no: str) -> Refusal | None:
        refusal = super().fail(mchid, out_trade_no)
        order = self.store.order(mchid, out_trade_no)
        if order is not None:
            order.data["tried"] = True
        return refusal

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        return {} if "tried" in order.data else draft


@breaks("v3.order.repeats-are-one-order")
class AnswersRepeatsWithNothing(Platform):
    """Accepts a repeat without the handle."""

    def do_order_place(self, ask: Ask) -> tuple[int, Any]:
        known = self.store.order(ask.merchant.mchid, ask.fields["out_trade_no"])
        status, content = super().do_order_place(ask)
        return status, content if known is None else {}


@breaks("v3.order.repeats-are-one-order")
class ChargesOncePerHandle(Platform):
    """Lets every handle of an order be paid, the ones of repeats too."""

    def credential(self, order: Entity, name: str) -> str:
        made = self.new_credential(name)
        order.data.setdefault("credentials", {})[made] = self.now()
        self.store.save(order)
        return made

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None and order.state == "SUCCESS" and credential is not None and credential not in order.data["used"]:
            order.state = "NOTPAY"
        refusal = super().pay(mchid, out_trade_no, credential)
        if order is not None and refusal is None:
            order.data.setdefault("used", []).append(credential)
        return refusal


@breaks("v3.order.repeats-are-one-order")
class StopsTheFirstHandle(Platform):
    """Hands out a new handle with every repeat, and lets only the newest pay."""

    def credential(self, order: Entity, name: str) -> str:
        made = self.new_credential(name)
        order.data["credentials"] = {made: self.now()}
        self.store.save(order)
        return made


@breaks("v3.order.repeats-are-one-order")
class ChargesPaidOrdersAgain(Platform):
    """Takes a second payment for an order within a minute of the first, as payers who press twice make it."""

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None and order.state == "SUCCESS" and order.machine == "order" and self.now() - order.data["paid_at"] < 60:
            self.take_payment(order)
            return None
        return super().pay(mchid, out_trade_no, credential)


@breaks("v3.order.refuses-another-product-under-one-number")
class TakesAnAppOrderForAJsapiOrder(Platform):
    """Hands the same prepay_id to JSAPI and APP."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        alike = {"JSAPI", "APP"} == {draft["trade_type"], order.draft["trade_type"]}
        return order.draft if alike and draft["amount"] == order.draft["amount"] else draft


@breaks("v3.order.refuses-another-product-under-one-number")
class GivesEveryProductItsNumbers(Platform):
    """Counts numbers by product, so that one purchase becomes several orders."""

    def known_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        known = super().known_order(ask, draft)
        return known if known is None or known.draft["trade_type"] == draft["trade_type"] or known.state != "NOTPAY" else None


class _Forgets(Platform):
    """Starts afresh under the number of an order that *is_forgotten*."""

    def is_forgotten(self, order: Entity, draft: Mapping[str, Any]) -> bool:
        raise NotImplementedError

    def known_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        known = super().known_order(ask, draft)
        return None if known is not None and self.is_forgotten(known, draft) else known


@breaks("v3.order.refuses-a-paid-number")
class ForgetsPaidOrders(_Forgets):
    """Takes a new order under the number of a paid one."""

    def is_forgotten(self, order: Entity, draft: Mapping[str, Any]) -> bool:
        return order.state == "SUCCESS"


@breaks("v3.order.refuses-a-paid-number")
class ForgetsRefundedOrders(_Forgets):
    """Takes a new order under the number of a refunded one."""

    def is_forgotten(self, order: Entity, draft: Mapping[str, Any]) -> bool:
        return order.state == "REFUND"


@breaks("v3.order.refuses-a-paid-number")
class ForgetsChangedPaidOrders(_Forgets):
    """Takes a new order under the number of a paid one when it has another amount."""

    def is_forgotten(self, order: Entity, draft: Mapping[str, Any]) -> bool:
        return order.state == "SUCCESS" and draft["amount"] != order.draft["amount"]


@breaks("v3.order.refuses-a-paid-number")
class AnswersPaidOrdersWithTheirHandle(Platform):
    """Hands out the handle again when a paid order is repeated."""

    def happen(self, machine: Any, event: str, case: Case) -> Any:
        if event == "place" and case.subject is not None and case.subject.state == "SUCCESS" and case.draft == case.subject.draft:
            return None
        return super().happen(machine, event, case)


@breaks("v3.order.refuses-a-paid-number")
class ReopensPaidOrdersOfProviders(Platform):
    """Refuses a provider's repeat of a paid order and opens that order again."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        if order.state == "SUCCESS" and draft["mode"] == "partner":
            order.state = "NOTPAY"
            raise Refused(PARAMETERS_CHANGED)
        return draft


@breaks("v3.order.refuses-a-paid-number")
class ForgetsPaidOrdersAfterAWeek(_Forgets):
    """Takes a new order under the number of one paid more than a week ago."""

    def is_forgotten(self, order: Entity, draft: Mapping[str, Any]) -> bool:
        return order.state == "SUCCESS" and self.now() - order.created > 7 * 86_400


@breaks("v3.order.refuses-a-closed-number")
class ForgetsClosedOrders(_Forgets):
    """Takes a new order under the number of a closed one."""

    def is_forgotten(self, order: Entity, draft: Mapping[str, Any]) -> bool:
        return order.state == "CLOSED"


@breaks("v3.order.refuses-a-closed-number")
class ReopensClosedOrders(Platform):
    """Opens a closed order again when it is repeated."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        if order.state == "CLOSED" and draft == order.draft:
            order.state = "NOTPAY"
        return draft


@breaks("v3.order.refuses-a-closed-number")
class ForgetsOrdersThatClosedByThemselves(_Forgets):
    """Takes a new order under the number of one that nobody paid for a week."""

    def is_forgotten(self, order: Entity, draft: Mapping[str, Any]) -> bool:
        return order.state == "CLOSED" and self.now() - order.created >= 7 * 86_400


@breaks("v3.order.refuses-a-closed-number")
class ForgetsClosedH5Orders(_Forgets):
    """Takes a new H5 order under the number of a closed one."""

    def is_forgotten(self, order: Entity, draft: Mapping[str, Any]) -> bool:
        return order.state == "CLOSED" and draft["trade_type"] == "MWEB"


@breaks("v3.order.refuses-a-closed-number")
class RefusesAClosedNumberButOpensIt(Platform):
    """Refuses the number of a closed order and opens the order all the same."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        if order.state == "CLOSED" and draft != order.draft:
            order.state = "NOTPAY"
        return draft


@breaks("v3.order.refuses-a-closed-number")
class ClosesTheFirstHandleOnly(Platform):
    """Lets a closed order be paid by the handle of its repeat."""

    def credential(self, order: Entity, name: str) -> str:
        made = self.new_credential(name)
        order.data.setdefault("credentials", {})[made] = self.now()
        self.store.save(order)
        return made

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None and order.state == "CLOSED" and credential in list(order.data["credentials"])[1:]:
            order.state = "NOTPAY"
        return super().pay(mchid, out_trade_no, credential)
