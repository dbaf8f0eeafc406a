"""SM3 and SM4, held against gmssl."""

import base64

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from gmssl import sm3 as gmssl_sm3
from gmssl import sm4 as gmssl_sm4
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.oracles import sm

KEY = b"ConformanceV3KeyForTests00000001"


@settings(max_examples=30, deadline=None)
@given(data=st.binary(max_size=200))
def test_sm3_like_gmssl(data: bytes) -> None:
    """SM3 gives the digest gmssl gives."""
    assert sm.sm3(data).hex() == gmssl_sm3.sm3_hash(list(data))


@settings(max_examples=30, deadline=None)
@given(key=st.binary(min_size=16, max_size=16), block=st.binary(min_size=16, max_size=16))
def test_sm4_like_gmssl(key: bytes, block: bytes) -> None:
    """SM4-ECB gives the blocks gmssl gives."""
    other = gmssl_sm4.CryptSM4()
    other.set_key(key, gmssl_sm4.SM4_ENCRYPT)

    assert sm.sm4_ecb_encrypt(key, block * 2) == bytes(other.one_round(other.sk, list(block))) * 2


def _seal(plaintext: bytes, associated_data: bytes) -> str:
    cipher = Cipher(algorithms.SM4(sm.sm4_key(KEY)), modes.GCM(b"fdasflkja484")).encryptor()
    cipher.authenticate_additional_data(associated_data)
    return base64.b64encode(cipher.update(plaintext) + cipher.finalize() + cipher.tag).decode()


@given(plaintext=st.binary(max_size=60), associated_data=st.text(st.characters(codec="utf-8"), max_size=12))
def test_opens_what_was_sealed(plaintext: bytes, associated_data: str) -> None:
    """Plaintexts come back, and not under another key, nonce or associated data."""
    sealed = _seal(plaintext, associated_data.encode())

    assert sm.sm4_gcm_decrypt(KEY, "fdasflkja484", associated_data, sealed) == plaintext
    for key, nonce, added in ((KEY[::-1], "fdasflkja484", ""), (KEY, "fdasflkja485", ""), (KEY, "fdasflkja484", "x")):
        with pytest.raises(sm.DecryptionError):
            sm.sm4_gcm_decrypt(key, nonce, associated_data + added, sealed)


def test_no_associated_data_counts_as_empty() -> None:
    """Absent and empty associated data are the same."""
    assert sm.sm4_gcm_decrypt(KEY, "fdasflkja484", None, _seal(b"{}", b"")) == b"{}"


@pytest.mark.parametrize(
    ("nonce", "ciphertext", "reason"),
    [
        ("fdasflkja48", base64.b64encode(bytes(20)).decode(), "nonce has 11 bytes"),
        ("fdasflkja484", base64.b64encode(bytes(15)).decode(), "tag has 15 bytes"),
        ("fdasflkja484", "%%%", "not standard base64"),
    ],
)
def test_tells_what_is_wrong(nonce: str, ciphertext: str, reason: str) -> None:
    """A nonce or a ciphertext that cannot be right is refused with the reason."""
    with pytest.raises(sm.DecryptionError, match=reason):
        sm.sm4_gcm_decrypt(KEY, nonce, "", ciphertext)
