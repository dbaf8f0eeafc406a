"""Bills of APIv2 in the mock: the file itself, or XML that says why there is none."""

import gzip

import pytest

from reference.oracles import bills
from reference.platform import Platform
from tests.platform.v2_shop import Shop, elements, shut

_DAY = 86_400


@pytest.fixture
def platform() -> Platform:
    """A platform of its own."""
    return Platform()


@pytest.fixture
def shop(platform: Platform) -> Shop:
    """A merchant that was paid two orders of 100 fen yesterday and refunded a part of one; their bill is made."""
    shop = Shop(platform, sign_type="HMAC-SHA256")
    for _ in range(2):
        number, _ = shop.place()
        shop.pay(number)
    refund, _ = shop.refund(number, 30)
    platform.settle(shop.merchant.mchid, refund)
    platform.advance(_DAY)
    return shop


def _file(shop: Shop, operation: str = "downloadbill", **values: str) -> bytes:
    answer = shop.post(operation, shut(shop.signed({"bill_date": "20260615", **values})))
    assert answer.status == 200
    return answer.body


def test_the_bill_is_the_answer(shop: Shop) -> None:
    """Rows of payments and refunds as bill_type asks, all of them without it, in the text of APIv3's bills."""
    counts = {}
    for kind in ("", "ALL", "SUCCESS", "REFUND"):
        bill = bills.parse_trade_bill(_file(shop, bill_type=kind).decode())
        counts[kind] = len(bill.rows)
        assert bills.totals_problems(bill) == ()

    assert counts == {"": 3, "ALL": 3, "SUCCESS": 2, "REFUND": 1}


def test_a_bill_is_packed_when_asked_for(shop: Shop) -> None:
    """With tar_type GZIP it is the same bytes, packed."""
    assert gzip.decompress(_file(shop, tar_type="GZIP")) == _file(shop)


def test_the_fund_flow_is_that_of_the_basic_account(shop: Shop) -> None:
    """Two payments came in and one refund went out; on the other accounts nothing moved."""
    bill = bills.parse_fund_flow_bill(_file(shop, "downloadfundflow", account_type="Basic").decode())

    assert (bill.totals.income, bill.totals.expense, len(bill.rows)) == (200, 30, 3)
    told = elements(_file(shop, "downloadfundflow", account_type="Fees"))
    assert (told["return_code"], told["result_code"], told["err_code"]) == ("SUCCESS", "FAIL", "No Bill Exist")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"bill_date": "20260614"}, "No Bill Exist"),
        ({"bill_date": "20260616"}, "No Bill Exist"),
        ({"bill_date": "20270101"}, "No Bill Exist"),
        ({"bill_date": "20200101"}, "No Bill Exist"),
        ({"bill_type": "RECHARGE_REFUND"}, "No Bill Exist"),
        ({"bill_type": "PAYMENTS"}, "invalid bill_type"),
        ({"bill_date": "2026-06-15"}, "data format error"),
        ({"bill_date": "20260631"}, "data format error"),
        ({"tar_type": "ZIP"}, "data format error"),
        ({"bill_date": ""}, "missing parameter"),
    ],
)
def test_a_bill_that_cannot_be_given_is_xml(shop: Shop, values: dict[str, str], message: str) -> None:
    """One level, unsigned, with the documented words in return_msg; asked for as GZIP it is no gzip either."""
    for packing in ("", "GZIP"):
        told = elements(_file(shop, **{"tar_type": packing, **values}))

        assert told == {"return_code": "FAIL", "return_msg": message}


def test_a_bill_is_made_at_ten_the_next_morning(platform: Platform) -> None:
    """Before that it is being made."""
    shop = Shop(platform)
    number, _ = shop.place()
    shop.pay(number)
    platform.advance(_DAY - 2 * 3600 - 1)

    assert elements(_file(shop))["return_msg"] == "Bill Creating"
    platform.advance(1)
    assert b"`" in _file(shop)


def test_a_wrong_sign_gets_no_bill(shop: Shop) -> None:
    """Neither bill is given for a sign that does not hold, and the fund flow is signed by HMAC-SHA256 on a certified connection only."""
    wrong = {**shop.signed({"bill_date": "20260615", "account_type": "Basic"}), "sign": "0" * 64}
    assert elements(shop.post("downloadbill", shut(wrong)).body) == {"return_code": "FAIL", "return_msg": "SIGN ERROR"}
    assert elements(shop.post("downloadfundflow", shut(wrong)).body)["return_code"] == "FAIL"
    shop.certificate = None
    assert elements(_file(shop, "downloadfundflow", account_type="Basic"))["err_code"] == "CERT_ERROR"
    shop.sign_type = None
    assert elements(_file(shop, "downloadfundflow", account_type="Basic"))["return_code"] == "FAIL"


def test_a_service_provider_has_a_bill_of_all_and_of_each(platform: Platform) -> None:
    """Without a sub-merchant it is the bill of all of them."""
    assert platform.identity.partner is not None
    shop = Shop(platform, platform.identity.partner)
    subs = shop.merchant.sub_mchids
    for sub in subs:
        shop.pay(shop.place(sub_mch_id=sub)[0])
    platform.advance(_DAY)

    assert len(bills.parse_trade_bill(_file(shop).decode()).rows) == len(subs)
    for sub in subs:
        rows = bills.parse_trade_bill(_file(shop, sub_mch_id=sub).decode()).rows
        assert [row.sub_mchid for row in rows] == [sub]
