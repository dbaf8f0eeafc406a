"""The operations and notifications as loaded."""

import pytest

from reference.contract import load

OPERATIONS = {
    # id: (method, path, group, mode, seed row, event, shows)
    "jsapi_create": ("POST", "/v3/pay/transactions/jsapi", "orders", "direct", "000/42", "order.place", "prepay"),
    "app_create": ("POST", "/v3/pay/transactions/app", "orders", "direct", "000/40", "order.place", "prepay"),
    "h5_create": ("POST", "/v3/pay/transactions/h5", "orders", "direct", "000/41", "order.place", "prepay"),
    "native_create": ("POST", "/v3/pay/transactions/native", "orders", "direct", "000/43", "order.place", "prepay"),
    "codepay_create": ("POST", "/v3/pay/transactions/codepay", "codepay", "direct", None, "codepay.submit", "order"),
    "order_query_by_id": ("GET", "/v3/pay/transactions/id/{transaction_id}", "orders", "direct", "000/44", None, "order"),
    "order_query": ("GET", "/v3/pay/transactions/out-trade-no/{out_trade_no}", "orders", "direct", "000/45", None, "order"),
    "order_close": ("POST", "/v3/pay/transactions/out-trade-no/{out_trade_no}/close", "orders", "direct", "000/46", "order.close", None),
    "order_reverse": (
        "POST",
        "/v3/pay/transactions/out-trade-no/{out_trade_no}/reverse",
        "codepay",
        "direct",
        None,
        "codepay.reverse",
        "order",
    ),
    "refund_create": ("POST", "/v3/refund/domestic/refunds", "refunds", "both", "000/47", "refund.apply", "refund"),
    "refund_query": ("GET", "/v3/refund/domestic/refunds/{out_refund_no}", "refunds", "both", "000/48", None, "refund"),
    "refund_apply_abnormal": (
        "POST",
        "/v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund",
        "refunds",
        "both",
        "000/49",
        "refund.apply_abnormal",
        "refund",
    ),
    "certificates_list": ("GET", "/v3/certificates", "certificates", "both", "000/173", None, "certificates"),
    "security_echo": ("POST", "/v3/security/echo", "security", "both", None, None, "echo"),
    "tradebill_apply": ("GET", "/v3/bill/tradebill", "bills", "both", "000/75", None, "bill"),
    "fundflowbill_apply": ("GET", "/v3/bill/fundflowbill", "bills", "both", "000/76", None, "bill"),
    "bill_download": ("GET", "/v3/billdownload/file", "bills", "both", "000/78", None, "file"),
}
EXPECTED = OPERATIONS | {
    f"partner_{name}": (method, path.replace("/v3/pay/", "/v3/pay/partner/"), group, "partner", *rest)
    for name, (method, path, group, mode, *rest) in OPERATIONS.items()
    if mode == "direct"
}


def test_every_operation_is_there_and_no_other() -> None:
    """The operations of basic payment, refunds, certificates, bills and the self-test are all there."""
    assert load().operations.keys() == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_operation_stands_where_the_catalogue_has_it(name: str) -> None:
    """Method, path, mode and seed row agree with the catalogue; event and projection with what the operation does."""
    operation = load().operations[name]

    assert (
        operation.method,
        operation.path,
        operation.group,
        operation.mode,
        operation.seed_row,
        operation.event,
        operation.shows,
    ) == EXPECTED[name]


@pytest.mark.parametrize("name", [name for name, row in EXPECTED.items() if row[3] == "partner"])
def test_partner_twin_differs_in_who_acts_only(name: str) -> None:
    """A partner operation asks for what its direct twin asks for, with the partner's ids in place of the merchant's."""
    operations = load().operations
    partner, direct = operations[name], operations[name.removeprefix("partner_")]
    part = "body" if partner.body is not None else "query"

    assert (direct.acting_merchant, direct.sub_merchant) == (f"{part}.mchid", None)
    assert (partner.acting_merchant, partner.sub_merchant) == (f"{part}.sp_mchid", f"{part}.sub_mchid")
    assert partner.trade_type == direct.trade_type
    if direct.body is not None and partner.body is not None:
        theirs = partner.body["properties"].keys() - {"sp_appid", "sp_mchid", "sub_appid", "sub_mchid"}
        assert theirs == direct.body["properties"].keys() - {"appid", "mchid"}


