"""Profit sharing of APIv2, asked in drafts: receivers, sharings, their ends, returns."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from conformance.targets.v2.answer import AnswerV2
from strategies.cases import Order, Role
from strategies.v2.cases import CallV2, FaultV2
from strategies.v2.json_texts import Writing, compact
from strategies.v2.sharing import Finish, GiveBack, Receiver, Sharing

if TYPE_CHECKING:
    from conformance.targets.v2.client import PlatformV2

__all__ = ["SharingCalls", "SharingV2"]


class SharingCalls:
    """Builds the calls; numbers come from the mint of *v2*, accounts from its identity, transaction_ids from queries."""

    def __init__(self, v2: "PlatformV2") -> None:
        self._v2 = v2
        self._transaction_ids: dict[str, str] = {}
        self._order_ids: dict[str, str] = {}

    def account(self, receiver: Receiver, role: Role) -> tuple[str, str]:
        """Type and account of *receiver* as the merchant that plays *role* names it."""
        if receiver.role is None:
            return "PERSONAL_OPENID", self._v2.platform.merchant(role).openid
        return "MERCHANT_ID", self._v2.platform.merchant(receiver.role).mchid

    def transaction_id(self, order: Order) -> str:
        """The transaction_id of a paid order, asked for once."""
        number = order.number or ""
        if number not in self._transaction_ids:
            self._transaction_ids[number] = self._v2.transaction_id(order)
        return self._transaction_ids[number]

    def number(self, draft: Sharing | Finish | GiveBack) -> str:
        """The number of *draft*, minted at first need."""
        if draft.number is None:
            draft.number = self._v2.platform.mint.number()
        return draft.number

    def add(self, receiver: Receiver, order: Order, writing: Writing = compact) -> CallV2:
        """Add a receiver for the merchant of *order*."""
        kind, account = self.account(receiver, order.role)
        named = {"name": "茶行"} if receiver.role is not None else {}
        content = {"type": kind, "account": account, **named, "relation_type": "PARTNER"}
        return CallV2("profitsharingaddreceiver", order.role, {**self._v2.calls.sub_merchant(order), "receiver": writing(content)})

    def remove(self, receiver: Receiver, order: Order) -> CallV2:
        """Remove a receiver of the merchant of *order*."""
        kind, account = self.account(receiver, order.role)
        members = {**self._v2.calls.sub_merchant(order), "receiver": compact({"type": kind, "account": account})}
        return CallV2("profitsharingremovereceiver", order.role, members)

    def share(self, sharing: Sharing) -> CallV2:
        """Share once, or several times."""
        listed: list[Mapping[str, Any]] = []
        for share in sharing.shares:
            kind, account = self.account(share.receiver, sharing.order.role)
            listed.append({"type": kind, "account": account, "amount": share.amount, "description": share.description})
        operation = "multiprofitsharing" if sharing.several else "profitsharing"
        return CallV2(operation, sharing.order.role, {**self._named(sharing), "receivers": sharing.writing(listed)})

    def query(self, sharing: Sharing | Finish) -> CallV2:
        """Query a sharing."""
        return CallV2("profitsharingquery", sharing.order.role, self._named(sharing))

    def amount(self, order: Order) -> CallV2:
        """Ask what is left of *order*."""
        return CallV2("profitsharingorderamountquery", order.role, {"transaction_id": self.transaction_id(order)})

    def finish(self, finish: Finish) -> CallV2:
        """End the sharing of an order."""
        return CallV2("profitsharingfinish", finish.order.role, {**self._named(finish), "description": finish.description})

    def give_back(self, back: GiveBack) -> CallV2:
        """Take a share back."""
        _, account = self.account(back.receiver, back.sharing.order.role)
        members = {
            **self._of_return(back),
            "return_account_type": "MERCHANT_ID",
            "return_account": account,
            "return_amount": str(back.amount),
            "description": "退回",
        }
        return CallV2("profitsharingreturn", back.sharing.order.role, members)

    def query_return(self, back: GiveBack) -> CallV2:
        """Query a return."""
        return CallV2("profitsharingreturnquery", back.sharing.order.role, self._of_return(back))

    def ratio(self, order: Order) -> CallV2:
        """Ask how much of an order may be shared."""
        return CallV2("profitsharingmerchantratioquery", order.role, self._v2.calls.sub_merchant(order))

    def _named(self, draft: Sharing | Finish) -> dict[str, str]:
        members = {"transaction_id": self.transaction_id(draft.order), "out_order_no": self.number(draft)}
        return {**self._v2.calls.sub_merchant(draft.order), **members}

    def _of_return(self, back: GiveBack) -> dict[str, str]:
        members = {**self._v2.calls.sub_merchant(back.sharing.order), "out_return_no": self.number(back)}
        if back.by == "out_order_no":
            return {**members, "out_order_no": self.number(back.sharing)}
        return {**members, "order_id": self._order_id(back.sharing)}

    def _order_id(self, sharing: Sharing) -> str:
        number = self.number(sharing)
        if number not in self._order_ids:
            self._order_ids[number] = self._v2.send(self.query(sharing), label="query sharing").is_accepted()["order_id"]
        return self._order_ids[number]


class SharingV2:
    """Speaks of profit sharing to the platform of *v2*."""

    def __init__(self, v2: "PlatformV2") -> None:
        self._v2 = v2
        self.calls = SharingCalls(v2)

    def add(self, receiver: Receiver, order: Order) -> AnswerV2:
        """Add a receiver for the merchant of *order*."""
        return self._v2.send(self.calls.add(receiver, order), label=f"add {receiver} as receiver")

    def remove(self, receiver: Receiver, order: Order) -> AnswerV2:
        """Remove a receiver of the merchant of *order*."""
        return self._v2.send(self.calls.remove(receiver, order), label=f"remove {receiver} as receiver")

    def share(self, sharing: Sharing, *, broken_by: FaultV2 | None = None, **members: str | None) -> AnswerV2:
        """Share; *members* stand in the place of its own."""
        how = "" if sharing.several else " and release the rest"
        return self._v2.send(self.calls.share(sharing).but(**members), broken_by=broken_by, label=f"share {sharing.amount} fen{how}")

    def query(self, sharing: Sharing | Finish) -> AnswerV2:
        """Query a sharing."""
        return self._v2.send(self.calls.query(sharing), label="query sharing")

    def ask_left(self, order: Order) -> AnswerV2:
        """Ask what is left of *order*."""
        return self._v2.send(self.calls.amount(order), label="query unsplit amount")

    def finish(self, finish: Finish) -> AnswerV2:
        """End the sharing of an order."""
        return self._v2.send(self.calls.finish(finish), label="finish sharing")

    def give_back(self, back: GiveBack, **members: str | None) -> AnswerV2:
        """Take a share back; *members* stand in the place of its own."""
        return self._v2.send(self.calls.give_back(back).but(**members), label=f"return {back.amount} fen")

    def query_return(self, back: GiveBack) -> AnswerV2:
        """Query a return."""
        return self._v2.send(self.calls.query_return(back), label="query return")

    def ask_ratio(self, order: Order) -> AnswerV2:
        """Ask how much of an order may be shared."""
        return self._v2.send(self.calls.ratio(order), label="query greatest share")
