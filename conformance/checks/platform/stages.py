"""Orders of every kind, brought to every point of their life: what checks about states walk through."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.targets.answer import Answer
from conformance.targets.inbox import Letter
from conformance.targets.observers import keyring
from conformance.targets.platform import Platform
from conformance.targets.verdicts import Violation
from reference.platform import Delivery
from strategies import orders
from strategies.cases import Order, Product, Refund, Role

__all__ = [
    "HALF_AN_HOUR",
    "SETTLED",
    "STAGES",
    "Kind",
    "Stage",
    "facts",
    "kinds",
    "notified",
    "shows",
    "stages",
    "unchanged",
    "wait",
]

HALF_AN_HOUR = 1800
"""Seconds after which closing is no longer too early by any page, and a prepay_id still works."""

_PAYMENT_FACTS = ("transaction_id", "success_time", "bank_type", "trade_type", "payer", "amount")
_FACTS = ("out_trade_no", "appid", "mchid", "sp_appid", "sp_mchid", "sub_appid", "sub_mchid", "trade_state", "attach", *_PAYMENT_FACTS)


@dataclass(frozen=True, slots=True)
class Kind:
    """A product, and who places its orders."""

    product: Product
    role: Role = "merchant"

    def order(self, total: int = 100, **fields: Any) -> Order:
        """Return a fresh order of *total* fen."""
        return orders.lean(self.product, self.role, total=total, **fields)

    def __str__(self) -> str:
        return f"{self.product} order of a {'service provider' if self.role == 'partner' else 'merchant'}"


def kinds(platform: Platform, *products: Product) -> tuple[Kind, ...]:
    """Every one of *products* (all but code payment when none is named), placed directly and, where possible, by a service provider."""
    roles: tuple[Role, ...] = ("merchant", "partner") if "partner-merchant" in platform.capabilities else ("merchant",)
    return tuple(Kind(product, role) for role in roles for product in products or orders.PREPAID)


@dataclass(frozen=True, slots=True)
class Stage:
    """A point in the life of a *kind* of order; *reach* places the order and brings it there."""

    name: str
    kind: Kind
    reach: Callable[[Platform, Order], object]

    def order(self, platform: Platform, total: int = 100, **fields: Any) -> Order:
        """Return a fresh order that has come this far."""
        order = self.kind.order(total, **fields)
        self.reach(platform, order)
        return order

    def __str__(self) -> str:
        return f"{self.kind}, {self.name}"


def stages(platform: Platform, names: Sequence[str], *products: Product) -> tuple[Stage, ...]:
    """Every kind of order in each of the stages called *names*; closed ones only where a close need not come too early."""
    reached = [name for name in names if name != "closed" or "time-travel" in platform.capabilities]
    return tuple(Stage(name, kind, STAGES[name]) for kind in kinds(platform, *products) for name in reached)


def wait(platform: Platform, seconds: float) -> None:
    """Let time pass where that can be done."""
    if "time-travel" in platform.capabilities:
        platform.advance(seconds)


def shows(platform: Platform, order: Order, *states: str, because: str) -> Answer:
    """Query *order* and demand one of *states*."""
    answer = platform.query(order).is_accepted(because="The order exists.")
    if answer.get("trade_state") not in states:
        raise Violation(because, expected=f"trade_state {' or '.join(states)}", got=answer.described)
    return answer


def facts(answer: Answer) -> dict[str, Any]:
    """What an answer says of an order, as far as it may not change by itself."""
    shown = answer.json if isinstance(answer.json, dict) else {}
    return {name: shown[name] for name in _FACTS if name in shown}


def unchanged(platform: Platform, order: Order, before: Answer, *, because: str, state: bool = True) -> Answer:
    """Query *order* and demand the facts of *before*; without *state*, only those of its payment."""
    after = platform.query(order).is_accepted(because="The order exists.")
    names = _FACTS if state else _PAYMENT_FACTS
    for name in names:
        old, new = facts(before).get(name), facts(after).get(name)
        if old != new:
            raise Violation(because, expected=f"{name} {old!r}", got=f"{name} {new!r}")
    return after


def notified(platform: Platform, order: Order, deliveries: Sequence[Delivery]) -> list[dict[str, Any]]:
    """Return the decrypted resources of those *deliveries* that are about *order*; what cannot be read is no evidence here."""
    merchant, keys = platform.merchant(order.role), keyring(platform.identity)
    found = []
    for delivery in deliveries:
        try:
            resource = Letter(delivery, merchant, keys).resource
        except Violation:
            continue
        if order.number is not None and resource.get("out_trade_no") == order.number:
            found.append(resource)
    return found


def _place(platform: Platform, order: Order) -> None:
    platform.place(order).is_accepted()


def _try(platform: Platform, order: Order) -> None:
    _place(platform, order)
    platform.fail(order)
    platform.cancel(order)


def _pay(platform: Platform, order: Order) -> None:
    platform.must_pay(order)
    # A refund in the very second of the payment would hide what the two times have to do with each other.
    wait(platform, 60)


def _refund_in_part(platform: Platform, order: Order) -> None:
    _pay(platform, order)
    platform.refund(Refund(order, 1)).is_accepted()


def _refund_in_full(platform: Platform, order: Order) -> None:
    _pay(platform, order)
    platform.refund(Refund(order, order.total)).is_accepted()


def _settle(platform: Platform, order: Order) -> None:
    _pay(platform, order)
    refund = Refund(order, order.total)
    platform.refund(refund).is_accepted()
    platform.settle(refund)


def _close(platform: Platform, order: Order) -> None:
    _place(platform, order)
    wait(platform, HALF_AN_HOUR)
    platform.close(order).is_accepted(because="An unpaid order can be closed.")


STAGES: dict[str, Callable[[Platform, Order], object]] = {
    "unpaid": _place,
    "tried": _try,
    "paid": _pay,
    "partly refunded": _refund_in_part,
    "refunded": _refund_in_full,
    "refund settled": _settle,
    "closed": _close,
}
"""How an order is brought to a stage; all but the first take a payer, the settled one takes settling."""
SETTLED = ("paid", "partly refunded", "refunded", "refund settled")
"""The stages of an order that was paid."""
