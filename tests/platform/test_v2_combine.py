"""Combined orders of APIv2: one payer, one payment, several orders that live together and are refunded one by one."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reference.contract import load, problems
from reference.identity import bundled
from reference.oracles import v2
from reference.platform import Platform
from reference.platform.control import handle_control
from reference.platform.sqlite import StateFile
from tests.platform.v2_shop import Shop, elements

_WEEK = 7 * 86400


class _Mall:
    """A shop that combines orders."""

    def __init__(self, platform: Platform | None = None) -> None:
        self.platform = platform or Platform()
        self.shop = Shop(self.platform, sign_type="HMAC-SHA256")
        self.merchant = self.shop.merchant

    def ask(self, operation: str, **values: str) -> dict[str, str]:
        """Ask a combined operation."""
        ids = {"appid": "", "mch_id": "", "combine_appid": self.merchant.appid, "combine_mch_id": self.merchant.mchid}
        return self.shop.ask(operation, **{**ids, **values})

    def orders(self, *totals: int, **members: Any) -> list[dict[str, Any]]:
        """Orders of fresh numbers for *totals*."""
        ids = {"appid": self.merchant.appid, "mch_id": self.merchant.mchid}
        common = {**ids, "body": "Tea 茶", "attach": "a", "fee_type": "CNY", **members}
        return [{**common, "out_trade_no": self.shop.number(), "total_fee": total} for total in totals]

    def place(self, orders: list[dict[str, Any]], trade_type: str = "NATIVE", **values: str) -> tuple[str, dict[str, str]]:
        """Place *orders* together; return their common number and the answer."""
        number = values.pop("combine_out_trade_no", None) or self.shop.number()
        said = {
            "combine_out_trade_no": number,
            "spbill_create_ip": "127.0.0.1",
            "notify_url": "http://127.0.0.1/n",
            "trade_type": trade_type,
            "scene_info": '{"payer_client_ip":"127.0.0.1"}',
            "sub_order_list": json.dumps({"order_num": len(orders), "order_list": orders}),
            "combine_openid": self.merchant.openid if trade_type == "JSAPI" else "",
        }
        return number, self.ask("combinedorder", **{**said, **values})

    def close(self, number: str, orders: list[dict[str, Any]]) -> dict[str, str]:
        """Close, naming *orders*."""
        named = [{"mchid": order["mch_id"], "out_trade_no": order["out_trade_no"]} for order in orders]
        return self.ask("closecombinedorder", combine_out_trade_no=number, sub_order_list=json.dumps(named))

    def shown(self, number: str) -> tuple[str, list[dict[str, Any]]]:
        """The state of the whole, and its orders."""
        told = self.ask("querycombinedorder", combine_out_trade_no=number)
        return told["trade_state"], json.loads(told["sub_order_list"])["order_list"]


@pytest.fixture
def mall() -> _Mall:
    """A mall at a platform of its own."""
    return _Mall()


@pytest.mark.parametrize(("trade_type", "link"), [("JSAPI", None), ("APP", None), ("NATIVE", "code_url"), ("MWEB", "mweb_url")])
def test_a_basket_is_paid_by_what_it_hands_out(mall: _Mall, trade_type: str, link: str | None) -> None:
    """Every trade_type gets a prepay_id, and its link; each pays all orders at once, each in a transaction of its own."""
    number, told = mall.place(mall.orders(30, 70), trade_type)
    another, other = mall.place(mall.orders(1, 2), trade_type)

    assert mall.shown(number)[0] == "NOTPAY"
    assert mall.platform.pay(mall.merchant.mchid, number, told[link or "prepay_id"]) is None
    assert mall.platform.pay(mall.merchant.mchid, another, other["prepay_id"]) is None

    state, orders = mall.shown(number)
    assert state == "SUCCESS"
    assert [order["amount"]["total_amount"] for order in orders] == [30, 70]
    assert len({order["transaction_id"] for order in orders}) == 2


def test_one_notification_tells_of_all_orders(mall: _Mall) -> None:
    """A paid basket is told once, signed by HMAC-SHA256, as the contract describes it, with every order."""
    orders = mall.orders(1, 2, 3)
    number, _ = mall.place(orders)
    mall.shop.pay(number)

    (delivery,) = mall.platform.advance(0)

    told = elements(delivery.body)
    assert delivery.event_type == "COMBINE_TRANSACTION.SUCCESS"
    assert problems(load("v2").webhook("COMBINE_TRANSACTION.SUCCESS", "direct").envelope, told) == ()
    assert v2.verify(told, mall.shop.key)
    assert told["combine_out_trade_no"] == number
    listed = json.loads(told["sub_order_list"])["order_list"]
    assert [order["out_trade_no"] for order in listed] == [order["out_trade_no"] for order in orders]
    assert listed == mall.shown(number)[1]


def test_the_payer_may_fail_and_walk_away(mall: _Mall) -> None:
    """Neither pays anything, and the basket can be paid afterwards; after that, it cannot fail."""
    number, _ = mall.place(mall.orders(1, 2))
    mchid = mall.merchant.mchid

    assert (mall.platform.fail(mchid, number), mall.platform.cancel(mchid, number)) == (None, None)
    assert mall.shown(number)[0] == "NOTPAY"
    assert mall.platform.let("combine", "pay", mchid, number) is None
    assert mall.platform.fail(mchid, number) is not None
    assert mall.shown(number)[0] == "SUCCESS"


def test_an_order_of_a_basket_is_nothing_alone(mall: _Mall) -> None:
    """It is not paid, queried, closed or timed out by its own number, in either family; nor is its number free."""
    orders = mall.orders(30, 70)
    number, _ = mall.place(orders)
    part, mchid = orders[0]["out_trade_no"], mall.merchant.mchid

    refused = mall.platform.pay(mchid, part)

    assert refused is not None
    assert refused.name == "part-of-a-whole"
    assert mall.platform.let("order", "time_out", mchid, part) is not None
    assert mall.shop.ask("orderquery", out_trade_no=part)["err_code"] == "ORDERNOTEXIST"
    assert mall.shop.ask("closeorder", out_trade_no=part)["err_code"] == "ORDERNOTEXIST"
    assert mall.shop.place(out_trade_no=part)[1]["err_code"] == "OUT_TRADE_NO_USED"
    assert mall.shown(number)[0] == "NOTPAY"


def test_orders_are_refunded_one_by_one(mall: _Mall) -> None:
    """A refund names one order and its own total; the basket shows REFUND, the other order can be refunded too."""
    orders = mall.orders(30, 70)
    number, _ = mall.place(orders)
    mall.shop.pay(number)
    first, second = (order["out_trade_no"] for order in orders)
    transaction_id = mall.shown(number)[1][1]["transaction_id"]

    _, one = mall.shop.refund(first, 30, 30)
    _, much = mall.shop.refund(second, 71, 70)
    other, _ = mall.shop.refund("", 40, 70, transaction_id=transaction_id)

    assert (one["result_code"], much["result_code"]) == ("SUCCESS", "FAIL")
    assert mall.shop.ask("refundquery", out_trade_no=second)["refund_fee_0"] == "40"
    assert mall.shop.ask("refundquery", out_refund_no=other)["out_trade_no"] == second
    assert mall.shown(number)[0] == "REFUND"
    assert mall.close(number, orders)["err_code"] == "ORDERPAID"


def test_a_repeated_basket_is_the_same(mall: _Mall) -> None:
    """However its list is written, the same basket gives the same prepay_id; another one OUT_TRADE_NO_USED."""
    orders = mall.orders(30, 70)
    number, first = mall.place(orders)
    backwards = [dict(reversed(order.items())) for order in orders]
    written = json.dumps({"order_list": backwards, "order_num": 2}, indent=1, ensure_ascii=False)

    _, again = mall.place(orders, combine_out_trade_no=number, sub_order_list=written)
    _, changed = mall.place([orders[0], {**orders[1], "total_fee": 71}], combine_out_trade_no=number)
    mall.shop.pay(number)
    _, late = mall.place(orders, combine_out_trade_no=number)

    assert again["prepay_id"] == first["prepay_id"]
    assert (changed["err_code"], late["err_code"]) == ("OUT_TRADE_NO_USED", "ORDERPAID")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"total_fee": 0}, "PARAM_ERROR"),
        ({"total_fee": -1}, "PARAM_ERROR"),
        ({"total_fee": 1.0}, "PARAM_ERROR"),
        ({"total_fee": "1"}, "PARAM_ERROR"),
        ({"total_fee": 10**30}, "PARAM_ERROR"),
        ({"fee_type": "USD"}, "PARAM_ERROR"),
        ({"out_trade_no": "a b"}, "PARAM_ERROR"),
        ({"out_trade_no": "x" * 33}, "PARAM_ERROR"),
        ({"body": "x" * 129}, "PARAM_ERROR"),
        ({"attach": "\ud800"}, "PARAM_ERROR"),
        ({"detail": "\udfff"}, "PARAM_ERROR"),
        ({"mch_id": "1000000000"}, "MCHID_NOT_EXIST"),
        ({"appid": "wx0000000000000000"}, "APPID_MCHID_NOT_MATCH"),
        ({"sub_mch_id": "1000000000"}, "NOAUTH"),
    ],
)
def test_one_wrong_order_spoils_the_basket(mall: _Mall, change: dict[str, Any], code: str) -> None:
    """A basket with one order that would be refused alone is refused, and places nothing."""
    orders = mall.orders(30, 70)

    number, told = mall.place([orders[0], {**orders[1], **change}])

    assert (told["result_code"], told["err_code"]) == ("FAIL", code)
    assert list(mall.platform.store.all()) == []
    assert mall.ask("querycombinedorder", combine_out_trade_no=number)["err_code"] == "ORDERNOTEXIST"


@pytest.mark.parametrize(("count", "placed"), [(0, False), (1, False), (2, True), (10, True), (11, False)])
def test_a_merchant_combines_two_to_ten_orders(mall: _Mall, count: int, *, placed: bool) -> None:
    """Fewer and more are refused, as is a list that counts itself wrong."""
    _, told = mall.place(mall.orders(*[1] * count))
    _, miscounted = mall.place([], sub_order_list=json.dumps({"order_num": 3, "order_list": mall.orders(1, 1)}))

    assert told["result_code"] == ("SUCCESS" if placed else "FAIL")
    assert miscounted["err_code"] == "PARAM_ERROR"


@pytest.mark.parametrize(("count", "placed"), [(1, True), (50, True), (51, False)])
def test_a_service_provider_combines_up_to_fifty(count: int, *, placed: bool) -> None:
    """Each order names a sub-merchant of the service provider."""
    mall = _Mall()
    partner = bundled().partner
    assert partner is not None
    mall.shop = Shop(mall.platform, partner, sign_type="HMAC-SHA256")
    mall.merchant = partner
    # The list has room for 10 240 characters.
    orders = mall.orders(*[1] * count, sub_mch_id=partner.sub_mchids[0], body="T")

    number, told = mall.place(orders)
    _, unnamed = mall.place(mall.orders(1, 1))

    assert told["result_code"] == ("SUCCESS" if placed else "FAIL"), told
    assert unnamed["err_code"] == "LACK_PARAMS"
    if placed:
        mall.shop.pay(number)
        first = orders[0]["out_trade_no"]
        assert mall.shop.refund(first, 1, 1, sub_mch_id=partner.sub_mchids[0])[1]["result_code"] == "SUCCESS"


def test_what_json_can_carry_and_xml_cannot(mall: _Mall) -> None:
    """Control characters in the texts of an order come back in escapes, in the query and in the notification."""
    number, _ = mall.place(mall.orders(30, 70, attach="a\0b", body="c\ufffe"))
    mall.shop.pay(number)

    (delivery,) = mall.platform.advance(0)

    for order in (*mall.shown(number)[1], *json.loads(elements(delivery.body)["sub_order_list"])["order_list"]):
        assert order["attach"] == "a\0b"


def test_taken_numbers_are_not_combined(mall: _Mall) -> None:
    """A basket with the number of an order that stands is refused; that order is as it was."""
    taken, _ = mall.shop.place(total_fee="30")
    orders = mall.orders(30, 70)

    _, told = mall.place([orders[0], {**orders[1], "out_trade_no": taken}])

    assert told["err_code"] == "OUT_TRADE_NO_USED"
    assert [order.number for order in mall.platform.store.all()] == [taken]


def test_closing_names_all_orders(mall: _Mall) -> None:
    """Whatever the order they are named in; closing again is answered, and a basket with one missing stays open."""
    orders = mall.orders(1, 2, 3)
    number, told = mall.place(orders)

    assert mall.close(number, orders[1:])["err_code"] == "PARAM_ERROR"
    assert mall.shown(number)[0] == "NOTPAY"
    assert mall.close(number, orders[::-1])["result_code"] == "SUCCESS"
    assert mall.close(number, orders)["result_code"] == "SUCCESS"
    assert mall.close("unknown", orders)["err_code"] == "ORDERNOTEXIST"
    assert mall.platform.pay(mall.merchant.mchid, number, told["prepay_id"]) is not None
    assert mall.place(orders, combine_out_trade_no=number)[1]["err_code"] == "ORDERCLOSED"


def test_nobody_pays_a_basket_for_ever(mall: _Mall) -> None:
    """After a week it is closed with all its orders; one past its time_expire is not paid before that."""
    number, told = mall.place(mall.orders(1, 2), time_expire="20260615120500")
    late, _ = mall.place(mall.orders(1, 2))

    mall.platform.advance(301)
    assert mall.platform.pay(mall.merchant.mchid, number, told["prepay_id"]) is not None
    mall.platform.advance(_WEEK)

    assert mall.shown(late)[0] == "CLOSED"
    assert {order.state for order in mall.platform.store.all()} == {"CLOSED"}


def test_only_its_merchant_sees_a_basket(mall: _Mall) -> None:
    """Another merchant finds nothing under the number."""
    orders = mall.orders(1, 2)
    number, _ = mall.place(orders)
    other = _Mall(mall.platform)
    assert bundled().other is not None
    other.shop = Shop(mall.platform, bundled().other, sign_type="HMAC-SHA256")
    other.merchant = other.shop.merchant

    assert other.ask("querycombinedorder", combine_out_trade_no=number)["err_code"] == "ORDERNOTEXIST"
    assert other.close(number, orders)["err_code"] == "ORDERNOTEXIST"
    assert mall.shown(number)[0] == "NOTPAY"


def test_a_basket_outlives_its_process(tmp_path: Path) -> None:
    """A state file keeps it: what it handed out pays it after a restart, and what was paid is paid."""
    path, first, second = tmp_path / "state.db", _Mall(), _Mall()
    with closing(StateFile(path, bundled())) as kept:
        kept.restore(first.platform)
        number, told = first.place(first.orders(30, 70))
    with closing(StateFile(path, bundled())) as kept:
        kept.restore(second.platform)
        answer = handle_control(second.platform, "POST", "/_control/pay", json.dumps({"credential": told["prepay_id"]}).encode())

    assert answer.body == b'{"refused":null}'
    assert second.shown(number)[0] == "SUCCESS"


def test_the_control_api_pays_it(mall: _Mall) -> None:
    """By the credential alone, and as an event of its machine; it shows among the entities."""
    number, told = mall.place(mall.orders(1, 2))
    another, _ = mall.place(mall.orders(3, 4))
    event = {"machine": "combine", "event": "pay", "mchid": mall.merchant.mchid, "number": another}

    handle_control(mall.platform, "POST", "/_control/pay", json.dumps({"credential": told["code_url"]}).encode())
    handle_control(mall.platform, "POST", "/_control/let", json.dumps(event).encode())
    listed = json.loads(handle_control(mall.platform, "GET", "/_control/entities?kind=combine", b"").body)["entities"]

    assert [(each["state"]) for each in listed] == ["SUCCESS", "SUCCESS"]
    assert (mall.shown(number)[0], mall.shown(another)[0]) == ("SUCCESS", "SUCCESS")
