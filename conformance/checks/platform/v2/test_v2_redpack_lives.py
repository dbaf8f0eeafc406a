"""The lives of red packets in APIv2: one for a number, and through known states only."""

from conformance.checks.platform.v2.packet_lives import ENDS, EXPIRED, HELD, LONG, SENT, PacketLife
from conformance.checks.platform.v2.paying_out import A_DAY, CHANGED, Purse, Sender, absent, hold, none_there, packets, quiet, stands
from conformance.checks.platform.v2.repeating import Way, changes_nothing, known_ways, pays_once
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2.payouts import Payouts
from conformance.targets.verdicts import Violation
from reference.rules import judges

GROUP = "v2 red packets"

_STATES = "v2.redpack.shows-known-states"


@judges("v2.redpack.sends-a-number-once")
def test_a_number_sends_one_packet(platform: Platform) -> None:
    """Repeated after an answer, at once, after a lost answer and while it is on its way, a request sends one packet and costs it once."""

    def attempt(case: tuple[Sender, Way]) -> None:
        pays_once(platform, *case)

    try_all(platform, [(sender, way) for sender in packets(platform) for way in known_ways(platform)], attempt)


@judges("v2.redpack.sends-a-number-once")
def test_a_number_sends_no_packet_after_its_end(platform: Platform) -> None:
    """Repeated when the packet was opened, or has come back, the request sends no other: the packet is as it was."""
    platform.needs("lives", "time-travel")
    payouts = Payouts(platform)

    def attempt(case: tuple[Sender, PacketLife]) -> None:
        sender, end = case
        packet = sender.payout()
        first = payouts.send(packet).is_accepted()
        end.come_to(payouts, packet)
        before = stands(payouts, packet, end.state, because="Its life has ended.")["detail_id"]
        again = payouts.send(packet)
        if again.accepted:
            again.has("send_listid", first["send_listid"], because="There is one packet under one number.")
        stands(payouts, packet, end.state, because="A repetition brought a packet back to life.").has("detail_id", before)

    ends = [end for end in ENDS if end.state != "FAILED"]
    try_all(platform, [(sender, end) for sender in packets(platform) for end in ends], attempt)


@judges("v2.redpack.sends-a-number-once")
def test_a_number_sends_no_packet_on_its_way_back(platform: Platform) -> None:
    """Repeated while the packet is on its way back, the request sends no other: all the money comes back, and once."""
    platform.needs("time-travel")
    payouts = Payouts(platform)

    def attempt(sender: Sender) -> None:
        quiet(platform)
        packet, purse = sender.payout(), Purse(platform, sender)
        purse.fill([packet], over=1)
        first = payouts.send(packet).is_accepted()
        EXPIRED.come_to(payouts, packet)
        before = stands(payouts, packet, "RFUND_ING", "REFUND", because="Nobody opened it within 24 hours.")["detail_id"]
        for _ in range(2):
            again = payouts.send(packet)
            if again.accepted:
                again.has("send_listid", first["send_listid"], because="There is one packet under one number.")
        stands(payouts, packet, "RFUND_ING", "REFUND", because="A repetition sent the packet again.").has("detail_id", before)
        platform.advance(LONG)
        stands(payouts, packet, "REFUND", because="Its money has had days to come back.")
        purse.holds(1 + packet.amount // 100, because="All the money is back.")
        purse.close()

    try_all(platform, packets(platform), attempt)


@judges("v2.redpack.refuses-changed-parameters")
def test_a_used_number_with_other_parameters_is_refused(platform: Platform) -> None:
    """Another amount or payee under a used number is FATAL_ERROR whatever became of the packet, which is as it was; so is the account."""
    payouts = Payouts(platform)

    def attempt(case: tuple[Sender, PacketLife, str]) -> None:
        sender, end, member = case
        packet = sender.payout()
        end.begin(payouts, packet)
        changed = packet.of(packet.amount + 1) if member == "total_amount" else packet.but(re_openid=payouts.somebody())
        codes = (*CHANGED, "SEND_FAILED") if end.state == "FAILED" else CHANGED
        changes_nothing(platform, sender, packet, changed, *codes)

    lives = [
        SENT,
        *((*ENDS, EXPIRED) if {"lives", "time-travel"} <= platform.capabilities else ()),
        *([HELD] if "lives" in platform.capabilities else ()),
    ]
    cases = [(sender, end, member) for sender in packets(platform) for end in lives for member in ("total_amount", "re_openid")]
    try_all(platform, cases, attempt)


@judges(_STATES)
def test_shows_what_was_sent(platform: Platform) -> None:
    """A query shows kind, number and amount of a packet, SENT once it was sent; what was never sent, or by another, is not there."""
    payouts = Payouts(platform)

    def attempt(sender: Sender) -> None:
        packet = sender.payout()
        absent(payouts, packet, because="The number was never used.")
        payouts.send(packet).is_accepted()
        answer = stands(payouts, packet, "SENT", because="It was sent, and nobody has opened it.").lacks("refund_time", "refund_amount")
        answer.has("hb_type", "GROUP" if sender.kind == "group" else "NORMAL").has("total_num", str(packet.heads))
        answer.has("mch_billno", payouts.number(packet))
        for role in platform.roles:
            if role != sender.role:
                none_there(payouts.query(packet, role=role), because="The packet is another merchant's.")

    try_all(platform, packets(platform), attempt)


@judges(_STATES)
def test_a_packet_on_its_way_arrives_or_fails(platform: Platform) -> None:
    """A packet that is held up is SENDING until it is delivered, SENT from then on, or FAILED with a reason for good."""
    platform.needs("lives")
    payouts = Payouts(platform)

    def attempt(sender: Sender) -> None:
        arrived, failed = sender.payout(), sender.payout()
        for packet in (arrived, failed):
            hold(payouts, packet)
            stands(payouts, packet, "SENDING", because="Nobody has decided about it.")
        payouts.let(arrived, "deliver")
        payouts.let(failed, "fail")
        stands(payouts, arrived, "SENT", because="It was delivered.").lacks("reason", because="It has not failed.")
        payouts.send(arrived).is_accepted(because="It was delivered.")
        if not stands(payouts, failed, "FAILED", because="It was not delivered.").get("reason"):
            raise Violation("A packet that failed has no reason.", expected="a reason", got=payouts.query(failed).described)
        payouts.send(failed).is_refused(because="It was not delivered, and its number sends nothing more.")
        stands(payouts, failed, "FAILED", because="Repeating a failed packet sent it.")

    try_all(platform, packets(platform), attempt)


@judges(_STATES)
def test_what_has_ended_stays_so(platform: Platform) -> None:
    """RECEIVED, REFUND and FAILED are left by nothing: no repetition, no opening, no time."""
    platform.needs("lives", "time-travel")
    payouts = Payouts(platform)

    def attempt(case: tuple[Sender, PacketLife]) -> None:
        sender, end = case
        packet = sender.payout()
        end.begin(payouts, packet)
        before = stands(payouts, packet, end.state, because="Its life has ended.").result.values
        for event in ("deliver", "fail", "share", "open", "expire", "come_back"):
            payouts.let(packet, event)
        payouts.send(packet)
        platform.advance(2 * A_DAY)
        after = stands(payouts, packet, end.state, because="A packet left a final state.").result.values
        if {**after, "return_msg": ""} != {**before, "return_msg": ""}:
            raise Violation("A packet changed after its end.", expected=repr(before), got=repr(after))

    try_all(platform, [(sender, end) for sender in packets(platform) for end in ENDS], attempt)
