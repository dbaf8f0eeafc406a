"""What is known of one operation in one phase while it is fuzzed, and what the stream is told of it at the end."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import takewhile

from conformance.fuzzing.judging import Verdict
from conformance.runner.diagnosing import diagnose
from conformance.runner.recorder import exchange_of
from conformance.targets.exchange import Exchange
from conformance.targets.platform import Platform
from conformance.targets.trying import Evidence
from conformance.targets.verdicts import Violation, shown
from reference.contract import Operation
from reference.identity import Identity
from reference.rules import load
from reports.model import CheckFinished, Finding, finding_id
from reports.outcomes import Level, Outcome, at_level

__all__ = ["Logbook"]

_MOST = 5
"""How many ways of breaking one rule are told of one operation; one is a bug, five a pattern, more is noise."""
_LEVELS = (Level.MUST, Level.SHOULD, Level.OBSERVED)


@dataclass(eq=False)
class Logbook:
    """Counts what was sent to one operation and keeps, for every rule and way of breaking it, the smallest case seen."""

    phase: str
    operation: Operation
    seconds: float = 0.0
    examples: int = 0
    exchanges: int = 0
    accepted: int = 0
    inconclusive: str | None = None
    breakdown: str | None = None
    sample: Exchange | None = None
    exercised: set[str] = field(default_factory=set)
    _found: dict[tuple[str, str], Evidence] = field(default_factory=dict)
    _since: float = 0.0

    def begin(self) -> None:
        """An example begins."""
        self.examples += 1
        self._since = time.perf_counter()

    def end(self, exchanges: int) -> None:
        """An example is over, for which so many *exchanges* were made."""
        self.exchanges += exchanges
        self.seconds += time.perf_counter() - self._since

    def take_down(self, verdicts: Iterable[Verdict], platform: Platform, exchange: Exchange, *, accepted: bool) -> list[Violation]:
        """Keep what was found; return the violations."""
        violations = []
        if accepted:
            self.accepted += 1
            self.sample = self.sample or exchange
        for rule, violation in verdicts:
            self.exercised.add(rule)
            if violation is not None:
                violation.rule = violation.rule or rule
                self._keep(violation.rule, Evidence.of(violation, platform, _case(platform, exchange)))
                violations.append(violation)
        return violations

    def _keep(self, rule: str, evidence: Evidence) -> None:
        self.exercised.add(rule)
        key = rule, evidence.violation.sentence
        if key not in self._found or _size(evidence) < _size(self._found[key]):
            self._found[key] = evidence

    def finish(self, identity: Identity) -> list[CheckFinished]:
        """Return what is to be said of the operation: of all rules it kept at once, and of each it broke."""
        findings = self._findings(identity)
        broken = tuple(dict.fromkeys(finding.rule for finding in findings))
        kept = tuple(sorted(self.exercised - set(broken)))
        return [self._said(kept, (), "", self.exchanges), *(self._of_broken(rule, findings) for rule in broken)]

    def _of_broken(self, rule: str, findings: tuple[Finding, ...]) -> CheckFinished:
        return self._said((rule,), tuple(finding for finding in findings if finding.rule == rule), f"::{rule}", 0)

    def _said(self, rules: tuple[str, ...], findings: tuple[Finding, ...], tail: str, exchanges: int) -> CheckFinished:
        book = load()
        level = min((Level(book[rule].level) for rule in rules), key=_LEVELS.index, default=Level.OBSERVED)
        outcome, reason = (at_level(Outcome.VIOLATED, level), None) if findings else self._unbroken(rules)
        return CheckFinished(
            check=f"fuzz/{self.phase}/{self.operation.id}{tail}",
            title=f"{self.operation.summary}: {self.examples:,} drawn requests, {self.accepted:,} answers of success",
            group=self.phase,
            rules=rules,
            outcome=outcome,
            level=level,
            seconds=0.0 if findings else round(self.seconds, 3),
            examples=self.examples,
            exchanges=exchanges,
            reason=reason,
            findings=findings,
            sample=exchange_of(self.sample) if self.sample is not None and not findings else None,
        )

    def _unbroken(self, rules: tuple[str, ...]) -> tuple[Outcome, str | None]:
        if self.breakdown is not None:
            return Outcome.HARNESS_ERROR, self.breakdown
        if self.inconclusive is not None:
            return Outcome.INCONCLUSIVE, self.inconclusive
        return (Outcome.PASSED, None) if rules else (Outcome.NOT_EXERCISED, "no drawn request gave occasion to judge it")

    def _findings(self, identity: Identity) -> tuple[Finding, ...]:
        told: dict[str, int] = {}
        findings = []
        for (rule, sentence), evidence in sorted(self._found.items(), key=lambda item: (item[0][0], _size(item[1]), item[0][1])):
            told[rule] = told.get(rule, 0) + 1
            if told[rule] <= _MOST:
                findings.append(self._finding(rule, sentence, evidence, identity))
        return tuple(findings)

    def _finding(self, rule: str, sentence: str, evidence: Evidence, identity: Identity) -> Finding:
        explained = diagnose(evidence, rule, identity)
        return Finding(
            id=finding_id(rule, [self.phase, self.operation.id, sentence]),
            rule=rule,
            sentence=sentence,
            shortest=evidence.case,
            expected=evidence.violation.expected,
            got=evidence.violation.got,
            diagnosis=explained.text,
            compared=explained.compared,
            steps=evidence.steps,
            exchanges=tuple(exchange_of(exchange) for exchange in evidence.exchanges[-12:]),
        )


def _case(platform: Platform, exchange: Exchange) -> str:
    """Return in words what led to *exchange*: what was done before, and the request itself."""
    steps = list(takewhile(lambda step: step.exchange is not exchange, platform.steps))
    before = [step.exchange.label if step.exchange else step.kind for step in steps]
    wire = exchange.wire
    request = f"{wire.method} {wire.target} {shown(wire.body.decode('utf-8', 'replace'), 300)}".rstrip()
    return "; ".join([*before[-4:], request])


def _size(evidence: Evidence) -> tuple[int, int]:
    return len(evidence.steps), sum(len(exchange.wire.target) + len(exchange.wire.body) for exchange in evidence.exchanges)
