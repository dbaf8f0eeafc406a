"""What holds for the JSON of every request: order of members, null, unknown members, characters, dates."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.placing import Placement, every_kind, operation_of, refuses
from conformance.checks.platform.stages import Kind, kinds, shows
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.contract import Schema
from reference.platform.refusals import BAD_PARAMETER
from reference.rules import judges
from strategies import orders, times
from strategies.cases import Order, Refund
from strategies.faults.body import BeyondBmp, Escaped, Member, Nulls, Reordered, Writing
from strategies.faults.fields import FieldFault, faults_of
from strategies.text import BEYOND_BMP

GROUP = "protocol"

_HOUR = 3600
_ORDERS = (Reordered("reversed"), Reordered("sorted"), Reordered("inside-out"))


@judges("v3.protocol.accepts-any-key-order")
@given(order=orders.full(), partner=st.booleans(), way=st.sampled_from(_ORDERS))
def test_members_may_stand_in_any_order(platform: Platform, order: Order, partner: bool, way: Reordered) -> None:  # noqa: FBT001
    """An order is the same order whatever its members' order, at any depth: accepted, and accepted again as the same one."""
    order = replace(order, role="partner") if partner and "partner-merchant" in platform.capabilities else order
    platform.place(order, broken_by=way).is_accepted(because="The order of members does not matter.")
    platform.place(order).is_accepted(because="The same order with its members in another order is the same order.")
    platform.query(order).is_accepted().has("amount.total", order.total)


@judges("v3.protocol.accepts-any-key-order")
def test_the_parameters_of_every_request_may_stand_in_any_order(platform: Platform) -> None:
    """Queries, closings and refunds do what they say with their parameters in any order."""
    platform.needs("payer")

    def attempt(placement: Placement) -> None:
        kind, way = placement.kind, placement.fault
        order, closed = kind.order(), kind.order()
        platform.place(order, broken_by=way).is_accepted(because="The order of members does not matter.")
        if kind.product != "codepay":
            platform.pay(order)
            platform.place(closed).is_accepted()
            platform.close(closed, broken_by=way).is_accepted(because="The order of members does not matter.")
            shows(platform, closed, "CLOSED", because="The order was closed.")
        paid = platform.query(order, broken_by=way).is_accepted(because="The order of parameters does not matter.")
        paid.has("trade_state", "SUCCESS").has("amount.total", order.total)
        refund = Refund(order, 40, {"reason": "少件", "funds_account": "AVAILABLE"})
        platform.refund(refund, broken_by=way).is_accepted(because="The order of members does not matter.").has("amount.refund", 40)
        platform.refund(refund).is_accepted(because="The same refund with its members in another order is the same refund.")

    try_all(platform, [Placement(kind, way) for kind in every_kind(platform) for way in _ORDERS], attempt)


def _optional(schema: Schema, body: Any, path: str = "") -> Iterator[str]:
    """The members *body* could have and has not, at any depth at which it has any."""
    if isinstance(body, list):
        for item in body[:1]:
            yield from _optional(schema["items"], item, f"{path.removesuffix('.')}[].")
    if isinstance(body, dict):
        for name, member in schema.get("properties", {}).items():
            if name not in body:
                yield f"{path}{name}"
            else:
                yield from _optional(member, body[name], f"{path}{name}.")


def _rich(kind: Kind) -> Order:
    """An order with every kind of place that null can stand in."""
    goods = {"merchant_goods_id": "M1006", "quantity": 1, "unit_price": 100}
    order = kind.order(amount={"total": 100}, detail={"goods_detail": [goods]}, settle_info={})
    scene = {"payer_client_ip": "203.0.113.7"} if kind.product not in {"h5", "codepay"} else order.fields["scene_info"]
    return order.but(scene_info=scene)


