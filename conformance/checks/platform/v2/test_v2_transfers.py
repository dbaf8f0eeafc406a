"""Transfers to a person's balance in APIv2: their fields, the name that is checked, one payment for a number, and their states."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hypothesis import given

from conformance.checks.platform.v2.paying_out import A_DAY, Purse, Sender, absent, hold, none_there, shown, stands
from conformance.checks.platform.v2.repeating import Way, changes_nothing, known_ways, pays_once
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2.payouts import Payouts
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies.cases import NumberShape
from strategies.v2 import payout_faults
from strategies.v2.cases import FaultV2
from strategies.v2.payouts import Payout, lean, transfers

GROUP = "v2 transfers"

_FIELDS = "v2.transfer.needs-its-fields"
_NAME = "v2.transfer.checks-the-name-when-told"
_ONCE = "v2.transfer.pays-a-number-once"
_STATES = "v2.transfer.shows-known-states"
_NONE = "v2.transfer.says-that-there-is-none"
_NOT_FOUND = ("NOT_FOUND",)
_TRANSFER = Sender("transfer", "merchant")
_EDGES: Mapping[str, str] = {"amount": "1", "desc": "x" * 100}
"""What is just good enough."""


@judges(_FIELDS)
def test_needs_its_fields(platform: Platform) -> None:
    """A transfer that lacks a field, has one under another name or one that is not as documented is refused; there is no transfer."""
    payouts = Payouts(platform)

    def attempt(fault: FaultV2) -> None:
        transfer = lean("transfer")
        payouts.send(transfer, broken_by=fault).is_refused(because=f"Of the transfer {fault!r}.")
        absent(payouts, transfer)
        payouts.send(transfer).is_accepted(because="It has all its fields.")

    try_all(platform, payout_faults.of_transfer(), attempt)


@judges(_FIELDS)
def test_takes_what_is_just_good_enough(platform: Platform) -> None:
    """A fen, a desc of 100 characters and a partner_trade_no of 32 letters and digits are enough and not too much."""
    payouts = Payouts(platform)

    def attempt(name: str) -> None:
        transfer = lean("transfer", amount=1)
        if name == "partner_trade_no":
            transfer.shape = NumberShape(32, "azAZ09")
        else:
            transfer = transfer.but(**{name: _EDGES[name]})
        payouts.send(transfer).is_accepted(because=f"Its {name} is as documented.")
        shown(payouts, transfer)

    try_all(platform, ("partner_trade_no", *_EDGES), attempt)


@judges(_FIELDS)
@given(transfer=transfers())
def test_pays_what_has_all_its_fields(platform: Platform, transfer: Payout) -> None:
    """Any transfer that has its fields is accepted, and shown with its amount, payee and words."""
    payouts = Payouts(platform)
    payouts.send(transfer).is_accepted().has("partner_trade_no", payouts.number(transfer))
    shown(payouts, transfer).has("openid", payouts.payee(transfer)).has("desc", transfer.members["desc"] or "")


@judges(_NAME)
def test_pays_only_the_person_named(platform: Platform) -> None:
    """With FORCE_CHECK another name is NAME_MISMATCH, no name is refused, no money moves; the right name is paid."""
    payouts, right = Payouts(platform), platform.merchant().payer_name

    def attempt(name: str | None) -> None:
        purse = Purse(platform, _TRANSFER)
        purse.fill([], over=1)
        transfer = lean("transfer", amount=1, check_name="FORCE_CHECK", re_user_name=name)
        answer = payouts.send(transfer)
        if name:
            answer.is_refused("NAME_MISMATCH", because=f"The payee is not called {name}.")
        else:
            answer.is_refused(because="The name to be checked is missing.")
        absent(payouts, transfer)
        purse.holds(1, because="The person named was not there to be paid.")
        purse.close()

    near = (right[:1], right[1:], right[::-1], f"{right}{right[-1]}") if right else ()
    try_all(platform, (None, "", "查无此人", "Nobody", *(name for name in near if name != right)), attempt)
    if right:
        transfer = lean("transfer", check_name="FORCE_CHECK", re_user_name=right)
        payouts.send(transfer).is_accepted(because="The payee has that name.")
        stands(payouts, transfer, "SUCCESS", "PROCESSING", because="The payee has that name.")


@judges(_NAME)
def test_pays_anybody_without_a_check(platform: Platform) -> None:
    """With NO_CHECK a transfer is paid whatever name it has, and without one."""
    payouts = Payouts(platform)

    def attempt(name: str | None) -> None:
        transfer = lean("transfer", check_name="NO_CHECK", re_user_name=name)
        payouts.send(transfer).is_accepted(because="The name is not to be checked.")
        stands(payouts, transfer, "SUCCESS", "PROCESSING", because="The name is not to be checked.")

    try_all(platform, (None, "查无此人", platform.merchant().payer_name), attempt)


@judges(_ONCE)
def test_a_number_pays_once(platform: Platform) -> None:
    """Repeated after an answer, at once, after a lost answer and while it is undecided, a transfer is paid once and costs it once."""

    def attempt(way: Way) -> None:
        pays_once(platform, _TRANSFER, way)

    try_all(platform, known_ways(platform), attempt)


@judges(_ONCE)
def test_a_used_number_with_other_parameters_is_refused(platform: Platform) -> None:
    """Another amount or payee under a used number is refused in every state, and the transfer is as it was; so is the account."""
    payouts = Payouts(platform)

    def attempt(case: tuple[_Life, str]) -> None:
        life, member = case
        transfer = lean("transfer")
        life.begin(payouts, transfer)
        changed = transfer.of(transfer.amount + 1) if member == "amount" else transfer.fresh()
        changed.number = transfer.number
        if member == "openid":
            changed.payee = payouts.somebody()
        codes = ("FATAL_ERROR", "PARAM_ERROR", "SEND_FAILED") if life.state == "FAILED" else ()
        changes_nothing(platform, _TRANSFER, transfer, changed, *codes)

    try_all(platform, [(life, member) for life in _lives(platform) for member in ("amount", "openid")], attempt)


@judges(_STATES)
def test_shows_known_states(platform: Platform) -> None:
    """A transfer is shown as it was sent, in one of three states, with a reason exactly when it failed, and for good once decided."""
    payouts = Payouts(platform)

    def attempt(life: _Life) -> None:
        transfer = lean("transfer")
        life.begin(payouts, transfer)
        first = _told(payouts, transfer, life)
        payouts.send(transfer)
        if life.state != "PROCESSING" and {"lives", "time-travel"} <= platform.capabilities:
            for event in ("settle", "fail", "hold_up"):
                payouts.let(transfer, event)
            platform.advance(3 * A_DAY)
        again = _told(payouts, transfer, life)
        if again != first:
            raise Violation("A transfer that was decided about has changed.", expected=repr(first), got=repr(again))

    try_all(platform, _lives(platform), attempt)


@judges(_STATES)
def test_a_failed_transfer_gives_the_money_back(platform: Platform) -> None:
    """While a transfer is undecided its money is away; when it fails the merchant has it again, however often the request comes."""
    platform.needs("lives", "balance")
    payouts = Payouts(platform)
    purse = Purse(platform, _TRANSFER)

    def attempt(repeats: int) -> None:
        transfer = lean("transfer", amount=1)
        purse.fill([transfer])
        hold(payouts, transfer)
        purse.holds(0, because="The transfer may yet be paid.")
        payouts.let(transfer, "fail")
        for _ in range(repeats):
            payouts.send(transfer).is_refused(because="The transfer has failed, and its number pays nothing more.")
        stands(payouts, transfer, "FAILED", because="The transfer has failed.")
        purse.holds(1, because="The transfer has failed, and its money is back.")
        purse.close()

    try_all(platform, (0, 1, 2), attempt)


@judges(_NONE)
def test_says_that_there_is_none(platform: Platform) -> None:
    """A number never used, or used for what was refused or never came in, is NOT_FOUND without a status, and can be used afterwards."""
    payouts = Payouts(platform)

    def attempt(before: str) -> None:
        transfer = lean("transfer")
        if before == "refused":
            payouts.send(transfer.but(check_name="FORCE_CHECK")).is_refused(because="The name to be checked is missing.")
        elif before == "lost":
            platform.lose_next("before")
            payouts.send(transfer)
        for _ in range(2):
            none_there(payouts.query(transfer), because="There is no such transfer.").is_refused(*_NOT_FOUND)
        payouts.send(transfer).is_accepted(because="Asking about a number does not use it.")
        shown(payouts, transfer)

    lost = ("lost",) if "loss" in platform.capabilities else ()
    try_all(platform, ("never used", "refused", *lost), attempt)


@judges(_NONE)
def test_shows_nobody_elses_transfers(platform: Platform) -> None:
    """Another merchant's transfer is NOT_FOUND, and its number can be used: two merchants' numbers have nothing to do with each other."""
    platform.needs("other-merchant")
    payouts = Payouts(platform)
    mine = lean("transfer")
    first = payouts.send(mine).is_accepted()
    theirs = Payout("transfer", 1, members=mine.members, role="other", number=mine.number)
    none_there(payouts.query(theirs), because="The transfer is another merchant's.").is_refused(*_NOT_FOUND)
    second = payouts.send(theirs).is_accepted(because="It is this merchant's first transfer under the number.")
    if second["payment_no"] == first["payment_no"]:
        raise Violation("Two merchants' transfers are one.", expected="two payment_no", got=second["payment_no"])
    shown(payouts, mine)
    shown(payouts, theirs)


@dataclass(frozen=True)
class _Life:
    """A transfer in *state*, and how it comes there."""

    state: str
    begin: Callable[[Payouts, Payout], object]

    def __str__(self) -> str:
        return self.state


def _lives(platform: Platform) -> tuple[_Life, ...]:
    paid = _Life("SUCCESS", lambda payouts, transfer: payouts.send(transfer).is_accepted())
    if "lives" not in platform.capabilities:
        return (paid,)
    return (paid, _Life("PROCESSING", hold), _Life("SUCCESS", _held("settle")), _Life("FAILED", _held("fail")))


def _held(event: str) -> Callable[[Payouts, Payout], None]:
    def begin(payouts: Payouts, transfer: Payout) -> None:
        hold(payouts, transfer)
        payouts.let(transfer, event)

    return begin


def _told(payouts: Payouts, transfer: Payout, life: _Life) -> tuple[str | None, ...]:
    """Return what a query tells of *transfer*, which is as it was sent."""
    answer = stands(payouts, transfer, life.state, because="It is what became of the transfer.")
    answer.has("openid", payouts.payee(transfer)).has("partner_trade_no", payouts.number(transfer))
    if (answer.get("reason") is not None) != (life.state == "FAILED"):
        raise Violation("A transfer has a reason exactly when it failed.", expected=life.state, got=answer.described)
    return tuple(answer.get(name) for name in ("detail_id", "status", "payment_amount", "reason", "payment_time"))
