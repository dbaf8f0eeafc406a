"""How profit sharing ends: in known states that never change, and with a rest that is released for good."""

from collections.abc import Mapping

from conformance.checks.platform.v2.asking import roles
from conformance.checks.platform.v2.sharing import (
    TOTAL,
    account_of,
    is_left,
    left,
    let_share,
    marked,
    needs,
    ready,
    receivers,
    settled,
    shares_shown,
    states_shown,
    status_shown,
)
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import NotApplicable, Violation
from reference.rules import judges
from strategies.cases import Order, Role
from strategies.v2.sharing import Finish, Receiver, Share, Sharing

GROUP = "v2 sharing"

_STATES = "v2.sharing.shows-known-states"
_FINISH = "v2.sharing.finish-frees-the-rest"
_PART = TOTAL // 10
_A_DAY = 86_400
_LATER = (3_600, _A_DAY, 10 * _A_DAY)


@judges(_STATES)
def test_shows_known_states(platform: Platform) -> None:
    """From the request on, status and results are known ones; what is finished or credited stays so for days."""
    needs(platform)

    def attempt(case: tuple[Role, bool]) -> None:
        role, several = case
        sharing = _shared(platform, role, several=several)
        seen = states_shown(platform, sharing, platform.v2.sharing.query(sharing).is_accepted())
        platform.advance(1)
        seen = _follows(seen, states_shown(platform, sharing, platform.v2.sharing.query(sharing).is_accepted()))
        seen = _follows(seen, states_shown(platform, sharing, settled(platform, sharing)))
        for seconds in _LATER:
            platform.advance(seconds)
            seen = _follows(seen, states_shown(platform, sharing, platform.v2.sharing.query(sharing).is_accepted()))

    try_all(platform, [(role, several) for role in roles(platform) for several in (True, False)], attempt)


@judges(_STATES)
def test_an_end_shows_known_states(platform: Platform) -> None:
    """A finish that can be queried is in a known state, with no share that was not asked for, and stays finished for days."""
    needs(platform)

    def attempt(role: Role) -> None:
        order, to = marked(role), receivers(platform, role)[0]
        ready(platform, order, to)
        finish = Finish(order)
        platform.v2.sharing.finish(finish).is_accepted(because="The order holds something.")
        seen: dict[str, str] = {}
        for seconds in (0, 1, *_LATER):
            platform.advance(seconds)
            answer = platform.v2.sharing.query(finish)
            if answer.accepted:
                seen = _follows(seen, {"status": status_shown(answer)})

    try_all(platform, roles(platform), attempt)


@judges(_STATES)
def test_tells_each_share_apart(platform: Platform) -> None:
    """Of two shares of which one fails, each shows its own result, and what the failed one took is the merchant's again."""
    needs(platform)
    platform.needs("lives")

    def attempt(case: tuple[Role, bool, int]) -> None:
        role, several, failing = case
        sharing = _shared(platform, role, several=several)
        if len(sharing.shares) == 1:
            raise NotApplicable({"other-merchant"})
        frozen = left(platform, sharing.order) + (sharing.amount if several else 0)
        refused = let_share(platform, sharing, failing, "fail")
        if refused is not None:
            raise NotApplicable({"shares that fail"})
        between = states_shown(platform, sharing, platform.v2.sharing.query(sharing).is_accepted())
        shown = _follows(between, states_shown(platform, sharing, settled(platform, sharing)))
        for number, share in enumerate(sharing.shares):
            expected = "CLOSED" if number == failing else "SUCCESS"
            found = shown[account_of(platform, sharing, share)]
            if found != expected:
                raise Violation("A share does not show what became of it.", expected=f"result {expected}", got=f"result {found}")
        held = frozen - sharing.shares[1 - failing].amount
        is_left(platform, sharing.order, held if several else 0, "One share of two failed.")

    try_all(platform, [(role, several, which) for role in roles(platform) for several in (True, False) for which in (0, 1)], attempt)


@judges(_FINISH)
def test_finishing_frees_the_rest(platform: Platform) -> None:
    """After a finish, whether shares were given before or not, nothing is left, and no further sharing or finish is accepted, ever."""
    needs(platform)

    def attempt(case: tuple[Role, int]) -> None:
        role, before = case
        order, to = marked(role), receivers(platform, role)[0]
        frozen = ready(platform, order, to)
        for _ in range(before):
            platform.v2.sharing.share(Sharing(order, (Share(to, _PART),))).is_accepted(because="Only a part was shared.")
        is_left(platform, order, frozen - before * _PART, "A part was shared.")
        platform.v2.sharing.finish(Finish(order)).is_accepted(because="The order holds something.")
        _has_ended(platform, order, to)

    try_all(platform, [(role, before) for role in roles(platform) for before in (0, 1, 2)], attempt)


