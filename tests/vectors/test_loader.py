"""Reading vector files, and what a person is told who gives a bad one."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.vectors.samples import entry, write, write_keys
from vectors import BUNDLED, VectorFileError, bundled, load_file, load_folder


def _error(path: Path) -> VectorFileError:
    with pytest.raises(VectorFileError) as caught:
        load_file(path)
    assert str(path) in str(caught.value)
    assert caught.value.remedy.endswith(".")
    return caught.value


def test_reads_a_file(tmp_path: Path) -> None:
    """A vector is read as it is written, and knows the folder it came from."""
    file = load_file(write(tmp_path, entry(flags=["Utf8"], notes="empty", extra=1)))

    (vector,) = file.vectors
    assert (vector.id, vector.op, vector.result, vector.flags, vector.notes) == ("sample", "md5", "valid", ("Utf8",), "empty")
    assert vector.folder == tmp_path


def test_takes_the_bundled_keys_by_default(tmp_path: Path) -> None:
    """A file without keys.json beside it refers to the bundled keys."""
    file = load_file(write(tmp_path, entry(key_material={"ref": "gen-v2-key"})))

    assert file.keys["gen-v2-key"].secret == "ConformanceV2KeyForTests00000001"


def test_prefers_the_keys_beside_the_file(tmp_path: Path) -> None:
    """A keys.json beside the file is the only one that counts."""
    keys = write_keys(tmp_path, mine={"secret": "s"})
    file = load_file(write(tmp_path, entry(key_material={"ref": "mine"})))

    assert (file.keys.path, list(file.keys), file.keys["mine"].secret) == (keys, ["mine"], "s")


def test_reads_a_folder_by_name(tmp_path: Path) -> None:
    """A folder gives its vector files in the order of their names; keys and schemas are no vector files."""
    write_keys(tmp_path, mine={"secret": "s"})
    for name in ("b.json", "a.json"):
        write(tmp_path, entry(), name=name)
    for name in ("schema.json", "keys.schema.json", "notes.txt"):
        (tmp_path / name).write_text("{}", encoding="utf-8")

    assert [file.path.name for file in load_folder(tmp_path)] == ["a.json", "b.json"]


def test_the_bundled_files_are_those_of_the_package() -> None:
    """bundled() reads the folder of the package."""
    assert {file.path.parent for file in bundled()} == {BUNDLED}


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    """A folder without vector files is refused rather than passed."""
    with pytest.raises(VectorFileError, match="holds no vector file"):
        load_folder(tmp_path)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A folder that cannot be read is named with the reason."""
    with pytest.raises(VectorFileError, match="absent: cannot be read"):
        load_folder(tmp_path / "absent")


