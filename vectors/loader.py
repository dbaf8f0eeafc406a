"""Read vector files, and say what is wrong with those that cannot be read."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema_rs

from vectors.model import Key, Keys, Vector, VectorFile, VectorFileError

__all__ = ["BUNDLED", "SCHEMA", "bundled", "load_file", "load_folder"]

BUNDLED: Final = Path(__file__).parent
"""The folder of the vectors that come with the suite."""

SCHEMA: Final = "wechatpay-conformance-vectors/1"
"""The value of ``schema`` in a vector file."""

_KEYS_SCHEMA: Final = "wechatpay-conformance-keys/1"
_KEYS: Final = "keys.json"
_WRITE_IT: Final = "Correct that member; vectors/schema.json describes the format."


def bundled() -> tuple[VectorFile, ...]:
    """Return the files that come with the suite."""
    return load_folder(BUNDLED)


def load_folder(path: str | Path) -> tuple[VectorFile, ...]:
    """Return every ``*.json`` of a folder by name, except ``keys.json`` and JSON Schemas. Raises VectorFileError."""
    folder = Path(path)
    try:
        names = sorted(each.name for each in folder.iterdir() if each.suffix == ".json")
    except OSError as error:
        raise VectorFileError(folder, f"cannot be read ({error.strerror})", "Give a folder of vector files, or one file.") from None
    chosen = [name for name in names if name not in {_KEYS, "schema.json"} and not name.endswith(".schema.json")]
    if not chosen:
        raise VectorFileError(folder, "holds no vector file; expected at least one *.json", "Give a folder of vector files, or one file.")
    return tuple(load_file(folder / name) for name in chosen)


def load_file(path: str | Path) -> VectorFile:
    """Return one file of vectors. Its keys are those of the ``keys.json`` beside it, or else the bundled ones.

    Raises VectorFileError for a file that is not there, is not JSON, follows another schema, lacks a member, has two
    vectors of one id, or refers to a key that is not there.
    """
    file = Path(path)
    document = _checked(file, SCHEMA, "schema.json")
    keys = _keys_for(file)
    vectors = tuple(_vector(entry, file.parent) for entry in document["vectors"])
    seen: dict[str, int] = {}
    for index, vector in enumerate(vectors):
        first = seen.setdefault(vector.id, index)
        if first != index:
            problem = f"the id {vector.id!r} is that of vectors[{first}] too; expected each id once"
            raise VectorFileError(file, problem, "Rename one of the two.", f"vectors[{index}].id")
        _check_references(file, index, vector, keys)
    return VectorFile(file, document.get("about", ""), vectors, keys)


def _vector(entry: Mapping[str, Any], folder: Path) -> Vector:
    return Vector(
        id=entry["id"],
        scheme=entry["scheme"],
        result=entry["result"],
        inputs=entry["inputs"],
        expected=entry["expected"],
        key_material=entry["key_material"],
        flags=tuple(entry["flags"]),
        source=entry["source"],
        license=entry["license"],
        verified_with=tuple(entry["verified_with"]),
        notes=entry.get("notes", ""),
        folder=folder,
    )


def _check_references(file: Path, index: int, vector: Vector, keys: Keys) -> None:
    material = vector.key_material or {}
    references = {"ref": material["ref"]} if "ref" in material else {}
    references |= {f"trusted[{serial!r}]": key for serial, key in material.get("trusted", {}).items() if isinstance(key, str)}
    for member, name in references.items():
        if name not in keys:
            problem = f"there is no key {name!r} in {keys.path}; expected one of {', '.join(keys)}"
            remedy = f"Add the key to a {_KEYS} beside the file, or name one of these."
            raise VectorFileError(file, problem, remedy, f"vectors[{index}].key_material.{member}")


def _keys_for(file: Path) -> Keys:
    beside = file.parent / _KEYS
    return _keys(beside if beside.exists() else BUNDLED / _KEYS)


def _keys(path: Path) -> Keys:
    entries = _checked(path, _KEYS_SCHEMA, "keys.schema.json")["keys"]
    return Keys(path, {name: Key(name, entry.get("pem"), entry.get("secret")) for name, entry in entries.items()})


def _checked(path: Path, schema: str, described_by: str) -> dict[str, Any]:
    document = _json(path)
    if not isinstance(document, dict):
        problem = f"this file holds a JSON {_json_type(document)}; wxconform reads an object whose schema is {schema!r}"
        raise VectorFileError(path, problem, "Give a vector file; vectors/schema.json describes the format.")
    if document.get("schema") != schema:
        found = (
            f"this file's schema is {_clipped(repr(document['schema']))}" if "schema" in document else "this file has no member 'schema'"
        )
        remedy = "Convert it, or take the release of wxconform that reads it; vectors/schema.json describes the format."
        raise VectorFileError(path, f"{found}; wxconform reads {schema!r}", remedy)
    for error in _validator(described_by).iter_errors(document):
        raise VectorFileError(path, _problem(error), _WRITE_IT.replace("schema.json", described_by), _member(error))
    return document


@cache
def _validator(name: str) -> Any:
    return jsonschema_rs.validator_for(json.loads((BUNDLED / name).read_text(encoding="utf-8")))


def _json(path: Path) -> Any:
    try:
        text = path.read_bytes().decode("utf-8")
        document = json.loads(text, object_pairs_hook=_members_once, parse_constant=_no_constant)
        json.dumps(document, ensure_ascii=False).encode()
    except OSError as error:
        raise VectorFileError(path, f"cannot be read ({error.strerror})", "Check the path and its permissions.") from None
    except UnicodeEncodeError:
        problem = "holds half a character (a lone surrogate); expected text that has a UTF-8 form"
        raise VectorFileError(path, problem, "Write the whole character, or its bytes in base64.") from None
    except UnicodeDecodeError as error:
        raise VectorFileError(path, f"is not UTF-8 (byte {error.start}); expected JSON in UTF-8", "Save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        problem = f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}; expected a file of vectors"
        raise VectorFileError(path, problem, "Correct it there, or give another file.") from None
    except (ValueError, RecursionError) as error:
        raise VectorFileError(path, f"is not JSON as vectors use it: {error}", "Correct it, or give another file.") from None
    return document


def _members_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object has the member {twice!r} twice")
    return members


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _json_type(value: object) -> str:
    names = {list: "list", str: "text", bool: "truth value", type(None): "null"}
    return names.get(type(value), "number")


def _member(error: jsonschema_rs.ValidationError) -> str:
    path = [*error.instance_path, error.kind.value] if error.kind.name == "required" else error.instance_path
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _problem(error: jsonschema_rs.ValidationError) -> str:
    kind, value = error.kind.name, error.kind.value
    if kind == "required":
        return "this member is missing; every one of its kind has it"
    if kind == "anyOf":
        return "this key has neither pem nor secret; expected one of them"
    found = json.dumps(error.instance, ensure_ascii=False)
    choices = " or ".join(str(each) for each in value) if isinstance(value, list) else value
    wanted = _WANTED.get(kind, "something the schema allows ({kind} {choices})").format(kind=kind, choices=choices)
    return f"this is {_clipped(found)}; expected {wanted}"


def _clipped(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "..."


_WANTED: Final = {
    "type": "{choices}",
    "enum": "{choices}",
    "pattern": "a text that matches {choices}",
    "minLength": "at least {choices} character",
    "minItems": "at least {choices} element",
    "minProperties": "at least {choices} member",
    "minimum": "at least {choices}",
}
