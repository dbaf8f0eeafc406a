"""Answers that never arrive: the object is in the old or the new state, and repeating has one effect."""

from conformance.checks.doors import DoorV3
from conformance.checks.platform.losing import WHEN, Act, acts_on, has_one_effect, is_before_or_after, reversing, takes_its_amount_once
from conformance.checks.platform.stages import Kind, kinds
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from reference.rules import judges

GROUP = "invariants"

_LOST = "v3.invariant.lost-answer-admits-two-states"
_REPEATED = "v3.invariant.repeat-after-lost-answer-has-one-effect"


def _acts(platform: Platform) -> list[Act]:
    door = (DoorV3(platform),)
    code = Kind("codepay")
    found = [act for kind in (*kinds(platform), code) for act in acts_on(kind.order, str(kind), door)]
    return [*found, *(reversing(code.order(), "code payment", door, when) for when in WHEN)]


@judges(_LOST)
def test_a_lost_answer_leaves_the_old_or_the_new_state(platform: Platform) -> None:
    """After a lost answer the object is wholly as before or wholly as the call makes it, and stays so however often it is asked for."""
    platform.needs("loss", "payer")
    try_all(platform, _acts(platform), lambda act: is_before_or_after(platform, act))


@judges(_REPEATED)
def test_repeating_a_call_whose_answer_was_lost_has_one_effect(platform: Platform) -> None:
    """The repetition is accepted, it is the same object, and no more money moves than once."""
    platform.needs("loss", "payer")
    try_all(platform, _acts(platform), lambda act: has_one_effect(platform, act))


@judges(_REPEATED)
def test_a_refund_repeated_after_a_lost_answer_takes_its_amount_once(platform: Platform) -> None:
    """After a lost answer and two repetitions exactly the rest of the order can still be refunded, and not a fen more."""
    platform.needs("loss", "payer", "time-travel")
    try_all(platform, WHEN, lambda when: takes_its_amount_once(platform, DoorV3(platform), when))
