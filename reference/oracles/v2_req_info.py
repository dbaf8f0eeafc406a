"""`req_info`, the encrypted part of an APIv2 refund notification.

AES-256-ECB with PKCS#7 padding, in base64; the AES key is the lower-case hex MD5 of the API key, taken as 32 ASCII bytes.
Source: APIv2 documents, "Refund result notification".
"""

import hashlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from reference.oracles import b64

__all__ = ["ReqInfoError", "decrypt_ecb", "decrypt_req_info", "encrypt_ecb", "encrypt_req_info"]


class ReqInfoError(ValueError):
    """A `req_info` that does not open under the key, or a key that is none; the message says at which step."""


def encrypt_req_info(xml: bytes, key: str) -> str:
    """Return the `req_info` that hides *xml*, a message whose root is ``root``, under the API key *key*."""
    return encrypt_ecb(xml, _aes_key(key))


def decrypt_req_info(req_info: str, key: str) -> bytes:
    """Return the XML inside *req_info*, the base64 text of a refund notification.

    Raises `ReqInfoError`. ECB authenticates nothing, so text that is not UTF-8 is refused as well: a wrong key
    leaves valid padding behind once in 256 times.
    """
    plaintext = decrypt_ecb(req_info, _aes_key(key))
    try:
        plaintext.decode()
    except UnicodeDecodeError:
        raise ReqInfoError("What came out is not UTF-8: it was encrypted for another key.") from None
    return plaintext


def encrypt_ecb(plaintext: bytes, aes_key: bytes) -> str:
    """Return *plaintext* in base64 under AES-256-ECB with PKCS#7 padding; raises `ReqInfoError` for a key of another length."""
    sealer = _cipher(aes_key).encryptor()
    padder = PKCS7(128).padder()
    padded = padder.update(plaintext) + padder.finalize()
    return b64.encode(sealer.update(padded) + sealer.finalize())


def decrypt_ecb(ciphertext: str, aes_key: bytes) -> bytes:
    """Return the plaintext of base64 *ciphertext* under AES-256-ECB with PKCS#7 padding; raises `ReqInfoError`."""
    opener = _cipher(aes_key).decryptor()
    try:
        sealed = b64.decode(ciphertext)
    except b64.NotBase64Error as error:
        raise ReqInfoError(f"The ciphertext is {error}.") from None
    if not sealed or len(sealed) % 16:
        raise ReqInfoError(f"The ciphertext has {len(sealed)} bytes; expected whole blocks of 16.")
    unpadder = PKCS7(128).unpadder()
    try:
        return unpadder.update(opener.update(sealed) + opener.finalize()) + unpadder.finalize()
    except ValueError:
        raise ReqInfoError("The padding is wrong: it was encrypted for another key, or its end is missing.") from None


def _cipher(aes_key: bytes) -> Cipher[modes.ECB]:
    if len(aes_key) != 32:
        raise ReqInfoError(f"The AES key has {len(aes_key)} bytes; expected 32.")
    return Cipher(algorithms.AES256(aes_key), modes.ECB())  # noqa: S305 - APIv2 prescribes ECB


def _aes_key(key: str) -> bytes:
    return hashlib.md5(key.encode(), usedforsecurity=False).hexdigest().encode()
