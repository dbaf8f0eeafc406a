"""Returns of APIv2 profit sharing: a receiver gives back what it was given, or a part of it."""

from collections.abc import Callable, Mapping
from typing import Any

from reference.machines import SHARING_RETURN, Case, Entity, Move
from reference.machines.sharing_return import COUNTED, UNKNOWN
from reference.platform.v2.reading import Call
from reference.platform.v2.sharing import V2Sharing
from reference.platform.v2.translating import number
from reference.platform.wire import Refused

__all__ = ["V2SharingReturns"]


class V2SharingReturns(V2Sharing):
    """Takes shares back and shows that; what comes back is the merchant's, and not shared again."""

    def v2_handlers(self) -> Mapping[str, Callable[[Call], dict[str, str] | bytes]]:
        """What answers each operation, those on returns too."""
        return {
            **super().v2_handlers(),
            "profitsharingreturn": self.v2_return_share,
            "profitsharingreturnquery": self.v2_query_return,
        }

    def v2_return_share(self, call: Call) -> dict[str, str]:
        """Take a share back, or answer the same return again."""
        sharing = self.v2_named_sharing(call)
        account, amount = call.values["return_account"], number(call.values, "return_amount")
        out_order_no = "" if sharing is None else sharing.number
        draft = {"out_order_no": out_order_no, "account": account, "amount": amount, "description": call.values["description"]}
        known = self.known_return(call)
        moved = self.happen(SHARING_RETURN, "apply", Case(draft, self.now(), known, facts=self.return_facts(sharing, account)))
        if isinstance(moved, Move):
            assert sharing is not None  # an absent sharing was refused
            known = self.new_return(call, draft, sharing, moved.state)
        assert known is not None  # a Repeat has a subject
        return self.v2_show_return(known)

    def v2_named_sharing(self, call: Call) -> Entity | None:
        """The sharing that order_id, out_order_no, or both if they agree, name; None if the asker has none."""
        found = [self.store.by_id("sharing", call.values["order_id"])] if "order_id" in call.values else []
        if "out_order_no" in call.values:
            found.append(self.known_sharing(call, call.values["out_order_no"]))
        sharing = found[0]
        if sharing is None or any(each is not sharing for each in found) or sharing.owner != call.merchant.mchid:
            return None
        return sharing if sharing.draft.get("sub_mch_id") == call.values.get("sub_mch_id") else None

    def known_return(self, call: Call) -> Entity | None:
        """The return the asker asked for under that number."""
        return self.store.find("sharing_return", call.merchant.mchid, call.values["out_return_no"])

    def return_facts(self, sharing: Entity | None, account: str) -> dict[str, Any]:
        """What is weighed when a share is taken back."""
        if sharing is None:
            return {}
        made = self.store.belonging("sharing_return", sharing.owner, sharing.number)
        return {"sharing": sharing, "returns": len(made), "returnable": self.returnable(sharing, account)}

    def returnable(self, sharing: Entity, account: str) -> int:
        """What can be taken back from *account*, in fen: what it was credited, less what was taken back or may yet be."""
        share = self.store.find("share", sharing.owner, f"{sharing.number}/{account}")
        if share is None or not self.is_returnable(share):
            return 0
        return int(share.draft["amount"]) - self.taken_back(sharing, account)

    def is_returnable(self, share: Entity) -> bool:
        """Tell whether *share* can be taken back: it was credited, to a merchant."""
        return share.draft["type"] == "MERCHANT_ID" and share.state == "SUCCESS"

    def taken_back(self, sharing: Entity, account: str) -> int:
        """What was taken back from *account*, or may yet be, in fen."""
        made = self.store.belonging("sharing_return", sharing.owner, sharing.number)
        taken: int = sum(each.draft["amount"] for each in made if each.draft["account"] == account and each.state in COUNTED)
        return taken

    def new_return(self, call: Call, draft: dict[str, Any], sharing: Entity, state: str) -> Entity:
        """Create a return."""
        data = {
            "return_id": self.fresh_id("3009", lambda known: self.store.by_id("sharing_return", known)),
            "out_order_no": sharing.number,
            "order_id": sharing.data["order_id"],
        }
        made = Entity("sharing_return", call.merchant.mchid, call.values["out_return_no"], state, self.now(), draft, data)
        self.store.save(made)
        self.expect(made)
        return made

    def v2_query_return(self, call: Call) -> dict[str, str]:
        """Show a return."""
        sharing = self.v2_named_sharing(call)
        found = self.known_return(call)
        if sharing is None or found is None or found.data["out_order_no"] != sharing.number:
            raise Refused(UNKNOWN)
        return self.v2_show_return(found)

    def v2_show_return(self, found: Entity) -> dict[str, str]:
        """Return a return as it stands."""
        return {
            "order_id": found.data["order_id"],
            "out_order_no": found.data["out_order_no"],
            "out_return_no": found.number,
            "return_no": found.data["return_id"],
            "return_account_type": "MERCHANT_ID",
            "return_account": found.draft["account"],
            "return_amount": str(found.draft["amount"]),
            "description": found.draft["description"],
            "result": found.state,
            **self.v2_show_end(found),
        }
