"""Orders brought to every point of their life through either family, with their refunds, and what both families tell of them there."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.checks.doors import Door, DoorV2, DoorV3
from conformance.checks.platform.v2.asking import order_of, roles
from conformance.targets.platform import Platform
from conformance.targets.verdicts import Violation
from strategies.cases import Order, Product, Refund, Role

__all__ = ["Point", "Reached", "doors", "points", "told", "unchanged"]

_BEFORE_CLOSING: Final = 301
_BEFORE_REFUNDING: Final = 61
_BETWEEN_REVERSES: Final = 15
_TIMES_TO_REVERSE: Final = 3


def doors(platform: Platform) -> tuple[Door, Door]:
    """APIv2 and APIv3 of *platform*."""
    return DoorV2(platform), DoorV3(platform)


@dataclass(frozen=True)
class Reached:
    """An order at some point, and its refunds."""

    order: Order
    refunds: list[Refund] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Point:
    """A point in the life of the orders of a *product*."""

    name: str
    product: Product
    role: Role
    reach: Callable[[Platform, Door, Reached], object]

    def order(self, platform: Platform, door: Door | None = None) -> Reached:
        """Return a fresh order that has come this far, through *door* (APIv2 unless given)."""
        reached = Reached(order_of(self.product, self.role))
        self.reach(platform, door or DoorV2(platform), reached)
        return reached

    def __str__(self) -> str:
        return f"{self.product} order of a {self.role}, {self.name}"


def points(platform: Platform, *names: str) -> tuple[Point, ...]:
    """The points of *names* for both roles; without names every point for the merchant, and every other for the service provider."""
    platform.needs("payer", "settle", "time-travel", "code-plans", "client-certificates")
    steps = {role: 1 if names or role == "merchant" else 2 for role in roles(platform)}
    chosen = [(name, *_POINTS[name]) for name in names or _POINTS]
    return tuple(Point(name, product, role, reach) for role, step in steps.items() for name, product, reach in chosen[::step])


def told(platform: Platform, reached: Reached) -> dict[str, Any]:
    """What both families tell of an order and its refunds."""
    return dict(_told(doors(platform), reached.order, reached.refunds))


def unchanged(platform: Platform, reached: Reached, before: Mapping[str, Any], *, because: str, everywhere: bool = True) -> None:
    """Demand that both families tell what they told *before*; APIv2 alone unless *everywhere*, which is quicker."""
    asked = doors(platform) if everywhere else doors(platform)[:1]
    for name, value in _told(asked, reached.order, reached.refunds):
        if value != before[name]:
            raise Violation(because, expected=f"{name}: {before[name]!r}", got=repr(value))


def _told(asked: Iterable[Door], order: Order, refunds: Iterable[Refund]) -> Iterator[tuple[str, Any]]:
    for door in asked:
        yield f"the order {door}", door.value(door.query(order).is_accepted(because="It exists."))
        for number, refund in enumerate(refunds):
            yield f"refund {number} {door}", door.value(door.query_refund(refund).is_accepted(because="It exists."))


def _place(_platform: Platform, door: Door, reached: Reached) -> None:
    door.place(reached.order).is_accepted()


def _try(platform: Platform, door: Door, reached: Reached) -> None:
    _place(platform, door, reached)
    platform.fail(reached.order)
    platform.cancel(reached.order)


def _pay(platform: Platform, door: Door, reached: Reached) -> None:
    _place(platform, door, reached)
    refused = None if reached.order.product == "codepay" else platform.pay(reached.order)
    if refused is not None:
        raise Violation("The payer cannot pay an order just placed.", expected="a payment", got=f"refused: {refused}")


def _refund(platform: Platform, door: Door, reached: Reached, amount: int) -> Refund:
    platform.advance(_BEFORE_REFUNDING)
    refund = Refund(reached.order, amount)
    door.refund(refund).is_accepted(because="There is enough left to refund.")
    reached.refunds.append(refund)
    return refund


def _refund_in_part(platform: Platform, door: Door, reached: Reached) -> None:
    _pay(platform, door, reached)
    _refund(platform, door, reached, 1)


def _refund_in_every_way(platform: Platform, door: Door, reached: Reached) -> None:
    """One refund in each of its states, asked for through the families in turn."""
    _pay(platform, door, reached)
    one, other = doors(platform)
    platform.settle(_refund(platform, one, reached, 10), "SUCCESS")
    platform.settle(_refund(platform, other, reached, 11), "ABNORMAL")
    platform.settle(_refund(platform, one, reached, 12), "CLOSED")
    _refund(platform, other, reached, 13)


def _refund_in_full(platform: Platform, door: Door, reached: Reached) -> None:
    _pay(platform, door, reached)
    platform.settle(_refund(platform, door, reached, reached.order.total))


def _close(platform: Platform, door: Door, reached: Reached) -> None:
    _place(platform, door, reached)
    platform.advance(_BEFORE_CLOSING)
    door.close(reached.order).is_accepted(because="An unpaid order can be closed.")


def _wait(platform: Platform, door: Door, reached: Reached) -> None:
    platform.plan_code(reached.order, "USERPAYING")
    door.place(reached.order)


def _decline(platform: Platform, door: Door, reached: Reached) -> None:
    _wait(platform, door, reached)
    platform.fail(reached.order)


def _reverse(platform: Platform, door: Door, reached: Reached) -> None:
    _place(platform, door, reached)
    for _ in range(_TIMES_TO_REVERSE):
        platform.advance(_BETWEEN_REVERSES)
        answer = door.reverse(reached.order)
        if answer.accepted:
            break
    answer.is_accepted(because="A paid code can be reversed.")


def _reverse_while_waiting(platform: Platform, door: Door, reached: Reached) -> None:
    """Reverse until it is done; a platform may wait for a payer who is typing, and never do it."""
    _wait(platform, door, reached)
    for _ in range(_TIMES_TO_REVERSE):
        platform.advance(_BETWEEN_REVERSES)
        if door.reverse(reached.order).accepted:
            break


_POINTS: Final[Mapping[str, tuple[Product, Callable[[Platform, Door, Reached], object]]]] = {
    "unpaid": ("native", _place),
    "tried": ("app", _try),
    "paid": ("jsapi", _pay),
    "partly refunded": ("h5", _refund_in_part),
    "refunded in every way": ("native", _refund_in_every_way),
    "refunded in full": ("jsapi", _refund_in_full),
    "closed": ("app", _close),
    "waiting for its payer": ("codepay", _wait),
    "declined": ("codepay", _decline),
    "charged": ("codepay", _pay),
    "charged and partly refunded": ("codepay", _refund_in_part),
    "reversed": ("codepay", _reverse),
    "reversed while it waited": ("codepay", _reverse_while_waiting),
}
