"""How a platform treats the number of an order: its form, and whose it is."""

import json
from dataclasses import dataclass, replace
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.placing import Placement, accepts, broken_bounds, every_kind, operation_of
from conformance.checks.platform.stages import HALF_AN_HOUR, Kind, Stage, shows, stages, unchanged, wait
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import NotApplicable, Violation
from reference.machines.order import ORDER_CLOSED, ORDER_PAID, PARAMETERS_CHANGED
from reference.platform.refusals import BAD_PARAMETER
from reference.rules import judges
from strategies.cases import NumberShape, Order, Product, Role
from strategies.faults.fields import edges_of
from strategies.orders import PREPAID

GROUP = "orders"

_ROLES: tuple[Role, ...] = ("merchant", "other", "partner")
_TAKEN = (PARAMETERS_CHANGED, ORDER_PAID, ORDER_CLOSED)


@judges("v3.order.refuses-malformed-out-trade-no")
def test_refuses_a_malformed_number(platform: Platform) -> None:
    """An order without a number, or with one of a wrong length or alphabet, is refused and not to be found; the good number is taken."""

    def attempt(placement: Placement) -> None:
        order = placement.kind.order()
        platform.place(order, broken_by=placement.fault).is_refused(BAD_PARAMETER)
        number = json.loads(platform.exchanges[-1].wire.body).get("out_trade_no")
        sent = replace(order, number=number) if isinstance(number, str) and number else order
        platform.query(sent).is_refused(because="The order was refused and exists all the same.")
        if placement.twin:
            platform.place(order).is_accepted(because="With a good number the same order is valid.")

    try_all(platform, [placement for kind in every_kind(platform) for placement in broken_bounds(kind, "out_trade_no")], attempt)


@judges("v3.order.refuses-malformed-out-trade-no")
def test_takes_numbers_of_every_documented_form(platform: Platform) -> None:
    """Numbers of 6 and of 32 characters, and numbers with each of the three signs, are taken and found again."""

    def attempt(placement: Placement) -> None:
        accepts(platform, placement)
        number = str(json.loads(platform.exchanges[-1].wire.body)["out_trade_no"])
        order = replace(placement.kind.order(), number=number)
        platform.query(order).is_accepted(because="The order was accepted.").has("out_trade_no", number)

    ways = every_kind(platform)
    try_all(platform, [Placement(kind, edge) for kind in ways for edge in edges_of(operation_of(kind), "out_trade_no")], attempt)


@judges("v3.order.refuses-malformed-out-trade-no")
@given(length=st.integers(12, 32), tail=st.text("abzABZ019_-*", max_size=8), product=st.sampled_from(PREPAID))
def test_takes_any_well_formed_number(platform: Platform, length: int, tail: str, product: Product) -> None:
    """A number of any documented form is taken, and shown as it was sent."""
    order = Kind(product).order()
    order.shape = NumberShape(length, tail)
    platform.place(order).is_accepted()
    platform.query(order).is_accepted().has("out_trade_no", order.number)


@judges("v3.order.refuses-a-number-used-by-another-sub-merchant")
def test_refuses_the_number_of_another_sub_merchant(platform: Platform) -> None:
    """A provider's number serves one sub-merchant, whatever became of its order; the second gets no order, the first keeps its own."""
    platform.needs("partner-merchant")
    if len(platform.merchant("partner").sub_mchids) < 2:
        raise NotApplicable({"second-sub-merchant"})
    able = "payer" in platform.capabilities
    names = ("unpaid", "tried", "paid", "partly refunded", "closed") if able else ("unpaid", "closed")

    def attempt(stage: Stage) -> None:
        first = stage.order(platform)
        before = platform.query(first).is_accepted()
        dearer, through = first.but(amount={"total": 101, "currency": "CNY"}), _another_product(first)
        for second in (replace(order, sub=1) for order in (first, dearer, through)):
            platform.place(second).is_refused(*_TAKEN).lacks("prepay_id", "code_url", "h5_url")
            platform.query(second).is_refused(because="The second sub-merchant has no order of that number.")
        unchanged(platform, first, before, because="The order of the first sub-merchant stays as it was.")
        if able and before["trade_state"] == "NOTPAY" and platform.pay(first) is not None:
            raise Violation("The order of the first sub-merchant stays payable.", expected="a payment", got="a refusal")
        platform.place(replace(first, sub=1, number=None)).is_accepted(because="Under a number of its own the second order is valid.")

    try_all(platform, [stage for stage in stages(platform, names) if stage.kind.role == "partner"], attempt)


def _another_product(order: Order) -> Order:
    """The same number, used through another product."""
    product = PREPAID[(PREPAID.index(order.product) + 1) % len(PREPAID)]
    return replace(Kind(product, order.role).order(order.total), number=order.number)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two merchants that order under one number."""

    first: Kind
    second: Kind

    def orders(self, platform: Platform, *, total: int) -> tuple[Order, Order]:
        """Place both and return them; the second costs twice as much and carries another attach."""
        first = self.first.order(total, attach="first")
        platform.place(first).is_accepted()
        second = replace(self.second.order(2 * total, attach="second"), number=first.number)
        platform.place(second).is_accepted(because="Another merchant's number is not this merchant's.")
        return first, second

    def __str__(self) -> str:
        return f"{self.first.product} order of the {self.first.role}, {self.second.product} order of the {self.second.role}"


def _pairs(platform: Platform) -> list[_Pair]:
    known = [role for role in _ROLES if role == "merchant" or f"{role}-merchant" in platform.capabilities]
    if len(known) < 2:
        raise NotApplicable({"other-merchant"})
    products = dict(zip(_ROLES, (PREPAID, PREPAID[1:] + PREPAID[:1], PREPAID), strict=True))
    return [
        _Pair(Kind(product, first), Kind(other, second))
        for first, second in permutations(known, 2)
        for product, other in zip(products[first], products[second], strict=True)
    ]


@judges("v3.order.keeps-numbers-of-merchants-apart")
def test_two_merchants_may_use_one_number(platform: Platform) -> None:
    """Two merchants' orders under one number are two orders: each shows its own amount, and closing one leaves the other open."""

    def attempt(pair: _Pair) -> None:
        first, second = pair.orders(platform, total=70)
        _shows_its_own(platform, first, "NOTPAY")
        _shows_its_own(platform, second, "NOTPAY")
        platform.place(first).is_accepted(because="The first merchant may repeat its order.")
        wait(platform, HALF_AN_HOUR)
        platform.close(second).is_accepted()
        _shows_its_own(platform, second, "CLOSED")
        _shows_its_own(platform, first, "NOTPAY")

    try_all(platform, _pairs(platform), attempt)


@judges("v3.order.keeps-numbers-of-merchants-apart")
def test_paying_one_order_leaves_the_other_merchants(platform: Platform) -> None:
    """Of two merchants' orders under one number, paying one leaves the other unpaid, and each shows its own data."""
    platform.needs("payer")

    def attempt(pair: _Pair) -> None:
        first, second = pair.orders(platform, total=70)
        platform.pay(first)
        _shows_its_own(platform, first, "SUCCESS")
        _shows_its_own(platform, second, "NOTPAY")
        platform.pay(second)
        _shows_its_own(platform, second, "SUCCESS")
        _shows_its_own(platform, first, "SUCCESS")
        for order in (first, second):
            platform.query(order).has("attach", order.fields["attach"], because="Each order has its own attach.")

    try_all(platform, _pairs(platform), attempt)


def _shows_its_own(platform: Platform, order: Order, state: str) -> None:
    shows(platform, order, state, because="Each merchant's order has its own state.").has("amount.total", order.total)
