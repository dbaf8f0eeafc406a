"""APIv2 messages judged against the contract: requests, answers, notifications."""

from typing import Any

import pytest

from reference.contract import load, problems
from tests.contract.miniature import minimal_request

OPERATIONS = load("v2").operations


def judged(schema: Any, values: dict[str, str]) -> list[tuple[str, str]]:
    """The problems of a message, each as its member and keyword."""
    return [(problem.field.removeprefix("/"), problem.keyword) for problem in problems(schema, values)]


ORDER = {
    "appid": "wx0000000000000001",
    "mch_id": "1900000001",
    "nonce_str": "n",
    "sign": "A" * 32,
    "body": "tea",
    "out_trade_no": "20300101-0001",
    "total_fee": "100",
    "spbill_create_ip": "203.0.113.7",
    "notify_url": "https://shop.example/notify",
    "trade_type": "APP",
}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"total_fee": "1"}, []),
        ({"total_fee": "0"}, [("total_fee", "x-minimum")]),
        ({"total_fee": "00"}, [("total_fee", "x-minimum")]),
        ({"total_fee": "-1"}, [("total_fee", "pattern")]),
        ({"total_fee": "0.01"}, [("total_fee", "pattern")]),
        ({"total_fee": "1e2"}, [("total_fee", "pattern")]),
        ({"total_fee": " 1"}, [("total_fee", "pattern")]),
        ({"total_fee": "０"}, [("total_fee", "pattern")]),
        ({"total_fee": "²"}, [("total_fee", "pattern")]),
        ({"total_fee": "1".rjust(5000, "0")}, []),
        ({"total_fee": "9" * 5000}, [("total_fee", "x-maximum")]),
        ({"body": "茶" * 128}, []),
        ({"body": "a" * 129}, [("body", "maxLength")]),
        ({"attach": "a" * 128}, [("attach", "maxLength")]),
        ({"out_trade_no": "a" * 33}, [("out_trade_no", "maxLength")]),
        ({"out_trade_no": "a b"}, [("out_trade_no", "pattern")]),
        ({"time_expire": "20300101000000"}, []),
        ({"time_expire": "20300230000000"}, [("time_expire", "format")]),
        ({"time_expire": "20300101240000"}, [("time_expire", "format")]),
        ({"time_expire": "2030010100000"}, [("time_expire", "format")]),
        ({"time_expire": "2030-01-01T00:00:00+08:00"}, [("time_expire", "format")]),
        ({"sign_type": "HMAC-SHA256"}, []),
        ({"sign_type": "SHA256"}, [("sign_type", "enum")]),
        ({"notify_url": "https://shop.example/notify?order=1"}, [("notify_url", "pattern")]),
        ({"trade_type": "JSAPI"}, [("openid", "requiredIf")]),
        ({"trade_type": "JSAPI", "openid": "o"}, []),
        ({"trade_type": "JSAPI", "sub_openid": "o"}, []),
        ({"trade_type": "NATIVE"}, [("product_id", "requiredIf")]),
        ({"trade_type": "NATIVE", "product_id": "p"}, []),
        ({"trade_type": "MICROPAY"}, [("trade_type", "enum")]),
    ],
)
def test_judges_an_order(change: dict[str, str], found: list[tuple[str, str]]) -> None:
    """Numbers and moments are judged as text writes them, and what a trade_type needs is missed only there."""
    assert judged(OPERATIONS["unifiedorder"].body, ORDER | change) == found


@pytest.mark.parametrize(
    ("operation", "change", "found"),
    [
        ("micropay", {"auth_code": "150000000000000000"}, []),
        ("micropay", {"auth_code": "160000000000000000"}, [("auth_code", "pattern")]),
        ("micropay", {"auth_code": "13000000000000000"}, [("auth_code", "pattern")]),
        ("refund", {"out_refund_no": "r" * 65}, [("out_refund_no", "maxLength")]),
        ("refund", {"refund_fee": "0"}, [("refund_fee", "x-minimum")]),
        ("downloadbill", {"bill_date": "20300131"}, []),
        ("downloadbill", {"bill_date": "20300132"}, [("bill_date", "format")]),
        ("downloadbill", {"bill_date": "2030-01-31"}, [("bill_date", "format")]),
        ("downloadbill", {"bill_type": "ALL", "tar_type": "ZIP"}, [("tar_type", "enum")]),
        ("sendredpack", {"total_num": "1"}, []),
        ("sendredpack", {"total_num": "2"}, [("total_num", "x-maximum")]),
        ("sendredpack", {"mch_billno": "a-1"}, [("mch_billno", "pattern")]),
        ("sendgroupredpack", {"total_num": "2"}, [("total_num", "x-minimum")]),
        ("transfers", {"check_name": "FORCE_CHECK"}, [("re_user_name", "requiredIf")]),
        ("transfers", {"check_name": "FORCE_CHECK", "re_user_name": "n"}, []),
        ("profitsharing", {"sign_type": "MD5"}, [("sign_type", "enum")]),
        ("combinedorder", {"sign_type": "MD5"}, [("sign_type", "enum")]),
    ],
)
def test_judges_a_request(operation: str, change: dict[str, str], found: list[tuple[str, str]]) -> None:
    """The bounds the tables state, one by one, on a request that keeps all others."""
    request = minimal_request(OPERATIONS[operation], "body") | change

    assert judged(OPERATIONS[operation].body, request) == found


