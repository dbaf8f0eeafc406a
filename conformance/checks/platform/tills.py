"""Steps at the till that several checks take: a code is charged, and what became of it is looked at."""

from collections.abc import Sequence
from typing import Literal

from conformance.checks.platform.stages import Kind, kinds, shows
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.verdicts import Violation
from reference.oracles import times
from strategies.cases import Order, Refund, Role

__all__ = [
    "A_WHILE",
    "ENDED",
    "FIVE_MINUTES",
    "OPEN",
    "Plan",
    "State",
    "charged",
    "confirms",
    "is_paid",
    "reversed_order",
    "reverses",
    "shows_no_payment",
    "till_keepers",
    "tills",
    "with_fresh_code",
]

Plan = Literal["SUCCESS", "USERPAYING", "PAYERROR", "NOTPAY"]
State = Literal["SUCCESS", "USERPAYING", "PAYERROR", "NOTPAY", "REFUND", "REVOKED"]
OPEN: tuple[Plan, ...] = ("USERPAYING", "NOTPAY")
"""How a charge may stand that the payer has still to confirm."""
A_WHILE = 20
"""Seconds after which a paid order may be reversed by every page."""
FIVE_MINUTES = 301
"""Seconds after which an unpaid order may be reversed by every page."""
ENDED = ("REVOKED", "REFUND", "CLOSED")
"""What a reversed order may be shown as, paid or not."""
_TOLERANCE = 5
"""Seconds by which success_time may miss the moment of paying, for a clock that runs on meanwhile."""
_PAYMENT = ("transaction_id", "success_time", "bank_type", "amount.payer_total", "payer.openid", "payer.sp_openid", "payer.sub_openid")


def tills(platform: Platform) -> tuple[Kind, ...]:
    """Code payments of a merchant and, where possible, of a service provider."""
    return kinds(platform, "codepay")


def charged(platform: Platform, kind: Kind, state: State = "SUCCESS", *, total: int = 100) -> Order:
    """Return a fresh code payment in *state*; one in REVOKED or REFUND was paid before."""
    order = kind.order(total)
    if state in {"REFUND", "REVOKED"}:
        platform.place(order).is_accepted()
        platform.advance(A_WHILE)
        (platform.reverse(order) if state == "REVOKED" else platform.refund(Refund(order, 1))).is_accepted()
        return order
    if state != "SUCCESS":
        platform.plan_code(order, state)  # type: ignore[arg-type]  # the other two are dealt with
    answer = platform.place(order)
    if state != "PAYERROR" and not answer.accepted:
        raise Violation("A charge that is not decided as failed was refused.", expected="a 2xx answer", got=answer.described)
    return order


def with_fresh_code(order: Order) -> Order:
    """Return the same order, number included, to be paid by another code."""
    return order.but(payer=None)


def is_paid(answer: Answer, order: Order, at: int) -> Answer:
    """The answer shows *order* paid around *at* (Unix seconds), with the amount that was ordered."""
    answer.has("trade_state", "SUCCESS", because="The payer has paid.").has("out_trade_no", order.number)
    if not isinstance(answer["transaction_id"], str) or not answer["transaction_id"]:
        raise Violation("A payment has no transaction_id.", expected="a text", got=answer.described)
    answer.has("amount.total", order.total, because="The amount paid is the amount charged.")
    if answer.get("trade_type") not in {None, "MICROPAY"}:
        raise Violation("A code payment is shown as another product.", expected="MICROPAY", got=answer.described)
    try:
        moment = times.parse_rfc3339(str(answer["success_time"])).timestamp()
    except ValueError as error:
        raise Violation(f"success_time is no RFC 3339 time: {error}", expected=times.format_rfc3339(at), got=answer.described) from None
    if abs(moment - at) > _TOLERANCE:
        raise Violation("success_time is not the moment of paying.", expected=times.format_rfc3339(at), got=str(answer["success_time"]))
    return answer


def shows_no_payment(platform: Platform, order: Order, states: Sequence[str], *, because: str) -> Answer:
    """Query *order* and demand one of *states* and nothing that only a payment brings."""
    answer = platform.query(order).is_accepted(because="The order was submitted.")
    if answer.get("trade_state") not in states:
        raise Violation(because, expected=" or ".join(states), got=answer.described)
    return answer.lacks(*_PAYMENT, because="Nobody has paid this order.")


def confirms(platform: Platform, order: Order) -> None:
    """The payer confirms *order*, which waits for it."""
    refused = platform.pay(order)
    if refused is not None:
        raise Violation("The payer cannot confirm an order that waits for it.", expected="a payment", got=f"refused: {refused}")


def reverses(platform: Platform, order: Order, *, because: str = "The order can be reversed.") -> Answer:
    """Reverse *order*, which must be possible, and return how it is shown afterwards."""
    platform.reverse(order).is_accepted(because=because)
    return shows(platform, order, *ENDED, because="The reverse was accepted.")


def reversed_order(platform: Platform, kind: Kind, plan: Plan) -> tuple[Order, Answer] | None:
    """Return a code payment that was charged by *plan* and reversed, and how it is shown; None where that may be refused, and is.

    That is the case only while the payer is confirming.
    """
    order = charged(platform, kind, plan)
    platform.advance(FIVE_MINUTES)
    if plan != "USERPAYING":
        return order, reverses(platform, order)
    if not platform.reverse(order).accepted:
        return None
    return order, shows(platform, order, *ENDED, because="The reverse was accepted.")


def till_keepers(platform: Platform) -> tuple[Role, ...]:
    """Everybody the target knows who can charge a code."""
    everybody: tuple[Role, ...] = ("merchant", "other", "partner")
    return tuple(role for role in everybody if role == "merchant" or f"{role}-merchant" in platform.capabilities)
