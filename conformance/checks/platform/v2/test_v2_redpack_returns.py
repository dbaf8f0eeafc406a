"""Red packets of APIv2 that come back if nobody opens them, and those that several people share to the last fen."""

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.v2.packet_lives import LONG, TEN_MINUTES, came_back, cannot_be_opened, open_packet
from conformance.checks.platform.v2.paying_out import A_DAY, Purse, Sender, absent, packets, quiet, senders, stands
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2.payouts import Payouts
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies.v2.cases import FaultV2
from strategies.v2.payout_faults import of_group
from strategies.v2.payouts import Payout, group_packets

GROUP = "v2 red packets"

_BACK = "v2.redpack.comes-back-unopened"
_SHARED = "v2.redpack.shares-a-group-packet-out"


@judges(_BACK)
def test_comes_back_unopened(platform: Platform) -> None:
    """Not opened, a packet is SENT until 24 h after sending, whoever repeats the request, and then on its way back, with all its money."""
    platform.needs("time-travel")
    payouts = Payouts(platform)

    def attempt(case: tuple[Sender, int]) -> None:
        sender, pause = case
        quiet(platform)
        platform.advance(pause)
        purse = Purse(platform, sender)
        packet = sender.payout()
        purse.fill([packet])
        payouts.send(packet).is_accepted()
        sent = platform.now()
        purse.holds(0, because="The packet holds all the money there was.")
        platform.advance(12 * 3600)
        payouts.send(packet).is_accepted(because="The request is repeated.")
        platform.advance(sent + A_DAY - TEN_MINUTES - platform.now())
        stands(payouts, packet, "SENT", because="It can be opened for 24 hours.").lacks("refund_time", "refund_amount")
        platform.advance(2 * TEN_MINUTES)
        stands(payouts, packet, "RFUND_ING", "REFUND", because="Nobody opened it within 24 hours.")
        cannot_be_opened(platform, payouts, packet)
        platform.advance(LONG)
        came_back(platform, payouts, packet, packet.amount, since=sent + A_DAY - TEN_MINUTES)
        cannot_be_opened(platform, payouts, packet)
        purse.holds(packet.amount // 100, because="The money of the packet is back.")
        purse.close()

    try_all(platform, [(sender, pause) for sender in packets(platform) for pause in (0, 7 * 3600)], attempt)


@judges(_BACK)
def test_what_was_opened_stays_with_who_opened_it(platform: Platform) -> None:
    """A packet opened in time never comes back; of one that some have opened, only the rest does."""
    platform.needs("lives", "time-travel")
    payouts = Payouts(platform)

    def attempt(case: tuple[Sender, int]) -> None:
        sender, opened = case
        quiet(platform)
        packet = sender.payout()
        purse = Purse(platform, sender)
        purse.fill([packet])
        payouts.send(packet).is_accepted()
        platform.advance(A_DAY - TEN_MINUTES)
        taken = open_packet(payouts, packet, opened)
        platform.advance(LONG)
        if opened == packet.heads:
            stands(payouts, packet, "RECEIVED", because="It was opened.").lacks("refund_time", "refund_amount", because="It was opened.")
            purse.holds(0, because="The money went to who opened the packet.")
        else:
            came_back(platform, payouts, packet, packet.amount - taken, since=0)
            purse.holds((packet.amount - taken) // 100, because="What nobody has received is back.")
        purse.close()

    every = packets(platform)
    try_all(platform, [(sender, count) for sender in every for count in range(1, sender.payout().heads + 1)], attempt)


@judges(_SHARED)
def test_refuses_a_packet_that_cannot_be_shared(platform: Platform) -> None:
    """Fewer than three heads, less than a yuan a head or another amt_type is refused without a packet; 3 heads and 3 yuan are sent."""
    payouts = Payouts(platform)

    def attempt(case: tuple[Sender, FaultV2]) -> None:
        sender, fault = case
        packet = sender.payout()
        payouts.send(packet, broken_by=fault).is_refused(because=f"Of the packet {fault!r}.")
        absent(payouts, packet)
        payouts.send(packet).is_accepted(because="Three people share 300 fen.")

    try_all(platform, [(sender, fault) for sender in senders(platform, "group") for fault in of_group()], attempt)


@judges(_SHARED)
@given(packet=group_packets(), data=st.data())
def test_the_shares_add_up(platform: Platform, packet: Payout, data: st.DataObject) -> None:
    """However many have opened a packet, each has a fen or more, together never more than it holds, and all together all of it."""
    platform.needs("lives")
    payouts = Payouts(platform)
    packet.role = data.draw(st.sampled_from(senders(platform, "group")), "sender").role
    payouts.send(packet).is_accepted()
    first = data.draw(st.integers(1, packet.heads - 1), "opened first")
    taken = open_packet(payouts, packet, first)
    if taken > packet.amount - (packet.heads - first):
        raise Violation("Those who came first took what others should have had.", expected=f"less than {packet.amount}", got=str(taken))
    taken = open_packet(payouts, packet, packet.heads - first, last=True)
    if taken != packet.amount:
        raise Violation("The shares do not add up to what was paid.", expected=f"{packet.amount} fen", got=f"{taken} fen")
    stands(payouts, packet, "RECEIVED", because="Everybody has opened it.")
