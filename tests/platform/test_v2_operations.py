"""Basic payment through APIv2: every operation does what its APIv3 sister does, and answers on two levels."""

import pytest

from reference.oracles import v2
from reference.platform import Platform
from tests.platform.v2_shop import KEY, Shop, elements

_DAY = 86400


@pytest.fixture
def platform() -> Platform:
    """A platform of its own."""
    return Platform()


@pytest.fixture
def shop(platform: Platform) -> Shop:
    """A direct merchant."""
    return Shop(platform)


@pytest.mark.parametrize("sign_type", [None, "MD5", "HMAC-SHA256"])
@pytest.mark.parametrize(("trade_type", "link"), [("JSAPI", None), ("APP", None), ("NATIVE", "code_url"), ("MWEB", "mweb_url")])
def test_an_order_hands_out_what_pays_it(platform: Platform, trade_type: str, link: str | None, sign_type: str | None) -> None:
    """Every trade_type gets a prepay_id, a scanned and a browser's order their link too, by either algorithm; each can be paid."""
    shop = Shop(platform, sign_type=sign_type)

    out_trade_no, told = shop.place(trade_type, attach="a<&>茶", device_info="till 1")

    assert (told["result_code"], told["trade_type"], told["device_info"]) == ("SUCCESS", trade_type, "till 1")
    assert told["prepay_id"].startswith("wx")
    another, other = shop.place(trade_type)
    assert platform.pay(shop.merchant.mchid, another, other["prepay_id"]) is None
    assert platform.pay(shop.merchant.mchid, out_trade_no, told[link or "prepay_id"]) is None
    paid = shop.ask("orderquery", out_trade_no=out_trade_no)
    assert (paid["trade_state"], paid["total_fee"], paid["cash_fee"], paid["attach"]) == ("SUCCESS", "100", "100", "a<&>茶")
    assert (paid["time_end"], paid["openid"], paid["device_info"]) == ("20260615120000", shop.merchant.openid, "till 1")


def test_an_order_repeated_is_the_same_order(shop: Shop) -> None:
    """The same parameters give the same handles again; another amount is OUT_TRADE_NO_USED, a paid number ORDERPAID."""
    out_trade_no, first = shop.place()
    _, again = shop.place(out_trade_no=out_trade_no)
    _, changed = shop.place(out_trade_no=out_trade_no, total_fee="101")
    shop.pay(out_trade_no)
    _, late = shop.place(out_trade_no=out_trade_no)

    assert (again["code_url"], again["prepay_id"]) == (first["code_url"], first["prepay_id"])
    assert (changed["result_code"], changed["err_code"]) == ("FAIL", "OUT_TRADE_NO_USED")
    assert late["err_code"] == "ORDERPAID"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"body": ""}, "LACK_PARAMS"),
        ({"product_id": ""}, "LACK_PARAMS"),
        ({"nonce_str": "n" * 33}, "PARAM_ERROR"),
        ({"total_fee": "0"}, "PARAM_ERROR"),
        ({"total_fee": "1.0"}, "PARAM_ERROR"),
        ({"total_fee": "9" * 5000}, "PARAM_ERROR"),
        ({"fee_type": "USD"}, "PARAM_ERROR"),
        ({"trade_type": "native"}, "PARAM_ERROR"),
        ({"notify_url": "http://127.0.0.1/?a=1"}, "PARAM_ERROR"),
        ({"time_expire": "20260615115959"}, "PARAM_ERROR"),
        ({"detail": "{"}, "PARAM_ERROR"),
        ({"detail": "[" * 6000}, "PARAM_ERROR"),
        ({"scene_info": '{"store_info": {}}'}, "PARAM_ERROR"),
        ({"appid": "wx0000000000000000"}, "APPID_MCHID_NOT_MATCH"),
        ({"sub_mch_id": "1604208801"}, "NOAUTH"),
    ],
)
def test_an_order_that_is_not_as_documented_is_refused(shop: Shop, changed: dict[str, str], code: str) -> None:
    """What is missing or wrong is refused with its code, on the second level and signed, and no order exists."""
    out_trade_no, told = shop.place(**changed)

    assert (told["return_code"], told["result_code"], told["err_code"]) == ("SUCCESS", "FAIL", code)
    assert shop.ask("orderquery", out_trade_no=out_trade_no)["err_code"] == "ORDERNOTEXIST"


