"""Payouts as the checks on red packets and transfers need them: what stands under a number, and what has left the account."""

from collections.abc import Iterable
from dataclasses import dataclass

from conformance.checks.platform.v2.asking import roles
from conformance.targets.platform import Platform
from conformance.targets.v2.answer import AnswerV2
from conformance.targets.v2.payouts import Payouts
from conformance.targets.verdicts import Violation
from strategies.cases import Role
from strategies.v2.payouts import Kind, Payout, lean

__all__ = [
    "A_DAY",
    "CHANGED",
    "ID",
    "SHOWN_AMOUNT",
    "SHOWN_ID",
    "STATES",
    "Purse",
    "Sender",
    "absent",
    "hold",
    "none_there",
    "packets",
    "quiet",
    "senders",
    "shown",
    "stands",
]

A_DAY = 86_400
CHANGED = ("FATAL_ERROR", "PARAM_ERROR")
"""What another request under a used number is refused with."""
ID = {"redpack": "send_listid", "transfer": "payment_no", "bank_transfer": "payment_no"}
"""What an answer calls the payout by the platform's own number."""
SHOWN_ID = {"redpack": "detail_id", "transfer": "detail_id", "bank_transfer": "payment_no"}
"""What a query calls it."""
SHOWN_AMOUNT = {"redpack": "total_amount", "transfer": "payment_amount", "bank_transfer": "amount"}
STATES = {
    "redpack": ("SENDING", "SENT", "FAILED", "RECEIVED", "RFUND_ING", "REFUND"),
    "transfer": ("SUCCESS", "FAILED", "PROCESSING"),
    "bank_transfer": ("SUCCESS", "FAILED", "PROCESSING", "BANK_FAIL"),
}


@dataclass(frozen=True, slots=True)
class Sender:
    """A kind of payout as a merchant of some *role* makes it."""

    kind: Kind
    role: Role

    def __str__(self) -> str:
        return self.kind if self.role == "merchant" else f"{self.kind} of a {self.role}"

    def payout(self, **members: str | None) -> Payout:
        """Return a valid payout."""
        return lean(self.kind, self.role).but(**members)


def packets(platform: Platform) -> list[Sender]:
    """Every kind of red packet, of a merchant; those that are sent for others, of a service provider too."""
    own: tuple[Kind, ...] = ("redpack", "group", "mini")
    return [Sender(kind, role) for role in roles(platform) for kind in own if kind != "mini" or role == "merchant"]


def senders(platform: Platform, *kinds: Kind) -> list[Sender]:
    """Those of `packets` that are of one of *kinds*."""
    return [sender for sender in packets(platform) if sender.kind in kinds]


def shown(payouts: Payouts, payout: Payout) -> AnswerV2:
    """Return what a query shows: the payout as it was sent, in a state it may have."""
    answer = payouts.query(payout).is_accepted(because="The payout was made.")
    if answer["status"] not in STATES[payout.machine]:
        raise Violation("A payout is in a state nobody knows.", expected=" or ".join(STATES[payout.machine]), got=answer["status"])
    return answer.has(SHOWN_AMOUNT[payout.machine], str(payout.amount), because="It was sent so.")


def stands(payouts: Payouts, payout: Payout, *states: str, because: str) -> AnswerV2:
    """Return what a query shows of *payout*, which is in one of *states*."""
    answer = shown(payouts, payout)
    if answer["status"] not in states:
        raise Violation(because, expected=f"status {' or '.join(states)}", got=f"status {answer['status']}")
    return answer


def hold(payouts: Payouts, payout: Payout) -> None:
    """Send *payout*, and let nobody decide about it for now; the answer may call that a success, but no failure."""
    payouts.let(payout, "hold_up")
    answer = payouts.send(payout)
    if not answer.accepted:
        answer.is_unknown(because="Nobody has decided about the payout.")


def none_there(answer: AnswerV2, *, because: str) -> AnswerV2:
    """A query has found nothing: it is refused, whatever the code, and tells of no state."""
    known = (answer.code,) if answer.code == "NOT_FOUND" else ()
    return answer.is_refused(*known, because=because).lacks("status", because=because)


def absent(payouts: Payouts, payout: Payout, *, because: str = "The payout of a refused request exists.") -> None:
    """There is nothing under the number of *payout*."""
    none_there(payouts.query(payout), because=because)


def quiet(platform: Platform) -> None:
    """Let the packets of earlier cases come back, if time can pass, so that none of their money does while this case counts its own."""
    if "time-travel" in platform.capabilities:
        platform.advance(4 * A_DAY)


class Purse:
    """The balance payouts of *sender* are paid from, looked at by paying out of it.

    It *counts* where the platform lets a check fill it and pays no more out than is in it.
    """

    def __init__(self, platform: Platform, sender: Sender) -> None:
        self._platform = platform
        self._payouts = Payouts(platform)
        self._sender = sender
        self.counts = "balance" in platform.capabilities and self._is_empty()

    def fill(self, payouts: Iterable[Payout], *, over: int = 0) -> None:
        """Put in what *payouts* cost, and *over* payouts of the smallest kind more."""
        if self.counts:
            self._platform.fund(sum(payout.amount for payout in payouts) + over * self._least().amount, self._sender.role)

    def holds(self, count: int, *, because: str) -> None:
        """There is money for *count* payouts of the smallest kind, and for no more."""
        if not self.counts:
            return
        for _ in range(count):
            self._payouts.send(self._least()).is_accepted(because=because)
        self._payouts.send(self._least()).is_refused("NOTENOUGH", because=because)

    def close(self) -> None:
        """Let there be enough for anything again."""
        if "balance" in self._platform.capabilities:
            self._platform.fund(None, self._sender.role)

    def _is_empty(self) -> bool:
        self._platform.fund(0, self._sender.role)
        try:
            return not self._payouts.send(self._least()).accepted
        finally:
            self.close()

    def _least(self) -> Payout:
        return lean("transfer", amount=1) if self._sender.kind == "transfer" else lean("redpack", self._sender.role)
