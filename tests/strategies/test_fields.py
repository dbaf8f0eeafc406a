"""Single-field faults and their valid twins."""

import pytest

from reference.contract import bounds, load
from strategies.faults.fields import edges_of, faults_of
from tests.strategies.sending import documented_problems, valid_call

OPERATIONS = load("v3").operations


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_fault_breaks_exactly_the_bound_it_names(operation_id: str) -> None:
    """Put into a valid call, a fault makes one documented problem, of its own bound, and no other."""
    for fault in faults_of(operation_id):
        found = documented_problems(fault.in_call(valid_call(operation_id)))

        assert len(found) == 1, (fault, found)
        assert fault.bound.is_broken_by(found[0]), (fault, found)


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_edge_is_valid(operation_id: str) -> None:
    """Put into a valid call, a value at an edge leaves it valid."""
    for edge in edges_of(operation_id):
        assert not documented_problems(edge.in_call(valid_call(operation_id))), edge


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_bound_beyond_doubt_has_a_fault(operation_id: str) -> None:
    """Every bound a document states is broken by some fault, unless the documents disagree about it or another bound implies it."""
    covered = {(fault.bound.where, fault.bound.pointer) for fault in faults_of(operation_id)}

    for bound in bounds(OPERATIONS[operation_id]):
        if bound.documented and bound.in_doubt is None:
            assert (bound.where, bound.pointer) in covered, bound


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_names_are_unique(operation_id: str) -> None:
    """A fault can be named in a report: no two of an operation share a name."""
    names = [value.name for value in faults_of(operation_id)]

    assert len(names) == len(set(names))


def test_names_say_place_keyword_and_value() -> None:
    """Names are stable and read like the bound they break."""
    names = {fault.name for fault in faults_of("partner_jsapi_create")}

    assert {
        "amount.total:minimum=0",
        'amount.total:type="1"',
        "amount.total:required=null",
        "description:maxLength=128×x",
        "out_trade_no:pattern=space",
        "detail.goods_detail[].quantity:required=absent",
        "payer:anyOf=neither",
        "body:additionalProperties=total_fee",
    } <= names


def test_a_fault_can_stand_in_the_second_item() -> None:
    """A list's second item can be at fault alone: whoever looks at the first only is found out."""
    for fault in faults_of("h5_create", "detail.goods_detail[].quantity", "limit_pay[]"):
        body = fault.in_second_item().in_call(valid_call("h5_create")).body
        (found,) = documented_problems(fault.in_second_item().in_call(valid_call("h5_create")))

        assert 1 in found.pointer
        assert fault.bound.is_broken_by(found)
        assert len(body.get("limit_pay", ())) == 2 or len(body["detail"]["goods_detail"]) == 2
        assert fault.in_second_item().name == f"{fault.name} in the second item"


def test_fields_and_keywords_choose() -> None:
    """Faults are chosen by place and by keyword."""
    chosen = faults_of("refund_create", "reason", "amount.refund", keywords={"maxLength", "minimum"})

    assert {(fault.field, fault.bound.keyword) for fault in chosen} == {("reason", "maxLength"), ("amount.refund", "minimum")}


def test_an_unknown_field_is_a_mistake() -> None:
    """A misspelt field raises and suggests the right one, where an empty list would judge nothing and pass."""
    with pytest.raises(LookupError, match=r"no field 'ammount\.total'\. Did you mean amount\.total"):
        faults_of("jsapi_create", "ammount.total")
    with pytest.raises(LookupError, match=r"no operation 'jsapi'"):
        edges_of("jsapi")


def test_the_valid_call_is_not_changed() -> None:
    """A fault works on a copy: the twin sent afterwards is as valid as before."""
    call = valid_call("jsapi_create")
    before = repr(call.body)

    for fault in faults_of("jsapi_create"):
        fault.in_call(call)

    assert repr(call.body) == before


def test_parameters_of_a_query_have_faults() -> None:
    """A bill's query parameters are broken like a body's members."""
    faults = {fault.name: fault for fault in faults_of("tradebill_apply")}
    call = valid_call("tradebill_apply")

    assert faults["bill_date:required=absent"].in_call(call).query == {}
    assert faults['bill_date:format="20260101"'].in_call(call).query == {"bill_date": "20260101"}


def test_doubtful_presence_has_no_fault() -> None:
    """Where one source leaves a member optional, leaving it out is no fault."""
    assert not faults_of("app_create", "scene_info.payer_client_ip", keywords={"required"})
    assert faults_of("h5_create", "scene_info.payer_client_ip", keywords={"required"})
