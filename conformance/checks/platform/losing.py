"""Calls whose answers are lost, through either family, and what may be seen of them afterwards."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from conformance.checks.doors import Door, Heard
from conformance.checks.platform.stages import wait
from conformance.targets.platform import Platform
from conformance.targets.verdicts import Violation
from strategies.cases import Order, Refund
from strategies.orders import lean

__all__ = [
    "WHEN",
    "Act",
    "When",
    "acts_on",
    "closing",
    "has_one_effect",
    "is_before_or_after",
    "leaves_the_payer_what_it_shows",
    "reversing",
    "takes_its_amount_once",
]

When = Literal["before", "after"]
WHEN: Final[tuple[When, ...]] = ("before", "after")
_A_MINUTE: Final = 61
_BEFORE_CLOSING: Final = 301
_WAITING: Final = frozenset({"NOTPAY", "USERPAYING"})


@dataclass(frozen=True)
class Act:
    """A call that changes something: how to make it, and how to see what became of it (None for nothing there)."""

    name: str
    door: Door
    call: Callable[[], Heard]
    look: Callable[[], Any]
    lost: When

    def __str__(self) -> str:
        return f"{self.name} {self.door}, the answer lost {self.lost} it took effect"


def acts_on(make: Callable[[], Order], name: str, doors: Sequence[Door]) -> Iterator[Act]:
    """Placing, closing and refunding the orders *make* makes, through the first of *doors* and seen through all."""
    for when in WHEN:
        yield _placing(make(), name, doors, when)
        if make().product != "codepay":
            yield closing(make(), name, doors, when)
            yield _refunding(make(), name, doors, when)


def reversing(order: Order, name: str, doors: Sequence[Door], when: When) -> Act:
    """Reversing *order*, which is paid by code, through the first of *doors* and seen through all."""
    look = _look_at(order, doors, lambda: doors[0].place(order))
    return Act(f"reverse {name}", doors[0], lambda: doors[0].reverse(order), look, when)


def _placing(order: Order, name: str, doors: Sequence[Door], when: When) -> Act:
    return Act(f"place {name}", doors[0], lambda: doors[0].place(order), lambda: _seen(order, doors), when)


def closing(order: Order, name: str, doors: Sequence[Door], when: When) -> Act:
    """Closing *order*, through the first of *doors* and seen through all."""

    def prepare() -> None:
        doors[0].place(order).is_accepted()
        wait(doors[0].platform, _BEFORE_CLOSING)

    return Act(f"close {name}", doors[0], lambda: doors[0].close(order), _look_at(order, doors, prepare), when)


def _refunding(order: Order, name: str, doors: Sequence[Door], when: When) -> Act:
    refund = Refund(order, 60)

    def look() -> Any:
        if order.number is None:
            doors[0].place(order).is_accepted()
            doors[0].platform.pay(order)
        found = [door.value(door.query_refund(refund)) for door in doors]
        return None if found == [None] * len(doors) else found

    return Act(f"refund {name}", doors[0], lambda: doors[0].refund(refund), look, when)


def _look_at(order: Order, doors: Sequence[Door], prepare: Callable[[], object]) -> Callable[[], Any]:
    def look() -> Any:
        if order.number is None:
            prepare()
        return _seen(order, doors)

    return look


def _seen(order: Order, doors: Sequence[Door]) -> Any:
    found = [door.value(door.query(order)) for door in doors]
    return None if found == [None] * len(doors) else found


def _lose(platform: Platform, act: Act) -> tuple[Any, Any]:
    """Make the call with its answer lost; return what is seen before and after it."""
    before = act.look()
    platform.lose_next(act.lost)
    answer = act.call()
    if not act.door.leaves_open(answer):
        raise Violation("The answer was not lost.", expected="an answer that leaves open what was done", got=answer.described)
    return before, act.look()


def _repeat(act: Act, *, took_effect: bool) -> None:
    """Make the call again, after a pause: it is accepted, or refused as done before if it had taken effect."""
    _pause(act.door)
    answer = act.call()
    if took_effect and act.door.refuses(answer) and answer.status != 401:
        return
    answer.is_accepted(because="Repeating a call whose answer was lost is answered.")


def _pause(door: Door) -> None:
    """Let so much time pass that nothing comes too fast."""
    wait(door.platform, _A_MINUTE)


def is_before_or_after(platform: Platform, act: Act) -> None:
    """Demand that after a lost answer the object is wholly as before or wholly as the call makes it, however often it is asked for."""
    before, found = _lose(platform, act)
    again = act.look()
    if again != found:
        raise Violation("After a lost answer two queries differ.", expected=repr(found), got=repr(again))
    _repeat(act, took_effect=found != before)
    settled = act.look()
    if found not in (before, settled):
        sentence = "After a lost answer the object was neither as before nor as after the call."
        raise Violation(sentence, expected=f"{before!r} or {settled!r}", got=repr(found))


def has_one_effect(platform: Platform, act: Act) -> None:
    """Demand that the call repeated after its answer was lost is answered, about the same object, and takes effect once."""
    before, found = _lose(platform, act)
    _repeat(act, took_effect=found != before)
    settled = act.look()
    if settled is None:
        raise Violation("A repeated and accepted call left nothing behind.", expected="the object", got="not found")
    if found not in (before, settled):
        raise Violation("Repeating a call that had taken effect changed the object again.", expected=repr(found), got=repr(settled))


def leaves_the_payer_what_it_shows(platform: Platform, act: Act, order: Order) -> None:
    """Demand that after a lost answer about the unpaid *order* the payer can pay exactly if a query shows that it waits for them."""
    _lose(platform, act)
    state = act.door.order(order).state
    refused = platform.pay(order)
    if (refused is None) is not (state in _WAITING):
        got = "a payment" if refused is None else f"refused: {refused}"
        raise Violation(f"After a lost answer an order in {state} is something else to its payer.", expected=state, got=got)


def takes_its_amount_once(platform: Platform, door: Door, when: When, *, others: Sequence[Door] = ()) -> None:
    """Demand that after a lost refund and two repetitions exactly the rest can still be refunded, through *door* and *others*."""
    order = lean("jsapi", total=100)
    door.place(order).is_accepted()
    platform.pay(order)
    refund = Refund(order, 60)
    platform.lose_next(when)
    door.refund(refund)
    for _ in range(2):
        _pause(door)
        door.refund(refund).is_accepted(because="Repeating a refund whose answer was lost is answered.")
    for each in (door, *others):
        _pause(each)
        each.refund(Refund(order, 41)).is_refused(because="More than the rest was refunded.")
    _pause(door)
    door.refund(Refund(order, 40)).is_accepted(because="The rest can be refunded.")
