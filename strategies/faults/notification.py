"""Faults in how a notification is signed: lists to be tried to the end, each fault in an otherwise valid delivery."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from reference.identity import Identity, SigningKey
from reference.oracles import signature
from strategies.identities import other
from strategies.posting import NoticeFault, Post, Stamp

__all__ = ["altered", "foreign_keys", "headers", "layouts", "probes", "schemes", "serials", "stale", "timestamps"]

_HEADERS: Final = ("Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature", "Wechatpay-Serial")
_TIMESTAMP, _NONCE, _SIGNATURE, _SERIAL = _HEADERS
_TYPE: Final = "Wechatpay-Signature-Type"

Text = Callable[[str], str]


def headers() -> tuple[NoticeFault, ...]:
    """A header that verification needs is missing, empty, or there twice with different values."""
    ways: Mapping[str, Callable[[str], Callable[[Post], Post]]] = {"no": _without, "an empty": _empty, "two different": _double}
    return tuple(NoticeFault(f"{way} {name}", "", "posted", change(name)) for name in _HEADERS for way, change in ways.items())


def schemes() -> tuple[NoticeFault, ...]:
    """Wechatpay-Signature-Type names another scheme than RSA."""
    names = ("WECHATPAY2-SM2-WITH-SM3", "HMAC-SHA256", "wechatpay2-sha256-rsa2048", "none")
    return tuple(NoticeFault(f"scheme {name}", f"{_TYPE} {name}", "posted", _header(_TYPE, _always(name))) for name in names)


def timestamps() -> tuple[NoticeFault, ...]:
    """The timestamp, signed as it is, is no count of seconds."""
    forms: Mapping[str, Text] = {
        "in words": _always("now"),
        "with a fraction": lambda now: f"{now}.5",
        "behind a plus": lambda now: f"+{now}",
        "behind a zero": lambda now: f"0{now}",
        "behind a space": lambda now: f" {now}",
        "in RFC 3339": _always("2026-06-15T12:00:00+08:00"),
        "in hex": lambda now: hex(int(now)),
    }
    return tuple(NoticeFault(f"timestamp {name}", "", "stamped", _timed(form)) for name, form in forms.items())


def stale() -> tuple[NoticeFault, ...]:
    """The timestamp, signed as it is, is further from now than any verifier allows, on either side."""
    seconds = (-301, 301, -3_600, 3_600, -86_400, 86_400, -365 * 86_400)
    shifted = (NoticeFault(f"timestamp {shift:+} s", "", "stamped", _timed(_later(shift))) for shift in seconds)
    return (*shifted, NoticeFault("timestamp in milliseconds", "", "stamped", _timed(lambda now: f"{now}000")))


def serials(identity: Identity) -> tuple[NoticeFault, ...]:
    """The serial names a key the platform does not have."""
    names: Mapping[str, Text] = {
        "unheard of": _always("5AFF00FF" * 5),
        "nearly right": other,
        "cut": lambda serial: serial[:-1],
        "of the merchant": _always(identity.merchant.credential.serial_no),
        "of a public key unheard of": _always(f"PUB_KEY_ID_{'0' * 34}"),
    }
    return tuple(NoticeFault(f"serial {name}", "", "stamped", _named(change)) for name, change in names.items())


def foreign_keys(identity: Identity, key: SigningKey) -> tuple[NoticeFault, ...]:
    """Another key than *key*, which the serial names, made the signature; or *key* did, and another of the platform is named."""
    others = [each for each in identity.platform if each.key_id != key.key_id]
    made = (
        NoticeFault(f"signed by {each.key_id}", "another key of the platform", "stamped", _by(each.private_key))
        for each in others
        if each.private_key is not None
    )
    named = (NoticeFault(f"names {each.key_id}", "another key of the platform", "stamped", _named(_always(each.key_id))) for each in others)
    return (
        *made,
        *named,
        NoticeFault("signed by the merchant", "with its own key", "stamped", _by(identity.merchant.credential.private_key)),
    )


def layouts() -> tuple[NoticeFault, ...]:
    """The signature is over another message than timestamp, nonce and body, each ended by LF."""
    built: Mapping[str, Callable[[Stamp], bytes]] = {
        "no last newline": lambda it: _message(it)[:-1],
        "further newline": lambda it: _message(it) + b"\n",
        "carriage returns": lambda it: _message(it).replace(b"\n", b"\r\n"),
        "nonce first": lambda it: f"{it.nonce_str}\n{it.timestamp}\n".encode() + it.body + b"\n",
        "body alone": lambda it: it.body,
        "without nonce": lambda it: f"{it.timestamp}\n".encode() + it.body + b"\n",
        "without body": lambda it: signature.response_message(it.timestamp, it.nonce_str, b""),
        "as a request": lambda it: b"POST\n/notify\n" + _message(it),
        "body with spaces": lambda it: signature.response_message(it.timestamp, it.nonce_str, _spaced(it.body)),
        "another time": lambda it: _message(_timed(_later(-60))(it)),
        "another nonce": lambda it: _message(replace(it, nonce_str="593BEC0C930BF1AFEB40B4A08C8FB242")),
    }
    return tuple(NoticeFault(f"layout {name}", "signs another message", "stamped", _over(build)) for name, build in built.items())


def altered() -> tuple[NoticeFault, ...]:
    """Signature, body, timestamp or nonce is changed after signing; the body stays JSON."""
    signatures: Mapping[str, Text] = {
        "first bit": lambda made: _flipped(made, 0),
        "middle bit": lambda made: _flipped(made, 128),
        "last bit": lambda made: _flipped(made, -1),
        "cut": lambda made: _encoded(base64.b64decode(made)[:-1]),
        "longer": lambda made: _encoded(base64.b64decode(made) + b"\0"),
        "zeros": lambda _made: _encoded(bytes(256)),
        "no base64": lambda made: f"*{made[1:]}",
        "in hex": lambda made: base64.b64decode(made).hex(),
        "without padding": lambda made: made.rstrip("="),
    }
    bodies: Mapping[str, Callable[[bytes], bytes]] = {
        "a space at the end": lambda body: body + b" ",
        "a newline at the end": lambda body: body + b"\n",
        "spaces": _spaced,
        "escapes": lambda body: json.dumps(json.loads(body), separators=(",", ":")).encode(),
        "a member more": lambda body: body.replace(b"{", b'{"extra":1,', 1),
        "another event": lambda body: body.replace(b'"event_type":"', b'"event_type":"X', 1),
    }
    return (
        *(NoticeFault(f"signature {name}", "", "posted", _header(_SIGNATURE, turn)) for name, turn in signatures.items()),
        *(NoticeFault(f"body with {name}", "after signing", "posted", _rewritten(turn)) for name, turn in bodies.items()),
        NoticeFault("later timestamp", "by a second, after signing", "posted", _header(_TIMESTAMP, _later(1))),
        NoticeFault("other nonce", "by a letter, after signing", "posted", _header(_NONCE, other)),
        NoticeFault("nonce in other case", "after signing", "posted", _header(_NONCE, str.swapcase)),
    )


def probes() -> tuple[NoticeFault, ...]:
    """The platform's own test of whether signatures are verified: one that must not verify. Source: "Callback handling guide", rule 5."""
    return (
        NoticeFault("probe", "a signature probe", "posted", _header(_SIGNATURE, lambda made: f"WECHATPAY/SIGNTEST/{made}")),
        NoticeFault("short probe", "a signature probe", "posted", _header(_SIGNATURE, _always("WECHATPAY/SIGNTEST/0123456789"))),
    )


