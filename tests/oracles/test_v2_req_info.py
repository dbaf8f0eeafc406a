"""The encrypted part of APIv2 refund notifications."""

import base64
import hashlib

import pytest
from Cryptodome.Cipher import AES
from Cryptodome.Util.Padding import pad, unpad
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles import v2
from reference.oracles.v2 import ReqInfoError
from vectors import BUNDLED, Vector, load_file

KEY = "ConformanceV2KeyForTests00000001"


_SEALED = [vector for vector in load_file(BUNDLED / "v2_refund_notify.json").vectors if vector.result == "valid"]


@pytest.mark.parametrize("vector", _SEALED, ids=lambda vector: vector.id)
def test_seals_what_the_vectors_hold(vector: Vector) -> None:
    """What a valid vector opens to is sealed to the very text of the vector."""
    plaintext = vector.expected["plaintext"].encode()

    if vector.scheme == "v2-req_info":
        assert v2.encrypt_req_info(plaintext, KEY) == vector.inputs["req_info"]
    else:
        material = vector.key_material or {}
        assert v2.encrypt_ecb(plaintext, material["aes_key_ascii"].encode()) == vector.inputs["ciphertext_b64"]


@given(plaintext=st.binary(max_size=80))
def test_another_implementation_opens_what_is_sealed(plaintext: bytes) -> None:
    """req_info opens with another library under the lower-case hex MD5 of the key, and has at least one byte of padding."""
    aes_key = hashlib.md5(KEY.encode(), usedforsecurity=False).hexdigest().encode()

    sealed = base64.b64decode(v2.encrypt_req_info(plaintext, KEY), validate=True)

    assert unpad(AES.new(aes_key, AES.MODE_ECB).decrypt(sealed), 16) == plaintext
    assert len(sealed) > len(plaintext)


@given(text=st.text(st.characters(codec="utf-8"), max_size=80))
def test_opens_what_another_implementation_seals(text: str) -> None:
    """req_info sealed by another library under the lower-case hex MD5 of the key comes back byte for byte."""
    aes_key = hashlib.md5(KEY.encode(), usedforsecurity=False).hexdigest().encode()
    sealed = AES.new(aes_key, AES.MODE_ECB).encrypt(pad(text.encode(), 16))

    assert v2.decrypt_req_info(base64.b64encode(sealed).decode(), KEY) == text.encode()


@pytest.mark.parametrize(
    ("req_info", "reason"),
    [
        ("", "has 0 bytes; expected whole blocks of 16"),
        ("%%%", "not standard base64"),
        ("AAAA", "has 3 bytes; expected whole blocks of 16"),
        (base64.b64encode(bytes(16)).decode(), "The padding is wrong"),
        (base64.b64encode(bytes(33)).decode(), "has 33 bytes"),
    ],
)
def test_refuses_what_cannot_be_opened(req_info: str, reason: str) -> None:
    """Nothing, no base64, broken blocks and foreign blocks are refused, and the reason is told."""
    with pytest.raises(ReqInfoError, match=reason):
        v2.decrypt_req_info(req_info, KEY)


def test_a_wrong_key_never_opens_req_info() -> None:
    """Among a thousand wrong keys some leave valid padding; none of them yields a plaintext."""
    aes_key = hashlib.md5(KEY.encode(), usedforsecurity=False).hexdigest().encode()
    sealed = base64.b64encode(AES.new(aes_key, AES.MODE_ECB).encrypt(pad(b"<root><refund_fee>1</refund_fee></root>" * 4, 16))).decode()

    for number in range(1000):
        with pytest.raises(ReqInfoError):
            v2.decrypt_req_info(sealed, f"{number:032}")


def test_an_aes_key_has_32_bytes() -> None:
    """AES-256 takes no other key."""
    with pytest.raises(ReqInfoError, match="16 bytes; expected 32"):
        v2.decrypt_ecb(base64.b64encode(bytes(16)).decode(), bytes(16))
    with pytest.raises(ReqInfoError, match="33 bytes; expected 32"):
        v2.encrypt_ecb(b"", bytes(33))
