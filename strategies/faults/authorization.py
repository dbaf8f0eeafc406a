"""Faults in the Authorization header: its scheme, its parameters, its writing, and whom and which certificate it names."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import permutations
from typing import Final, TypeAlias

from reference.identity import Credential, Merchant
from reference.oracles import authorization, signature
from reference.oracles.authorization import NAMES
from strategies.cases import Fault, Signing, Wire
from strategies.faults.named import Sent, Signed

__all__ = [
    "BLANK",
    "Renamed",
    "called",
    "certificate",
    "malformed",
    "missing_parameters",
    "mixed_case",
    "numbered",
    "orders",
    "schemes",
]

_Rewrite: TypeAlias = Callable[[str], str]

BLANK: Final = Sent("empty-authorization", "an empty Authorization header", lambda wire: wire.with_header("Authorization", ""))
"""The header is there, and empty."""


def schemes() -> tuple[Fault, ...]:
    """The header is right but for its scheme."""
    return tuple(_rewritten(name, says, change) for name, (says, change) in _SCHEMES.items())


def missing_parameters() -> Iterator[Fault]:
    """One parameter is left out or empty; the signature covers the value it would have, or an empty one."""
    for name in NAMES:
        yield _rewritten(f"{name}-absent", f"no {name}", _without(name))
        yield _rewritten(f"{name}-empty", f"an empty {name}", _emptied(name))
    for name in ("timestamp", "nonce_str"):
        yield _uncovered(name, "absent", _without(name))
        yield _uncovered(name, "empty", _emptied(name))


def malformed() -> tuple[Fault, ...]:
    """The header's grammar is broken; what it says is right, as far as it can be read."""
    return tuple(_rewritten(name, says, change) for name, (says, change) in _MALFORMED.items())


def orders() -> tuple[Fault, ...]:
    """No fault: the five parameters in each of their 120 orders."""
    return tuple(_ordered(order) for order in permutations(NAMES))


def certificate(credential: Credential, name: str, *, serial_no: str | None = None) -> Fault:
    """The request is signed with this *credential* of its merchant, under the credential's own serial_no or another's."""
    shown = credential.serial_no if serial_no is None else serial_no
    change = _signing(serial_no=shown, private_key=credential.private_key)
    return Signed(f"certificate {name}", f"serial_no {shown!r}", change)


def numbered(serial_no: str, name: str) -> Fault:
    """The header names another serial_no than that of the signing key."""
    return Signed(f"serial_no {name}", f"serial_no {serial_no!r}", _signing(serial_no=serial_no))


def called(merchant: Merchant | str, name: str) -> Fault:
    """The header names another mchid than that of the certificate."""
    mchid = merchant if isinstance(merchant, str) else merchant.mchid
    return Signed(f"mchid {name}", f"mchid {mchid!r}", _signing(mchid=mchid))


class Renamed(Fault):
    """No fault: header names are written in other letters."""

    says = "valid"

    def __init__(self, name: str, write: _Rewrite) -> None:
        self.name = f"header names in {name}"
        self.write = write

    def on_wire(self, wire: Wire) -> Wire:
        """Write them so."""
        return replace(wire, headers=tuple((self.write(name), value) for name, value in wire.headers))


def mixed_case() -> tuple[Renamed, ...]:
    """Every way to write header names that proxies and clients are known for."""
    return (Renamed("small letters", str.lower), Renamed("capitals", str.upper), Renamed("mixed letters", _mixed))


def _mixed(name: str) -> str:
    return "".join(letter.upper() if index % 2 else letter.lower() for index, letter in enumerate(name))


def _signing(**values: object) -> Callable[[Signing], Signing]:
    return lambda signing: replace(signing, **values)  # type: ignore[arg-type]  # names and types are those of the field


def _ordered(order: tuple[str, ...]) -> Fault:
    return Signed("parameters in order", ", ".join(order), _signing(order=order))


def _message(signing: Signing) -> bytes:
    return signature.request_message(signing.method, signing.target, signing.timestamp, signing.nonce_str, signing.body)


def _header(signing: Signing, message: bytes) -> str:
    return authorization.build(
        mchid=signing.mchid,
        nonce_str=signing.nonce_str,
        signature=signature.sign(signing.private_key, message),
        timestamp=signing.timestamp,
        serial_no=signing.serial_no,
    )


def _rewritten(name: str, says: str, change: _Rewrite) -> Fault:
    return Signed(name, says, lambda signing: replace(signing, header=change(_header(signing, _message(signing)))))


def _uncovered(name: str, state: str, change: _Rewrite) -> Fault:
    """Sign as if the parameter were an empty text."""

    def in_signing(signing: Signing) -> Signing:
        message = _message(replace(signing, timestamp="") if name == "timestamp" else replace(signing, nonce_str=""))
        return replace(signing, message=message, header=change(_header(signing, message)))

    return Signed(f"{name}-{state}-and-unsigned", f"{name} {state}, and signed so", in_signing)


def _without(name: str) -> _Rewrite:
    return lambda header: re.sub(rf'(?<= ){name}="[^"]*",|,{name}="[^"]*"', "", header)


def _emptied(name: str) -> _Rewrite:
    return lambda header: re.sub(rf'(?<=\b{name}=")[^"]*', "", header)


def _scheme(text: str) -> _Rewrite:
    return lambda header: text + header.removeprefix(authorization.RSA)


_SCHEMES: Final[Mapping[str, tuple[str, _Rewrite]]] = {
    "no-scheme": ("the parameters alone", lambda header: header.partition(" ")[2]),
    "bearer": ("scheme Bearer", _scheme("Bearer")),
    "basic": ("scheme Basic", _scheme("Basic")),
    "unheard-of": ("an unheard-of scheme", _scheme("WECHATPAY9-SHA256-RSA2048")),
    "half-a-scheme": ("half the scheme", _scheme("WECHATPAY2")),
    "other-digest": ("a scheme of another digest", _scheme("WECHATPAY2-SHA1-RSA2048")),
    "brand": ("the brand scheme", _scheme("WECHATPAY-BRAND-SHA256-RSA2048")),
}
_MALFORMED: Final[Mapping[str, tuple[str, _Rewrite]]] = {
    "no-quotes": ("parameters without quotes", lambda header: header.replace('"', "")),
    "single-quotes": ("single quotes", lambda header: header.replace('"', "'")),
    "no-last-quote": ("no quote at the end", lambda header: header[:-1]),
    "no-first-quote": ("no quote before the first value", lambda header: header.replace('"', "", 1)),
    "semicolons": ("semicolons for commas", lambda header: header.replace(",", ";")),
    "colons": ("colons for equals signs", lambda header: re.sub(r'=(?=")', ":", header)),
    "scheme-alone": ("the scheme alone", lambda header: header.partition(" ")[0]),
    "scheme-and-blank": ("the scheme and a blank", lambda header: header.partition(" ")[0] + " x"),
    "json": ("parameters as JSON", lambda header: re.sub(r'(\w+)=(?=")', r'"\1":', header.replace(" ", " {", 1)) + "}"),
    "words": ("words", lambda _header: "please let me in"),
    "signature-alone": ("the signature alone", lambda header: re.sub(r'.*signature="([^"]*)".*', r"\1", header)),
    "percent-encoded": ("quotes percent-encoded", lambda header: header.replace('"', "%22")),
    "only-punctuation": ("commas and quotes", lambda _header: f'{authorization.RSA} ,,="",="'),
    "very-long": ("a nonce_str of 3000 characters without quotes", lambda _header: f"{authorization.RSA} nonce_str={'x' * 3000}"),
}