def _always(text: str) -> Text:
    return lambda _old: text


def _later(seconds: int) -> Text:
    return lambda now: str(int(now) + seconds)


def _header(name: str, change: Text) -> Callable[[Post], Post]:
    return lambda post: post.with_header(name, change(post.header(name)))


def _without(name: str) -> Callable[[Post], Post]:
    return lambda post: post.with_header(name, None)


def _empty(name: str) -> Callable[[Post], Post]:
    return _header(name, _always(""))


def _double(name: str) -> Callable[[Post], Post]:
    return lambda post: replace(post, headers=(*post.headers, (name, f"{post.header(name)}0")))


def _rewritten(change: Callable[[bytes], bytes]) -> Callable[[Post], Post]:
    return lambda post: replace(post, body=change(post.body))


def _timed(form: Text) -> Callable[[Stamp], Stamp]:
    return lambda stamp: replace(stamp, timestamp=form(stamp.timestamp))


def _named(change: Text) -> Callable[[Stamp], Stamp]:
    return lambda stamp: replace(stamp, serial=change(stamp.serial))


def _by(private_key: RSAPrivateKey) -> Callable[[Stamp], Stamp]:
    return lambda stamp: replace(stamp, private_key=private_key)


def _over(build: Callable[[Stamp], bytes]) -> Callable[[Stamp], Stamp]:
    return lambda stamp: replace(stamp, message=build(stamp))


def _message(stamp: Stamp) -> bytes:
    return signature.response_message(stamp.timestamp, stamp.nonce_str, stamp.body)


def _spaced(body: bytes) -> bytes:
    return json.dumps(json.loads(body), ensure_ascii=False).encode()


def _flipped(text: str, at: int) -> str:
    data = bytearray(base64.b64decode(text))
    data[at] ^= 1
    return _encoded(bytes(data))


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
