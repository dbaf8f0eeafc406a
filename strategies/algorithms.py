"""Signatures made by other algorithms than the protocol's, or written down otherwise."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from reference.oracles import signature

__all__ = ["RIGHT", "WRONG", "make"]

RIGHT: Final = "pkcs1-sha256"
"""The name of the protocol's own algorithm."""
_PKCS1: Final = padding.PKCS1v15()
_SHA256: Final = hashes.SHA256()
_SHA1: Final = hashes.SHA1()  # noqa: S303 - tried because it must be refused
_MD5: Final = hashes.MD5()  # noqa: S303 - tried because it must be refused


def make(algorithm: str, key: RSAPrivateKey, message: bytes) -> str:
    """Return the signature text of *message*; *algorithm* is RIGHT or one of WRONG."""
    if algorithm == RIGHT:
        return signature.sign(key, message)
    return WRONG[algorithm](key, message)


def _pkcs1(algorithm: hashes.HashAlgorithm) -> Callable[[RSAPrivateKey, bytes], str]:
    return lambda key, message: _base64(key.sign(message, _PKCS1, algorithm))


def _pss(salt: int) -> Callable[[RSAPrivateKey, bytes], str]:
    return lambda key, message: _base64(key.sign(message, padding.PSS(padding.MGF1(_SHA256), salt), _SHA256))


def _rewritten(write: Callable[[bytes], str]) -> Callable[[RSAPrivateKey, bytes], str]:
    return lambda key, message: write(key.sign(message, _PKCS1, _SHA256))


def _bare_digest(key: RSAPrivateKey, message: bytes) -> str:
    """Encrypt the digest with the private key, as a cipher does, without saying which digest it is."""
    numbers, size = key.private_numbers(), key.key_size // 8
    digest = hashlib.sha256(message).digest()
    block = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
    return _base64(pow(int.from_bytes(block), numbers.d, numbers.public_numbers.n).to_bytes(size))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


WRONG: Final[Mapping[str, Callable[[RSAPrivateKey, bytes], str]]] = {
    "pss": _pss(_SHA256.digest_size),
    "pss-without-salt": _pss(0),
    "sha1": _pkcs1(_SHA1),
    "md5": _pkcs1(_MD5),
    "sha384": _pkcs1(hashes.SHA384()),
    "sha512": _pkcs1(hashes.SHA512()),
    "bare-digest": _bare_digest,
    "plain-digest": lambda _key, message: _base64(hashlib.sha256(message).digest()),
    "hex": _rewritten(bytes.hex),
    "upper-case-hex": _rewritten(lambda made: made.hex().upper()),
    "base64-twice": _rewritten(lambda made: _base64(_base64(made).encode())),
    "cut-off": _rewritten(lambda made: _base64(made[:-1])),
    "first-half": _rewritten(lambda made: _base64(made[:128])),
    "too-long": _rewritten(lambda made: _base64(made + b"\x00")),
    "last-bit-flipped": _rewritten(lambda made: _base64(made[:-1] + bytes((made[-1] ^ 1,)))),
    "first-bit-flipped": _rewritten(lambda made: _base64(bytes((made[0] ^ 1,)) + made[1:])),
    "reversed": _rewritten(lambda made: _base64(made[::-1])),
    "zeros": lambda key, _message: _base64(bytes(key.key_size // 8)),
    "one": lambda key, _message: _base64((1).to_bytes(key.key_size // 8)),
    "noise": lambda key, message: _base64(hashlib.shake_256(message).digest(key.key_size // 8)),
    "no-base64": lambda _key, _message: "!not*base64!",
    "one-letter": lambda _key, _message: "A",
}
"""Every other algorithm by name. The URL-safe alphabet and missing padding are left out: decoders differ."""
