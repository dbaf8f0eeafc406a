"""Profit sharing of APIv2: an order's money is divided, once or several times, and the rest released."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reference.machines import SHARE, SHARING, Case, Entity, Move
from reference.machines.order import ORDER_UNKNOWN
from reference.machines.sharing import COUNTED, MOST_RECEIVERS, UNKNOWN, UNMARKED, WHOLE
from reference.platform.v2.reading import Call
from reference.platform.v2.sharing_funds import V2SharingFunds
from reference.platform.v2.sharing_receivers import V2SharingReceivers
from reference.platform.v2.translating import order_params
from reference.platform.wire import Refused

__all__ = ["V2Sharing"]


class V2Sharing(V2SharingReceivers, V2SharingFunds):
    """Shares, finishes and shows."""

    sharing_ratio: int = WHOLE
    """The greatest part of an order that may be shared, in hundredths of a percent."""

    def v2_handlers(self) -> Mapping[str, Callable[[Call], dict[str, str] | bytes]]:
        """What answers each operation, those of sharing too."""
        return {
            **super().v2_handlers(),
            "profitsharing": self.v2_share,
            "multiprofitsharing": self.v2_share,
            "profitsharingfinish": self.v2_finish_sharing,
            "profitsharingquery": self.v2_query_sharing,
            "profitsharingorderamountquery": self.v2_tell_unsplit,
            "profitsharingmerchantratioquery": self.v2_tell_ratio,
        }

    # sharing

    def v2_share(self, call: Call) -> dict[str, str]:
        """Share an order, or answer the same sharing again."""
        receivers = self.v2_asked_shares(call)
        order = self.v2_shared_order(call)
        sharing = self.known_sharing(call, call.values["out_order_no"])
        draft = self.sharing_draft(call, self.sharing_kind(call)) | {"receivers": receivers}
        facts = self.sharing_facts(call, order, receivers)
        moved = self.happen(SHARING, "apply", Case(draft, self.now(), sharing, order, facts=facts))
        if isinstance(moved, Move):
            assert order is not None  # an absent order was refused
            sharing = self.new_sharing(call, draft, order, moved.state)
        assert sharing is not None  # a Repeat has a subject
        return self.v2_show_sharing(sharing)

    def sharing_kind(self, call: Call) -> str:
        """Whether the order is shared once and released, or may be shared again."""
        return "single" if call.operation.id == "profitsharing" else "multi"

    def sharing_draft(self, call: Call, kind: str) -> dict[str, Any]:
        """What a repetition is told from a change by: sharing once, several times and finishing are never the same."""
        names = ("transaction_id", "sub_mch_id", "description")
        return {"kind": kind} | {name: call.values[name] for name in names if name in call.values}

    def v2_asked_shares(self, call: Call) -> list[dict[str, Any]]:
        """Return the receivers of a request with their amounts; nobody is named twice, and everybody gets something."""
        asked: list[dict[str, Any]] = json.loads(call.values["receivers"])
        accounts = {share["account"] for share in asked}
        if not 1 <= len(asked) <= MOST_RECEIVERS:
            raise self.bad_parameter("receivers", f"not 1 to {MOST_RECEIVERS}", "body")
        if len(accounts) != len(asked) or not all(map(self.is_account, accounts)):
            raise self.bad_parameter("receivers", "an account repeats, or is none", "body")
        if any(share["amount"] < 1 for share in asked):
            raise self.bad_parameter("receivers", "an amount is no fen at all", "body")
        return asked

    def v2_shared_order(self, call: Call) -> Entity | None:
        """The order the request is about, None if the asker has none of that transaction_id."""
        return self.find_order(call.asks({}, order_params(call.values)))

    def known_sharing(self, call: Call, out_order_no: str) -> Entity | None:
        """The sharing the asker asked for under that number."""
        return self.store.find("sharing", call.merchant.mchid, out_order_no)

    def sharing_facts(self, call: Call, order: Entity | None, receivers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """What is weighed when an order is shared or finished."""
        if order is None:
            return {}
        funds = self.funds_of(order)
        return {
            "funds": None if funds is None else funds.state,
            "left": self.unsplit(order),
            "asked": sum(share["amount"] for share in receivers),
            "shared": sum(share.draft["amount"] for share in self.shares_of(order) if share.state in COUNTED),
            "sharings": len(self.store.belonging("sharing", order.owner, order.number)),
            "strangers": [share["account"] for share in receivers if not self.may_be_given(call, share)],
            "ratio": self.sharing_ratio,
        }

    def may_be_given(self, call: Call, share: Mapping[str, Any]) -> bool:
        """Tell whether a share may go to its receiver: one that was added, or the paying merchant when there can be further shares."""
        own = call.values.get("sub_mch_id", call.merchant.mchid)
        if share["type"] == "MERCHANT_ID" and share["account"] == own:
            return self.sharing_kind(call) == "multi"
        return self.is_receiver(call, share)

    def new_sharing(self, call: Call, draft: dict[str, Any], order: Entity, state: str) -> Entity:
        """Create a sharing with its shares, and release the rest if it is the only one."""
        number = call.values["out_order_no"]
        data = {"order_id": self.fresh_id("3008", lambda known: self.store.by_id("sharing", known)), "out_trade_no": order.number}
        sharing = Entity("sharing", call.merchant.mchid, number, state, self.now(), draft, data)
        self.store.save(sharing)
        for position, asked in enumerate(draft.get("receivers", ())):
            known = {"out_order_no": number, "detail_id": f"{data['order_id']}{position:04d}"}
            born = SHARE.events["ask"].target
            share = Entity("share", sharing.owner, f"{number}/{asked['account']}", born, self.now(), asked, known)
            self.store.save(share)
            self.expect(share)
        if draft["kind"] != "multi":
            self.release(order)
        return sharing

    def v2_finish_sharing(self, call: Call) -> dict[str, str]:
        """End the sharing of an order, or answer the same end again."""
        order = self.v2_shared_order(call)
        sharing = self.known_sharing(call, call.values["out_order_no"])
        draft = self.sharing_draft(call, "finish")
        moved = self.happen(SHARING, "finish", Case(draft, self.now(), sharing, order, facts=self.sharing_facts(call, order, ())))
        if isinstance(moved, Move):
            assert order is not None  # an absent order was refused
            sharing = self.new_sharing(call, draft, order, moved.state)
        assert sharing is not None  # a Repeat has a subject
        return self.v2_show_sharing_numbers(sharing)

    # what is shown

    def v2_query_sharing(self, call: Call) -> dict[str, str]:
        """Show a sharing."""
        sharing = self.known_sharing(call, call.values["out_order_no"])
        order = self.v2_shared_order(call)
        if sharing is None or order is None or sharing.data["out_trade_no"] != order.number:
            raise Refused(UNKNOWN)
        return self.v2_owner(order.draft) | self.v2_show_sharing(sharing)

    def v2_show_sharing(self, sharing: Entity) -> dict[str, str]:
        """Return a sharing with what became of every share."""
        shares = [self.v2_show_share(share) for share in self.store.belonging("share", sharing.owner, sharing.number)]
        told = {"status": sharing.state, "receivers": json.dumps(shares, ensure_ascii=False)}
        return self.v2_show_sharing_numbers(sharing) | told

    def v2_show_sharing_numbers(self, sharing: Entity) -> dict[str, str]:
        """What merchant and platform call a sharing, and its order."""
        return {
            "transaction_id": sharing.draft["transaction_id"],
            "out_order_no": sharing.number,
            "order_id": sharing.data["order_id"],
        }

    def v2_show_share(self, share: Entity) -> dict[str, Any]:
        """Return one share of the list."""
        shown = {name: share.draft[name] for name in ("type", "account", "amount", "description")}
        return shown | {"result": share.state, "detail_id": share.data["detail_id"]} | self.v2_show_end(share)

    def v2_show_end(self, subject: Entity) -> dict[str, str]:
        """When a share or a return was decided, and why it came to nothing; neither while it is under way."""
        if "finished_at" not in subject.data:
            return {}
        shown = {"finish_time": self.v2_moment(subject.data["finished_at"])}
        return shown | ({"fail_reason": subject.data["fail_reason"]} if "fail_reason" in subject.data else {})

    def v2_tell_unsplit(self, call: Call) -> dict[str, str]:
        """Tell how much of an order can still be shared; a service provider need not say whose it is."""
        order = self.store.order_by_transaction(call.values["transaction_id"])
        if order is None or order.owner != call.merchant.mchid:
            raise Refused(ORDER_UNKNOWN)
        if self.funds_of(order) is None:
            raise Refused(UNMARKED)
        return {"transaction_id": call.values["transaction_id"], "unsplit_amount": str(self.unsplit(order))}

    def v2_tell_ratio(self, call: Call) -> dict[str, str]:
        """Tell the greatest part of an order that may be shared."""
        named = {name: call.values[name] for name in ("brand_mch_id",) if name in call.values}
        return named | {"max_ratio": str(self.sharing_ratio)}
