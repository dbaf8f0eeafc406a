"""RSAES-PKCS1-v1_5, the padding a few older endpoints use for sensitive fields in place of OAEP."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from reference.oracles import b64
from reference.oracles.aead import DecryptionError

__all__ = ["DecryptionError", "decrypt"]

_SHORTEST_FILL: Final = 8


def decrypt(key: RSAPrivateKey, ciphertext: str) -> bytes:
    """Return the plaintext of base64 *ciphertext*. Raises DecryptionError.

    Computed by hand: OpenSSL answers wrong padding with random bytes, as an application must, but an oracle has to tell.
    Source: RFC 8017, 7.2.2.
    """
    try:
        data = b64.decode(ciphertext)
    except b64.NotBase64Error as error:
        raise DecryptionError(f"The ciphertext is {error}.") from None
    numbers = key.private_numbers()
    modulus, size = numbers.public_numbers.n, key.key_size // 8
    if len(data) != size or int.from_bytes(data) >= modulus:
        raise DecryptionError(f"The ciphertext is not one block of this key; expected {size} bytes, got {len(data)}.")
    block = pow(int.from_bytes(data), numbers.d, modulus).to_bytes(size)
    end = block.find(b"\x00", 2)
    if not block.startswith(b"\x00\x02") or end < 2 + _SHORTEST_FILL:
        raise DecryptionError("The ciphertext was not made for this key with PKCS#1 v1.5 padding.")
    return block[end + 1 :]
