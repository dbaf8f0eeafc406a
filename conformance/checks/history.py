"""Whole histories: Hypothesis walks through orders and refunds, and the machine tables say what must come of every step."""

from collections.abc import Callable, Sequence
from typing import Protocol

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, consumes, multiple, precondition, rule

from conformance.checks.doors import Door, DoorV3, Heard
from conformance.checks.model import V3, Book, Model, Placed, Taken
from conformance.targets.platform import Platform
from reference.machines import REFUND, Case, Entity
from strategies import orders
from strategies.cases import Order, Refund

__all__ = ["History", "NewRefund", "RunWalk"]

NewRefund = MultipleResults[tuple[Placed, Taken]] | tuple[Placed, Taken]


class RunWalk(Protocol):
    """Walks machines as the profile of the run says, or a *share* of that."""

    def __call__(self, make: Callable[[], RuleBasedStateMachine], *, share: float = 1) -> None:
        """Walk the machines *make* makes."""


class History(RuleBasedStateMachine):
    """One merchant's orders and refunds, and a payer and a bank who do as they please.

    Everything is asked for through *door*, and looked at through all of *doors*.
    """

    placed: Bundle[Placed] = Bundle("placed")
    taken: Bundle[tuple[Placed, Taken]] = Bundle("taken")

    def __init__(self, platform: Platform, doors: Sequence[Door] = (), book: Book = V3) -> None:
        super().__init__()
        platform.begin_example()
        self.platform = platform
        self.doors: tuple[Door, ...] = tuple(doors) or (DoorV3(platform),)
        self.door = self.doors[0]
        self.model = Model(platform, self.doors, book)

    @rule(target=placed, draft=orders.any_product())
    def place(self, draft: Order) -> Placed:
        """Place an order."""
        self.door.place(draft).is_accepted()
        return self.stands("order", draft, "NOTPAY")

    @rule(target=placed, draft=orders.codepay())
    def charge(self, draft: Order) -> Placed:
        """Charge a payment code."""
        self.door.place(draft).is_accepted()
        return self.stands("codepay", draft, "SUCCESS")

    @precondition(lambda self: "code-plans" in self.platform.capabilities)
    @rule(target=placed, draft=orders.codepay(), state=st.sampled_from(("USERPAYING", "PAYERROR")))
    def charge_in_doubt(self, draft: Order, state: str) -> Placed:
        """Charge a payment code whose owner is asked, or whose payment fails."""
        self.platform.plan_code(draft, state)  # type: ignore[arg-type]  # drawn from two of its states
        self.door.place(draft)
        placed = self.stands("codepay", draft, state)
        self.model.agrees(placed)
        return placed

    @rule(order=placed)
    def place_again(self, order: Placed) -> None:
        """Repeat the call that created the order."""
        self.repeat(order)
        self.model.agrees(order)

    def repeat(self, order: Placed) -> None:
        """Make the call that created *order* again, and judge what is answered."""
        event = "submit" if order.machine.name == "codepay" else "place"
        self.model.called(order, event, order.door, order.door.place(order.draft))

    @rule(order=placed)
    def place_changed(self, order: Placed) -> None:
        """Use the number for another amount: refused in every state."""
        changed = order.draft.but(amount={"total": order.draft.total + 1, "currency": "CNY"})
        self.forbids(order, self.door.place(changed), because="A number in use was taken for another amount.")
        self.model.refused = True
        self.model.agrees(order)

    def forbids(self, order: Placed, answer: Heard, because: str) -> None:  # noqa: ARG002 - some refusals depend on what is refused
        """Demand that *answer*, about a changed *order*, is a refusal."""
        answer.is_refused(because=because)

    @precondition(lambda self: "payer" in self.platform.capabilities)
    @rule(order=placed, event=st.sampled_from(("pay", "fail", "cancel")))
    def payer(self, order: Placed, event: str) -> None:
        """Let the payer pay, fail or walk away."""
        self.model.done(order.machine, order.entity, event, getattr(self.platform, event)(order.draft))
        self.model.agrees(order)

    @rule(order=placed)
    def close(self, order: Placed) -> None:
        """Close the order; closing a closed one again is answered both ways by the sources."""
        self.before_closing(order)
        answer = self.door.close(order.draft)
        if order.entity.state != "CLOSED":
            self.model.called(order, "close", self.door, answer)
        self.model.agrees(order)

    def before_closing(self, order: Placed) -> None:
        """Make sure that *order* may be closed by now."""

    @rule(order=placed)
    def reverse(self, order: Placed) -> None:
        """Reverse an order paid by code."""
        if order.machine.name == "codepay":
            self.undo(order)
            self.model.agrees(order)

    def undo(self, order: Placed) -> None:
        """Reverse *order*, and judge what is answered; one still being paid may be refused, so it is not tried."""
        if order.entity.state != "USERPAYING":
            self.model.called(order, "reverse", self.door, self.door.reverse(order.draft))

    @rule(target=taken, order=placed, share=st.sampled_from((0.01, 0.5, 1.0)), extra=st.sampled_from((0, 0, 1)))
    def refund(self, order: Placed, share: float, extra: int) -> NewRefund:
        """Refund a part of what is left, all of it, or a fen more."""
        left = order.draft.total - order.counted
        draft = Refund(order.draft, max(1, round(left * share) + extra))
        self._space_out()
        found = self.model.refund(order, draft, self.door, self.door.refund(draft))
        self.model.agrees(order)
        return multiple() if found is None else (order, found)

    @rule(pair=taken)
    def refund_again(self, pair: tuple[Placed, Taken]) -> None:
        """Repeat the call that created the refund: the same refund, and no more money."""
        order, found = pair
        self._space_out()
        found.door.refund(found.draft).is_accepted(because="Repeating an accepted refund is answered.").has("refund_id", found.refund_id)
        self.model.refused = False
        self.model.agrees(order)

    @rule(pair=taken)
    def refund_changed(self, pair: tuple[Placed, Taken]) -> None:
        """Use the refund's number for another amount: refused in every state."""
        order, found = pair
        other = Refund(order.draft, found.draft.amount + 1, number=found.draft.number)
        self.door.refund(other).is_refused(because="A refund number in use was taken for another amount.")
        self.model.refused = True
        self.model.agrees(order)

    @precondition(lambda self: "settle" in self.platform.capabilities)
    @rule(pair=taken, outcome=st.sampled_from(("SUCCESS", "SUCCESS", "ABNORMAL", "CLOSED")))
    def settle(self, pair: tuple[Placed, Taken], outcome: str) -> None:
        """Let the banks decide a refund."""
        order, found = pair
        event = {"SUCCESS": "settle", "ABNORMAL": "bounce", "CLOSED": "close"}[outcome]
        self.model.done(REFUND, found.entity, event, self.platform.settle(found.draft, outcome))  # type: ignore[arg-type]  # drawn from its three
        self.model.agrees(order)

    @rule(pair=taken)
    def pay_out_another_way(self, pair: tuple[Placed, Taken]) -> None:
        """Pay an abnormal refund to the merchant's own card; any other refund refuses that."""
        order, found = pair
        answer = self.platform.apply_abnormal(found.draft, found.refund_id, {"type": "MERCHANT_BANK_CARD"})
        outcome = self.model.decides(REFUND, "apply_abnormal", Case({}, self.platform.now(), found.entity))
        if found.entity.state == "ABNORMAL":
            answer.is_accepted(because="An abnormal refund can be paid out another way.")
            found.entity.state = REFUND.events["apply_abnormal"].target
        else:
            assert self.model.refused, outcome
            answer.is_refused(because="Only an abnormal refund can be paid out another way.")
        self.model.agrees(order)

    @precondition(lambda self: "time-travel" in self.platform.capabilities)
    @rule(seconds=st.sampled_from((61, 3600)))
    def wait(self, seconds: int) -> None:
        """Let time pass; notifications are accepted."""
        self.platform.advance(seconds)

    @rule(order=consumes(placed))
    def account(self, order: Placed) -> None:
        """Close the books of an order: a fen more than what is left is refused, and exactly that much is accepted."""
        left = order.draft.total - order.counted
        if order.entity.state not in {"SUCCESS", "REFUND"} or left == 0 or len(order.refunds) > 40:
            return
        for amount in (left + 1, left):
            self._space_out()
            draft = Refund(order.draft, amount)
            self.model.refund(order, draft, self.door, self.door.refund(draft))
        self.model.agrees(order)

    def stands(self, machine: str, draft: Order, state: str) -> Placed:
        """Take note of an order that was just placed."""
        wanted = {"amount": {"total": draft.total}}
        paid = {"paid": True} if state == "SUCCESS" else {}
        return Placed(draft, Entity(machine, "", draft.number or "", state, self.platform.now(), wanted, paid), self.door)

    def _space_out(self) -> None:
        if "time-travel" in self.platform.capabilities:
            self.platform.advance(61)