DONE = {
    "return_code": "SUCCESS",
    "result_code": "SUCCESS",
    "appid": "wx1",
    "mch_id": "1900000001",
    "nonce_str": "n",
    "sign": "A" * 64,
}
PAID = DONE | {
    "out_trade_no": "20300101-0001",
    "transaction_id": "42",
    "openid": "o-1",
    "is_subscribe": "N",
    "trade_type": "MICROPAY",
    "bank_type": "OTHERS",
    "total_fee": "100",
    "cash_fee": "100",
    "time_end": "20300101000000",
}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"trade_state": "ACCEPT"}, []),
        ({"trade_state": "OPEN"}, [("trade_state", "enum")]),
        ({"coupon_id_0": "7", "coupon_fee_0": "1", "coupon_fee_10": "2"}, []),
        ({"coupon_fee_10": "0.02"}, [("coupon_fee_10", "pattern")]),
        ({"coupon_fee_$n": "much"}, []),
        ({"sign": "A" * 33}, [("sign", "pattern")]),
        ({"time_end": "2030-01-01T00:00:00+08:00"}, [("time_end", "format")]),
        ({"promotion_detail": "no JSON"}, []),
    ],
)
def test_judges_a_query_answer(change: dict[str, str], found: list[tuple[str, str]]) -> None:
    """Numbered members are judged whatever their number; JSON inside a text is not judged with the text."""
    shown = PAID | {"trade_state": "SUCCESS", "trade_state_desc": "paid"}

    assert judged(OPERATIONS["orderquery"].responses[200], shown | change) == found


def test_an_unpaid_order_shows_no_payment() -> None:
    """What only a payment has is demanded of a paid order, and of no other."""
    schema = OPERATIONS["orderquery"].responses[200]
    assert schema is not None
    unpaid = DONE | {"out_trade_no": "20300101-0001", "trade_state": "NOTPAY", "trade_state_desc": "unpaid"}

    assert judged(schema, unpaid) == []
    assert {name for name, keyword in judged(schema, unpaid | {"trade_state": "SUCCESS"}) if keyword == "requiredIf"} == {
        "openid",
        "is_subscribe",
        "trade_type",
        "bank_type",
        "total_fee",
        "cash_fee",
        "transaction_id",
        "time_end",
    }
    assert [problem.field for problem in problems(schema, unpaid | {"trade_state": "SUCCESS"}) if not problem.documented] == ["/cash_fee"]


@pytest.mark.parametrize(("trade_type", "needed"), [("NATIVE", ["code_url"]), ("MWEB", ["mweb_url"]), ("JSAPI", []), ("APP", [])])
def test_each_trade_type_answers_its_own_result(trade_type: str, needed: list[str]) -> None:
    """A placed order has a prepay_id, and the link its trade_type is paid by."""
    placed = DONE | {"trade_type": trade_type, "prepay_id": "wx1"}

    assert judged(OPERATIONS["unifiedorder"].responses[200], placed) == [(name, "requiredIf") for name in needed]


def test_json_inside_a_text_is_judged_on_its_own() -> None:
    """The list of receivers has a schema of its own, references followed."""
    body = OPERATIONS["profitsharing"].body
    assert body is not None
    schema = body["properties"]["receivers"]["contentSchema"]
    receiver = {"type": "MERCHANT_ID", "account": "1900000002", "amount": 1, "description": "share"}

    assert problems(schema, [receiver]) == ()
    assert [(problem.field, problem.keyword) for problem in problems(schema, [receiver | {"type": "BANK", "amount": 0}])] == [
        ("/0/type", "enum"),
        ("/0/amount", "minimum"),
    ]


def test_judges_a_payment_notification() -> None:
    """A payment is told in the open and signed: what is delivered is what it tells."""
    webhook = load("v2").webhook("TRANSACTION.SUCCESS", "direct")

    assert webhook.signed
    assert webhook.resource is webhook.envelope
    assert judged(webhook.envelope, PAID) == []
    assert judged(webhook.envelope, PAID | {"result_code": "FAIL"}) == [("result_code", "const")]
    assert judged(webhook.envelope, {name: value for name, value in PAID.items() if name != "sign"}) == [("sign", "required")]


@pytest.mark.parametrize(
    ("event", "status"), [("REFUND.SUCCESS", "SUCCESS"), ("REFUND.ABNORMAL", "CHANGE"), ("REFUND.CLOSED", "REFUNDCLOSE")]
)
def test_judges_a_refund_notification(event: str, status: str) -> None:
    """A refund is told inside req_info, unsigned; its status is the one its event means."""
    webhook = load("v2").webhook(event, "direct")
    envelope = {"return_code": "SUCCESS", "appid": "wx1", "mch_id": "1900000001", "nonce_str": "n", "req_info": "AA=="}
    notice = {
        "transaction_id": "42",
        "out_trade_no": "20300101-0001",
        "refund_id": "50",
        "out_refund_no": "r1",
        "total_fee": "100",
        "refund_fee": "1",
        "refund_status": status,
        "success_time": "2030-01-01 00:00:00",
    }

    assert not webhook.signed
    assert webhook.envelope["properties"]["req_info"]["x-encrypted"] == "AES-256-ECB"
    assert webhook.resource["xml"] == {"name": "root"}
    assert judged(webhook.envelope, envelope) == judged(webhook.resource, notice) == []
    assert judged(webhook.resource, notice | {"refund_status": "PROCESSING"}) == [("refund_status", "const"), ("refund_status", "enum")]
    assert judged(webhook.envelope, {name: value for name, value in envelope.items() if name != "req_info"}) == [("req_info", "required")]
