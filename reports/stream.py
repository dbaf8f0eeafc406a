"""run.ndjson: written line by line while a run goes, sealed at its end, read back as a `Run`."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Self, TypeVar, cast

from reports.errors import ReportError, StreamError, unwritable
from reports.model import (
    SCHEMA,
    CheckFinished,
    Event,
    MachineCovered,
    PhaseFinished,
    RuleJudged,
    Run,
    RunFinished,
    RunStarted,
    Seal,
    from_dict,
    to_dict,
)
from reports.redaction import Redactor
from reports.schema import first_fault

__all__ = ["PART_SUFFIX", "StreamWriter", "read", "rfc3339", "settled"]

PART_SUFFIX = ".part"
"""What a stream is called until its footer stands: `run.ndjson.part`. A run that was killed leaves it behind."""

E = TypeVar("E", bound=Event)


def rfc3339(moment: datetime) -> str:
    """Return *moment* (aware) as the stream writes it: UTC, milliseconds, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _now() -> datetime:
    return datetime.now(UTC)


def _line(event: Event, redactor: Redactor, clock: Callable[[], datetime]) -> tuple[bytes, Any]:
    stamped = replace(event, at=event.at or rfc3339(clock()))
    line = json.dumps(redactor.clean(to_dict(stamped)), ensure_ascii=False, allow_nan=False).encode("utf-8", "replace") + b"\n"
    return line, json.loads(line)


def settled(event: E, redactor: Redactor, *, clock: Callable[[], datetime] = _now) -> E:
    """Return *event* as a stream would hold it, redacted and stamped, for a run that keeps no stream but is shown."""
    return cast("E", from_dict(_line(event, redactor, clock)[1]))


class StreamWriter:
    """Writes a stream, each line flushed as it is made.

    The file is `PATH.part` until the footer is written; only then does it take the place of *path*, so *path* is always a whole run.
    Raises `ReportError` where the folder cannot be written; a line that does not fit on the disk is taken back.
    """

    def __init__(self, path: Path, redactor: Redactor, *, clock: Callable[[], datetime] = _now) -> None:
        self._path = path
        self._part = path.with_name(path.name + PART_SUFFIX)
        self._redactor = redactor
        self._clock = clock
        self._digest = sha256()
        self._lines = self._size = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: int | None = _open_alone(self._part)
        except OSError as error:
            raise unwritable(self._part, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, event: E) -> E:
        """Append *event* and return it as it stands in the stream: redacted, with its moment, the footer sealed.

        Show people what this returns, never what was passed in. After the footer the stream is closed and in its place.
        """
        if self._file is None:
            raise ValueError(f"{event.event} written to a stream that is closed")
        if isinstance(event, RunFinished):
            event = cast("E", replace(event, seal=Seal(lines=self._lines, sha256=self._digest.hexdigest())))
        line, members = _line(event, self._redactor, self._clock)
        if fault := first_fault(members):
            raise ValueError(f"{event.event} does not keep reports/schema.json: {fault}")
        self._append(self._file, line)
        if isinstance(event, RunFinished):
            self._publish(self._file)
        return cast("E", from_dict(members))

    def close(self) -> None:
        """Stop writing; a stream without its footer stays behind as `PATH.part`, which `read` takes for an unfinished run."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def abandon(self) -> None:
        """Stop writing and leave nothing behind, for a run that ended before it began. A stream already in its place stays."""
        if self._file is not None:
            self._part.unlink(missing_ok=True)
            self.close()

    def _append(self, file: int, line: bytes) -> None:
        rest = line
        try:
            while rest:
                rest = rest[os.write(file, rest) :]
        except OSError as error:
            os.ftruncate(file, self._size)
            raise unwritable(self._part, error) from error
        self._digest.update(line)
        self._lines += 1
        self._size += len(line)

    def _publish(self, file: int) -> None:
        try:
            os.fsync(file)
            self._part.replace(self._path)
        except OSError as error:
            raise unwritable(self._path, error) from error
        finally:
            self.close()


def _open_alone(part: Path) -> int:
    """Open *part* empty, refusing where another run is writing it: two runs in one folder would mix their lines."""
    file = os.open(part, os.O_WRONLY | os.O_CREAT, 0o644)
    if not _is_ours(file, part):
        os.close(file)
        raise ReportError(
            f"{part} is being written by another run",
            "Wait for that run to end, or give this one a folder of its own with --report.",
        )
    os.ftruncate(file, 0)
    return file


def _is_ours(file: int, part: Path) -> bool:
    if sys.platform == "win32":
        return True
    import fcntl  # noqa: PLC0415 - exists on POSIX only

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The other run may have put its file in its place between our open and our lock.
        return os.path.samestat(os.fstat(file), part.stat())
    except (BlockingIOError, FileNotFoundError):
        return False


def read(path: Path) -> Run:
    """Return the run in the stream at *path*; one without a footer comes back with `complete` false.

    Raises `StreamError` for a file that is missing, not NDJSON, of a newer schema, cut in the middle of a line, or edited. Only a `.part`
    may end in half a line: its writer may have been killed.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise StreamError(
            f"cannot read {path}: {error.strerror}",
            "An event stream was expected, such as conformance-report/run.ndjson, which every `wxconform run` writes.",
        ) from error
    lines = raw.splitlines(keepends=True)
    if lines and not lines[-1].endswith(b"\n"):
        if path.suffix != PART_SUFFIX:
            raise StreamError(
                f"{path} is truncated: line {len(lines)} stops in the middle",
                "Copy the file again, whole. To render what is there as an unfinished run, delete that last line.",
            )
        lines.pop()
    if not lines:
        raise StreamError(f"{path} is empty", "A run.ndjson begins with a run.started line. Run `wxconform run` again to get one.")
    return _assemble(path, lines, list(_events(path, lines)))


