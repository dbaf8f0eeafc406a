"""Questions every picture asks of a run: what is worst, what belongs together, which finding is whose."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from reports.model import CheckFinished, Finding, RuleJudged, RunStarted, Text
from reports.outcomes import Level, Outcome, aggregate

__all__ = ["Group", "by_reason", "findings_of", "group_figures", "judged", "order_of_risk", "risks_of", "rules_of", "worst_first"]

_LEVELS = list(Level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The figures of one group of checks: rules by their outcome within the group, and exchanges."""

    outcomes: Mapping[str, Outcome]
    exchanges: int

    @property
    def worst(self) -> Outcome:
        """Return the worst outcome of its rules."""
        return aggregate(self.outcomes.values())

    @property
    def worst_count(self) -> int:
        """Return how many rules have that outcome."""
        return list(self.outcomes.values()).count(self.worst)


def group_figures(checks: Iterable[CheckFinished]) -> Group:
    """Return the figures of *checks*, which are those of one group."""
    outcomes: dict[str, list[Outcome]] = {}
    exchanges = 0
    for check in checks:
        exchanges += check.exchanges
        for rule in check.spoken_of:
            outcomes.setdefault(rule, []).append(check.outcome_for(rule))
    return Group(outcomes={rule: aggregate(found) for rule, found in outcomes.items()}, exchanges=exchanges)


def order_of_risk(risks: Sequence[str]) -> dict[str, int]:
    """Return the rank of each risk slug; what is not named comes after all that is."""
    return {slug: rank for rank, slug in enumerate(risks)}


def risks_of(started: RunStarted) -> dict[str, int]:
    """Return the rank of each risk as the run's header orders them."""
    return order_of_risk([risk.id for risk in started.risks])


def worst_first(rules: Iterable[RuleJudged], ranks: Mapping[str, int]) -> list[RuleJudged]:
    """Return *rules* by the weight of their risk, then strictest level, then id."""
    return sorted(rules, key=lambda rule: (ranks.get(rule.risk, len(ranks)), rule.risk, _LEVELS.index(rule.level), rule.rule))


def rules_of(rules: Iterable[RuleJudged], *outcomes: Outcome) -> list[RuleJudged]:
    """Return those of *rules* that came to one of *outcomes*."""
    return [rule for rule in rules if rule.outcome in outcomes]


def judged(rules: Sequence[RuleJudged], checks: Iterable[CheckFinished]) -> list[RuleJudged]:
    """Return *rules*, and a bare row for each rule only the checks speak of: a run that did not end has judged none itself.

    Where a run has judged rules, one that its checks merely could have judged was not asked for.
    """
    rows = {rule.rule: rule for rule in rules}
    for slug, spoken in _speakers(checks, rows).items():
        if rules and all(check.outcome_for(slug) is Outcome.NOT_EXERCISED for check in spoken):
            continue
        rows[slug] = RuleJudged(
            rule=slug,
            level=min((check.level for check in spoken), key=_LEVELS.index),
            risk="",
            title=Text(slug),
            consequence=Text(""),
            source="",
            outcome=aggregate(check.outcome_for(slug) for check in spoken),
            checks=tuple(check.check for check in spoken),
            reason=next((check.reason for check in spoken if check.reason), None),
        )
    return list(rows.values())


def _speakers(checks: Iterable[CheckFinished], known: Container[str]) -> dict[str, list[CheckFinished]]:
    speakers: dict[str, list[CheckFinished]] = {}
    for check in checks:
        for slug in check.spoken_of:
            if slug not in known:
                speakers.setdefault(slug, []).append(check)
    return speakers


def findings_of(checks: Iterable[CheckFinished]) -> dict[str, list[Finding]]:
    """Return every finding by the id of its rule, in the order found, each id once."""
    found: dict[str, dict[str, Finding]] = {}
    for check in checks:
        for finding in check.findings:
            found.setdefault(finding.rule, {}).setdefault(finding.id, finding)
    return {rule: list(findings.values()) for rule, findings in found.items()}


def by_reason(rules: Iterable[RuleJudged]) -> dict[str, list[RuleJudged]]:
    """Return *rules* by the reason they give, the commonest reason first."""
    groups: dict[str, list[RuleJudged]] = {}
    for rule in rules:
        groups.setdefault(rule.reason or "no reason given", []).append(rule)
    return dict(sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])))
