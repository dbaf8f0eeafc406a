"""The contract as schemathesis reads it."""

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from conformance.fuzzing.document import document_for, known_values, operations_for
from conformance.fuzzing.links import creates, links_of
from conformance.targets.offers import Offers
from conformance.targets.platform import Platform
from conformance.targets.transport import DirectTransport, Reply
from reference.contract import load
from reference.identity import Identity, bundled
from reference.platform import NOON
from reference.platform import Platform as ReferencePlatform
from strategies.cases import Wire

_CONTRACT = load("v3")
_ALL = tuple(_CONTRACT.operations.values())


def _document(*, brief: bool = False) -> dict[str, Any]:
    return document_for(_ALL, known_values(bundled(), NOON), brief=brief)


def _platform(identity: Identity, *, shows: bool = True) -> Platform:
    transport = DirectTransport(ReferencePlatform())
    transport.shows_certificates = shows
    return Platform("mock", identity, transport, clock=lambda: NOON)


def _body(operation_id: str, *, brief: bool = False) -> dict[str, Any]:
    operation = _CONTRACT.operations[operation_id]
    said = _document(brief=brief)["paths"][operation.path][operation.method.lower()]
    schema: dict[str, Any] = said["requestBody"]["content"]["application/json"]["schema"]
    return schema


@pytest.mark.parametrize("brief", [False, True])
def test_the_document_is_valid_openapi(brief: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """What schemathesis gets is an OpenAPI 3.1 document with every operation of the contract."""
    document = _document(brief=brief)

    OpenAPIV31SpecValidator(document).validate()
    assert sum(len(item) for item in document["paths"].values()) == len(_ALL)


def test_ids_are_those_of_the_identity() -> None:
    """Members only a person knows have the identity's values, so that drawn requests get beyond them."""
    merchant = bundled().merchant

    assert _body("jsapi_create")["properties"]["mchid"] == {"type": "string", "enum": [merchant.mchid]}
    assert _body("jsapi_create")["properties"]["payer"]["properties"]["openid"]["enum"] == [merchant.openid]


def test_bounds_are_the_contracts() -> None:
    """Every other bound is taken over as the contract states it."""
    drawn, stated = _body("native_create")["properties"]["description"], _CONTRACT.operations["native_create"].body

    assert stated is not None
    assert drawn["maxLength"] == stated["properties"]["description"]["maxLength"] == 127


def test_encrypted_members_are_left_out() -> None:
    """No generator can encrypt: such members are gone, and objects that need them, but not the rest beside them."""
    assert "identity" not in _body("jsapi_create")["properties"]["payer"]["properties"]
    assert "encrypted_echo_message" not in _body("security_echo")["properties"]
    assert "echo_message" in _body("security_echo")["properties"]


def test_a_brief_document_asks_for_what_is_required() -> None:
    """For chains only required members are drawn, and of alternatives one."""
    refund = _body("refund_create", brief=True)

    assert set(refund["properties"]) == {"out_refund_no", "amount", "out_trade_no"}
    assert set(refund["properties"]["amount"]["properties"]) == {"refund", "total", "currency"}


def test_an_identity_without_a_service_provider_is_asked_nothing_of_one() -> None:
    """Operations nobody could sign are not fuzzed."""
    identity = bundled()
    alone = type(identity)(identity.name, identity.merchant, identity.platform)

    assert {operation.mode for operation in operations_for("v3", _platform(alone))} == {"direct", "both"}
    assert len(operations_for("v3", _platform(identity))) == len(_ALL)


def test_operations_that_need_a_certificate_are_left_out_where_there_is_none() -> None:
    """Over a connection that bears none they would only ever be refused."""
    asked = {shows: {each.id for each in operations_for("v2", _platform(bundled(), shows=shows))} for shows in (True, False)}

    assert asked[True] == set(load("v2").operations)
    assert {"reverse", "refund"}.isdisjoint(asked[False])
    assert "refundquery" in asked[False]


@pytest.mark.parametrize(("lacks", "family"), [("/v3/", "v3"), ("/pay/", "v2")])
def test_a_family_that_is_not_spoken_is_not_drawn(lacks: str, family: str) -> None:
    """Of a platform that lacks a family, no operation of it is fuzzed."""

    class Partial(DirectTransport):
        def send(self, wire: Wire) -> Reply:
            return Reply(404, (), b"") if wire.target.startswith(lacks) else super().send(wire)

    transport = Partial(ReferencePlatform())
    platform = Platform("partial", bundled(), transport, clock=lambda: NOON, offers=Offers(lambda: transport))

    assert operations_for(family, platform) == ()
    assert operations_for({"v2": "v3", "v3": "v2"}[family], platform)


def test_a_message_of_apiv2_is_drawn_as_texts_without_its_sign() -> None:
    """All members are texts, the merchant's ids are known ones, and what signing adds is not drawn."""
    schema = document_for([load("v2").operations["micropay"]], known_values(bundled(), NOON))["paths"]["/pay/micropay"]["post"]
    body = schema["requestBody"]["content"]["application/json"]["schema"]

    assert {member.get("type") for member in body["properties"].values()} == {"string"}
    assert body["properties"]["mch_id"]["enum"] == [bundled().merchant.mchid]
    assert not {"sign", "sub_mch_id"} & body["properties"].keys()
    assert "sign" not in body["required"]


@pytest.mark.parametrize(
    ("operation", "number"),
    [("jsapi_create", "out_trade_no"), ("codepay_create", "out_trade_no"), ("refund_create", "out_refund_no"), ("order_close", None)],
)
def test_what_an_operation_creates(operation: str, number: str | None) -> None:
    """The machines say which operations create, and the caller's name for it."""
    assert creates(_CONTRACT.operations[operation]) == number


def test_an_order_leads_to_its_query_its_closing_and_its_refund() -> None:
    """What was placed can be queried, closed and refunded, by the number the caller chose; by code it can be reversed."""
    links = links_of(_CONTRACT.operations["jsapi_create"], _ALL)
    by_code = links_of(_CONTRACT.operations["codepay_create"], _ALL)

    assert {link["operationId"] for link in links.values()} == {"order_query", "order_close", "refund_create"}
    assert links["jsapi_create to order_query"]["parameters"] == {"out_trade_no": "$request.body#/out_trade_no"}
    assert links["jsapi_create to refund_create"]["requestBody"]["amount"]["total"] == "$request.body#/amount/total"
    assert "order_reverse" in {link["operationId"] for link in by_code.values()}


def test_numbers_of_the_platform_are_taken_from_its_answers() -> None:
    """A transaction_id and a refund_id come from an answer's body."""
    query = links_of(_CONTRACT.operations["order_query"], _ALL)["order_query to order_query_by_id"]
    refund = links_of(_CONTRACT.operations["refund_create"], _ALL)["refund_create to refund_apply_abnormal"]

    assert query["parameters"] == {"transaction_id": "$response.body#/transaction_id"}
    assert refund["parameters"] == {"refund_id": "$response.body#/refund_id"}


def test_service_providers_and_merchants_are_not_mixed() -> None:
    """A service provider's order leads to its own operations, the sub-merchant named all along."""
    links = links_of(_CONTRACT.operations["partner_app_create"], _ALL)

    assert all(link["operationId"].startswith(("partner_", "refund_")) for link in links.values())
    assert links["partner_app_create to refund_create"]["requestBody"]["sub_mchid"] == "$request.body#/sub_mchid"
