"""The run as a whole, on the controller: the stream, the terminal, the rules judged, the verdict."""

import io
import shlex
import sys
import time
from collections import defaultdict
from importlib import resources
from pathlib import Path
from typing import NoReturn, cast

import pytest

from conformance.runner.coverage import covered
from conformance.runner.judging import groups_of, header, judge_rule
from conformance.runner.opening import Opened
from conformance.runner.phases import before_checks
from conformance.runner.profiles import most_cases
from conformance.runner.waivers import Waivers
from reference.rules import RISKS, load
from reports.errors import ReportError
from reports.model import CheckFinished, Event, PhaseFinished, RuleJudged, RunFinished, RunStarted, from_dict
from reports.outcomes import count
from reports.redaction import Redactor
from reports.render import render_all
from reports.stream import StreamWriter, settled
from reports.terminal import Terminal
from reports.verdict import conclude

__all__ = ["RECORD", "SEEDED", "Session"]

RECORD = "wxconform"
"""The name under which a check's record travels in its pytest report."""
SEEDED = "wxconform-fault"
"""The name under which the fault seeded for a check travels."""


class Session:
    """Collects what checks say and writes it down, once, in order."""

    def __init__(self, config: pytest.Config, opened: Opened, waivers: Waivers) -> None:
        self._config = config
        self._opened = opened
        self._waivers = waivers
        self._started = time.perf_counter()
        self._checks: list[CheckFinished] = []
        self.judged: list[tuple[CheckFinished, str | None]] = []
        self._phases: list[PhaseFinished] = []
        report = config.getoption("--report")
        self._folder = None if report is None else Path(report)
        out = io.StringIO() if config.getoption("--wx-quiet") else sys.stdout
        self._terminal = Terminal(out, page=str(self._folder / "index.html") if self._folder else None)
        self._stream: StreamWriter | None = None
        self._redactor = Redactor(opened.identity.secrets())
        self._strict = bool(config.getoption("--strict-levels") or config.getoption("--fault"))
        self.exit_code: int | None = None
        self.trouble: ReportError | None = None
        """Why the records of the run could not be kept, if they could not."""

    @property
    def selftest(self) -> bool:
        """Whether seeded faults are judged, not a target."""
        return bool(self._config.getoption("--selftest"))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Announce the run, and do what comes before the checks."""
        if self._idle(session):
            return
        if self._folder is not None:
            self._stream = StreamWriter(self._folder / "run.ndjson", self._redactor)
        self._write(self._header())
        for phase in before_checks(self._opened):
            self._phases.append(phase)
            self._write(phase)
        self._terminal.expect(session.testscollected)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Learn from a worker how many checks there are."""
        if not self.selftest:
            self._terminal.expect(len(ids))

    def _idle(self, session: pytest.Session) -> bool:
        option = session.config.getoption
        return self.selftest or bool(option("collectonly")) or not self._judges_checks()

    def _judges_checks(self) -> bool:
        """Tell whether checks were asked for; the plugin is loaded for the suite's own tests too."""
        checks = Path(str(resources.files("conformance") / "checks")).resolve()
        places = (Path(self._config.invocation_params.dir, word.partition("::")[0]).resolve() for word in self._config.args)
        return any(place.is_relative_to(checks) or checks.is_relative_to(place) for place in places)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take down what a check says."""
        found = next((value for name, value in report.user_properties if name == RECORD), None)
        if found is None or report.when == "teardown":
            return
        check = self._waivers.of_check(cast("CheckFinished", from_dict(cast("dict[str, object]", found))))
        self._checks.append(check)
        self.judged.append((check, next((str(value) for name, value in report.user_properties if name == SEEDED), None)))
        if not self.selftest:
            self._write(check)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Judge the rules, give the verdict, render the reports."""
        if self._idle(session) or self.trouble is not None:
            return
        if not self._checks:
            if self._stream is not None:
                self._stream.abandon()
            return
        # Workers finish in any order; what is said at the end must not depend on it.
        self._checks.sort(key=lambda check: check.check)
        judged = self._judged()
        waivers = self._waivers.examined(judged, complete=self._complete())
        for phase in (*groups_of(self._checks), *self._opened.noticed(), *([waivers] if waivers else [])):
            self._phases.append(phase)
            self._write(phase)
        for rule in judged:
            self._write(rule)
        for machine in covered(self._checks):
            self._write(machine)
        verdict, sentence = conclude(judged, self._phases, risks=[risk.id for risk in RISKS])
        self._write(
            RunFinished(
                verdict=verdict,
                sentence=sentence,
                exit_code=verdict.exit_code,
                counts=count(rule.outcome for rule in judged),
                exchanges=sum(check.exchanges for check in self._checks),
                seconds=round(time.perf_counter() - self._started, 2),
            )
        )
        if self._stream is not None and self._folder is not None:
            self._stream.close()
            try:
                render_all(self._folder / "run.ndjson", self._folder)
            except ReportError as error:
                self.trouble = error
        self.exit_code = verdict.exit_code
        session.exitstatus = verdict.exit_code

    def _write(self, event: Event) -> None:
        try:
            shown = settled(event, self._redactor) if self._stream is None else self._stream.write(event)
        except ReportError as error:
            assert self._stream is not None  # nothing else is written to
            self._stream.abandon()
            self._stop(error)
        self._terminal.show(shown)

    def _stop(self, error: ReportError) -> NoReturn:
        """End the run where its records cannot be kept: a verdict nobody can look up is none."""
        self.trouble = error
        pytest.exit(str(error), returncode=error.exit_code)

    def _header(self) -> RunStarted:
        option = self._config.getoption
        return header(
            self._opened,
            profile=option("--profile"),
            seed=option("--seed"),
            command=self._command(),
            fault=option("--fault"),
            rules_glob=option("--rule"),
            libraries=("hypothesis", "cryptography", "pytest"),
        )

    def _command(self) -> str:
        option = self._config.getoption
        words = ["wxconform", "run", self._opened.name, "--profile", option("--profile"), "--seed", str(option("--seed"))]
        for name in ("--rule", "--fault", "--identity", "--ca", "--waivers"):
            words += [name, option(name)] if option(name) else []
        return shlex.join(words)

    def _judged(self) -> list[RuleJudged]:
        said: dict[str, list[CheckFinished]] = defaultdict(list)
        for check in self._checks:
            for rule in {*check.rules, *(finding.rule for finding in check.findings)}:
                said[rule].append(check)
        book = load()
        glob = self._config.getoption("--rule")
        wanted = [rule for rule in (book.matching(glob) if glob else book.values()) if self._opened.kind in rule.subjects]
        broken = {finding.rule for check in self._checks for finding in check.findings}
        # A check may judge more rules than were asked for; it says of those only what it found, for their own checks did not run.
        every = [*wanted, *(book[rule] for rule in said if book[rule] not in wanted and (glob is None or rule in broken))]
        return [self._waivers.of_rule(judge_rule(rule, said.get(rule.id, []), strict=self._strict)) for rule in every]

    def _complete(self) -> bool:
        """Whether every case of every rule was tried."""
        option = self._config.getoption
        return option("--rule") is None and not option("keyword") and most_cases(option("--profile"), shared=self._opened.shared) is None
