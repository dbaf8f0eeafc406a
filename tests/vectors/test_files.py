"""The bundled files themselves."""

import re

import jsonschema  # type: ignore[import-untyped]  # carries no types, and comes with openapi-spec-validator
import jsonschema_rs
import pytest

from conformance.runner.answers import OPERATIONS
from tests.vectors.samples import WRONG_IN_SOURCE, bundled_document, bundled_files
from vectors import BUNDLED, VectorFile

_FILES = [pytest.param(file, id=file.path.name) for file in bundled_files()]


@pytest.mark.parametrize("name", ["schema.json", "keys.schema.json"])
def test_the_schemas_are_schemas(name: str) -> None:
    """Both published schemas are valid JSON Schema 2020-12."""
    assert jsonschema_rs.meta.is_valid(bundled_document(name))
    assert bundled_document(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("file", _FILES)
def test_every_file_follows_the_schema(file: VectorFile) -> None:
    """A second implementation of JSON Schema accepts every bundled file."""
    jsonschema.Draft202012Validator(bundled_document("schema.json")).validate(bundled_document(file.path.name))


def test_the_keys_follow_their_schema() -> None:
    """A second implementation of JSON Schema accepts the bundled keys."""
    jsonschema.Draft202012Validator(bundled_document("keys.schema.json")).validate(bundled_document("keys.json"))


@pytest.mark.parametrize("file", _FILES)
def test_a_file_says_its_own_name_and_size(file: VectorFile) -> None:
    """``file`` and ``count`` of a file are true, and ``about`` says what it settles."""
    document = bundled_document(file.path.name)

    assert (document["file"], document["count"]) == (file.path.name, len(file.vectors))
    assert file.about.endswith((".", "?"))


def test_the_set_is_complete() -> None:
    """There are 320 known answers, and 11 values that are wrong where they are printed."""
    counts = {file.path.name: len(file.vectors) for file in bundled_files()}

    assert counts.pop(WRONG_IN_SOURCE) == 11
    assert (len(counts), sum(counts.values())) == (14, 320)


def test_ids_are_unique_in_the_whole_set() -> None:
    """An id names one vector, whatever its file."""
    ids = [vector.id for file in bundled_files() for vector in file.vectors]

    assert len(ids) == len(set(ids))


def test_every_vector_has_a_provenance() -> None:
    """Every vector names its source, the terms of that source, and implementations that agree."""
    assert all(vector.source and vector.license and vector.verified_with for file in bundled_files() for vector in file.vectors)


def test_every_operation_is_known_for_the_scheme() -> None:
    """Whatever scheme and operation a bundled vector names, there is an oracle for it."""
    named = {(vector.scheme, vector.op) for file in bundled_files() for vector in file.vectors}

    assert named <= set(OPERATIONS)


def test_private_keys_do_not_alarm_secret_scanners() -> None:
    """No bundled file holds a private key under its usual PEM label."""
    for path in BUNDLED.rglob("*.*"):
        if path.suffix in {".json", ".pem", ".crt"}:
            assert not re.search("BEGIN [A-Z ]*PRIVATE KEY", path.read_text(encoding="utf-8")), path


def test_the_bundled_keys_are_all_there() -> None:
    """The bundled keys.json holds its 17 keys, each a PEM or a secret."""
    keys = bundled_files()[0].keys

    assert len(keys) == 17
    assert all((key.pem is None) != (key.secret is None) for key in keys.values())
