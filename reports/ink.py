"""Colour on a terminal that wants it."""

from collections.abc import Mapping
from typing import TextIO

from reports.outcomes import Outcome

__all__ = ["Ink", "wants_colour"]

_BOLD, _DIM, _RED, _GREEN, _YELLOW, _CYAN = "1", "2", "31", "32", "33", "36"

_OUTCOMES = {
    Outcome.PASSED: _GREEN,
    Outcome.VIOLATED: _RED,
    Outcome.HARNESS_ERROR: _RED,
    Outcome.CONFIG: _YELLOW,
    Outcome.INCONCLUSIVE: _YELLOW,
    Outcome.ADVISORY: _CYAN,
    Outcome.WAIVED: _CYAN,
}


def wants_colour(out: TextIO, environ: Mapping[str, str]) -> bool:
    """Return whether *out* is a terminal whose user has not set NO_COLOR (https://no-color.org)."""
    return out.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


class Ink:
    """Wraps text in ANSI colours, or leaves it alone."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour

    def bold(self, text: str) -> str:
        """Return *text* in bold."""
        return self._in(_BOLD, text)

    def dim(self, text: str) -> str:
        """Return *text* in the background."""
        return self._in(_DIM, text)

    def outcome(self, outcome: Outcome, text: str) -> str:
        """Return *text* in the colour of *outcome*; what was not exercised stays dim."""
        return self._in(_OUTCOMES.get(outcome, _DIM), text)

    def _in(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour and text else text
