"""What a platform does when an order is placed again: the same, changed, by another product, after its end."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.placing import HANDLES, handle_of
from conformance.checks.platform.stages import HALF_AN_HOUR, SETTLED, Kind, Stage, kinds, notified, shows, stages, unchanged, wait
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.machines.order import ORDER_CLOSED, ORDER_PAID, PARAMETERS_CHANGED
from reference.rules import judges
from strategies import orders
from strategies.cases import Order

GROUP = "orders"

_NO_HANDLE = tuple(dict.fromkeys(HANDLES.values()))


def _charged(platform: Platform, order: Order, handle: str | None, *, because: str) -> None:
    refusal = platform.pay(order, handle)
    if refusal is not None:
        raise Violation(because, expected="a payment", got=f"refused: {refusal}")


@dataclass(frozen=True, slots=True)
class _Repeat:
    """An order of *stage* placed again, once more after a *pause* in seconds, and paid with the *last* handle or the first."""

    stage: Stage
    pause: int
    last: bool

    def __str__(self) -> str:
        return f"{self.stage}, again after {self.pause} s, paid with the {'last' if self.last else 'first'} handle"


@judges("v3.order.repeats-are-one-order")
def test_the_same_request_is_the_same_order(platform: Platform) -> None:
    """An unpaid order placed again and again is one order: any handle pays it, no second one charges again, whatever went before."""
    platform.needs("payer")
    pauses = (0, 60, 600) if "time-travel" in platform.capabilities else (0,)
    ways = [(pause, last) for pause in pauses for last in (False, True)]
    cases = [_Repeat(stage, *way) for stage in stages(platform, ("unpaid", "tried")) for way in ways]

    def attempt(repeat: _Repeat) -> None:
        order = repeat.stage.order(platform)
        handles = [handle_of(platform, order)]
        wait(platform, repeat.pause)
        handles.append(handle_of(platform, order))
        # An h5_url works for five minutes only.
        works = handles[-1] if repeat.last or order.product == "h5" else handles[0]
        _charged(platform, order, works, because="Every handle of the order pays it.")
        paid = shows(platform, order, "SUCCESS", because="The order was paid.").has("amount.total", order.total)
        wait(platform, 1)
        for handle in (*handles, None):
            if platform.pay(order, handle) is None:
                raise Violation("The order was charged a second time.", expected="a refusal", got="a payment")
        unchanged(platform, order, paid, because="There is one payment and one transaction_id.")

    try_all(platform, cases, attempt)


@judges("v3.order.repeats-are-one-order")
@given(order=orders.full(), partner=st.booleans(), times=st.integers(1, 3))
def test_a_full_request_may_be_repeated(platform: Platform, order: Order, partner: bool, times: int) -> None:  # noqa: FBT001
    """Whatever optional members an order has, the same request is accepted again with the product's handle."""
    order = replace(order, role="partner") if partner and "partner-merchant" in platform.capabilities else order
    handle_of(platform, order)
    for _ in range(times):
        handle_of(platform, order)
    shows(platform, order, "NOTPAY", because="Placing an order again pays nothing.").has("amount.total", order.total)


@dataclass(frozen=True, slots=True)
class _Change:
    """An order of *kind* with *fields*, sent again with *other* ones."""

    kind: Kind
    fields: dict[str, Any]
    other: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.kind}, {' and '.join(self.other)} changed to {' and '.join(str(value)[:40] for value in self.other.values())}"


def _changes(platform: Platform) -> Iterator[_Change]:
    url = "https://merchant.example/wechatpay/"
    texts = {"description": ("茶", "茶叶"), "attach": ("route=1", "route=2"), "notify_url": (f"{url}one", f"{url}two")}
    for kind in kinds(platform):
        for name, (first, second) in texts.items():
            yield _Change(kind, {name: first}, {name: second})
        for total in (99, 101, 1, 10_000):
            yield _Change(kind, {}, {"amount": {"total": total, "currency": "CNY"}})
        yield _Change(kind, {"attach": "Route=1"}, {"attach": "route=1"})
        if kind.product == "jsapi":
            member = "sp_openid" if kind.role == "partner" else "openid"
            yield _Change(kind, {}, {"payer": {member: platform.merchant(kind.role).openid[:-4] + "wxyz"}})
            if kind.role == "partner":
                yield _Change(kind, {}, {"payer": {"sub_openid": "oSubMerchantsPayer000000000A"}})


