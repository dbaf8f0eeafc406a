"""Answers that never arrive: the object is in the old or the new state, and repeating has one effect."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from conformance.checks.platform.stages import kinds
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies import orders
from strategies.cases import Order, Refund

GROUP = "invariants"

_When = Literal["before", "after"]
_WHEN: tuple[_When, ...] = ("before", "after")
_LOST = "v3.invariant.lost-answer-admits-two-states"
_REPEATED = "v3.invariant.repeat-after-lost-answer-has-one-effect"


@dataclass(frozen=True)
class Act:
    """A call that changes something: how to make it, and how to see what became of it (None for nothing there)."""

    name: str
    call: Callable[[Platform], Answer]
    look: Callable[[Platform], Any]
    lost: _When

    def __str__(self) -> str:
        return f"{self.name}, the answer lost {self.lost} it took effect"


def _seen(answer: Answer) -> Any:
    return answer.json if answer.accepted else None


def _acts(platform: Platform) -> list[Act]:
    acts = []
    for when in _WHEN:
        for kind in kinds(platform):
            acts += [
                _placing(kind.order(), str(kind), when),
                _closing(kind.order(), str(kind), when),
                _refunding(kind.order(), str(kind), when),
            ]
        acts += [_placing(orders.lean("codepay"), "code payment", when), _reversing(orders.lean("codepay"), when)]
    return acts


def _placing(order: Order, name: str, when: _When) -> Act:
    return Act(f"place {name}", lambda platform: platform.place(order), lambda platform: _seen(platform.query(order)), when)


def _closing(order: Order, name: str, when: _When) -> Act:
    def look(platform: Platform) -> Any:
        if order.number is None:
            platform.place(order).is_accepted()
        return _seen(platform.query(order))

    return Act(f"close {name}", lambda platform: platform.close(order), look, when)


def _refunding(order: Order, name: str, when: _When) -> Act:
    refund = Refund(order, 60)

    def look(platform: Platform) -> Any:
        if order.number is None:
            platform.must_pay(order)
        return _seen(platform.query_refund(refund))

    return Act(f"refund {name}", lambda platform: platform.refund(refund), look, when)


def _reversing(order: Order, when: _When) -> Act:
    def look(platform: Platform) -> Any:
        if order.number is None:
            platform.place(order).is_accepted()
        return _seen(platform.query(order))

    return Act("reverse code payment", lambda platform: platform.reverse(order), look, when)


def _lose(platform: Platform, act: Act) -> tuple[Any, Any]:
    """Make the call with its answer lost; return what is seen before and after it."""
    before = act.look(platform)
    platform.lose_next(act.lost)
    answer = act.call(platform)
    if answer.status < 500:
        raise Violation("The answer was not lost.", expected="a 5xx answer", got=answer.described)
    return before, act.look(platform)


def _repeat(platform: Platform, act: Act, *, took_effect: bool) -> None:
    """Make the call again: it is accepted, or refused as done before if it had taken effect."""
    answer = act.call(platform)
    if took_effect and 400 <= answer.status < 500 and answer.status != 401:
        return
    answer.is_accepted(because="Repeating a call whose answer was lost is answered.")


@judges(_LOST)
def test_a_lost_answer_leaves_the_old_or_the_new_state(platform: Platform) -> None:
    """After a lost answer the object is wholly as before or wholly as the call makes it, and stays so however often it is asked for."""
    platform.needs("loss", "payer")

    def attempt(act: Act) -> None:
        before, found = _lose(platform, act)
        if act.look(platform) != found:
            raise Violation("After a lost answer two queries differ.", expected=repr(found), got=repr(act.look(platform)))
        _repeat(platform, act, took_effect=found != before)
        settled = act.look(platform)
        if found not in (before, settled):
            sentence = "After a lost answer the object was neither as before nor as after the call."
            raise Violation(sentence, expected=f"{before!r} or {settled!r}", got=repr(found))

    try_all(platform, _acts(platform), attempt)


@judges(_REPEATED)
def test_repeating_a_call_whose_answer_was_lost_has_one_effect(platform: Platform) -> None:
    """The repetition is accepted, it is the same object, and no more money moves than once."""
    platform.needs("loss", "payer")

    def attempt(act: Act) -> None:
        before, found = _lose(platform, act)
        _repeat(platform, act, took_effect=found != before)
        settled = act.look(platform)
        if settled is None:
            raise Violation("A repeated and accepted call left nothing behind.", expected="the object", got="not found")
        if found not in (before, settled):
            raise Violation("Repeating a call that had taken effect changed the object again.", expected=repr(found), got=repr(settled))

    try_all(platform, _acts(platform), attempt)


@judges(_REPEATED)
def test_a_refund_repeated_after_a_lost_answer_takes_its_amount_once(platform: Platform) -> None:
    """After a lost answer and two repetitions exactly the rest of the order can still be refunded, and not a fen more."""
    platform.needs("loss", "payer", "time-travel")

    def attempt(when: _When) -> None:
        order = orders.lean("jsapi", total=100)
        platform.must_pay(order)
        refund = Refund(order, 60)
        platform.lose_next(when)
        platform.refund(refund)
        for _ in range(2):
            platform.refund(refund).is_accepted(because="Repeating a refund whose answer was lost is answered.")
        platform.advance(61)
        platform.refund(Refund(order, 41)).is_refused(because="More than the rest was refunded.")
        platform.advance(61)
        platform.refund(Refund(order, 40)).is_accepted(because="The rest can be refunded.")

    try_all(platform, _WHEN, attempt)
