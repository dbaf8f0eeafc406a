"""What a person did wrong around a report, as an error that says it."""

from pathlib import Path

__all__ = ["ReportError", "StreamError", "unwritable"]


class ReportError(Exception):
    """A report cannot be written or read, and a person can mend it. Exit code 2.

    *headline* names the value that is wrong; *remedy* says what was expected and what to do next.
    """

    exit_code = 2

    def __init__(self, headline: str, remedy: str) -> None:
        super().__init__(headline, remedy)
        self.headline = headline
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.headline}\n\n  {self.remedy}"


class StreamError(ReportError):
    """A file is not an event stream this version can read."""


def unwritable(path: Path, error: OSError) -> ReportError:
    """Return the error for a report file at *path* that the system refused to write."""
    reason = error.strerror or str(error)
    return ReportError(
        f"cannot write {path}: {reason}",
        "Nothing half-written was left behind. Give --report (--to of `wxconform report`) a folder you may write to, on a disk with room.",
    )