def test_names_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A file that cannot be read is named with the reason of the system."""
    assert "No such file" in _error(tmp_path / "absent.json").problem


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"schema: vectors", "is not JSON: Expecting value at line 1, column 1"),
        (b'{"schema": 1,}', "is not JSON"),
        (b"\xef\xbb\xbf{}", "is not JSON"),
        (b'{"schema": "\xff"}', "is not UTF-8 (byte 12)"),
        (b'{"a": 1, "a": 2}', "an object has the member 'a' twice"),
        (b'{"a": "\\ud800"}', "holds half a character"),
        (b'{"a": NaN}', "NaN is not a JSON number"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "this file holds a JSON list"),
        (b"null", "this file holds a JSON null"),
        (b"3", "this file holds a JSON number"),
    ],
)
def test_says_what_a_file_is_instead(tmp_path: Path, content: bytes, problem: str) -> None:
    """A file that is no JSON object of vectors is answered with what it is."""
    path = tmp_path / "odd.json"
    path.write_bytes(content)

    assert problem in _error(path).problem


def test_names_another_schema(tmp_path: Path) -> None:
    """A file of another schema is answered with its schema and the one that is read."""
    error = _error(write(tmp_path, entry(), schema="x"))

    assert error.problem == "this file's schema is 'x'; wxconform reads 'wechatpay-conformance-vectors/1'"


def test_a_file_without_schema_is_refused(tmp_path: Path) -> None:
    """A file that names no schema is not taken for vectors."""
    path = tmp_path / "bare.json"
    path.write_text("{}", encoding="utf-8")

    assert _error(path).problem == "this file has no member 'schema'; wxconform reads 'wechatpay-conformance-vectors/1'"


@pytest.mark.parametrize("member", sorted(entry()))
def test_names_a_missing_member(tmp_path: Path, member: str) -> None:
    """Every member of a vector is needed, and the one that is missing is named with its place."""
    error = _error(write(tmp_path, entry(id="first"), entry(**{member: ...})))

    assert (error.member, "missing" in error.problem) == (f"vectors[1].{member}", True)


@pytest.mark.parametrize(
    ("members", "place", "problem"),
    [
        ({"result": "good"}, "vectors[0].result", 'this is "good"; expected valid or invalid or acceptable'),
        ({"inputs": {}}, "vectors[0].inputs.op", "missing"),
        ({"inputs": []}, "vectors[0].inputs", "this is []; expected object"),
        ({"id": "a b"}, "vectors[0].id", "a text that matches"),
        ({"scheme": ""}, "vectors[0].scheme", "at least 1 character"),
        ({"flags": [1]}, "vectors[0].flags[0]", "this is 1; expected string"),
        ({"key_material": {}}, "vectors[0].key_material", "at least 1 member"),
        ({"key_material": "gen-v2-key"}, "vectors[0].key_material", "expected null or object"),
        ({"key_material": {"key_hex": "0g"}}, "vectors[0].key_material.key_hex", "a text that matches"),
        ({"key_material": {"trusted": {"AB": {}}}}, "vectors[0].key_material.trusted.AB.pem", "missing"),
    ],
)
def test_names_the_member_and_what_was_expected(tmp_path: Path, members: dict[str, Any], place: str, problem: str) -> None:
    """A member that is not what it should be is named, with what is there and what was expected."""
    error = _error(write(tmp_path, entry(**members)))

    assert error.member == place
    assert problem in error.problem


def test_a_file_of_no_vectors_is_refused(tmp_path: Path) -> None:
    """An empty list of vectors would pass without judging anything, so it is refused."""
    assert _error(write(tmp_path)).problem == "this is []; expected at least 1 element"


def test_names_both_vectors_of_one_id(tmp_path: Path) -> None:
    """Two vectors of one id are refused, and both places are named."""
    error = _error(write(tmp_path, entry(), entry(id="other"), entry()))

    assert (error.member, "'sample' is that of vectors[0] too" in error.problem) == ("vectors[2].id", True)


@pytest.mark.parametrize(
    ("material", "place"),
    [
        ({"ref": "nobody"}, "vectors[0].key_material.ref"),
        ({"trusted": {"AB": "nobody"}}, "vectors[0].key_material.trusted['AB']"),
    ],
)
def test_names_a_key_that_is_not_there(tmp_path: Path, material: dict[str, Any], place: str) -> None:
    """A reference to an unknown key is refused with the keys there are."""
    write_keys(tmp_path, mine={"secret": "s"})
    error = _error(write(tmp_path, entry(key_material=material)))

    assert error.member == place
    assert "there is no key 'nobody'" in error.problem
    assert error.problem.endswith("expected one of mine")


@pytest.mark.parametrize(
    ("keys", "place"),
    [({"k": {}}, "keys.k"), ({"k": {"secret": 5}}, "keys.k.secret"), ({"k": {"pem": "MIIB"}}, "keys.k.pem"), ({}, "keys")],
)
def test_a_bad_keys_file_is_named_itself(tmp_path: Path, keys: dict[str, Any], place: str) -> None:
    """What is wrong in a keys.json is reported for that file, not for the vectors beside it."""
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"schema": "wechatpay-conformance-keys/1", "keys": keys}), encoding="utf-8")

    with pytest.raises(VectorFileError) as caught:
        load_file(write(tmp_path, entry()))

    assert (caught.value.path, caught.value.member) == (path, place)


def test_a_keys_file_is_no_vector_file(tmp_path: Path) -> None:
    """Someone who gives the keys instead of the vectors is told so by the schema."""
    assert "this file's schema is 'wechatpay-conformance-keys/1'" in _error(write_keys(tmp_path, mine={"secret": "s"})).problem