@judges("v3.order.refuses-changed-parameters")
def test_refuses_a_changed_request(platform: Platform) -> None:
    """A used number with another amount, text, notify_url or payer is refused, and the order stays as first placed: payable, as it was."""

    def attempt(change: _Change) -> None:
        order = change.kind.order(**change.fields)
        handle = handle_of(platform, order)
        platform.place(order.but(**change.other)).is_refused(PARAMETERS_CHANGED).lacks(*_NO_HANDLE)
        shows(platform, order, "NOTPAY", because="A refused change leaves the order as it was.").has("amount.total", order.total)
        platform.place(order).is_accepted(because="The order as first placed may be repeated.")
        if "payer" in platform.capabilities:
            _charged(platform, order, handle, because="The order as first placed stays payable.")
            _is_as_placed(platform, order)

    try_all(platform, list(_changes(platform)), attempt)


def _is_as_placed(platform: Platform, order: Order) -> None:
    """Demand that a paid order has the amount and the texts it was first placed with, and is announced to its first notify_url."""
    paid = shows(platform, order, "SUCCESS", because="The order was paid.").has("amount.total", order.total)
    if "attach" in order.fields:
        paid.has("attach", order.fields["attach"])
    if "notify_url" in order.fields and {"time-travel", "notifications"} <= platform.capabilities:
        deliveries = [delivery for delivery in platform.deliveries() if notified(platform, order, [delivery])]
        if any(delivery.url != order.fields["notify_url"] for delivery in deliveries):
            raise Violation(
                "A refused change leaves the order as it was.",
                expected=f"notifications to {order.fields['notify_url']}",
                got=f"one to {deliveries[0].url}",
            )


@dataclass(frozen=True, slots=True)
class _Later:
    """Something tried with an order of *stage* so many *seconds* later."""

    stage: Stage
    seconds: int

    def __str__(self) -> str:
        return f"{self.stage}, {self.seconds} s later"


def _later(platform: Platform, names: tuple[str, ...], *seconds: int) -> list[_Later]:
    pauses = seconds if "time-travel" in platform.capabilities else (0,)
    return [_Later(stage, pause) for stage in stages(platform, names) for pause in pauses]


@judges("v3.order.refuses-changed-parameters")
def test_refuses_a_change_at_any_time(platform: Platform) -> None:
    """A number stays bound to its first parameters after a failed attempt to pay, after a repeat, and when its handle has expired."""
    platform.needs("payer")

    def attempt(later: _Later) -> None:
        order = later.stage.order(platform)
        handle_of(platform, order)
        wait(platform, later.seconds)
        cheaper = order.but(amount={"total": order.total - 1, "currency": "CNY"})
        platform.place(cheaper).is_refused(PARAMETERS_CHANGED).lacks(*_NO_HANDLE)
        _charged(platform, order, None, because="The order as first placed stays payable.")
        _is_as_placed(platform, order)

    try_all(platform, _later(platform, ("unpaid", "tried"), 60, 3 * 3600, 3 * 86_400), attempt)


@dataclass(frozen=True, slots=True)
class _Switch:
    """A number used for an order of *kind* and then of the *other*."""

    kind: Kind
    other: Kind

    def __str__(self) -> str:
        return f"{self.kind}, then {self.other.product}"


