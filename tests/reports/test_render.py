"""A report folder holds whole files or the ones it held before."""

import ast
import errno
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import reports
from reports.errors import ReportError, StreamError
from reports.github import annotations, step_summary
from reports.redaction import Redactor
from reports.render import PROJECTIONS, render_all
from reports.stream import read
from tests.reports.miniature import CHECKS, EVENTS, EXCHANGE, FINDING, STARTED, write


def test_every_projection_is_drawn(tmp_path: Path) -> None:
    """A run gives JUnit, SARIF and a page, readable by others, and leaves no drafts."""
    run = write(tmp_path / "run.ndjson")

    paths = render_all(run, tmp_path / "new" / "folder")

    assert sorted(path.name for path in paths) == sorted(PROJECTIONS) == ["index.html", "junit.xml", "run.sarif"]
    assert sorted((tmp_path / "new" / "folder").iterdir()) == sorted(paths)
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o644}


def test_drawing_twice_gives_the_same(tmp_path: Path) -> None:
    """A stream is drawn the same at any time: nothing but the stream goes into it."""
    run = write(tmp_path / "run.ndjson")
    first = [path.read_bytes() for path in render_all(run, tmp_path / "a")]

    assert [path.read_bytes() for path in render_all(run, tmp_path / "b")] == first


def test_an_unfinished_run_is_drawn(tmp_path: Path) -> None:
    """The part a killed run left is drawn as incomplete."""
    render_all(write(tmp_path / "run.ndjson", EVENTS[:6]), tmp_path)

    assert "INCOMPLETE" in (tmp_path / "index.html").read_text("utf-8")


def test_a_broken_stream_changes_nothing(tmp_path: Path) -> None:
    """Where the stream cannot be read the folder stays as it was."""
    (tmp_path / "run.ndjson").write_text("{}\n")

    with pytest.raises(StreamError):
        render_all(tmp_path / "run.ndjson", tmp_path / "report")
    assert not (tmp_path / "report").exists()


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    """A folder that is a file is named in one paragraph."""
    run = write(tmp_path / "run.ndjson")
    (tmp_path / "report").write_text("mine")

    with pytest.raises(ReportError, match=r"cannot write .*report"):
        render_all(run, tmp_path / "report")
    assert (tmp_path / "report").read_text() == "mine"


def test_a_full_disk_leaves_the_old_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no room for a page, none of the files change and no draft stays."""
    run = write(tmp_path / "run.ndjson")
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "junit.xml").write_text("old")
    real = Path.write_text

    def full(self: Path, data: str, encoding: str | None = None, errors: str | None = None, newline: str | None = None) -> int:
        if "index.html" in self.name:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(self, data, encoding, errors, newline)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ReportError, match=r"(?s)No space left on device.*Nothing half-written"):
        render_all(run, folder)

    assert [path.name for path in folder.iterdir()] == ["junit.xml"]
    assert (folder / "junit.xml").read_text() == "old"


def test_reports_import_nothing_of_ours() -> None:
    """The room draws from the stream alone: its modules import the standard library, jsonschema_rs and each other."""
    allowed = sys.stdlib_module_names | {"jsonschema_rs", "reports"}
    for module in Path(str(reports.__file__)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] in allowed, module
            elif isinstance(node, ast.Import):
                assert {name.name.split(".")[0] for name in node.names} <= allowed, module


def test_no_projection_holds_a_secret(tmp_path: Path) -> None:
    """Whatever is drawn comes from the redacted stream: a secret in a finding, a header or an exchange is in none of it."""
    canary = "CanaryCanaryCanaryCanary"
    request = replace(EXCHANGE.request, url=f"/v3?key={canary}", body=canary.encode())
    finding = replace(FINDING, sentence=canary, shortest=canary, got=canary, exchanges=(replace(EXCHANGE, label=canary, request=request),))
    told = replace(CHECKS[1], findings=(finding,), reason=canary)
    events = tuple(told if event is CHECKS[1] else replace(STARTED, command=canary) if event is STARTED else event for event in EVENTS)
    run = write(tmp_path / "run.ndjson", events, redactor=Redactor([canary]))

    drawn = {path.name: path.read_text("utf-8") for path in render_all(run, tmp_path)}
    drawn |= {"annotations": annotations(read(run)), "summary": step_summary(read(run))}

    assert all("[redacted]" in text for text in drawn.values())
    assert [name for name, text in drawn.items() if canary in text] == []
