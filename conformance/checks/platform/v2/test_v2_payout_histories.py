"""Whole histories of payouts: the machine tables say what must come of every step, and the balance is right to the fen at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hypothesis import given

from conformance.checks.platform.v2.paying_out import ID, Purse, Sender, absent, hold, quiet, stands
from conformance.targets.platform import Platform
from conformance.targets.v2.answer import AnswerV2
from conformance.targets.v2.payouts import Payouts
from conformance.targets.verdicts import NotApplicable, Violation
from reference.machines import MACHINES, Case, Entity, Machine, Refusal, decide
from reference.rules import judges
from strategies.v2.payouts import Payout, Step, histories, lean

GROUP = "v2 transfers"

_RULES = {"redpack": "v2.redpack.sends-a-number-once", "transfer": "v2.transfer.pays-a-number-once"}
_FUNDS = 1_000
_ARRIVING = {"redpack": "deliver", "transfer": "settle"}


@judges(*_RULES.values())
@given(steps=histories())
def test_no_history_pays_twice_or_more_than_there_is(platform: Platform, steps: list[Step]) -> None:
    """Paid, held up, repeated, changed, opened, failed and come back: each is as its table says, and the balance is what is left."""
    platform.needs("lives", "time-travel", "balance")
    if not Purse(platform, Sender("transfer", "merchant")).counts:
        raise NotApplicable({"a balance that limits payouts"})
    quiet(platform)
    platform.fund(_FUNDS)
    history = _History(platform)
    for step in steps:
        history.take(step)
    history.close()
    platform.fund(None)


@dataclass(eq=False)
class _Made:
    """A payout of the history, and what its table says of it; *name* is the platform's own number, "" before it is told."""

    payout: Payout
    entity: Entity
    name: str = ""

    @property
    def machine(self) -> Machine:
        """The table it lives by."""
        return MACHINES[self.entity.machine]


class _History:
    """What was paid out, and what is left in the account, in fen."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.payouts = Payouts(platform)
        self.made: list[_Made] = []
        self.balance = _FUNDS

    def take(self, step: Step) -> None:
        """Take one step, if there is a payout to take it on."""
        if step.act == "hour":
            self.platform.advance(3_600)
        elif step.act == "days":
            self.let_days_pass()
        elif step.act in {"pay", "hold"}:
            payout = lean(step.kind, amount=step.amount)
            with _blamed(payout):
                self.pay(payout, held=step.act == "hold")
        elif self.made:
            made = self.made[step.at % len(self.made)]
            with _blamed(made.payout):
                self.act(step.act, made)
                self.agrees(made)

    def pay(self, payout: Payout, *, held: bool) -> None:
        """Make a payout, which is refused if there is not enough money for it."""
        draft = {"total_amount": payout.amount, "kind": "GROUP" if payout.kind == "group" else "NORMAL"}
        facts = {"balance": self.balance, "cost": payout.amount, "packets": 0, "received": 0, "part": 0, "sent": 0, "name": None}
        machine = MACHINES[payout.machine]
        outcome = decide(machine, machine.events["send"], Case(draft, self.platform.now(), facts=facts))
        if isinstance(outcome, Refusal):
            because = f"It costs {payout.amount} fen, and there are {self.balance}."
            self.payouts.send(payout).is_refused("NOTENOUGH", because=because)
            absent(self.payouts, payout, because=because)
            return
        state = machine.events["send"].creates[-1 if held else 0]
        data = {"heads": payout.heads, "receipts": []}
        made = _Made(payout, Entity(payout.machine, "", "", state, self.platform.now(), draft, data))
        if held:
            hold(self.payouts, payout)
        else:
            self.named(made, self.payouts.send(payout).is_accepted(because="There is money for it."))
        self.made.append(made)
        self.balance -= payout.amount
        self.agrees(made)

    def named(self, made: _Made, answer: AnswerV2) -> None:
        """An accepted answer names the one payout there is."""
        told = answer[ID[made.payout.machine]]
        if made.name not in {"", told}:
            raise Violation("One number was paid out more than once.", expected=made.name, got=told)
        made.name = told

    def act(self, act: str, made: _Made) -> None:
        """Do something with a payout made before."""
        if act == "again":
            self.again(made)
        elif act == "change":
            because = "The number was used with another amount."
            self.payouts.send(made.payout.of(made.payout.amount + 1)).is_refused(because=because)
        else:
            self.let(_ARRIVING[made.entity.machine] if act == "arrive" else act, made)

    def again(self, made: _Made) -> None:
        """Ask for a payout again: it is answered as what it has become."""
        answer = self.payouts.send(made.payout)
        if made.entity.state == "FAILED":
            answer.is_refused(because="The payout has failed, and its number pays nothing more.")
        elif answer.accepted:
            self.named(made, answer)
        elif made.entity.state in {"SENT", "SUCCESS"}:
            answer.is_accepted(because="The request is repeated unchanged.")

    def let(self, event: str, made: _Made) -> None:
        """Let an event befall a payout: it does exactly where the table lets it."""
        if event not in made.machine.events:
            return
        outcome = decide(made.machine, made.machine.events[event], Case({}, self.platform.now(), made.entity))
        refused = self.payouts.let(made.payout, event)
        if isinstance(outcome, Refusal) is (refused is None):
            expected = "refused" if isinstance(outcome, Refusal) else "it happens"
            raise Violation(f"{event} in {made.entity.state} goes another way than the table.", expected=expected, got=str(refused))
        if isinstance(outcome, Refusal):
            return
        made.entity.state = made.machine.events[event].target
        if event in {"share", "open"}:
            made.entity.data["receipts"].append({})
        elif event == "fail":
            self.balance += made.payout.amount

    def let_days_pass(self) -> None:
        """Let what is on its way arrive, and so much time pass that what nobody has opened comes back."""
        for made in self.made:
            if made.entity.state in {"SENDING", "PROCESSING"}:
                self.let(_ARRIVING[made.entity.machine], made)
        quiet(self.platform)
        for made in self.made:
            if made.entity.state == "SENT":
                made.entity.state = "REFUND"
                rows = self.payouts.query(made.payout).rows("hblist", "hbinfo")
                self.balance += made.payout.amount - sum(int(row.get("amount", 0)) for row in rows)

    def agrees(self, made: _Made) -> None:
        """A query shows the payout in the state its table says."""
        stands(self.payouts, made.payout, made.entity.state, because="A payout is in another state than its life allows.")

    def close(self) -> None:
        """Let everything end; there is money left for exactly what was not paid out."""
        self.let_days_pass()
        for made in self.made:
            with _blamed(made.payout):
                self.agrees(made)
        because = f"{self.balance} fen are left of {_FUNDS}."
        self.payouts.send(lean("transfer", amount=self.balance + 1)).is_refused("NOTENOUGH", because=because)
        if self.balance:
            self.payouts.send(lean("transfer", amount=self.balance)).is_accepted(because=because)


@contextmanager
def _blamed(payout: Payout) -> Iterator[None]:
    """What goes wrong in here breaks the rule on payouts of this kind."""
    try:
        yield
    except Violation as violation:
        violation.rule = violation.rule or _RULES[payout.machine]
        raise