@judges("v3.order.refuses-another-product-under-one-number")
def test_refuses_another_product_under_one_number(platform: Platform) -> None:
    """A number ordered through one product is refused by every other; the first order stays payable with its own handle."""
    ways = kinds(platform)
    switches = [_Switch(kind, other) for kind in ways for other in ways if kind.role == other.role and kind.product != other.product]

    def attempt(switch: _Switch) -> None:
        first, second = switch.kind.order(), switch.other.order()
        handle = handle_of(platform, first)
        platform.place(replace(second, number=first.number)).is_refused(PARAMETERS_CHANGED).lacks(*_NO_HANDLE)
        shows(platform, first, "NOTPAY", because="The first order is still open.").has("amount.total", first.total)
        if "payer" in platform.capabilities:
            _charged(platform, first, handle, because="The first order stays payable.")
        platform.place(second).is_accepted(because="Under a number of its own the second order is valid.")

    try_all(platform, switches, attempt)


def _variants(platform: Platform, order: Order) -> Iterator[Order]:
    """The same request; with another amount; with other texts; through another product."""
    yield order
    yield order.but(amount={"total": order.total + 1, "currency": "CNY"})
    yield order.but(description="另一件", attach="again")
    other = next(kind for kind in kinds(platform) if kind.role == order.role and kind.product != order.product)
    yield replace(other.order(order.total), number=order.number, sub=order.sub)


@judges("v3.order.refuses-a-paid-number")
def test_refuses_the_number_of_a_paid_order(platform: Platform) -> None:
    """The number of a paid or refunded order takes no further order, the same or another, and no handle; the payment stays as it was."""
    platform.needs("payer", "settle")

    def attempt(later: _Later) -> None:
        order = later.stage.order(platform)
        before = platform.query(order).is_accepted()
        wait(platform, later.seconds)
        for again in _variants(platform, order):
            platform.place(again).is_refused(ORDER_PAID).lacks(*_NO_HANDLE)
        unchanged(platform, order, before, because="A paid order is not changed by ordering again.")
        if platform.pay(order) is None:
            raise Violation("The order was charged a second time.", expected="a refusal", got="a payment")
        platform.place(order.fresh()).is_accepted(because="Under a new number the same order is valid.")

    try_all(platform, _later(platform, SETTLED, 60, 30 * 86_400), attempt)


@judges("v3.order.refuses-a-closed-number")
def test_refuses_the_number_of_a_closed_order(platform: Platform) -> None:
    """The number of an order closed by its merchant takes no further order, the same or another; it stays closed and unpaid."""

    def attempt(kind: Kind) -> None:
        order = kind.order()
        handles = [handle_of(platform, order) for _ in range(2)]
        wait(platform, HALF_AN_HOUR)
        platform.close(order).is_accepted(because="An unpaid order can be closed.")
        _stays_closed(platform, order, *handles)
        wait(platform, 30 * 86_400)
        _stays_closed(platform, order, *handles)

    try_all(platform, kinds(platform), attempt)


@judges("v3.order.refuses-a-closed-number")
def test_refuses_the_number_of_an_order_that_closed_by_itself(platform: Platform) -> None:
    """An order nobody paid for a week is as closed as one its merchant closed: its number takes no further order."""
    platform.needs("time-travel")

    def attempt(kind: Kind) -> None:
        order = kind.order()
        handle = handle_of(platform, order)
        platform.advance(7 * 86_400 + 3600)
        _stays_closed(platform, order, handle)

    try_all(platform, kinds(platform), attempt)


def _stays_closed(platform: Platform, order: Order, *handles: str) -> None:
    for again in _variants(platform, order):
        platform.place(again).is_refused(ORDER_CLOSED).lacks(*_NO_HANDLE)
        shows(platform, order, "CLOSED", because="A closed order stays closed.").has("amount.total", order.total)
    if "payer" in platform.capabilities and None in {platform.pay(order, handle) for handle in (*handles, None)}:
        raise Violation("A closed order was paid.", expected="a refusal", got="a payment")
    platform.place(order.fresh()).is_accepted(because="Under a new number the same order is valid.")
