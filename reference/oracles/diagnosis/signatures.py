"""What a signature itself tells: how its text was written, whose key made it, and which digest it holds."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from reference.oracles import b64
from reference.oracles.diagnosis.draft import Mistake

__all__ = ["MAKINGS", "Seal", "seals", "signer"]

_Hash = Literal["md5", "sha1", "sha256", "sha384", "sha512"]

_DIGEST_INFO: Mapping[_Hash, bytes] = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "md5": bytes.fromhex("3020300c06082a864886f70d020505000410"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
"""The DER that stands before a digest in a PKCS#1 v1.5 signature. Source: RFC 8017, 9.2."""

_HEX = re.compile(r"[0-9A-Fa-f]+")

_URL_SAFE = Mistake(
    "base64-url-safe",
    "The signature is in URL-safe base64 (- and _); use the standard alphabet (+ and /).",
    "签名用了 URL 安全的 Base64（- 和 _）；应使用标准字母表（+ 和 /）。",
)
_BROKEN = Mistake(
    "base64-with-line-breaks",
    "The signature's base64 is broken into lines or holds spaces; write it on one line.",
    "签名的 Base64 带有换行或空格；应写在一行里。",
)
_PLUS_LOST = Mistake(
    "base64-plus-became-space",
    "Every + of the signature's base64 became a space, as in a form; send it unchanged.",
    "签名 Base64 里的 + 变成了空格（被当作表单处理）；应原样发送。",
)
_PERCENT = Mistake(
    "base64-percent-encoded", "The signature's base64 is percent-encoded; send it as it is.", "签名的 Base64 做了百分号编码；应原样发送。"
)
_UNPADDED = Mistake(
    "base64-unpadded", "The = at the end of the signature's base64 are missing; keep them.", "签名 Base64 末尾的 = 丢了；应保留。"
)
_AS_HEX = Mistake("hexadecimal", "The signature is in hexadecimal; write it in base64.", "签名用了十六进制；应使用 Base64。")
_TWICE = Mistake("base64-twice", "The signature was base64-encoded twice; encode it once.", "签名做了两次 Base64；只编码一次。")
_PSS = Mistake("pss-padding", "The signature has PSS padding; use RSASSA-PKCS1-v1_5.", "签名用了 PSS 填充；应使用 RSASSA-PKCS1-v1_5。")
_OTHER_HASH = Mistake(
    "digest-not-sha-256",
    "The signature is over another digest than SHA-256, such as SHA-1; use SHA256-RSA.",
    "签名用的摘要不是 SHA-256（例如 SHA-1）；应使用 SHA256-RSA。",
)
_ENCRYPTED = Mistake(
    "private-key-encryption",
    "The message or its digest was encrypted with the private key instead of being signed; use the library's SHA256-RSA signature.",
    "用私钥对签名串或其摘要做了加密，而不是签名；应使用密码库的 SHA256-RSA 签名。",
)
_WRONG_KEY = Mistake(
    "wrong-key",
    "The signature was made with another key; sign with the private key that belongs to the serial number sent.",
    "签名用错了密钥；应使用与所发送序列号对应的私钥。",
)

MAKINGS = (_WRONG_KEY, _PSS, _OTHER_HASH, _ENCRYPTED, _URL_SAFE, _BROKEN, _PLUS_LOST, _PERCENT, _UNPADDED, _AS_HEX, _TWICE)
"""Mistakes in making a signature or writing it down, whatever it covers."""


@dataclass(frozen=True, slots=True)
class Seal:
    """One way to read a signature: the name of the *key*, the *mistakes* in making it, and a test of what it covers.

    *proven* says that the signature's form alone shows that the owner of *key* made it.
    """

    key: str
    mistakes: tuple[Mistake, ...]
    covers: Callable[[bytes], bool]
    proven: bool = True


def signer(signature: str, keys: Mapping[str, RSAPublicKey]) -> str | None:
    """Return the name of the key in *keys* that made *signature*, whatever it covers; None if none of them did.

    A signature in PSS padding tells its maker only together with its message, so it counts as nobody's.
    """
    return next((seal.key for seal in seals(signature, keys) if seal.proven), None)


def seals(signature: str, keys: Mapping[str, RSAPublicKey]) -> Iterator[Seal]:
    """Yield every way to read *signature* as one made by an owner of *keys*; the first key is the one expected."""
    expected = next(iter(keys), None)
    for writing, octets in _decoded(signature):
        for name, key in keys.items():
            foreign = () if name == expected else (_WRONG_KEY,)
            for seal in _opened(name, key, octets):
                yield Seal(name, (*foreign, *seal.mistakes, *writing), seal.covers, seal.proven)


