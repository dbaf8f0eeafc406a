"""Reads a family's OpenAPI documents into a `Contract`."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from reference.contract.model import Contract, Operation, Parameter, Schema, Webhook
from reference.contract.routes import Routes
from reference.contract.schemas import Documents

__all__ = ["load"]

_HOME = Path(__file__).parent
_SHARED = "components.yaml"
_JSON = "application/json"
_YAML: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def load(family: str = "v3") -> Contract:
    """Return the contract of *family*, read once per process. Raises `ValueError` for a family there is none of."""
    folder = _HOME / family
    if not (folder / _SHARED).is_file():
        known = ", ".join(sorted(path.parent.name for path in _HOME.glob(f"*/{_SHARED}")))
        raise ValueError(f"no contract family {family!r}; choose one of: {known}")
    documents = {path.name: yaml.load(path.read_bytes(), _YAML) for path in sorted(folder.glob("*.yaml"))}  # noqa: S506 - safe, either one
    resolver = Documents(documents)
    operations: dict[str, Operation] = {}
    webhooks: dict[str, Webhook] = {}
    for file, document in documents.items():
        for operation in _operations(family, file, document, resolver):
            if operation.id in operations:
                raise ValueError(f"operationId {operation.id!r} stands twice, in {operations[operation.id].group} and {operation.group}")
            operations[operation.id] = operation
        webhooks.update((webhook.id, webhook) for webhook in _webhooks(file, document, resolver))
    return Contract(
        family=family,
        operations=MappingProxyType(operations),
        webhooks=MappingProxyType(webhooks),
        error=resolver.plain(_SHARED, {"$ref": "#/components/schemas/Error"}),
        _routes=Routes((operation.method, operation.path, operation) for operation in operations.values()),
    )


def _operations(family: str, file: str, document: Mapping[str, Any], documents: Documents) -> Iterator[Operation]:
    for path, item in document.get("paths", {}).items():
        for method, said in item.items():
            yield Operation(
                id=said["operationId"],
                method=method.upper(),
                path=path,
                summary=said["summary"],
                family=family,
                group=Path(file).stem,
                mode=said["x-mode"],
                event=said.get("x-event"),
                shows=said.get("x-shows"),
                trade_type=said.get("x-trade-type"),
                acting_merchant=said["x-acting-merchant"],
                sub_merchant=said["x-sub-merchant"],
                seed_row=said["x-seed-row"],
                signed_response=said.get("x-signed-response", True),
                notifications=tuple(said.get("x-notification", ())),
                parameters=tuple(_parameter(*documents.follow(file, each), documents) for each in said.get("parameters", ())),
                body=_json(file, said["requestBody"], documents) if "requestBody" in said else None,
                responses=MappingProxyType(
                    {int(status): _json(file, answer, documents) for status, answer in said["responses"].items() if status.isdigit()}
                ),
            )


def _webhooks(file: str, document: Mapping[str, Any], documents: Documents) -> Iterator[Webhook]:
    for name, item in document.get("webhooks", {}).items():
        said = item["post"]
        body = said["requestBody"]["content"][_JSON]["schema"]
        yield Webhook(
            id=name,
            event_type=said["x-event-type"],
            mode=said["x-mode"],
            envelope=documents.plain(file, body),
            resource=documents.plain(file, said["x-resource"]),
        )


def _parameter(file: str, said: Mapping[str, Any], documents: Documents) -> Parameter:
    return Parameter(name=said["name"], where=said["in"], required=said["required"], schema=documents.plain(file, said["schema"]))


def _json(file: str, said: Mapping[str, Any], documents: Documents) -> Schema | None:
    file, said = documents.follow(file, said)
    content = said.get("content", {})
    return documents.plain(file, content[_JSON]["schema"]) if _JSON in content else None
