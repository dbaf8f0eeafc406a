"""The journal of a case: what a report keeps of its steps, and how a replay takes them again.

A send is kept as the payload that went out and the way it was signed, not as a seed: a replay works with any version of the suite.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from conformance.targets.exchange import Exchange, Step
from conformance.targets.kept import Renaming, data, text
from conformance.targets.signer import authorize
from conformance.targets.v2.journal import sent_v2
from reference.identity import Identity
from reference.oracles import signature
from strategies import algorithms
from strategies.cases import Signing, Wire
from strategies.v2.cases import SigningV2

__all__ = ["Renaming", "signing_from", "to_json", "wire_from"]

_SIGNATURE = "{signature}"
"""In a kept Authorization header: a signature to be made anew."""


def to_json(steps: Sequence[Step], identity: Identity, minted: Sequence[str]) -> tuple[dict[str, Any], ...]:
    """Return the steps as JSON-able values; the first one lists the numbers minted for the case."""
    kept = ({"kind": step.kind, **(_sent(step.exchange, identity) if step.exchange else step.values)} for step in steps)
    return ({"kind": "numbers", "minted": list(minted)}, *kept)


def _sent(exchange: Exchange, identity: Identity) -> dict[str, Any]:
    signing, wire, reply = exchange.signing, exchange.wire, exchange.reply
    if isinstance(signing, SigningV2):
        return sent_v2(exchange, signing, identity)
    usual = signature.request_message(signing.method, signing.target, signing.timestamp, signing.nonce_str, signing.body)
    signed = {
        "method": signing.method,
        "target": signing.target,
        "body": text(signing.body),
        "skew": _skew(signing.timestamp, exchange.at),
        "timestamp": signing.timestamp,
        "nonce_str": signing.nonce_str,
        "mchid": signing.mchid,
        "serial_no": signing.serial_no,
        "key": _key_name(signing.private_key, identity),
        "algorithm": signing.algorithm,
        "scheme": signing.scheme,
        "order": list(signing.order),
        "message": None if signing.message == usual else text(signing.message or b""),
        "header": _altered_header(exchange, signing),
    }
    sent = {"method": wire.method, "target": wire.target, "headers": [list(pair) for pair in wire.headers], "body": text(wire.body)}
    return {"label": exchange.label, "signing": signed, "wire": sent, "reply": {"status": reply.status, "body": text(reply.body)}}


def _altered_header(exchange: Exchange, signing: Signing) -> str | None:
    """The Authorization value as it went out, where it is not simply what signing gives; its signature is left to the replay."""
    _, regular = authorize(replace(signing, header=None))
    sent = next((value for name, value in exchange.wire.headers if name.lower() == "authorization"), "")
    made = algorithms.make(signing.algorithm, signing.private_key, exchange.message)
    return None if sent == regular else sent.replace(made, _SIGNATURE)


def _skew(timestamp: str, at: int) -> int | None:
    return int(timestamp) - at if timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 else None


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


def signing_from(kept: Mapping[str, Any], identity: Identity, names: Renaming, now: int, nonce_str: str, foreign: RSAPrivateKey) -> Signing:
    """Return how a kept request is signed now: a new time with the same skew, a new nonce, the same mistakes."""
    timestamp = str(now + kept["skew"]) if kept["skew"] is not None else str(kept["timestamp"])
    if kept["message"] is not None and str(kept["nonce_str"]).encode() not in data(kept["message"]):
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