def _decoded(text: str) -> Iterator[tuple[tuple[Mistake, ...], bytes]]:
    seen: set[bytes] = set()
    for mistake, candidate in _texts(text):
        try:
            octets = b64.decode(candidate)
        except b64.NotBase64Error:
            continue
        if octets not in seen:
            seen.add(octets)
            yield (mistake,) if mistake else (), octets
        try:
            inner = b64.decode(octets.decode("ascii"))
        except (UnicodeDecodeError, b64.NotBase64Error):
            continue
        if inner not in seen:
            seen.add(inner)
            yield (_TWICE, mistake) if mistake else (_TWICE,), inner


def _texts(text: str) -> Iterator[tuple[Mistake | None, str]]:
    joined = "".join(text.split())
    yield None, text
    yield _BROKEN, joined
    yield _PLUS_LOST, text.replace(" ", "+")
    yield _PERCENT, unquote(text)
    yield _UNPADDED, _padded(joined)
    yield _URL_SAFE, _padded(joined.replace("-", "+").replace("_", "/"))
    if _HEX.fullmatch(joined) and len(joined) % 2 == 0:
        yield _AS_HEX, base64.b64encode(bytes.fromhex(joined)).decode()


def _padded(text: str) -> str:
    bare = text.rstrip("=")
    return bare + "=" * (-len(bare) % 4)


def _opened(name: str, key: RSAPublicKey, octets: bytes) -> Iterator[Seal]:
    numbers = key.public_numbers()
    length = (key.key_size + 7) // 8
    value = int.from_bytes(octets)
    if len(octets) != length or value >= numbers.n:
        return
    block = pow(value, numbers.e, numbers.n).to_bytes(length)
    content = _content(block)
    if content is not None:
        yield _pkcs1(name, content)
    elif block.endswith(b"\xbc"):
        yield from _pss(name, block)


def _content(block: bytes) -> bytes | None:
    padding, zero, content = block[2:].partition(b"\x00")
    if block.startswith(b"\x00\x01") and zero and len(padding) >= 8 and not padding.strip(b"\xff"):
        return content
    return None


def _pkcs1(name: str, content: bytes) -> Seal:
    for algorithm, prefix in _DIGEST_INFO.items():
        digest = content.removeprefix(prefix)
        if digest != content and len(digest) == hashlib.new(algorithm, usedforsecurity=False).digest_size:
            mistakes = () if algorithm == "sha256" else (_OTHER_HASH,)
            return Seal(name, mistakes, _covers_hashed(algorithm, digest))
    return Seal(name, (_ENCRYPTED,), lambda message: content in _plain_forms(message))


def _plain_forms(message: bytes) -> Iterator[bytes]:
    yield message
    for algorithm in _DIGEST_INFO:
        digest = _digest(algorithm, message)
        yield from (digest, digest.hex().encode(), digest.hex().upper().encode())


def _pss(name: str, block: bytes) -> Iterator[Seal]:
    algorithms: tuple[_Hash, ...] = ("sha256", "sha1", "sha384", "sha512")
    for algorithm in algorithms:
        size = hashlib.new(algorithm, usedforsecurity=False).digest_size
        masked, digest = block[: -size - 1], block[-size - 1 : -1]
        data = bytes(one ^ other for one, other in zip(masked, _mgf1(algorithm, digest, len(masked)), strict=True))
        # The top bit is outside a modulus of 8n bits, and so is not part of the block.
        data = bytes((data[0] & 0x7F,)) + data[1:]
        zeros, one, salt = data.partition(b"\x01")
        if one and not zeros.strip(b"\x00"):
            mistakes = (_PSS,) if algorithm == "sha256" else (_PSS, _OTHER_HASH)
            yield Seal(name, mistakes, _covers_salted(algorithm, salt, digest), proven=False)


def _covers_hashed(algorithm: _Hash, digest: bytes) -> Callable[[bytes], bool]:
    return lambda message: _digest(algorithm, message) == digest


def _covers_salted(algorithm: _Hash, salt: bytes, digest: bytes) -> Callable[[bytes], bool]:
    return lambda message: _digest(algorithm, bytes(8) + _digest(algorithm, message) + salt) == digest


def _mgf1(algorithm: _Hash, seed: bytes, length: int) -> bytes:
    size = hashlib.new(algorithm, usedforsecurity=False).digest_size
    blocks = (_digest(algorithm, seed + counter.to_bytes(4)) for counter in range(-(-length // size)))
    return b"".join(blocks)[:length]


def _digest(algorithm: _Hash, data: bytes) -> bytes:
    return hashlib.new(algorithm, data, usedforsecurity=False).digest()
