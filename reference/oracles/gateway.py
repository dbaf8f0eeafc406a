"""Signatures of the aggregate gateway (MD5 variant).

Source: gateway document, appendix "Signature". Its RSA variant names neither padding nor digest and is not judged.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

__all__ = ["sign", "string_to_sign", "verify"]

_UNSIGNED: Final = frozenset({"sign", "sign_type"})


def string_to_sign(params: Mapping[str, str | None], secret: str) -> str:
    """Return `name=value` joined by `&`, sorted by the bytes of the names, then `&key=` and the secret.

    `sign`, `sign_type` and empty values are left out. `content` is JSON text and goes in exactly as it is sent.
    """
    named = sorted((name.encode(), name, value) for name, value in params.items() if value and name not in _UNSIGNED)
    return "&".join(f"{name}={value}" for _, name, value in named) + f"&key={secret}"


def sign(params: Mapping[str, str | None], secret: str) -> str:
    """Return the MD5 of the string to sign in lower-case hex."""
    return hashlib.md5(string_to_sign(params, secret).encode(), usedforsecurity=False).hexdigest()


def verify(params: Mapping[str, str | None], secret: str) -> bool:
    """Tell whether the `sign` among *params* is theirs, compared exactly and in constant time; an empty one never is."""
    return hmac.compare_digest(sign(params, secret).encode(), (params.get("sign") or "").encode())
