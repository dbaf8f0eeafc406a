"""SM3 and SM4, the Chinese national hash and cipher WeChat Pay offers beside SHA-256 and AES.

Source: GB/T 32905 (SM3), GB/T 32907 (SM4), RFC 8998 (SM4-GCM); APIv3 with AEAD_SM4_GCM. SM2 has a module of its own.
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from reference.oracles import b64
from reference.oracles.aead import DecryptionError

__all__ = ["ALGORITHM", "DecryptionError", "sm3", "sm4_ecb_encrypt", "sm4_gcm_decrypt", "sm4_gcm_open", "sm4_key"]

ALGORITHM: Final = "AEAD_SM4_GCM"

_TAG_LENGTH: Final = 16


def sm3(data: bytes) -> bytes:
    """Return the SM3 digest of *data*, 32 bytes."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def sm4_key(apiv3_key: bytes) -> bytes:
    """Return the SM4 key that belongs to an APIv3 key: the first 16 bytes of its SM3 digest."""
    return sm3(apiv3_key)[:16]


def sm4_ecb_encrypt(key: bytes, blocks: bytes) -> bytes:
    """Return *blocks*, whole blocks of 16 bytes without padding, under SM4-ECB."""
    cipher = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()  # noqa: S305  # a block cipher is known by its blocks
    return cipher.update(blocks) + cipher.finalize()


def sm4_gcm_decrypt(apiv3_key: bytes, nonce: str, associated_data: str | None, ciphertext: str) -> bytes:
    """Return what was encrypted as AEAD_SM4_GCM for the owner of *apiv3_key*.

    *ciphertext* is the base64 of ciphertext and 16-byte tag; *nonce* has 12 bytes; *associated_data* may be empty or
    absent, which is the same. Raises DecryptionError.
    """
    try:
        data = b64.decode(ciphertext)
    except b64.NotBase64Error as error:
        raise DecryptionError(f"The ciphertext is {error}.") from None
    body, tag = data[:-_TAG_LENGTH], data[-_TAG_LENGTH:]
    return sm4_gcm_open(sm4_key(apiv3_key), nonce.encode(), (associated_data or "").encode(), body, tag)


def sm4_gcm_open(key: bytes, nonce: bytes, associated_data: bytes, ciphertext: bytes, tag: bytes) -> bytes:
    """Return the plaintext of SM4-GCM: *key* and *tag* have 16 bytes, *nonce* has 12. Raises DecryptionError."""
    for name, value, length in (("key", key, 16), ("nonce", nonce, 12), ("tag", tag, _TAG_LENGTH)):
        if len(value) != length:
            raise DecryptionError(f"The {name} has {len(value)} bytes; expected {length}.")
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    cipher.authenticate_additional_data(associated_data)
    try:
        return cipher.update(ciphertext) + cipher.finalize()
    except InvalidTag:
        raise DecryptionError("The tag does not fit: key, nonce, associated_data or ciphertext is not what was encrypted.") from None
