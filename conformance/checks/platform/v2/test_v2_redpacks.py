"""Red packets in APIv2: what may be sent, that a number sends one packet, and what a user gets of it."""

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.v2.paying_out import A_DAY, Purse, Sender, absent, packets, senders, shown
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2.payouts import Payouts
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies.cases import NumberShape, Role
from strategies.v2.cases import FaultV2
from strategies.v2.payout_faults import of_billno, of_scene, of_total_num
from strategies.v2.payouts import BILLNO_LENGTH, Payout, bad_billnos, lean, redpacks

GROUP = "v2 red packets"

_BOUNDS = "v2.redpack.keeps-its-amount-bounds"
_SCENES = tuple(f"PRODUCT_{number}" for number in range(1, 9))
_TOO_MANY = ("SENDNUM_LIMIT",)
_TOO_MUCH = ("MONEY_LIMIT", "SENDAMOUNT_LIMIT", "RCVDAMOUNT_LIMIT", "AMOUNT_LIMIT", *_TOO_MANY)
"""A platform may be set to fewer packets for the purpose."""
_BEIJING = 8 * 3_600
_TOO_FAST = ("FREQ_LIMIT", "FREQUENCY_LIMITED")


@judges(_BOUNDS)
def test_keeps_the_bounds_of_an_amount(platform: Platform) -> None:
    """A packet without scene of less than 100 fen or more than 20000 is refused and does not exist; one of 100 or 20000 is sent."""
    payouts = Payouts(platform)

    def attempt(case: tuple[Sender, int]) -> None:
        sender, amount = case
        packet = lean(sender.kind, sender.role, amount=amount)
        payouts.send(packet).is_refused(because=f"A packet without scene_id holds {amount} fen.")
        absent(payouts, packet)
        bound = lean(sender.kind, sender.role, amount=100 if amount < 100 else 20_000)
        payouts.send(bound).is_accepted(because=f"A packet may hold {bound.amount} fen.")
        shown(payouts, bound)

    single = senders(platform, "redpack", "mini")
    try_all(platform, [(sender, amount) for sender in single for amount in (1, 99, 20_001, 100_000)], attempt)


@judges(_BOUNDS)
@given(packet=redpacks(), role=st.sampled_from(("merchant", "partner")))
def test_sends_what_is_within_the_bounds(platform: Platform, packet: Payout, role: Role) -> None:
    """Any packet of 100 to 20000 fen is sent and shown with its amount."""
    payouts = Payouts(platform)
    packet.role = role if role in platform.roles else "merchant"
    payouts.send(packet).is_accepted().has("total_amount", str(packet.amount)).has("re_openid", payouts.payee(packet))
    shown(payouts, packet)


@judges(_BOUNDS)
def test_refuses_unknown_scenes_and_several_heads(platform: Platform) -> None:
    """A scene_id nobody knows, and another total_num than 1 for a normal packet, is refused and not sent."""
    payouts = Payouts(platform)

    def attempt(case: tuple[Sender, FaultV2]) -> None:
        sender, fault = case
        packet = sender.payout()
        payouts.send(packet, broken_by=fault).is_refused(because=f"Of the packet {fault!r}.")
        absent(payouts, packet)
        payouts.send(packet).is_accepted(because="It is for one person, and needs no scene_id.")

    normal = [(sender, fault) for sender in senders(platform, "redpack") for fault in (*of_scene(), *of_total_num())]
    try_all(platform, normal + [(Sender("mini", "merchant"), fault) for fault in of_scene()], attempt)


@judges(_BOUNDS)
def test_a_scene_may_widen_the_bounds(platform: Platform) -> None:
    """With a known scene_id a packet beyond the bounds is there if it was accepted, and is not if the merchant's setting forbids it."""
    payouts = Payouts(platform)

    def attempt(case: tuple[str, int]) -> None:
        scene, amount = case
        packet = lean("redpack", amount=amount, scene_id=scene)
        answer = payouts.send(packet)
        if answer.accepted:
            shown(payouts, packet)
        else:
            answer.is_refused(because="The merchant's setting does not allow it.")
            absent(payouts, packet)

    try_all(platform, [(scene, amount) for scene in _SCENES for amount in (99, 20_001)], attempt)


@judges("v2.redpack.refuses-malformed-mch-billno")
def test_refuses_what_is_no_number(platform: Platform) -> None:
    """Without mch_billno, or with one that is too long or holds anything but letters and digits, nothing is sent; with 28 a packet is."""
    payouts = Payouts(platform)

    def attempt(case: tuple[Sender, FaultV2]) -> None:
        sender, fault = case
        purse = Purse(platform, Sender("redpack", sender.role))
        good = sender.payout()
        good.shape = NumberShape(BILLNO_LENGTH)
        purse.fill([good])
        payouts.send(good, broken_by=fault).is_refused(because=f"Of the packet {fault!r}.")
        payouts.send(good).is_accepted(because="mch_billno has 28 letters and digits.")
        purse.holds(0, because="Money has left the account for a packet that was refused.")
        purse.close()
        shown(payouts, good)

    try_all(platform, [(sender, fault) for sender in packets(platform) for fault in of_billno()], attempt)


