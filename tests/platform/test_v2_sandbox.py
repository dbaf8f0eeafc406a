"""The sandbox imitated: its key, its magic amounts and cases, its manners, and in what it may be as odd as the real one."""

import pytest

from reference.oracles import v2
from reference.oracles.v2_result import classify
from reference.platform import Platform
from reference.platform.v2 import SANDBOX_DEVIATIONS
from reference.platform.v2.deviations import DEVIATIONS, KEY_LIFE, deviations_named
from tests.platform.v2_shop import KEY, Shop, elements, shut


@pytest.fixture
def shop() -> Shop:
    """A merchant that has fetched its sandbox key and signs with it."""
    shop = Shop(Platform())
    shop.key = shop.ask("getsignkey", appid="")["sandbox_signkey"]
    return shop


def test_the_key_is_handed_out_for_three_days() -> None:
    """The key has 32 characters, is not the production key, stays for three days and then is another; nobody signs the answer."""
    platform = Platform()
    shop = Shop(platform)

    told = shop.ask("getsignkey", appid="")
    again = shop.ask("getsignkey", appid="")
    platform.advance(KEY_LIFE)
    later = shop.ask("getsignkey", appid="")

    assert told.keys() == {"return_code", "return_msg", "mch_id", "sandbox_signkey"}
    assert len(told["sandbox_signkey"]) == 32
    assert told["sandbox_signkey"] == again["sandbox_signkey"] not in {KEY, later["sandbox_signkey"]}


def test_the_key_is_for_the_merchant_only() -> None:
    """Wrongly signed, or by HMAC, no key is handed out."""
    shop = Shop(Platform())
    values = shop.signed({"appid": ""})
    forged = elements(shop.post("getsignkey", shut({**values, "sign": "0" * 32})).body)
    shop.sign_type = "HMAC-SHA256"
    by_hmac = elements(shop.post("getsignkey", shut(shop.signed({"appid": ""}))).body)

    for told in (forged, by_hmac):
        assert told["return_code"] == "FAIL"
        assert "获取沙箱密钥失败" in told["return_msg"]
        assert "sandbox_signkey" not in told


def test_each_side_knows_its_own_key_only(shop: Shop) -> None:
    """The sandbox refuses the production key and an expired one, production the sandbox's, and neither knows the other's orders."""
    production = Shop(shop.platform)
    here, _ = shop.charge("sandbox_micropay", total_fee="1")
    there, _ = production.charge(total_fee="1")

    assert shop.ask("sandbox_orderquery", out_trade_no=there)["err_code"] == "ORDERNOTEXIST"
    assert production.ask("orderquery", out_trade_no=here)["err_code"] == "ORDERNOTEXIST"
    assert (
        "沙箱验证签名失败"
        in elements(production.post("sandbox_orderquery", shut(production.signed({"out_trade_no": here}))).body)["return_msg"]
    )
    assert elements(shop.post("orderquery", shut(shop.signed({"out_trade_no": there}))).body)["return_msg"] == "签名错误"
    shop.platform.advance(KEY_LIFE)
    assert elements(shop.post("sandbox_orderquery", shut(shop.signed({"out_trade_no": here}))).body)["return_code"] == "FAIL"


@pytest.mark.parametrize(("total_fee", "cash_fee", "coupons"), [("1", "1", []), ("2", "1", ["1"]), ("3", "0", ["1", "2"])])
@pytest.mark.parametrize("sign_type", [None, "HMAC-SHA256"])
def test_magic_amounts_are_paid_with_coupons(shop: Shop, total_fee: str, cash_fee: str, coupons: list[str], sign_type: str | None) -> None:
    """1, 2 and 3 fen succeed: with no coupon, with one of 1 fen, with coupons for all of it; the query agrees, any appid will do."""
    shop.sign_type = sign_type
    out_trade_no, told = shop.charge("sandbox_micropay", total_fee=total_fee, appid="wxanything", attach="a")
    asked = shop.ask("sandbox_orderquery", out_trade_no=out_trade_no, appid="wxanything")

    for shown in (told, asked):
        assert (shown["total_fee"], shown["cash_fee"], shown["attach"]) == (total_fee, cash_fee, "a")
        assert shown.get("coupon_count", "0") == str(len(coupons))
        assert [shown[f"coupon_fee_{position}"] for position in range(len(coupons))] == coupons
        assert sum(map(int, coupons)) == int(shown.get("coupon_fee", "0"))
    assert asked["trade_state"] == "SUCCESS"
    assert told["transaction_id"] == asked["transaction_id"]
    assert shop.charge("sandbox_micropay", total_fee=total_fee, out_trade_no=out_trade_no)[1]["result_code"] == "FAIL"


def test_other_amounts_are_no_case(shop: Shop) -> None:
    """An amount that is no case is refused, and no order exists."""
    out_trade_no, told = shop.charge("sandbox_micropay", total_fee="4")

    assert told["err_code"] == "PARAM_ERROR"
    assert shop.ask("sandbox_orderquery", out_trade_no=out_trade_no)["err_code"] == "ORDERNOTEXIST"