def test_elements_nobody_knows_mean_nothing(shop: Shop) -> None:
    """An element the operation does not have is signed and otherwise ignored, even where another operation has it."""
    out_trade_no, first = shop.place("APP")
    _, again = shop.place("APP", out_trade_no=out_trade_no, auth_code="101111111111111111", unheard_of="1")

    assert again["prepay_id"] == first["prepay_id"]


def test_an_order_expires_by_beijing_time(shop: Shop, platform: Platform) -> None:
    """time_expire is Beijing's: five minutes past noon there, it is not payable at six."""
    out_trade_no, _ = shop.place(time_expire="20260615120500")
    platform.advance(360)

    refused = platform.pay(shop.merchant.mchid, out_trade_no)

    assert refused is not None
    assert refused.name == "order-expired"


def test_closing_ends_an_unpaid_order(shop: Shop, platform: Platform) -> None:
    """A closed order cannot be paid; a paid one is ORDERPAID, an unknown one ORDERNOTEXIST."""
    out_trade_no, _ = shop.place()
    paid, _ = shop.place()
    shop.pay(paid)

    assert shop.ask("closeorder", out_trade_no=out_trade_no)["result_code"] == "SUCCESS"
    assert shop.ask("orderquery", out_trade_no=out_trade_no)["trade_state"] == "CLOSED"
    assert platform.pay(shop.merchant.mchid, out_trade_no) is not None
    assert shop.ask("closeorder", out_trade_no=paid)["err_code"] == "ORDERPAID"
    assert shop.ask("closeorder", out_trade_no="nothing")["err_code"] == "ORDERNOTEXIST"


def test_a_transaction_id_wins_over_the_merchants_number(shop: Shop) -> None:
    """With the ids of two orders a query shows the one of the transaction_id; with none it lacks parameters."""
    one, other = shop.place()[0], shop.place()[0]
    shop.pay(one)
    transaction_id = shop.ask("orderquery", out_trade_no=one)["transaction_id"]

    assert shop.ask("orderquery", transaction_id=transaction_id, out_trade_no=other)["out_trade_no"] == one
    assert shop.ask("orderquery")["err_code"] == "LACK_PARAMS"


def test_a_code_is_charged_once(shop: Shop) -> None:
    """A code pays one order, a number is charged once, and nothing is posted even to a notify_url."""
    code = "134567890123456789"
    out_trade_no, told = shop.charge(auth_code=code, notify_url="http://127.0.0.1/n")
    _, second = shop.charge(auth_code=code)
    _, again = shop.charge(out_trade_no=out_trade_no)

    assert (told["trade_type"], told["cash_fee"], told["is_subscribe"]) == ("MICROPAY", "100", "N")
    assert second["err_code"] == "AUTH_CODE_INVALID"
    assert again["err_code"] in {"ORDERPAID", "OUT_TRADE_NO_USED"}
    assert shop.platform.advance(_DAY) == []
    assert shop.ask("closeorder", out_trade_no=out_trade_no)["err_code"] == "TRADE_STATE_ERROR"


@pytest.mark.parametrize("code", ["13456789012345678", "1345678901234567890", "094567890123456789", "16456789012345678a"])
def test_a_malformed_code_is_refused(shop: Shop, code: str) -> None:
    """A code is eighteen digits that begin with 10 to 15."""
    assert shop.charge(auth_code=code)[1]["err_code"] == "PARAM_ERROR"


def test_a_paying_user_decides_later(shop: Shop, platform: Platform) -> None:
    """While the payer types, the answer is USERPAYING without a payment; then the order is what the payer makes of it."""
    platform.plan_code("101111111111111111", "USERPAYING")
    platform.plan_code("102222222222222222", "USERPAYING")
    confirmed, told = shop.charge(auth_code="101111111111111111")
    declined, _ = shop.charge(auth_code="102222222222222222")

    assert told["err_code"] == "USERPAYING"
    assert "transaction_id" not in told
    assert shop.ask("orderquery", out_trade_no=confirmed)["trade_state"] == "USERPAYING"
    shop.pay(confirmed)
    assert platform.fail(shop.merchant.mchid, declined) is None
    assert shop.ask("orderquery", out_trade_no=confirmed)["trade_state"] == "SUCCESS"
    assert shop.ask("orderquery", out_trade_no=declined)["trade_state"] == "PAYERROR"


