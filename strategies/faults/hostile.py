"""Input no honest client sends, correctly signed: bodies that are no JSON, odd values, numbers, queries and headers.

`UNREADABLE` is wrong by any reading and must be refused. The rest may be refused or overlooked, but brings no platform down.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from hypothesis import strategies as st

from strategies.cases import Call, Fault, Signing, Wire

__all__ = [
    "BODIES_ON_GET",
    "ODD_BODIES",
    "ODD_HEADERS",
    "ODD_NUMBERS",
    "ODD_QUERIES",
    "UNREADABLE",
    "Headed",
    "Numbered",
    "Queried",
    "Written",
    "mutations",
]

_Rewrite = Callable[[bytes], bytes]


class Written(Fault):
    """The body's bytes are what *make* turns the valid ones into, empty ones where there is no body."""

    def __init__(self, name: str, make: _Rewrite) -> None:
        self.name = f"body {name}"
        self.make = make

    def in_call(self, call: Call) -> Call:
        """Write it so."""
        valid = b"" if call.body is None else json.dumps(call.body, ensure_ascii=False, separators=(",", ":")).encode()
        return replace(call, body=self.make(valid))


class Numbered(Fault):
    """The number in the path is *number*, percent-encoded as it must be."""

    def __init__(self, name: str, number: str) -> None:
        self.name = f"number {name}"
        self.number = number

    def in_call(self, call: Call) -> Call:
        """Ask for it."""
        return replace(call, path_params=dict.fromkeys(call.path_params, self.number))


class Queried(Fault):
    """The query goes on with *more*, as it stands; the signature covers it."""

    def __init__(self, name: str, more: str) -> None:
        self.name = f"query {name}"
        self.more = more

    def in_signing(self, signing: Signing) -> Signing:
        """Sign it."""
        return replace(signing, target=self._longer(signing.target))

    def on_wire(self, wire: Wire) -> Wire:
        """Send it."""
        return replace(wire, target=self._longer(wire.target))

    def _longer(self, target: str) -> str:
        return f"{target}{'&' if '?' in target else '?'}{self.more}"


class Headed(Fault):
    """The header *header* has the value *value*."""

    def __init__(self, header: str, name: str, value: str) -> None:
        self.name = f"{header} {name}"
        self.header = header
        self.value = value

    def on_wire(self, wire: Wire) -> Wire:
        """Send it so."""
        return wire.with_header(self.header, self.value)


def mutations() -> st.SearchStrategy[Fault]:
    """Draw a body that is a valid one with some bytes, or some member, replaced by anything."""
    places, pieces = st.integers(0, 10**6), st.binary(max_size=4)
    return st.builds(_with_bytes, places, places, pieces) | st.builds(_with_value, places, _VALUES)


