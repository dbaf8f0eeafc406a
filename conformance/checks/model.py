"""What a platform should look like after a history: predicted from the machine tables, one entity for each order and refund."""

from dataclasses import dataclass, field

from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.verdicts import Violation
from reference.machines import CODEPAY, MACHINES, ORDER, REFUND, Case, Entity, Machine, Move, Refusal, Repeat, decide
from reference.machines.refund import COUNTED
from strategies.cases import Order, Refund

__all__ = ["FINAL", "LIFE", "MONEY", "READING", "UNCHANGED", "Model", "Placed", "Taken", "compare"]

FINAL = "v3.invariant.final-states-are-final"
MONEY = "v3.invariant.money-is-conserved"
READING = "v3.invariant.reading-changes-nothing"
UNCHANGED = "v3.invariant.refusals-change-nothing"
_ORDER_LIFE = "v3.invariant.orders-live-as-documented"
LIFE = {"order": _ORDER_LIFE, "codepay": _ORDER_LIFE, "refund": "v3.refund.follows-its-states"}


@dataclass(eq=False)
class Taken:
    """A refund of the history: the draft, the model's entity, and the answer's own id."""

    draft: Refund
    entity: Entity
    refund_id: str = ""


@dataclass(eq=False)
class Placed:
    """An order of the history, and its refunds."""

    draft: Order
    entity: Entity
    refunds: list[Taken] = field(default_factory=list)

    @property
    def machine(self) -> Machine:
        """The table of its life."""
        return CODEPAY if self.entity.machine == "codepay" else ORDER

    @property
    def counted(self) -> int:
        """What its refunds took or may take, in fen."""
        return sum(taken.draft.amount for taken in self.refunds if taken.entity.state in COUNTED)

    def __repr__(self) -> str:
        return f"{self.draft.product} order of {self.draft.total} fen in {self.entity.state}"


class Model:
    """Predicts answers and states, and compares them with the platform's. *refused* says whether the last thing done was refused."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self.refused = False
        self._blamed = LIFE["order"]

    def decides(self, machine: Machine, event: str, case: Case) -> Move | Repeat | Refusal:
        """Return what the table says about *event* in *case*."""
        outcome = decide(machine, machine.events[event], case)
        self.refused = isinstance(outcome, Refusal)
        subject = case.subject or case.order
        self._blamed = LIFE[machine.name] if subject is None else _rule_of_state(subject)
        return outcome

    def called(self, placed: Placed, event: str, answer: Answer) -> None:
        """Let a call for *event* have been answered: compare, and follow it."""
        outcome = self.decides(placed.machine, event, Case(placed.entity.draft, self._platform.now(), placed.entity))
        compare(answer, outcome, f"{event} of {placed!r}", _rule_of_state(placed.entity))
        self._follow(placed.entity, outcome)

    def done(self, machine: Machine, entity: Entity, event: str, refused: str | None) -> None:
        """Let payer or banks have tried *event*, which the platform *refused* or not: compare, and follow it."""
        outcome = self.decides(machine, event, Case(entity.draft, self._platform.now(), entity))
        if isinstance(outcome, Refusal) is (refused is None):
            raise Violation(
                f"{event} in {entity.state} went another way than the life of {machine.name}s allows.",
                expected="refused" if isinstance(outcome, Refusal) else "it happens",
                got="it happened" if refused is None else f"refused: {refused}",
                rule=_rule_of_state(entity),
            )
        self._follow(entity, outcome)

    def refund(self, placed: Placed, draft: Refund, answer: Answer) -> Taken | None:
        """Compare the answer to a new refund with the prediction; return the refund if it exists now."""
        wanted = {"amount": {"refund": draft.amount, "total": draft.order.total}}
        case = Case(wanted, self._platform.now(), None, placed.entity, [taken.entity for taken in placed.refunds])
        outcome = self.decides(REFUND, "apply", case)
        left = placed.draft.total - placed.counted
        rule = MONEY if left < draft.amount else _rule_of_state(placed.entity)
        compare(answer, outcome, f"a refund of {draft.amount} fen, {left} fen being left, of {placed!r}", rule)
        if isinstance(outcome, Refusal):
            return None
        entity = Entity("refund", "", draft.number or "", outcome.state, self._platform.now(), wanted)
        taken = Taken(draft, entity, str(answer.get("refund_id")))
        placed.refunds.append(taken)
        placed.entity.state = "REFUND"
        return taken

    def agrees(self, placed: Placed) -> None:
        """Query the order and its refunds: every state and amount is as predicted, and asking twice changes nothing."""
        shown = self._platform.query(placed.draft).is_accepted(because="An order that was placed can be queried.")
        self._same(f"the {placed.draft.product} order", shown["trade_state"], placed.entity)
        for taken in placed.refunds:
            found = self._platform.query_refund(taken.draft).is_accepted(because="A refund that was accepted can be queried.")
            self._same("the refund", found["status"], taken.entity)
            found.has("amount.refund", taken.draft.amount, because="A refund has another amount than was asked for.")
        again = self._platform.query(placed.draft)
        if again.json != shown.json:
            raise Violation("Two queries with nothing between them differ.", expected=shown.described, got=again.described, rule=READING)

    def _same(self, what: str, state: object, entity: Entity) -> None:
        if state != entity.state:
            rule = UNCHANGED if self.refused else self._blamed
            raise Violation(
                f"What was done left {what} in another state than its life allows.", expected=entity.state, got=str(state), rule=rule
            )

    @staticmethod
    def _follow(entity: Entity, outcome: Move | Repeat | Refusal) -> None:
        if isinstance(outcome, Move):
            entity.state = outcome.state


def compare(answer: Answer, outcome: Move | Repeat | Refusal, what: str, rule: str) -> None:
    """Judge an answer by what the table decided."""
    if isinstance(outcome, Refusal):
        if not answer.admits((outcome,)):
            raise Violation(f"The history forbids {what}.", expected=f"{outcome.status} {outcome.code}", got=answer.described, rule=rule)
    elif not answer.accepted:
        raise Violation(f"The history allows {what}.", expected="a 2xx answer", got=answer.described, rule=rule)


def _rule_of_state(entity: Entity) -> str:
    return FINAL if entity.state in MACHINES[entity.machine].terminal else LIFE[entity.machine]
