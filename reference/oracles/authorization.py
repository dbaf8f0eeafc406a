"""The Authorization header of an APIv3 request."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["NAMES", "RSA", "SCHEMES", "SM2", "Authorization", "MalformedAuthorization", "build", "parse"]

RSA = "WECHATPAY2-SHA256-RSA2048"
SM2 = "WECHATPAY2-SM2-WITH-SM3"
SCHEMES = frozenset({RSA, SM2})
NAMES = ("mchid", "nonce_str", "signature", "timestamp", "serial_no")
_ALL = frozenset(NAMES)

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_COMMA = re.compile(",")
_LENIENT_COMMA = re.compile(", *")
_PARAMETER = re.compile(r'([A-Za-z_]+)="([^"]*)"')
_USUAL = re.compile(",".join([r'[a-z_]+="[^"]+"'] * len(NAMES)))


class MalformedAuthorization(ValueError):  # noqa: N818  # it says what is wrong with the header, as a platform answers it
    """An Authorization header breaks the grammar; the message is a sentence saying where."""


@dataclass(slots=True)  # made for every exchange, and freezing costs half of making one
class Authorization:
    """The parts of a header; *timestamp* is the text as sent, in Unix seconds if it is right."""

    scheme: str
    mchid: str
    nonce_str: str
    signature: str
    timestamp: str
    serial_no: str


def parse(header: str, *, lenient: bool = False) -> Authorization:
    """Return the parts of *header*, read by the strict grammar.

    The scheme, one space, then the five parameters of NAMES in any order, each once, as ``name="value"``, separated by commas.
    *lenient* also takes what verifiers disagree about: another case of the scheme, and spaces after a comma.
    Raises MalformedAuthorization. Source: APIv3 guide, "Set the HTTP header".
    """
    if not header:
        raise MalformedAuthorization("The Authorization header is missing or empty.")
    if not header.isprintable() and _CONTROL.search(header):
        raise MalformedAuthorization("The Authorization header holds a line break or another control character; it must be one line.")
    scheme, _, rest = header.partition(" ")
    if lenient:
        scheme = scheme.upper()
    if scheme not in SCHEMES:
        raise MalformedAuthorization(f"The scheme is {scheme!r}; expected {RSA} (or {SM2}), followed by one space.")
    return Authorization(scheme, **_parameters(rest, _LENIENT_COMMA if lenient else _COMMA))


def build(
    *,
    mchid: str,
    nonce_str: str,
    signature: str,
    timestamp: str,
    serial_no: str,
    scheme: str = RSA,
    order: Sequence[str] = NAMES,
) -> str:
    """Return the header with its parameters in *order*, which names each of NAMES once. Values are taken as they are."""
    values = {"mchid": mchid, "nonce_str": nonce_str, "signature": signature, "timestamp": timestamp, "serial_no": serial_no}
    if order != NAMES and sorted(order) != sorted(NAMES):
        raise ValueError(f"order is {tuple(order)}; expected each of {NAMES} once.")
    return f"{scheme} " + ",".join([f'{name}="{values[name]}"' for name in order])


def _parameters(text: str, separator: re.Pattern[str]) -> Mapping[str, str]:
    if _USUAL.fullmatch(text):
        values = dict(_PARAMETER.findall(text))
        if values.keys() == _ALL:
            return values
    return _one_by_one(text, separator)


def _one_by_one(text: str, separator: re.Pattern[str]) -> Mapping[str, str]:
    """Return the parameters of an unusual header, or say where it breaks the grammar."""
    values: dict[str, str] = {}
    position = 0
    while True:
        match = _PARAMETER.match(text, position)
        if match is None:
            raise MalformedAuthorization(_why_no_parameter(text[position:]))
        name, value = match.groups()
        if name not in NAMES:
            raise MalformedAuthorization(f"The parameter {name!r} is unknown; expected each of {', '.join(NAMES)} once.")
        if name in values:
            raise MalformedAuthorization(f"The parameter {name} is there twice; expected each parameter once.")
        if not value:
            raise MalformedAuthorization(f"The parameter {name} is empty.")
        values[name] = value
        position = match.end()
        if position == len(text):
            break
        comma = separator.match(text, position)
        if comma is None:
            raise MalformedAuthorization(
                f"After the value of {name} stands {_shown(text[position:])}; expected a comma and the next parameter."
            )
        position = comma.end()
    missing = [name for name in NAMES if name not in values]
    if missing:
        raise MalformedAuthorization(f"The parameter {missing[0]} is missing; expected each of {', '.join(NAMES)} once.")
    return values


def _why_no_parameter(rest: str) -> str:
    if not rest:
        return 'The header ends where a parameter was expected, as name="value".'
    if rest.startswith(" "):
        return "There is a space where a parameter was expected; one space follows the scheme, and none the commas."
    name, equals, value = rest.partition("=")
    if equals and name in NAMES:
        if value.startswith('"'):
            return f"The value of {name} has no closing double quote."
        return f"The value of {name} is {_shown(value)}; expected it in double quotes."
    return f'There is {_shown(rest)} where a parameter was expected, as name="value".'


def _shown(text: str) -> str:
    return repr(text if len(text) <= 24 else text[:24] + "…")
