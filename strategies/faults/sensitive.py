"""Faults in encrypted members: how the text was encrypted, with which key, and which key the request names."""

import base64
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from reference.oracles import oaep
from strategies.cases import Call, Fault

__all__ = ["SERIAL", "Announces", "Sealed", "Unannounced", "unopenable"]

SERIAL: Final = "Wechatpay-Serial"
_SHA1 = hashes.SHA1()  # noqa: S303 - the protocol's choice
_SHA256 = hashes.SHA256()


class Unannounced(Fault):
    """The request names no key."""

    name = "without-serial"
    says = f"no {SERIAL}"

    def in_call(self, call: Call) -> Call:
        """Leave the header out."""
        return replace(call, headers={name: value for name, value in call.headers.items() if name != SERIAL})


class Announces(Fault):
    """The request names *serial*, whatever key its members are encrypted with."""

    def __init__(self, serial: str) -> None:
        self.name = "other-serial"
        self.says = f"{SERIAL} {serial!r}"
        self.serial = serial

    def in_call(self, call: Call) -> Call:
        """Name another key."""
        return replace(call, headers={**call.headers, SERIAL: self.serial})


class Sealed(Fault):
    """One *member* of the body is another text than the right ciphertext."""

    def __init__(self, member: str, how: str, make: Callable[[str], str]) -> None:
        self.name = f"{member}={how}"
        self.member = member
        self.make = make

    def in_call(self, call: Call) -> Call:
        """Put the text in its place."""
        return replace(call, body={**call.body, self.member: self.make(call.body[self.member])})


def unopenable(member: str, text: str, key: RSAPublicKey, others: Iterable[RSAPublicKey]) -> tuple[Sealed, ...]:
    """Return every way in which *member*, which should hold *text* encrypted for *key*, cannot be opened; *others* are wrong keys."""
    data = text.encode()

    def padded(scheme: padding.AsymmetricPadding) -> Callable[[str], str]:
        return lambda _right: base64.b64encode(key.encrypt(data, scheme)).decode()

    wrong: dict[str, Callable[[str], str]] = {
        "plain-text": lambda _right: text,
        "plain-text-in-base64": lambda _right: base64.b64encode(data).decode(),
        "empty": lambda _right: "",
        "no-base64": lambda right: f"*{right[1:]}",
        "hexadecimal": lambda right: base64.b64decode(right).hex(),
        "twice-in-base64": lambda right: base64.b64encode(right.encode()).decode(),
        "cut-short": lambda right: right[: len(right) // 8 * 4],
        "one-bit-changed": _one_bit_changed,
        "pkcs1-v1.5": padded(padding.PKCS1v15()),
        "oaep-sha256": padded(padding.OAEP(padding.MGF1(_SHA256), _SHA256, None)),
        "oaep-sha256-mgf1-sha1": padded(padding.OAEP(padding.MGF1(_SHA1), _SHA256, None)),
        "oaep-sha1-mgf1-sha256": padded(padding.OAEP(padding.MGF1(_SHA256), _SHA1, None)),
        "oaep-with-a-label": padded(padding.OAEP(padding.MGF1(_SHA1), _SHA1, b"label")),
    }
    wrong |= {f"for-another-key-{turn}": _for(other, text) for turn, other in enumerate(others, 1)}
    return tuple(Sealed(member, how, make) for how, make in wrong.items())


def _for(key: RSAPublicKey, text: str) -> Callable[[str], str]:
    return lambda _right: oaep.encrypt(key, text)


def _one_bit_changed(right: str) -> str:
    sealed = bytearray(base64.b64decode(right))
    sealed[len(sealed) // 2] ^= 1
    return base64.b64encode(bytes(sealed)).decode()
