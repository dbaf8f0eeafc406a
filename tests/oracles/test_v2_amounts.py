"""Fees that fit together, and fees that do not."""

import pytest

from reference.oracles.v2_amounts import amount_problems, coupon_problems, refund_problems

_TWO = {
    "coupon_count": "2",
    "coupon_fee": "30",
    "coupon_id_0": "1",
    "coupon_type_0": "CASH",
    "coupon_fee_0": "10",
    "coupon_id_1": "2",
    "coupon_type_1": "NO_CASH",
    "coupon_fee_1": "20",
}
_ELEVEN = {"coupon_count": "11", "coupon_fee": "11"} | {
    f"coupon_{kind}_{number}": "1" for number in range(11) for kind in ("id", "type", "fee")
}


@pytest.mark.parametrize(
    "values",
    [{}, {"coupon_count": "0", "coupon_fee": "0"}, {"coupon_id_0": "", "coupon_count": ""}, _TWO, _ELEVEN],
    ids=["no coupons", "coupons counted as none", "empty elements", "two", "eleven"],
)
def test_coupons_that_are_counted_right(values: dict[str, str]) -> None:
    """Numbers from 0 up to the count, every kind of element for each, fees that add up."""
    assert coupon_problems(values) == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"coupon_count": "3"},
        {"coupon_count": "1"},
        {"coupon_count": ""},
        {"coupon_count": "two"},
        {"coupon_fee": "31"},
        {"coupon_fee": ""},
        {"coupon_type_1": ""},
        {"coupon_id_2": "3"},
        {"coupon_id_0": "", "coupon_id_00": "1"},
        {"coupon_fee_1": "", "coupon_fee_$1": "20"},
    ],
    ids=str,
)
def test_coupons_that_are_counted_wrong(changed: dict[str, str]) -> None:
    """A count, a number or a fee that does not fit is named."""
    assert coupon_problems({**_TWO, **changed})


def test_coupons_do_not_begin_at_one() -> None:
    """Elements numbered from 1 are wrong, though they are as many as counted."""
    assert coupon_problems({"coupon_count": "1", "coupon_fee": "1", "coupon_id_1": "1", "coupon_type_1": "CASH", "coupon_fee_1": "1"})


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"cash_fee": "1"},
        {"total_fee": "3"},
        {"total_fee": "3", "cash_fee": "3"},
        {"total_fee": "3", "cash_fee": "0", "coupon_fee": "3"},
        {"total_fee": "3", "coupon_fee": "1"},
        {"total_fee": "3", "cash_fee": "1", "coupon_fee": "2", "settlement_total_fee": "2"},
        {"total_fee": "3", "cash_fee": "1", "cash_fee_type": "USD"},
    ],
    ids=str,
)
def test_amounts_that_fit(values: dict[str, str]) -> None:
    """Cash and coupons are the order, what is absent is nothing or the rest; other currencies are not added."""
    assert amount_problems(values) == ()


@pytest.mark.parametrize(
    "values",
    [
        {"total_fee": "3", "cash_fee": "2"},
        {"total_fee": "3", "cash_fee": "3", "coupon_fee": "1"},
        {"total_fee": "3", "coupon_fee": "4"},
        {"total_fee": "3", "cash_fee": "1", "coupon_fee": "2", "settlement_total_fee": "4"},
        {"total_fee": "3", "cash_fee": "1", "coupon_fee": "2", "settlement_total_fee": "0"},
        {"total_fee": "3.00", "cash_fee": "3.00"},
        {"total_fee": "3", "cash_fee": "-3", "coupon_fee": "6"},
    ],
    ids=str,
)
def test_amounts_that_do_not_fit(values: dict[str, str]) -> None:
    """Sums that are off, settlements out of bounds and what is no whole number of fen are named."""
    assert amount_problems(values)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"refund_fee": "10"},
        {"refund_fee": "10", "settlement_refund_fee": "10", "cash_refund_fee": "10"},
        {"refund_fee": "10", "settlement_refund_fee": "10", "cash_refund_fee": "6", "coupon_refund_fee": "4"},
        {"refund_fee": "10", "settlement_refund_fee": "6", "cash_refund_fee": "6", "coupon_refund_fee": "4"},
        {"refund_fee": "10", "total_fee": "100", "settlement_total_fee": "100"},
        {"refund_fee": "10", "settlement_total_fee": "100"},
    ],
    ids=["no refund", "lean", "in cash", "cash coupons", "other coupons", "with its order", "settled order alone"],
)
def test_refunds_that_add_up(values: dict[str, str]) -> None:
    """What coupons leave of a refund is cash; what is settled lies between that and the refund."""
    assert refund_problems(values) == ()


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"refund_fee": "0.10"}, "refund_fee"),
        ({"settlement_refund_fee": "11"}, "settlement_refund_fee"),
        ({"settlement_refund_fee": "9"}, "settlement_refund_fee"),
        ({"cash_refund_fee": "9"}, "cash_refund_fee"),
        ({"coupon_refund_fee": "4"}, "cash_refund_fee"),
        ({"settlement_total_fee": "101"}, "settlement_total_fee"),
        ({"settlement_total_fee": "89", "cash_fee": "90"}, "settlement_total_fee"),
    ],
)
def test_refunds_that_do_not_add_up(changed: dict[str, str], named: str) -> None:
    """The fee that fits nothing is named."""
    values = {"refund_fee": "10", "cash_refund_fee": "10", "settlement_refund_fee": "10", "total_fee": "100"}

    assert any(problem.startswith(named) for problem in refund_problems(values | changed))
