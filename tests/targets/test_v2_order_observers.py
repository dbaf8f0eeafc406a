"""Every APIv2 answer that shows an order is looked at, and every one that is known to be unsigned."""

import pytest

from conformance.targets.verdicts import Violation
from strategies.cases import Order
from strategies.orders import lean
from strategies.v2.cases import CallV2
from tests.targets.v2_answering import Answering, signed, target

_SHOWN = {
    "result_code": "SUCCESS",
    "out_trade_no": "1",
    "trade_state": "SUCCESS",
    "trade_type": "NATIVE",
    "total_fee": "3",
    "cash_fee": "3",
}


def _order() -> Order:
    return lean("native")


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"trade_state": "REVOKED", "trade_type": "MICROPAY"},
        {"cash_fee": "1", "coupon_fee": "2", "coupon_count": "1", "coupon_id_0": "1", "coupon_type_0": "CASH", "coupon_fee_0": "2"},
    ],
    ids=["paid", "a reversed code payment", "a coupon"],
)
def test_an_order_shown_rightly_passes(changed: dict[str, str]) -> None:
    """A known state, coupons as counted and fees that add up are what is expected."""
    platform = target(Answering(signed({**_SHOWN, **changed})))

    assert platform.v2.query(_order()).accepted


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"trade_state": "PAID"}, "v2.query.shows-a-known-state"),
        ({"trade_state": "REVOKED"}, "v2.query.shows-a-known-state"),
        ({"coupon_fee_1": "1"}, "v2.query.counts-its-coupons"),
        ({"cash_fee": "4"}, "v2.query.amounts-fit-together"),
    ],
    ids=str,
)
def test_an_order_shown_wrongly_is_a_violation_of_its_rule(changed: dict[str, str], rule: str) -> None:
    """Whatever the check at hand is about, what is wrong with the order is raised under the rule it breaks."""
    platform = target(Answering(signed({**_SHOWN, **changed})))

    with pytest.raises(Violation) as caught:
        platform.v2.query(_order())
    assert caught.value.rule == rule


def test_a_refused_query_shows_nothing() -> None:
    """What stands in a refusal is not judged as an order."""
    refused = {"result_code": "FAIL", "err_code": "ORDERNOTEXIST", "trade_state": "PAID"}

    assert not target(Answering(signed(refused))).v2.query(_order()).accepted


def test_a_sign_where_there_is_none_is_a_violation() -> None:
    """The key of the sandbox is handed out without sign."""
    platform = target(Answering(signed({"sandbox_signkey": "k" * 32})))

    with pytest.raises(Violation) as caught:
        platform.v2.send(CallV2("getsignkey"))
    assert caught.value.rule == "v2.sign.leaves-known-operations-unsigned"