@pytest.mark.parametrize(
    ("case", "charged", "at_once", "later"),
    [
        ("MICROPAY_USERPAYING", "USERPAYING", "USERPAYING", "SUCCESS"),
        ("MICROPAY_TIMEOUT", "SYSTEMERROR", "SUCCESS", "SUCCESS"),
        ("MICROPAY_PAYERROR", "NOTENOUGH", "PAYERROR", "PAYERROR"),
        ("MICROPAY_PAY_QUERY_TIMEOUT", "SYSTEMERROR", None, None),
    ],
)
def test_the_header_names_a_case(shop: Shop, case: str, charged: str, at_once: str | None, later: str | None) -> None:
    """Each case of Wechatpay-Negative-Test is played to its end, whatever the amount; without the header the order stands as it is."""
    shop.headers = [("Wechatpay-Negative-Test", case)]
    out_trade_no, told = shop.charge("sandbox_micropay", total_fee="50")
    shown = [shop.ask("sandbox_orderquery", out_trade_no=out_trade_no)]
    shop.platform.advance(30)
    shown.append(shop.ask("sandbox_orderquery", out_trade_no=out_trade_no))
    shop.headers = []

    assert told["err_code"] == charged
    assert [each.get("trade_state") for each in shown] == [at_once, later]
    assert "transaction_id" not in told
    if case == "MICROPAY_USERPAYING":
        assert told["device_info"] == "sandbox"
    if at_once is None:
        assert {each["err_code"] for each in shown} == {"SYSTEMERROR"}
        assert shop.ask("sandbox_orderquery", out_trade_no=out_trade_no)["trade_state"] == "SUCCESS"


def test_whoever_asks_too_fast_is_sent_to_a_page(shop: Shop) -> None:
    """Beyond its rate the sandbox answers 302 to a page of this platform, which is HTML; a second later it works, and so does the rest."""
    shop.platform.sandbox_limit = 1
    shop.charge("sandbox_micropay", total_fee="1")

    answer = shop.post("sandbox_orderquery", shut(shop.signed({"out_trade_no": "nothing"})))

    location = dict(answer.headers)["Location"]
    assert (answer.status, classify(answer.body).flaw) == (302, "page")
    assert location.startswith(shop.platform.base_url)
    page = shop.platform.handle("GET", location.removeprefix(shop.platform.base_url), [], b"")
    assert (page.status, page.body) == (200, answer.body)
    assert Shop(shop.platform).place()[1]["result_code"] == "SUCCESS"
    shop.platform.advance(1)
    assert shop.ask("sandbox_orderquery", out_trade_no="nothing")["err_code"] == "ORDERNOTEXIST"


def test_a_faithful_sandbox_leaves_a_cash_fee_of_zero_unsigned(shop: Shop) -> None:
    """As odd as the real one, the sandbox does not sign cash_fee 0, and a correct verifier refuses it; nothing else is affected."""
    shop.platform.sandbox_deviations = SANDBOX_DEVIATIONS
    said = {"body": "b", "out_trade_no": shop.number(), "spbill_create_ip": "127.0.0.1", "auth_code": "101111111111111111"}

    told = elements(shop.post("sandbox_micropay", shut(shop.signed({**said, "total_fee": "3"}))).body)

    assert told["cash_fee"] == "0"
    assert not v2.verify(told, shop.key)
    assert v2.verify(told, shop.key, ignoring={"cash_fee"})
    assert shop.charge("sandbox_micropay", total_fee="2")[1]["result_code"] == "SUCCESS"


@pytest.mark.parametrize(("total_fee", "words"), [("4", "沙箱支付金额(4)无效"), ("0", "请确认请求参数是否正确")])
def test_a_faithful_sandbox_tells_a_wrong_fee_in_its_own_words(shop: Shop, total_fee: str, words: str) -> None:
    """As odd as the real one, the sandbox answers a wrong amount with retcode and retmsg; production never does."""
    shop.platform.sandbox_deviations = SANDBOX_DEVIATIONS
    said = {"body": "b", "out_trade_no": "1", "spbill_create_ip": "127.0.0.1", "auth_code": "101111111111111111", "total_fee": total_fee}

    answer = shop.post("sandbox_micropay", shut(shop.signed(said)))

    assert elements(answer.body).keys() == {"retcode", "retmsg"}
    assert words in elements(answer.body)["retmsg"]
    assert classify(answer.body).flaw == "off-schema"
    assert Shop(shop.platform).charge(total_fee="0")[1]["err_code"] == "PARAM_ERROR"


def test_every_deviation_is_documented_and_off_by_default() -> None:
    """The deviations are data with a sentence each, and a sandbox without them follows the documents."""
    assert Platform().sandbox_deviations == frozenset()
    assert set(DEVIATIONS) == SANDBOX_DEVIATIONS
    assert all(known.does.endswith(".") and known.demand.endswith(".") and known.source for known in DEVIATIONS.values())


@pytest.mark.parametrize(
    ("names", "meant"),
    [
        ("all", SANDBOX_DEVIATIONS),
        ("none", frozenset()),
        ("cash-fee-zero-is-not-signed", {"cash-fee-zero-is-not-signed"}),
        (" wrong-fee-is-told-in-retcode, cash-fee-zero-is-not-signed", SANDBOX_DEVIATIONS),
        (["wrong-fee-is-told-in-retcode"], {"wrong-fee-is-told-in-retcode"}),
    ],
)
def test_deviations_are_named_by_a_word_or_one_by_one(names: str | list[str], meant: frozenset[str]) -> None:
    """All, none, or names with commas between them mean deviations."""
    assert deviations_named(names) == meant


def test_an_unknown_deviation_is_told_with_those_known() -> None:
    """A name that is none is refused, and the known ones are named."""
    with pytest.raises(ValueError, match=r"'cash-fee' is none of .*cash-fee-zero-is-not-signed"):
        deviations_named("cash-fee")
