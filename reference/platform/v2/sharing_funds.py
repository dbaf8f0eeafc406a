"""The money of orders placed for sharing: frozen when they are paid, taken by shares and refunds, released in the end."""

from collections.abc import Mapping
from typing import Any

from reference.machines import FROZEN_FUNDS, SHARING, Entity, Refusal
from reference.machines.sharing import THIRTY_DAYS, UNDECIDED, left
from reference.machines.sharing_return import FIVE_DAYS
from reference.platform.intake import Ask
from reference.platform.v2.operations import V2Operations

__all__ = ["V2SharingFunds"]

_ABNORMAL, _OVERDUE = "ACCOUNT_ABNORMAL", "TIME_OUT_CLOSED"


class V2SharingFunds(V2Operations):
    """Freezes, weighs and releases; an order takes part whichever family it was placed by."""

    sharing_after: int | None = 10
    """Seconds after which shares are credited and returns made by themselves; None leaves it to `let`."""

    def take_payment(self, order: Entity) -> None:
        """Write down that *order* is paid now, and freeze what was paid if it was placed for sharing."""
        super().take_payment(order)
        if self.is_for_sharing(order):
            self.freeze(order)

    def is_for_sharing(self, order: Entity) -> bool:
        """Tell whether *order* was marked when it was placed."""
        return bool((order.draft.get("settle_info") or {}).get("profit_sharing"))

    def freeze(self, order: Entity) -> None:
        """Freeze what was paid for *order*."""
        funds = Entity("frozen_funds", order.owner, order.number, FROZEN_FUNDS.events["freeze"].target, self.now())
        self.store.save(funds)
        self.expect(funds)

    def funds_of(self, order: Entity) -> Entity | None:
        """The frozen or released money of *order*; None if it was not placed for sharing, or is not paid."""
        return self.store.find("frozen_funds", *order.key)

    def is_frozen(self, order: Entity) -> bool:
        """Tell whether what *order* holds can still be shared."""
        funds = self.funds_of(order)
        return funds is not None and funds.state == "FROZEN"

    def shares_of(self, order: Entity) -> tuple[Entity, ...]:
        """All shares of *order*, oldest first."""
        sharings = self.store.belonging("sharing", order.owner, order.number)
        return tuple(share for sharing in sharings for share in self.store.belonging("share", order.owner, sharing.number))

    def held(self, order: Entity) -> int:
        """What shares and refunds leave of *order*, in fen."""
        return left(order.draft["amount"]["total"], self.shares_of(order), self.store.refunds_of(order))

    def unsplit(self, order: Entity) -> int:
        """What can still be shared of *order*, in fen: nothing once it is released."""
        return self.held(order) if self.is_frozen(order) else 0

    def release(self, order: Entity) -> None:
        """Give what *order* still holds to its merchant."""
        self.change(FROZEN_FUNDS, "release", self.funds_of(order), {})

    def release_if_used_up(self, order: Entity) -> None:
        """What holds nothing any more, and waits for nothing, needs no end of its own."""
        if self.is_frozen(order) and self.held(order) == 0 and all(share.state != "PENDING" for share in self.shares_of(order)):
            self.release(order)

    def refund_facts(self, ask: Ask, order: Entity | None) -> dict[str, Any]:
        """What is weighed besides order and refunds: a refund is taken from the frozen money while there is some."""
        facts = super().refund_facts(ask, order)
        return facts | {"frozen": self.held(order)} if order is not None and self.is_frozen(order) else facts

    def new_refund(self, ask: Ask, draft: dict[str, Any], order: Entity, state: str) -> Entity:
        """Create a refund; it may take the last of what is frozen."""
        refund = super().new_refund(ask, draft, order, state)
        self.release_if_used_up(order)
        return refund

    def follow(self, event: str, subject: Entity, facts: Mapping[str, Any]) -> None:
        """Write down what came with *event*."""
        super().follow(event, subject, facts)
        if subject.machine == "frozen_funds":
            order = self.store.order(*subject.key)
            assert order is not None  # money is that of an order
            subject.data.setdefault("released", self.held(order))
        elif subject.machine == "share":
            self.note_end(subject, facts.get("reason", _ABNORMAL))
            self.share_decided(subject)
        elif subject.machine == "sharing_return":
            self.note_end(subject, facts.get("reason", _OVERDUE))
        elif subject.state == "REVOKED" and self.is_frozen(subject):
            self.release(subject)

    def let(self, machine: str, event: str, mchid: str, number: str, **facts: Any) -> Refusal | None:
        """Let *event* befall what *mchid* calls *number*; a sharing is not finished while a share of it is undecided."""
        if event == "conclude" and any(each.state == "PENDING" for each in self.store.belonging("share", mchid, number)):
            return UNDECIDED
        return super().let(machine, event, mchid, number, **facts)

    def note_end(self, subject: Entity, reason: str) -> None:
        """Write down when *subject* was decided, and why if it came to nothing."""
        subject.data["finished_at"] = self.now()
        if subject.state != "SUCCESS":
            subject.data["fail_reason"] = reason

    def share_decided(self, share: Entity) -> None:
        """A sharing is finished once all of its shares are decided."""
        sharing = self.store.find("sharing", share.owner, share.data["out_order_no"])
        assert sharing is not None  # a share is part of one
        if all(each.state != "PENDING" for each in self.store.belonging("share", sharing.owner, sharing.number)):
            self.change(SHARING, "conclude", sharing, {})
        order = self.store.order(sharing.owner, sharing.data["out_trade_no"])
        assert order is not None  # what is shared is an order
        self.release_if_used_up(order)

    def expect(self, subject: Entity) -> None:
        """Remember what befalls *subject*: money is released after thirty days, shares and returns are decided."""
        super().expect(subject)
        kind = subject.machine, subject.state
        if kind == ("frozen_funds", "FROZEN"):
            self.watch(subject, "time_out", subject.created + THIRTY_DAYS)
        elif kind == ("share", "PENDING") and self.sharing_after is not None:
            self.watch(subject, "credit", subject.created + self.sharing_after)
        elif kind == ("sharing_return", "PROCESSING"):
            if self.sharing_after is None:
                self.watch(subject, "fail", subject.created + FIVE_DAYS)
            else:
                self.watch(subject, "settle", subject.created + self.sharing_after)
