"""The two doors of one platform: the same drafts placed, asked about and changed through either family, and heard in common words."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Violation
from reference.machines import Refusal
from reference.oracles.times import BEIJING, parse_rfc3339
from strategies.cases import Order, Refund

__all__ = ["Door", "DoorV2", "DoorV3", "Family", "Heard", "OrderSeen", "RefundSeen"]

Family: TypeAlias = Literal["v2", "v3"]
Heard: TypeAlias = Answer | AnswerV2
"""An answer of either family; both have the sentences a check says of them."""

_REFUND_STATES: Final[Mapping[str, str]] = {"REFUNDCLOSE": "CLOSED", "CHANGE": "ABNORMAL"}
"""States of a refund by their names in APIv2, where APIv3 names them otherwise."""
_FRESH: Final = frozenset({"nonce_str", "sign"})
"""What of an APIv2 answer is another each time."""


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """What a query tells of an order: *total* in fen, *paid_at* as yyyyMMddHHmmss in Beijing."""

    state: str
    total: int | None
    transaction_id: str | None
    paid_at: str | None

    def contradicts(self, other: "OrderSeen") -> bool:
        """Tell whether both cannot be told of one order at one point; the total of an order nobody has paid may be left out."""
        untold = self.transaction_id is None and None in {self.total, other.total}
        return self != (replace(other, total=self.total) if untold else other)


@dataclass(frozen=True, slots=True)
class RefundSeen:
    """What a query tells of a refund, its state named as APIv3 does: *amount* in fen."""

    state: str
    refund_id: str
    amount: int


class Door(ABC):
    """One family of a platform."""

    family: Family

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def __str__(self) -> str:
        return f"through {self.family}"

    @abstractmethod
    def place(self, order: Order) -> Heard:
        """Place *order*, or charge it where it is paid by code."""

    @abstractmethod
    def query(self, order: Order) -> Heard:
        """Query *order* by its out_trade_no."""

    @abstractmethod
    def query_by_id(self, order: Order, transaction_id: str) -> Heard:
        """Query *order* by its transaction_id."""

    @abstractmethod
    def close(self, order: Order) -> Heard:
        """Close *order*."""

    @abstractmethod
    def reverse(self, order: Order) -> Heard:
        """Reverse *order*, which is paid by code."""

    @abstractmethod
    def refund(self, refund: Refund) -> Heard:
        """Apply for *refund*."""

    @abstractmethod
    def query_refund(self, refund: Refund) -> Heard:
        """Query *refund* by its out_refund_no."""

    @abstractmethod
    def refuses(self, answer: Heard, refusal: Refusal | None = None) -> bool:
        """Tell whether *answer* is a refusal after which it is certain that nothing was done.

        Where the family tells them apart, it is the one of *refusal*.
        """

    @abstractmethod
    def leaves_open(self, answer: Heard) -> bool:
        """Tell whether *answer* leaves open what was done."""

    @abstractmethod
    def value(self, answer: Heard) -> Any:
        """What *answer* says, without what is another each time."""

    @abstractmethod
    def order_seen(self, answer: Heard) -> OrderSeen:
        """What the *answer* to a query tells of an order."""

    @abstractmethod
    def refund_seen(self, answer: Heard) -> RefundSeen:
        """What the *answer* to a query tells of a refund."""

    def order(self, order: Order) -> OrderSeen:
        """Query *order*, which exists, and return what is told of it."""
        return self.order_seen(self.query(order).is_accepted(because="An order that was placed can be queried."))

    def refund_of(self, refund: Refund) -> RefundSeen:
        """Query *refund*, which exists, and return what is told of it."""
        return self.refund_seen(self.query_refund(refund).is_accepted(because="A refund that was accepted can be queried."))


class DoorV3(Door):
    """The platform in APIv3."""

    family = "v3"

    def place(self, order: Order) -> Answer:
        """Place *order*."""
        return self.platform.place(order)

    def query(self, order: Order) -> Answer:
        """Query *order*."""
        return self.platform.query(order)

    def query_by_id(self, order: Order, transaction_id: str) -> Answer:
        """Query *order* by its transaction_id."""
        return self.platform.query_by_id(order, transaction_id)

    def close(self, order: Order) -> Answer:
        """Close *order*."""
        return self.platform.close(order)

    def reverse(self, order: Order) -> Answer:
        """Reverse *order*."""
        return self.platform.reverse(order)

    def refund(self, refund: Refund) -> Answer:
        """Apply for *refund*."""
        return self.platform.refund(refund)

    def query_refund(self, refund: Refund) -> Answer:
        """Query *refund*."""
        return self.platform.query_refund(refund)

    def refuses(self, answer: Heard, refusal: Refusal | None = None) -> bool:
        """Tell whether the status and code are those of *refusal*, or of any."""
        return isinstance(answer, Answer) and answer.admits(() if refusal is None else (refusal,))

    def leaves_open(self, answer: Heard) -> bool:
        """Tell whether the server failed."""
        return answer.status >= 500

    def value(self, answer: Heard) -> Any:
        """The JSON."""
        return answer.json if isinstance(answer, Answer) and answer.accepted else None

    def order_seen(self, answer: Heard) -> OrderSeen:
        """What the query tells."""
        moment = answer.get("success_time")
        paid_at = None if moment is None else f"{parse_rfc3339(str(moment)).astimezone(BEIJING):%Y%m%d%H%M%S}"
        total: Any = answer.get("amount.total")
        return OrderSeen(str(answer["trade_state"]), total, answer.get("transaction_id"), paid_at)

    def refund_seen(self, answer: Heard) -> RefundSeen:
        """What the query tells."""
        return RefundSeen(str(answer["status"]), str(answer["refund_id"]), int(answer["amount.refund"]))


class DoorV2(Door):
    """The platform in APIv2."""

    family = "v2"

    def place(self, order: Order) -> AnswerV2:
        """Place *order* by unifiedorder or micropay."""
        return self.platform.v2.place(order)

    def query(self, order: Order) -> AnswerV2:
        """Query *order*."""
        return self.platform.v2.query(order)

    def query_by_id(self, order: Order, transaction_id: str) -> AnswerV2:
        """Query *order* by its transaction_id."""
        return self.platform.v2.query_by_id(order, transaction_id)

    def close(self, order: Order) -> AnswerV2:
        """Close *order*."""
        return self.platform.v2.close(order)

    def reverse(self, order: Order) -> AnswerV2:
        """Reverse *order*."""
        return self.platform.v2.reverse(order)

    def refund(self, refund: Refund) -> AnswerV2:
        """Apply for *refund*."""
        return self.platform.v2.refund(refund)

    def query_refund(self, refund: Refund) -> AnswerV2:
        """Query *refund*."""
        return self.platform.v2.query_refund(refund)

    def refuses(self, answer: Heard, refusal: Refusal | None = None) -> bool:  # noqa: ARG002 - what code goes with what is judged elsewhere
        """Tell whether FAIL stands on either level, with a code that decides."""
        try:
            answer.is_refused()
        except Violation:
            return False
        return True

    def leaves_open(self, answer: Heard) -> bool:
        """Tell whether the code says that nobody knows."""
        return isinstance(answer, AnswerV2) and answer.result.verdict == "unknown"

    def value(self, answer: Heard) -> Any:
        """The elements that are not empty."""
        if not isinstance(answer, AnswerV2) or not answer.accepted:
            return None
        return {name: text for name, text in answer.result.values.items() if text and name not in _FRESH}

    def order_seen(self, answer: Heard) -> OrderSeen:
        """What the query tells."""
        total = answer.get("total_fee")
        return OrderSeen(
            str(answer["trade_state"]), None if total is None else _fen(total), answer.get("transaction_id"), answer.get("time_end")
        )

    def refund_seen(self, answer: Heard) -> RefundSeen:
        """What the query tells of the one refund that was asked for."""
        state = answer["refund_status_0"]
        return RefundSeen(_REFUND_STATES.get(state, state), answer["refund_id_0"], _fen(answer["refund_fee_0"]))


def _fen(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Violation("An amount is no number of fen.", expected="digits", got=repr(text))
    return int(text)
