"""AEAD_AES_256_GCM."""

import base64

import pytest
from Cryptodome.Cipher import AES
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles import aead
from reference.oracles.aead import Apiv3KeyError, DecryptionError, decrypt, encrypt
from tests.oracles.known import each, secret
from vectors import Vector

KEY = b"ConformanceV3KeyForTests00000001"
NONCE = "fdasflkja484"


def _key(vector: Vector) -> bytes:
    material = vector.key_material
    assert material is not None
    return secret(material["ref"]) if "ref" in material else str(material["apiv3_key"]).encode()


@each("v3_aead_aes_256_gcm", "decrypt")
def test_judges_each_vector(vector: Vector) -> None:
    """Ciphertexts of the vectors are opened or refused as published; odd key and nonce lengths only leniently."""
    arguments = (_key(vector), vector.inputs["nonce"], vector.inputs["associated_data"], vector.inputs["ciphertext"])
    if vector.result == "valid":
        assert decrypt(*arguments) == vector.expected["plaintext"].encode()
        return
    with pytest.raises((DecryptionError, Apiv3KeyError)):
        decrypt(*arguments)
    if vector.result == "acceptable":
        assert decrypt(*arguments, lenient=True) == vector.expected["plaintext"].encode()


@each("v3_aead_aes_256_gcm", "decrypt-hex")
def test_opens_the_vectors_of_the_standard(vector: Vector) -> None:
    """The known answers of the GCM specification hold, with bytes for nonce and associated data."""
    assert vector.key_material is not None
    inputs = {name: bytes.fromhex(vector.inputs[name]) for name in ("iv_hex", "aad_hex", "ct_hex", "tag_hex")}
    key, plaintext = bytes.fromhex(vector.key_material["key_hex"]), bytes.fromhex(vector.expected["msg_hex"])
    ciphertext = base64.b64encode(inputs["ct_hex"] + inputs["tag_hex"]).decode()

    assert decrypt(key, inputs["iv_hex"], inputs["aad_hex"], ciphertext) == plaintext
    assert encrypt(key, inputs["iv_hex"], inputs["aad_hex"], plaintext) == ciphertext


@given(st.binary(max_size=500), st.none() | st.text(max_size=15))
def test_a_second_implementation_agrees(plaintext: bytes, associated_data: str | None) -> None:
    """What we encrypt is the same another library makes, and opens to what was put in."""
    other = AES.new(KEY, AES.MODE_GCM, nonce=NONCE.encode())
    other.update((associated_data or "").encode())
    made, tag = other.encrypt_and_digest(plaintext)

    ciphertext = encrypt(KEY, NONCE, associated_data, plaintext)

    assert base64.b64decode(ciphertext) == made + tag
    assert decrypt(KEY, NONCE, associated_data, ciphertext) == plaintext


def test_absent_and_empty_associated_data_are_the_same() -> None:
    """Associated data that is absent, null or empty gives one ciphertext."""
    assert encrypt(KEY, NONCE, None, b"{}") == encrypt(KEY, NONCE, "", b"{}")


@given(st.data())
def test_any_changed_bit_releases_nothing(data: st.DataObject) -> None:
    """One bit changed anywhere in the ciphertext or its tag, and nothing is released."""
    octets = bytearray(base64.b64decode(encrypt(KEY, NONCE, "refund", b'{"refund_status":"SUCCESS"}')))
    bit = data.draw(st.integers(0, len(octets) * 8 - 1))
    octets[bit // 8] ^= 1 << bit % 8

    with pytest.raises(DecryptionError):
        decrypt(KEY, NONCE, "refund", base64.b64encode(octets).decode())


@given(st.text())
def test_a_hostile_ciphertext_is_a_decryption_error(ciphertext: str) -> None:
    """Whatever stands where the ciphertext should be, the error is the typed one."""
    with pytest.raises(DecryptionError):
        decrypt(KEY, NONCE, "transaction", ciphertext)


@pytest.mark.parametrize("length", [0, 16, 24, 31, 33])
def test_a_key_of_another_length_is_refused_with_its_length(length: int) -> None:
    """A key that is not 32 bytes long is refused before anything else, and the message tells its length."""
    with pytest.raises(Apiv3KeyError, match=rf"has {length} bytes"):
        decrypt(b"k" * length, NONCE, None, "")
    with pytest.raises(Apiv3KeyError, match="32"):
        encrypt(b"k" * length, NONCE, None, b"")


@pytest.mark.parametrize("nonce", ["", "elevenbytes", "0123456789abcdef", "十二字节吗"])
def test_a_nonce_of_another_length_is_refused(nonce: str) -> None:
    """A nonce has 12 bytes."""
    with pytest.raises(DecryptionError, match="expected 12"):
        decrypt(KEY, nonce, None, encrypt(KEY, NONCE, None, b""))
    with pytest.raises(ValueError, match="expected 12"):
        encrypt(KEY, nonce, None, b"")


def test_names_its_algorithm() -> None:
    """The name is the one notifications carry."""
    assert aead.ALGORITHM == "AEAD_AES_256_GCM"
