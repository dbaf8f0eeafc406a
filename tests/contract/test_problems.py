"""Values judged against the contract."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from reference.contract import Operation, Problem, load, parameters, problems
from tests.contract.miniature import full_request, minimal_request

ORDER: dict[str, Any] = {
    "appid": "wx0000000000000001",
    "mchid": "1900000001",
    "description": "tea",
    "out_trade_no": "20300101-0001",
    "notify_url": "https://shop.example/notify",
    "amount": {"total": 100, "currency": "CNY"},
    "payer": {"openid": "o-1"},
}


def judge(order: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The problems of a JSAPI order, each as its JSON Pointer and keyword."""
    return [(problem.field, problem.keyword) for problem in judged("jsapi_create", order)]


def judged(name: str, body: Any) -> tuple[Problem, ...]:
    """The problems of a request body."""
    schema = load().operations[name].body
    assert schema is not None
    return problems(schema, body)


def test_minimal_order_has_none() -> None:
    """An order of required members only keeps the contract."""
    assert judge(ORDER) == []


@pytest.mark.parametrize(
    "operation",
    [operation for family in ("v3", "v2") for operation in load(family).operations.values()],
    ids=lambda operation: f"{operation.family}-{operation.id}",
)
@pytest.mark.parametrize("request_of", [full_request, minimal_request])
def test_generated_request_has_none(operation: Operation, request_of: Callable[[Operation, str], Any]) -> None:
    """A request with every declared member keeps the contract, and so does one with the required members only."""
    if operation.body is not None:
        assert problems(operation.body, request_of(operation, "body")) == ()
    assert problems(parameters(operation, "query"), request_of(operation, "query")) == ()


@pytest.mark.parametrize(
    ("name", "value", "keyword"),
    [
        ("description", "a" * 127, None),
        ("description", "茶" * 127, None),
        ("description", "a" * 128, "maxLength"),
        ("description", "", "minLength"),
        ("attach", "a" * 128, None),
        ("attach", "a" * 129, "maxLength"),
        ("out_trade_no", "12345", "minLength"),
        ("out_trade_no", "123456", None),
        ("out_trade_no", "aZ09_-|*" * 4, None),
        ("out_trade_no", "a" * 33, "maxLength"),
        ("out_trade_no", "123 456", "pattern"),
        ("out_trade_no", "123456\n", "pattern"),
        ("out_trade_no", "订单000001", "pattern"),
        ("goods_tag", "a" * 33, "maxLength"),
        ("limit_pay", "no_credit", "type"),
        ("time_expire", "2030-01-01T00:00:00+08:00", None),
        ("time_expire", "2030-01-01T00:00:00.120+08:00", None),
        ("time_expire", "2030-01-01T00:00:00Z", None),
        ("time_expire", "2030-01-01T00:00:00", "format"),
        ("time_expire", "20300101000000", "format"),
        ("time_expire", "2030-01-01 00:00:00+08:00", "format"),
        ("time_expire", "2030-02-30T00:00:00+08:00", "format"),
        ("time_expire", "2030-01-01T00:00:00+0800", "format"),
        ("time_expire", "2030-01-01T24:00:01+08:00", "format"),
        ("notify_url", "http://shop.example", None),
        ("notify_url", "https://shop.example/notify?order=1", "pattern"),
        ("notify_url", "https://shop.example/notify#part", "pattern"),
        ("notify_url", " https://shop.example/notify", "pattern"),
        ("notify_url", "/notify", "pattern"),
        ("notify_url", "https://shop.example/".ljust(255, "a"), None),
        ("notify_url", "https://shop.example/".ljust(257, "a"), "maxLength"),
    ],
)
def test_judges_a_member(name: str, value: Any, keyword: str | None) -> None:
    """Lengths count characters, alphabets and formats are asserted, and each breach names the keyword it broke."""
    assert judge(ORDER | {name: value}) == ([] if keyword is None else [(f"/{name}", keyword)])


