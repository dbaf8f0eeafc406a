"""The tables of red packets and transfers."""

from typing import Any

import pytest

from reference.machines import BANK_TRANSFER, REDPACK, TRANSFER, Case, Entity, Machine, Move, Refusal, Repeat, decide
from reference.machines.redpack import MOST_A_DAY

_NOW = 1_700_000_000
_TODAY = {"packets": 0, "received": 0, "sent": 0}


def _packet(state: str, kind: str = "NORMAL", heads: int = 1, opened: int = 0) -> Entity:
    receipts = [{"openid": f"o{number}"} for number in range(opened)]
    draft = {"kind": kind, "re_openid": "o", "total_amount": 300}
    return Entity("redpack", "m", "n", state, _NOW, draft, {"heads": heads, "receipts": receipts})


def _happens(machine: Machine, event: str, subject: Entity, **facts: Any) -> str:
    """The state the event leads to, or the name of the refusal."""
    outcome = decide(machine, machine.events[event], Case(subject.draft, _NOW, subject, facts=facts))
    return outcome.name if isinstance(outcome, Refusal) else outcome.state


@pytest.mark.parametrize(
    ("state", "event", "becomes"),
    [
        ("SENDING", "deliver", "SENT"),
        ("SENDING", "fail", "FAILED"),
        ("SENDING", "open", "payout-decided"),
        ("SENT", "open", "RECEIVED"),
        ("SENT", "fail", "payout-decided"),
        ("SENT", "expire", "RFUND_ING"),
        ("RECEIVED", "expire", "payout-decided"),
        ("RFUND_ING", "open", "payout-decided"),
        ("RFUND_ING", "come_back", "REFUND"),
        ("REFUND", "open", "payout-decided"),
        ("FAILED", "deliver", "payout-decided"),
        ("SENT", "hold_up", "number-used"),
    ],
)
def test_a_packet_moves(state: str, event: str, becomes: str) -> None:
    """The documented moves of a red packet, and what is forbidden."""
    assert _happens(REDPACK, event, _packet(state)) == becomes


@pytest.mark.parametrize(
    ("opened", "event", "becomes"),
    [
        (0, "share", "SENT"),
        (0, "open", "others-wait"),
        (1, "share", "SENT"),
        (2, "share", "last-share"),
        (2, "open", "RECEIVED"),
    ],
)
def test_a_packet_for_several_is_shared_until_the_last(opened: int, event: str, becomes: str) -> None:
    """Each takes a share, and only the last empties the packet."""
    assert _happens(REDPACK, event, _packet("SENT", "GROUP", 3, opened)) == becomes


def test_a_packet_belongs_to_who_may_open_it() -> None:
    """A packet for one is opened by that one only, a packet for several by nobody twice."""
    assert _happens(REDPACK, "open", _packet("SENT"), openid="o") == "RECEIVED"
    assert _happens(REDPACK, "open", _packet("SENT"), openid="other") == "not-theirs"
    assert _happens(REDPACK, "share", _packet("SENT", "GROUP", 3, 1), openid="o0") == "opened-before"
    assert _happens(REDPACK, "share", _packet("SENT", "GROUP", 3, 1), openid="o1") == "SENT"


@pytest.mark.parametrize(
    ("today", "refused"),
    [
        ({}, None),
        ({"packets": MOST_A_DAY["packets"] - 1}, None),
        ({"packets": MOST_A_DAY["packets"]}, "too-many-packets"),
        ({"received": MOST_A_DAY["user"] - 100}, None),
        ({"received": MOST_A_DAY["user"] - 99}, "too-much-a-day"),
        ({"sent": MOST_A_DAY["merchant"] - 100}, None),
        ({"sent": MOST_A_DAY["merchant"] - 99}, "too-much-a-day"),
    ],
)
def test_a_day_has_limits(today: dict[str, int], refused: str | None) -> None:
    """Ten packets and 1000 yuan for a user, a million yuan for a merchant; the last fen of a limit can be sent."""
    facts = {**_TODAY, "part": 100, "balance": None, "cost": 100, **today}

    outcome = decide(REDPACK, REDPACK.events["send"], Case({"total_amount": 100}, _NOW, facts=facts))

    assert (outcome.name if isinstance(outcome, Refusal) else None) == refused


@pytest.mark.parametrize("machine", [REDPACK, TRANSFER, BANK_TRANSFER], ids=lambda machine: machine.name)
def test_a_payout_costs_no_more_than_there_is(machine: Machine) -> None:
    """A payout may take the last fen of the balance and no more; without a balance there is enough for anything."""
    for balance, refused in ((None, False), (100, False), (99, True), (0, True)):
        facts = {**_TODAY, "part": 0, "balance": balance, "cost": 100, "name": None}
        outcome = decide(machine, machine.events["send"], Case({"total_amount": 100}, _NOW, facts=facts))
        assert isinstance(outcome, Refusal) is refused


@pytest.mark.parametrize("machine", [REDPACK, TRANSFER, BANK_TRANSFER], ids=lambda machine: machine.name)
def test_a_number_is_used_in_every_state(machine: Machine) -> None:
    """The same draft repeats whatever became of the payout, even with an empty account; another one is refused."""
    for state in machine.states:
        subject = Entity(machine.name, "m", "n", state, _NOW, {"amount": 1})
        facts = {"balance": 0, "cost": 1}
        assert isinstance(decide(machine, machine.events["send"], Case({"amount": 1}, _NOW, subject, facts=facts)), Repeat)
        changed = decide(machine, machine.events["send"], Case({"amount": 2}, _NOW, subject, facts=facts))
        assert isinstance(changed, Refusal)
        assert changed.code == "FATAL_ERROR"


@pytest.mark.parametrize(
    ("check_name", "said", "known", "paid"),
    [
        ("NO_CHECK", "B", "A", True),
        ("NO_CHECK", None, None, True),
        ("FORCE_CHECK", "A", "A", True),
        ("FORCE_CHECK", "B", "A", False),
        ("FORCE_CHECK", "A", None, False),
    ],
)
def test_a_name_is_checked_when_told(check_name: str, said: str | None, known: str | None, paid: bool) -> None:  # noqa: FBT001 - parametrized
    """FORCE_CHECK pays only who is known by the name that was said."""
    draft = {"check_name": check_name} | ({} if said is None else {"re_user_name": said})

    outcome = decide(TRANSFER, TRANSFER.events["send"], Case(draft, _NOW, facts={"balance": None, "cost": 1, "name": known}))

    assert isinstance(outcome, Move) is paid


def test_a_bank_may_return_what_it_paid() -> None:
    """SUCCESS of a payment to a card is not for good: the bank may return it, once."""
    paid = Entity("bank_transfer", "m", "n", "SUCCESS", _NOW)

    assert _happens(BANK_TRANSFER, "return", paid) == "BANK_FAIL"
    paid.state = "BANK_FAIL"
    assert _happens(BANK_TRANSFER, "return", paid) == "payout-decided"
