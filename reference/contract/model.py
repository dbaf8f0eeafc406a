"""The contract as typed data: operations, webhooks and the one question a platform asks first, *which operation is this?*."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

from reference.contract.routes import Routes

__all__ = ["Contract", "ErrorCode", "Level", "Match", "Mode", "Operation", "Parameter", "Retry", "Schema", "Webhook", "Where"]

Schema: TypeAlias = Mapping[str, Any]
"""A plain JSON Schema (2020-12): every `$ref` followed, every `allOf` folded; what is left of one are conditions, each an `if` and the
members `then` required. Read it, never change it."""

Mode: TypeAlias = Literal["direct", "partner", "both"]
Where: TypeAlias = Literal["path", "query", "header"]
Level: TypeAlias = Literal["return", "result"]
Retry: TypeAlias = Literal["never", "same", "query"]


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """One named value outside the body."""

    name: str
    where: Where
    required: bool
    schema: Schema


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """What a code means to who gets it.

    `level` is the part of the answer that says FAIL, `return_code` or `result_code`. `retry` is `never` where the same request will always
    be refused, `same` where it may be repeated unchanged, `query` where the outcome is unknown until it is asked for.
    """

    name: str
    level: Level
    retry: Retry


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One thing a merchant can ask of the platform.

    `group` is the stem of the document it stands in. `event` is `machine.event` for what changes state, `shows` names what a 200 projects.
    `acting_merchant` and `sub_merchant` say where the id stands (`body.mchid`, `query.sp_mchid`). `body` is `None` without a request
    body, and `media_type` says how it is written; `responses` holds the schema of each named status, `None` where the answer is not in
    the family's notation, and `error` that of every other answer.

    `client_cert` says that the connection must bear the merchant's certificate. `sign_types` are the values of `sign_type` it allows,
    empty where the family has one scheme; `sign_key` names the key that signs if it is not the merchant's own. `errors` are the codes the
    sources list; there may always be others.
    """

    id: str
    method: str
    path: str
    summary: str
    family: str
    group: str
    mode: Mode
    event: str | None
    shows: str | None
    trade_type: str | None
    acting_merchant: str | None
    sub_merchant: str | None
    seed_row: str | None
    signed_response: bool
    client_cert: bool
    sign_types: tuple[str, ...]
    sign_key: str | None
    notifications: tuple[str, ...]
    errors: Mapping[str, ErrorCode]
    parameters: tuple[Parameter, ...]
    media_type: str | None
    body: Schema | None
    responses: Mapping[int, Schema | None]
    error: Schema

    @property
    def acting_member(self) -> str:
        """The member of the body that names who asks; mch_id where the contract does not say."""
        return (self.acting_merchant or "body.mch_id").removeprefix("body.")


@dataclass(frozen=True, slots=True, eq=False)
class Webhook:
    """One notification the platform sends.

    `envelope` is the body as delivered, `resource` what its ciphertext holds, or the envelope itself where nothing is encrypted. `signed`
    is false where only the encryption tells who sent it. `event_type` is the machine's where the messages of a family do not name theirs.
    """

    id: str
    event_type: str
    mode: Mode
    signed: bool
    envelope: Schema
    resource: Schema


class Match(NamedTuple):
    """The operation a request names, with the values of its path parameters, percent-decoded."""

    operation: Operation
    path_params: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Contract:
    """All operations and webhooks of one family; `error` is the schema of every refusal."""

    family: str
    operations: Mapping[str, Operation]
    webhooks: Mapping[str, Webhook]
    error: Schema
    _routes: Routes[Operation] = field(repr=False)

    def match(self, method: str, path: str) -> Match | None:
        """Return the operation of *method* (upper case) on *path* (as sent: percent-encoded, without query), or `None`."""
        found = self._routes.find(method, path)
        return None if found is None else Match(*found)

    def methods_for(self, path: str) -> frozenset[str]:
        """Return the methods *path* answers to; empty for an unknown path."""
        return self._routes.methods(path)

    def webhook(self, event_type: str, mode: Literal["direct", "partner"]) -> Webhook:
        """Return the notification of *event_type* as a merchant of *mode* receives it.

        Raises `KeyError` for an event the contract does not know.
        """
        for webhook in self.webhooks.values():
            if webhook.event_type == event_type and webhook.mode in {mode, "both"}:
                return webhook
        known = ", ".join(sorted({webhook.event_type for webhook in self.webhooks.values()}))
        raise KeyError(f"no notification {event_type!r} for {mode} merchants in {self.family}; known events: {known}")
