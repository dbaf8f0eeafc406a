"""What a run says as a whole, whatever ran it: its header, its groups of checks, and each rule judged by all its checks."""

import platform as machine
from collections import defaultdict
from collections.abc import Iterable, Sequence
from importlib import metadata

from conformance.runner.opening import Opened
from conformance.version import VERSION
from reference.rules import RISKS, Rule
from reports.model import CheckFinished, PhaseFinished, Risk, RuleJudged, RunStarted, Target, Text
from reports.outcomes import Level, Outcome, aggregate, at_level

__all__ = ["groups_of", "header", "judge_rule"]

_NEEDS = "needs: "


def header(
    opened: Opened, *, profile: str, seed: int, command: str, fault: str | None, rules_glob: str | None, libraries: Sequence[str]
) -> RunStarted:
    """Return the event a run begins with; *libraries* are those whose versions decide what it does."""
    target = opened.platform(0, None)
    try:
        capabilities = tuple(sorted(target.capabilities))
    finally:
        target.close_connections()
    versions = {name: metadata.version(name) for name in libraries}
    return RunStarted(
        version=VERSION,
        target=Target(name=opened.name, kind=opened.kind, base_url=opened.base_url, capabilities=capabilities),
        profile=profile,
        seed=seed,
        command=command,
        identity=_masked(opened),
        environment={"python": machine.python_version(), **versions, "platform": machine.platform()},
        fault=fault,
        rules_glob=rules_glob,
        risks=tuple(Risk(id=risk.id, title=Text(risk.en, risk.zh)) for risk in RISKS),
    )


def groups_of(checks: Iterable[CheckFinished]) -> list[PhaseFinished]:
    """Return one phase for each group of checks, in the order they came."""
    groups: dict[str, list[CheckFinished]] = defaultdict(list)
    for check in checks:
        groups[check.group].append(check)
    return [
        PhaseFinished(
            name=name, outcome=aggregate(check.outcome for check in members), seconds=round(sum(check.seconds for check in members), 2)
        )
        for name, members in groups.items()
    ]


def judge_rule(rule: Rule, checks: Sequence[CheckFinished], *, strict: bool) -> RuleJudged:
    """Return what all *checks* that speak of *rule* come to; *strict* lets a broken should count as a violation."""
    level = Level(rule.level)
    findings = tuple(dict.fromkeys(finding.id for check in checks for finding in check.findings if finding.rule == rule.id))
    outcomes = [_outcome_for(rule.id, check, broken=bool(findings)) for check in checks]
    broken = Outcome.VIOLATED if strict else at_level(Outcome.VIOLATED, level)
    outcome = broken if findings else aggregate(outcomes)
    reasons = dict.fromkeys(check.reason for check, said in zip(checks, outcomes, strict=True) if check.reason and said is outcome)
    reason = _joined(list(reasons))
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
