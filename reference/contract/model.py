"""The contract as typed data: operations, webhooks and the one question a platform asks first, *which operation is this?*."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

from reference.contract.routes import Routes

__all__ = ["Contract", "Match", "Mode", "Operation", "Parameter", "Schema", "Webhook", "Where"]

Schema: TypeAlias = Mapping[str, Any]
"""A plain JSON Schema (2020-12): every `$ref` followed, every `allOf` folded. Read it, never change it."""

Mode: TypeAlias = Literal["direct", "partner", "both"]
Where: TypeAlias = Literal["path", "query", "header"]


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """One named value outside the body."""

    name: str
    where: Where
    required: bool
    schema: Schema


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One thing a merchant can ask of the platform.

    `group` is the stem of the document it stands in. `event` is `machine.event` for what changes state, `shows` names what a 200 projects.
    `acting_merchant` and `sub_merchant` say where the id stands (`body.mchid`, `query.sp_mchid`). `body` is `None` without a request
    body; `responses` holds the JSON schema of each named status, `None` where the answer has no JSON body.
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
    notifications: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    body: Schema | None
    responses: Mapping[int, Schema | None]


@dataclass(frozen=True, slots=True, eq=False)
class Webhook:
    """One notification the platform sends: `envelope` is the body as delivered, `resource` what its ciphertext holds."""

    id: str
    event_type: str
    mode: Mode
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
