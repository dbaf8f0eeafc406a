"""Valid requests built from the contract alone: every declared member present, every bound kept."""

import copy
from collections.abc import Mapping
from typing import Any

from reference.contract import FieldBound, Operation, Schema, parameters

__all__ = ["broken", "full_request"]

_BY_FORMAT = {"date-time": "2030-01-01T00:00:00+08:00", "date": "2030-01-01", "ip": "203.0.113.7"}
_BY_PATTERN_START = {"^https?": "https://shop.example/notify", "^1[0-5]": "130000000000000000", "^[0-9A-Za-z_": "A1_-*b"}


def full_request(operation: Operation, where: str) -> Any:
    """A request body, or the query or path parameters, of *operation* with every member the contract declares."""
    if where == "body":
        assert operation.body is not None
        return _example(operation.body)
    return _example(parameters(operation, "query" if where == "query" else "path"))


def broken(request: Any, bound: FieldBound) -> Any:
    """A copy of *request* in which exactly the place *bound* speaks of breaks it."""
    result = copy.deepcopy(request)
    if bound.keyword in {"required", "requiredIf"}:
        holder = _at(result, bound.pointer[:-1])
        for name, value in bound.value if bound.keyword == "requiredIf" else ():
            holder[name] = value
        del holder[bound.pointer[-1]]
    elif bound.keyword == "anyOf":
        for name in bound.value:
            del _at(result, bound.pointer)[name]
    elif bound.keyword == "additionalProperties":
        _at(result, bound.pointer)["total_fee"] = 1
    elif not bound.pointer:
        return []
    else:
        last = bound.pointer[-1]
        _at(result, bound.pointer[:-1])[0 if last == "[]" else last] = _outside(bound)
    return result


def _outside(bound: FieldBound) -> Any:
    match bound.keyword:
        case "type":
            return {"string": 1, "integer": "1", "boolean": "true", "object": "{}", "array": {}}[bound.value]
        case "minLength":
            return "a" * (bound.value - 1)
        case "maxLength":
            return "a" * (bound.value + 1)
        case "minimum":
            return bound.value - 1
        case _:
            return "no such value"


def _at(request: Any, pointer: tuple[str, ...]) -> Any:
    for name in pointer:
        request = request[0 if name == "[]" else name]
    return request


def _example(schema: Schema) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    match schema["type"]:
        case "object":
            return {name: _example(member) for name, member in schema["properties"].items()}
        case "array":
            return [_example(schema["items"])]
        case "string":
            return _text(schema)
        case kind:
            return {"integer": 1, "boolean": True}[kind]


def _text(schema: Mapping[str, Any]) -> str:
    if "format" in schema:
        return _BY_FORMAT[schema["format"]]
    for start, text in _BY_PATTERN_START.items():
        if schema.get("pattern", "").startswith(start):
            return text
    return "text"
