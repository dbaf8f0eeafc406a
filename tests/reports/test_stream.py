"""A stream is whole or says what it is; whatever else is handed in gets one paragraph."""

import errno
import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from reports.errors import ReportError, StreamError
from reports.model import Run
from reports.redaction import REDACTED, Redactor
from reports.stream import StreamWriter, read, rfc3339, settled
from tests.reports import miniature
from tests.reports.miniature import CHECKS, EVENTS, FINISHED, MACHINE, PHASES, RULES, STARTED, write


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """Return the stream of a run that ended."""
    return write(tmp_path / "report" / "run.ndjson")


def test_a_run_comes_back_as_it_went(whole: Path) -> None:
    """What was written is read back in order, the footer sealed."""
    run = read(whole)

    assert run.complete
    assert run.finished is not None
    assert run == Run(
        started=STARTED,
        phases=PHASES,
        checks=tuple(sorted(CHECKS, key=lambda check: check.check)),
        rules=RULES,
        machines=(MACHINE,),
        finished=replace(FINISHED, seal=run.finished.seal),
    )
    assert [path.name for path in whole.parent.iterdir()] == ["run.ndjson"]


def test_a_stream_takes_its_place_only_when_whole(tmp_path: Path) -> None:
    """Until the footer there is only a .part, every line of which is already on the disk as JSON."""
    path = tmp_path / "run.ndjson"
    with StreamWriter(path, Redactor([])) as stream:
        for number, event in enumerate(EVENTS[:-1], start=1):
            stream.write(event)
            lines = (tmp_path / "run.ndjson.part").read_bytes().splitlines()
            assert [json.loads(line)["event"] for line in lines] == [event.event for event in EVENTS[:number]]
            assert not path.exists()
        stream.write(EVENTS[-1])
    assert path.exists()


def test_an_earlier_run_stays_until_the_next_is_whole(whole: Path) -> None:
    """A run that crashes leaves the last whole stream as it was, and its own part beside it."""
    before = whole.read_bytes()

    write(whole, EVENTS[:4])

    assert whole.read_bytes() == before
    assert not read(whole.with_name("run.ndjson.part")).complete


@pytest.mark.parametrize("kept", range(1, len(EVENTS)))
def test_a_missing_footer_means_an_unfinished_run(tmp_path: Path, kept: int) -> None:
    """A stream that stops after any event is read, and is not complete."""
    run = read(write(tmp_path / "run.ndjson", EVENTS[:kept]))

    assert not run.complete
    assert run.started == STARTED


def test_a_killed_writer_may_leave_half_a_line(tmp_path: Path) -> None:
    """Half a line at the end of a .part is what a kill leaves; the events before it count."""
    part = write(tmp_path / "run.ndjson", EVENTS[:5])
    part.write_bytes(part.read_bytes()[:-20])

    assert read(part).checks == CHECKS[:1]


def test_abandoning_leaves_nothing(tmp_path: Path) -> None:
    """A run that ends before it began leaves no file."""
    stream = StreamWriter(tmp_path / "run.ndjson", Redactor([]))
    stream.write(STARTED)
    stream.abandon()
    stream.abandon()

    assert list(tmp_path.iterdir()) == []


def test_what_is_shown_is_what_was_written(tmp_path: Path) -> None:
    """The writer hands back the event redacted and stamped, so nobody needs to show the original."""
    moment = datetime(2026, 1, 2, 11, 4, 5, 678000, tzinfo=timezone(timedelta(hours=8)))
    with StreamWriter(tmp_path / "run.ndjson", Redactor(["correct-horse"]), clock=lambda: moment) as stream:
        stream.write(STARTED)
        shown = stream.write(replace(PHASES[0], at="", detail="key correct-horse"))

    assert shown == replace(PHASES[0], at="2026-01-02T03:04:05.678Z", detail=f"key {REDACTED}")
    assert "correct-horse" not in (tmp_path / "run.ndjson.part").read_text()
    assert shown == settled(replace(PHASES[0], at="", detail="key correct-horse"), Redactor(["correct-horse"]), clock=lambda: moment)


def test_text_that_is_no_unicode_is_still_written(tmp_path: Path) -> None:
    """A lone surrogate, as file names and broken JSON bring, is replaced rather than breaking the stream."""
    path = write(tmp_path / "run.ndjson", (STARTED, replace(PHASES[0], detail="a\ud800b")))

    assert read(path).phases[0].detail == "a?b"


def test_an_event_that_breaks_the_schema_is_a_fault_of_the_suite(tmp_path: Path) -> None:
    """The writer refuses what a reader would refuse, and the stream stays valid."""
    with StreamWriter(tmp_path / "run.ndjson", Redactor([])) as stream:
        stream.write(STARTED)
        with pytest.raises(ValueError, match=r"phase\.finished\.seconds"):
            stream.write(replace(PHASES[0], seconds=-1))

    assert read(tmp_path / "run.ndjson.part").phases == ()


