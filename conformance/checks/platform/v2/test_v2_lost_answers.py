"""Answers of APIv2 that never arrive: the call is done once or not at all, both families say which, and repeating has one effect."""

from conformance.checks.platform.losing import (
    WHEN,
    Act,
    When,
    acts_on,
    closing,
    has_one_effect,
    is_before_or_after,
    leaves_the_payer_what_it_shows,
    reversing,
    takes_its_amount_once,
)
from conformance.checks.platform.stages import Kind, wait
from conformance.checks.platform.v2.asking import roles
from conformance.checks.platform.v2.points import doors
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from reference.rules import judges
from strategies.cases import Role

GROUP = "v2 invariants"

_BETWEEN_REVERSES = 15
_LOST = "v2.invariant.lost-answers-leave-two-states"


def _acts(platform: Platform) -> list[Act]:
    found: list[Act] = []
    for role in roles(platform):
        code = Kind("codepay", role)
        for kind in (Kind("jsapi", role), Kind("native", role), code):
            found += acts_on(kind.order, str(kind), doors(platform))
        found += [reversing(code.order(), str(code), doors(platform), when) for when in WHEN]
    return found


@judges(_LOST)
def test_a_lost_answer_leaves_the_old_or_the_new_state(platform: Platform) -> None:
    """After an answer that was lost the object is wholly as before or as after, in both families, until the call is repeated."""
    platform.needs("loss", "payer", "client-certificates")
    try_all(platform, _acts(platform), lambda act: is_before_or_after(platform, act))


@judges(_LOST)
def test_repeating_a_call_whose_answer_was_lost_has_one_effect(platform: Platform) -> None:
    """The same call with the same number is answered, and there is one object, with one movement of money."""
    platform.needs("loss", "payer", "client-certificates")
    try_all(platform, _acts(platform), lambda act: has_one_effect(platform, act))


@judges(_LOST)
def test_a_lost_close_or_reverse_is_done_or_not(platform: Platform) -> None:
    """After a lost close, and a lost reverse of a code whose owner is asked, the payer can pay exactly what still waits for them."""
    platform.needs("loss", "payer", "code-plans", "client-certificates")

    def attempt(case: tuple[Role, str, When]) -> None:
        role, product, when = case
        if product == "codepay":
            order = Kind("codepay", role).order()
            platform.plan_code(order, "USERPAYING")
            doors(platform)[0].place(order)
            wait(platform, _BETWEEN_REVERSES)
            act = reversing(order, product, doors(platform), when)
        else:
            order = Kind("native", role).order()
            act = closing(order, product, doors(platform), when)
        leaves_the_payer_what_it_shows(platform, act, order)

    try_all(platform, [(role, product, when) for role in roles(platform) for product in ("codepay", "native") for when in WHEN], attempt)


@judges(_LOST)
def test_a_refund_repeated_after_a_lost_answer_takes_its_amount_once(platform: Platform) -> None:
    """After a lost answer and two repetitions exactly the rest can still be refunded, through either family, and not a fen more."""
    platform.needs("loss", "payer", "time-travel", "client-certificates")
    one, other = doors(platform)
    try_all(platform, WHEN, lambda when: takes_its_amount_once(platform, one, when, others=(other,)))
