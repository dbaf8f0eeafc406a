"""The journal of a case: what a report keeps of its steps, and how a replay takes them again.

A send is kept as the payload that went out and the way it was signed, not as a seed: a replay works with any version of the suite.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from conformance.targets.exchange import Exchange, Step
from conformance.targets.signer import authorize
from reference.identity import Identity
from reference.oracles import signature
from strategies import algorithms
from strategies.cases import Signing, Wire

__all__ = ["Renaming", "signing_from", "to_json", "wire_from"]

_SIGNATURE = "{signature}"
"""In a kept Authorization header: a signature to be made anew."""


def to_json(steps: Sequence[Step], identity: Identity, minted: Sequence[str]) -> tuple[dict[str, Any], ...]:
    """Return the steps as JSON-able values; the first one lists the numbers minted for the case."""
    kept = ({"kind": step.kind, **(_sent(step.exchange, identity) if step.exchange else step.values)} for step in steps)
    return ({"kind": "numbers", "minted": list(minted)}, *kept)


def _sent(exchange: Exchange, identity: Identity) -> dict[str, Any]:
    signing, wire, reply = exchange.signing, exchange.wire, exchange.reply
    usual = signature.request_message(signing.method, signing.target, signing.timestamp, signing.nonce_str, signing.body)
    signed = {
        "method": signing.method,
        "target": signing.target,
        "body": _text(signing.body),
        "skew": _skew(signing.timestamp, exchange.at),
        "timestamp": signing.timestamp,
        "nonce_str": signing.nonce_str,
        "mchid": signing.mchid,
        "serial_no": signing.serial_no,
        "key": _key_name(signing.private_key, identity),
        "algorithm": signing.algorithm,
        "scheme": signing.scheme,
        "order": list(signing.order),
        "message": None if signing.message == usual else _text(signing.message or b""),
        "header": _altered_header(exchange),
    }
    sent = {"method": wire.method, "target": wire.target, "headers": [list(pair) for pair in wire.headers], "body": _text(wire.body)}
    return {"label": exchange.label, "signing": signed, "wire": sent, "reply": {"status": reply.status, "body": _text(reply.body)}}


def _altered_header(exchange: Exchange) -> str | None:
    """The Authorization value as it went out, where it is not simply what signing gives; its signature is left to the replay."""
    signing = exchange.signing
    _, regular = authorize(replace(signing, header=None))
    sent = next((value for name, value in exchange.wire.headers if name.lower() == "authorization"), "")
    made = algorithms.make(signing.algorithm, signing.private_key, exchange.message)
    return None if sent == regular else sent.replace(made, _SIGNATURE)


def _skew(timestamp: str, at: int) -> int | None:
    return int(timestamp) - at if timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 else None


def _text(data: bytes) -> Any:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"b64": base64.b64encode(data).decode()}


def _bytes(value: Any) -> bytes:
    return base64.b64decode(value["b64"]) if isinstance(value, Mapping) else str(value).encode()


def _key_name(key: RSAPrivateKey, identity: Identity) -> str:
    for role, index, known in _keys(identity):
        if known.public_key() == key.public_key():
            return f"{role}/{index}"
    return "foreign"


def _keys(identity: Identity) -> list[tuple[str, int, RSAPrivateKey]]:
    return [
        (role, index, credential.private_key)
        for role in ("merchant", "partner", "other")
        if (merchant := getattr(identity, role)) is not None
        for index, credential in enumerate(merchant.credentials)
    ]


class Renaming:
    """What is called otherwise in a replay: minted numbers, and whatever the platform itself named."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def add(self, old: str, new: str) -> None:
        """Write *new* where the case had *old*."""
        if old and old != new:
            self._names[old] = new

    def learn(self, old_body: Any, new_body: bytes) -> None:
        """Compare the answer of then with the answer of now: where both have a text in the same place, the new one takes over."""
        try:
            self._compare(json.loads(_bytes(old_body)), json.loads(new_body))
        except ValueError:
            return

    def _compare(self, old: Any, new: Any) -> None:
        if isinstance(old, dict) and isinstance(new, dict):
            for key in old.keys() & new.keys():
                self._compare(old[key], new[key])
        elif isinstance(old, list) and isinstance(new, list):
            for before, after in zip(old, new, strict=False):
                self._compare(before, after)
        elif isinstance(old, str) and isinstance(new, str) and len(old) >= 8:
            self.add(old, new)

    def text(self, value: str) -> str:
        """Return *value* with every known name replaced, the longest first."""
        for old in sorted(self._names, key=len, reverse=True):
            value = value.replace(old, self._names[old])
        return value

    def data(self, value: Any) -> bytes:
        """Return the bytes kept as *value*, names replaced where they are text."""
        return _bytes(value) if isinstance(value, Mapping) else self.text(str(value)).encode()


def signing_from(kept: Mapping[str, Any], identity: Identity, names: Renaming, now: int, nonce_str: str, foreign: RSAPrivateKey) -> Signing:
    """Return how a kept request is signed now: a new time with the same skew, a new nonce, the same mistakes."""
    timestamp = str(now + kept["skew"]) if kept["skew"] is not None else str(kept["timestamp"])
    if kept["message"] is not None and str(kept["nonce_str"]).encode() not in _bytes(kept["message"]):
        # What the header shows was not what was signed; a fresh nonce might happen to be.
        nonce_str = str(kept["nonce_str"])
    names.add(str(kept["nonce_str"]), nonce_str)
    names.add(str(kept["timestamp"]), timestamp)
    keys = {f"{role}/{index}": key for role, index, key in _keys(identity)}
    signing = Signing(
        method=kept["method"],
        target=names.text(kept["target"]),
        body=names.data(kept["body"]),
        timestamp=timestamp,
        nonce_str=nonce_str,
        mchid=kept["mchid"],
        serial_no=kept["serial_no"],
        private_key=keys.get(kept["key"], foreign),
        algorithm=kept["algorithm"],
        scheme=kept["scheme"],
        order=tuple(kept["order"]),
        header=None if kept["header"] is None else names.text(kept["header"]),
    )
    if kept["message"] is not None:
        signing = replace(signing, message=names.data(kept["message"]))
    if signing.header is not None and _SIGNATURE in signing.header:
        message, _ = authorize(signing)
        made = algorithms.make(signing.algorithm, signing.private_key, message)
        signing = replace(signing, header=signing.header.replace(_SIGNATURE, made))
    return signing


def wire_from(kept: Mapping[str, Any], names: Renaming, authorization: str) -> Wire:
    """Return the kept request as it goes out now; its Authorization is made anew if it was a signed one."""
    headers = [(name, names.text(value)) for name, value in kept["headers"]]
    wire = Wire(kept["method"], names.text(kept["target"]), tuple(headers), names.data(kept["body"]))
    name = next((name for name, _ in headers if name.lower() == "authorization"), None)
    return wire.with_header(name, authorization) if name and authorization else wire