def test_nothing_follows_the_footer(tmp_path: Path) -> None:
    """A stream that was closed takes no more events."""
    stream = StreamWriter(tmp_path / "run.ndjson", Redactor([]))
    stream.write(STARTED)
    stream.write(FINISHED)

    with pytest.raises(ValueError, match="closed"):
        stream.write(PHASES[0])


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    """A second run is refused while the first writes, and the first is not harmed."""
    with StreamWriter(tmp_path / "run.ndjson", Redactor([])) as stream:
        stream.write(STARTED)
        with pytest.raises(ReportError, match="being written by another run"):
            StreamWriter(tmp_path / "run.ndjson", Redactor([]))
        stream.write(FINISHED)

    assert read(tmp_path / "run.ndjson").complete


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    """A report folder that is a file is named, with what to give instead."""
    (tmp_path / "report").write_text("mine")

    with pytest.raises(ReportError, match=r"(?s)cannot write .*run\.ndjson.*--report"):
        StreamWriter(tmp_path / "report" / "run.ndjson", Redactor([]))
    assert (tmp_path / "report").read_text() == "mine"


def test_a_full_disk_takes_the_line_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that does not fit is removed again, so that the stream is still valid NDJSON."""
    real = os.write

    def half(file: int, data: bytes) -> int:
        if len(data) < 100:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(file, data[: len(data) // 2])

    with StreamWriter(tmp_path / "run.ndjson", Redactor([])) as stream:
        stream.write(STARTED)
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", half)
            with pytest.raises(ReportError, match="No space left on device"):
                stream.write(CHECKS[0])

    assert read(tmp_path / "run.ndjson.part") == Run(started=STARTED)


def _newer(raw: bytes) -> bytes:
    return raw.replace(b"wxconform-run/1", b"wxconform-run/2", 1)


BROKEN: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "is empty"),
    "not JSON": (lambda _: b"<html></html>\n", "is not NDJSON: line 1"),
    "binary": (lambda _: b"\x89PNG\x00\xff\n", "is not NDJSON: line 1"),
    "deep": (lambda _: b"[" * 200_000 + b"\n", "is not NDJSON: line 1"),
    "NaN": (lambda raw: raw.replace(b'"seed": 1637', b'"seed": NaN', 1), "NaN is not JSON"),
    "no unicode": (lambda raw: raw.replace(b"certify", b"\\ud800", 1), "is not NDJSON: line 1"),
    "other JSON": (lambda _: b'{"hello": 1}\n', "does not name the schema wxconform-run/1"),
    "a list": (lambda _: b"[1]\n", "does not name the schema"),
    "other schema": (lambda raw: raw.replace(b"wxconform-run/1", b"bowtie/1", 1), "does not name the schema"),
    "newer schema": (_newer, "has the schema wxconform-run/2, newer than"),
    "cut in a line": (lambda raw: raw[:-30], "is truncated: line 15 stops in the middle"),
    "cut before the end of a line": (lambda raw: raw[:-1], "is truncated"),
    "a line removed": (lambda raw: b"".join(raw.splitlines(keepends=True)[:3] + raw.splitlines(keepends=True)[4:]), "was edited"),
    "an outcome changed": (lambda raw: raw.replace(b'"violated"', b'"passed"', 1), "was edited"),
    "line ends changed": (lambda raw: raw.replace(b"\n", b"\r\n"), "was edited"),
    "two runs in one": (lambda raw: raw + raw, "was edited"),
    "lines after the footer": (lambda raw: raw + raw.splitlines(keepends=True)[1], "was edited"),
    "a foreign event": (lambda raw: raw.splitlines(keepends=True)[0] + b'{"event": "x"}\n', "line 2 is not an event of wxconform-run/1"),
    "a header alone inside": (lambda raw: raw.splitlines(keepends=True)[0] * 2, "was edited"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_stream_that_cannot_be_read_is_one_paragraph(whole: Path, name: str) -> None:
    """Whatever is wrong with a stream, the error names the file and what is wrong, says what to do, and takes a few lines."""
    damage, message = BROKEN[name]
    whole.write_bytes(damage(whole.read_bytes()))

    with pytest.raises(StreamError) as caught:
        read(whole)

    assert message in str(caught.value)
    assert str(whole) in caught.value.headline
    assert caught.value.remedy.endswith(".")
    assert str(caught.value).count("\n") == 2
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(("make", "reason"), [(lambda _: None, "No such file"), (Path.mkdir, "Is a directory")])
def test_a_stream_that_is_not_there(tmp_path: Path, make: Callable[[Path], None], reason: str) -> None:
    """A missing file or a folder in its place is named with what was expected."""
    make(tmp_path / "run.ndjson")

    with pytest.raises(StreamError, match=reason):
        read(tmp_path / "run.ndjson")


def test_moments_are_utc() -> None:
    """A moment of any zone is written in UTC with milliseconds."""
    assert rfc3339(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02T03:04:05.000Z"


def test_the_miniature_is_not_complete_without_its_footer(tmp_path: Path) -> None:
    """The helper of these tests returns the part where a run did not end."""
    assert write(tmp_path / "run.ndjson", miniature.EVENTS[:2]).suffix == ".part"
