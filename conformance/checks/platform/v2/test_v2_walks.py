"""Whole histories through both families: the machine tables say what must come of every step, and both families tell the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from conformance.checks.doors import DoorV2, DoorV3, Family, Heard
from conformance.checks.history import History, RunWalk
from conformance.checks.model import V2, Placed
from conformance.checks.platform.v2.asking import roles
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies import orders
from strategies.cases import Order, Role
from strategies.orders import lean

GROUP = "v2 invariants"

_FIVE_MINUTES = 301
_BETWEEN_REVERSES = 15
_TIMES_TO_REVERSE = 3
_IN_DOUBT = frozenset({"NOTPAY", "USERPAYING", "PAYERROR"})


class BothDoors(History):
    """Orders and refunds of which everything is done through the one or the other family, and looked at through both."""

    def __init__(self, platform: Platform) -> None:
        super().__init__(platform, (DoorV2(platform), DoorV3(platform)), V2)

    @rule(family=st.sampled_from(("v2", "v3")))
    def speak(self, family: Family) -> None:
        """Ask in another family, or go on in the same, from now on."""
        self.door = next(door for door in self.doors if door.family == family)

    @precondition(lambda self: "partner-merchant" in self.platform.capabilities)
    @rule(target=History.placed, draft=orders.any_product(role="partner"), sub=st.sampled_from((0, 1)))
    def place_for_a_sub_merchant(self, draft: Order, sub: int) -> Placed:
        """Place an order as a service provider."""
        draft.sub = sub
        self.door.place(draft).is_accepted()
        return self.stands("order", draft, "NOTPAY")

    def stands(self, machine: str, draft: Order, state: str) -> Placed:
        """Look at what was just placed."""
        placed = super().stands(machine, draft, state)
        self.model.refused = False
        self.model.agrees(placed)
        return placed

    def repeat(self, order: Placed) -> None:
        """Repeat the call; what is said of a code payment a second time differs, but it says nothing untrue and charges nobody."""
        if order.machine.name == "order" or order.door.family == "v3":
            super().repeat(order)
            return
        self.model.refused = True
        if order.entity.state == "PAYERROR":
            return  # whether a number whose payment failed may be tried again is not agreed upon
        answer = order.door.place(order.draft)
        told = order.door.order(order.draft)
        if answer.accepted and (told.transaction_id is None or answer.get("transaction_id") != told.transaction_id):
            sentence = "A repeated code payment was answered with a payment there is not."
            raise Violation(sentence, expected=f"{told.transaction_id} or a refusal", got=answer.described, rule=V2.life["codepay"])

    def forbids(self, order: Placed, answer: Heard, because: str) -> None:
        """A changed code payment that waits for its payer may be answered as the first was."""
        if order.entity.state not in _IN_DOUBT or order.machine.name == "order" or answer.accepted:
            super().forbids(order, answer, because)

    def before_closing(self, order: Placed) -> None:
        """Wait until the order is old enough to be closed."""
        if "time-travel" in self.platform.capabilities and self.platform.now() - order.entity.created < _FIVE_MINUTES:
            self.platform.advance(_FIVE_MINUTES)

    def undo(self, order: Placed) -> None:
        """Reverse, again while the result is open; where the sources differ, any answer will do that the next query bears out."""
        if order.entity.state == "REFUND":
            return
        answer = self._reversed(order)
        if order.entity.state == "REVOKED" or (order.entity.state == "USERPAYING" and not answer.accepted):
            self.model.refused = True
            return
        self.model.called(order, "reverse", self.door, answer)

    def _reversed(self, order: Placed) -> Heard:
        for _ in range(_TIMES_TO_REVERSE):
            if "time-travel" in self.platform.capabilities:
                self.platform.advance(_BETWEEN_REVERSES)
            answer = self.door.reverse(order.draft)
            if not self.door.leaves_open(answer) or order.entity.state == "USERPAYING":
                break
        return answer


_Steps: TypeAlias = tuple[str, ...]
_BEGINNINGS: Mapping[str, tuple[_Steps, ...]] = {
    "order": (
        (),
        ("close",),
        ("pay",),
        ("pay", "refund half"),
        ("pay", "refund all"),
        ("pay", "refund all", "settle SUCCESS"),
        ("pay", "refund half", "settle ABNORMAL"),
        ("pay", "refund all", "settle CLOSED"),
    ),
    "SUCCESS": ((), ("reverse",), ("refund half",), ("refund all", "settle SUCCESS")),
    "USERPAYING": ((), ("pay",), ("fail",), ("reverse",)),
    "PAYERROR": ((), ("reverse",)),
}
"""How an order, and a code payment that leads to some state at first, may have come somewhere."""
_ANYTHING: _Steps = ("place", "place changed", "pay", "fail", "close", "reverse", "refund half", "refund too much")
_OF_A_REFUND: _Steps = ("refund again", "refund changed", "settle SUCCESS", "settle ABNORMAL", "settle CLOSED", "pay out")


@dataclass(frozen=True, slots=True)
class Case:
    """A move from a point that was reached by some steps: everything through one family, or the move through the other."""

    kind: str
    steps: _Steps
    move: str
    first: Family
    then: Family
    role: Role

    def __str__(self) -> str:
        way = ", ".join((self.kind, *self.steps))
        return f"{way} through {self.first}, then {self.move} through {self.then}, as a {self.role}"


def _cases(platform: Platform) -> Iterator[Case]:
    """Every move from every point; families and roles take turns."""
    families: tuple[Family, Family] = ("v2", "v3")
    found = [(kind, steps, move) for kind, ways in _BEGINNINGS.items() for steps in ways for move in _moves(kind, steps)]
    for number, (kind, steps, move) in enumerate(found):
        known = roles(platform)
        yield Case(kind, steps, move, families[number % 3 == 2], families[number % 2], known[number // 2 % len(known)])


def _moves(kind: str, steps: _Steps) -> Iterator[str]:
    yield from (move for move in _ANYTHING if move != "reverse" or kind != "order")
    if any(step.startswith("refund") for step in steps):
        yield from _OF_A_REFUND


def _go(history: BothDoors, case: Case) -> None:
    history.speak(case.first)
    draft = lean("native" if case.kind == "order" else "codepay", case.role)
    history.model.watching = False
    if case.kind in {"order", "SUCCESS"}:
        history.door.place(draft).is_accepted()
    else:
        history.platform.plan_code(draft, case.kind)  # type: ignore[arg-type]  # one of its states
        history.door.place(draft)
    placed = history.stands("order" if case.kind == "order" else "codepay", draft, "NOTPAY" if case.kind == "order" else case.kind)
    for step in case.steps:
        _do(history, placed, step)
    history.model.watching = True
    history.speak(case.then)
    _do(history, placed, case.move)


def _do(history: BothDoors, placed: Placed, step: str) -> None:
    """Do one thing to the order, or to its last refund, and compare what comes of it."""
    act, _, how = step.partition(" ")
    if act in {"pay", "fail", "cancel"} and how != "out":
        history.payer(placed, act)
    elif act == "settle":
        history.settle((placed, placed.refunds[-1]), how)
    elif act == "refund" and how in _SHARES:
        history.refund(placed, *_SHARES[how])
    elif (placed.refunds and how in {"again", "out"}) or (act == "refund" and how == "changed"):
        again = {"again": history.refund_again, "changed": history.refund_changed, "out": history.pay_out_another_way}
        again[how]((placed, placed.refunds[-1]))
    else:
        whole = {"place": history.place_again, "place changed": history.place_changed, "close": history.close, "reverse": history.reverse}
        whole[step](placed)


_SHARES = {"half": (0.5, 0), "all": (1.0, 0), "too much": (1.0, 1)}


class AtTheTill(BothDoors):
    """Code payments whose payers confirm, decline, or are never heard of; the till asks, and reverses."""

    place = place_for_a_sub_merchant = None  # type: ignore[assignment]  # nothing but codes is paid here

    @precondition(lambda self: "partner-merchant" in self.platform.capabilities)
    @rule(target=History.placed, draft=orders.codepay(role="partner"), state=st.sampled_from(("USERPAYING", "SUCCESS")))
    def charge_for_a_sub_merchant(self, draft: Order, state: str) -> Placed:
        """Charge a code as a service provider."""
        self.platform.plan_code(draft, state)  # type: ignore[arg-type]  # drawn from two of its states
        self.door.place(draft)
        return self.stands("codepay", draft, state)

    @rule(order=History.placed, times=st.sampled_from((1, 3)))
    def poll(self, order: Placed, times: int) -> None:
        """Ask for an order every few seconds, as a till does."""
        for _ in range(times):
            if "time-travel" in self.platform.capabilities:
                self.platform.advance(5)
            self.model.agrees(order)

    @rule(order=History.placed, event=st.sampled_from(("pay", "fail", "cancel")))
    def answer_late(self, order: Placed, event: str) -> None:
        """Reverse, and let the payer answer only then."""
        self.undo(order)
        self.model.agrees(order)
        self.model.done(order.machine, order.entity, event, getattr(self.platform, event)(order.draft))
        self.model.agrees(order)


@judges(V2.life["order"], V2.money, V2.reading, V2.unchanged)
def test_every_move_from_every_point(platform: Platform) -> None:
    """Whatever is tried at whatever point of a life, through either family, goes as the tables say, and both tell what came of it."""
    platform.needs("payer", "settle", "code-plans", "time-travel", "client-certificates")
    try_all(platform, _cases(platform), lambda case: _go(BothDoors(platform), case))


@judges(V2.life["order"], V2.money, V2.reading, V2.unchanged)
def test_histories_go_as_the_machines_say(platform: Platform, walk: RunWalk) -> None:
    """Any sequence of calls through both families, payments, settlements and waiting goes as the tables predict, and both tell the same."""
    platform.needs("payer", "client-certificates")
    walk(lambda: BothDoors(platform), share=0.2)


@judges(V2.life["codepay"], V2.money, V2.reading, V2.unchanged)
def test_code_payments_go_as_their_machine_says(platform: Platform, walk: RunWalk) -> None:
    """Any sequence of charging, polling, confirming, declining, reversing and refunding code payments goes as their table predicts."""
    platform.needs("payer", "code-plans", "client-certificates")
    walk(lambda: AtTheTill(platform), share=0.2)
