"""APIv2 signatures and the encrypted part of APIv2 refund notifications.

Source: APIv2 documents, "Signature algorithm" (4011985891) and "Refund result notification".
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from reference.oracles import b64
from reference.oracles.v2_xml import MalformedXmlError, read_xml

__all__ = [
    "MalformedXmlError",
    "ReqInfoError",
    "SignType",
    "UnknownSignTypeError",
    "canonicalize",
    "decrypt_ecb",
    "decrypt_req_info",
    "named_sign_type",
    "read_xml",
    "sign",
    "string_sign_temp",
    "verify",
    "verify_xml",
]

SignType: TypeAlias = Literal["MD5", "HMAC-SHA256"]

_SIGN_TYPES: Final[tuple[SignType, ...]] = get_args(SignType)
_BY_LENGTH: Final[Mapping[int, SignType]] = {32: "MD5", 64: "HMAC-SHA256"}


class UnknownSignTypeError(ValueError):
    """A `sign_type` APIv2 does not know."""


class ReqInfoError(ValueError):
    """A `req_info` that does not open under the key; the message says at which step."""


def canonicalize(params: Mapping[str, str | None]) -> str:
    """Return `stringA`: `name=value` joined by `&`, sorted by the bytes of the names.

    `sign` and empty or absent values are left out; "0" and blanks are values. Values go in as they are, never URL-encoded.
    """
    named = sorted((name.encode(), name, value) for name, value in params.items() if value and name != "sign")
    return "&".join(f"{name}={value}" for _, name, value in named)


def string_sign_temp(params: Mapping[str, str | None], key: str) -> str:
    """Return `stringSignTemp`: `stringA` followed by `&key=` and the API key."""
    return f"{canonicalize(params)}&key={key}"


def sign(params: Mapping[str, str | None], key: str, sign_type: SignType = "MD5") -> str:
    """Return the `sign` of *params* in upper-case hex: 32 digits for MD5, 64 for HMAC-SHA256 keyed with the API key."""
    message = string_sign_temp(params, key).encode()
    if sign_type == "MD5":
        digest = hashlib.md5(message, usedforsecurity=False).hexdigest()
    else:
        digest = hmac.new(key.encode(), message, hashlib.sha256).hexdigest()
    return digest.upper()


def verify(params: Mapping[str, str | None], key: str, sign_type: SignType | None = None) -> bool:
    """Tell whether the `sign` among *params* is theirs, compared exactly and in constant time.

    Without *sign_type* the length of `sign` decides, because answers and notifications follow the algorithm of the
    order and need not name it. An absent or empty `sign` never verifies.
    """
    given = params.get("sign") or ""
    kind = sign_type or _BY_LENGTH.get(len(given))
    return kind is not None and hmac.compare_digest(sign(params, key, kind).encode(), given.encode())


def verify_xml(raw: bytes, key: str, sign_type: SignType | None = None) -> bool:
    """Tell whether the APIv2 message *raw* carries its own `sign`; raises `MalformedXmlError` for what is no APIv2 message."""
    return verify(read_xml(raw), key, sign_type)


def named_sign_type(name: str) -> SignType:
    """Return *name* as a `SignType`; raises `UnknownSignTypeError` for any other spelling."""
    for known in _SIGN_TYPES:
        if known == name:
            return known
    raise UnknownSignTypeError(f"sign_type is {name!r}; expected {' or '.join(_SIGN_TYPES)}.")


def decrypt_req_info(req_info: str, key: str) -> bytes:
    """Return the XML inside *req_info*, the base64 text of a refund notification.

    AES-256-ECB with PKCS#7 padding; the AES key is the lower-case hex MD5 of the API key, taken as 32 ASCII bytes.
    Raises `ReqInfoError`. ECB authenticates nothing, so text that is not UTF-8 is refused as well: a wrong key
    leaves valid padding behind once in 256 times.
    """
    plaintext = decrypt_ecb(req_info, hashlib.md5(key.encode(), usedforsecurity=False).hexdigest().encode())
    try:
        plaintext.decode()
    except UnicodeDecodeError:
        raise ReqInfoError("What came out is not UTF-8: it was encrypted for another key.") from None
    return plaintext


def decrypt_ecb(ciphertext: str, aes_key: bytes) -> bytes:
    """Return the plaintext of base64 *ciphertext* under AES-256-ECB with PKCS#7 padding; raises `ReqInfoError`."""
    if len(aes_key) != 32:
        raise ReqInfoError(f"The AES key has {len(aes_key)} bytes; expected 32.")
    try:
        sealed = b64.decode(ciphertext)
    except b64.NotBase64Error as error:
        raise ReqInfoError(f"The ciphertext is {error}.") from None
    if not sealed or len(sealed) % 16:
        raise ReqInfoError(f"The ciphertext has {len(sealed)} bytes; expected whole blocks of 16.")
    opener = Cipher(algorithms.AES256(aes_key), modes.ECB()).decryptor()  # noqa: S305 - APIv2 prescribes ECB
    unpadder = PKCS7(128).unpadder()
    try:
        return unpadder.update(opener.update(sealed) + opener.finalize()) + unpadder.finalize()
    except ValueError:
        raise ReqInfoError("The padding is wrong: it was encrypted for another key, or its end is missing.") from None
