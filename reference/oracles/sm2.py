"""SM2, the Chinese national curve: signatures with SM3, and encryption of sensitive fields.

Source: GB/T 32918; APIv3 with WECHATPAY2-SM2-WITH-SM3. The arithmetic of the curve comes from gmssl (extra ``sm``), because
the OpenSSL inside ``cryptography`` is built without it; everything gmssl leaves unchecked is checked here.
"""

import hmac
import importlib
from itertools import count
from typing import Any, Final, TypeAlias

from reference.oracles import b64, der
from reference.oracles.aead import DecryptionError
from reference.oracles.sm import sm3

__all__ = [
    "USER_ID",
    "DecryptionError",
    "Point",
    "Sm2KeyError",
    "SmUnavailable",
    "decrypt",
    "point_from_hex",
    "private_number",
    "public_point",
    "verifies",
    "verifies_numbers",
]

Point: TypeAlias = tuple[int, int]

USER_ID: Final = b"1234567812345678"
"""The signer's identity where none is agreed upon, as everywhere in WeChat Pay."""

_P: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A: Final = _P - 3
_B: Final = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_N: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_G: Final[Point] = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
_CURVE_OID: Final = bytes.fromhex("2a811ccf5501822d")


class SmUnavailable(RuntimeError):  # noqa: N818  # nothing is wrong but that an optional package is not installed
    """SM2 was asked for, and the extra that brings its curve is not installed."""

    def __init__(self) -> None:
        super().__init__("SM2 needs gmssl, which is not installed: pip install 'wechatpay-conformance[sm]'")


class Sm2KeyError(ValueError):
    """A key is not an SM2 key; the message says why."""


def private_number(pem: str) -> int:
    """Return the private number inside *pem*, a PKCS#8 PRIVATE KEY on the SM2 curve. Raises Sm2KeyError."""
    try:
        _version, algorithm, wrapped, *_attributes = der.sequence(b64.decode("".join(pem.strip().splitlines()[1:-1])))
        if not algorithm.content.endswith(_CURVE_OID):
            raise Sm2KeyError("The key is not on the SM2 curve.")
        number = int.from_bytes(der.octets(der.sequence(der.octets(wrapped))[1]))
    except (der.DerError, b64.NotBase64Error, IndexError):
        raise Sm2KeyError("The key is not a PKCS#8 private key in PEM; expected BEGIN PRIVATE KEY.") from None
    if not 0 < number < _N - 1:
        raise Sm2KeyError("The private number is outside the range of SM2.")
    return number


def public_point(private: int) -> Point:
    """Return the public point of a private number. Raises SmUnavailable."""
    return _times(private, _G)


def point_from_hex(digits: str) -> Point:
    """Return the point written as 04 and 128 hexadecimal digits. Raises Sm2KeyError."""
    try:
        data = bytes.fromhex(digits)
    except ValueError:
        raise Sm2KeyError("The public key is not hexadecimal.") from None
    point = int.from_bytes(data[1:33]), int.from_bytes(data[33:])
    if len(data) != 65 or data[0] != 4 or not _on_curve(point):
        raise Sm2KeyError("The public key is not a point of the SM2 curve; expected 04 and 128 hexadecimal digits.")
    return point


def verifies(public: Point, message: bytes, signature: bytes, user_id: bytes = USER_ID) -> bool:
    """Tell whether *signature*, a DER sequence of r and s, is one of *message* by the owner of *public*. Raises SmUnavailable."""
    try:
        r, s = (der.integer(element) for element in der.sequence(signature))
    except ValueError:
        return False
    return verifies_numbers(public, message, r, s, user_id)


def verifies_numbers(public: Point, message: bytes, r: int, s: int, user_id: bytes = USER_ID) -> bool:
    """Tell whether r and s are a signature of *message* by the owner of *public*, who is *user_id*. Raises SmUnavailable."""
    if not (0 < r < _N and 0 < s < _N and (r + s) % _N and _on_curve(public)):
        return False
    identity = (8 * len(user_id)).to_bytes(2) + user_id + b"".join(_octets(number) for number in (_A, _B, *_G, *public))
    digest = sm3(sm3(identity) + message)
    curve = _curve()
    # Set here, because the constructor of gmssl strips every leading 0 and 4 of a key, not the prefix 04 alone.
    curve.public_key = _hex(public)
    try:
        return bool(curve.verify(f"{r:064x}{s:064x}", digest))
    except TypeError:  # the sum is the point at infinity, for which gmssl has no value
        return False


def decrypt(private: int, ciphertext: bytes) -> bytes:
    """Return the plaintext of *ciphertext*, the DER sequence of x, y, SM3 digest and encrypted bytes.

    Raises DecryptionError, also when the digest does not fit, and SmUnavailable.
    """
    try:
        x, y, digest, encrypted = der.sequence(ciphertext)
        point, hashed, body = (der.integer(x), der.integer(y)), der.octets(digest), der.octets(encrypted)
    except ValueError:
        raise DecryptionError("The ciphertext is not a DER sequence of two integers and two octet strings.") from None
    if not _on_curve(point):
        raise DecryptionError("The ciphertext was tampered with: its point is not on the SM2 curve.")
    left, right = (_octets(number) for number in _times(private, point))
    stream = _stream(left + right, len(body))
    plaintext = bytes(byte ^ mask for byte, mask in zip(body, stream, strict=True))
    if not any(stream) or not hmac.compare_digest(sm3(left + plaintext + right), hashed):
        raise DecryptionError("The ciphertext was tampered with, or encrypted for another key.")
    return plaintext


def _stream(seed: bytes, length: int) -> bytes:
    blocks = bytearray()
    for number in count(1):
        if len(blocks) >= length:
            break
        blocks += sm3(seed + number.to_bytes(4))
    return bytes(blocks[:length])


def _times(number: int, point: Point) -> Point:
    digits = _curve()._kg(number, _hex(point))  # noqa: SLF001  # gmssl has no public name for the product of number and point
    return int(digits[:64], 16), int(digits[64:], 16)


def _curve() -> Any:
    try:
        sm2 = importlib.import_module("gmssl.sm2")
    except ImportError:
        raise SmUnavailable from None
    return sm2.CryptSM2(private_key="", public_key="")


def _on_curve(point: Point) -> bool:
    x, y = point
    return 0 <= x < _P and 0 <= y < _P and (y * y - x * x * x - _A * x - _B) % _P == 0


def _octets(number: int) -> bytes:
    return number.to_bytes(32)


def _hex(point: Point) -> str:
    return "".join(f"{number:064x}" for number in point)
