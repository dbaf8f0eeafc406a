"""Valid orders: what is drawn, whether it is accepted, and what a failure shrinks to."""

from typing import Any

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from strategies import orders
from strategies.cases import Order, Product, Role
from tests.strategies.sending import EVERYWHERE, documented_problems, fresh_platform, placed

MANY = settings(max_examples=60)
EVERY_PLACE = pytest.mark.parametrize(("product", "role"), EVERYWHERE)


def accepted(strategy: st.SearchStrategy[Order]) -> None:
    """Draw orders and have each judged by the contract and placed on a platform of their own."""
    platform = fresh_platform()

    @MANY
    @given(order=strategy)
    def place(order: Order) -> None:
        assert not documented_problems(placed(order.fresh()))
        platform.place(order).is_accepted()

    place()


@EVERY_PLACE
def test_lean_orders_are_valid(product: Product, role: Role) -> None:
    """A lean order of any product, direct or partner, keeps every documented bound and is accepted."""
    accepted(orders.of(product, role=role))


@EVERY_PLACE
def test_full_orders_are_valid(product: Product, role: Role) -> None:
    """So does an order with any of the optional fields."""
    accepted(orders.full(product=product, role=role))


@pytest.mark.parametrize("role", ["merchant", "partner"])
def test_orders_of_any_product_are_valid(role: Role) -> None:
    """Orders of a product that is drawn, too, are accepted."""
    accepted(orders.any_product(role=role) | orders.full(role=role))


@EVERY_PLACE
def test_a_named_lean_order_is_valid(product: Product, role: Role) -> None:
    """The order that lists are tried with is accepted, with an amount and members of the caller's choice."""
    order = orders.lean(product, role, total=7, attach="route=1")

    fresh_platform().place(order).is_accepted()
    assert (order.total, order.fields["attach"]) == (7, "route=1")


def test_amounts_can_be_fixed() -> None:
    """A check that counts money says what the order costs."""
    assert find(orders.any_product(total=100), lambda _order: True).total == 100
    assert find(orders.of("h5", total=42), lambda _order: True).total == 42


def test_a_failure_shrinks_to_the_template() -> None:
    """Whatever is wrong with every order is shown on the smallest: a JSAPI order of one fen, nothing optional."""
    smallest = find(orders.full(), lambda _order: True)

    assert smallest.product == "jsapi"
    assert smallest.fields == {"description": "茶", "amount": {"total": 1, "currency": "CNY"}}


def test_a_failure_shrinks_to_the_member_that_matters() -> None:
    """A failure that needs one optional member shows that member alone, at its smallest."""
    smallest = find(orders.full(), lambda order: "detail" in order.fields)

    assert smallest.fields == {
        "description": "茶",
        "amount": {"total": 1, "currency": "CNY"},
        "detail": {"goods_detail": [{"merchant_goods_id": "M1006", "quantity": 1, "unit_price": 0}]},
    }


def test_a_failure_shrinks_to_the_edge_of_an_amount() -> None:
    """A failure above an amount is shown at that amount, and on the product that has it."""
    smallest = find(orders.full(), lambda order: order.total >= 1000 and order.product == "native")

    assert (smallest.total, smallest.fields["description"], len(smallest.fields)) == (1000, "茶", 2)


@pytest.mark.parametrize(
    ("member", "size"), [("description", 127), ("attach", 128)], ids=["description of 127 bytes", "attach of 128 bytes"]
)
def test_chinese_text_fills_its_limit_to_the_last_byte(member: str, size: int) -> None:
    """Chinese text as long as its bytes allow occurs, where counting bytes or characters makes a difference."""

    def fills(order: Order) -> bool:
        text = order.fields.get(member, "")
        return len(text.encode()) == size and not text.isascii()

    assert find(orders.full(), fills, settings=settings(max_examples=2000))


def test_ascii_text_fills_its_limit() -> None:
    """Texts of exactly as many characters as allowed occur."""
    found = find(orders.full(), lambda order: len(order.fields.get("attach", "")) == 128, settings=settings(max_examples=2000))

    assert found.fields["attach"] == "x" * 128


@settings(max_examples=300)
@given(order=orders.full())
def test_no_text_leaves_the_basic_plane(order: Order) -> None:
    """Characters of four bytes belong to a fault, never to a valid order."""
    assert all(ord(character) <= 0xFFFF for character in repr(order.fields))


@settings(max_examples=300)
@given(order=orders.full() | orders.full(product="codepay"))
def test_every_example_has_members_of_its_own(order: Order) -> None:
    """Whatever a check does to one order, the next example does not see."""
    assert "spoilt" not in repr(order.fields)
    _spoil(order.fields)


def _spoil(value: Any) -> None:
    if isinstance(value, dict):
        for member in value.values():
            _spoil(member)
        value["spoilt"] = True
    if isinstance(value, list):
        for item in value:
            _spoil(item)
        value.append("spoilt")