def test_a_payer_who_does_nothing_gives_up(shop: Shop, platform: Platform) -> None:
    """With give_up_after a password nobody types ends the payment, at that moment and not before; a payer who paid has paid."""
    platform.give_up_after = 60
    for code in ("101111111111111111", "102222222222222222"):
        platform.plan_code(code, "USERPAYING")
    idle, _ = shop.charge(auth_code="101111111111111111")
    quick, _ = shop.charge(auth_code="102222222222222222")
    shop.pay(quick)
    platform.advance(59)
    assert shop.ask("orderquery", out_trade_no=idle)["trade_state"] == "USERPAYING"

    platform.advance(1)

    assert platform.pay(shop.merchant.mchid, idle) is not None
    assert shop.ask("orderquery", out_trade_no=idle)["trade_state"] == "PAYERROR"
    assert shop.ask("orderquery", out_trade_no=quick)["trade_state"] == "SUCCESS"


def test_a_declined_code_takes_no_money(shop: Shop, platform: Platform) -> None:
    """A code that is declined is answered with a decided code, and the order is PAYERROR."""
    platform.plan_code("101111111111111111", "PAYERROR")

    out_trade_no, told = shop.charge(auth_code="101111111111111111")

    assert told["err_code"] == "NOTENOUGH"
    assert shop.ask("orderquery", out_trade_no=out_trade_no)["trade_state"] == "PAYERROR"


@pytest.mark.parametrize(("when", "state"), [("before", None), ("after", "SUCCESS")])
def test_a_lost_answer_leaves_the_result_unknown(shop: Shop, platform: Platform, when: str, state: str | None) -> None:
    """SYSTEMERROR does not tell whether the code was charged; a query does."""
    platform.lose_next("after" if when == "after" else "before")

    out_trade_no, told = shop.charge()

    assert (told["result_code"], told["err_code"]) == ("FAIL", "SYSTEMERROR")
    assert shop.ask("orderquery", out_trade_no=out_trade_no).get("trade_state") == state


def test_reversing_gives_everything_back(shop: Shop, platform: Platform) -> None:
    """A reversed order is REVOKED, again and again; after a lost answer recall is Y, and the same call ends it."""
    out_trade_no, _ = shop.charge()
    platform.lose_next("before")

    lost = shop.ask("reverse", out_trade_no=out_trade_no)
    first, second = (shop.ask("reverse", out_trade_no=out_trade_no) for _ in range(2))

    assert (lost["err_code"], lost["recall"]) == ("SYSTEMERROR", "Y")
    assert {(told["result_code"], told["recall"]) for told in (first, second)} == {("SUCCESS", "N")}
    assert shop.ask("orderquery", out_trade_no=out_trade_no)["trade_state"] == "REVOKED"
    assert shop.charge(out_trade_no=out_trade_no)[1]["err_code"] in {"ORDERREVERSED", "OUT_TRADE_NO_USED"}


def test_reversing_is_for_code_payments_of_seven_days(shop: Shop, platform: Platform) -> None:
    """Another kind of order, an unknown one and one of last week cannot be reversed, and there is no need to call again."""
    scanned, _ = shop.place()
    old, _ = shop.charge()
    platform.advance(7 * _DAY + 3600)

    codes = [shop.ask("reverse", out_trade_no=number) for number in (scanned, "nothing", old)]

    assert [told["err_code"] for told in codes] == ["PARAM_ERROR", "ORDERNOTEXIST", "REVERSE_EXPIRE"]
    assert {told["recall"] for told in codes} == {"N"}


def test_a_code_names_its_payer(shop: Shop) -> None:
    """Authcodetoopenid gives the payer's openid for a code that was not used."""
    assert shop.ask("authcodetoopenid", auth_code="131111111111111111")["openid"] == shop.merchant.openid
    shop.charge(auth_code="131111111111111111")
    assert shop.ask("authcodetoopenid", auth_code="131111111111111111")["err_code"] == "AUTH_CODE_INVALID"


def test_a_refund_is_accepted_once(shop: Shop) -> None:
    """The same refund again is the same refund; another amount, more than is left, and what was not paid are refused."""
    out_trade_no, _ = shop.place()
    assert shop.refund(out_trade_no)[1]["err_code"] == "TRADE_STATE_ERROR"
    shop.pay(out_trade_no)

    out_refund_no, first = shop.refund(out_trade_no, 30)
    _, again = shop.refund(out_trade_no, 30, out_refund_no=out_refund_no)
    _, changed = shop.refund(out_trade_no, 31, out_refund_no=out_refund_no)
    _, too_much = shop.refund(out_trade_no, 71)
    _, wrong_total = shop.refund(out_trade_no, 10, total_fee=99)
    _, odd = shop.refund(out_trade_no, 10, out_refund_no="a b")
    _, rest = shop.refund(out_trade_no, 70)

    assert (first["refund_fee"], first["total_fee"], first["cash_fee"]) == ("30", "100", "100")
    assert again["refund_id"] == first["refund_id"]
    assert [told["err_code"] for told in (changed, too_much, wrong_total, odd)] == [
        "REFUND_FEE_MISMATCH",
        "ERROR",
        "PARAM_ERROR",
        "PARAM_ERROR",
    ]
    assert rest["result_code"] == "SUCCESS"
    assert shop.refund("nothing")[1]["err_code"] == "ORDERNOTEXIST"
    assert shop.ask("orderquery", out_trade_no=out_trade_no)["trade_state"] == "REFUND"


