"""Dataclasses to JSON and back.

Bytes travel as text under their own name where they are UTF-8, else as base64 under `NAME_b64`; both come back as the same bytes.
"""

import types
from base64 import b64decode, b64encode
from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

__all__ = ["dump", "load"]

T = TypeVar("T")


def dump(record: Any) -> dict[str, Any]:
    """Return the JSON object of a dataclass; members that are None are left out."""
    members: dict[str, Any] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, bytes):
            members |= _dump_bytes(field.name, value)
        elif value is not None:
            members[field.name] = _plain(value)
    return members


def load(kind: type[T], members: Mapping[str, Any]) -> T:
    """Return a *kind* dataclass from its JSON object, which the caller has validated against the schema."""
    arguments: dict[str, Any] = {}
    for name, hint in _hints(cast("Hashable", kind)).items():
        if f"{name}_b64" in members:
            arguments[name] = b64decode(members[f"{name}_b64"], validate=True)
        elif name in members:
            arguments[name] = _build(hint, members[name])
    return kind(**arguments)


def _dump_bytes(name: str, value: bytes) -> dict[str, str]:
    try:
        return {name: value.decode()}
    except UnicodeDecodeError:
        return {f"{name}_b64": b64encode(value).decode()}


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return dump(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    record = cast("type[Any]", kind)
    hints = get_type_hints(record)
    return {field.name: hints[field.name] for field in fields(record)}


def _build(hint: Any, value: Any) -> Any:
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if value is None else _build(next(part for part in parts if part is not types.NoneType), value)
    if origin is tuple:
        kinds = (parts[0],) * len(value) if parts[1:] == (...,) else parts
        return tuple(_build(kind, item) for kind, item in zip(kinds, value, strict=True))
    if origin is Mapping or origin is dict:
        return {_build(parts[0], key): _build(parts[1], item) for key, item in value.items()}
    if is_dataclass(hint):
        return load(cast("type[Any]", hint), value)
    if hint is bytes:
        return value.encode()
    return value if hint is Any else hint(value)
