"""Red packets led through their lives: sent, held up, opened by one or several, failed or come back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from conformance.checks.platform.v2.paying_out import A_DAY, hold, shown, stands
from conformance.targets.platform import Platform
from conformance.targets.v2.payouts import Payouts
from conformance.targets.verdicts import Violation
from reference.oracles.times import BEIJING
from strategies.v2.payouts import Payout

__all__ = ["ENDS", "EXPIRED", "HELD", "LONG", "SENT", "TEN_MINUTES", "PacketLife", "came_back", "cannot_be_opened", "open_packet"]

TEN_MINUTES = 600
LONG = 3 * A_DAY
"""Seconds after which the money of an unopened packet must be back."""


@dataclass(frozen=True)
class PacketLife:
    """A packet in *state*: *begin* makes one, *come_to* leads one there that was sent."""

    state: str
    begin: Callable[[Payouts, Payout], object]
    come_to: Callable[[Payouts, Payout], object]

    def __str__(self) -> str:
        return self.state


def open_packet(payouts: Payouts, packet: Payout, count: int, *, last: bool | None = None) -> int:
    """Let *count* more people open *packet*, the last of all if *last*; return what was received of it, by hblist."""
    everybody = count == packet.heads if last is None else last
    before = len(payouts.query(packet).rows("hblist", "hbinfo"))
    people = [payouts.payee(packet)] if packet.kind != "group" else [payouts.somebody() for _ in range(count)]
    for person in people:
        event = "open" if everybody and person is people[-1] else "share"
        if (refused := payouts.let(packet, event, openid=person)) is not None:
            raise Violation("A packet cannot be opened.", expected="it is opened", got=f"refused: {refused}")
    rows = shown(payouts, packet).rows("hblist", "hbinfo")
    names = [row.get("openid") for row in rows]
    if len(rows) != before + len(people) or not set(people) <= set(names) or any(not row.get("amount", "").isdigit() for row in rows):
        raise Violation("hblist does not tell who opened the packet.", expected=f"{before} and {people}", got=repr(rows))
    amounts = [int(row["amount"]) for row in rows]
    if min(amounts) < 1 or sum(amounts) > packet.amount:
        raise Violation(
            "What was received is no part of the packet.", expected=f"at most {packet.amount}, each 1 or more", got=repr(amounts)
        )
    return sum(amounts)


def cannot_be_opened(platform: Platform, payouts: Payouts, packet: Payout) -> None:
    """See that nobody can open *packet*, and nobody has, where people can be let open one."""
    if "lives" not in platform.capabilities:
        return
    for event in ("open", "share"):
        if payouts.let(packet, event) is None:
            raise Violation("A packet was opened that is on its way back.", expected="a refusal", got="it was opened")
    if payouts.query(packet).rows("hblist", "hbinfo"):
        raise Violation("A packet that is on its way back was received.", expected="no hblist", got=payouts.query(packet).described)


def came_back(platform: Platform, payouts: Payouts, packet: Payout, amount: int, *, since: int) -> None:
    """See that *packet* came back between *since* and now, *amount* fen of it."""
    answer = stands(payouts, packet, "REFUND", because="It was not opened, and its money has had days to come back.")
    answer.has("refund_amount", str(amount), because="It is what nobody received.")
    told = answer["refund_time"]
    try:
        moment = datetime.strptime(told, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING).timestamp()
    except ValueError:
        return  # how a moment is written is judged elsewhere
    if not since <= moment <= platform.now():
        raise Violation("refund_time is not when the packet came back.", expected="a day after sending, and before now", got=told)


def _send(payouts: Payouts, packet: Payout) -> None:
    payouts.send(packet).is_accepted()


def _hold_and_fail(payouts: Payouts, packet: Payout) -> None:
    hold(payouts, packet)
    payouts.let(packet, "fail")


def _open_all(payouts: Payouts, packet: Payout) -> None:
    open_packet(payouts, packet, packet.heads)


def _let_expire(payouts: Payouts, _packet: Payout) -> None:
    payouts.platform.advance(A_DAY + TEN_MINUTES)


def _let_come_back(payouts: Payouts, packet: Payout) -> None:
    _let_expire(payouts, packet)
    shown(payouts, packet)  # on its way, or back already
    payouts.platform.advance(LONG)


def _after_sending(end: Callable[[Payouts, Payout], object]) -> Callable[[Payouts, Payout], object]:
    def begin(payouts: Payouts, packet: Payout) -> None:
        _send(payouts, packet)
        end(payouts, packet)

    return begin


SENT = PacketLife("SENT", _send, _send)
HELD = PacketLife("SENDING", hold, hold)
EXPIRED = PacketLife("RFUND_ING", _after_sending(_let_expire), _let_expire)
"""Not opened in time: on its way back, unless it is back at once."""
ENDS = (
    PacketLife("RECEIVED", _after_sending(_open_all), _open_all),
    PacketLife("REFUND", _after_sending(_let_come_back), _let_come_back),
    PacketLife("FAILED", _hold_and_fail, _hold_and_fail),
)