def test_a_goods_refund_carries_its_goods(shop: Shop) -> None:
    """refundv2 and refundqueryv2 are refund and refundquery with a detail, which must be JSON."""
    out_trade_no, _ = shop.place()
    shop.pay(out_trade_no)
    fees = {"out_trade_no": out_trade_no, "total_fee": "100", "refund_fee": "1"}

    refused = shop.ask("refundv2", out_refund_no="r1", detail="goods", **fees)
    accepted = shop.ask("refundv2", out_refund_no="r1", detail='{"goods_detail": [{"goods_id": "1"}]}', **fees)

    assert refused["err_code"] == "PARAM_ERROR"
    assert shop.ask("refundqueryv2", out_refund_no="r1")["refund_id_0"] == accepted["refund_id"]


def test_refunds_are_listed_ten_at_a_time(shop: Shop) -> None:
    """Fifteen refunds are ten and five, each once; an offset beyond them is refused, however long it is."""
    out_trade_no, _ = shop.place()
    assert shop.ask("refundquery", out_trade_no=out_trade_no)["err_code"] == "REFUNDNOTEXIST"
    shop.pay(out_trade_no)
    numbers = [shop.refund(out_trade_no, 1)[0] for _ in range(15)]

    pages = [shop.ask("refundquery", out_trade_no=out_trade_no, offset=offset) for offset in ("0", "10")]

    assert [(page["total_refund_count"], page["refund_count"]) for page in pages] == [("15", "10"), ("15", "5")]
    assert [page[f"out_refund_no_{n}"] for page in pages for n in range(int(page["refund_count"]))] == numbers
    for offset in ("15", "9" * 5000):
        assert shop.ask("refundquery", out_trade_no=out_trade_no, offset=offset)["err_code"] == "PARAM_ERROR"


def test_a_refund_query_goes_by_the_most_exact_number(shop: Shop, platform: Platform) -> None:
    """refund_id decides before out_refund_no, and either shows that refund alone, in the state it is in."""
    out_trade_no, _ = shop.place()
    shop.pay(out_trade_no)
    first, one = shop.refund(out_trade_no, 1, refund_account="REFUND_SOURCE_UNSETTLED_FUNDS")
    second, _ = shop.refund(out_trade_no, 2)
    assert platform.settle(shop.merchant.mchid, first, "ABNORMAL") is None
    assert platform.settle(shop.merchant.mchid, second) is None

    by_id = shop.ask("refundquery", refund_id=one["refund_id"], out_refund_no=second)
    by_number = shop.ask("refundquery", out_refund_no=second, out_trade_no=out_trade_no)

    assert (by_id["out_refund_no_0"], by_id["refund_status_0"], by_id["refund_count"]) == (first, "CHANGE", "1")
    assert by_id["refund_account_0"] == "REFUND_SOURCE_UNSETTLED_FUNDS"
    assert (by_number["refund_status_0"], by_number["refund_success_time_0"]) == ("SUCCESS", "2026-06-15 12:00:00")
    assert shop.ask("refundquery", out_refund_no="nothing")["err_code"] == "REFUNDNOTEXIST"


def test_short_funds_leave_no_refund(shop: Shop, platform: Platform) -> None:
    """A refund the balance does not cover is NOTENOUGH and leaves nothing; later the same request is accepted."""
    out_trade_no, _ = shop.place()
    shop.pay(out_trade_no)
    platform.fund(shop.merchant.mchid, 10)
    out_refund_no, told = shop.refund(out_trade_no)
    assert told["err_code"] == "NOTENOUGH"
    assert shop.ask("refundquery", out_refund_no=out_refund_no)["err_code"] == "REFUNDNOTEXIST"

    platform.fund(shop.merchant.mchid, None)

    assert shop.refund(out_trade_no, out_refund_no=out_refund_no)[1]["result_code"] == "SUCCESS"


