"""Until when APIv2 delivers a notification: what ends it, what does not, and how often it comes."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.refunding import settle
from conformance.checks.platform.v2.notices import ACCEPTING, FRESH, REFUSING, Paid, is_signed, payers, plain, refunding, refunds
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2.inbox import InboxV2, LetterV2
from conformance.targets.verdicts import Violation
from reference.platform import LADDER, Said
from reference.rules import judges
from strategies.cases import Order, Refund
from strategies.refunds import Outcome

GROUP = "v2 notices"

_WHOLE = sum(LADDER) + 6 * 3600
"""Seconds in which every delivery has come, however late each is."""
_HOUR, _DAY = 3600, 86_400
_COPY = 5
"""Seconds after a delivery in which another server may make it again."""
_FATES: tuple[Outcome, ...] = ("SUCCESS", "ABNORMAL", "CLOSED")


@judges("v2.notify.repeats-until-acknowledged")
def test_repeats_what_was_not_acknowledged(platform: Platform) -> None:
    """Whatever is answered but return_code SUCCESS in XML with HTTP 200, the same payment comes again, under a sign of its own."""
    platform.needs("payer", "time-travel", "notifications")

    def attempt(kind: Paid) -> None:
        with InboxV2(platform) as inbox:
            begun = [(name, kind.pay(inbox, said)) for name, said in REFUSING.items()]
            inbox.wait(_HOUR)
            for name, order in begun:
                _comes_again(inbox, order, 2, name)

    try_all(platform, payers(platform), attempt)


@judges("v2.notify.repeats-until-acknowledged")
@given(answers=st.lists(st.sampled_from(sorted(REFUSING)), min_size=1, max_size=len(LADDER)), index=st.integers(0, 9))
def test_repeats_until_it_is_acknowledged(platform: Platform, answers: list[str], index: int) -> None:
    """Whatever is answered in turn, the next delivery follows each, up to the last there is."""
    platform.needs("payer", "time-travel", "notifications")
    kinds = payers(platform)
    with InboxV2(platform) as inbox:
        order = kinds[index % len(kinds)].pay(inbox, *(REFUSING[name] for name in answers), ACCEPTING["plain"])
        inbox.wait(_WHOLE)
        _comes_again(inbox, order, len(answers) + 1, ", ".join(answers))


def _comes_again(inbox: InboxV2, order: Order, count: int, answered: str) -> None:
    letters = inbox.at(str(order.fields["notify_url"]))
    if len(letters) < count:
        raise Violation(
            f"A payment is not announced again after {answered}.", expected=f"{count} deliveries", got=f"{len(letters)} deliveries"
        )
    for letter in letters:
        is_signed(letter)
        if _business(letter) != _business(letters[0]):
            raise Violation("A repeated notice tells another payment.", expected=str(_business(letters[0])), got=letter.described)
    apart = _apart(letters)
    if len({letter.values.get("sign") for letter in apart}) < len(apart):
        raise Violation("A repeated notice is not signed afresh.", expected="a sign of its own", got=letters[-1].described)


def _apart(letters: Sequence[LetterV2]) -> list[LetterV2]:
    """Return the deliveries that are no copies of the one before."""
    moments = [letter.delivery.at for letter in letters]
    return [letter for place, letter in enumerate(letters) if place == 0 or moments[place] - moments[place - 1] > _COPY]


def _business(letter: LetterV2) -> dict[str, str]:
    return {name: value for name, value in letter.values.items() if name not in FRESH}


@judges("v2.notify.stops-when-acknowledged")
def test_an_acknowledged_payment_comes_no_more(platform: Platform) -> None:
    """However return_code SUCCESS is written, and after however many refusals, a payment is not announced again."""
    platform.needs("payer", "time-travel", "notifications")
    with InboxV2(platform) as inbox:
        begun: list[tuple[str, int, Order]] = []
        for turn, kind in enumerate(payers(platform)):
            for name, said in ACCEPTING.items():
                refusals = _some(turn + len(name))
                begun.append((name, len(refusals), kind.pay(inbox, *refusals, said)))
        inbox.wait(2 * _DAY)
        for name, failures, order in begun:
            _has_stopped(inbox.at(str(order.fields["notify_url"])), failures, name)


@judges("v2.notify.stops-when-acknowledged")
def test_an_acknowledged_refund_comes_no_more(platform: Platform) -> None:
    """The end of a refund of any kind of order, acknowledged at once or after refusals, is not announced again."""
    platform.needs("payer", "settle", "time-travel", "notifications")
    with InboxV2(platform) as inbox:
        begun: list[tuple[str, int, Refund]] = []
        for turn, (product, role) in enumerate(refunds(platform)):
            for name, said in list(ACCEPTING.items())[turn % 2 :: 2]:
                order, refusals = plain(product, role), _some(turn + len(name))
                platform.v2.must_pay(order)
                begun.append((name, len(refusals), refunding(inbox, order, 100, *refusals, said)))
        for turn, (_, _, refund) in enumerate(begun):
            settle(platform, refund, _FATES[turn % 3])
        inbox.wait(2 * _DAY)
        for name, failures, refund in begun:
            _has_stopped(inbox.at(str(refund.fields["notify_url"])), failures, name)


def _some(turn: int) -> list[Said]:
    """Some refusals, of different kinds: none, one, or up to five."""
    ways = list(REFUSING.values())
    return [ways[(turn + step) % len(ways)] for step in range((0, 1, 0, 5, 2)[turn % 5])]


def _has_stopped(letters: Sequence[LetterV2], failures: int, name: str) -> None:
    if len(letters) <= failures:
        return  # it was never acknowledged; that it must come again is another rule
    acknowledged = letters[failures].delivery.at
    later = [letter for letter in letters[failures + 1 :] if letter.delivery.at - acknowledged > _COPY]
    if later or len(letters) > failures + 2:
        raise Violation(
            f"A notification comes again after return_code SUCCESS, {name}.",
            expected=f"{failures + 1} deliveries",
            got=f"{len(letters)} deliveries, the last {letters[-1].delivery.at - acknowledged} s later",
        )


@judges("v2.notify.follows-the-schedule")
def test_follows_the_schedule_and_ends(platform: Platform) -> None:
    """A payment nobody acknowledges is announced sixteen times after the published pauses, and not once more within a week."""
    platform.needs("payer", "time-travel", "notifications")
    ways = list(REFUSING.items())
    with InboxV2(platform) as inbox:
        begun: list[tuple[str, Order]] = []
        for turn, kind in enumerate(payers(platform)):
            for name, said in (ways[turn % len(ways)], ways[(3 * turn + 5) % len(ways)]):
                begun.append((name, kind.pay(inbox, said)))
            inbox.wait(7)
        inbox.wait(_WHOLE)
        inbox.wait(7 * _DAY)
        for name, order in begun:
            _keeps_to_it(inbox.at(str(order.fields["notify_url"])), name)


def _keeps_to_it(letters: Sequence[LetterV2], name: str) -> None:
    pauses = [later.delivery.at - earlier.delivery.at for earlier, later in pairwise(_apart(letters))]
    fits = len(pauses) == len(LADDER) and all(abs(pause - due) <= max(_COPY, due / 5) for pause, due in zip(pauses, LADDER, strict=True))
    if not fits:
        raise Violation(
            f"The deliveries of a payment that was answered by {name} do not follow the schedule.",
            expected=f"pauses of {', '.join(map(str, LADDER))} s",
            got=f"pauses of {', '.join(map(str, pauses)) or 'none'} s",
        )
