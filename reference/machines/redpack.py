"""The life of a red packet of APIv2."""

from reference.machines.model import Case, Event, Machine, Refusal
from reference.machines.payout import DECIDED, PAYOUT_CHANGED, PAYOUT_UNKNOWN, funds_short, number_used

__all__ = ["A_DAY", "MOST_A_DAY", "REDPACK"]

A_DAY = 86400
"""Seconds after which an unopened red packet goes back."""
MOST_A_DAY = {"packets": 10, "user": 100_000, "merchant": 100_000_000}
"""What a user may get within a day of Beijing, in packets and in fen, and what a merchant may send, in fen."""

_STATES = ("SENDING", "SENT", "RECEIVED", "RFUND_ING", "REFUND", "FAILED")

TOO_MANY_PACKETS = Refusal(
    "too-many-packets", 403, "SENDNUM_LIMIT", "The user has received as many red packets today as one may.", (403,), ("SENDNUM_LIMIT",)
)
TOO_MUCH_MONEY = Refusal(
    "too-much-a-day",
    403,
    "MONEY_LIMIT",
    "The user would receive, or the merchant send, more today than one may.",
    (403,),
    ("MONEY_LIMIT", "SENDAMOUNT_LIMIT", "RCVDAMOUNT_LIMIT"),
)
NOT_THEIRS = Refusal("not-theirs", 403, "NO_AUTH", "The red packet is somebody else's.", (403,), ())
OPENED_BEFORE = Refusal("opened-before", 400, "INVALID_REQUEST", "Nobody opens a red packet twice.", (400, 403), ())
OTHERS_WAIT = Refusal("others-wait", 400, "INVALID_REQUEST", "Several people open this red packet: this is not its last share.", (400,), ())
LAST_SHARE = Refusal("last-share", 400, "INVALID_REQUEST", "The last share is taken by opening the red packet.", (400,), ())


def over_the_day(case: Case) -> Refusal | None:
    """A user gets ten packets and 1000 yuan a day, a merchant sends a million yuan a day; *facts* tell what today has seen."""
    amount = case.draft["total_amount"]
    if case.facts["packets"] >= MOST_A_DAY["packets"]:
        return TOO_MANY_PACKETS
    too_much = case.facts["received"] + case.facts["part"] > MOST_A_DAY["user"] or case.facts["sent"] + amount > MOST_A_DAY["merchant"]
    return TOO_MUCH_MONEY if too_much else None


def not_theirs(case: Case) -> Refusal | None:
    """A packet for one person is opened by that person, a packet for several by each of them once."""
    if case.subject is None or "openid" not in case.facts:
        return None
    openid = case.facts["openid"]
    if case.subject.draft["kind"] != "GROUP":
        return NOT_THEIRS if openid != case.subject.draft["re_openid"] else None
    return OPENED_BEFORE if any(openid == receipt["openid"] for receipt in case.subject.data["receipts"]) else None


def left_over(case: Case) -> int:
    """Return how many shares of the packet nobody has taken."""
    data = case.subject.data if case.subject is not None else {}
    return int(data.get("heads", 0)) - len(data.get("receipts", ()))


def others_wait(case: Case) -> Refusal | None:
    """Only the last share empties a packet."""
    return OTHERS_WAIT if left_over(case) > 1 else None


def last_share(case: Case) -> Refusal | None:
    """The last share empties a packet."""
    return LAST_SHARE if left_over(case) <= 1 else None


_UNOPENABLE = dict.fromkeys(("SENDING", "RECEIVED", "RFUND_ING", "REFUND", "FAILED"), DECIDED)

REDPACK = Machine(
    name="redpack",
    title="Red packet (APIv2)",
    title_zh="现金红包（APIv2）",
    states=_STATES,
    terminal=frozenset({"RECEIVED", "REFUND", "FAILED"}),
    source="red packet pages; status of gethbinfo",
    events={
        event.name: event
        for event in (
            Event(
                "send",
                creates=("SENT", "SENDING"),
                refused_if=(over_the_day, funds_short),
                repeats_in=frozenset(_STATES),
                changed=PAYOUT_CHANGED,
            ),
            Event("hold_up", by="platform", absent=PAYOUT_UNKNOWN, refused_in=number_used(*_STATES)),
            Event(
                "deliver",
                "SENDING -> SENT",
                by="platform",
                absent=PAYOUT_UNKNOWN,
                refused_in=dict.fromkeys(("SENT", "RECEIVED", "RFUND_ING", "REFUND", "FAILED"), DECIDED),
            ),
            Event(
                "fail",
                "SENDING -> FAILED",
                by="platform",
                absent=PAYOUT_UNKNOWN,
                refused_in=dict.fromkeys(("SENT", "RECEIVED", "RFUND_ING", "REFUND", "FAILED"), DECIDED),
            ),
            Event(
                "share",
                "SENT -> SENT",
                by="payer",
                refused_if=(not_theirs, last_share),
                absent=PAYOUT_UNKNOWN,
                refused_in=_UNOPENABLE,
            ),
            Event(
                "open",
                "SENT -> RECEIVED",
                by="payer",
                refused_if=(not_theirs, others_wait),
                absent=PAYOUT_UNKNOWN,
                refused_in=_UNOPENABLE,
            ),
            Event("expire", "SENT -> RFUND_ING", by="platform", absent=PAYOUT_UNKNOWN, refused_in=_UNOPENABLE),
            Event(
                "come_back",
                "RFUND_ING -> REFUND",
                by="platform",
                absent=PAYOUT_UNKNOWN,
                refused_in=dict.fromkeys(("SENDING", "SENT", "RECEIVED", "REFUND", "FAILED"), DECIDED),
            ),
        )
    },
)
