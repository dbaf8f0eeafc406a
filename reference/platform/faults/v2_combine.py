"""Faults in combined orders of APIv2."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from reference.machines import ORDER, Case, Entity, Machine, Move, Repeat
from reference.oracles import v2
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []

_LIST = "sub_order_list"


def _compact(text: str) -> str:
    return json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))


@breaks("v2.combine.signs-its-sub-orders-as-text")
class SignsWhatItReadsOfAList(Platform):
    """Verifies sub_order_list as it would write it itself."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        if _LIST not in values:
            return super().v2_is_signed(values, key, sign_type)
        return super().v2_is_signed({**values, _LIST: _compact(values[_LIST])}, key, sign_type)


@breaks("v2.combine.signs-its-sub-orders-as-text")
class TakesASortedListForTheList(Platform):
    """Takes a signature over the list with sorted names, too."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        if super().v2_is_signed(values, key, sign_type) or _LIST not in values:
            return super().v2_is_signed(values, key, sign_type)
        written = json.dumps(json.loads(values[_LIST]), ensure_ascii=False, sort_keys=True)
        return super().v2_is_signed({**values, _LIST: written}, key, sign_type)


@breaks("v2.combine.signs-its-sub-orders-as-text")
class TakesUnnamedHmacForCombinedOrders(Platform):
    """Tells the algorithm of a combined order by the length of its sign."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        return super().v2_is_signed(values, key, "HMAC-SHA256" if _LIST in values and len(values.get("sign", "")) == 64 else sign_type)

    def v2_sign_type(self, operation: Any, values: Mapping[str, str]) -> v2.SignType:
        unnamed = _LIST in values and "sign_type" not in values and len(values.get("sign", "")) == 64
        return "HMAC-SHA256" if unnamed else super().v2_sign_type(operation, values)

    def v2_check_values(self, call: Call) -> None:
        call.values.setdefault("sign_type", call.sign_type)
        super().v2_check_values(call)


@breaks("v2.combine.keeps-its-bounds")
class CombinesAnyNumberOfOrders(Platform):
    """Combines as many orders as are asked for."""

    def v2_is_count(self, count: int, mode: str) -> bool:
        return count > 1


@breaks("v2.combine.keeps-its-bounds")
class CombinesANumberTwice(Platform):
    """Combines two orders of one number."""

    def v2_are_distinct(self, numbers: Sequence[str]) -> bool:
        return True