@pytest.mark.parametrize(
    ("total", "keyword"),
    [
        ("1", None),
        ("9007199254740993", None),
        ("0", "minimum"),
        ("-1", "minimum"),
        ("1.0", "type"),
        ("1e2", "type"),
        ("1.5", "type"),
        ('"1"', "type"),
        ("true", "type"),
        ("null", "type"),
        ("NaN", "type"),
    ],
)
def test_judges_an_amount_as_it_stands_in_json(total: str, keyword: str | None) -> None:
    """An amount is a JSON integer of at least 1 fen: no fraction, no exponent, no text, no truth value."""
    order = json.loads(json.dumps(ORDER).replace('"total": 100', f'"total": {total}'))

    assert judge(order) == ([] if keyword is None else [("/amount/total", keyword)])


@pytest.mark.parametrize(
    ("address", "holds"),
    [
        ("203.0.113.7", True),
        ("2001:db8::1", True),
        ("::ffff:203.0.113.7", True),
        ("", False),
        ("256.0.0.1", False),
        ("203.0.113", False),
        ("203.0.113.7:80", False),
        ("203.0.113.0/24", False),
        ("fe80::1%eth0", False),
        ("shop.example", False),
    ],
)
def test_judges_an_address(address: str, holds: bool) -> None:  # noqa: FBT001 - a column of the table
    """`payer_client_ip` is one IPv4 or IPv6 address and nothing else."""
    assert judge(ORDER | {"scene_info": {"payer_client_ip": address}}) == ([] if holds else [("/scene_info/payer_client_ip", "format")])


def test_undeclared_members_are_problems_one_by_one() -> None:
    """Each undeclared member of an order is its own problem, with its value."""
    found = judged("jsapi_create", ORDER | {"total_fee": 1, "body": "tea"})

    assert {(problem.field, problem.keyword, problem.value) for problem in found} == {
        ("/total_fee", "additionalProperties", 1),
        ("/body", "additionalProperties", "tea"),
    }


@pytest.mark.parametrize(
    ("name", "without", "field"),
    [
        ("jsapi_create", ("payer", "openid"), "/payer/openid"),
        ("h5_create", ("scene_info", "h5_info"), "/scene_info/h5_info"),
        ("partner_app_create", ("sub_mchid",), "/sub_mchid"),
        ("codepay_create", ("payer", "auth_code"), "/payer/auth_code"),
        ("refund_create", ("amount", "currency"), "/amount/currency"),
    ],
)
def test_a_missing_member_is_named_by_its_own_pointer(name: str, without: tuple[str, ...], field: str) -> None:
    """What is missing is pointed at, not the object it is missing from."""
    request = full_request(load().operations[name], "body")
    holder = request[without[0]] if len(without) > 1 else request
    del holder[without[-1]]

    assert [(problem.field, problem.keyword, problem.issue) for problem in judged(name, request)] == [(field, "required", "is required")]


def test_a_refund_needs_one_of_two_numbers() -> None:
    """A refund without `transaction_id` and `out_trade_no` is told that it needs one of them."""
    refund = {"out_refund_no": "r1", "amount": {"refund": 1, "total": 1, "currency": "CNY"}}

    (problem,) = judged("refund_create", refund)

    assert (problem.pointer, problem.keyword, problem.issue) == ((), "anyOf", "needs one of transaction_id, out_trade_no")
    assert judged("refund_create", refund | {"out_trade_no": "20300101-0001"}) == ()
    assert judged("refund_create", refund | {"transaction_id": "42"}) == ()


def test_an_abnormal_refund_to_a_card_needs_the_card() -> None:
    """Sending money to a payer's card needs bank, number and name; to the merchant's own account it does not."""
    to_merchant = {"out_refund_no": "r1", "type": "MERCHANT_BANK_CARD"}

    found = judged("refund_apply_abnormal", to_merchant | {"type": "USER_BANK_CARD"})

    assert judged("refund_apply_abnormal", to_merchant) == ()
    assert {(problem.field, problem.keyword) for problem in found} == {
        ("/bank_type", "requiredIf"),
        ("/bank_account", "requiredIf"),
        ("/real_name", "requiredIf"),
    }


