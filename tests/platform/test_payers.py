"""What payers bring along: codes that age, coupons that pay a part."""

from reference.platform import Platform
from tests.platform.v2_shop import Shop


def test_a_code_is_good_for_a_minute_after_it_was_opened() -> None:
    """Charged within the minute it pays, later it is expired and charges nobody; a code nobody opened does not age."""
    platform = Platform()
    shop = Shop(platform)
    for code in ("101111111111111111", "102222222222222222"):
        platform.show_code(code)
    platform.advance(60)
    _, in_time = shop.charge(auth_code="101111111111111111")
    platform.advance(1)
    out_trade_no, late = shop.charge(auth_code="102222222222222222")

    assert in_time["result_code"] == "SUCCESS"
    assert late["err_code"] == "AUTHCODEEXPIRE"
    assert shop.ask("orderquery", out_trade_no=out_trade_no)["err_code"] == "ORDERNOTEXIST"
    assert shop.charge(auth_code="103333333333333333")[1]["result_code"] == "SUCCESS"


def test_a_code_opened_again_is_fresh_again() -> None:
    """A payer who opens an expired code anew can pay with it."""
    platform = Platform()
    platform.show_code("101111111111111111")
    platform.advance(600)
    platform.show_code("101111111111111111")

    assert Shop(platform).charge(auth_code="101111111111111111")[1]["result_code"] == "SUCCESS"


def test_coupons_pay_a_part() -> None:
    """Coupons that fit into the amount pay of it, the rest is cash; they are counted and numbered from 0, and serve one order."""
    platform = Platform()
    shop = Shop(platform)
    out_trade_no, told = shop.place()
    platform.give_coupons(shop.merchant.mchid, out_trade_no, [("CASH", 60), ("NO_CASH", 41), ("NO_CASH", 40)])
    assert platform.pay(shop.merchant.mchid, out_trade_no, told["prepay_id"]) is None

    paid = shop.ask("orderquery", out_trade_no=out_trade_no)

    assert (paid["total_fee"], paid["cash_fee"], paid["coupon_fee"], paid["coupon_count"]) == ("100", "0", "100", "2")
    assert (paid["coupon_type_0"], paid["coupon_fee_1"]) == ("CASH", "40")
    assert "coupon_id_2" not in paid
    assert "coupon_count" not in shop.charge()[1]


def test_coupons_wait_for_an_order_to_come() -> None:
    """The payer of a code can have coupons before the order exists; APIv3 shows what was paid in cash."""
    platform = Platform()
    shop = Shop(platform)
    platform.give_coupons(shop.merchant.mchid, "later", [("NO_CASH", 1)])

    _, told = shop.charge(out_trade_no="later", total_fee="3")

    assert (told["cash_fee"], told["coupon_fee"]) == ("2", "1")
    assert next(order.data["payer_total"] for order in platform.store.orders()) == 2
