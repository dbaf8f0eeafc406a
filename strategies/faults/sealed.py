"""Faults in how a notification is sealed and written; the signature is right, for it is made over what came of the fault."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from reference.identity import Identity
from strategies.identities import Receiver, other
from strategies.posting import NoticeFault, Sealing

__all__ = ["algorithms", "envelopes", "oversized", "plaintexts", "seals", "written"]

Envelope = dict[str, Any]

_TAG: Final = 16


def seals(identity: Identity, receiver: Receiver) -> tuple[NoticeFault, ...]:
    """What is sealed for *receiver* does not open: a bit of ciphertext, tag, nonce or associated data is another, or the key was."""
    bits = {"the ciphertext": 0, "the end of the ciphertext": -_TAG - 1, "the tag": -_TAG, "the end of the tag": -1}
    strangers = (merchant for merchant in identity.merchants if merchant is not receiver.merchant)
    return (
        *(NoticeFault(f"a bit of {name}", "flipped", "enveloped", _inside("ciphertext", _flipped(at))) for name, at in bits.items()),
        *(NoticeFault(f"tag without {gone} bytes", "", "enveloped", _inside("ciphertext", _cut(gone))) for gone in (1, 4, _TAG)),
        NoticeFault("a byte behind the tag", "", "enveloped", _inside("ciphertext", lambda it: _encoded(base64.b64decode(it) + b"\0"))),
        NoticeFault("other nonce", "resource.nonce changed by a letter", "enveloped", _inside("nonce", other)),
        NoticeFault("other associated_data", "longer by a letter", "enveloped", _inside("associated_data", lambda it: f"{it or ''}x")),
        *(NoticeFault(f"sealed for {merchant.mchid}", "another merchant", "sealed", _under(merchant.apiv3_key)) for merchant in strangers),
        NoticeFault("former key", "a key that was replaced", "sealed", _under(receiver.merchant.apiv3_key[::-1])),
    )


def algorithms() -> tuple[NoticeFault, ...]:
    """resource.algorithm names another one, or none, over a resource that is sealed as always."""
    names = ("", "aead_aes_256_gcm", "AEAD_SM4_GCM", "AEAD_AES_128_GCM", "AES-256-GCM", "none")
    return tuple(NoticeFault(f"algorithm {name!r}", "", "sealed", _called(name)) for name in names)


def plaintexts() -> tuple[NoticeFault, ...]:
    """What is sealed, rightly, is no JSON object in UTF-8."""
    texts = {
        "nothing": b"",
        "words": b"paid",
        "a list": b"[]",
        "null": b"null",
        "half an object": b'{"mchid":"19',
        "no UTF-8": b'{"attach":"\xb2\xe8"}',
    }
    return tuple(NoticeFault(f"plaintext {name}", "", "sealed", _holding(text)) for name, text in texts.items())


def envelopes() -> tuple[NoticeFault, ...]:
    """The envelope lacks what it needs, or holds something of another kind."""
    resources: Mapping[str, Any] = {"null": None, "a text": "ciphertext", "a list": [], "empty": {}}
    values: Mapping[str, tuple[str, Any]] = {
        "nonce of 11 bytes": ("nonce", "x" * 11),
        "nonce of 13 bytes": ("nonce", "x" * 13),
        "nonce null": ("nonce", None),
        "ciphertext a number": ("ciphertext", 1),
    }
    return (
        *(NoticeFault(f"no {name}", "", "enveloped", _without(name)) for name in ("resource", "event_type", "resource_type")),
        NoticeFault("other resource_type", "", "enveloped", _with("resource_type", "plain")),
        *(NoticeFault(f"resource {name}", "", "enveloped", _with("resource", value)) for name, value in resources.items()),
        *(
            NoticeFault(f"no resource.{name}", "", "enveloped", _in_resource(_without(name)))
            for name in ("ciphertext", "nonce", "algorithm")
        ),
        *(NoticeFault(name, "", "enveloped", _in_resource(_with(*value))) for name, value in values.items()),
    )


def written() -> tuple[NoticeFault, ...]:
    """The body is no JSON object in UTF-8."""
    bodies: Mapping[str, Callable[[bytes], bytes]] = {
        "empty": lambda _body: b"",
        "words": lambda _body: b"success",
        "null": lambda _body: b"null",
        "a list": lambda body: b"[" + body + b"]",
        "cut": lambda body: body[:-1],
        "XML": lambda _body: b"<xml><return_code>SUCCESS</return_code></xml>",
        "in UTF-16": lambda body: body.decode().encode("utf-16"),
        "in GB 18030": lambda body: body.decode().encode("gb18030"),
        "two objects": lambda body: body + body,
        "an abyss": lambda _body: b'{"resource":' * 10_000,
    }
    return tuple(NoticeFault(f"body {name}", "", "written", turn) for name, turn in bodies.items())


def oversized(size: int = 8_000_000) -> NoticeFault:
    """Return the fault of a body that is valid, but for a member of *size* bytes more."""
    return NoticeFault("oversized", f"{size} bytes more", "enveloped", _with("padding", "x" * size))


def _inside(member: str, change: Callable[[Any], Any]) -> Callable[[Envelope], Envelope]:
    return _in_resource(lambda resource: resource | {member: change(resource.get(member))})


def _in_resource(change: Callable[[Envelope], Envelope]) -> Callable[[Envelope], Envelope]:
    return lambda envelope: envelope | {"resource": change(envelope["resource"])}


def _with(name: str, value: Any) -> Callable[[Envelope], Envelope]:
    return lambda members: members | {name: value}


def _without(name: str) -> Callable[[Envelope], Envelope]:
    return lambda members: {key: old for key, old in members.items() if key != name}


def _under(apiv3_key: str) -> Callable[[Sealing], Sealing]:
    return lambda sealing: replace(sealing, apiv3_key=apiv3_key.encode())


def _called(algorithm: str) -> Callable[[Sealing], Sealing]:
    return lambda sealing: replace(sealing, algorithm=algorithm)


def _holding(plaintext: bytes) -> Callable[[Sealing], Sealing]:
    return lambda sealing: replace(sealing, plaintext=plaintext)


def _flipped(at: int) -> Callable[[str], str]:
    def flip(text: str) -> str:
        data = bytearray(base64.b64decode(text))
        data[at] ^= 1
        return _encoded(bytes(data))

    return flip


def _cut(gone: int) -> Callable[[str], str]:
    return lambda text: _encoded(base64.b64decode(text)[:-gone])


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
