"""Single-member faults of APIv2 and their valid twins."""

import pytest

from reference.contract import load, problems
from strategies.orders import lean
from strategies.v2.cases import CallV2
from strategies.v2.fields import edges_of, faults_of
from tests.targets.v2_answering import Answering, target

_CALLS = {"unifiedorder": "jsapi", "micropay": "codepay"}
EACH = pytest.mark.parametrize("operation_id", _CALLS)


def _valid(operation_id: str) -> CallV2:
    order = lean("jsapi" if operation_id == "unifiedorder" else "codepay", attach="route=1")
    ids = {"appid": "wxd678efh567hg6787", "mch_id": "1230000109", "nonce_str": "n", "sign": "A" * 32, "product_id": "P1"}
    return target(Answering()).v2.calls.place(order).but(**ids)


def _problems(call: CallV2) -> list[object]:
    given = {name: value for name, value in call.members.items() if value}
    found = problems(load("v2").operations[call.operation].body or {}, given)
    return [problem for problem in found if problem.documented]


@EACH
def test_every_fault_breaks_exactly_the_bound_it_names(operation_id: str) -> None:
    """Put into a valid call, a fault makes one documented problem, of its own bound, and no other."""
    assert not _problems(_valid(operation_id))
    for fault in faults_of(operation_id):
        found = _problems(fault.in_call(_valid(operation_id)))

        assert len(found) == 1, (fault, found)
        assert fault.bound.is_broken_by(found[0]), (fault, found)  # type: ignore[arg-type]  # a Problem


@EACH
def test_every_edge_is_valid(operation_id: str) -> None:
    """Put into a valid call, a value at an edge leaves it valid."""
    for edge in edges_of(operation_id):
        assert not _problems(edge.in_call(_valid(operation_id))), edge


@EACH
def test_names_are_unique_and_say_what_is_wrong(operation_id: str) -> None:
    """A fault can be named in a report by its member, the bound and the value."""
    names = [value.name for value in faults_of(operation_id)]

    assert len(names) == len(set(names))
    assert {"body:maxLength=129×x", "attach:maxLength=129×茶", "out_trade_no:pattern=space", "time_expire:format=tomorrow"} <= {*names} | {
        name.replace('"', "") for name in names
    }


def test_what_lies_between_the_readings_is_no_fault() -> None:
    """A number with "|", "*" or "@" in it and a text of 128 characters are neither faults nor edges."""
    names = ("out_trade_no", "body", "attach")
    every = [*faults_of("unifiedorder", *names), *edges_of("unifiedorder", *names)]
    values = [value.in_call(_valid("unifiedorder")).members[value.member] or "" for value in every]

    assert not any(len(text) == 128 for text in values)
    assert not any(piece in text for text in values for piece in "|*@")


def test_an_unknown_member_is_said() -> None:
    """Asking for a member without documented bounds names those that have some."""
    with pytest.raises(LookupError, match="boddy"):
        faults_of("unifiedorder", "boddy")


def test_amounts_are_whole_and_positive() -> None:
    """What is no whole number, and nothing at all, are faults of an amount; of an offset they are not."""
    names = {fault.name for fault in faults_of("profitsharingreturn", "return_amount")}

    assert {'return_amount:pattern="-1"', 'return_amount:pattern="1.5"', 'return_amount:x-minimum="0"'} <= names
    assert not [fault for fault in faults_of("refundquery") if fault.member == "offset"]