@judges("v2.redpack.refuses-malformed-mch-billno")
@given(text=bad_billnos(), data=st.data())
def test_refuses_any_other_character(platform: Platform, text: str, data: st.DataObject) -> None:
    """Whatever is longer than 28 or not of ASCII letters and digits is no mch_billno, and a query does not find it."""
    payouts = Payouts(platform)
    sender = data.draw(st.sampled_from(packets(platform)), "sender")
    packet = sender.payout(mch_billno=text)
    payouts.send(packet).is_refused(because=f"mch_billno is {text!r}.")
    asked = payouts.asking(packet).but(mch_billno=text)
    found = platform.v2.send(asked)
    if found.accepted:
        raise Violation("A packet stands under a number that is none.", expected="a refusal", got=found.described)


@judges("v2.redpack.limits-what-a-user-gets")
def test_limits_the_packets_of_a_user(platform: Platform) -> None:
    """The eleventh packet to one user within a day is refused and leaves nothing; another user still gets one, and this user tomorrow."""
    payouts = Payouts(platform)

    def attempt(role: Role) -> None:
        user = payouts.somebody()
        for count in range(1, 12):
            packet = _to(user, role)
            answer = payouts.send(packet)
            if not answer.accepted or count > 10:
                answer.is_refused(*_TOO_MANY, because=f"It is packet {count} to one user on one day.")
                absent(payouts, packet)
        payouts.send(lean("redpack", role)).is_accepted(because="It is the first packet to this user.")
        if "time-travel" in platform.capabilities:
            platform.advance(A_DAY - (platform.now() + _BEIJING) % A_DAY - 60)
            payouts.send(_to(user, role)).is_refused(*_TOO_MANY, because="It is a minute to midnight in Beijing.")
            platform.advance(120)
            payouts.send(_to(user, role)).is_accepted(because="It is the user's first packet of the next day.")

    try_all(platform, [sender.role for sender in senders(platform, "redpack")], attempt)


@judges("v2.redpack.limits-what-a-user-gets")
def test_limits_the_money_of_a_user(platform: Platform) -> None:
    """A packet that takes a user over 1000 yuan within a day is refused and leaves nothing."""
    payouts = Payouts(platform)

    def attempt(role: Role) -> None:
        user = payouts.somebody()
        for amount in (20_000, 20_000, 20_000, 20_000, 20_000, 100):
            packet = _to(user, role, amount)
            answer = payouts.send(packet)
            if not answer.accepted or amount == 100:
                answer.is_refused(*_TOO_MUCH, because="The user would get more than 1000 yuan on one day.")
                absent(payouts, packet)

    try_all(platform, [sender.role for sender in senders(platform, "redpack")], attempt)


@judges("v2.redpack.limits-what-a-user-gets")
def test_limits_the_money_of_a_merchant(platform: Platform) -> None:
    """After a million yuan on one day, if the platform takes that in one packet for many, another packet is refused and leaves nothing."""
    platform.needs("lives")  # where nobody is harmed by a day that is over
    payouts = Payouts(platform)
    whole = lean("group", amount=100_000_000, heads=5_000)
    answer = payouts.send(whole)
    if not answer.accepted:
        answer.is_refused(because="The packet is for a million yuan, which is a merchant's whole day.")
        return
    more = lean("redpack")
    payouts.send(more).is_refused(*_TOO_MUCH, because="The merchant has sent a million yuan today.")
    absent(payouts, more)


@judges("v2.redpack.limits-what-a-user-gets")
def test_sends_nothing_too_fast(platform: Platform) -> None:
    """A packet that exceeds the rate is refused with a code that says so, is not sent, and is sent afterwards under the same number."""
    platform.needs("rate-limit")
    payouts = Payouts(platform)

    def attempt(sender: Sender) -> None:
        packet = sender.payout()
        platform.limit(0)
        try:
            payouts.send(packet).is_refused(*_TOO_FAST, because="The merchant may send nothing this second.")
        finally:
            platform.limit(None)
        absent(payouts, packet)
        payouts.send(packet).is_accepted(because="The merchant may send again.")

    try_all(platform, packets(platform), attempt)


def _to(user: str, role: Role, amount: int = 100) -> Payout:
    packet = lean("redpack", role, amount=amount)
    packet.payee = user
    return packet
