"""How a notification is made: what is told, sealed into an envelope, signed and posted, with at most one fault on the way.

What must be unique or fit the merchant's own books (order numbers, amounts, the time) is given by whoever sends.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from reference.identity import SigningKey
from reference.oracles import aead, signature, times
from reference.oracles.authorization import RSA
from strategies.identities import Receiver

__all__ = ["Moment", "Notice", "NoticeFault", "Post", "Sealing", "Sender", "Stamp"]

Moment = Literal["told", "sealed", "enveloped", "written", "stamped", "posted"]
"""When something can go wrong: in what is told (a `Notice`), in its `Sealing`, in the envelope (a dict), in the body written from it
(bytes, signed as they are), in the signature (a `Stamp`), or on the way (a `Post`)."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told to *receiver*: *resource* is what gets sealed. *associated_data* None is no such member; *at* is when it happened."""

    event_type: str
    receiver: Receiver
    resource: Mapping[str, Any]
    summary: str
    original_type: str
    associated_data: str | None
    at: int

    def but(self, **members: Any) -> Self:
        """Return the same notice with other members of its resource; ``__`` reaches inside (``amount__total=1``), None leaves one out."""
        resource = dict(self.resource)
        for name, value in members.items():
            resource = _put(resource, name.split("__"), value)
        return replace(self, resource=resource)


@dataclass(frozen=True, slots=True)
class Sealing:
    """How a resource is sealed: AES-256-GCM of *plaintext* under *apiv3_key*; *algorithm* is only what the envelope calls it."""

    plaintext: bytes
    apiv3_key: bytes
    nonce: str
    associated_data: str | None
    algorithm: str = aead.ALGORITHM


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a body is signed: *body* is what goes under the signature, *message* replaces all that is signed. *timestamp* in seconds."""

    body: bytes
    timestamp: str
    nonce_str: str
    serial: str
    private_key: RSAPrivateKey
    message: bytes | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """A notification as it goes out."""

    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The header of that name. Raises KeyError."""
        return dict(self.headers)[name]

    def with_header(self, name: str, value: str | None) -> Self:
        """Return it with a header set in its place, or left out for None."""
        headers = ((key, value if key == name else old) for key, old in self.headers)
        return replace(self, headers=tuple((key, each) for key, each in headers if each is not None))


@dataclass(frozen=True, eq=False, repr=False)
class NoticeFault:
    """One named deviation from a valid notification; everything after *moment* is done rightly with what *change* made of it."""

    name: str
    says: str
    moment: Moment
    change: Callable[[Any], Any]

    def in_moment(self, moment: Moment, value: Any) -> Any:
        """Return *value* as it is, or changed if the time has come."""
        return self.change(value) if moment == self.moment else value

    def __repr__(self) -> str:
        return f"{self.name} ({self.says})" if self.says else self.name


class Sender:
    """Seals and signs notices with *key*. *now* gives Unix seconds, *mint* a fresh text of a length: ids and nonces."""

    def __init__(self, key: SigningKey, now: Callable[[], int], mint: Callable[[int], str]) -> None:
        if key.private_key is None:
            raise ValueError(f"The private key of {key.key_id} is not known; notifications can only be signed with a test identity.")
        self._serial, self._private_key = key.key_id, key.private_key
        self._now = now
        self._mint = mint

    def send(self, notice: Notice, *, broken_by: NoticeFault | None = None, notice_id: str | None = None) -> Post:
        """Return *notice* as it goes out, with at most one fault. A repetition is sent under the *notice_id* of the first."""
        done: Callable[[Moment, Any], Any] = broken_by.in_moment if broken_by is not None else lambda _moment, value: value
        notice = done("told", notice)
        envelope = done("enveloped", self._envelope(notice, done("sealed", self._sealing(notice)), notice_id))
        body: bytes = done("written", json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode())
        stamp: Stamp = done("stamped", Stamp(body, str(self._now()), self._mint(32), self._serial, self._private_key))
        message = stamp.message if stamp.message is not None else signature.response_message(stamp.timestamp, stamp.nonce_str, stamp.body)
        headers = (
            ("Content-Type", "application/json"),
            ("Request-ID", f"08{self._mint(20)}-268435466"),
            ("Wechatpay-Timestamp", stamp.timestamp),
            ("Wechatpay-Nonce", stamp.nonce_str),
            ("Wechatpay-Signature", signature.sign(stamp.private_key, message)),
            ("Wechatpay-Serial", stamp.serial),
            ("Wechatpay-Signature-Type", RSA),
        )
        return done("posted", Post(headers, body))  # type: ignore[no-any-return]  # a fault on the way makes a Post of a Post

    def _sealing(self, notice: Notice) -> Sealing:
        plaintext = json.dumps(notice.resource, ensure_ascii=False, separators=(",", ":")).encode()
        return Sealing(plaintext, notice.receiver.merchant.apiv3_key.encode(), self._mint(12), notice.associated_data)

    def _envelope(self, notice: Notice, sealing: Sealing, notice_id: str | None) -> dict[str, Any]:
        ciphertext = aead.encrypt(sealing.apiv3_key, sealing.nonce, sealing.associated_data, sealing.plaintext)
        named = {} if sealing.associated_data is None else {"associated_data": sealing.associated_data}
        return {
            "id": notice_id or self._mint(36),
            "create_time": times.format_rfc3339(notice.at),
            "resource_type": "encrypt-resource",
            "event_type": notice.event_type,
            "summary": notice.summary,
            "resource": {"original_type": notice.original_type, "algorithm": sealing.algorithm, "ciphertext": ciphertext}
            | named
            | {"nonce": sealing.nonce},
        }


def _put(value: Mapping[str, Any], path: list[str], new: Any) -> dict[str, Any]:
    name, rest = path[0], path[1:]
    kept = {key: old for key, old in value.items() if key != name}
    if not rest and new is None:
        return kept
    return {**value, name: _put(value.get(name, {}), rest, new) if rest else new}