def _events(path: Path, lines: list[bytes]) -> Iterator[Event]:
    for number, line in enumerate(lines, start=1):
        members = _parse(path, number, line)
        if number == 1:
            _check_schema(path, members)
        if fault := first_fault(members):
            raise StreamError(
                f"{path} line {number} is not an event of {SCHEMA}: {fault}",
                "The file was edited or written by something else. Use the run.ndjson as `wxconform run` left it.",
            )
        yield from_dict(members)


def _parse(path: Path, number: int, line: bytes) -> Any:
    try:
        members = json.loads(line, parse_constant=_refuse_constant)
        json.dumps(members, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise StreamError(
            f"{path} is not NDJSON: line {number} is not one JSON value ({error})",
            "One JSON object per line in UTF-8 was expected. Point at the run.ndjson of a report folder.",
        ) from error
    return members


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _check_schema(path: Path, members: Any) -> None:
    declared = members.get("schema") if isinstance(members, dict) else None
    family, _, number = SCHEMA.partition("/")
    its_family, _, its_number = declared.partition("/") if isinstance(declared, str) else ("", "", "")
    if its_family != family or not its_number.isdecimal():
        raise StreamError(
            f"{path} is not a stream of wxconform: its first line does not name the schema {SCHEMA}",
            "Its first line should be a run.started event. Point at the run.ndjson of a report folder.",
        )
    if int(its_number) > int(number):
        raise StreamError(
            f"{path} has the schema {declared}, newer than the {SCHEMA} this version reads",
            "It was written by a later wxconform. Upgrade with `pip install -U wechatpay-conformance` and render it again.",
        )


def _assemble(path: Path, lines: list[bytes], events: list[Event]) -> Run:
    def kept(kind: type[E]) -> tuple[E, ...]:
        return tuple(event for event in events if isinstance(event, kind))

    started, finished = kept(RunStarted), kept(RunFinished)
    footer = finished[0] if finished else None
    whole = len(started) == 1 and len(finished) <= 1 and events[0] is started[0] and footer in (None, events[-1])
    if not whole or (footer and footer.seal != Seal(lines=len(lines) - 1, sha256=sha256(b"".join(lines[:-1])).hexdigest())):
        raise StreamError(
            f"{path} was edited after the run: its lines do not match the seal in its last line",
            "A report is drawn only from what the run wrote. Use the original file, or run again.",
        )
    return Run(
        started=started[0],
        phases=kept(PhaseFinished),
        # In the stream they stand as they ended, which is chance where several ran at a time.
        checks=tuple(sorted(kept(CheckFinished), key=lambda check: check.check)),
        rules=kept(RuleJudged),
        machines=kept(MachineCovered),
        finished=footer,
    )
