"""``wxconform vectors``."""

import shutil
from pathlib import Path

import pytest

from conformance.runner.vectors_command import main
from tests.vectors.samples import WRONG_IN_SOURCE, bundled_files, entry, write
from vectors import BUNDLED

_WRONG = entry(id="wrong", expected={"md5_hex_lower": "00"})


def test_the_bundled_vectors_pass(capsys: pytest.CaptureFixture[str]) -> None:
    """Without arguments every bundled file gets its line, the whole a last one, and the exit code is 0."""
    assert main([]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[: len(bundled_files())]] == [file.path.name for file in bundled_files()]
    assert "v3_request_sign.json 36 vectors 36 agree" in [" ".join(line.split()) for line in lines]
    assert lines[-1].split() == ["total", "331", "vectors", "315", "agree", "15", "acceptable", "1", "not", "judged"]


def test_acceptable_ones_are_reported_and_do_not_fail(capsys: pytest.CaptureFixture[str]) -> None:
    """A vector on which sources disagree is named with what our oracle does, and fails nothing."""
    assert main([str(BUNDLED / "gateway_md5.json")]) == 0
    assert "- gw-verify-uppercase: acceptable, sources disagree; here: verified false" in capsys.readouterr().out


def test_a_mismatch_is_listed_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mismatch is listed with its id, its file, expected and got, and the exit code is 1."""
    write(tmp_path, entry(), _WRONG)

    assert main([str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "2 vectors     1 agree     1 mismatch" in out
    assert "x wrong (sample.json): mismatch" in out
    assert 'expected  md5_hex_lower "00"' in out
    assert 'got       md5_hex_lower "d41d8cd98f00b204e9800998ecf8427e"' in out


def test_an_unknown_operation_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A vector nobody can answer is listed and fails."""
    assert main([str(write(tmp_path, entry(), entry(id="new", scheme="ROT13")))]) == 1
    assert "x new (sample.json): unsupported" in capsys.readouterr().out


def test_a_run_that_judges_nothing_fails(tmp_path: Path) -> None:
    """If not one vector could be judged, nothing is proven, and the exit code is 1."""
    absent = {"op": "file-sha1", "path": "absent.csv"}

    assert main([str(write(tmp_path, entry(scheme="SHA1", inputs=absent, expected={"sha1": "00"})))]) == 1


def test_files_and_folders_may_be_mixed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each path given is run, in the order given."""
    write(tmp_path, entry(), name="mine.json")

    assert main([str(BUNDLED / WRONG_IN_SOURCE), str(tmp_path)]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines() if line] == [WRONG_IN_SOURCE, "mine.json", "total"]


def test_vectors_elsewhere_take_the_bundled_keys(tmp_path: Path) -> None:
    """A copy of the vectors without keys passes like the original, but for the certificates it does not need to bring."""
    for file in bundled_files():
        shutil.copy(file.path, tmp_path)

    assert main([str(tmp_path)]) == 0


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read (No such file or directory)"),
        ("{", "is not JSON"),
        ('{"schema": "x", "vectors": []}', "this file's schema is 'x'; wxconform reads 'wechatpay-conformance-vectors/1'"),
    ],
)
def test_an_unusable_file_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, problem: str) -> None:
    """A file that cannot be used is explained in one paragraph on stderr, nothing is judged, and the exit code is 2."""
    path = tmp_path / "given.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    good = write(tmp_path, entry(), name="good.json")

    assert main([str(good), str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"wxconform: {path}: ")
    assert problem in captured.err
    assert captured.err.count("\n") == 1
