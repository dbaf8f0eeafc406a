"""Combined orders: what a payer pays at once, the ways to write their list, and what a list must not be."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from strategies.cases import Order, Product, Role
from strategies.orders import lean

__all__ = ["Basket", "Part", "Wrong", "basket", "no_lists", "wrong_lists"]

_TEXT: Final = '龙井 & <茶> "a/b" ]]> 100%'


@dataclass(eq=False, slots=True)
class Part:
    """One order of a basket: *total* fen. *number* is its out_trade_no once minted; *sub* picks the service provider's sub-merchant."""

    total: int
    description: str = _TEXT
    attach: str = "a=b&c"
    sub: int = 0
    number: str | None = None


@dataclass(eq=False, slots=True)
class Basket:
    """Several orders that one payer pays at once. *number* is the combine_out_trade_no once minted."""

    parts: list[Part]
    product: Product = "native"
    role: Role = "merchant"
    number: str | None = field(default=None)

    @property
    def total(self) -> int:
        """What the payer pays, in fen."""
        return sum(part.total for part in self.parts)

    @property
    def whole(self) -> Order:
        """The basket as an order of its number, for payers."""
        order = lean(self.product, self.role, total=self.total)
        order.number = self.number
        return order

    def alone(self, position: int) -> Order:
        """One of its orders as an order of its own, with the same number."""
        order = lean(self.product, self.role, total=self.parts[position].total)
        order.sub, order.number = self.parts[position].sub, self.parts[position].number
        return order

    def changed(self, position: int, **members: Any) -> Self:
        """Return the same basket, numbers included, with other *members* of one of its orders."""
        parts = [replace(part, **members) if place == position else part for place, part in enumerate(self.parts)]
        return replace(self, parts=parts)

    def without(self, position: int) -> Self:
        """Return the same basket, numbers included, without one of its orders."""
        return replace(self, parts=[part for place, part in enumerate(self.parts) if place != position])

    def __str__(self) -> str:
        return f"{self.product} basket of {len(self.parts)} of a {self.role}"


def basket(product: Product = "native", role: Role = "merchant", totals: tuple[int, ...] = (30, 70)) -> Basket:
    """Return a basket of orders for *totals* fen; a service provider's are for its sub-merchants in turn."""
    return Basket([Part(total, sub=place % 2 if role == "partner" else 0) for place, total in enumerate(totals)], product, role)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A list that must be refused: *make* makes it of the orders of a right one."""

    says: str
    make: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]

    def __str__(self) -> str:
        return self.says


def wrong_lists() -> tuple[Wrong, ...]:
    """No orders and too many, two of one number, and amounts that are none, in the first or in the last order."""
    found = [
        Wrong("no orders", lambda _orders: []),
        Wrong("51 orders", lambda orders: [{**orders[0], "out_trade_no": f"{orders[0]['out_trade_no'][:28]}_{n:02d}"} for n in range(51)]),
        Wrong("the first number again", lambda orders: [*orders, {**orders[0]}]),
        Wrong("the first number for another amount", lambda orders: [*orders, {**orders[0], "total_fee": 9}]),
        Wrong("one order twice", lambda orders: [orders[0], {**orders[0]}]),
        Wrong("no amount in the last order", lambda orders: [*orders[:-1], _without(orders[-1], "total_fee")]),
        Wrong("no number in the last order", lambda orders: [*orders[:-1], _without(orders[-1], "out_trade_no")]),
    ]
    priced = [(amount, place) for amount in (0, -1, 1.5, "some") for place in (0, -1)]
    found += [Wrong(f"{amount} fen in the {'last' if place else 'first'} order", _priced(place, amount)) for amount, place in priced]
    return tuple(found)


def no_lists() -> tuple[str, ...]:
    """Texts that are no JSON list of orders."""
    return ("orders", "5", '"orders"', '{"order_num":2,"order_list":[', "<order/>", "out_trade_no=1&total_fee=1", "{'order_num': 2}")


def _without(order: dict[str, Any], name: str) -> dict[str, Any]:
    return {each: value for each, value in order.items() if each != name}


def _priced(place: int, amount: object) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    def make(orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
        chosen = place % len(orders)
        return [{**order, "total_fee": amount} if at == chosen else order for at, order in enumerate(orders)]

    return make
