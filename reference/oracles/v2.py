"""APIv2 signatures, and what belongs to an APIv2 message besides: its XML and the encrypted part of refund notifications.

Source: APIv2 documents, "Signature algorithm" (4011985891).
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from typing import Final, Literal, TypeAlias, get_args

from reference.oracles.v2_req_info import ReqInfoError, decrypt_ecb, decrypt_req_info, encrypt_ecb, encrypt_req_info
from reference.oracles.v2_xml import MalformedXmlError, UnwritableError, read_xml, write_xml

__all__ = [
    "MalformedXmlError",
    "ReqInfoError",
    "SignType",
    "UnknownSignTypeError",
    "UnwritableError",
    "answer_sign_type",
    "canonicalize",
    "decrypt_ecb",
    "decrypt_req_info",
    "encrypt_ecb",
    "encrypt_req_info",
    "named_sign_type",
    "read_xml",
    "request_sign_type",
    "sign",
    "signed",
    "string_sign_temp",
    "verify",
    "verify_xml",
    "write_xml",
]

SignType: TypeAlias = Literal["MD5", "HMAC-SHA256"]

_SIGN_TYPES: Final[tuple[SignType, ...]] = get_args(SignType)
_BY_LENGTH: Final[Mapping[int, SignType]] = {32: "MD5", 64: "HMAC-SHA256"}


class UnknownSignTypeError(ValueError):
    """A `sign_type` APIv2 does not know."""


def canonicalize(params: Mapping[str, str | None]) -> str:
    """Return `stringA`: `name=value` joined by `&`, sorted by the bytes of the names, which UTF-8 keeps in the order of characters.

    `sign` and empty or absent values are left out; "0" and blanks are values. Values go in as they are, never URL-encoded.
    """
    named = sorted((name, value) for name, value in params.items() if value and name != "sign")
    return "&".join(f"{name}={value}" for name, value in named)


def string_sign_temp(params: Mapping[str, str | None], key: str) -> str:
    """Return `stringSignTemp`: `stringA` followed by `&key=` and the API key."""
    return f"{canonicalize(params)}&key={key}"


def sign(params: Mapping[str, str | None], key: str, sign_type: SignType = "MD5") -> str:
    """Return the `sign` of *params* in upper-case hex: 32 digits for MD5, 64 for HMAC-SHA256 keyed with the API key."""
    message = string_sign_temp(params, key).encode("utf-8", "surrogatepass")
    if sign_type == "MD5":
        digest = hashlib.md5(message, usedforsecurity=False).hexdigest()
    else:
        digest = hmac.new(key.encode(), message, hashlib.sha256).hexdigest()
    return digest.upper()


def signed(params: Mapping[str, str | None], key: str, sign_type: SignType = "MD5") -> dict[str, str]:
    """Return *params* with their `sign`, without what is None."""
    return {name: value for name, value in params.items() if value is not None} | {"sign": sign(params, key, sign_type)}


def verify(
    params: Mapping[str, str | None], key: str, sign_type: SignType | None = None, *, ignoring: Collection[str] = frozenset()
) -> bool:
    """Tell whether the `sign` among *params* is theirs, compared exactly and in constant time.

    Without *sign_type* the message decides, as `answer_sign_type` says. The parameters in *ignoring* are taken as not signed, for
    a platform known to leave them out. An absent or empty `sign` never verifies, nor does one of an unknown `sign_type`.
    """
    given = params.get("sign") or ""
    kind = sign_type or answer_sign_type(params)
    kept = {name: value for name, value in params.items() if name not in ignoring}
    return kind is not None and hmac.compare_digest(sign(kept, key, kind).encode(), given.encode("utf-8", "surrogatepass"))


def verify_xml(raw: bytes, key: str, sign_type: SignType | None = None, *, ignoring: Collection[str] = frozenset()) -> bool:
    """Tell whether the APIv2 message *raw* carries its own `sign`; raises `MalformedXmlError` for what is no APIv2 message."""
    return verify(read_xml(raw), key, sign_type, ignoring=ignoring)


def named_sign_type(name: str) -> SignType:
    """Return *name* as a `SignType`; raises `UnknownSignTypeError` for any other spelling."""
    for known in _SIGN_TYPES:
        if known == name:
            return known
    raise UnknownSignTypeError(f"sign_type is {name!r}; expected {' or '.join(_SIGN_TYPES)}.")


def request_sign_type(params: Mapping[str, str | None]) -> SignType:
    """Return the algorithm of a request: the one it names in `sign_type`, else MD5; raises `UnknownSignTypeError`."""
    return named_sign_type(params.get("sign_type") or "MD5")


def answer_sign_type(params: Mapping[str, str | None]) -> SignType | None:
    """Return the algorithm of an answer or a notification; None if it names one unknown, or has no `sign` of either length.

    They follow the algorithm of the order and need not name it, so without `sign_type` the length of `sign` decides.
    """
    named = params.get("sign_type")
    if named:
        return next((known for known in _SIGN_TYPES if known == named), None)
    return _BY_LENGTH.get(len(params.get("sign") or ""))
