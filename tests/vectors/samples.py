"""Vector files for tests: small ones written to a folder, and the bundled vectors with their keys."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from vectors import BUNDLED, Keys, Vector, VectorFile, bundled

__all__ = ["WRONG_IN_SOURCE", "all_vectors", "bundled_document", "bundled_files", "each_vector", "entry", "write", "write_keys"]

WRONG_IN_SOURCE = "wrong_vectors.json"


@cache
def bundled_files() -> tuple[VectorFile, ...]:
    """Return the bundled files."""
    return bundled()


def all_vectors() -> list[tuple[Vector, Keys]]:
    """Return every bundled vector with the keys of its file."""
    return [(vector, file.keys) for file in bundled_files() for vector in file.vectors]


def each_vector() -> pytest.MarkDecorator:
    """Parametrise a test over the bundled vectors, as ``vector`` and ``keys``."""
    return pytest.mark.parametrize(("vector", "keys"), [pytest.param(vector, keys, id=vector.id) for vector, keys in all_vectors()])


def entry(**members: Any) -> dict[str, Any]:
    """Return a small valid vector, with *members* in place of its own; a member set to ``...`` is left out."""
    sample = {
        "id": "sample",
        "scheme": "v2-MD5-raw",
        "source": "tests",
        "license": "CC0-1.0",
        "key_material": None,
        "inputs": {"op": "md5", "text": ""},
        "expected": {"md5_hex_lower": "d41d8cd98f00b204e9800998ecf8427e"},
        "result": "valid",
        "flags": [],
        "verified_with": [],
    } | members
    return {name: value for name, value in sample.items() if value is not ...}


def write(folder: Path, *entries: dict[str, Any], name: str = "sample.json", schema: object = "wechatpay-conformance-vectors/1") -> Path:
    """Write a vector file and return its path."""
    path = folder / name
    path.write_text(json.dumps({"schema": schema, "vectors": list(entries)}), encoding="utf-8")
    return path


def write_keys(folder: Path, **keys: dict[str, str]) -> Path:
    """Write a keys.json and return its path."""
    path = folder / "keys.json"
    path.write_text(json.dumps({"schema": "wechatpay-conformance-keys/1", "keys": keys}), encoding="utf-8")
    return path


def bundled_document(name: str) -> Any:
    """Return a bundled JSON file as it stands."""
    return json.loads((BUNDLED / name).read_text(encoding="utf-8"))
