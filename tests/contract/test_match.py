"""From the request line to the operation."""

import pytest

from reference.contract import load
from reference.contract.routes import Routes


@pytest.mark.parametrize(
    ("method", "path", "operation", "path_params"),
    [
        ("POST", "/v3/pay/transactions/jsapi", "jsapi_create", {}),
        ("POST", "/v3/pay/partner/transactions/jsapi", "partner_jsapi_create", {}),
        ("GET", "/v3/pay/transactions/id/4200001", "order_query_by_id", {"transaction_id": "4200001"}),
        ("GET", "/v3/pay/transactions/out-trade-no/A%7Cb*_-", "order_query", {"out_trade_no": "A|b*_-"}),
        ("GET", "/v3/pay/transactions/out-trade-no/A|b", "order_query", {"out_trade_no": "A|b"}),
        ("GET", "/v3/pay/transactions/out-trade-no/%E5%8D%95", "order_query", {"out_trade_no": "单"}),
        ("POST", "/v3/pay/transactions/out-trade-no/a%2Fclose/close", "order_close", {"out_trade_no": "a/close"}),
        ("POST", "/v3/refund/domestic/refunds", "refund_create", {}),
        ("GET", "/v3/refund/domestic/refunds/r@1", "refund_query", {"out_refund_no": "r@1"}),
        ("POST", "/v3/refund/domestic/refunds/50/apply-abnormal-refund", "refund_apply_abnormal", {"refund_id": "50"}),
    ],
)
def test_finds_the_operation(method: str, path: str, operation: str, path_params: dict[str, str]) -> None:
    """A path names its operation, and its parameters come out percent-decoded."""
    match = load().match(method, path)

    assert match is not None
    assert (match.operation.id, match.path_params) == (operation, path_params)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v3/pay/transactions/jsapi"),
        ("get", "/v3/certificates"),
        ("POST", "/v3/pay/transactions/jsapi/"),
        ("POST", "/v3/pay/transactions"),
        ("GET", "/v3/pay/transactions/id/"),
        ("POST", "/v3/pay/transactions/out-trade-no//close"),
        ("GET", ""),
        ("GET", "/"),
    ],
)
def test_finds_nothing(method: str, path: str) -> None:
    """Another method, a slash too many or an empty parameter is no operation."""
    assert load().match(method, path) is None


@pytest.mark.parametrize("family", ["v3", "v2"])
def test_every_template_finds_itself(family: str) -> None:
    """Each operation is found by its own path, whatever stands beside it."""
    contract = load(family)

    for operation in contract.operations.values():
        match = contract.match(operation.method, operation.path.replace("{", "%7B").replace("}", "%7D"))
        assert match is not None
        assert match.operation is operation
        assert set(match.path_params) == {parameter.name for parameter in operation.parameters if parameter.where == "path"}


@pytest.mark.parametrize("family", ["v3", "v2"])
def test_families_share_no_path_and_no_id(family: str) -> None:
    """A path or an operation's id says which family is meant."""
    theirs = load("v2" if family == "v3" else "v3")

    for operation in load(family).operations.values():
        assert theirs.methods_for(operation.path) == frozenset()
        assert operation.id not in theirs.operations


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/v3/certificates", {"GET"}), ("/v3/pay/transactions/jsapi", {"POST"}), ("/v3/refund/domestic/refunds/x", {"GET"}), ("/v3/x", set())],
)
def test_tells_the_methods_of_a_path(path: str, methods: set[str]) -> None:
    """A path tells which methods it answers to; an unknown path none."""
    assert load().methods_for(path) == methods


def test_literal_wins_over_parameter() -> None:
    """Where a literal and a parameter both fit, the literal is meant, but only for the methods it has."""
    routes = Routes([("POST", "/orders/{id}", "any"), ("POST", "/orders/unfreeze", "literal"), ("GET", "/orders/{id}", "read")])

    assert routes.find("POST", "/orders/unfreeze") == ("literal", {})
    assert routes.find("GET", "/orders/unfreeze") == ("read", {"id": "unfreeze"})
    assert routes.methods("/orders/unfreeze") == {"GET", "POST"}


def test_refuses_two_operations_on_one_path() -> None:
    """One method and path that name two operations are a mistake in the documents."""
    with pytest.raises(ValueError, match=r"GET /orders/\{no\}"):
        Routes([("GET", "/orders/{id}", 1), ("GET", "/orders/{no}", 2)])
