"""Known violations a person accepts for a while: ``[[waivers]]`` in ``wxconform.toml``.

Each names a rule (or a glob), says why, and until when: nothing is waived for ever. What is waived stays in every report with its
evidence, and the verdict says that it is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from conformance.runner.config import FILE, read_toml
from conformance.targets.verdicts import ConfigurationError
from reference.rules import UnknownRule, load
from reports.model import CheckFinished, PhaseFinished, RuleJudged
from reports.outcomes import Outcome

__all__ = ["Waiver", "Waivers", "read_waivers"]

_EXAMPLE = '[[waivers]]\n  rule = "v3.refund.reason-is-shown"\n  reason = "mended in release 12"\n  until = 2026-12-31'
_MEMBERS = ("rule", "reason", "until", "target")


@dataclass(frozen=True, slots=True)
class Waiver:
    """One entry: the *rule* or glob it covers, why, and the last day it counts; *target* limits it to one target."""

    rule: str
    reason: str
    until: date
    target: str | None = None

    def covers(self, rule: str) -> bool:
        """Tell whether it is about the rule of that id."""
        return fnmatchcase(rule, self.rule)


class Waivers:
    """The waivers that concern a run, made on the day *today*."""

    def __init__(self, waivers: Sequence[Waiver], today: date) -> None:
        self._waivers = tuple(waivers)
        self._today = today

    def of_check(self, check: CheckFinished) -> CheckFinished:
        """Return *check* as waived when it found nothing but what is waived."""
        found = [self._in_force(finding.rule) for finding in check.findings]
        if check.outcome is not Outcome.VIOLATED or not found or None in found:
            return check
        return replace(check, outcome=Outcome.WAIVED, reason="; ".join(dict.fromkeys(_shown(waiver) for waiver in found if waiver)))

    def of_rule(self, rule: RuleJudged) -> RuleJudged:
        """Return *rule* as waived when it is violated and waived; one whose waiver has ended says so."""
        if rule.outcome is not Outcome.VIOLATED:
            return rule
        waiver = self._in_force(rule.rule)
        if waiver is not None:
            return replace(rule, outcome=Outcome.WAIVED, reason=_shown(waiver))
        ended = [waiver for waiver in self._waivers if waiver.covers(rule.rule)]
        if not ended:
            return rule
        last = max(ended, key=lambda waiver: waiver.until)
        return replace(rule, reason="; ".join(filter(None, (rule.reason, f"its waiver ended on {last.until}: {last.reason}"))))

    def examined(self, rules: Sequence[RuleJudged], *, complete: bool) -> PhaseFinished | None:
        """Return what is to be said of the waivers themselves; None when there are none.

        After a *complete* run a waiver of rules that all passed is a mistake: it would hide the day they break again.
        """
        if not self._waivers:
            return None
        stale = [waiver for waiver in self._waivers if complete and _holds(waiver, rules)]
        if stale:
            names = " and ".join(waiver.rule for waiver in stale)
            detail = f"{names} {'holds' if len(stale) == 1 else 'hold'}: remove {'its' if len(stale) == 1 else 'their'} [[waivers]] entry"
            return PhaseFinished(name="waivers", outcome=Outcome.CONFIG, seconds=0.0, detail=detail)
        waived = sum(rule.outcome is Outcome.WAIVED for rule in rules)
        ended = [f"{waiver.rule} ended on {waiver.until}" for waiver in self._waivers if waiver.until < self._today]
        detail = "; ".join([f"{waived} {'rule' if waived == 1 else 'rules'} waived", *ended])
        return PhaseFinished(name="waivers", outcome=Outcome.PASSED, seconds=0.0, detail=detail)

    def _in_force(self, rule: str) -> Waiver | None:
        return next((waiver for waiver in self._waivers if waiver.until >= self._today and waiver.covers(rule)), None)


def _shown(waiver: Waiver) -> str:
    return f"{waiver.reason} (until {waiver.until})"


def _holds(waiver: Waiver, rules: Sequence[RuleJudged]) -> bool:
    covered = [rule.outcome for rule in rules if waiver.covers(rule.rule)]
    return bool(covered) and all(outcome is Outcome.PASSED for outcome in covered)


def read_waivers(target: str, file: Path | None = None) -> tuple[Waiver, ...]:
    """Return the waivers for *target* in *file*, by default in wxconform.toml if there is one.

    Raises ConfigurationError for a *file* that is not there or no TOML, and for an entry that is not whole or covers no rule.
    """
    place = file or Path(FILE)
    content = read_toml(place)
    if content is None and file is not None:
        raise ConfigurationError(f"--waivers {file} does not exist. Name a TOML file with [[waivers]] entries, or leave it out.")
    entries = (content or {}).get("waivers", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigurationError(f"waivers in {place} is not a list of entries. Write each as\n  {_EXAMPLE}")
    waivers = [_waiver(entry, f"[[waivers]] entry {number} in {place}") for number, entry in enumerate(entries, start=1)]
    return tuple(waiver for waiver in waivers if waiver.target in {None, target})


def _waiver(entry: Mapping[str, Any], where: str) -> Waiver:
    unknown = sorted(entry.keys() - set(_MEMBERS))
    if unknown:
        raise ConfigurationError(f"{where} has a member {unknown[0]!r} that means nothing.\nKnown members: {', '.join(_MEMBERS)}.")
    rule, reason, target = (_text(entry, name, where) for name in ("rule", "reason", "target"))
    if rule is None or reason is None:
        missing = "rule" if rule is None else "reason"
        raise ConfigurationError(f"{where} says no {missing}. A waiver names a rule and says why it may be broken:\n  {_EXAMPLE}")
    until = entry.get("until")
    if not isinstance(until, date) or isinstance(until, datetime):
        got = "says no until" if until is None else f"has until {until!r}"
        raise ConfigurationError(f"{where} {got}; a date was expected, the last day it counts, such as until = 2026-12-31 (no quotes).")
    _require_rule(rule, where)
    return Waiver(rule, reason, until, target)


def _text(entry: Mapping[str, Any], name: str, where: str) -> str | None:
    value = entry.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise ConfigurationError(f"{where} has {name} {value!r}; a text was expected that says something.")
    return value.strip()


def _require_rule(rule: str, where: str) -> None:
    if load().matching(rule):
        return
    try:
        load().get_or_suggest(rule)
    except UnknownRule as error:
        raise ConfigurationError(f"{where} waives nothing: {error}") from error