@breaks("v2.combine.keeps-its-bounds")
class CombinesFreeOrders(Platform):
    """Combines orders of nothing with others."""

    def v2_is_amount(self, fen: int) -> bool:
        return fen >= 0

    def v2_part_draft(self, call: Call, whole: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
        if part["total_fee"] != 0:
            return super().v2_part_draft(call, whole, part)
        draft = super().v2_part_draft(call, whole, {**part, "total_fee": 1})
        return draft | {"amount": {"currency": "CNY", "total": 0}}


@breaks("v2.combine.keeps-its-bounds")
class LeavesTheFirstOrderBehind(Platform):
    """Refuses a list, and has placed its first order already."""

    def v2_parts_asked(self, call: Call, mode: str) -> Sequence[Mapping[str, Any]]:
        try:
            return super().v2_parts_asked(call, mode)
        except Refused:
            for first in json.loads(call.values[_LIST])["order_list"][:1]:
                whole = {name: call.values[name] for name in ("trade_type", "combine_out_trade_no")}
                self.new_order("order", call.asks({}, {}), self.v2_part_draft(call, whole, first), "NOTPAY")
            raise


@breaks("v2.combine.is-paid-as-a-whole")
class PaysAllButTheLast(Platform):
    """Forgets the last order of a service provider's basket when the payer pays."""

    def v2_parts(self, whole: Entity) -> tuple[Entity, ...]:
        parts = super().v2_parts(whole)
        forgets = whole.state == "SUCCESS" and whole.draft["mode"] == "partner" and "transaction_id" not in parts[0].data
        return parts[:-1] if forgets else parts


@breaks("v2.combine.is-paid-as-a-whole")
class PaysOrdersOfABasketAlone(Platform):
    """Lets a payer pay one order of a basket."""

    overlooked = frozenset({"part-of-a-whole"})


@breaks("v2.combine.is-paid-as-a-whole")
class PaysABasketAsOneTransaction(Platform):
    """Shows every order of a basket under one transaction_id."""

    def v2_show_part(self, part: Entity) -> dict[str, Any]:
        shown = super().v2_show_part(part)
        if "transaction_id" in shown:
            shown["transaction_id"] = f"42{part.data['paid_at']:026d}"
        return shown


@breaks("v2.combine.is-paid-as-a-whole")
class TellsOfTheFirstOrderOnly(Platform):
    """Leaves all orders but the first out of the notification."""

    def v2_paid(self, order: Entity) -> dict[str, str]:
        told = super().v2_paid(order)
        if _LIST not in told:
            return told
        return told | {_LIST: json.dumps({"order_num": 1, "order_list": json.loads(told[_LIST])["order_list"][:1]})}


@breaks("v2.combine.is-paid-as-a-whole")
class TellsOfEveryOrderToo(Platform):
    """Notifies of every order of a basket besides."""

    def v2_part_draft(self, call: Call, whole: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
        return super().v2_part_draft(call, whole, part) | {"notify_url": whole["notify_url"]}


@breaks("v2.combine.repeats-are-one-order")
class ComparesTheSumOfABasket(Platform):
    """Takes a basket of the same sum for the same basket."""

    def happen(self, machine: Machine, event: str, case: Case) -> Move | Repeat:
        if machine.name == "combine" and event == "place" and case.subject is not None:
            sums = [sum(part["amount"]["total"] for part in draft["parts"]) for draft in (case.draft, case.subject.draft)]
            if sums[0] == sums[1]:
                case.draft = case.subject.draft
        return super().happen(machine, event, case)


@breaks("v2.combine.repeats-are-one-order")
class ChargesEveryHandleOfABasket(Platform):
    """Hands out something new for a repeated basket, and lets each be paid."""

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        whole = case.subject is not None and case.subject.machine == "combine"
        return frozenset({"paid-before"}) if whole and event == "pay" else super().overlooks(event, case)

    def credential(self, order: Entity, name: str) -> str:
        if order.machine != "combine":
            return super().credential(order, name)
        fresh = self.new_credential(name)
        order.data.setdefault("credentials", {})[fresh] = self.now()
        self.credentials[fresh] = order.key
        return fresh

    def follow(self, event: str, subject: Entity, facts: Mapping[str, Any]) -> None:
        if subject.machine != "combine" or all("paid_at" not in part.data for part in self.v2_parts(subject)):
            super().follow(event, subject, facts)


@breaks("v2.combine.repeats-are-one-order")
class HandsOutForClosedBaskets(Platform):
    """Hands something out for a basket that was closed."""

    def v2_place_combined(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_place_combined(call)
        except Refused as refused:
            if refused.refusal.name != "order-closed":
                raise
            return {"trade_type": call.values["trade_type"], "prepay_id": self.new_credential("prepay_id")}


@breaks("v2.combine.closes-as-a-whole")
class ClosesABasketByHalf(Platform):
    """Closes a basket if most of its orders are named."""

    def v2_names_all(self, named: Sequence[Mapping[str, Any]], parts: Sequence[Entity]) -> bool:
        keys = {part.key for part in parts}
        return len([each for each in named if (each["mchid"], each["out_trade_no"]) in keys]) > len(parts) // 2


@breaks("v2.combine.closes-as-a-whole")
class ClosesWhateverItsSellersAre(Platform):
    """Looks at the numbers of the orders to be closed only, not whose they are."""

    def v2_names_all(self, named: Sequence[Mapping[str, Any]], parts: Sequence[Entity]) -> bool:
        return sorted(each["out_trade_no"] for each in named) == sorted(part.number for part in parts)


@breaks("v2.combine.closes-as-a-whole")
class ClosesAnOrderOfABasketAlone(Platform):
    """Closes one order of a basket by closeorder."""

    def find_order(self, ask: Ask) -> Entity | None:
        return super().find_order(ask) or (self.refunded_order(ask, ask.params) if ask.operation.event == "order.close" else None)

    def happen(self, machine: Machine, event: str, case: Case) -> Move | Repeat:
        if event == "close" and machine is ORDER:
            case.facts = {"whole": True}
        return super().happen(machine, event, case)


@breaks("v2.combine.closes-as-a-whole")
class LeavesTheLastOrderOpen(Platform):
    """Closes a basket but for its last order, which can be paid alone."""

    def v2_parts(self, whole: Entity) -> tuple[Entity, ...]:
        parts = super().v2_parts(whole)
        closing = whole.state == "CLOSED" and parts[0].state == "NOTPAY"
        return parts[:-1] if closing else parts

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        alone = event == "pay" and case.subject is not None and "combine" in case.subject.draft
        whole = self.store.find("combine", *case.subject.draft["combine"]) if alone and case.subject is not None else None
        closed = whole is not None and whole.state == "CLOSED"
        return frozenset({"part-of-a-whole"}) if closed else super().overlooks(event, case)


@breaks("v2.combine.closes-as-a-whole")
class SaysThatAPaidBasketIsClosed(Platform):
    """Says that it closed a basket that was paid."""

    def v2_close_combined(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_close_combined(call)
        except Refused as refused:
            if refused.refusal.name != "order-paid":
                raise
            return {"result_msg": "OK"}


@breaks("v2.combine.keeps-its-bounds")
class PricesOrdersThatHaveNoPrice(Platform):
    """Takes an order without an amount for one of a yuan."""

    def v2_check_texts(self, call: Call) -> None:
        with suppress(ValueError, TypeError, KeyError):
            listed = json.loads(call.values[_LIST])
            listed["order_list"] = [{"total_fee": 100, **each} for each in listed["order_list"]]
            call.values[_LIST] = json.dumps(listed)
        super().v2_check_texts(call)


@breaks("v2.combine.repeats-are-one-order")
class PutsUnpaidOrdersIntoBaskets(Platform):
    """Takes an unpaid order over into a basket that names its number for another amount."""

    def v2_has_number(self, part: Mapping[str, Any]) -> bool:
        order = self.store.order(self.v2_owner(part)["mch_id"], part["out_trade_no"])
        return order is not None and order.state != "NOTPAY"


@breaks("v2.combine.repeats-are-one-order")
class PutsPaidOrdersIntoBaskets(Platform):
    """Takes the number of a service provider's paid order for free."""

    def v2_has_number(self, part: Mapping[str, Any]) -> bool:
        order = self.store.order(self.v2_owner(part)["mch_id"], part["out_trade_no"])
        return super().v2_has_number(part) and not (order is not None and order.state == "SUCCESS" and "sub_mchid" in order.draft)


@breaks("v2.combine.is-paid-as-a-whole")
class TellsTheTotalOfEveryOrder(Platform):
    """Gives every order the amount of the whole in the notification."""

    def v2_paid(self, order: Entity) -> dict[str, str]:
        told = super().v2_paid(order)
        if _LIST not in told:
            return told
        listed = json.loads(told[_LIST])
        whole = sum(each["amount"]["total_amount"] for each in listed["order_list"])
        for each in listed["order_list"]:
            each["amount"]["total_amount"] = whole
        return told | {_LIST: json.dumps(listed)}


@breaks("v2.combine.is-paid-as-a-whole")
class TellsTheFirstPaymentOfEveryOrder(Platform):
    """Gives every order the transaction_id of the first in the notification."""

    def v2_paid(self, order: Entity) -> dict[str, str]:
        told = super().v2_paid(order)
        if _LIST not in told:
            return told
        listed = json.loads(told[_LIST])
        for each in listed["order_list"]:
            each["transaction_id"] = listed["order_list"][0]["transaction_id"]
        return told | {_LIST: json.dumps(listed)}


@breaks("v2.combine.is-paid-as-a-whole")
class LetsBasketsBePaidForEver(Platform):
    """Forgets the time_expire of a service provider's combined order."""

    def v2_combined_draft(self, call: Call) -> dict[str, Any]:
        draft = super().v2_combined_draft(call)
        return {name: value for name, value in draft.items() if name != "time_expire" or draft["mode"] != "partner"}


@breaks("v2.combine.is-paid-as-a-whole")
class DoesNotSayThatABasketIsPaid(Platform):
    """Lists the orders of a paid basket in the notification, and leaves out that this was a success."""

    def v2_paid(self, order: Entity) -> dict[str, str]:
        told = super().v2_paid(order)
        return {name: value for name, value in told.items() if name != "result_code" or _LIST not in told}


@breaks("v2.combine.is-paid-as-a-whole")
class MixesUpTheWordsOfAnOrder(Platform):
    """Shows attach where the description of an order belongs."""

    def v2_show_part(self, part: Entity) -> dict[str, Any]:
        shown = super().v2_show_part(part)
        return shown | {"description": shown["attach"]}
