"""A request's body is verified byte for byte as it arrived."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.asking import Ask, more_asks, order_of, try_faults
from conformance.checks.platform.stages import Kind, kinds
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.platform.refusals import SIGN_ERROR
from reference.rules import judges
from strategies import orders
from strategies.cases import Fault, Order
from strategies.faults.named import named
from strategies.faults.signed_body import Written, signed_otherwise, tampered, ways_to_write

GROUP = "requests"

_AS_ARRIVED = "The request is signed over its body exactly as it was sent."


@dataclass(frozen=True, slots=True)
class _Writing:
    """One way to write the body of one kind of request."""

    ask: Ask
    way: Written

    def __str__(self) -> str:
        return f"{self.ask}, {self.way.name}"


@judges("v3.request.verifies-the-body-as-received")
def test_accepts_a_body_in_any_writing(platform: Platform) -> None:
    """Placing, closing and refunding are accepted in every writing of their JSON: blanks, line ends, order of members, escapes."""

    def attempt(writing: _Writing) -> None:
        asked = writing.ask.prepare(platform)
        platform.send(asked.call, broken_by=writing.way, label=writing.ask.name).is_accepted(because=_AS_ARRIVED)

    try_all(platform, [_Writing(ask, way) for ask in more_asks(platform) if ask.body for way in ways_to_write()], attempt)


@judges("v3.request.verifies-the-body-as-received")
def test_reads_a_body_in_any_writing(platform: Platform) -> None:
    """An order of every product is the same order in every writing of its JSON: its amount is what a query shows."""

    def attempt(way: Written) -> None:
        for kind in kinds(platform):
            order = order_of(kind.product, kind.role)
            platform.place(order, broken_by=way).is_accepted(because=_AS_ARRIVED)
            total = platform.query(order).is_accepted(because="The order was placed.").get("amount.total")
            if total != order.total:
                raise Violation("The order is not the one that was sent.", expected=f"amount.total {order.total}", got=f"{total!r}")

    try_all(platform, ways_to_write(), attempt)


@judges("v3.request.verifies-the-body-as-received")
@given(order=orders.full(), way=st.sampled_from(ways_to_write()))
def test_accepts_any_text_in_any_writing(platform: Platform, order: Order, way: Written) -> None:
    """An order with any of the optional fields and any text is accepted in any writing of its JSON."""
    platform.place(order, broken_by=way).is_accepted(because=_AS_ARRIVED)


@judges("v3.request.verifies-the-body-as-received")
def test_accepts_a_long_body(platform: Platform) -> None:
    """An order of forty goods, some five thousand bytes, is accepted like a short one, and refused with a byte more at its end."""

    def attempt(kind: Kind) -> None:
        goods = {"merchant_goods_id": "M1006", "goods_name": "明前龙井茶，一芽一叶，二百五十克", "quantity": 1, "unit_price": 25}
        order = order_of(kind.product, kind.role).but(detail={"goods_detail": [goods] * 40})
        longer = named(tampered(order=False), "sent body with-blank-at-end")[0]
        platform.place(order, broken_by=longer).is_refused(SIGN_ERROR, because="The end of a long body was not verified.")
        platform.place(order).is_accepted(because=_AS_ARRIVED)

    try_all(platform, kinds(platform, "jsapi", "app", "native"), attempt)


@judges("v3.request.signature-covers-exact-body")
def test_refuses_a_signature_over_another_body(platform: Platform) -> None:
    """A signature over no body, over the same JSON in another writing, or over another amount or text is refused."""
    try_faults(platform, _with_body(platform), lambda ask: signed_otherwise(order=ask.order))


@judges("v3.request.signature-covers-exact-body")
def test_refuses_a_body_changed_after_signing(platform: Platform) -> None:
    """A body that any byte was added to, taken from or changed in after signing is refused, though it is a valid one by itself."""
    try_faults(platform, _with_body(platform), lambda ask: tampered(order=ask.order))


@judges("v3.request.signature-covers-exact-body")
@given(order=orders.full(), fault=st.sampled_from(tampered(order=False)))
def test_refuses_a_change_to_any_order(platform: Platform, order: Order, fault: Fault) -> None:
    """An order with any of the optional fields is refused, and not placed, when its body is written otherwise after signing."""
    platform.place(order, broken_by=fault).is_refused(because="A body that differs from the signed one was not refused.")
    platform.query(order).is_refused(because="The order of a refused request exists.")


def _with_body(platform: Platform) -> list[Ask]:
    return [ask for ask in more_asks(platform) if ask.body]
