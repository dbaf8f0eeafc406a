"""A payout asked for more than once: in every way a request comes again, it is made once."""

from collections.abc import Callable
from dataclasses import dataclass

from conformance.checks.platform.v2.paying_out import A_DAY, CHANGED, ID, SHOWN_AMOUNT, SHOWN_ID, Purse, Sender, absent, quiet, shown
from conformance.targets.platform import Platform
from conformance.targets.v2.answer import AnswerV2
from conformance.targets.v2.payouts import Payouts
from conformance.targets.verdicts import Violation
from strategies.v2.payouts import Payout

__all__ = ["WAYS", "Way", "changes_nothing", "known_ways", "pays_once"]

_ENDS_WELL = {"redpack": "deliver", "transfer": "settle", "bank_transfer": "settle"}


@dataclass(frozen=True, slots=True)
class Way:
    """How the first request goes before it is repeated: *begin* makes it and returns its answers; *needs* are the powers that takes."""

    name: str
    begin: Callable[[Platform, Payouts, Payout], list[AnswerV2]]
    needs: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.name


def _answered(_platform: Platform, payouts: Payouts, payout: Payout) -> list[AnswerV2]:
    return [payouts.send(payout).is_accepted()]


def _at_once(platform: Platform, payouts: Payouts, payout: Payout) -> list[AnswerV2]:
    payouts.sending(payout)  # the number is minted before the threads
    return platform.together(*[lambda: payouts.send(payout)] * 4)


def _lost_before(platform: Platform, payouts: Payouts, payout: Payout) -> list[AnswerV2]:
    payouts.sending(payout)  # a key that is fetched for it is not what gets lost
    platform.lose_next("before")
    return [payouts.send(payout)]


def _lost_after(platform: Platform, payouts: Payouts, payout: Payout) -> list[AnswerV2]:
    payouts.sending(payout)
    platform.lose_next("after")
    return [payouts.send(payout)]


def _held_up(_platform: Platform, payouts: Payouts, payout: Payout) -> list[AnswerV2]:
    payouts.let(payout, "hold_up")
    answers = [payouts.send(payout), payouts.send(payout)]
    if (refused := payouts.let(payout, _ENDS_WELL[payout.machine])) is not None:
        raise Violation("A payout that was held up cannot go on.", expected="it goes on", got=f"refused: {refused}")
    return answers


def _later(platform: Platform, payouts: Payouts, payout: Payout) -> list[AnswerV2]:
    answers = _answered(platform, payouts, payout)
    platform.advance(4 * 3_600 if payout.machine == "redpack" else 40 * A_DAY)
    return answers


WAYS = (
    Way("answered", _answered),
    Way("at once", _at_once),
    Way("lost before it was done", _lost_before, frozenset({"loss"})),
    Way("lost after it was done", _lost_after, frozenset({"loss"})),
    Way("held up", _held_up, frozenset({"lives"})),
    Way("answered long ago", _later, frozenset({"time-travel"})),
)
"""Every way a request may be repeated."""


def known_ways(platform: Platform) -> list[Way]:
    """Those of `WAYS` the platform's powers allow."""
    return [way for way in WAYS if way.needs <= platform.capabilities]


def pays_once(platform: Platform, sender: Sender, way: Way) -> None:
    """The payout, asked for in *way* and twice more, is one payout of its amount, and has left the account once."""
    quiet(platform)
    payouts, payout = Payouts(platform), sender.payout()
    purse = Purse(platform, sender)
    purse.fill([payout], over=1)
    answers = way.begin(platform, payouts, payout)
    answers += [payouts.send(payout).is_accepted(because="The request was made before, and is repeated unchanged.") for _ in range(2)]
    names = {answer[ID[payout.machine]] for answer in answers if answer.accepted}
    if len(names) != 1:
        raise Violation("One number was paid out more than once.", expected=f"one {ID[payout.machine]}", got=", ".join(sorted(names)))
    shown(payouts, payout).has(SHOWN_ID[payout.machine], names.pop(), because="It is what the payout was called when it was made.")
    purse.holds(1, because="The payout was asked for several times, and costs its amount once.")
    purse.close()


def changes_nothing(platform: Platform, sender: Sender, payout: Payout, changed: Payout, *codes: str) -> None:
    """A request under the number of *payout* for something else is refused with *codes*, and the payout is as it was."""
    payouts = Payouts(platform)
    purse = Purse(platform, sender)
    before = _seen(payouts, payout)
    purse.fill([], over=1)
    payouts.send(changed).is_refused(*(codes or CHANGED), because="The number was used with other parameters.")
    purse.holds(1, because="Money has left the account for a request that was refused.")
    purse.close()
    after = _seen(payouts, payout)
    if after != before:
        raise Violation("A refused request changed the payout before it.", expected=repr(before), got=repr(after))
    other = changed.fresh()
    absent(payouts, other)
    other.number = None
    payouts.send(other).is_accepted(because="The same is sent under a number of its own.")


def _seen(payouts: Payouts, payout: Payout) -> tuple[str | None, ...]:
    answer = shown(payouts, payout)
    return tuple(answer.get(name) for name in ("status", "openid", SHOWN_ID[payout.machine], SHOWN_AMOUNT[payout.machine]))
