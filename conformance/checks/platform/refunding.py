"""Steps that several checks about refunds take, each with the judgement that goes without saying."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from conformance.checks.platform.stages import Kind, kinds, wait
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.verdicts import Inconclusive, Violation
from reference.identity import SigningKey
from reference.machines import Refusal
from reference.oracles import oaep
from strategies.cases import Fault, Order, Refund
from strategies.refunds import EVERY_PRODUCT, Outcome, Part

__all__ = [
    "ACCOUNT",
    "A_MINUTE",
    "MERCHANT_CARD",
    "NAME",
    "apply",
    "bounced",
    "carry_out",
    "every_kind",
    "leaves_nothing",
    "paid",
    "refused",
    "settle",
    "share",
    "show",
    "suited",
    "take_the_rest",
    "turned_down",
    "user_card",
]

Item = TypeVar("Item")

A_MINUTE = 61
"""Seconds between two refunds of one order, which no page finds too few."""
MERCHANT_CARD = {"type": "MERCHANT_BANK_CARD"}
"""Pay an abnormal refund out to the merchant's own account, which the platform knows."""
ACCOUNT, NAME = "6217001210012345678", "张三"
"""A bank card and its holder."""


def every_kind(platform: Platform) -> tuple[Kind, ...]:
    """Orders of every product, code payments included, placed directly and, where possible, by a service provider."""
    return kinds(platform, *EVERY_PRODUCT)


def share(platform: Platform, kind: Kind, items: Sequence[Item]) -> Sequence[Item]:
    """Return the part of *items* that falls to *kind*, so that all kinds together take all of them."""
    every = every_kind(platform)
    return items[every.index(kind) :: len(every)]


def suited(platform: Platform, order: Order) -> Order:
    """Return *order* as the target can take it: placed directly where it knows no service provider."""
    return order if "partner-merchant" in platform.capabilities else replace(order, role="merchant")


def paid(platform: Platform, kind: Kind, total: int = 100, **fields: Any) -> Order:
    """Return a fresh order of *kind*, paid."""
    order = kind.order(total, **fields)
    platform.must_pay(order)
    return order


def apply(platform: Platform, refund: Refund, *, outcome: Outcome | None = None, because: str = "The refund is valid.") -> Answer:
    """Apply for *refund*, which must be accepted, and let the banks decide on it if *outcome* says how."""
    answer = platform.refund(refund).is_accepted(because=because)
    if outcome is not None:
        settle(platform, refund, outcome)
    return answer


def settle(platform: Platform, refund: Refund, outcome: Outcome) -> None:
    """Let the banks decide on *refund*, which is still open. Raises Inconclusive when they cannot."""
    refusal = platform.settle(refund, outcome)
    if refusal is not None:
        raise Inconclusive(f"the banks could not make the refund {outcome}: {refusal}")


def bounced(platform: Platform, kind: Kind, amount: int = 60) -> tuple[Refund, str]:
    """Return a fresh refund of *amount* fen of a fresh order of 100, which is ABNORMAL, and its refund_id."""
    refund = Refund(paid(platform, kind), amount)
    return refund, str(apply(platform, refund, outcome="ABNORMAL")["refund_id"])


def user_card(key: SigningKey) -> dict[str, str]:
    """What pays an abnormal refund out to a card of the payer's, encrypted with *key*."""
    sealed = {"bank_account": oaep.encrypt(key.public_key, ACCOUNT), "real_name": oaep.encrypt(key.public_key, NAME)}
    return {"type": "USER_BANK_CARD", "bank_type": "ICBC_DEBIT", **sealed}


def carry_out(platform: Platform, order: Order, plan: tuple[Part, ...]) -> list[Refund]:
    """Take the refunds of *plan*, one after the other; return them."""
    refunds = []
    for part in plan:
        refunds.append(part.of(order))
        apply(platform, refunds[-1], outcome=part.outcome)
        platform.advance(part.pause)
    return refunds


def show(platform: Platform, refund: Refund) -> Answer:
    """Query *refund*, which exists."""
    return platform.query_refund(refund).is_accepted(because="The refund exists.")


def turned_down(
    platform: Platform,
    refund: Refund,
    *refusals: Refusal,
    broken_by: Fault | None = None,
    transaction_id: str | None = None,
    because: str = "",
) -> Answer:
    """Apply for *refund*, which must be refused as one of *refusals*; a second passes first, for refusals may be limited to six."""
    wait(platform, 1)
    return platform.refund(refund, broken_by=broken_by, transaction_id=transaction_id).is_refused(*refusals, because=because)


def refused(
    platform: Platform,
    refund: Refund,
    *refusals: Refusal,
    broken_by: Fault | None = None,
    transaction_id: str | None = None,
    because: str = "",
) -> Answer:
    """Apply for *refund*, which must be refused as one of *refusals* and leave no refund object under its number."""
    answer = turned_down(platform, refund, *refusals, broken_by=broken_by, transaction_id=transaction_id, because=because)
    leaves_nothing(platform, refund)
    return answer


def leaves_nothing(platform: Platform, refund: Refund) -> None:
    """Demand that there is no refund under the number of *refund*, whose application was refused."""
    found = platform.query_refund(refund)
    if found.accepted:
        raise Violation("A refund that was refused exists.", expected="no refund under its number", got=found.described)
    found.is_refused()


def take_the_rest(platform: Platform, order: Order, left: int) -> None:
    """Demand that *left* fen of *order* can still be refunded, by taking them; there is nothing to do for none."""
    if left:
        apply(platform, Refund(order, left), because=f"{left} fen of the order are left to refund.")
