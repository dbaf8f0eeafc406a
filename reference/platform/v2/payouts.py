"""Money that a merchant pays out by APIv2: each number once, out of its balance, and back into it when the payout fails."""

from collections.abc import Mapping
from typing import Any, Final

from reference.machines import MACHINES, Case, Entity, Machine, Refusal, Repeat
from reference.machines.payout import PAYOUT_UNKNOWN
from reference.platform.v2.operations import V2Operations
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__ = ["V2Payouts"]

_PAYOUTS: Final = ("redpack", "transfer", "bank_transfer")
_ON_THEIR_WAY: Final = {"SENDING": "deliver", "PROCESSING": "settle"}
"""The states nobody has decided about yet, and the event that ends them well."""
_HOLD_UP: Final = "hold_up"
_EVERY_TIME: Final = ("nonce_str", "sign", "sign_type")
"""The members that differ between a request and its repetition."""


class V2Payouts(V2Operations):
    """What red packets and transfers have in common."""

    def v2_pay_out(self, call: Call, machine: Machine, number: str, draft: dict[str, Any], cost: int, **facts: Any) -> Entity:
        """Return what stands under *number*: the payout *draft* asks for, or the same one again.

        *cost* is what it takes out of the balance, in fen; *facts* are what its guards look at besides.
        """
        owner = call.merchant.mchid
        known = self.store.find(machine.name, owner, number)
        asked = {"balance": self.balances.get(owner), "cost": cost, **facts}
        moved = self.happen(machine, "send", Case(draft, self.now(), known, facts=asked))
        if isinstance(moved, Repeat):
            assert known is not None  # a Repeat has a subject
            return known
        state = self.code_plans.pop(_plan(machine.name, owner, number), moved.state)
        payout = Entity(machine.name, owner, number, state, self.now(), draft, {"cost": cost})
        self.v2_begin(payout)
        self.v2_take(owner, cost)
        self.store.save(payout)
        self.expect(payout)
        return payout

    def v2_begin(self, payout: Entity) -> None:
        """Write down what a payout has from the beginning."""
        if payout.state == "SUCCESS":
            payout.data["paid_at"] = self.now()

    def v2_draft(self, call: Call, **members: Any) -> dict[str, Any]:
        """Return what *call* asks for, by which a repetition is told from a change; *members* stand in the place of its own."""
        return {name: value for name, value in call.known.items() if name not in _EVERY_TIME} | members

    def v2_payout(self, call: Call, machine: str, number: str) -> Entity:
        """Return the payout the asker made under *number*, or refuse."""
        payout = self.store.find(machine, call.merchant.mchid, number)
        if payout is None:
            raise Refused(PAYOUT_UNKNOWN)
        return payout

    # the merchant's balance

    def v2_take(self, mchid: str, amount: int) -> None:
        """Take *amount* fen out of the merchant's balance, if it has one."""
        if mchid in self.balances:
            self.balances[mchid] -= amount

    def v2_give_back(self, payout: Entity, amount: int) -> None:
        """Put *amount* fen of *payout* back into the merchant's balance, if it has one."""
        if payout.owner in self.balances:
            self.balances[payout.owner] += amount

    # what others do

    def let(self, machine: str, event: str, mchid: str, number: str, **facts: Any) -> Refusal | None:
        """Let an event befall something; a payout is held up before it is made."""
        if event != _HOLD_UP or event not in MACHINES[machine].events or self.store.find(machine, mchid, number) is not None:
            return super().let(machine, event, mchid, number, **facts)
        self.code_plans[_plan(machine, mchid, number)] = MACHINES[machine].events["send"].creates[-1]
        self.persist()
        return None

    def expect(self, subject: Entity) -> None:
        """Remember what befalls *subject*; what is on its way arrives by itself, if banks decide by themselves here."""
        super().expect(subject)
        if self.settle_after is not None and subject.machine in _PAYOUTS and subject.state in _ON_THEIR_WAY:
            self.watch(subject, _ON_THEIR_WAY[subject.state], subject.created + self.settle_after)

    def follow(self, event: str, subject: Entity, facts: Mapping[str, Any]) -> None:
        """Write down what came with *event*: when a payout was paid, or why it failed, in which case the money is back."""
        super().follow(event, subject, facts)
        if subject.machine not in _PAYOUTS:
            return
        if event == "settle":
            subject.data["paid_at"] = self.now()
        elif event in {"fail", "return"}:
            subject.data["reason"] = str(facts.get("reason", "收款方账户异常"))
            self.v2_give_back(subject, subject.data["cost"])


def _plan(machine: str, mchid: str, number: str) -> str:
    """What a payout that is yet to be made is called among the plans of payment codes."""
    return f"{machine}:{mchid}:{number}"
