"""Reads a family's OpenAPI documents into a `Contract`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from reference.contract.model import Contract, ErrorCode, Operation, Parameter, Schema, Webhook
from reference.contract.routes import Routes
from reference.contract.schemas import Documents

__all__ = ["described", "load"]

_HOME = Path(__file__).parent
_SHARED = "components.yaml"
_STRUCTURED = ("application/json", "application/xml", "text/xml")
_YAML: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class _Family:
    """What all documents of a family share: their references, the codes any operation may answer, the shape of a refusal."""

    name: str
    documents: Documents
    errors: Mapping[str, Any]
    error: Schema

    def schema(self, file: str, said: Mapping[str, Any]) -> Schema | None:
        """Return the schema of a body that is read into members; `None` for no body, and for one that is text or bytes."""
        file, said = self.documents.follow(file, said)
        for media_type, content in said.get("content", {}).items():
            if media_type in _STRUCTURED:
                return self.documents.plain(file, content["schema"])
        return None


@cache
def described() -> tuple[str, ...]:
    """Return the families that have a contract."""
    return tuple(sorted(path.parent.name for path in _HOME.glob(f"*/{_SHARED}")))


@cache
def load(family: str = "v3") -> Contract:
    """Return the contract of *family*, read once per process. Raises `ValueError` for a family there is none of."""
    folder = _HOME / family
    if not (folder / _SHARED).is_file():
        raise ValueError(f"no contract family {family!r}; choose one of: {', '.join(described())}")
    documents = {path.name: yaml.load(path.read_bytes(), _YAML) for path in sorted(folder.glob("*.yaml"))}  # noqa: S506 - safe, either one
    resolver = Documents(documents)
    error = resolver.plain(_SHARED, {"$ref": "#/components/schemas/Error"})
    shared = _Family(family, resolver, documents[_SHARED].get("x-errors", {}), error)
    operations: dict[str, Operation] = {}
    webhooks: dict[str, Webhook] = {}
    for file, document in documents.items():
        for operation in _operations(shared, file, document):
            if operation.id in operations:
                raise ValueError(f"operationId {operation.id!r} stands twice, in {operations[operation.id].group} and {operation.group}")
            operations[operation.id] = operation
        webhooks.update((webhook.id, webhook) for webhook in _webhooks(shared, file, document))
    return Contract(
        family=family,
        operations=MappingProxyType(operations),
        webhooks=MappingProxyType(webhooks),
        error=error,
        _routes=Routes((operation.method, operation.path, operation) for operation in operations.values()),
    )


def _operations(family: _Family, file: str, document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in document.get("paths", {}).items():
        for method, said in item.items():
            body, answers = said.get("requestBody", {}), said["responses"]
            yield Operation(
                id=said["operationId"],
                method=method.upper(),
                path=path,
                summary=said["summary"],
                family=family.name,
                group=Path(file).stem,
                mode=said["x-mode"],
                event=said.get("x-event"),
                shows=said.get("x-shows"),
                trade_type=said.get("x-trade-type"),
                acting_merchant=said["x-acting-merchant"],
                sub_merchant=said["x-sub-merchant"],
                seed_row=said["x-seed-row"],
                signed_response=said.get("x-signed-response", True),
                client_cert=said.get("x-client-cert", False),
                sign_types=tuple(said.get("x-sign-types", ())),
                sign_key=said.get("x-sign-key"),
                notifications=tuple(said.get("x-notification", ())),
                errors=MappingProxyType({name: _code(name, code) for name, code in {**family.errors, **said.get("x-errors", {})}.items()}),
                parameters=tuple(_parameter(family, *family.documents.follow(file, each)) for each in said.get("parameters", ())),
                media_type=next(iter(body.get("content", ())), None),
                body=family.schema(file, body),
                responses=MappingProxyType(
                    {int(status): family.schema(file, answer) for status, answer in answers.items() if status.isdigit()}
                ),
                error=family.schema(file, answers.get("default", {})) or family.error,
            )


def _webhooks(family: _Family, file: str, document: Mapping[str, Any]) -> Iterator[Webhook]:
    for name, item in document.get("webhooks", {}).items():
        said = item["post"]
        (body,) = said["requestBody"]["content"].values()
        envelope = family.documents.plain(file, body["schema"])
        yield Webhook(
            id=name,
            event_type=said["x-event-type"],
            mode=said["x-mode"],
            signed=said.get("x-signed-request", True),
            envelope=envelope,
            resource=family.documents.plain(file, said["x-resource"]) if "x-resource" in said else envelope,
        )


def _parameter(family: _Family, file: str, said: Mapping[str, Any]) -> Parameter:
    return Parameter(name=said["name"], where=said["in"], required=said["required"], schema=family.documents.plain(file, said["schema"]))


def _code(name: str, said: Mapping[str, Any]) -> ErrorCode:
    return ErrorCode(name=name, level="return" if "return" in said else "result", retry=said["retry"])
