"""Faults in who asks: whom a request names, and whose proof it carries."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from reference.identity import Merchant
from strategies.cases import Call, Fault, Signing

__all__ = ["Anonymous", "Forged", "NamesNobody", "NamesSomebodyElse", "Replaced"]


class NamesSomebodyElse(Fault):
    """The request names *mchid* where *member* (``mchid``, ``sp_mchid``, ``sub_mchid``) says who acts; the signature covers it."""

    def __init__(self, member: str, mchid: str) -> None:
        self.name = f"other-{member}"
        self.says = f"{member} {mchid!r}"
        self.member = member
        self.mchid = mchid

    def in_call(self, call: Call) -> Call:
        """Name another."""
        return _with(call, {self.member: self.mchid})


class NamesNobody(Fault):
    """The request leaves *members* out; the signature covers what is left."""

    def __init__(self, *members: str) -> None:
        self.name = f"without-{'-and-'.join(members)}"
        self.says = f"no {' and no '.join(members)}"
        self.members = members

    def in_call(self, call: Call) -> Call:
        """Leave them out."""
        return _with(call, dict.fromkeys(self.members))


class Anonymous(Fault):
    """The request carries no Authorization header."""

    name = "anonymous"
    says = "no Authorization header"

    def in_signing(self, signing: Signing) -> Signing:
        """Say nothing of who asks."""
        return replace(signing, header="")


class Replaced(Fault):
    """The request claims to come from its merchant and carries the certificate and signature of *impostor*."""

    def __init__(self, impostor: Merchant) -> None:
        self.name = "impostor"
        self.says = f"signed by {impostor.mchid} with its own certificate"
        self.impostor = impostor

    def in_signing(self, signing: Signing) -> Signing:
        """Sign with another merchant's key."""
        credential = self.impostor.credential
        return replace(signing, serial_no=credential.serial_no, private_key=credential.private_key)


class Forged(Fault):
    """The request names its merchant's own certificate, but *key* made the signature."""

    name = "forged"
    says = "signed by another key than the certificate's"

    def __init__(self, key: RSAPrivateKey) -> None:
        self.key = key

    def in_signing(self, signing: Signing) -> Signing:
        """Sign with a key the platform does not connect with the certificate."""
        return replace(signing, private_key=self.key)


def _with(call: Call, members: Mapping[str, str | None]) -> Call:
    """Return *call* with members of its query (a GET) or body changed, those that are None left out."""
    if call.body is None:
        return replace(call, query=_changed(call.query, members))
    return replace(call, body=_changed(call.body, members))


def _changed(values: Mapping[str, Any], members: Mapping[str, str | None]) -> dict[str, Any]:
    return {name: value for name, value in {**values, **members}.items() if value is not None}
