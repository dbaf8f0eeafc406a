"""How the money of an APIv2 order adds up: cash, and the coupons that pay a part of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.v2.asking import roles
from conformance.checks.platform.v2.tills import must_be_paid
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Violation, shown
from reference.oracles import v2
from reference.oracles.v2_amounts import amount_problems, coupon_problems
from reference.platform import Delivery
from reference.platform.payers import Coupon
from reference.rules import judges
from strategies.cases import Order, Product, Refund, Role
from strategies.orders import PREPAID, lean
from strategies.v2 import orders

GROUP = "v2 orders"

_COUPONS: tuple[tuple[Coupon, ...], ...] = (
    (),
    (("CASH", 1),),
    (("NO_CASH", 100),),
    (("CASH", 30), ("NO_CASH", 20)),
    (("NO_CASH", 1), ("CASH", 2), ("CASH", 97)),
    tuple(("CASH", number + 1) for number in range(11)),
)
"""What pays an order of 100 fen, in part or whole: none, one, several, more than ten."""


@dataclass(frozen=True, slots=True)
class _Purse:
    """An order that is paid with *coupons*."""

    product: Product
    role: Role
    coupons: tuple[Coupon, ...]

    def __str__(self) -> str:
        told = ", ".join(f"{fee} fen {kind}" for kind, fee in self.coupons) or "no coupons"
        return f"{self.product} of a {self.role}, {told}"


@judges("v2.query.counts-its-coupons")
def test_coupons_are_counted(platform: Platform) -> None:
    """In answers and the notification of an order paid with coupons these are numbered from 0 to one less than their count."""
    platform.needs("payer", "coupons")

    def attempt(purse: _Purse) -> None:
        for where, values in _told(platform, lean(purse.product, purse.role), purse.coupons):
            _tells_of(where, values, purse.coupons)

    try_all(platform, [purse for purse in _purses(platform) if purse.coupons], attempt)


@judges("v2.query.counts-its-coupons")
def test_an_order_without_coupons_has_none(platform: Platform) -> None:
    """An order that was paid in cash has no element of a coupon, nor has one that is not paid."""
    platform.needs("payer")

    def attempt(purse: _Purse) -> None:
        if purse.product != "codepay":
            unpaid = lean(purse.product, purse.role)
            platform.v2.place(unpaid).is_accepted()
            _tells_of("query", platform.v2.query(unpaid).is_accepted().result.values, ())
        for where, values in _told(platform, lean(purse.product, purse.role), ()):
            _tells_of(where, values, ())

    try_all(platform, [purse for purse in _purses(platform) if not purse.coupons], attempt)


@judges("v2.query.amounts-fit-together")
def test_amounts_fit_together(platform: Platform) -> None:
    """In answers and the notification of a paid order cash and coupons are the order, refunded or not."""
    platform.needs("payer")
    given_out = "coupons" in platform.capabilities

    def attempt(purse: _Purse) -> None:
        order = lean(purse.product, purse.role)
        for where, values in _told(platform, order, purse.coupons, refunded=True):
            _has_none(where, amount_problems(values), values)
            if values.get("total_fee") != str(order.total):
                raise Violation(f"The {where} tells another price.", expected=f"total_fee {order.total}", got=shown(dict(values)))
            if values.get("fee_type") not in {None, "", "CNY"}:
                raise Violation(f"The {where} tells another currency.", expected="fee_type CNY", got=shown(dict(values)))

    try_all(platform, [purse for purse in _purses(platform) if given_out or not purse.coupons], attempt)


@judges("v2.query.amounts-fit-together", "v2.query.counts-its-coupons")
@given(order=orders.full() | orders.full(product="codepay"), partner=st.booleans(), data=st.data())
def test_any_coupons_of_any_order_fit(platform: Platform, order: Order, partner: bool, data: st.DataObject) -> None:  # noqa: FBT001
    """Whatever an order costs, and whatever coupons pay of it, the fees fit together and the coupons are counted."""
    platform.needs("payer", "coupons")
    order.role = "partner" if partner and "partner" in roles(platform) else order.role
    coupons: list[Any] = data.draw(orders.coupons(order.total))
    for where, values in _told(platform, order, coupons):
        _has_none(where, amount_problems(values), values, "v2.query.amounts-fit-together")
        _has_none(where, coupon_problems(values), values, "v2.query.counts-its-coupons")


def _purses(platform: Platform) -> list[_Purse]:
    """Every way to pay with coupons, in both roles by turns."""
    every = roles(platform)
    cases = [(product, coupons) for product in (*PREPAID, "codepay") for coupons in _COUPONS]
    return [_Purse(product, every[number % len(every)], coupons) for number, (product, coupons) in enumerate(cases)] + [
        _Purse(product, role, ()) for product in (*PREPAID, "codepay") for role in every
    ]


def _told(platform: Platform, order: Order, coupons: Sequence[Coupon], *, refunded: bool = False) -> list[tuple[str, Mapping[str, str]]]:
    """Have *order* paid with *coupons* and return all that is told of the payment, each with where."""
    found: list[tuple[str, AnswerV2]] = []
    if coupons:
        platform.give_coupons(order, coupons)
    placed = platform.v2.place(order).is_accepted()
    if order.product == "codepay":
        found.append(("answer", placed))
    else:
        must_be_paid(platform, order, because="The order can be paid.")
    notices = platform.deliveries() if {"notifications", "time-travel"} <= platform.capabilities else []
    found.append(("query", platform.v2.query(order).is_accepted()))
    found.append(("query by transaction_id", platform.v2.query_by_id(order, found[-1][1]["transaction_id"]).is_accepted()))
    if refunded and "client-certificates" in platform.capabilities:
        platform.v2.refund(Refund(order, 1)).is_accepted()
        found.append(("query of the refunded order", platform.v2.query(order).is_accepted()))
    return [(where, answer.result.values) for where, answer in found] + [("notification", values) for values in _notices(notices, order)]


def _notices(deliveries: Sequence[Delivery], order: Order) -> list[Mapping[str, str]]:
    """The payment notices among *deliveries* that are about *order*; what cannot be read is no evidence here."""
    found: list[Mapping[str, str]] = []
    for delivery in deliveries:
        try:
            values = v2.read_xml(delivery.body)
        except v2.MalformedXmlError:
            continue
        if values.get("out_trade_no") == order.number and values.get("transaction_id"):
            found.append(values)
    return found


def _tells_of(where: str, values: Mapping[str, str], coupons: Sequence[Coupon]) -> None:
    """Exactly *coupons* are told of, counted and numbered as they must be."""
    count, total = str(len(coupons)), str(sum(fee for _, fee in coupons))
    if (values.get("coupon_count") or "0", values.get("coupon_fee") or "0") != (count, total):
        raise Violation(
            f"The {where} does not tell by which coupons the order was paid.",
            expected=f"coupon_count {count}, coupon_fee {total}",
            got=shown(dict(values)),
        )
    _has_none(where, coupon_problems(values), values)
    told = sorted((values[f"coupon_type_{number}"], values[f"coupon_fee_{number}"]) for number in range(len(coupons)))
    expected = sorted((kind, str(fee)) for kind, fee in coupons)
    if told != expected:
        raise Violation(f"The {where} tells of other coupons than the order was paid by.", expected=str(expected), got=str(told))


def _has_none(where: str, problems: Sequence[str], values: Mapping[str, str], rule: str | None = None) -> None:
    if problems:
        raise Violation(
            f"The {where} contradicts itself: {problems[0]}", expected="fees that fit together", got=shown(dict(values)), rule=rule
        )
