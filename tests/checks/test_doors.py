"""The two doors of a platform: what is done through one is seen through the other, and answers mean the same."""

import pytest

from conformance.checks.doors import Door, DoorV2, DoorV3, OrderSeen
from conformance.checks.history import History
from conformance.checks.model import V2, V3
from conformance.targets.platform import Platform
from conformance.targets.verdicts import Violation
from reference.machines import Entity
from reference.machines.order import ORDER_CLOSED, ORDER_PAID
from reference.platform import Platform as ReferencePlatform
from strategies.cases import Product, Refund, Role
from strategies.orders import lean
from tests.platform.shop import shop_at

_DOORS: tuple[type[Door], ...] = (DoorV2, DoorV3)


@pytest.fixture
def platform() -> Platform:
    """A platform under judgement."""
    return shop_at(ReferencePlatform())


@pytest.mark.parametrize("role", ["merchant", "partner"])
@pytest.mark.parametrize("asking", _DOORS)
def test_both_tell_the_same(platform: Platform, asking: type[Door], role: Role) -> None:
    """An order and its refund, made through either, are told of alike: state, money, ids and time."""
    door, order = asking(platform), lean("jsapi", role)
    doors = [each(platform) for each in _DOORS]
    door.place(order).is_accepted()
    one, other = (each.order(order) for each in doors)
    assert (one.state, one.total, one.transaction_id, one.paid_at) == ("NOTPAY", 100, None, None)
    assert one == other

    platform.pay(order)
    refund = Refund(order, 40)
    door.refund(refund).is_accepted()
    platform.settle(refund, "ABNORMAL")

    one, other = (each.order(order) for each in doors)
    assert one == other
    assert (one.state, one.paid_at) == ("REFUND", "20260615120000")
    assert one.transaction_id is not None
    seen = [each.refund_of(refund) for each in doors]
    assert seen[0] == seen[1]
    assert (seen[0].state, seen[0].amount) == ("ABNORMAL", 40)
    by_id = [each.order_seen(each.query_by_id(order, one.transaction_id).is_accepted()) for each in doors]
    assert by_id == [one, one]


@pytest.mark.parametrize("asking", _DOORS)
def test_closing_and_reversing_are_seen_through_both(platform: Platform, asking: type[Door]) -> None:
    """What one door closed or reversed is so through the other."""
    door, order, charge = asking(platform), lean("native"), lean("codepay")
    door.place(order).is_accepted()
    door.place(charge).is_accepted()

    door.close(order).is_accepted()
    door.reverse(charge).is_accepted()

    assert [each(platform).order(order).state for each in _DOORS] == ["CLOSED", "CLOSED"]
    assert [each(platform).order(charge).state for each in _DOORS] == ["REVOKED", "REVOKED"]


@pytest.mark.parametrize("asking", _DOORS)
def test_a_refusal_is_told_from_an_open_result(platform: Platform, asking: type[Door]) -> None:
    """A paid order refuses to be closed; what was lost, and a payer who is typing, leave open what was done."""
    door, order = asking(platform), lean("native")
    platform.must_pay(order)

    refused = door.close(order)
    platform.lose_next("before")
    lost = door.close(order)

    assert (door.refuses(refused), door.refuses(refused, ORDER_PAID), door.leaves_open(refused)) == (True, True, False)
    assert (door.refuses(lost), door.leaves_open(lost), door.value(lost)) == (False, True, None)


def test_a_typing_payer_is_no_refusal(platform: Platform) -> None:
    """USERPAYING is FAIL in words, and leaves open what becomes of the payment."""
    order = lean("codepay")
    platform.plan_code(order, "USERPAYING")
    answer = DoorV2(platform).place(order)

    assert (DoorV2(platform).refuses(answer), DoorV2(platform).leaves_open(answer), answer.accepted) == (False, True, False)


def test_only_apiv3_tells_refusals_apart(platform: Platform) -> None:
    """A code of another refusal is another refusal in APIv3; what code goes with what in APIv2 is judged by other checks."""
    order = lean("native")
    platform.must_pay(order)
    answer = platform.query(lean("native"))

    assert not DoorV3(platform).refuses(answer, ORDER_CLOSED)
    assert DoorV2(platform).refuses(platform.v2.close(order), ORDER_CLOSED)


@pytest.mark.parametrize("asking", _DOORS)
def test_a_value_is_the_same_at_every_query(platform: Platform, asking: type[Door]) -> None:
    """Nonce and signature are no part of what is told; an order nobody placed is nothing."""
    door, order = asking(platform), lean("app")
    platform.place(order)

    assert door.value(door.query(order)) == door.value(door.query(order))
    assert door.value(door.query(lean("app"))) is None


@pytest.mark.parametrize(
    ("product", "state", "paid", "shown"),
    [
        ("order", "CLOSED", False, {"CLOSED"}),
        ("codepay", "USERPAYING", False, {"USERPAYING", "NOTPAY"}),
        ("codepay", "REVOKED", True, {"REVOKED", "REFUND"}),
        ("codepay", "REVOKED", False, {"REVOKED", "CLOSED"}),
        ("codepay", "SUCCESS", True, {"SUCCESS"}),
    ],
)
def test_some_ends_have_several_names(product: str, state: str, *, paid: bool, shown: set[str]) -> None:
    """APIv2 admits other names of some ends of a code payment, APIv3 none."""
    entity = Entity(product, "", "1", state, 0, {}, {"paid": True} if paid else {})

    assert V2.shown(entity) == shown
    assert V3.shown(entity) == {state}


@pytest.mark.parametrize("product", ["native", "codepay"])
def test_a_history_finds_what_only_one_door_shows(product: Product) -> None:
    """A state that one family shows and the other does not is a violation of the lives of orders, or of what else was just done."""

    class Shows(ReferencePlatform):
        """Shows every order as paid in APIv2."""

        def v2_show_order(self, order: Entity) -> dict[str, str]:
            return super().v2_show_order(order) | {"trade_state": "SUCCESS"}

    platform = shop_at(Shows())
    history = History(platform, (DoorV3(platform), DoorV2(platform)), V2)
    order = lean(product)
    platform.plan_code(order, "PAYERROR")
    platform.place(order)
    placed = history.stands("codepay" if product == "codepay" else "order", order, "PAYERROR" if product == "codepay" else "NOTPAY")

    with pytest.raises(Violation) as caught:
        history.model.agrees(placed)

    assert caught.value.rule == "v2.invariant.orders-live-as-documented"


@pytest.mark.parametrize(
    ("other", "contradicts"),
    [
        (OrderSeen("NOTPAY", 100, None, None), False),
        (OrderSeen("NOTPAY", None, None, None), False),
        (OrderSeen("NOTPAY", 101, None, None), True),
        (OrderSeen("CLOSED", None, None, None), True),
        (OrderSeen("SUCCESS", None, "42", "20260615120000"), True),
    ],
)
def test_what_is_left_untold_before_a_payment_contradicts_nothing(other: OrderSeen, contradicts: bool) -> None:  # noqa: FBT001
    """The total of an order nobody has paid may be left out; whatever else differs is a contradiction, in either direction."""
    seen = OrderSeen("NOTPAY", 100, None, None)

    assert (seen.contradicts(other), other.contradicts(seen)) == (contradicts, contradicts)
