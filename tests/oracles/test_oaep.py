"""Sensitive fields."""

import base64
from functools import cache

import pytest
from Cryptodome.Cipher import PKCS1_OAEP
from Cryptodome.PublicKey import RSA
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles.oaep import DecryptionError, PlaintextTooLongError, decrypt, decrypt_bytes, encrypt, limit
from tests.oracles.known import each, private, public
from vectors import Vector

KEY = "gen-platform"


@each("v3_rsa_oaep", "decrypt")
def test_judges_each_vector(vector: Vector) -> None:
    """Ciphertexts of the vectors are opened or refused as published."""
    assert vector.key_material is not None
    key = private(vector.key_material["ref"])
    if vector.result == "valid":
        assert decrypt(key, vector.inputs["ciphertext_b64"]) == vector.expected["plaintext"]
        return
    with pytest.raises(DecryptionError):
        decrypt(key, vector.inputs["ciphertext_b64"])


@each("v3_rsa_oaep", "encrypt")
def test_refuses_to_encrypt_too_much(vector: Vector) -> None:
    """A plaintext beyond one block is refused."""
    assert vector.key_material is not None

    with pytest.raises(PlaintextTooLongError):
        encrypt(public(vector.key_material["ref"]), vector.inputs["plaintext"])


def test_limit_counts_bytes() -> None:
    """A 2048-bit key takes 214 bytes of UTF-8, so 71 Chinese characters and one byte."""
    assert limit(public(KEY)) == 214
    assert decrypt(private(KEY), encrypt(public(KEY), "张" * 71 + "x")) == "张" * 71 + "x"
    with pytest.raises(PlaintextTooLongError, match="216 bytes"):
        encrypt(public(KEY), "张" * 72)


def test_two_encryptions_differ() -> None:
    """The same field encrypts differently each time."""
    assert encrypt(public(KEY), "张三") != encrypt(public(KEY), "张三")


@given(st.text(max_size=50))
def test_a_second_implementation_agrees(plaintext: str) -> None:
    """What we encrypt opens elsewhere, and what is encrypted elsewhere opens here."""
    other = PKCS1_OAEP.new(_other_key())

    assert other.decrypt(base64.b64decode(encrypt(public(KEY), plaintext))) == plaintext.encode()
    assert decrypt(private(KEY), base64.b64encode(other.encrypt(plaintext.encode())).decode()) == plaintext


@cache
def _other_key() -> RSA.RsaKey:
    return RSA.import_key(private(KEY).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@given(st.text())
def test_a_hostile_ciphertext_is_a_decryption_error(ciphertext: str) -> None:
    """Whatever stands where the ciphertext should be, the error is the typed one."""
    with pytest.raises(DecryptionError):
        decrypt(private(KEY), ciphertext)


def test_a_field_that_is_not_text_is_a_decryption_error() -> None:
    """A plaintext that is not UTF-8 is an error as text, and available as bytes."""
    ciphertext = encrypt(public(KEY), b"\xff")

    assert decrypt_bytes(private(KEY), ciphertext) == b"\xff"
    with pytest.raises(DecryptionError, match="not UTF-8"):
        decrypt(private(KEY), ciphertext)
