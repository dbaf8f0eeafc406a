"""What a platform should look like after a history: predicted from the machine tables, one entity for each order and refund."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from conformance.checks.doors import Door, DoorV3, Heard, OrderSeen, RefundSeen
from conformance.targets.platform import Platform
from conformance.targets.verdicts import Violation
from reference.machines import CODEPAY, MACHINES, ORDER, REFUND, Case, Entity, Machine, Move, Refusal, Repeat, decide
from reference.machines.refund import COUNTED
from strategies.cases import Order, Refund

__all__ = ["FINAL", "LIFE", "MONEY", "READING", "UNCHANGED", "V2", "V3", "Book", "Model", "Placed", "Taken"]

FINAL = "v3.invariant.final-states-are-final"
MONEY = "v3.invariant.money-is-conserved"
READING = "v3.invariant.reading-changes-nothing"
UNCHANGED = "v3.invariant.refusals-change-nothing"
_ORDER_LIFE = "v3.invariant.orders-live-as-documented"
LIFE = {"order": _ORDER_LIFE, "codepay": _ORDER_LIFE, "refund": "v3.refund.follows-its-states"}


def _as_named(entity: Entity) -> frozenset[str]:
    return frozenset({entity.state})


def _as_v2_names(entity: Entity) -> frozenset[str]:
    """The states a query may show for that of *entity*: the sources name some ends of code payments differently."""
    if entity.machine != "codepay":
        return _as_named(entity)
    ends = {"REVOKED", "REFUND"} if entity.data.get("paid") else {"REVOKED", "CLOSED"}
    shown = {"USERPAYING": {"USERPAYING", "NOTPAY"}, "PAYERROR": {"PAYERROR", "NOTPAY", "CLOSED", "REVOKED"}, "REVOKED": ends}
    return frozenset(shown.get(entity.state, {entity.state}))


@dataclass(frozen=True)
class Book:
    """The rules a history is judged by: *life* by machine, and the invariants. *shown* names the states a query may show."""

    life: Mapping[str, str]
    final: str
    money: str
    reading: str
    unchanged: str
    shown: Callable[[Entity], frozenset[str]] = _as_named

    def of_state(self, entity: Entity) -> str:
        """The rule that says what may come after the state of *entity*."""
        return self.final if entity.state in MACHINES[entity.machine].terminal else self.life[entity.machine]


V3: Final = Book(LIFE, FINAL, MONEY, READING, UNCHANGED)
_V2_LIFE: Final = "v2.invariant.orders-live-as-documented"
V2: Final = Book(
    life=dict.fromkeys(("order", "codepay", "refund"), _V2_LIFE),
    final=_V2_LIFE,
    money="v2.invariant.money-is-conserved",
    reading="v2.invariant.reading-changes-nothing",
    unchanged="v2.invariant.refusals-change-nothing",
    shown=_as_v2_names,
)


@dataclass(eq=False)
class Taken:
    """A refund of the history: the draft, the model's entity, the answer's own id, and the door it was asked for through."""

    draft: Refund
    entity: Entity
    door: Door
    refund_id: str = ""


@dataclass(eq=False)
class Placed:
    """An order of the history, its refunds, and the door it was placed through."""

    draft: Order
    entity: Entity
    door: Door
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
    """Predicts answers and states, and compares them with what the platform says through each of *doors*.

    *refused* says whether the last thing done was refused. Violations are raised under the rules of *book*. While it is not *watching*,
    answers are judged, and nothing is queried.
    """

    watching = True

    def __init__(self, platform: Platform, doors: Sequence[Door] = (), book: Book = V3) -> None:
        self._platform = platform
        self._doors = tuple(doors) or (DoorV3(platform),)
        self._book = book
        self.refused = False
        self._blamed = book.life["order"]

    def decides(self, machine: Machine, event: str, case: Case) -> Move | Repeat | Refusal:
        """Return what the table says about *event* in *case*."""
        outcome = decide(machine, machine.events[event], case)
        self.refused = isinstance(outcome, Refusal)
        subject = case.subject or case.order
        self._blamed = self._book.life[machine.name] if subject is None else self._book.of_state(subject)
        return outcome

    def called(self, placed: Placed, event: str, door: Door, answer: Heard) -> None:
        """Let a call for *event* have been answered through *door*: compare, and follow it."""
        outcome = self.decides(placed.machine, event, Case(placed.entity.draft, self._platform.now(), placed.entity))
        _compare(door, answer, outcome, f"{event} of {placed!r}", self._book.of_state(placed.entity))
        _follow(placed.entity, outcome)

    def done(self, machine: Machine, entity: Entity, event: str, refused: str | None) -> None:
        """Let payer or banks have tried *event*, which the platform *refused* or not: compare, and follow it."""
        outcome = self.decides(machine, event, Case(entity.draft, self._platform.now(), entity))
        if isinstance(outcome, Refusal) is (refused is None):
            raise Violation(
                f"{event} in {entity.state} went another way than the life of {machine.name}s allows.",
                expected="refused" if isinstance(outcome, Refusal) else "it happens",
                got="it happened" if refused is None else f"refused: {refused}",
                rule=self._book.of_state(entity),
            )
        _follow(entity, outcome)

    def refund(self, placed: Placed, draft: Refund, door: Door, answer: Heard) -> Taken | None:
        """Compare the answer to a new refund with the prediction; return the refund if it exists now."""
        wanted = {"amount": {"refund": draft.amount, "total": draft.order.total}}
        case = Case(wanted, self._platform.now(), None, placed.entity, [taken.entity for taken in placed.refunds])
        outcome = self.decides(REFUND, "apply", case)
        left = placed.draft.total - placed.counted
        rule = self._book.money if left < draft.amount else self._book.of_state(placed.entity)
        _compare(door, answer, outcome, f"a refund of {draft.amount} fen, {left} fen being left, of {placed!r}", rule)
        if isinstance(outcome, Refusal):
            return None
        entity = Entity("refund", "", draft.number or "", outcome.state, self._platform.now(), wanted)
        taken = Taken(draft, entity, door, str(answer.get("refund_id")))
        placed.refunds.append(taken)
        placed.entity.state = "REFUND"
        return taken

    def agrees(self, placed: Placed) -> None:
        """Query the order and its refunds: every state and amount is as predicted, and asking twice changes nothing."""
        if not self.watching:
            return
        first = self._doors[0]
        shown = first.query(placed.draft).is_accepted(because="An order that was placed can be queried.")
        order, refunds = first.order_seen(shown), [first.refund_of(taken.draft) for taken in placed.refunds]
        self._same(f"the {placed.draft.product} order", order.state, placed.entity)
        for taken, found in zip(placed.refunds, refunds, strict=True):
            self._same("the refund", found.state, taken.entity)
            if found.amount != taken.draft.amount:
                expected = f"{taken.draft.amount} fen"
                raise Violation("A refund has another amount than was asked for.", expected=expected, got=f"{found.amount} fen")
        for door in self._doors[1:]:
            self._tells_the_same(placed, door, order, refunds)
        again = first.query(placed.draft)
        if first.value(again) != first.value(shown):
            raise Violation(
                "Two queries with nothing between them differ.", expected=shown.described, got=again.described, rule=self._book.reading
            )

    def _tells_the_same(self, placed: Placed, door: Door, order: OrderSeen, refunds: Sequence[RefundSeen]) -> None:
        """The order and its refunds are the same through another door."""
        rule = self._book.unchanged if self.refused else self._blamed
        theirs = door.order(placed.draft)
        found: list[tuple[OrderSeen | RefundSeen, OrderSeen | RefundSeen]] = [(order, theirs)] if order.contradicts(theirs) else []
        found += [(known, door.refund_of(taken.draft)) for taken, known in zip(placed.refunds, refunds, strict=True)]
        for one, other in found:
            if one != other:
                sentence = f"It is not the same {self._doors[0]} and {door}."
                raise Violation(sentence, expected=repr(one), got=repr(other), rule=rule)

    def _same(self, what: str, state: object, entity: Entity) -> None:
        if state not in self._book.shown(entity):
            rule = self._book.unchanged if self.refused else self._blamed
            raise Violation(
                f"What was done left {what} in another state than its life allows.", expected=entity.state, got=str(state), rule=rule
            )


def _follow(entity: Entity, outcome: Move | Repeat | Refusal) -> None:
    if isinstance(outcome, Move):
        entity.state = outcome.state
        if outcome.state == "SUCCESS":
            entity.data["paid"] = True


def _compare(door: Door, answer: Heard, outcome: Move | Repeat | Refusal, what: str, rule: str) -> None:
    """Judge an answer by what the table decided."""
    if isinstance(outcome, Refusal):
        if not door.refuses(answer, outcome):
            raise Violation(f"The history forbids {what}.", expected=f"{outcome.status} {outcome.code}", got=answer.described, rule=rule)
    elif not answer.accepted:
        raise Violation(f"The history allows {what}.", expected="an accepted call", got=answer.described, rule=rule)
