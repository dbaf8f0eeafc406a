"""Faults in how a signed body and a sent body agree: one of them is changed, or the same JSON is written otherwise."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final, TypeAlias

from strategies.cases import Call, Fault
from strategies.faults.named import Sent, Signed

__all__ = ["Written", "signed_otherwise", "tampered", "ways_to_write"]

_Rewrite: TypeAlias = Callable[[bytes], bytes]


def signed_otherwise(*, order: bool) -> tuple[Fault, ...]:
    """The signed body is another than the one sent: none, changed, or the same JSON written otherwise.

    Some need the body of an *order* whose description holds 茶.
    """
    changes = {**_SAME_JSON, **_NO_JSON, **(_OF_AN_ORDER if order else {})}
    return tuple(_signed(name, says, change) for name, (says, change) in changes.items())


def tampered(*, order: bool) -> tuple[Fault, ...]:
    """The body is changed after it was signed, into one that is valid by itself; *order* as in `signed_otherwise`."""
    changes = {**_SAME_JSON, **(_OF_AN_ORDER if order else {})}
    return tuple(_sent(name, says, change) for name, (says, change) in changes.items())


def _signed(name: str, says: str, change: _Rewrite) -> Fault:
    return Signed(f"signed body {name}", f"signs the body {says}", lambda signing: replace(signing, body=change(signing.body)))


def _sent(name: str, says: str, change: _Rewrite) -> Fault:
    return Sent(f"sent body {name}", f"sends the body {says}", lambda wire: replace(wire, body=change(wire.body)))


def _dumped(**options: Any) -> _Rewrite:
    return lambda body: json.dumps(json.loads(body), **options).encode()


def _reversed(body: bytes) -> bytes:
    return json.dumps(dict(reversed(json.loads(body).items())), ensure_ascii=False, separators=(",", ":")).encode()


def _around(before: bytes, after: bytes) -> _Rewrite:
    return lambda body: before + body + after


def _instead(body: bytes) -> _Rewrite:
    return lambda _body: body


def _for_tea(text: str) -> _Rewrite:
    return lambda body: body.replace("茶".encode(), text.encode(), 1)


def _replaced(pattern: bytes, replacement: bytes) -> _Rewrite:
    return lambda body: re.sub(pattern, replacement, body, count=1)


_SAME_JSON: Final[Mapping[str, tuple[str, _Rewrite]]] = {
    "with-newline": ("with a LF at the end", _around(b"", b"\n")),
    "with-carriage-return": ("with CRLF at the end", _around(b"", b"\r\n")),
    "with-blank-in-front": ("behind a blank", _around(b" ", b"")),
    "with-blank-at-end": ("before a blank", _around(b"", b" ")),
    "spaced": ("with blanks after commas and colons", _dumped(ensure_ascii=False)),
    "indented": ("indented", _dumped(ensure_ascii=False, indent=2)),
}
_NO_JSON: Final[Mapping[str, tuple[str, _Rewrite]]] = {
    "absent": ("as if there were none", _instead(b"")),
    "as-empty-object": ("as an empty object", _instead(b"{}")),
    "as-null": ("as null", _instead(b"null")),
    "in-hex": ("in hex", lambda body: body.hex().encode()),
    "hashed": ("as its SHA-256", lambda body: sha256(body).hexdigest().encode()),
    "with-byte-order-mark": ("behind a byte order mark", _around(b"\xef\xbb\xbf", b"")),
    "in-utf-16": ("in UTF-16", lambda body: body.decode().encode("utf-16")),
    "cut-off": ("without its last byte", lambda body: body[:-1]),
}
_OF_AN_ORDER: Final[Mapping[str, tuple[str, _Rewrite]]] = {
    "cheaper": ("for 1 fen", _replaced(rb'"total": *\d+', b'"total":1')),
    "dearer": ("for ten times as much", _replaced(rb'("total": *\d+)', rb"\g<1>0")),
    "with-member": ("with a member more", _replaced(rb"\{", b'{"attach":"x",')),
    "reordered": ("with its members in another order", _reversed),
    "escaped": ("with Chinese as escapes", _dumped(separators=(",", ":"))),
    "with-question-mark": ("with ? for a Chinese character", _for_tea("?")),
    "with-another-character": ("with another Chinese character", _for_tea("茷")),
    "with-a-blank-more": ("with a blank more in a text", _for_tea("茶 ")),
}


class Written(Fault):
    """No fault: the body is written another way, and signed as written."""

    says = "valid"

    def __init__(self, name: str, write: Callable[[Any], bytes]) -> None:
        self.name = name
        self.write = write

    def in_call(self, call: Call) -> Call:
        """Write it so."""
        return replace(call, body=self.write(call.body))


def ways_to_write() -> tuple[Written, ...]:
    """Every way of writing the same JSON that a client may choose."""
    return tuple(Written(name, write) for name, write in _WAYS.items())


def _json(*, before: str = "", after: str = "", newline: str = "\n", **options: Any) -> Callable[[Any], bytes]:
    chosen: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":")} | options
    return lambda body: (before + json.dumps(body, **chosen).replace("\n", newline) + after).encode()


def _in_capital_escapes(body: Any) -> bytes:
    return re.sub(rb"\\u[0-9a-f]{4}", lambda found: b"\\u" + found[0][2:].upper(), json.dumps(body).encode())


def _all_escaped(body: Any) -> bytes:
    """Write every character of every text as an escape, ASCII too."""

    def escaped(found: re.Match[str]) -> str:
        return '"' + "".join(f"\\u{ord(character):04x}" for character in json.loads(found[0])) + '"'

    return re.sub(r'"(?:[^"\\]|\\.)*"', escaped, json.dumps(body, ensure_ascii=False)).encode()


_WAYS: Final[Mapping[str, Callable[[Any], bytes]]] = {
    "compact": _json(),
    "spaced": _json(separators=(", ", ": ")),
    "spaced before colons": _json(separators=(" , ", " : ")),
    "indented": _json(indent=2),
    "indented with tabs and CRLF": _json(indent="\t", newline="\r\n"),
    "LF at the end": _json(after="\n"),
    "two LF at the end": _json(after="\n\n"),
    "CRLF at the end": _json(after="\r\n"),
    "blanks around": _json(before=" \n\t", after="  \t"),
    "sorted": _json(sort_keys=True),
    "reversed": lambda body: _json()(dict(reversed(body.items()))),
    "escaped": _json(ensure_ascii=True),
    "escaped in capitals": _in_capital_escapes,
    "escaped throughout": _all_escaped,
    "slashes escaped": lambda body: _json()(body).replace(b"/", b"\\/"),
}
