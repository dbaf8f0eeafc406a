"""Orders that both families take."""

import pytest
from hypothesis import given, settings

from conformance.targets.platform import Platform
from conformance.targets.transport import DirectTransport
from conformance.targets.world import DirectWorld
from reference.identity import bundled
from reference.platform import Platform as ReferencePlatform
from strategies.cases import Order, Product, Role
from strategies.v2 import orders


@pytest.mark.parametrize("role", ["merchant", "partner"])
@pytest.mark.parametrize("product", ["jsapi", "app", "h5", "native", "codepay"])
def test_full_orders_are_valid_in_both_families(product: Product, role: Role) -> None:
    """An order with any of the optional members is accepted by APIv2, and by APIv3 too."""
    reference = ReferencePlatform()
    platform = Platform("mock", bundled(), DirectTransport(reference), world=DirectWorld(reference), seed=0)

    @settings(max_examples=100, deadline=None)
    @given(order=orders.full(product=product, role=role))
    def place(order: Order) -> None:
        platform.v2.place(order).is_accepted()
        platform.place(order.fresh().but(payer=None)).is_accepted()

    place()


@settings(max_examples=200, deadline=None)
@given(order=orders.full())
def test_texts_are_as_long_as_apiv2_takes_them(order: Order) -> None:
    """No text has spaces around it or more than 127 bytes."""
    for name in ("description", "attach"):
        text = order.fields.get(name, "x")
        assert text == text.strip()
        assert 1 <= len(text.encode()) <= 127


@settings(max_examples=100, deadline=None)
@given(coupons=orders.coupons(100) | orders.coupons(1))
def test_coupons_fit(coupons: list[tuple[str, int]]) -> None:
    """Coupons never pay more than there is to pay."""
    assert sum(fee for _, fee in coupons) <= 100
    assert all(fee >= 1 for _, fee in coupons)
