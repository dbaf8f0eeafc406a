"""From a pytest item to what the stream says about it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import pytest

from conformance.runner.diagnosing import diagnose
from conformance.runner.telling import told
from conformance.targets.exchange import Exchange
from conformance.targets.platform import Platform
from conformance.targets.tracker import Tracker
from conformance.targets.trying import Evidence, ManyViolations
from conformance.targets.verdicts import ConfigurationError, Inconclusive, NotApplicable, NotExercised, Violation, shown
from reference.rules import Rule
from reports.model import Asked, CheckFinished, Finding, Request, Response, Transition, finding_id
from reports.model import Exchange as Shown
from reports.outcomes import Level, Outcome, at_level

__all__ = ["Recorder", "exchange_of"]

_LEVELS = (Level.MUST, Level.SHOULD, Level.OBSERVED)


@dataclass
class Recorder:
    """Watches one check: counts its examples, keeps the last failing one and the last exchange that passed."""

    rules: tuple[Rule, ...]
    started: float = field(default_factory=time.perf_counter)
    examples: int = 0
    evidence: Evidence | None = None
    platform: Platform | None = None
    fault: str | None = None
    sample: Exchange | None = None

    def watch(self, item: pytest.Function) -> None:
        """Let every example of *item* begin with empty evidence, and keep that of a failing one."""
        handle = getattr(item.obj, "hypothesis", None)
        if handle is not None:
            handle.inner_test = self._wrapped(handle.inner_test)

    def _wrapped(self, test: Callable[..., object]) -> Callable[..., object]:
        # Hypothesis runs the shortest failing example last, so what is kept at the end belongs to it.
        test = getattr(test, "__wxconform_wrapped__", test)

        @wraps(test)
        def example(*args: Any, **kwargs: Any) -> object:
            platform = kwargs.get("platform")
            self.examples += 1
            if platform is None:
                return test(*args, **kwargs)
            platform.begin_example()
            case = ", ".join(f"{name}={shown(value)}" for name, value in kwargs.items() if value is not platform)
            try:
                return test(*args, **kwargs)
            except Violation as violation:
                self.evidence = Evidence.of(violation, platform, case)
                raise

        example.__wxconform_wrapped__ = test  # type: ignore[attr-defined]
        return example

    def finish(self, check: str, title: str, group: str, error: BaseException | None) -> CheckFinished:
        """Return what is to be said of the check, which ended with *error* or passed."""
        violation = self._violation(error)
        outcome, reason = self._outcome(error, violation)
        level = min((Level(rule.level) for rule in self.rules), key=_LEVELS.index)
        platform = self.platform
        return CheckFinished(
            check=check,
            title=title,
            group=group,
            rules=tuple(rule.id for rule in self.rules),
            outcome=at_level(outcome, level),
            level=level,
            seconds=round(time.perf_counter() - self.started, 3),
            examples=max(self.examples, 1),
            exchanges=platform.sent + platform.looked_at if platform else 0,
            reason=reason,
            findings=self._findings(violation) if violation else (),
            sample=exchange_of(platform.exchanges[-1]) if platform and platform.exchanges and outcome is Outcome.PASSED else None,
            transitions=_transitions(platform.tracker) if platform else (),
            operations=_operations(platform) if platform else (),
        )

    def _violation(self, error: BaseException | None) -> Violation | None:
        if isinstance(error, Violation):
            return error
        if isinstance(error, BaseExceptionGroup):
            # A failure that Hypothesis could not repeat was seen all the same.
            found = error.subgroup(Violation)
            return None if found is None else self.evidence.violation if self.evidence else _first(found)
        return None

    def _outcome(self, error: BaseException | None, violation: Violation | None) -> tuple[Outcome, str | None]:
        if error is None:
            if self.platform is not None and not self.platform.sent + self.platform.looked_at:
                return Outcome.NOT_EXERCISED, "the check sent nothing"
            left_out = sorted(self.platform.left_out) if self.platform is not None else []
            return Outcome.PASSED, f"without what is not offered: {', '.join(left_out)}" if left_out else None
        if violation is not None:
            return Outcome.VIOLATED, None
        kinds = (
            (NotApplicable, Outcome.NOT_APPLICABLE),
            (Inconclusive, Outcome.INCONCLUSIVE),
            (NotExercised, Outcome.NOT_EXERCISED),
            (ConfigurationError, Outcome.CONFIG),
            (pytest.skip.Exception, Outcome.NOT_EXERCISED),
        )
        outcome = next((outcome for kind, outcome in kinds if isinstance(error, kind)), Outcome.HARNESS_ERROR)
        return outcome, str(error) if outcome is not Outcome.HARNESS_ERROR else f"{type(error).__name__}: {error}"

    def _findings(self, violation: Violation) -> tuple[Finding, ...]:
        if isinstance(violation, ManyViolations):
            return tuple(self._finding(evidence) for evidence in violation.found)
        evidence = self.evidence
        if evidence is None or evidence.violation is not violation:
            assert self.platform is not None  # only a platform's answers can violate
            evidence = Evidence.of(violation, self.platform, evidence.case if evidence else "")
        return (self._finding(evidence),)

    def _finding(self, evidence: Evidence) -> Finding:
        violation = evidence.violation
        rule = violation.rule or self.rules[0].id
        labels = [exchange.label for exchange in evidence.exchanges]
        shortest = told(evidence.case, evidence.steps)
        assert self.platform is not None  # only a platform's answers can violate
        explained = diagnose(evidence, rule, self.platform.identity)
        return Finding(
            id=finding_id(rule, [shortest, labels]),
            rule=rule,
            sentence=violation.sentence,
            shortest=shortest,
            expected=violation.expected,
            got=violation.got,
            diagnosis=explained.text,
            compared=explained.compared,
            steps=evidence.steps,
            exchanges=tuple(exchange_of(exchange) for exchange in evidence.exchanges[-12:]),
        )


def _first(group: BaseExceptionGroup[Violation]) -> Violation:
    inner: BaseException = group
    while isinstance(inner, BaseExceptionGroup):
        inner = inner.exceptions[0]
    assert isinstance(inner, Violation)  # the group was split by that kind
    return inner


def _transitions(tracker: Tracker) -> tuple[Transition, ...]:
    return tuple(Transition(machine=way[0], source=way[1], event=way[2], target=way[3], times=times) for way, times in tracker.seen.items())


def _operations(platform: Platform) -> tuple[Asked, ...]:
    names = sorted({name for name, _ in platform.asked})
    return tuple(Asked(operation=name, accepted=platform.asked[name, True], refused=platform.asked[name, False]) for name in names)


def exchange_of(exchange: Exchange) -> Shown:
    """Return *exchange* as the stream keeps it."""
    wire, reply = exchange.wire, exchange.reply
    return Shown(
        label=exchange.label,
        at=datetime.fromtimestamp(exchange.at, UTC).isoformat().replace("+00:00", "Z"),
        request=Request(method=wire.method, url=wire.target, headers=wire.headers, body=wire.body),
        response=Response(status=reply.status, headers=reply.headers, body=reply.body),
        signed_string=exchange.message,
    )
