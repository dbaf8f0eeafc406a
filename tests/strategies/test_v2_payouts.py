"""Payouts as drawn: valid ones keep the contract and are made, each single fault breaks exactly what it says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.targets.platform import Platform
from conformance.targets.transport import DirectTransport
from conformance.targets.v2.payouts import Payouts
from conformance.targets.world import DirectWorld
from reference.contract import load, problems
from reference.identity import bundled
from reference.oracles import v2
from reference.platform import Platform as ReferencePlatform
from strategies.cases import NumberShape, Role
from strategies.v2 import payout_faults
from strategies.v2.cases import FaultV2
from strategies.v2.payouts import (
    KINDS,
    Kind,
    Payout,
    Step,
    bad_billnos,
    bank_transfers,
    group_packets,
    histories,
    lean,
    redpacks,
    transfers,
)

_PACKETS: tuple[Kind, ...] = ("redpack", "group", "mini")


def _payouts() -> Payouts:
    reference = ReferencePlatform()
    return Payouts(Platform("mock", bundled(), DirectTransport(reference), world=DirectWorld(reference), seed=7))


def _sent(payouts: Payouts) -> dict[str, str]:
    return v2.read_xml(payouts.platform.exchanges[-1].wire.body)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["merchant", "partner"])
def test_a_lean_payout_keeps_the_contract(kind: Kind, role: Role) -> None:
    """A lean payout is accepted, and its request has nothing wrong by the contract."""
    payouts = _payouts()
    payout = lean(kind, role if kind in {"redpack", "group"} else "merchant")

    answer = payouts.send(payout).is_accepted()

    assert problems(load("v2").operations[answer.operation.id].body or {}, _sent(payouts)) == ()


@given(payout=redpacks() | group_packets() | transfers() | bank_transfers())
def test_drawn_payouts_are_made(payout: Payout) -> None:
    """Whatever is drawn is accepted and then shown."""
    payouts = _payouts()

    payouts.send(payout).is_accepted()

    payouts.query(payout).is_accepted()


def test_numbers_and_payees_are_decided_when_first_sent() -> None:
    """A draft has its number and payee from the first sending on, a fresh one others; packets go to somebody new, transfers do not."""
    payouts = _payouts()
    packet, transfer = lean("redpack"), lean("transfer")
    assert packet.number is None
    for payout in (packet, transfer):
        payouts.send(payout).is_accepted()
        payouts.send(payout).is_accepted()
        payouts.send(payout.fresh()).is_accepted()
    other = packet.fresh()
    payouts.send(other)

    assert other.number not in {None, packet.number}
    assert other.payee not in {None, packet.payee}
    assert transfer.payee == bundled().merchant.openid
    assert packet.of(200).number == packet.but(remark="x").number == packet.number
    assert packet.but(remark=None).members["remark"] is None


def test_a_number_takes_its_shape() -> None:
    """The number of a payout has the form that is asked for."""
    payout = lean("redpack")
    payout.shape = NumberShape(28, "Zz")

    number = _payouts().number(payout)

    assert (len(number), number[-2:]) == (28, "Zz")


@given(text=bad_billnos())
def test_a_bad_billno_is_none(text: str) -> None:
    """What is drawn as no mch_billno is too long, or has a character that is neither ASCII letter nor digit."""
    assert len(text) > 28 or not (text.isascii() and text.isalnum())


def _cases() -> list[tuple[Kind, FaultV2]]:
    found: list[tuple[Kind, FaultV2]] = [(kind, fault) for kind in _PACKETS for fault in payout_faults.of_billno()]
    found += [("redpack", fault) for fault in (*payout_faults.of_scene(), *payout_faults.of_total_num())]
    found += [("group", fault) for fault in payout_faults.of_group()]
    return found + [("transfer", fault) for fault in payout_faults.of_transfer()]


@pytest.mark.parametrize(("kind", "fault"), _cases(), ids=str)
def test_a_fault_makes_a_payout_wrong_and_nothing_else(kind: Kind, fault: FaultV2) -> None:
    """With the fault the payout is refused and not made; the signature covers what was sent; without it the same payout is made."""
    payouts, payout = _payouts(), lean(kind)

    payouts.send(payout, broken_by=fault).is_refused()

    assert v2.verify(_sent(payouts), bundled().merchant.apiv2_key or "", "MD5")
    payouts.send(payout).is_accepted()


@settings(max_examples=30)
@given(steps=histories(), data=st.data())
def test_a_history_begins_with_a_payout(steps: list[Step], data: st.DataObject) -> None:
    """The first step makes something, every step says in words what it does, and there are no more than asked for."""
    assert steps[0].act in {"pay", "hold"}
    assert len(steps) <= 12
    assert str(data.draw(st.sampled_from(steps))).split()[0] in {each.act for each in steps}
