"""AEAD_AES_256_GCM: how notifications and platform certificates are encrypted with the APIv3 key."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from reference.oracles import b64

__all__ = ["ALGORITHM", "Apiv3KeyError", "DecryptionError", "decrypt", "encrypt"]

ALGORITHM = "AEAD_AES_256_GCM"

_TAG_LENGTH = 16


class Apiv3KeyError(ValueError):
    """An APIv3 key does not have 32 bytes; the message tells how many it has."""


class DecryptionError(ValueError):
    """A ciphertext is not what the owner of the key encrypted; nothing of the plaintext is known."""


def encrypt(key: bytes, nonce: str | bytes, associated_data: str | bytes | None, plaintext: bytes, *, lenient: bool = False) -> str:
    """Return the base64 of ciphertext and 16-byte tag.

    *key* is the APIv3 key, 32 bytes; *nonce* has 12 bytes; *associated_data* may be empty or absent, which is the same.
    *lenient* also takes what some SDKs use: a key or a nonce of 16 bytes. Raises Apiv3KeyError, or ValueError for the nonce.
    Source: APIv3 guide, "Decrypt certificates and notifications".
    """
    cipher = _cipher(key, lenient=lenient)
    octets = _bytes(nonce)
    if not _is_nonce(octets, lenient=lenient):
        raise ValueError(f"The nonce has {len(octets)} bytes; expected 12.")
    return b64.encode(cipher.encrypt(octets, plaintext, _bytes(associated_data)))


def decrypt(key: bytes, nonce: str | bytes, associated_data: str | bytes | None, ciphertext: str, *, lenient: bool = False) -> bytes:
    """Return the plaintext of *ciphertext*, the base64 of ciphertext and tag; the other arguments are as in `encrypt`.

    Raises Apiv3KeyError, and DecryptionError for anything else that is not as the sender encrypted it.
    """
    cipher = _cipher(key, lenient=lenient)
    octets = _bytes(nonce)
    if not _is_nonce(octets, lenient=lenient):
        raise DecryptionError(f"The nonce has {len(octets)} bytes; expected 12.")
    try:
        data = b64.decode(ciphertext)
    except b64.NotBase64Error as error:
        raise DecryptionError(f"The ciphertext is {error}.") from None
    if len(data) < _TAG_LENGTH:
        raise DecryptionError(f"The ciphertext has {len(data)} bytes; expected at least the tag of {_TAG_LENGTH}.")
    try:
        return cipher.decrypt(octets, data, _bytes(associated_data))
    except InvalidTag:
        raise DecryptionError("The tag does not fit: key, nonce, associated_data or ciphertext is not what was encrypted.") from None


def _cipher(key: bytes, *, lenient: bool) -> AESGCM:
    if len(key) != 32 and not (lenient and len(key) == 16):
        raise Apiv3KeyError(
            f"The APIv3 key has {len(key)} bytes; expected exactly 32. "
            "Copy it again from the merchant platform (account centre, API security), without spaces or line breaks."
        )
    return AESGCM(key)


def _is_nonce(octets: bytes, *, lenient: bool) -> bool:
    return len(octets) == 12 or (lenient and len(octets) == 16)


def _bytes(value: str | bytes | None) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    return value or b""
