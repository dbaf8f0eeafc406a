"""The list of everything that can be broken."""

import pytest

from reference.contract import FieldBound, Operation, bounds, load, parameters, problems
from tests.contract.miniature import broken, full_request

OPERATIONS = load().operations
EVERY = [*OPERATIONS.values(), *load("v2").operations.values()]
CASES = [(operation, bound) for operation in EVERY for bound in bounds(operation)]


def found(operation: str, *pointer: str) -> dict[str, FieldBound]:
    """The bounds of one place of an operation, by keyword."""
    return {bound.keyword: bound for bound in bounds(OPERATIONS[operation]) if bound.pointer == pointer}


def test_breaking_a_bound_is_a_problem_of_that_bound() -> None:
    """Every bound in the list, broken alone in a full request, is found again as a problem of the same place, keyword and standing."""
    for operation, bound in CASES:
        request = broken(full_request(operation, bound.where), bound)
        schema = operation.body if bound.where == "body" else parameters(operation, bound.where)
        assert schema is not None
        matching = [problem for problem in problems(schema, request) if bound.is_broken_by(problem)]
        assert len(matching) == 1, (operation.id, bound)
        assert (matching[0].documented, matching[0].in_doubt) == (bound.documented, bound.in_doubt), (operation.id, bound)


def test_bounds_are_listed_once() -> None:
    """No bound of an operation stands twice."""
    for operation in EVERY:
        keys = [(bound.where, bound.pointer, bound.keyword) for bound in bounds(operation)]
        assert len(keys) == len(set(keys)) == len(set(bounds(operation))), operation.id


def test_an_order_number_has_three_bounds_and_one_doubt() -> None:
    """`out_trade_no` is 6 to 32 characters of a documented alphabet, about whose bar the pages disagree."""
    number = found("native_create", "out_trade_no")

    assert (number["minLength"].value, number["maxLength"].value) == (6, 32)
    assert all(bound.documented for bound in number.values())
    assert {keyword for keyword, bound in number.items() if bound.in_doubt} == {"pattern"}


@pytest.mark.parametrize(
    ("operation", "pointer", "keyword", "value"),
    [
        ("jsapi_create", ("description",), "maxLength", 127),
        ("jsapi_create", ("attach",), "maxLength", 128),
        ("jsapi_create", ("goods_tag",), "maxLength", 32),
        ("app_create", ("amount", "total"), "minimum", 1),
        ("app_create", ("amount", "currency"), "enum", ("CNY",)),
        ("native_create", ("time_expire",), "format", "date-time"),
        ("native_create", ("limit_pay", "[]"), "enum", ("no_balance", "no_credit", "no_debit", "balance_only")),
        ("native_create", ("scene_info", "payer_client_ip"), "format", "ip"),
        ("native_create", ("scene_info", "device_id"), "maxLength", 32),
        ("native_create", ("detail", "goods_detail", "[]", "quantity"), "minimum", 1),
        ("native_create", ("detail", "goods_detail", "[]", "unit_price"), "minimum", 0),
        ("h5_create", ("scene_info", "h5_info", "type"), "enum", ("iOS", "Android", "Wap")),
        ("codepay_create", ("payer", "auth_code"), "required", True),
        ("refund_create", ("out_refund_no",), "maxLength", 64),
        ("refund_create", ("reason",), "maxLength", 80),
        ("refund_create", ("funds_account",), "enum", ("AVAILABLE", "UNSETTLED")),
        ("refund_create", ("amount", "from", "[]", "account"), "enum", ("AVAILABLE", "UNAVAILABLE")),
        ("refund_create", ("amount", "refund"), "minimum", 1),
        ("refund_create", (), "anyOf", ("transaction_id", "out_trade_no")),
        ("refund_create", (), "additionalProperties", False),
        ("refund_apply_abnormal", ("real_name",), "requiredIf", (("type", "USER_BANK_CARD"),)),
        ("tradebill_apply", ("bill_date",), "format", "date"),
        ("order_query", ("mchid",), "required", True),
    ],
)
def test_documented_bound_is_listed(operation: str, pointer: tuple[str, ...], keyword: str, value: object) -> None:
    """The bounds the sources state are in the list, as documented."""
    bound = found(operation, *pointer)[keyword]

    assert bound.value == value
    assert bound.documented


@pytest.mark.parametrize(
    ("operation", "pointer", "condition"),
    [
        ("unifiedorder", "openid", (("trade_type", "JSAPI"), ("sub_openid", None))),
        ("unifiedorder", "product_id", (("trade_type", "NATIVE"),)),
        ("transfers", "re_user_name", (("check_name", "FORCE_CHECK"),)),
    ],
)
def test_each_of_several_conditions_is_listed(operation: str, pointer: str, condition: tuple[tuple[str, str | None], ...]) -> None:
    """What is required only sometimes is listed with when, be it that another member is absent."""
    listed = {bound.pointer: bound.value for bound in bounds(load("v2").operations[operation]) if bound.keyword == "requiredIf"}

    assert listed[(pointer,)] == condition


@pytest.mark.parametrize("pointer", [("mchid",), ("appid",), ("payer", "openid"), ("scene_info", "store_info", "address")])
def test_generator_length_is_listed_as_advisory(pointer: tuple[str, ...]) -> None:
    """Lengths nobody documents guide generators and bear no verdict, while the type still does."""
    bound = found("jsapi_create", *pointer)

    assert not bound["maxLength"].documented
    assert bound["type"].documented


@pytest.mark.parametrize("name", ["description", "out_trade_no", "amount", "notify_url"])
@pytest.mark.parametrize(
    "operation", [operation for operation in OPERATIONS.values() if operation.event == "order.place"], ids=lambda each: each.id
)
def test_every_placement_demands_the_same_four(operation: Operation, name: str) -> None:
    """Whatever the product and the mode, description, number, amount and notify_url are required."""
    assert found(operation.id, name)["required"].documented


def test_parameters_have_no_type_and_paths_are_never_missing() -> None:
    """A URL holds text only, and a path without its parameter is another path."""
    outside = {(bound.where, bound.keyword) for _, bound in CASES if bound.where != "body"}

    assert outside == {("query", "required"), ("query", "maxLength"), ("query", "enum"), ("query", "format"), ("path", "maxLength")}