def test_list_positions_are_numbers() -> None:
    """A problem within a list points at the very item."""
    goods = [{"merchant_goods_id": "g1", "quantity": 1, "unit_price": 0}, {"merchant_goods_id": "g2", "quantity": 0, "unit_price": -1}]

    assert judge(ORDER | {"detail": {"goods_detail": goods}}) == [
        ("/detail/goods_detail/1/quantity", "minimum"),
        ("/detail/goods_detail/1/unit_price", "minimum"),
    ]


def test_a_problem_says_how_sure_its_bound_is() -> None:
    """Documented, merely advisory and doubtful bounds are told apart."""
    by_field = {
        problem.field: problem
        for problem in judged("jsapi_create", ORDER | {"mchid": "1" * 33, "description": "a" * 128, "goods_tag": "a" * 33})
    }

    assert (by_field["/mchid"].documented, by_field["/mchid"].in_doubt) == (False, None)
    assert (by_field["/description"].documented, by_field["/description"].in_doubt) == (True, "characters or bytes")
    assert (by_field["/goods_tag"].documented, by_field["/goods_tag"].in_doubt) == (True, None)


def test_an_issue_does_not_repeat_the_value() -> None:
    """The wording can be sent or logged: it never carries the value."""
    (problem,) = judged("jsapi_create", ORDER | {"attach": "secret" * 30})

    assert problem.issue == "the value is longer than 128 characters"


def test_half_a_character_is_a_problem_not_a_crash() -> None:
    r"""JSON can smuggle in a lone surrogate by `\ud83d`; it is found wherever it stands."""
    order = ORDER | {"attach": "\ud83d", "detail": {"goods_detail": [{"goods_name": "\udc00"}]}}

    assert judge(order) == [("/attach", "encoding"), ("/detail/goods_detail/0/goods_name", "encoding")]


@pytest.mark.parametrize("body", [None, [], "order", 1, True])
def test_a_body_that_is_no_object_is_one_problem(body: Any) -> None:
    """Anything but an object breaks the type of the body as a whole."""
    assert [(problem.pointer, problem.keyword) for problem in judged("jsapi_create", body)] == [((), "type")]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"bill_date": "2030-01-31"}, []),
        ({"bill_date": "2030-01-31", "tar_type": "GZIP"}, []),
        ({}, [("/bill_date", "required")]),
        ({"bill_date": "20300131"}, [("/bill_date", "format")]),
        ({"bill_date": "2030-02-30"}, [("/bill_date", "format")]),
        ({"bill_date": "2030-01-31", "tar_type": "ZIP"}, [("/tar_type", "enum")]),
    ],
)
def test_judges_a_query(query: dict[str, str], found: list[tuple[str, str]]) -> None:
    """Query parameters are judged together, the missing ones too."""
    schema = parameters(load().operations["tradebill_apply"], "query")

    assert [(problem.field, problem.keyword) for problem in problems(schema, query)] == found


