"""`wxconform report` draws any run again from its stream alone, or says in one paragraph why it cannot."""

import errno
import json
import os
import subprocess
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest

from reports.render import PROJECTIONS
from tests.commands.conftest import Wxconform
from tests.reports.miniature import EVENTS, write

_LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))
from conformance.cli import main
sys.exit(main(sys.argv[1:]))
"""
"""Runs a command on a disk where no file grows beyond 4,000 bytes."""


def _everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_run_is_drawn_again(answered: Wxconform, tmp_path: Path) -> None:
    """From the stream alone every file of a report is drawn beside it, and the summary says the verdict and where the page is."""
    run = write(tmp_path / "kept" / "run.ndjson")

    ran = answered("report", str(run))

    assert ran.code == 0
    assert {path.name for path in (tmp_path / "kept").iterdir()} == {*PROJECTIONS, "run.ndjson"}
    assert "NOT CONFORMANT" in ran.out
    assert str(tmp_path / "kept" / "index.html") in "".join(ran.out.split("\n  "))
    assert "NOT READY" in (tmp_path / "kept" / "index.html").read_text("utf-8")


def test_drawing_again_gives_the_same(answered: Wxconform, tmp_path: Path) -> None:
    """A second drawing, elsewhere, is the first byte for byte, and the stream stays as it was."""
    run = write(tmp_path / "run.ndjson")
    stream = run.read_bytes()

    assert answered("report", str(run), "--to", "one").code == 0
    assert answered("report", str(run), "--to", "two/deep").code == 0
    assert _everything(tmp_path / "one") == _everything(tmp_path / "two" / "deep")
    assert set(_everything(tmp_path / "one")) == set(PROJECTIONS)
    assert run.read_bytes() == stream


def test_a_folder_stands_for_its_run(answered: Wxconform, tmp_path: Path) -> None:
    """A report folder names the finished run in it, even beside one that is under way; without one, the unfinished."""
    write(tmp_path / "run.ndjson")
    part = write(tmp_path / "other" / "run.ndjson", EVENTS[:6])
    part.rename(tmp_path / "run.ndjson.part")

    assert answered("report", ".").code == 0
    assert "NOT READY" in (tmp_path / "index.html").read_text("utf-8")
    (tmp_path / "run.ndjson").unlink()
    assert answered("report", ".").code == 0
    assert "INCOMPLETE" in (tmp_path / "index.html").read_text("utf-8")


def test_an_unfinished_run_is_drawn_as_such(answered: Wxconform, tmp_path: Path) -> None:
    """A stream that a killed run left, half a line at its end, is drawn as INCOMPLETE; exit 0, for it was drawn."""
    part = write(tmp_path / "run.ndjson", EVENTS[:6])
    part.write_bytes(part.read_bytes() + b'{"event": "check.fin')

    ran = answered("report", str(part))

    assert ran.code == 0
    assert "INCOMPLETE" in ran.out
    assert "INCOMPLETE" in (tmp_path / "index.html").read_text("utf-8")


@pytest.mark.parametrize(("words", "opened"), [((), 0), (("--open", "no"), 0), (("--open", "yes"), 1)])
def test_a_browser_is_started_when_asked(
    answered: Wxconform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], opened: int
) -> None:
    """The page is shown in a browser with --open yes, and only then."""
    shown: list[str] = []
    monkeypatch.setattr(webbrowser, "open", shown.append)

    assert answered("report", str(write(tmp_path / "run.ndjson")), *words).code == 0
    assert shown == [(tmp_path / "index.html").as_uri()] * opened


def _newer(stream: Path) -> None:
    first, _, rest = stream.read_text("utf-8").partition("\n")
    stream.write_text(json.dumps({**json.loads(first), "schema": "wxconform-run/2"}) + "\n" + rest, "utf-8")


def _truncated(stream: Path) -> None:
    stream.write_bytes(stream.read_bytes()[:-20])


def _edited(stream: Path) -> None:
    stream.write_text(stream.read_text("utf-8").replace('"violated"', '"passed"', 1), "utf-8")


def _emptied(stream: Path) -> None:
    stream.write_bytes(b"")


def _not_a_stream(stream: Path) -> None:
    stream.write_text("<testsuites/>\n", "utf-8")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_newer, ("wxconform-run/2", "newer", "Upgrade")),
        (_truncated, ("truncated", "Copy the file again")),
        (_edited, ("edited", "original file")),
        (_emptied, ("is empty", "wxconform run")),
        (_not_a_stream, ("not NDJSON", "run.ndjson")),
        (Path.unlink, ("cannot read", "No such file", "conformance-report/run.ndjson")),
    ],
    ids=["newer", "truncated", "edited", "empty", "something else", "missing"],
)
def test_a_stream_that_cannot_be_read(answered: Wxconform, tmp_path: Path, spoil: Callable[[Path], None], says: tuple[str, ...]) -> None:
    """A stream of a later version, cut, edited, empty, of another kind or missing is named with what to do; nothing is drawn."""
    stream = write(tmp_path / "run.ndjson")
    spoil(stream)
    before = _everything(tmp_path)

    ran = answered("report", str(stream), "--to", "drawn")

    assert ran.code == 2
    assert ran.out == ""
    assert ran.complaint.startswith("wxconform report: ")
    assert str(stream) in ran.complaint
    assert all(word in ran.complaint for word in says)
    assert _everything(tmp_path) == before


def test_a_folder_without_a_run(answered: Wxconform, tmp_path: Path) -> None:
    """A folder that holds no stream is answered with the file that was looked for."""
    ran = answered("report", str(tmp_path))

    assert ran.code == 2
    assert f"cannot read {tmp_path / 'run.ndjson'}" in ran.complaint


def test_a_folder_that_is_a_file(answered: Wxconform, tmp_path: Path) -> None:
    """--to naming a file exits 2 and leaves the file as it is."""
    run = write(tmp_path / "run.ndjson")
    (tmp_path / "taken").write_text("mine")

    ran = answered("report", str(run), "--to", "taken")

    assert ran.code == 2
    assert "cannot write taken: File exists" in ran.complaint
    assert "--to" in ran.complaint
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs POSIX permissions, which do not bind root")
def test_a_read_only_folder(answered: Wxconform, tmp_path: Path) -> None:
    """A folder that may not be written to exits 2 and stays empty."""
    run = write(tmp_path / "run.ndjson")
    (tmp_path / "sealed").mkdir(mode=0o555)

    ran = answered("report", str(run), "--to", "sealed")

    assert ran.code == 2
    assert "cannot write sealed: Permission denied" in ran.complaint
    assert _everything(tmp_path / "sealed") == {}


@pytest.mark.parametrize("refusal", [errno.EROFS, errno.ENOSPC], ids=["read-only", "full"])
def test_a_disk_that_refuses(answered: Wxconform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: int) -> None:
    """Where the system refuses the last of the files, those drawn before it are taken back and the former ones stay whole."""
    run = write(tmp_path / "run.ndjson")
    assert answered("report", str(run)).code == 0
    before = _everything(tmp_path)
    real = Path.write_text

    def refuse(path: Path, *arguments: str, **options: str) -> int:
        if ".index.html." in path.name:
            raise OSError(refusal, os.strerror(refusal))
        return real(path, *arguments, **options)

    monkeypatch.setattr(Path, "write_text", refuse)
    ran = answered("report", str(run))

    assert ran.code == 2
    assert f"cannot write {tmp_path}: {os.strerror(refusal)}" in ran.complaint
    assert "a disk with room" in ran.complaint
    assert _everything(tmp_path) == before


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_file_that_finds_no_room(tmp_path: Path) -> None:
    """Where the disk takes the beginning of a file and not its end, nothing half-written stays."""
    run = write(tmp_path / "run.ndjson")
    before = _everything(tmp_path)

    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, "report", str(run)], capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path
    )

    assert done.returncode == 2
    assert done.stderr.startswith(f"wxconform report: cannot write {tmp_path}: File too large")
    assert "Traceback" not in done.stderr
    assert _everything(tmp_path) == before


def test_the_exit_code_is_explained(answered: Wxconform, capsys: pytest.CaptureFixture[str]) -> None:
    """The help says that 0 means drawn, whatever the verdict."""
    with pytest.raises(SystemExit) as ended:
        answered("report", "--help")

    assert ended.value.code == 0
    assert "Exit code 0 when it is drawn, whatever the verdict" in " ".join(capsys.readouterr().out.split())
