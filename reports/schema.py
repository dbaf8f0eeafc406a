"""The published JSON Schema of the stream, and the judgement under it."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs

from reports.model import EVENTS

__all__ = ["first_fault", "schema"]


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of one line of the stream."""
    document: dict[str, Any] = json.loads(files("reports").joinpath("schema.json").read_bytes())
    return document


def first_fault(members: Any) -> str | None:
    """Return what is wrong with a line, and where; None where it is an event of the schema."""
    kind = members.get("event") if isinstance(members, dict) else None
    if kind not in EVENTS:
        return f"event is {kind!r}, which is none of {', '.join(EVENTS)}"
    error = next(_validator(kind).iter_errors(members), None)
    if error is None:
        return None
    place = ".".join(map(str, error.instance_path))
    return f"{kind}{'.' if place else ''}{place}: {error.message}"


@cache
def _validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    """Return the validator of one kind of event: an error under the whole schema would only say that no branch fits."""
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": schema()["$defs"]})