@judges("v3.protocol.takes-null-as-absent")
def test_null_is_absence(platform: Platform) -> None:
    """An order with an optional member that is null, or all of them, is the order without: accepted, repeated without it, and paid so."""
    cases = [Placement(kind, nulls) for kind in every_kind(platform) for nulls in _nulls(platform, kind)]

    def attempt(placement: Placement) -> None:
        order = _rich(placement.kind)
        platform.place(order, broken_by=placement.fault).is_accepted(because="Null is absence.")
        if placement.kind.product != "codepay":
            platform.place(order).is_accepted(because="With null or without the member it is the same order.")
            if "payer" in platform.capabilities:
                platform.pay(order)
        platform.query(order).is_accepted().has("amount.total", 100).lacks("attach", because="Null is absence.")

    try_all(platform, cases, attempt)


def _nulls(platform: Platform, kind: Kind) -> Iterator[Nulls]:
    schema = platform.contract.operations[operation_of(kind)].body
    assert schema is not None  # orders have a body
    fields = tuple(_optional(schema, platform.calls.place(_rich(kind)).body))
    yield Nulls(*fields)
    yield from (Nulls(field) for field in fields)


@judges("v3.protocol.takes-null-as-absent")
def test_null_in_a_refund_is_absence(platform: Platform) -> None:
    """A refund with an optional member that is null is the refund without it."""
    platform.needs("payer")
    names = ("reason", "notify_url", "funds_account", "goods_detail", "amount.from", "transaction_id")

    def attempt(placement: Placement) -> None:
        order = placement.kind.order()
        platform.must_pay(order)
        refund = Refund(order, 30)
        platform.refund(refund, broken_by=placement.fault).is_accepted(because="Null is absence.").has("amount.refund", 30)
        platform.refund(refund).is_accepted(because="With null or without the member it is the same refund.")
        platform.query_refund(refund).is_accepted().has("amount.refund", 30)

    ways = [Nulls(*names), *(Nulls(name) for name in names)]
    try_all(platform, [Placement(kind, nulls) for kind in kinds(platform, "jsapi", "native") for nulls in ways], attempt)


@judges("v3.protocol.takes-null-as-absent")
def test_null_is_no_value(platform: Platform) -> None:
    """A required member that is null is refused like one that is absent, and nothing is placed or closed."""
    ways = every_kind(platform)
    try_all(
        platform,
        [Placement(kind, fault) for kind in ways for fault in _required_nulls(operation_of(kind))],
        lambda placement: refuses(platform, placement, BAD_PARAMETER),
    )

    def leaves_open(placement: Placement) -> None:
        order = placement.kind.order()
        platform.place(order).is_accepted()
        platform.close(order, broken_by=placement.fault).is_refused(BAD_PARAMETER)
        shows(platform, order, "NOTPAY", because="The order was not closed.")

    closings = {"merchant": "order_close", "partner": "partner_order_close"}
    closable = [kind for kind in ways if kind.product == "native"]
    try_all(platform, [Placement(kind, fault) for kind in closable for fault in _required_nulls(closings[kind.role])], leaves_open)


def _required_nulls(operation_id: str) -> list[FieldFault]:
    return [fault for fault in faults_of(operation_id, keywords={"required"}) if fault.change.label == "null"]


@judges("v3.protocol.refuses-undeclared-members")
def test_refuses_members_nobody_knows(platform: Platform) -> None:
    """An order with one more member, invented, misspelt or of version 2, is refused and not placed."""
    old = {
        "total_fee": 100,
        "body": "茶",
        "spbill_create_ip": "203.0.113.7",
        "fee_type": "CNY",
        "nonce_str": "A1",
        "time_start": "20260615",
    }
    invented = {"wxc_invented": "x", "outTradeNo": "A12345", "notifyUrl": "https://merchant.example/notify"}
    faults = [Member(name, value) for name, value in (old | invented).items()]
    placements = [Placement(kind, fault, twin=fault is faults[0]) for kind in every_kind(platform) for fault in faults]
    try_all(platform, placements, lambda placement: refuses(platform, placement, BAD_PARAMETER))


