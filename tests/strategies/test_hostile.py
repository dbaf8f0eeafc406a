"""Hostile input and pairs of faults."""

import json
from typing import Any

import pytest
from hypothesis import given

from conformance.targets.answer import Answer
from reference.contract import load
from strategies.cases import Fault, Signing
from strategies.faults import hostile
from strategies.faults.body import Escaped
from strategies.faults.several import Both
from strategies.faults.time import Skew
from strategies.orders import lean
from tests.strategies.sending import fresh_platform, placed, valid_call

_BODIES = (*hostile.UNREADABLE, *hostile.ODD_BODIES)
_EVERYTHING = (*_BODIES, *hostile.BODIES_ON_GET, *hostile.ODD_QUERIES, *hostile.ODD_NUMBERS, *hostile.ODD_HEADERS)
_WITH_A_BODY = [operation.id for operation in load("v3").operations.values() if operation.body is not None]


def test_every_oddity_has_a_name_of_its_own() -> None:
    """No two oddities are called the same, so a report and a replay tell them apart."""
    names = [fault.name for fault in _EVERYTHING]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("fault", hostile.UNREADABLE, ids=repr)
def test_unreadable_bodies_are_no_objects(fault: Fault) -> None:
    """What every platform must refuse is no JSON object with members, by the strictest and by the usual reading."""
    body = fault.in_call(placed(lean("jsapi"))).body

    assert _read(body) in (None, {})


@pytest.mark.parametrize("operation_id", _WITH_A_BODY)
def test_the_reference_survives_every_body(operation_id: str) -> None:
    """No odd body makes the reference platform fail, whatever operation it is sent to."""
    platform = fresh_platform()
    platform.observing = False

    for fault in _BODIES:
        assert platform.send(valid_call(operation_id), broken_by=fault).status < 500, fault


@given(fault=hostile.mutations())
def test_mutations_are_correctly_signed(fault: Fault) -> None:
    """A body is signed as it is sent, whatever stands in it."""
    platform = fresh_platform()
    platform.observing = False

    answer = platform.send(placed(lean("native")), broken_by=fault)

    assert answer.exchange.wire.body == answer.exchange.signing.body
    assert answer.status != 401


def test_odd_queries_are_signed_as_they_are_sent() -> None:
    """What a query goes on with is part of the signed URL."""
    platform = fresh_platform()

    for fault in hostile.ODD_QUERIES:
        answer = platform.send(valid_call("certificates_list"), broken_by=fault)
        assert isinstance(answer.exchange.signing, Signing)
        assert answer.exchange.wire.target == answer.exchange.signing.target, fault
        assert answer.status != 401, fault


def test_both_faults_are_in_the_request() -> None:
    """Of two faults each does its part, in the call and in its signing."""
    answer = _sent(Both(Escaped(), Skew(3600)))

    assert b"\\u8336" in answer.exchange.wire.body
    assert isinstance(answer.exchange.signing, Signing)
    assert int(answer.exchange.signing.timestamp) == answer.exchange.at + 3600


def _sent(fault: Fault) -> Answer:
    platform = fresh_platform()
    return platform.send(placed(lean("jsapi")), broken_by=fault)


def _read(body: bytes) -> Any:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
