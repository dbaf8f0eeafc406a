"""The APIv3 signature."""

import base64
from functools import cache

import pytest
from Cryptodome.Hash import SHA256
from Cryptodome.PublicKey import RSA
from Cryptodome.Signature import pkcs1_15
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles.signature import request_message, response_message, sign, verifies
from tests.oracles.known import each, private, public, request_of
from vectors import Vector

KEY = "gen-merchant"


def test_last_line_ends_in_lf() -> None:
    """The message of a GET, whose body is empty, still ends in an empty line."""
    message = request_message("GET", "/v3/certificates", "1554208460", "593BEC0C930BF1AFEB40B4A08C8FB242", b"")

    assert message.endswith(b"593BEC0C930BF1AFEB40B4A08C8FB242\n\n")


@each("v3_request_sign", "sign", "message")
def test_builds_the_message_of_each_vector(vector: Vector) -> None:
    """The message of every published request is built byte for byte."""
    assert request_of(vector) == vector.expected["message"].encode()


@each("v3_request_sign", "sign", "sign-raw")
def test_signs_each_vector(vector: Vector) -> None:
    """Every published signature is reproduced byte for byte."""
    message = vector.inputs.get("message") or vector.expected["message"]
    assert vector.key_material is not None

    assert sign(private(vector.key_material["ref"]), message.encode()) == vector.expected["signature"]


@each("v3_request_sign", "verify-request")
def test_verifies_only_the_right_message(vector: Vector) -> None:
    """A signature over a wrongly built message does not verify."""
    assert vector.key_material is not None

    assert verifies(public(vector.key_material["ref"]), request_of(vector), vector.inputs["signature"]) is (vector.result == "valid")


@each("v3_response_verify", "verify-raw")
def test_verifies_raw_vectors(vector: Vector) -> None:
    """Signatures of bare texts are judged as the SDKs judge them."""
    assert vector.key_material is not None
    key = public(vector.key_material["trusted"][vector.inputs["serial"]])

    assert verifies(key, vector.inputs["message"].encode(), vector.inputs["signature"]) is vector.expected["verified"]


def test_response_message_has_three_lines() -> None:
    """The message of an answer without body is timestamp, nonce and an empty line."""
    assert response_message("1554209980", "c5ac7061", b"") == b"1554209980\nc5ac7061\n\n"


@given(st.binary(max_size=200))
def test_a_second_implementation_agrees(body: bytes) -> None:
    """What we sign verifies elsewhere, and what is signed elsewhere verifies here."""
    message = response_message("1700000000", "nonce", body)
    other = pkcs1_15.new(_other_key())

    other.verify(SHA256.new(message), base64.b64decode(sign(private(KEY), message)))
    assert verifies(public(KEY), message, base64.b64encode(other.sign(SHA256.new(message))).decode())


@cache
def _other_key() -> RSA.RsaKey:
    return RSA.import_key(private(KEY).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@given(st.text())
def test_never_raises_on_a_hostile_signature(signature: str) -> None:
    """Whatever stands where the signature should be, it does not verify and nothing is raised."""
    assert verifies(public(KEY), b"message", signature) is False


@given(st.integers(min_value=0, max_value=255), st.integers(min_value=1, max_value=255))
def test_any_changed_byte_breaks_it(position: int, change: int) -> None:
    """A signature with one byte changed does not verify."""
    octets = bytearray(base64.b64decode(sign(private(KEY), b"message")))
    octets[position] ^= change

    assert not verifies(public(KEY), b"message", base64.b64encode(octets).decode())


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda made: made.rstrip("="), id="unpadded"),
        pytest.param(lambda made: made[:76] + "\n" + made[76:], id="line-break"),
        pytest.param(lambda made: made + "\n", id="trailing-newline"),
        pytest.param(lambda made: " " + made, id="leading-space"),
        pytest.param(lambda made: base64.b64decode(made).hex(), id="hexadecimal"),
        pytest.param(lambda made: base64.urlsafe_b64encode(base64.b64decode(made)).decode(), id="url-safe"),
        pytest.param(lambda made: made[:-3] + chr(ord(made[-3]) + 1) + "==", id="stray-bits"),
    ],
)
def test_takes_only_strict_base64(spoil: object) -> None:
    """The right signature in any other writing than standard base64 does not verify."""
    made = sign(private(KEY), b"five")  # has + and /, and a last character that can take a stray bit
    assert {"+", "/"} <= set(made)
    assert callable(spoil)

    assert verifies(public(KEY), b"five", made)
    assert not verifies(public(KEY), b"five", spoil(made))


def test_another_key_does_not_verify() -> None:
    """A signature holds only for the key pair that made it."""
    assert not verifies(public("gen-platform"), b"message", sign(private(KEY), b"message"))


def test_a_lone_surrogate_is_no_crash() -> None:
    """Text that has no UTF-8 still gives a message, so that a verdict can be reached."""
    assert request_message("GET", "/\ud800", "1", "n", b"") != request_message("GET", "/?", "1", "n", b"")