@judges(_FINISH)
def test_sharing_once_frees_the_rest(platform: Platform) -> None:
    """After a single sharing, as the first or after others, nothing is left, and no further sharing or finish is accepted, ever."""
    needs(platform)

    def attempt(case: tuple[Role, bool]) -> None:
        role, first = case
        order, to = marked(role), receivers(platform, role)[0]
        frozen = ready(platform, order, to)
        if not first:
            platform.v2.sharing.share(Sharing(order, (Share(to, _PART),))).is_accepted()
            is_left(platform, order, frozen - _PART, "A part was shared.")
        platform.v2.sharing.share(Sharing(order, (Share(to, _PART),), several=False)).is_accepted(because="The order holds more than that.")
        _has_ended(platform, order, to)

    try_all(platform, [(role, first) for role in roles(platform) for first in (True, False)], attempt)


@judges(_FINISH)
def test_what_nobody_shares_is_freed_in_time(platform: Platform) -> None:
    """For 29 days after the payment an order can be shared; after 181, which is more than any page gives, nothing is left of it."""
    needs(platform)

    def attempt(case: tuple[Role, int]) -> None:
        role, before = case
        order, to = marked(role), receivers(platform, role)[0]
        frozen = ready(platform, order, to)
        platform.advance(29 * _A_DAY)
        for _ in range(before):
            platform.v2.sharing.share(Sharing(order, (Share(to, _PART),))).is_accepted(because="An order is shared for thirty days.")
        is_left(platform, order, frozen - before * _PART, "The order was paid 29 days ago.")
        platform.advance(152 * _A_DAY)
        _has_ended(platform, order, to)

    try_all(platform, [(role, before) for role in roles(platform) for before in (0, 1)], attempt)


@judges(_FINISH)
def test_a_used_number_finishes_nothing(platform: Platform) -> None:
    """A finish under the number of a sharing, whatever it is answered, releases nothing: the rest can still be shared."""
    needs(platform)

    def attempt(case: tuple[Role, bool]) -> None:
        role, done = case
        order, to = marked(role), receivers(platform, role)[0]
        frozen = ready(platform, order, to)
        made = Sharing(order, (Share(to, _PART),))
        platform.v2.sharing.share(made).is_accepted()
        if done:
            settled(platform, made)
        platform.v2.sharing.finish(Finish(order, number=made.number))
        is_left(platform, order, frozen - _PART, "The number was used for a sharing.")
        platform.v2.sharing.share(Sharing(order, (Share(to, _PART),))).is_accepted(because="Nothing was finished.")
        shares_shown(platform, made, platform.v2.sharing.query(made).is_accepted())

    try_all(platform, [(role, done) for role in roles(platform) for done in (False, True)], attempt)


def _shared(platform: Platform, role: Role, *, several: bool) -> Sharing:
    """A sharing just accepted, of two shares where there are two receivers."""
    order, to = marked(role), receivers(platform, role)
    ready(platform, order, *to)
    ends = (to[0], to[-1]) if len(to) > 1 else to
    sharing = Sharing(order, tuple(Share(receiver, _PART - number) for number, receiver in enumerate(ends)), several)
    platform.v2.sharing.share(sharing).is_accepted()
    return sharing


def _follows(before: Mapping[str, str], now: dict[str, str]) -> dict[str, str]:
    """What was decided *before* is so *now*."""
    for name, state in before.items():
        if state not in {"PENDING", "PROCESSING"} and now.get(name) != state:
            raise Violation("What was decided has changed.", expected=f"{name} {state}", got=f"{name} {now.get(name)}")
    return now


def _has_ended(platform: Platform, order: Order, to: Receiver) -> None:
    """Nothing is left of *order* and nothing more happens to it, now and tomorrow."""
    for seconds in (0, _A_DAY):
        platform.advance(seconds)
        is_left(platform, order, 0, "The sharing has ended.")
        for several in (True, False):
            again = Sharing(order, (Share(to, 1),), several)
            platform.v2.sharing.share(again).is_refused(because="The sharing has ended.")
            platform.v2.sharing.query(again).is_refused(because="A refused sharing can be queried.")
        platform.v2.sharing.finish(Finish(order)).is_refused(because="The sharing has ended.")
    is_left(platform, order, 0, "The sharing has ended.")
