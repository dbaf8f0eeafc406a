"""Sensitive fields: RSAES-OAEP with SHA-1 and MGF1-SHA1, in base64."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from reference.oracles import b64
from reference.oracles.aead import DecryptionError

__all__ = ["DecryptionError", "PlaintextTooLongError", "decrypt", "decrypt_bytes", "encrypt", "limit"]

_SHA1 = hashes.SHA1()  # noqa: S303  # the protocol's choice; OAEP does not need a collision-free hash
_PADDING = padding.OAEP(mgf=padding.MGF1(_SHA1), algorithm=_SHA1, label=None)


class PlaintextTooLongError(ValueError):
    """A field is longer than one RSA block can carry; the message tells both lengths in bytes."""


def limit(key: RSAPublicKey) -> int:
    """Return how many bytes one field may have: 214 for a 2048-bit key."""
    return key.key_size // 8 - 2 * _SHA1.digest_size - 2


def encrypt(key: RSAPublicKey, plaintext: str | bytes) -> str:
    """Return the ciphertext of *plaintext* (a text counts in UTF-8) for the owner of *key*; it differs every time.

    Raises PlaintextTooLongError. Source: APIv3 guide, "Encrypt sensitive information".
    """
    data = plaintext.encode() if isinstance(plaintext, str) else plaintext
    if len(data) > limit(key):
        raise PlaintextTooLongError(f"The field has {len(data)} bytes; a key of {key.key_size} bits encrypts at most {limit(key)}.")
    return b64.encode(key.encrypt(data, _PADDING))


def decrypt(key: RSAPrivateKey, ciphertext: str) -> str:
    """Return the text of a sensitive field. Raises DecryptionError, also when the plaintext is not UTF-8."""
    try:
        return decrypt_bytes(key, ciphertext).decode()
    except UnicodeDecodeError:
        raise DecryptionError("The field was decrypted, but it is not UTF-8.") from None


def decrypt_bytes(key: RSAPrivateKey, ciphertext: str) -> bytes:
    """Return the plaintext of *ciphertext* as bytes. Raises DecryptionError."""
    try:
        return key.decrypt(b64.decode(ciphertext), _PADDING)
    except b64.NotBase64Error as error:
        raise DecryptionError(f"The ciphertext is {error}.") from None
    except ValueError:
        raise DecryptionError("The ciphertext was not made for this key with OAEP, SHA-1 and MGF1-SHA1.") from None
