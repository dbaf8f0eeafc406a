"""Valid requests built from the contract alone: every declared member present, or the required ones only, and every bound kept."""

import copy
from collections.abc import Mapping
from typing import Any

from reference.contract import FieldBound, Operation, Schema, parameters

__all__ = ["broken", "full_request", "minimal_request"]

_BY_FORMAT = {
    "date-time": "2030-01-01T00:00:00+08:00",
    "date": "2030-01-01",
    "ip": "203.0.113.7",
    "yyyyMMddHHmmss": "20300101000000",
    "yyyyMMdd": "20300101",
}
_BY_PATTERN_START = {"^https?": "https://shop.example/notify", "^1[0-5]": "130000000000000000", "^[0-9A-Za-z_": "A1_-*b"}
_DIGITS = "^[0-9]+$"


def full_request(operation: Operation, where: str) -> Any:
    """A request body, or the query or path parameters, of *operation* with every member the contract declares."""
    return _example(_schema(operation, where))


def minimal_request(operation: Operation, where: str) -> dict[str, Any]:
    """The same with the members only without which it would be refused; of alternatives, the first."""
    schema = _schema(operation, where)
    names = [*schema.get("required", ()), *(name for choice in schema.get("anyOf", ())[:1] for name in choice["required"])]
    request = {name: _least(schema["properties"][name]) for name in names}
    for condition in (schema, *schema.get("allOf", ())):
        if all(_holds(request, name, said) for name, said in condition.get("if", {"properties": {}})["properties"].items()):
            request |= {name: _least(schema["properties"][name]) for name in condition.get("then", {}).get("required", ())}
    return request


def broken(request: Any, bound: FieldBound) -> Any:
    """A copy of *request* in which exactly the place *bound* speaks of breaks it."""
    result = copy.deepcopy(request)
    if bound.keyword in {"required", "requiredIf"}:
        holder = _at(result, bound.pointer[:-1])
        for name, value in bound.value if bound.keyword == "requiredIf" else ():
            holder[name] = value
            if value is None:
                del holder[name]
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
        case "x-minimum" | "x-maximum":
            return str(bound.value + (1 if bound.keyword == "x-maximum" else -1))
        case _:
            return "no such value"


def _schema(operation: Operation, where: str) -> Schema:
    if where == "body":
        assert operation.body is not None
        return operation.body
    return parameters(operation, "query" if where == "query" else "path")


def _holds(request: Mapping[str, Any], name: str, said: Mapping[str, Any]) -> bool:
    return request.get(name) == said.get("const")


def _least(schema: Schema) -> Any:
    if schema.get("type") != "object":
        return _example(schema)
    return {name: _least(schema["properties"][name]) for name in schema.get("required", ())} | (
        {name: _least(schema["properties"][name]) for name in schema["anyOf"][0]["required"]} if "anyOf" in schema else {}
    )


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
    if schema.get("pattern") == _DIGITS:
        return str(schema.get("x-minimum", 1))
    for start, text in _BY_PATTERN_START.items():
        if schema.get("pattern", "").startswith(start):
            return text
    return "text"
