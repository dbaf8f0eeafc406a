"""The Authorization header."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles import signature
from reference.oracles.authorization import NAMES, RSA, SM2, MalformedAuthorization, build, parse
from tests.oracles.known import each, public
from vectors import Vector

FIELDS = {"mchid": "1230000109", "nonce_str": "n0", "signature": "QUJD", "timestamp": "1700000000", "serial_no": "0C4A"}
HEADER = build(**FIELDS)


@each("v3_authorization_header", "parse-authorization")
def test_judges_each_vector(vector: Vector) -> None:
    """Headers of the vectors are taken or refused as published; what verifiers disagree about needs leniency."""
    assert vector.key_material is not None
    inputs = vector.inputs
    try:
        parsed = parse(inputs["header"], lenient=vector.result == "acceptable")
    except MalformedAuthorization:
        assert vector.result == "invalid"
        return
    message = signature.request_message(inputs["method"], inputs["url"], parsed.timestamp, parsed.nonce_str, inputs["body"].encode())
    holds = parsed.scheme == RSA and signature.verifies(public(vector.key_material["ref"]), message, parsed.signature)

    assert holds is (vector.result != "invalid")
    for name, value in vector.expected.get("fields", {}).items():
        assert getattr(parsed, name) == value


@each("v3_authorization_header", "build-authorization")
def test_builds_each_vector(vector: Vector) -> None:
    """Headers are laid out as the SDKs lay them out, whatever the order."""
    scheme = vector.inputs.get("scheme", RSA)

    assert build(**vector.inputs["fields"], scheme=scheme, order=vector.inputs["order"]) == vector.expected["header"]


@given(st.permutations(NAMES))
def test_order_is_free(order: list[str]) -> None:
    """The parameters may stand in any order."""
    parsed = parse(build(**FIELDS, order=order))

    assert {name: getattr(parsed, name) for name in NAMES} == FIELDS
    assert parsed.scheme == RSA


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("", "missing or empty"),
        ("WECHATPAY2-SHA256-RSA2048", "ends where a parameter was expected"),
        (HEADER.replace(RSA, "Bearer"), "scheme is 'Bearer'"),
        (HEADER.replace(RSA, RSA.lower()), "The scheme is"),
        (HEADER.replace(f"{RSA} ", f"{RSA}  "), "space where a parameter was expected"),
        (HEADER.replace(",", ", "), "space where a parameter was expected"),
        (HEADER.replace(",", ",\n"), "line break"),
        (HEADER.replace("QUJD", "QU\r\nJD"), "line break"),
        (HEADER.replace('mchid="1230000109"', "mchid=1230000109"), "double quotes"),
        (HEADER.replace('mchid="1230000109"', "mchid='1230000109'"), "double quotes"),
        (HEADER.removesuffix('"'), "no closing double quote"),
        (HEADER + ",", "ends where a parameter was expected"),
        (HEADER + ";", "expected a comma"),
        (HEADER + ',mchid="2"', "mchid is there twice"),
        (HEADER + ',brand_id="2"', "'brand_id' is unknown"),
        (HEADER.replace('mchid="1230000109",', ""), "mchid is missing"),
        (HEADER.replace("1230000109", ""), "mchid is empty"),
        (HEADER.replace("mchid=", "MCHID="), "'MCHID' is unknown"),
        (HEADER.replace("mchid=", "1="), "where a parameter was expected"),
        (HEADER.replace('",nonce_str', '"  ,nonce_str'), "expected a comma"),
    ],
)
def test_says_what_is_malformed(header: str, says: str) -> None:
    """A malformed header is refused with a sentence that names the fault."""
    with pytest.raises(MalformedAuthorization, match=says):
        parse(header)


def test_leniency_is_narrow() -> None:
    """Leniency takes another case of the scheme and spaces after commas, and nothing else."""
    assert parse(HEADER.replace(RSA, RSA.lower()).replace(",", ", "), lenient=True) == parse(HEADER)
    for wrong in (HEADER.replace(",", " ,"), HEADER.replace('"', "'"), HEADER.replace(",", ",\n"), HEADER.replace(RSA, "Basic")):
        with pytest.raises(MalformedAuthorization):
            parse(wrong, lenient=True)


def test_knows_the_sm2_scheme() -> None:
    """A header of the SM2 scheme is read as such."""
    assert parse(HEADER.replace(RSA, SM2)).scheme == SM2


@given(st.text())
def test_never_raises_anything_else(header: str) -> None:
    """Whatever the header holds, it is read or refused."""
    for whole in (header, f"{RSA} {header}", HEADER + header):
        with suppress(MalformedAuthorization):
            assert parse(whole) == parse(HEADER)


def test_build_wants_each_name_once() -> None:
    """An order that repeats or lacks a name is a programmer's mistake."""
    with pytest.raises(ValueError, match="each of"):
        build(**FIELDS, order=["mchid"])
