"""Mistakes in making a signature of the right string, or in writing it down."""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from reference.oracles import b64
from reference.oracles.diagnosis import Mistake
from reference.oracles.v2 import SignType

__all__ = ["MAKINGS", "WRONG_KEY", "Writing", "read", "seals"]

_Digest: TypeAlias = Callable[[bytes, bytes], bytes]
"""A digest of the message, the first argument, and the key."""

_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){8,64}")
_LENGTHS = frozenset({16, 20, 32, 64})

WRONG_KEY = Mistake(
    "wrong-key",
    "The signature was made with another key, such as that of production in the sandbox, the APIv3 key, or another merchant's; "
    "sign with the APIv2 key of the mch_id sent, in the sandbox with its sandbox_signkey.",
    "签名用错了密钥，例如在沙箱中用了生产密钥、用了 APIv3 密钥或其他商户的密钥；"
    "应使用所发送 mch_id 的 APIv2 密钥，沙箱中用 sandbox_signkey。",
)
_LOWER_CASE = Mistake(
    "lower-case-hexadecimal", "The signature is in lower-case hexadecimal; write it in upper case.", "签名是小写十六进制；应转换为大写。"
)
_BASE64 = Mistake("base64", "The signature is in base64; write it in upper-case hexadecimal.", "签名用了 Base64；应使用大写十六进制。")
_BLANKS = Mistake("blanks-around", "There is white space around the signature; send it without.", "签名首尾带有空白；应去掉。")
_CUT = Mistake("cut-off", "The signature was cut to a part of its digits; send all of them.", "签名被截断；应发送全部字符。")
_MD5_FOR_HMAC = Mistake(
    "md5-for-hmac-sha256",
    "The signature is MD5 where HMAC-SHA256 is due; use the algorithm sign_type names, for answers and notifications that of the order.",
    "应使用 HMAC-SHA256，却用了 MD5；按 sign_type 指定的算法签名，应答和通知沿用下单时的算法。",
)
_HMAC_FOR_MD5 = Mistake(
    "hmac-sha256-for-md5",
    "The signature is HMAC-SHA256 where MD5 is due, the algorithm if sign_type names no other.",
    "应使用 MD5（sign_type 未指定其他算法时的默认值），却用了 HMAC-SHA256。",
)
_NO_HMAC = Mistake(
    "sha256-without-hmac",
    "The signature is a plain SHA-256; use HMAC-SHA256, keyed with the key.",
    "签名是普通的 SHA-256；应使用以密钥为 key 的 HMAC-SHA256。",
)
_HMAC_MD5 = Mistake("hmac-md5", "The signature is HMAC-MD5; use MD5 or HMAC-SHA256.", "签名是 HMAC-MD5；应使用 MD5 或 HMAC-SHA256。")
_SWAPPED = Mistake(
    "hmac-arguments-swapped",
    "Key and message of HMAC-SHA256 were exchanged; the API key is the key.",
    "HMAC-SHA256 的密钥与消息参数颠倒了；API 密钥才是 key。",
)
_TWICE = Mistake("hashed-twice", "The digest was hashed once more; hash once.", "摘要又做了一次摘要；只做一次。")
_OTHER_DIGEST = Mistake(
    "another-digest",
    "The signature is made with another digest, such as SHA-1; use MD5 or HMAC-SHA256.",
    "签名用了其他摘要算法（例如 SHA-1）；应使用 MD5 或 HMAC-SHA256。",
)

MAKINGS = (
    *(WRONG_KEY, _MD5_FOR_HMAC, _HMAC_FOR_MD5, _NO_HMAC, _HMAC_MD5, _SWAPPED, _TWICE, _OTHER_DIGEST),
    *(_LOWER_CASE, _BASE64, _BLANKS, _CUT),
)
"""Mistakes in making a signature or writing it down, whatever it covers."""


@dataclass(frozen=True, slots=True)
class Writing:
    """One way to read a signature's text: its *octets*, and the *mistakes* in writing them."""

    octets: bytes
    mistakes: tuple[Mistake, ...] = ()


def read(sign: str) -> tuple[Writing, ...]:
    """Return every way to read the text of a signature."""
    bare = sign.strip()
    around = () if bare == sign else (_BLANKS,)
    if _HEX.fullmatch(bare):
        case = () if bare == bare.upper() else (_LOWER_CASE,)
        return (Writing(bytes.fromhex(bare), (*around, *case)),)
    try:
        octets = b64.decode(bare)
    except b64.NotBase64Error:
        return ()
    return (Writing(octets, (*around, _BASE64)),) if len(octets) in _LENGTHS else ()


def seals(message: bytes, key: bytes, writings: tuple[Writing, ...], expected: SignType | None) -> Iterator[tuple[Mistake, ...]]:
    """Yield the mistakes of every way in which one of *writings* is a signature of *message*; none if it is the one *expected*."""
    for writing in writings:
        for length, mistakes, digest in _DIGESTS[expected]:
            if len(writing.octets) not in {length, length // 2}:
                continue
            made = digest(message, key)
            if made == writing.octets:
                yield (*mistakes, *writing.mistakes)
            elif _is_cut(made, writing.octets):
                yield (*mistakes, _CUT, *writing.mistakes)


def _is_cut(whole: bytes, part: bytes) -> bool:
    """The first half, as a field of 32 characters keeps of 64; or the middle half, which is known as the short MD5."""
    quarter = len(whole) // 4
    return part in {whole[: 2 * quarter], whole[quarter : 3 * quarter]}


def _md5(message: bytes, _key: bytes) -> bytes:
    return hashlib.md5(message, usedforsecurity=False).digest()


def _hmac(name: str) -> _Digest:
    return lambda message, key: hmac.digest(key, message, name)


def _plain(name: str) -> _Digest:
    return lambda message, _key: hashlib.new(name, message, usedforsecurity=False).digest()


def _swapped(message: bytes, key: bytes) -> bytes:
    return hmac.digest(message, key, "sha256")


def _twice(message: bytes, _key: bytes) -> bytes:
    return hashlib.md5(_md5(message, b"").hex().encode(), usedforsecurity=False).digest()


def _twice_upper(message: bytes, _key: bytes) -> bytes:
    return hashlib.md5(_md5(message, b"").hex().upper().encode(), usedforsecurity=False).digest()


_WRONG: Final[tuple[tuple[int, tuple[Mistake, ...], _Digest], ...]] = (
    (32, (_NO_HMAC,), _plain("sha256")),
    (16, (_HMAC_MD5,), _hmac("md5")),
    (32, (_SWAPPED,), _swapped),
    (16, (_TWICE,), _twice),
    (16, (_TWICE,), _twice_upper),
    (20, (_OTHER_DIGEST,), _plain("sha1")),
    (20, (_OTHER_DIGEST,), _hmac("sha1")),
    (64, (_OTHER_DIGEST,), _plain("sha512")),
    (64, (_OTHER_DIGEST,), _hmac("sha512")),
)
_DIGESTS: Final[Mapping[SignType | None, tuple[tuple[int, tuple[Mistake, ...], _Digest], ...]]] = {
    "MD5": ((16, (), _md5), (32, (_HMAC_FOR_MD5,), _hmac("sha256")), *_WRONG),
    "HMAC-SHA256": ((32, (), _hmac("sha256")), (16, (_MD5_FOR_HMAC,), _md5), *_WRONG),
    None: ((16, (), _md5), (32, (), _hmac("sha256")), *_WRONG),
}
"""By the algorithm that is due: bytes of the digest, the mistakes in using it, and how it is made."""
