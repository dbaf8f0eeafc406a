"""Progress is one line on a terminal and a few in a log."""

import io
import re
from collections.abc import Iterator

from reports.progress import Progress


def _clock(step: float) -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += step


def _run(*, live: bool, checks: int, step: float, columns: int = 80) -> str:
    out = io.StringIO()
    ticks = _clock(step)
    progress = Progress(out, checks, live=live, columns=columns, clock=lambda: next(ticks))
    for _ in range(checks):
        progress.advance(exchanges=100)
    return out.getvalue()


def test_a_log_gets_a_line_now_and_then() -> None:
    """Without a terminal there is at most a line for every tenth, with what is done and what is left."""
    lines = _run(live=False, checks=100, step=3.0).splitlines()

    assert 5 <= len(lines) <= 10
    assert all(re.fullmatch(r"  … \d+ of 100 checks · [\d,]+ exchanges · .+ s left", line) for line in lines)


def test_a_short_run_is_silent() -> None:
    """A run of a few seconds needs no progress in a log."""
    assert _run(live=False, checks=100, step=0.01) == ""


def test_a_terminal_gets_one_line() -> None:
    """On a terminal the line is rewritten in place, and gone when the last check is done."""
    text = _run(live=True, checks=50, step=0.2)

    assert "\n" not in text
    assert "25 of 50 checks · 2,500 exchanges" in text
    assert text.endswith("\r\x1b[2K")


def test_the_line_is_not_redrawn_for_every_check() -> None:
    """Checks that end within a tenth of a second share a drawing."""
    assert _run(live=True, checks=1000, step=0.001).count("\r") < 60


def test_the_line_fits() -> None:
    """On a narrow terminal the line is cut rather than wrapped, since a wrapped line cannot be rewritten."""
    for drawing in _run(live=True, checks=50, step=0.2, columns=40).split("\r\x1b[2K"):
        assert len(drawing) < 40


def test_a_run_without_checks() -> None:
    """Nothing to do is nothing to show."""
    progress = Progress(out := io.StringIO(), 0, live=True)
    progress.draw()
    progress.clear()

    assert out.getvalue() == ""
