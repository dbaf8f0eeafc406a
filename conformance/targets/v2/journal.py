"""What the journal keeps of an APIv2 request, and how a replay makes it anew: another nonce_str, another sign, the same mistakes.

No key is ever kept: a key is named by whose it is, and its place in a signed string is marked.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from conformance.targets.exchange import Exchange
from conformance.targets.kept import Renaming, text
from reference.identity import Credential, Identity, Merchant
from strategies.cases import Wire
from strategies.v2.cases import SigningV2

__all__ = ["FAMILY", "again_v2", "sent_v2"]

FAMILY: Final = "v2"
"""What a kept signing calls itself."""
_SIGN: Final = "{signature}"
_KEY: Final = "{key}"
_SANDBOX: Final = "sandbox"
_FOREIGN: Final = "0" * 32
"""The key of nobody."""
_WRITTEN: Final[Mapping[str, Callable[[str], str]]] = {"": str, "/upper": str.upper, "/lower": str.lower, "/swapped": str.swapcase}


def sent_v2(exchange: Exchange, signing: SigningV2, identity: Identity) -> dict[str, Any]:
    """Return an exchange as JSON-able values."""
    wire, reply, sign = exchange.wire, exchange.reply, signing.sign
    kept = {
        "family": FAMILY,
        "mch_id": signing.mch_id,
        "members": dict(signing.members),
        "key": next((name for name, key in _keys(identity, signing.sandbox_key).items() if key == signing.key), "foreign"),
        "sandbox": signing.sandbox_key is not None,
        "algorithm": signing.algorithm,
        "text": None if signing.text is None else signing.text.replace(signing.key, _KEY) if signing.key else signing.text,
    }
    body = wire.body.replace(sign.encode(), _SIGN.encode()) if sign else wire.body
    bears = next((name for name, each in _certificates(identity).items() if each == wire.certificate), None)
    sent = {"method": wire.method, "target": wire.target, "headers": [list(pair) for pair in wire.headers], "body": text(body)}
    return {
        "label": exchange.label,
        "signing": kept,
        "wire": {**sent, "certificate": bears},
        "reply": {"status": reply.status, "body": text(reply.body)},
    }


def again_v2(
    signed: Mapping[str, Any],
    sent: Mapping[str, Any],
    identity: Identity,
    names: Renaming,
    nonce_str: str,
    sandbox_key: str | None = None,
) -> tuple[Wire, SigningV2]:
    """Return a kept request as it goes out now, and how it is signed; *sandbox_key* is the sandbox's of today, where that is due."""
    members = {str(name): str(value) for name, value in signed["members"].items()}
    if len(members.get("nonce_str", "")) == len(nonce_str):
        # A nonce_str of another length is what was tried.
        names.add(members["nonce_str"], nonce_str)
    key = _keys(identity, sandbox_key).get(signed["key"], _FOREIGN)
    signing = SigningV2(
        mch_id=signed["mch_id"],
        members={name: names.text(value) for name, value in members.items()},
        key=key,
        algorithm=signed["algorithm"],
        text=None if signed["text"] is None else names.text(signed["text"]).replace(_KEY, key),
        sandbox_key=sandbox_key,
    )
    headers = tuple((name, names.text(value)) for name, value in sent["headers"])
    body = names.data(sent["body"]).replace(_SIGN.encode(), signing.sign.encode())
    certificate = _certificates(identity).get(sent["certificate"] or "")
    return Wire(sent["method"], names.text(sent["target"]), headers, body, certificate), signing


def _keys(identity: Identity, sandbox_key: str | None) -> dict[str, str]:
    """Every key a request may be signed with, by its name: the APIv2 keys first, for they are usual."""
    known = _roles(identity)
    usual = {f"{role}/apiv2": merchant.apiv2_key for role, merchant in known.items() if merchant.apiv2_key}
    usual |= {_SANDBOX: sandbox_key} if sandbox_key else {}
    own = {f"{name}{suffix}": write(key) for name, key in usual.items() for suffix, write in _WRITTEN.items()}
    return own | {f"{role}/apiv3": merchant.apiv3_key for role, merchant in known.items()} | {"none": ""}


def _certificates(identity: Identity) -> dict[str, Credential]:
    return {f"{role}/{index}": each for role, merchant in _roles(identity).items() for index, each in enumerate(merchant.credentials)}


def _roles(identity: Identity) -> dict[str, Merchant]:
    known: dict[str, Merchant | None] = {role: getattr(identity, role) for role in ("merchant", "partner", "other")}
    return {role: merchant for role, merchant in known.items() if merchant is not None}