PAID = {
    "appid": "wx1",
    "mchid": "1900000001",
    "out_trade_no": "20300101-0001",
    "transaction_id": "42",
    "trade_type": "JSAPI",
    "trade_state": "SUCCESS",
    "bank_type": "OTHERS",
    "success_time": "2030-01-01T00:00:00+08:00",
    "payer": {"openid": "o-1"},
    "amount": {"total": 100, "payer_total": 100, "currency": "CNY", "payer_currency": "CNY"},
}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda shown: shown, []),
        (lambda shown: shown | {"new_member": 1}, []),
        (lambda shown: {name: shown[name] for name in ("appid", "mchid", "out_trade_no")} | {"trade_state": "NOTPAY"}, []),
        (lambda shown: shown | {"trade_state": "ACCEPT"}, [("/trade_state", "enum")]),
        (lambda shown: shown | {"amount": {"total": 100.0}}, [("/amount/total", "type")]),
        (lambda shown: {name: value for name, value in shown.items() if name != "appid"}, [("/appid", "required")]),
    ],
)
def test_judges_an_answer(change: Callable[[dict[str, Any]], dict[str, Any]], found: list[tuple[str, str]]) -> None:
    """An answer may show more than the contract knows, but never an unknown state, a fraction, or less than it must."""
    schema = load().operations["order_query"].responses[200]
    assert schema is not None

    assert [(problem.field, problem.keyword) for problem in problems(schema, change(PAID))] == found


def test_a_pending_code_payment_may_show_the_order_or_a_code() -> None:
    """The 202 of a code payment is either the open order or a coded answer, and nothing else."""
    schema = load().operations["codepay_create"].responses[202]
    assert schema is not None

    assert problems(schema, {"mchid": "1900000001", "out_trade_no": "20300101-0001", "trade_state": "USERPAYING"}) == ()
    assert problems(schema, {"code": "USERPAYING", "message": "wait"}) == ()
    assert [problem.issue for problem in problems(schema, {})] == ["fits none of the alternatives"]


def test_judges_a_notification() -> None:
    """Envelope and resource of a notification are judged apart; a paid order's says so."""
    webhook = load().webhook("TRANSACTION.SUCCESS", "direct")
    envelope = {
        "id": "EV-1",
        "create_time": "2030-01-01T00:00:00+08:00",
        "event_type": "TRANSACTION.SUCCESS",
        "resource_type": "encrypt-resource",
        "summary": "paid",
        "resource": {"algorithm": "AEAD_AES_256_GCM", "original_type": "transaction", "nonce": "0123456789ab", "ciphertext": "AA=="},
    }

    assert problems(webhook.envelope, envelope) == ()
    assert [problem.field for problem in problems(webhook.envelope, envelope | {"event_type": "REFUND.SUCCESS"})] == ["/event_type"]
    assert problems(webhook.resource, PAID) == ()
    assert [problem.field for problem in problems(webhook.resource, PAID | {"trade_state": "CLOSED"})] == ["/trade_state"]


@pytest.mark.parametrize(
    ("event", "status", "shows_time"),
    [("REFUND.SUCCESS", "SUCCESS", True), ("REFUND.ABNORMAL", "ABNORMAL", False), ("REFUND.CLOSED", "CLOSED", False)],
)
def test_judges_a_refund_notification(event: str, status: str, shows_time: bool) -> None:  # noqa: FBT001 - a column of the table
    """A refund's notification has the status its event names, and a time of success only where there is success."""
    resource = {
        "sp_mchid": "1900000002",
        "sub_mchid": "1900000003",
        "out_trade_no": "20300101-0001",
        "transaction_id": "42",
        "out_refund_no": "r1",
        "refund_id": "50",
        "refund_status": status,
        "user_received_account": "payer",
        "amount": {"total": 100, "refund": 1, "payer_total": 100, "payer_refund": 1},
    }
    schema = load().webhook(event, "partner").resource

    assert [problem.field for problem in problems(schema, resource)] == (["/success_time"] if shows_time else [])
    assert "/refund_status" in [problem.field for problem in problems(schema, resource | {"refund_status": "PROCESSING"})]


@pytest.mark.parametrize(
    ("body", "holds"),
    [({"code": "PARAM_ERROR", "message": "bad"}, True), ({"code": "PARAM_ERROR"}, False), ({"code": 1, "message": ""}, False)],
)
def test_judges_a_refusal(body: dict[str, Any], holds: bool) -> None:  # noqa: FBT001 - a column of the table
    """A refusal is text `code` and `message`, with a free `detail`."""
    assert (problems(load().error, body) == ()) is holds