_WRITINGS: tuple[Writing, ...] = ("raw", "escaped", "escaped in capitals")


@judges("v3.protocol.refuses-characters-outside-the-bmp")
def test_refuses_characters_of_four_bytes(platform: Platform) -> None:
    """A description or attach with a character of four bytes, raw or escaped, is refused; Chinese is accepted, raw and escaped alike."""
    ways = every_kind(platform)
    characters = [(field, character) for field in ("description", "attach") for character in BEYOND_BMP]
    faults = [BeyondBmp(*each, writing) for each in characters for writing in _WRITINGS]
    placements = [Placement(kind, fault, twin=False) for kind in ways for fault in faults]
    try_all(platform, placements, lambda placement: refuses(platform, placement, BAD_PARAMETER))

    def chinese(placement: Placement) -> None:
        order = placement.kind.order(description="龙井茶，一壶", attach="订单：é߿ࠀ￼")
        platform.place(order, broken_by=placement.fault).is_accepted(because="An escape is its character.")
        if placement.kind.product != "codepay":
            platform.place(order).is_accepted(because="Escaped or not, it is the same order.")

    try_all(platform, [Placement(kind, Escaped(writing)) for kind in ways for writing in _WRITINGS], chinese)


@judges("v3.protocol.refuses-characters-outside-the-bmp")
def test_refuses_characters_of_four_bytes_in_a_refund(platform: Platform) -> None:
    """A reason with a character of four bytes, raw or escaped, is refused and nothing is refunded; Chinese is accepted."""
    platform.needs("payer")

    def attempt(placement: Placement) -> None:
        order = placement.kind.order()
        platform.must_pay(order)
        refund = Refund(order, 30, {"reason": "少件，é߿ࠀ￼"})
        platform.refund(refund, broken_by=placement.fault).is_refused(BAD_PARAMETER)
        platform.query_refund(refund).is_refused(because="The refund was refused and exists all the same.")
        shows(platform, order, "SUCCESS", because="Nothing was refunded.")
        platform.refund(refund, broken_by=Escaped()).is_accepted(because="An escape is its character.")
        platform.refund(refund).is_accepted(because="Escaped or not, it is the same refund.")

    faults = [BeyondBmp("reason", character, writing) for character in BEYOND_BMP for writing in _WRITINGS]
    try_all(platform, [Placement(kind, fault) for kind in kinds(platform, "app") for fault in faults], attempt)


@dataclass(frozen=True, slots=True)
class _Written:
    """The end of an order of *kind*, written in one of the documented forms."""

    kind: Kind
    form: str

    def __str__(self) -> str:
        return f"{self.kind}, time_expire in the form {self.form}"


@judges("v3.protocol.accepts-every-date-form")
def test_takes_every_documented_form_of_a_date(platform: Platform) -> None:
    """A time_expire with Z or an offset, with or without milliseconds, is accepted, and is the moment it names."""
    forms = tuple(times.documented(0))
    able = {"payer", "time-travel"} <= platform.capabilities

    def attempt(written: _Written) -> None:
        end = times.documented(platform.now() + _HOUR)[written.form]
        early, late = (written.kind.order(time_expire=end) for _ in range(2))
        for order in (early, late):
            platform.place(order).is_accepted(because="Every documented form of a date is accepted.")
        if not able:
            return
        platform.advance(_HOUR - 120)
        if platform.pay(early) is not None:
            raise Violation("The order ends when its time_expire says.", expected="a payment two minutes before", got="a refusal")
        platform.advance(120 + 61)
        if platform.pay(late) is None:
            raise Violation("The order ends when its time_expire says.", expected="a refusal a minute after", got="a payment")

    try_all(platform, [_Written(kind, form) for kind in kinds(platform) for form in forms], attempt)