def test_a_link_is_shortened(shop: Shop) -> None:
    """A scanned order's link becomes a shorter one, encoded or not the same; another link is refused."""
    _, order = shop.place()

    short = shop.ask("shorturl", long_url=order["code_url"])["short_url"]

    assert len(short) < len(order["code_url"])
    assert shop.ask("shorturl", long_url=order["code_url"].replace(":", "%3A"))["short_url"] == short
    assert shop.ask("shorturl", long_url="http://127.0.0.1/")["err_code"] == "PARAM_ERROR"


def test_a_report_is_taken(shop: Shop) -> None:
    """A report of calls is taken, and refused when its trades are not the JSON they should be; nobody signs the answer."""
    trades = '[{"out_trade_no":"1","begin_time":"20260615120000","end_time":"20260615120001","state":"OK"}]'
    said = {"interface_url": "https://api.mch.weixin.qq.com/pay/micropay", "user_ip": "127.0.0.1"}

    taken = shop.ask("report", trades=trades, **said)
    refused = shop.ask("report", trades="[{}]", **said)

    assert taken["result_code"] == "SUCCESS"
    assert "sign" not in taken
    assert refused["err_code"] == "PARAM_ERROR"


def test_a_service_provider_acts_for_its_sub_merchants(platform: Platform) -> None:
    """A service provider names one of its sub-merchants in everything it asks, and sees each one's orders apart."""
    partner = platform.identity.partner
    assert partner is not None
    shop = Shop(platform, partner)
    mine, another = partner.sub_mchids

    out_trade_no, told = shop.place("JSAPI", sub_mch_id=mine)
    assert told["sub_mch_id"] == mine
    shop.pay(out_trade_no)

    assert shop.ask("orderquery", out_trade_no=out_trade_no, sub_mch_id=mine)["trade_state"] == "SUCCESS"
    assert shop.ask("orderquery", out_trade_no=out_trade_no, sub_mch_id=another)["err_code"] == "ORDERNOTEXIST"
    assert shop.ask("orderquery", out_trade_no=out_trade_no)["err_code"] == "LACK_PARAMS"
    assert shop.refund(out_trade_no, sub_mch_id=mine)[1]["result_code"] == "SUCCESS"
    assert shop.charge(sub_mch_id=another)[1]["result_code"] == "SUCCESS"


def test_other_merchants_orders_do_not_exist(platform: Platform, shop: Shop) -> None:
    """Nobody sees, closes, reverses or refunds what is another merchant's."""
    other = Shop(platform, platform.identity.other)
    out_trade_no, _ = shop.place()
    shop.pay(out_trade_no)
    transaction_id = shop.ask("orderquery", out_trade_no=out_trade_no)["transaction_id"]
    _, refund = shop.refund(out_trade_no)

    asked = [other.ask(name, transaction_id=transaction_id) for name in ("orderquery", "reverse", "refundquery")]
    asked += [other.ask("closeorder", out_trade_no=out_trade_no), other.refund("", 1, transaction_id=transaction_id)[1]]

    assert {told["err_code"] for told in asked} == {"ORDERNOTEXIST"}
    assert other.ask("refundquery", refund_id=refund["refund_id"])["err_code"] == "REFUNDNOTEXIST"


def test_too_many_requests_are_put_off(shop: Shop, platform: Platform) -> None:
    """Beyond the rate a request is FREQUENCY_LIMITED and leaves nothing; a second later it is done."""
    platform.limit(1)
    shop.ask("orderquery", out_trade_no="nothing")
    out_trade_no, told = shop.place()
    assert told["err_code"] == "FREQUENCY_LIMITED"

    platform.advance(1)

    assert shop.place(out_trade_no=out_trade_no)[1]["result_code"] == "SUCCESS"


def test_what_json_may_hold_and_xml_may_not_is_replaced(shop: Shop) -> None:
    """An order whose text no XML can carry is still shown, signed over what is shown."""
    out_trade_no, _ = shop.place(attach="a")
    order = shop.platform.store.order(shop.merchant.mchid, out_trade_no)
    assert order is not None
    order.draft["attach"] = "a\x01b"

    assert shop.ask("orderquery", out_trade_no=out_trade_no)["attach"] == "a\ufffdb"


def test_the_oracle_and_hashlib_agree(shop: Shop) -> None:
    """What these tests verify with hashlib, the suite's own oracle verifies too."""
    body = shop.post("orderquery", b"<xml/>").body

    assert elements(body)["return_code"] == "FAIL"
    _, told = shop.place()
    assert v2.verify(told, KEY)
