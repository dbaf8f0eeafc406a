"""A run as a person watches it: a line when a part is over, and at the end the verdict and what to do about it."""

import os
import shutil
from typing import TextIO

from reports.ink import Ink, wants_colour
from reports.model import CheckFinished, Event, MachineCovered, PhaseFinished, RuleJudged, Run, RunFinished, RunStarted
from reports.outcomes import Outcome
from reports.plain import clip, flow, pad, put, visible, width
from reports.progress import Progress
from reports.summary import Summary
from reports.view import group_figures
from reports.words import OUTCOMES, duration, number_of

__all__ = ["Terminal"]

_WIDEST = 100
"""Columns beyond which lines do not grow: longer ones are hard to read."""

_NARROWEST = 60
"""Columns below which lines are left to wrap: the table would have no room for words."""

_NAME, _STATUS, _RULES, _SECONDS = 15, 17, 12, 8


class Terminal:
    """Shows events on *out* as they come, and a summary at the footer.

    Feed it what `StreamWriter.write` returns, which is redacted. *columns* and *colour* are taken from the terminal unless given;
    *page* is where a person finds the HTML page.
    """

    def __init__(self, out: TextIO, *, columns: int | None = None, colour: bool | None = None, page: str | None = None) -> None:
        self._out = out
        self._columns = max(_NARROWEST, min(_WIDEST, columns or shutil.get_terminal_size((80, 24)).columns))
        self._ink = Ink(colour=wants_colour(out, os.environ) if colour is None else colour)
        self._page = page
        self._started: RunStarted | None = None
        self._checks: list[CheckFinished] = []
        self._rules: list[RuleJudged] = []
        self._phases: list[PhaseFinished] = []
        self._progress: Progress | None = None

    def expect(self, total: int) -> None:
        """Announce how many checks will run; from here on the progress is shown."""
        self._progress = Progress(self._out, total, live=self._out.isatty(), columns=self._columns)

    def show(self, event: Event) -> None:
        """Show one event."""
        match event:
            case RunStarted():
                self._started = event
                self._print([*self._header(event), ""])
            case PhaseFinished():
                self._phases.append(event)
                self._print([self._phase(event)])
            case CheckFinished():
                self._checks.append(event)
                if self._progress:
                    self._progress.advance(event.exchanges)
            case RuleJudged():
                self._rules.append(event)
            case MachineCovered():
                pass  # a picture, for the page
            case RunFinished():
                self._finish(event)

    def show_run(self, run: Run) -> None:
        """Show a stored run as it looked when it ended; one that never did says so."""
        self.show(run.started)
        events: tuple[Event, ...] = (*run.checks, *run.phases, *run.rules)
        for event in events:
            self.show(event)
        self._finish(run.finished)

    def _finish(self, footer: RunFinished | None) -> None:
        if self._progress:
            self._progress.clear()
            self._progress = None
        if self._started is None:
            raise ValueError("a footer came before its header")
        run = Run(
            started=self._started,
            phases=tuple(self._phases),
            checks=tuple(self._checks),
            rules=tuple(self._rules),
            finished=footer,
        )
        self._print(["", *Summary(run, ink=self._ink, columns=self._columns).lines(self._page)])

    def _header(self, started: RunStarted) -> list[str]:
        items = [
            f"wxconform {started.version}",
            f"target {started.target.name}",
            f"profile {started.profile}",
            f"seed {started.seed}",
            *([f"rules {started.rules_glob}"] if started.rules_glob else []),
            *([f"fault {started.fault}"] if started.fault else []),
        ]
        first, *rest = flow(map(visible, items), " · ", self._columns)
        return [self._ink.bold(first), *(self._ink.bold(f"  {line}") for line in rest)]

    def _phase(self, phase: PhaseFinished) -> str:
        figures = group_figures(check for check in self._checks if check.group == phase.name)
        status = "ok" if phase.outcome is Outcome.PASSED else OUTCOMES[phase.outcome].en
        if phase.outcome is not Outcome.PASSED and figures.worst is phase.outcome:
            status = f"{figures.worst_count:,} {status}"
        detail = phase.detail
        if not detail and figures.outcomes:
            detail = pad(number_of(len(figures.outcomes), "rule"), _RULES) + number_of(figures.exchanges, "exchange")
        room = self._columns - 2 - _NAME - _STATUS - _SECONDS
        detail = detail if width(detail) <= room else clip(detail, room)
        coloured = self._ink.outcome(phase.outcome, status) + " " * max(1, _STATUS - width(status))
        return f"  {pad(visible(phase.name), _NAME)}{coloured}{pad(visible(detail), room)}{duration(phase.seconds):>{_SECONDS}}"

    def _print(self, lines: list[str]) -> None:
        if self._progress:
            self._progress.clear()
        put(self._out, "".join(f"{line.rstrip()}\n" for line in lines))
        if self._progress:
            self._progress.draw()
