"""Faults in what a signature covers, apart from the body: another layout, method or URL, another time or nonce, another algorithm.

The functions return lists to be tried to the end; of what each fault changes, nothing is invalid by itself.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias
from urllib.parse import unquote

from reference.oracles import signature
from strategies.algorithms import WRONG
from strategies.cases import Fault, Signing
from strategies.faults.named import Sent, Signed

__all__ = ["algorithms", "decoded_target", "header_values", "layouts", "methods", "moved", "parameter_added", "tampered_queries", "targets"]

_ORIGIN: Final = "https://api.mch.weixin.qq.com"
_Build: TypeAlias = Callable[[Signing], bytes]
_Change: TypeAlias = Callable[[Signing], Signing]
_Rewrite: TypeAlias = Callable[[str], str]


def layouts() -> tuple[Fault, ...]:
    """Messages built otherwise than as five lines, each ended by LF."""
    return tuple(_over(name, f"signs {says}", build) for name, (says, build) in _LAYOUTS.items())


def algorithms() -> tuple[Fault, ...]:
    """The right message and key, but another algorithm, or another way to write the signature."""
    return tuple(_made_as(name) for name in WRONG)


def methods(sent: str) -> tuple[Fault, ...]:
    """The signed method is not the one *sent*, or is written in other letters."""
    others = [verb for verb in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS") if verb != sent]
    return tuple(_of_method(verb) for verb in (sent.lower(), sent.capitalize(), *others, "", f"{sent} "))


def targets(*, query: bool = False) -> tuple[Fault, ...]:
    """The signed URL is another than the one sent, whatever that is; with *query*, also one whose query is amiss."""
    written = {**_TARGETS, **(_QUERIES if query else {})}
    return tuple(_of_target(name, f"signs a URL {says}", change) for name, (says, change) in written.items())


def decoded_target() -> Fault:
    """The signed URL is the percent-decoded one."""
    return _of_target("decoded", "signs the decoded URL", unquote)


def moved(target: str) -> Fault:
    """The signed request is sent to another *target*."""
    return _sent_to("moved", target)


def parameter_added() -> Fault:
    """A parameter is added to the query after it was signed."""
    return Sent("parameter-added", "after signing", lambda wire: replace(wire, target=_and_more(wire.target)))


def tampered_queries(target: str) -> Iterator[Fault]:
    """The query of *target* is changed after it was signed."""
    path, _, query = target.partition("?")
    parts = query.split("&") if query else []
    changed = {"parameter-added": [*parts, "attach=x"]}
    if parts:
        name, _, value = parts[0].partition("=")
        changed |= {
            "parameter-added-in-front": ["attach=x", *parts],
            "parameter-repeated": [*parts, parts[0]],
            "value-changed": [f"{name}={_other(value)}", *parts[1:]],
            "value-encoded": [f"{name}=%{ord(value[:1]):02X}{value[1:]}", *parts[1:]],
            "separator-added": [*parts, ""],
        }
    if len(parts) > 1:
        changed |= {"parameters-swapped": parts[::-1], "last-parameter-removed": parts[:-1]}
    for name, rest in changed.items():
        yield _sent_to(name, f"{path}?{'&'.join(rest)}")


def header_values() -> tuple[Fault, ...]:
    """The timestamp or nonce_str that the header shows is not the signed one."""
    return tuple(_showing(name, f"shows {says}", change) for name, (says, change) in _SHOWN.items())


def _over(name: str, says: str, build: _Build) -> Fault:
    return Signed(name, says, lambda signing: replace(signing, message=build(signing)))


def _made_as(name: str) -> Fault:
    return Signed(name, f"signature made as {name}", lambda signing: replace(signing, algorithm=name))


def _of_method(verb: str) -> Fault:
    return Signed(f"method {verb!r}", f"signs the method {verb!r}", lambda signing: replace(signing, method=verb))


def _of_target(name: str, says: str, change: _Rewrite) -> Fault:
    return Signed(f"target {name}", says, lambda signing: replace(signing, target=change(signing.target)))


def _sent_to(name: str, target: str) -> Fault:
    return Sent(name, f"sent to {target} after signing", lambda wire: replace(wire, target=target))


def _showing(name: str, says: str, change: _Change) -> Fault:
    return Signed(name, says, lambda signing: change(replace(signing, message=_message(signing))))


def _message(signing: Signing) -> bytes:
    return signature.request_message(signing.method, signing.target, signing.timestamp, signing.nonce_str, signing.body)


def _lines(signing: Signing, end: bytes, *order: int) -> bytes:
    texts = (signing.method, signing.target, signing.timestamp, signing.nonce_str)
    parts = (*(text.encode() for text in texts), signing.body)
    return b"".join(parts[index] + end for index in order or range(5))


def _picked(*order: int) -> _Build:
    return lambda signing: _lines(signing, b"\n", *order)


def _ended(end: bytes) -> _Build:
    return lambda signing: _lines(signing, end)


def _framed(before: bytes, after: bytes) -> _Build:
    return lambda signing: before + _message(signing) + after


def _from(origin: str) -> _Build:
    return lambda signing: _message(replace(signing, target=origin + signing.target))


_LAYOUTS: Final[Mapping[str, tuple[str, _Build]]] = {
    "no-last-newline": ("without the last LF", lambda signing: _message(signing)[:-1]),
    "further-newline": ("with a further LF at the end", _framed(b"", b"\n")),
    "leading-newline": ("with a LF at the start", _framed(b"\n", b"")),
    "carriage-returns": ("with CRLF for LF", _ended(b"\r\n")),
    "only-carriage-returns": ("with CR for LF", _ended(b"\r")),
    "last-carriage-return": ("with CRLF at the end", lambda signing: _message(signing)[:-1] + b"\r\n"),
    "written-backslash-n": ("with a backslash and n for LF", _ended(b"\\n")),
    "no-newlines": ("without any LF", _ended(b"")),
    "byte-order-mark": ("behind a byte order mark", _framed(b"\xef\xbb\xbf", b"")),
    "full-url": ("with scheme and host", _from(_ORIGIN)),
    "host-and-path": ("with the host", _from(_ORIGIN.removeprefix("https://"))),
    "method-and-url-swapped": ("with the URL before the method", _picked(1, 0, 2, 3, 4)),
    "timestamp-and-nonce-swapped": ("with nonce_str before timestamp", _picked(0, 1, 3, 2, 4)),
    "body-before-timestamp": ("with the body before timestamp and nonce_str", _picked(0, 1, 4, 2, 3)),
    "no-method": ("without method", _picked(1, 2, 3, 4)),
    "no-url": ("without URL", _picked(0, 2, 3, 4)),
    "no-timestamp": ("without timestamp", _picked(0, 1, 3, 4)),
    "no-nonce": ("without nonce_str", _picked(0, 1, 2, 4)),
    "no-body-line": ("without the line of the body", _picked(0, 1, 2, 3)),
    "as-an-answer": ("timestamp, nonce_str and body, as an answer is signed", _picked(2, 3, 4)),
    "with-mchid": ("with a line for mchid", lambda signing: _message(signing) + signing.mchid.encode() + b"\n"),
    "nothing": ("nothing at all", lambda _signing: b""),
}


def _other(text: str) -> str:
    return text[:-1] + ("1" if text[-1:] != "1" else "2")


def _of_another(target: str) -> str:
    path, mark, query = target.partition("?")
    return _other(path) + mark + query


def _and_more(target: str) -> str:
    return target + ("&" if "?" in target else "?") + "attach=x"


def _in_path(pattern: str, replacement: str) -> _Rewrite:
    return lambda target: re.sub(pattern, replacement, target, count=1)


_TARGETS: Final[Mapping[str, tuple[str, _Rewrite]]] = {
    "of-another": ("of something else", _of_another),
    "with-slash-at-end": ("with a slash at the end of its path", _in_path(r"(?=\?|$)", "/")),
    "with-two-slashes": ("that begins with two slashes", _in_path("^", "/")),
    "without-first-slash": ("without its first slash", _in_path("^/", "")),
    "in-capitals": ("in capitals", str.upper),
    "with-fragment": ("with a fragment", _in_path("$", "#top")),
    "with-question-mark": ("with a question mark more", _in_path("$", "?")),
    "with-parameter": ("with a parameter more", _and_more),
    "encoded-again": ("percent-encoded throughout", lambda target: "".join(f"%{ord(character):02X}" for character in target)),
}
_QUERIES: Final[Mapping[str, tuple[str, _Rewrite]]] = {
    "without-query": ("without its query", lambda target: target.partition("?")[0]),
    "without-question-mark": ("without its question mark", _in_path(r"\?", "")),
    "without-value": ("without the value of its last parameter", lambda target: target.rpartition("=")[0] + "="),
    "with-encoded-query": ("with its query percent-encoded", lambda target: target.replace("=", "%3D")),
    "of-another-merchant": ("with another value in its query", _other),
}


def _later(seconds: int) -> _Change:
    return lambda signing: replace(signing, timestamp=str(int(signing.timestamp) + seconds))


def _nonce(change: _Rewrite) -> _Change:
    return lambda signing: replace(signing, nonce_str=change(signing.nonce_str))


def _renewed(signing: Signing) -> Signing:
    old = replace(signing, timestamp=str(int(signing.timestamp) - 3600))
    return replace(signing, message=_message(old))


_SHOWN: Final[Mapping[str, tuple[str, _Change]]] = {
    "later-timestamp": ("a timestamp one second later", _later(1)),
    "earlier-timestamp": ("a timestamp one second earlier", _later(-1)),
    "minute-later": ("a timestamp a minute later", _later(60)),
    "renewed": ("the present time over a signature an hour old", _renewed),
    "nonce-swapped-case": ("the nonce_str with capitals and small letters exchanged", _nonce(str.swapcase)),
    "nonce-cut": ("the nonce_str without its last character", _nonce(lambda text: text[:-1])),
    "nonce-longer": ("the nonce_str with a character more", _nonce(lambda text: text + "0")),
    "nonce-reversed": ("the nonce_str backwards", _nonce(lambda text: text[::-1])),
    "another-nonce": ("another nonce_str", _nonce(lambda _text: "593BEC0C930BF1AFEB40B4A08C8FB242")),
}
