"""How a sign is made of the signed string: the two algorithms of APIv2, and other ones."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

__all__ = ["ALGORITHMS", "make"]

_Algorithm: TypeAlias = Callable[[bytes, bytes], str]
"""Makes a sign of a key and the signed string."""


def make(algorithm: str, key: str, text: str) -> str:
    """Return the sign of *text* by one of ALGORITHMS; "" stands for a message without one."""
    return ALGORITHMS[algorithm](key.encode("utf-8", "surrogatepass"), text.encode("utf-8", "surrogatepass"))


def _md5(_key: bytes, text: bytes) -> str:
    return hashlib.md5(text, usedforsecurity=False).hexdigest().upper()


def _hmac_sha256(key: bytes, text: bytes) -> str:
    return hmac.new(key, text, hashlib.sha256).hexdigest().upper()


def _hmac_by(digest: str) -> _Algorithm:
    return lambda key, text: hmac.new(key, text, digest).hexdigest().upper()


def _one_digit_off(make_it: _Algorithm, place: int) -> _Algorithm:
    def made(key: bytes, text: bytes) -> str:
        digits = list(make_it(key, text))
        digits[place] = "0" if digits[place] != "0" else "1"
        return "".join(digits)

    return made


ALGORITHMS: Final[Mapping[str, _Algorithm]] = {
    "MD5": _md5,
    "HMAC-SHA256": _hmac_sha256,
    "none": lambda _key, _text: "",
    "MD5, first digit changed": _one_digit_off(_md5, 0),
    "MD5, middle digit changed": _one_digit_off(_md5, 16),
    "MD5, last digit changed": _one_digit_off(_md5, -1),
    "HMAC-SHA256, last digit changed": _one_digit_off(_hmac_sha256, -1),
    "MD5, cut in half": lambda key, text: _md5(key, text)[:16],
    "MD5, a digit more": lambda key, text: _md5(key, text) + "0",
    "MD5 in base64": lambda _key, text: base64.b64encode(hashlib.md5(text, usedforsecurity=False).digest()).decode(),
    "MD5 twice": lambda key, text: _md5(key, _md5(key, text).encode()),
    "HMAC-MD5": _hmac_by("md5"),
    "HMAC-SHA1": _hmac_by("sha1"),
    "HMAC-SHA512": _hmac_by("sha512"),
    "SHA1": lambda _key, text: hashlib.sha1(text, usedforsecurity=False).hexdigest().upper(),
    "SHA256": lambda _key, text: hashlib.sha256(text).hexdigest().upper(),
    "zeros": lambda _key, _text: "0" * 32,
    "a word": lambda _key, _text: "sign",
}
"""Every algorithm by name; the first two are the protocol's own. Lower-case hex is left out: platforms differ."""
