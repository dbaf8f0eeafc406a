"""Combined orders: several orders of one or several sellers, which one payer pays at once."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from reference.contract import load, problems
from reference.identity import Merchant
from reference.machines import COMBINE, ORDER, Case, Entity, Move
from reference.machines.order import PARAMETERS_CHANGED
from reference.platform.intake import Ask
from reference.platform.refusals import APPID_MISMATCH, SUB_MERCHANT
from reference.platform.v2 import refusals
from reference.platform.v2.operations import V2Operations
from reference.platform.v2.reading import Call
from reference.platform.v2.translating import number, rfc3339, who
from reference.platform.wire import Refused

__all__ = ["V2Combine"]

_COMBINE: Final = "combine"
_FEWEST: Final = 2
"""Orders in a combined one of a merchant; a service provider may combine a single one."""
_MOST: Final = {"direct": 10, "partner": 50}
_TOGETHER: Final = frozenset({"pay", "close", "time_out"})
"""What befalls a combined order and all its orders at once."""
_ALONE: Final = frozenset({"order.close", "codepay.reverse"})
"""What is asked of single orders only; so is their query."""
_LINKS: Final = {"NATIVE": "code_url", "MWEB": "h5_url"}
_NOT_ASKED: Final = frozenset({"nonce_str", "sign", "sign_type", "sub_order_list", "combine_appid", "combine_mch_id"})
_OF_A_PART: Final = ("out_trade_no", "body", "attach", "fee_type", "total_fee")
"""What of an order in a list is bounded as the same member of an order alone."""


class V2Combine(V2Operations):
    """Places, shows and closes combined orders, and lets payers pay them whole."""

    def v2_handlers(self) -> Mapping[str, Callable[[Call], dict[str, str] | bytes]]:
        """What answers each operation, those of combined orders too."""
        return {
            **super().v2_handlers(),
            "combinedorder": self.v2_place_combined,
            "querycombinedorder": self.v2_query_combined,
            "closecombinedorder": self.v2_close_combined,
        }

    def v2_check_merchant(self, call: Call) -> None:
        """Judge who combines; whose the orders are stands in their list."""
        if call.operation.group != _COMBINE:
            super().v2_check_merchant(call)
            return
        self.v2_check_binding(call.merchant, call.values["combine_appid"], "combine_appid")

    def v2_check_binding(self, merchant: Merchant, appid: str, field: str) -> None:
        """Refuse an appid that is not the merchant's."""
        if not self.is_bound(merchant, appid):
            raise Refused(APPID_MISMATCH, {"field": field, "value": appid, "location": "body"})

    # placing

    def v2_place_combined(self, call: Call) -> dict[str, str]:
        """Place a combined order with all its orders, or answer the same one again."""
        draft = self.v2_combined_draft(call)
        self.v2_check_expiry(draft)
        whole = self.store.find(_COMBINE, call.merchant.mchid, call.values["combine_out_trade_no"])
        moved = self.happen(COMBINE, "place", Case(draft, self.now(), whole))
        if isinstance(moved, Move):
            whole = self.v2_new_combined(call, draft, moved.state)
        assert whole is not None  # a Repeat has a subject
        return self.v2_show_handles(call, whole, self.credential(whole, _LINKS.get(draft["trade_type"], "prepay_id")))

    def v2_combined_draft(self, call: Call) -> dict[str, Any]:
        """Return what the merchant asked for; the list as what it says, however it is written."""
        mode = "partner" if call.merchant.sub_mchids else "direct"
        draft: dict[str, Any] = {name: value for name, value in call.known.items() if name not in _NOT_ASKED} | {"mode": mode}
        if "time_expire" in draft:
            draft["time_expire"] = rfc3339(draft["time_expire"])
        openid = draft.get("combine_openid")
        if openid is None and draft["trade_type"] == "JSAPI":
            raise Refused(refusals.LACKING, {"field": "combine_openid"})
        if openid is not None and not self.is_payer(call.merchant, openid, None):
            raise self.bad_parameter("combine_openid", "no payer of this appid", "body")
        return draft | {"parts": [self.v2_part_draft(call, draft, part) for part in self.v2_parts_asked(call, mode)]}

    def v2_parts_asked(self, call: Call, mode: str) -> Sequence[Mapping[str, Any]]:
        """The orders of the list, as it is written; refused unless there are as many as there may be, each with a number of its own."""
        asked = json.loads(call.values["sub_order_list"])
        parts: list[Mapping[str, Any]] = asked["order_list"]
        if len(parts) != asked["order_num"] or not self.v2_is_count(len(parts), mode):
            raise self.bad_parameter("sub_order_list", "too few or too many orders, or miscounted", "body")
        if not self.v2_are_distinct([part["out_trade_no"] for part in parts]):
            raise self.bad_parameter("sub_order_list", "two orders of one number", "body")
        return parts

    def v2_is_count(self, count: int, mode: str) -> bool:
        """Tell whether so many orders can be combined."""
        return (_FEWEST if mode == "direct" else 1) <= count <= _MOST[mode]

    def v2_are_distinct(self, numbers: Sequence[str]) -> bool:
        """Tell whether no two orders have one number."""
        return len(set(numbers)) == len(numbers)

    def v2_part_draft(self, call: Call, whole: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
        """Return the draft of one order of the list, or refuse it as it would be refused alone."""
        texts = {name: str(part[name]) for name in _OF_A_PART}
        schemas = load("v2").operations["unifiedorder"].body["properties"]  # type: ignore[index]  # that operation has a body
        wrong = next((name for name, text in texts.items() if self.minded(problems(schemas[name], text), name)), None)
        if wrong is not None or not self.v2_is_amount(number(texts, "total_fee")) or part["fee_type"] != "CNY":
            raise self.bad_parameter("sub_order_list", f"{wrong or 'an amount'} is not as it should be", "body")
        self.v2_check_seller(call, part)
        draft = {**who(part), "trade_type": whole["trade_type"], "description": part["body"], "attach": part["attach"]}
        draft |= {"out_trade_no": part["out_trade_no"], "amount": {"currency": "CNY", "total": part["total_fee"]}}
        draft |= {"combine": [call.merchant.mchid, whole["combine_out_trade_no"]]}
        if "combine_openid" in whole:
            draft["payer"] = {"sp_openid" if draft["mode"] == "partner" else "openid": whole["combine_openid"]}
        return draft | ({"v2": {"detail": part["detail"]}} if "detail" in part else {})

    def v2_is_amount(self, fen: int) -> bool:
        """Tell whether an order can be for so much."""
        return fen > 0

    def v2_check_seller(self, call: Call, part: Mapping[str, Any]) -> None:
        """Refuse an order of somebody unknown, of another appid, or of a sub-merchant that is not the service provider's."""
        seller = self.merchant_of_v2(part["mch_id"])
        if seller is None:
            raise Refused(refusals.MERCHANT_UNKNOWN, {"field": "sub_order_list"})
        self.v2_check_binding(seller, call.values["combine_appid"], "combine_appid")
        self.v2_check_binding(seller, part["appid"], "sub_order_list")
        sub = part.get("sub_mch_id")
        if sub is None and seller.sub_mchids:
            raise Refused(refusals.LACKING, {"field": "sub_order_list"})
        if sub is not None and sub not in seller.sub_mchids:
            raise Refused(SUB_MERCHANT, {"field": "sub_order_list", "value": sub})

    def v2_new_combined(self, call: Call, draft: dict[str, Any], state: str) -> Entity:
        """Create a combined order with all its orders, unless one of their numbers is taken."""
        parts = draft["parts"]
        if any(self.v2_has_number(part) for part in parts):
            raise Refused(PARAMETERS_CHANGED, {"field": "sub_order_list"})
        ask = call.asks({}, {})
        data = {"trade_type": draft["trade_type"]}
        whole = Entity(_COMBINE, call.merchant.mchid, draft["combine_out_trade_no"], state, self.now(), draft, data)
        if "time_expire" in draft:
            whole.data["time_expire"] = self.effective_expiry(self.moment(draft["time_expire"]))
        self.store.save(whole)
        self.v2_mark(ask, whole)
        for part in parts:
            self.new_order("order", replace(ask, merchant=self.merchant(self.v2_owner(part)["mch_id"])), part, state)
        self.expect(whole)
        return whole

    def v2_has_number(self, part: Mapping[str, Any]) -> bool:
        """Tell whether the number of an order of the list is used already."""
        return self.store.order(self.v2_owner(part)["mch_id"], part["out_trade_no"]) is not None

    # closing

    def v2_close_combined(self, call: Call) -> dict[str, str]:
        """Close an unpaid combined order with all its orders, every one of which must be named."""
        whole = self.v2_combined(call)
        if not self.v2_names_all(json.loads(call.values["sub_order_list"]), self.v2_parts(whole)):
            raise self.bad_parameter("sub_order_list", "not the orders of this combined order", "body")
        self.change(COMBINE, "close", whole, {})
        return {"result_msg": "OK"}

    def v2_names_all(self, named: Sequence[Mapping[str, Any]], parts: Sequence[Entity]) -> bool:
        """Tell whether *named* are the orders of a combined one, all of them and no others."""
        return sorted((each["mchid"], each["out_trade_no"]) for each in named) == sorted(part.key for part in parts)

    # living

    def follow(self, event: str, subject: Entity, facts: Mapping[str, Any]) -> None:
        """Let what befalls a combined order befall all its orders."""
        super().follow(event, subject, facts)
        if subject.machine == _COMBINE and event in _TOGETHER:
            for part in self.v2_parts(subject):
                self.change(ORDER, event, part, {}, whole=True)

    def mark_refunded(self, order: Entity) -> None:
        """A combined order of which anything was refunded is in REFUND, too."""
        super().mark_refunded(order)
        if _COMBINE in order.draft:
            self.change(COMBINE, "refund", self.store.find(_COMBINE, *order.draft[_COMBINE]), {})

    def expect(self, subject: Entity) -> None:
        """Remember to close a combined order that nobody pays, and what it is paid with."""
        super().expect(subject)
        if subject.machine == _COMBINE:
            self.credentials |= dict.fromkeys(subject.data.get("credentials", {}), subject.key)
            if subject.state == "NOTPAY":
                self.watch_expiry(subject)

    def watch_expiry(self, order: Entity) -> None:
        """Watch whole orders only."""
        if _COMBINE not in order.draft:
            super().watch_expiry(order)

    def payable(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Entity | None:
        """What a payer pays under that number: a combined order too, if no other has the number or its prepay_id is in hand."""
        found = super().payable(mchid, out_trade_no, credential)
        whole = self.store.find(_COMBINE, mchid, out_trade_no)
        if whole is None or (found is not None and credential not in whole.data.get("credentials", {})):
            return found
        return whole

    # showing

    def v2_combined(self, call: Call) -> Entity:
        """Return the combined order that the merchant calls so, or refuse."""
        whole = self.store.find(_COMBINE, call.merchant.mchid, call.values["combine_out_trade_no"])
        if whole is None:
            raise Refused(refusals.ORDER_UNKNOWN)
        return whole

    def v2_parts(self, whole: Entity) -> tuple[Entity, ...]:
        """The orders of a combined one, as they were listed."""
        found = (self.store.order(self.v2_owner(part)["mch_id"], part["out_trade_no"]) for part in whole.draft["parts"])
        return tuple(part for part in found if part is not None)

    def find_order(self, ask: Ask) -> Entity | None:
        """Return the order *ask* names; an order of a combined one is neither shown nor closed alone."""
        found = super().find_order(ask)
        alone = ask.operation.shows == "order" or ask.operation.event in _ALONE
        return None if alone and found is not None and _COMBINE in found.draft else found

    def v2_query_combined(self, call: Call) -> dict[str, str]:
        """Show a combined order with its orders."""
        whole = self.v2_combined(call)
        state = {"trade_state": self.trade_state(whole)}
        return self.v2_show_combined(whole) | state

    def v2_show_combined(self, whole: Entity) -> dict[str, str]:
        """What a combined order is called, and its orders; who paid it once it is paid."""
        draft, parts = whole.draft, self.v2_parts(whole)
        shown: dict[str, str] = {name: draft[name] for name in ("combine_out_trade_no", "device_info") if name in draft}
        if "transaction_id" in parts[0].data:
            shown["combine_openid"] = draft.get("combine_openid") or self.merchant(whole.owner).openid
        listed = {"order_num": len(parts), "order_list": [self.v2_show_part(part) for part in parts]}
        return shown | {"sub_order_list": json.dumps(listed, ensure_ascii=False, separators=(",", ":"))}

    def v2_show_part(self, part: Entity) -> dict[str, Any]:
        """One order of a combined one."""
        shown = {
            "mchid": part.owner,
            "trade_type": part.data["trade_type"],
            "attach": part.draft["attach"],
            "amount": {"total_amount": part.draft["amount"]["total"], "currency": "CNY"},
            "out_trade_no": part.number,
            "description": part.draft["description"],
        }
        return shown | {name: part.data[name] for name in ("transaction_id",) if name in part.data}

    def v2_paid(self, order: Entity) -> dict[str, str]:
        """What tells of a payment; of a combined order, of all its orders at once."""
        if order.machine != _COMBINE:
            return super().v2_paid(order)
        levels = {"return_code": "SUCCESS", "return_msg": "OK", "result_code": "SUCCESS"}
        ids = {"combine_appid": self.merchant(order.owner).appid, "combine_mch_id": order.owner}
        paid = {"trade_type": order.data["trade_type"], "bank_type": "OTHERS", "sign_type": order.data["v2"]["sign_type"]}
        return levels | ids | paid | self.v2_show_combined(order)