@pytest.mark.parametrize(
    ("name", "trade_type", "result"),
    [
        ("jsapi_create", "JSAPI", "prepay_id"),
        ("app_create", "APP", "prepay_id"),
        ("h5_create", "MWEB", "h5_url"),
        ("native_create", "NATIVE", "code_url"),
    ],
)
def test_each_product_answers_its_own_result(name: str, trade_type: str, result: str) -> None:
    """A placement names its trade type and demands the one result its product needs."""
    operation = load().operations[name]
    answer = operation.responses[200]

    assert operation.trade_type == trade_type
    assert answer is not None
    assert answer["required"] == [result]


def test_composed_body_is_one_plain_schema() -> None:
    """A body shared by reference and composition is loaded as one closed object schema."""
    body = load().operations["partner_jsapi_create"].body

    assert body is not None
    assert "allOf" not in body
    assert body["additionalProperties"] is False
    assert set(body["required"]) == {
        "sp_appid",
        "sp_mchid",
        "sub_mchid",
        "description",
        "out_trade_no",
        "amount",
        "notify_url",
        "payer",
    }
    assert body["properties"]["settle_info"]["properties"].keys() == {"profit_sharing", "subsidy_amount"}


def test_responses_are_open() -> None:
    """No answer is closed: new members may appear at any time."""
    assert [
        operation.id
        for operation in load().operations.values()
        for answer in operation.responses.values()
        if answer is not None and "additionalProperties" in answer
    ] == []


def test_answers_without_json_have_no_schema() -> None:
    """A close answers 204 without a body; a bill is bytes, and unsigned."""
    operations = load().operations

    assert operations["order_close"].responses == {204: None}
    assert operations["bill_download"].responses == {200: None}
    assert [operation.id for operation in operations.values() if not operation.signed_response] == ["bill_download"]


def test_notifications_are_there_for_both_modes() -> None:
    """Payment and refund notifications exist for direct and partner merchants, the self-test's for both at once."""
    contract = load()
    expected = {
        (event, mode)
        for event in ("TRANSACTION.SUCCESS", "REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED")
        for mode in ("direct", "partner")
    }

    assert {(webhook.event_type, webhook.mode) for webhook in contract.webhooks.values()} == expected | {("SECURITY_ECHO.SUCCESS", "both")}
    assert contract.webhook("TRANSACTION.SUCCESS", "partner").id == "partner_transaction_success"
    assert contract.webhook("SECURITY_ECHO.SUCCESS", "direct") is contract.webhook("SECURITY_ECHO.SUCCESS", "partner")


def test_every_notification_an_operation_leads_to_is_there() -> None:
    """Whatever an operation promises to notify is a notification of the contract."""
    contract = load()
    known = {webhook.event_type for webhook in contract.webhooks.values()}

    assert {event for operation in contract.operations.values() for event in operation.notifications} == known


def test_unknown_notification_names_the_known_ones() -> None:
    """Asking for an event nobody sends says which there are."""
    with pytest.raises(KeyError, match=r"REFUND\.SUCCES'.*REFUND\.SUCCESS"):
        load().webhook("REFUND.SUCCES", "direct")


def test_unknown_family_names_the_known_ones() -> None:
    """A family there is no contract for is refused with the list of those there are."""
    with pytest.raises(ValueError, match=r"'v4'.*v3"):
        load("v4")


def test_contract_is_read_once() -> None:
    """The second call returns the very same contract."""
    assert load("v3") is load("v3")
