"""How far a run is: one line rewritten on a terminal, a plain line now and then elsewhere."""

import time
from collections.abc import Callable
from typing import TextIO

from reports.plain import clip, put
from reports.words import duration, number_of

__all__ = ["Progress"]

_BAR = 24
_PATIENCE = 5.0
"""Seconds between two plain lines."""

_REDRAW = 0.1
"""Seconds between two drawings of the bar, so that thousands of checks do not make a terminal flicker."""


class Progress:
    """Counts checks and exchanges against *total* checks and shows them on *out*.

    *live* rewrites one line (a terminal); otherwise a plain line is printed for every further tenth, at most every five seconds.
    *clock* returns seconds from any start.
    """

    def __init__(
        self,
        out: TextIO,
        total: int,
        *,
        live: bool,
        columns: int = 80,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._out = out
        self._total = total
        self._live = live
        self._columns = columns
        self._clock = clock
        self._began = self._spoke = clock()
        self._done = self._exchanges = self._tenth = 0
        self._shown = False

    def advance(self, exchanges: int = 0) -> None:
        """Count one more check, which made *exchanges*."""
        self._done += 1
        self._exchanges += exchanges
        if self._live:
            if self._clock() - self._spoke >= _REDRAW or self._done == self._total:
                self.draw()
        else:
            self._speak()

    def clear(self) -> None:
        """Take the bar off the screen, so that a line can be printed in its place."""
        if self._shown:
            put(self._out, "\r\x1b[2K")
            self._shown = False

    def draw(self) -> None:
        """Put the bar (back) on the screen; nothing where output is not live or no check is left."""
        self.clear()
        if not self._live or self._done >= self._total:
            return
        self._spoke = self._clock()
        filled = _BAR * self._done // self._total
        put(self._out, "  " + clip(f"{'█' * filled}{'░' * (_BAR - filled)}  {self._words()}", self._columns - 3))
        self._shown = True

    def _speak(self) -> None:
        tenth = 10 * self._done // max(self._total, 1)
        if tenth == self._tenth or self._done >= self._total or self._clock() - self._spoke < _PATIENCE:
            return
        self._tenth, self._spoke = tenth, self._clock()
        put(self._out, f"  … {self._words()}\n")

    def _words(self) -> str:
        words = f"{self._done:,} of {number_of(self._total, 'check')} · {number_of(self._exchanges, 'exchange')}"
        elapsed = self._clock() - self._began
        if self._done and elapsed >= 1:
            words += f" · {duration(elapsed / self._done * (self._total - self._done))} left"
        return words