_VALUES: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(("", " ", "\0", "\ud800", "x" * 5000, "茶" * 100, "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00", 10**400)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def _with_bytes(start: int, length: int, piece: bytes) -> Fault:
    def make(valid: bytes) -> bytes:
        first = start % (len(valid) + 1)
        return valid[:first] + piece + valid[first + length % 4 :]

    return Written(f"with {piece!r} at {start}, in place of {length % 4} bytes", make)


def _with_value(place: int, value: Any) -> Fault:
    def make(valid: bytes) -> bytes:
        body = json.loads(valid)
        places = list(_members(body))
        holder, name = places[place % len(places)]
        holder[name] = value
        return json.dumps(body).encode()

    return Written(f"with {repr(value)[:60]} in member {place}", make)


def _members(value: Any) -> Iterator[tuple[Any, str]]:
    for name, member in value.items():
        yield value, name
        if isinstance(member, dict):
            yield from _members(member)


def _instead(body: bytes) -> _Rewrite:
    return lambda _valid: body


def _with(text: bytes) -> _Rewrite:
    """Put *text*, which ends in a comma, in front of the members."""
    return lambda valid: b"{" + text + valid[1:]


def _nested(levels: int, opening: bytes, closing: bytes) -> bytes:
    return opening * levels + b"1" + closing * levels


def _total(digits: bytes) -> _Rewrite:
    """Write *digits* for the amount, in fen, that stands first in the body."""

    def make(valid: bytes) -> bytes:
        before, name, after = valid.partition(b'"total":')
        return before + name + digits + after.lstrip(b"0123456789") if name else _with(b'"total":' + digits + b",")(valid)

    return make


_NO_OBJECTS: Final = {
    "empty": b"",
    "a blank": b" ",
    "a line feed": b"\n",
    "null": b"null",
    "true": b"true",
    "a number": b"0",
    "a text": b'"{}"',
    "an empty list": b"[]",
    "an empty object": b"{}",
    "a brace": b"{",
    "half a text": b'{"',
    "a NUL": b"\0",
    "a hundred NULs": b"\0" * 100,
    "half a character": b"\xe8\x8c",
    "every byte": bytes(range(256)),
    "a form": b"description=x&out_trade_no=wxc0000000001&total=1",
    "XML": b"<xml><description>x</description></xml>",
    "HTML": b"<!doctype html><p>x",
    "lists in lists": b"[" * 20_000,
    "objects in objects": b'{"a":' * 20_000,
    "lists in lists, closed": _nested(2000, b"[", b"]"),
    "a word": b"undefined",
    "a zip file": b"PK\x03\x04" + bytes(60),
}
UNREADABLE: Final[tuple[Fault, ...]] = (
    *(Written(name, _instead(body)) for name, body in _NO_OBJECTS.items()),
    Written("cut in half", lambda valid: valid[: len(valid) // 2]),
    Written("without its last byte", lambda valid: valid[:-1]),
    Written("without its first byte", lambda valid: valid[1:]),
    Written("in a list", lambda valid: b"[" + valid + b"]"),
    Written("as a text", lambda valid: json.dumps(valid.decode()).encode()),
    Written("behind a NUL", lambda valid: b"\0" + valid),
)
"""Bodies that are no JSON object, or an empty one; every operation that takes a body needs some member of it."""
ODD_BODIES: Final[tuple[Fault, ...]] = (
    Written("behind a BOM", lambda valid: b"\xef\xbb\xbf" + valid),
    Written("twice", lambda valid: valid + valid),
    Written("before a NUL", lambda valid: valid + b"\0"),
    Written("before a word", lambda valid: valid + b"x"),
    Written("with a comma too many", lambda valid: valid[:-1] + b",}"),
    Written("with a comment", _with(b"/* x */ ")),
    Written("in UTF-16", lambda valid: valid.decode().encode("utf-16")),
    Written("in UTF-32", lambda valid: valid.decode().encode("utf-32-be")),
    Written("in GBK", lambda valid: valid.decode().encode("gbk", "replace") + b"\xff"),
    Written("with an undeclared byte", _with(b'"wxc_x":"\xff",')),
    Written("with an overlong byte", _with(b'"wxc_x":"\xc0\x80",')),
    Written("with a NUL in a text", _with(b'"wxc_x":"a\0b",')),
    Written("with an escaped NUL", _with(b'"wxc_x":"a\\u0000b",')),
    Written("with half a character", _with(b'"wxc_x":"\\ud83d",')),
    Written("with half a character for a name", _with(b'"\\udc00":1,')),
    Written("with a wrong escape", _with(b'"wxc_x":"\\x",')),
    Written("with a member twice", lambda valid: valid[:-1] + b"," + valid[1:]),
    Written("with an amount twice", lambda valid: valid[:-1] + b',"amount":{"total":1,"refund":1,"currency":"CNY"},"amount":null}'),
    Written("with a nameless member", _with(b'"":"",')),
    Written("with __proto__", _with(b'"__proto__":{"a":1},"constructor":{"prototype":{"a":1}},')),
    Written("with 200 levels", _with(b'"wxc_x":' + _nested(200, b'{"a":', b"}") + b",")),
    Written("with 900 levels", _with(b'"wxc_x":' + _nested(900, b'{"a":', b"}") + b",")),
    Written("with 400 lists", _with(b'"wxc_x":' + _nested(400, b"[", b"]") + b",")),
    Written("with 20000 levels", _with(b'"wxc_x":' + _nested(20_000, b'{"a":', b"}") + b",")),
    Written("with 2000 members", _with(b"".join(b'"wxc_%d":0,' % number for number in range(2000)))),
    Written("with a long name", _with(b'"' + b"x" * 20_000 + b'":1,')),
    Written("with a long text", _with(b'"wxc_x":"' + b"x" * 100_000 + b'",')),
    Written("with a number of 400 digits", _total(b"9" * 400)),
    Written("with a number of 5000 digits", _total(b"9" * 5000)),
    Written("with an endless fraction", _total(b"0." + b"3" * 5000)),
    Written("with 1e400", _total(b"1e400")),
    Written("with -1e400", _total(b"-1e400")),
    Written("with 1e-400", _total(b"1e-400")),
    Written("with 2**63", _total(b"9223372036854775808")),
    Written("with 2**31", _total(b"2147483648")),
    Written("with NaN", _total(b"NaN")),
    Written("with Infinity", _total(b"-Infinity")),
    Written("with minus nothing", _total(b"-0")),
    Written("with a leading zero", _total(b"01")),
)
"""Bodies that one reader refuses and another overlooks the oddity of."""
BODIES_ON_GET: Final[tuple[Fault, ...]] = tuple(
    Written(f"{name}, where none is to be", _instead(body))
    for name, body in (("an object", b'{"a":1}'), ("half an object", b'{"a":'), ("a NUL", b"\0"), ("a blank", b" "))
)
"""Bodies of requests that have none."""
ODD_QUERIES: Final[tuple[Fault, ...]] = tuple(
    Queried(name, more)
    for name, more in (
        ("with ampersands", "&&&&"),
        ("with equals signs", "==="),
        ("with a bare percent", "wxc_x=%"),
        ("with a wrong escape", "wxc_x=%zz"),
        ("with an undeclared byte", "wxc_x=%ff&%fe=1"),
        ("with a NUL", "wxc_x=%00"),
        ("with half a character", "wxc_x=%ED%A0%80"),
        ("with mchid twice", "mchid=1&mchid=2"),
        ("with brackets", "mchid[]=1&sub_mchid[a][b]=1"),
        ("with a semicolon", "a=1;mchid=1"),
        ("with a question mark", "?mchid=1"),
        ("with a long value", "wxc_x=" + "y" * 2000),
        ("with 300 parameters", "&".join(f"wxc_{number}=" for number in range(300))),
        ("with a quote", "wxc_x=%27%20or%201=1--"),
        ("with an emoji", "wxc_x=%F0%9F%98%80"),
    )
)
"""What a query may go on with."""
ODD_NUMBERS: Final[tuple[Fault, ...]] = tuple(
    Numbered(name, number)
    for name, number in (
        ("with a NUL", "wxc\0x"),
        ("with a line feed", "wxc\r\nx"),
        ("in Chinese", "订单茶"),
        ("with an emoji", "wxc😀"),
        ("with a quote", "' or '1'='1"),
        ("with a format", "%s%n{0}${x}"),
        ("with a slash", "a/b"),
        ("with a back slash", "a\\b"),
        ("of 2000 characters", "x" * 2000),
        ("of 400 digits", "9" * 400),
        ("negative", "-1"),
        ("blank", " "),
        ("null", "null"),
    )
)
"""Numbers nothing was ever placed under."""
ODD_HEADERS: Final[tuple[Fault, ...]] = tuple(
    Headed(header, name, value)
    for header, name, value in (
        ("Wechatpay-Serial", "of 4000 characters", "x" * 4000),
        ("Wechatpay-Serial", "empty", ""),
        ("Wechatpay-Serial", "of a public key nobody has", "PUB_KEY_ID_" + "0" * 32),
        ("User-Agent", "of 4000 characters", "x" * 4000),
        ("User-Agent", "in Latin-1", "caf\u00e9"),
        ("Accept", "of 4000 characters", "application/json, " + ", ".join(["text/x"] * 400)),
        ("Accept-Language", "of 4000 characters", "zh-CN," * 660),
        ("X-Wxc", "of 4000 characters", "x" * 4000),
        ("Cookie", "of 4000 characters", "a=b; " * 800),
        ("Range", "of nothing", "bytes=9-1"),
        ("If-None-Match", "a star", "*"),
    )
)
"""Headers that mean nothing to the operation."""
