"""The run as a whole, on the controller: the stream, the terminal, the rules judged, the verdict."""

import io
import platform as machine
import shlex
import sys
import time
from collections import defaultdict
from importlib import metadata, resources
from pathlib import Path
from typing import cast

import pytest

from conformance.runner.opening import Opened
from conformance.runner.phases import before_checks
from conformance.version import VERSION
from reference.rules import RISKS, Rule, load
from reports.model import CheckFinished, Event, PhaseFinished, Risk, RuleJudged, RunFinished, RunStarted, Target, Text, from_dict
from reports.outcomes import Level, Outcome, aggregate, at_level, count
from reports.redaction import Redactor
from reports.render import render_all
from reports.stream import StreamWriter, settled
from reports.terminal import Terminal
from reports.verdict import conclude

__all__ = ["RECORD", "SEEDED", "Session"]

RECORD = "wxconform"
"""The name under which a check's record travels in its pytest report."""
_NEEDS = "needs: "
SEEDED = "wxconform-fault"
"""The name under which the fault seeded for a check travels."""


class Session:
    """Collects what checks say and writes it down, once, in order."""

    def __init__(self, config: pytest.Config, opened: Opened) -> None:
        self._config = config
        self._opened = opened
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
        check = cast("CheckFinished", from_dict(cast("dict[str, object]", found)))
        self._checks.append(check)
        self.judged.append((check, next((str(value) for name, value in report.user_properties if name == SEEDED), None)))
        if not self.selftest:
            self._write(check)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Judge the rules, give the verdict, render the reports."""
        if self._idle(session) or not self._checks:
            return
        for phase in self._groups():
            self._phases.append(phase)
            self._write(phase)
        judged = self._judged()
        for rule in judged:
            self._write(rule)
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
            render_all(self._folder / "run.ndjson", self._folder)
        self.exit_code = verdict.exit_code
        session.exitstatus = verdict.exit_code

    def _write(self, event: Event) -> None:
        self._terminal.show(settled(event, self._redactor) if self._stream is None else self._stream.write(event))

    def _header(self) -> RunStarted:
        option = self._config.getoption
        versions = {name: metadata.version(name) for name in ("hypothesis", "cryptography", "pytest")}
        return RunStarted(
            version=VERSION,
            target=Target(
                name=self._opened.name,
                kind=self._opened.kind,
                base_url=self._opened.base_url,
                capabilities=tuple(sorted(self._capabilities())),
            ),
            profile=option("--profile"),
            seed=option("--seed"),
            command=self._command(),
            identity=_masked(self._opened),
            environment={"python": machine.python_version(), **versions, "platform": machine.platform()},
            fault=option("--fault"),
            rules_glob=option("--rule"),
            risks=tuple(Risk(id=risk.id, title=Text(risk.en, risk.zh)) for risk in RISKS),
        )

    def _capabilities(self) -> frozenset[str]:
        target = self._opened.platform(0, None)
        try:
            return target.capabilities
        finally:
            target.close_connections()

    def _command(self) -> str:
        option = self._config.getoption
        words = ["wxconform", "run", self._opened.name, "--profile", option("--profile"), "--seed", str(option("--seed"))]
        for name in ("--rule", "--fault", "--identity"):
            words += [name, option(name)] if option(name) else []
        return shlex.join(words)

    def _groups(self) -> list[PhaseFinished]:
        groups: dict[str, list[CheckFinished]] = defaultdict(list)
        for check in self._checks:
            groups[check.group].append(check)
        return [
            PhaseFinished(
                name=name, outcome=aggregate(check.outcome for check in checks), seconds=round(sum(check.seconds for check in checks), 2)
            )
            for name, checks in groups.items()
        ]

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
        return [self._judge(rule, said.get(rule.id, [])) for rule in every]

    def _judge(self, rule: Rule, checks: list[CheckFinished]) -> RuleJudged:
        level = Level(rule.level)
        findings = tuple(dict.fromkeys(finding.id for check in checks for finding in check.findings if finding.rule == rule.id))
        outcomes = [self._outcome_for(rule.id, check, broken=bool(findings)) for check in checks]
        broken = Outcome.VIOLATED if self._strict else at_level(Outcome.VIOLATED, level)
        outcome = broken if findings else aggregate(outcomes)
        reasons = list(
            dict.fromkeys(check.reason for check, said in zip(checks, outcomes, strict=True) if check.reason and said is outcome)
        )
        reason = _joined(reasons)
        if outcome is Outcome.NOT_EXERCISED and checks and reason is None:
            reason = "its checks stopped where another rule was violated"
        if not checks:
            reason = rule.not_judged or "no check judges it"
        return RuleJudged(
            rule=rule.id,
            level=level,
            risk=rule.risk,
            title=Text(rule.title.en, rule.title.zh),
            consequence=Text(rule.consequence.en, rule.consequence.zh),
            source=rule.source,
            outcome=outcome,
            checks=tuple(check.check for check in checks),
            reason=reason,
            findings=findings,
        )

    @staticmethod
    def _outcome_for(rule: str, check: CheckFinished, *, broken: bool) -> Outcome:
        said = check.outcome_for(rule) if rule in check.rules else Outcome.VIOLATED
        return Outcome.NOT_EXERCISED if said in {Outcome.VIOLATED, Outcome.ADVISORY} and not broken else said


def _joined(reasons: list[str]) -> str | None:
    """Say several reasons as one; what several checks need is one list."""
    needs = {need for reason in reasons if reason.startswith(_NEEDS) for need in reason.removeprefix(_NEEDS).split(", ")}
    others = [reason for reason in reasons if not reason.startswith(_NEEDS)]
    return "; ".join([*others, *([_NEEDS + ", ".join(sorted(needs))] if needs else [])]) or None


def _masked(opened: Opened) -> dict[str, str]:
    merchant = opened.identity.merchant
    return {
        "name": opened.identity.name,
        "mchid": merchant.mchid[:4] + "…" + merchant.mchid[-2:],
        "appid": merchant.appid[:4] + "…" + merchant.appid[-2:],
    }
