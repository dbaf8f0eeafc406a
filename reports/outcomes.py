"""Outcomes: their order, how many become one, and which verdict and exit code they add up to."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

__all__ = ["Level", "Outcome", "Verdict", "aggregate", "at_level", "count", "decide"]


class Outcome(StrEnum):
    """What one check, or one rule, came to. Only `PASSED` is green."""

    PASSED = "passed"
    VIOLATED = "violated"
    WAIVED = "waived"
    ADVISORY = "advisory"
    NOT_APPLICABLE = "not-applicable"
    NOT_EXERCISED = "not-exercised"
    INCONCLUSIVE = "inconclusive"
    CONFIG = "config"
    HARNESS_ERROR = "harness-error"


class Level(StrEnum):
    """How binding a rule is."""

    MUST = "must"
    SHOULD = "should"
    OBSERVED = "observed"


class Verdict(StrEnum):
    """What a whole run came to."""

    CONFORMANT = "conformant"
    WITH_WAIVERS = "conformant-with-waivers"
    NOT_CONFORMANT = "not-conformant"
    MISCONFIGURED = "misconfigured"
    INCONCLUSIVE = "inconclusive"
    VACUOUS = "vacuous"
    SUITE_FAULT = "suite-fault"

    @property
    def exit_code(self) -> int:
        """Return 0 conformant · 1 violations · 2 configuration · 3 unreachable, inconclusive or vacuous · 4 fault of the suite."""
        return _EXIT_CODES[self]


_EXIT_CODES = {
    Verdict.CONFORMANT: 0,
    Verdict.WITH_WAIVERS: 0,
    Verdict.NOT_CONFORMANT: 1,
    Verdict.MISCONFIGURED: 2,
    Verdict.INCONCLUSIVE: 3,
    Verdict.VACUOUS: 3,
    Verdict.SUITE_FAULT: 4,
}

_WORST_FIRST = (
    Outcome.HARNESS_ERROR,
    Outcome.VIOLATED,
    Outcome.CONFIG,
    Outcome.INCONCLUSIVE,
    Outcome.ADVISORY,
    Outcome.WAIVED,
    Outcome.PASSED,
    # The two below count only where nothing ran; a gap is worse than a missing capability.
    Outcome.NOT_EXERCISED,
    Outcome.NOT_APPLICABLE,
)

_DECISIVE = (
    (Outcome.HARNESS_ERROR, Verdict.SUITE_FAULT),
    (Outcome.VIOLATED, Verdict.NOT_CONFORMANT),
    (Outcome.CONFIG, Verdict.MISCONFIGURED),
    (Outcome.INCONCLUSIVE, Verdict.INCONCLUSIVE),
)


def aggregate(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the worst of *outcomes*; `NOT_EXERCISED` where there is none."""
    return min(outcomes, key=_WORST_FIRST.index, default=Outcome.NOT_EXERCISED)


def at_level(outcome: Outcome, level: Level) -> Outcome:
    """Return *outcome* as it counts for a rule of *level*: breaking what is not a must is advisory."""
    return Outcome.ADVISORY if outcome is Outcome.VIOLATED and level is not Level.MUST else outcome


def count(outcomes: Iterable[Outcome]) -> dict[Outcome, int]:
    """Return how often each outcome occurs, every outcome named, in the order of `Outcome`."""
    seen = Counter(outcomes)
    return {outcome: seen[outcome] for outcome in Outcome}


def decide(rules: Iterable[Outcome], phases: Iterable[Outcome] = ()) -> Verdict:
    """Return the verdict over the outcomes of all rules and of the phases around them.

    A phase (doctor, vectors) can spoil a verdict but never earn one: where no rule passed or was violated the run is vacuous.
    """
    rules = set(rules)
    everything = rules | set(phases)
    for outcome, verdict in _DECISIVE:
        if outcome in everything:
            return verdict
    if Outcome.PASSED not in rules:
        return Verdict.VACUOUS
    return Verdict.WITH_WAIVERS if Outcome.WAIVED in rules else Verdict.CONFORMANT
