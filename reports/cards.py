"""A card for each rule that is broken or in doubt: what is wrong, what it costs, the proof, and the command that shows it again."""

from collections.abc import Mapping, Sequence

from reports.difference import difference
from reports.evidence import Budget, curl, evidence, steps
from reports.markup import Markup, Node, el, said
from reports.model import Finding, RuleJudged, Run, Text
from reports.outcomes import Outcome
from reports.pieces import badge, rows
from reports.view import findings_of, rules_of
from reports.words import LEVELS, number_of

__all__ = ["cards"]

_CARDS = 15
"""Rules of one kind that get a card; further ones are listed."""

_FURTHER = 20
"""Findings of one rule listed after its first."""

_WORDS = 1_000
"""Characters of a sentence a finding says; what a target sends may be of any length."""

_KINDS = (
    (Text("Violations", "违反的规则"), (Outcome.VIOLATED,)),
    (Text("Undecided", "无法判定"), (Outcome.HARNESS_ERROR, Outcome.CONFIG, Outcome.INCONCLUSIVE)),
    (Text("Advice and waivers", "建议与豁免"), (Outcome.ADVISORY, Outcome.WAIVED)),
)


def cards(run: Run, rules: Sequence[RuleJudged], budget: Budget) -> list[Markup]:
    """Return the sections of *rules* that are not green, in the order given, with as much evidence as *budget* allows."""
    findings = findings_of(run.checks)
    titles = {risk.id: risk.title for risk in run.started.risks}
    return [
        _section(heading, concerned, findings, _Drawing(titles, run.started.target.base_url, budget))
        for heading, outcomes in _KINDS
        if (concerned := rules_of(rules, *outcomes))
    ]


class _Drawing:
    """What every card is drawn with."""

    def __init__(self, risks: Mapping[str, Text], base_url: str | None, budget: Budget) -> None:
        self.risks = risks
        self.base_url = base_url
        self.budget = budget


def _section(heading: Text, rules: Sequence[RuleJudged], findings: Mapping[str, Sequence[Finding]], drawing: _Drawing) -> Markup:
    drawn = [_card(rule, findings.get(rule.rule, ()), drawing, open_=rule is rules[0]) for rule in rules[:_CARDS]]
    return el("section", el("h2", said(heading)), drawn, _others(rules[_CARDS:], findings))


def _others(rules: Sequence[RuleJudged], findings: Mapping[str, Sequence[Finding]]) -> Markup | None:
    if not rules:
        return None
    replays = {rule.rule: el("kbd", f"wxconform replay {found[0].id}") for rule in rules if (found := findings.get(rule.rule))}
    return el(
        "details",
        el("summary", said(Text(number_of(len(rules), "more rule"), f"另有 {len(rules)} 条规则"))),
        el("ul", [el("li", el("code", rule.rule), " ", replays.get(rule.rule)) for rule in rules]),
    )


def _card(rule: RuleJudged, findings: Sequence[Finding], drawing: _Drawing, *, open_: bool) -> Markup:
    first = findings[0] if findings else None
    risk = drawing.risks.get(rule.risk, Text(rule.risk))
    return el(
        "article",
        el("h3", said(rule.title)),
        el(
            "p",
            badge(rule.outcome),
            el("code", rule.rule),
            el("span", said(LEVELS[rule.level])),
            el("span", said(risk)) if risk.en else None,
            class_="tags",
        ),
        rows(
            (Text("At stake", "后果"), el("b", said(rule.consequence)) if rule.consequence.en else None),
            (Text("Reason", "原因"), _shortened(rule.reason)),
            *_what_happened(first),
        ),
        _proof(first, drawing.budget),
        rows(
            (Text("Again", "重现"), el("kbd", f"wxconform replay {first.id}") if first else None),
            (Text("Why", "依据"), el("kbd", f"wxconform explain {rule.rule}")),
            (Text("Source", "来源"), rule.source or None),
        ),
        _evidence(first, drawing, open_=open_) if first else None,
        _further(findings[1:]),
        class_=rule.outcome,
    )


def _what_happened(finding: Finding | None) -> list[tuple[Text, Node]]:
    if finding is None:
        return []
    return [
        (Text("Seen", "现象"), _shortened(finding.sentence)),
        (Text("Shortest", "最简情形"), _shortened(finding.shortest)),
        (Text("Expected", "期望"), el("code", _shortened(finding.expected))),
        (Text("Got", "实际"), el("code", _shortened(finding.got))),
        (Text("Diagnosis", "诊断"), said(finding.diagnosis) if finding.diagnosis else None),
    ]


def _shortened(text: str | None) -> str | None:
    return text if text is None or len(text) <= _WORDS else f"{text[:_WORDS]}… ({len(text) - _WORDS:,} more in run.ndjson)"


def _proof(finding: Finding | None, budget: Budget) -> Markup | None:
    return budget.afford(difference(finding.compared)) if finding and finding.compared else None


def _evidence(finding: Finding, drawing: _Drawing, *, open_: bool) -> list[Markup | None]:
    """Return the folds of a card; the command line asks for room first, since it is the smallest thing that shows the fault again."""
    line = drawing.budget.afford(curl(finding, drawing.base_url))
    return [line, evidence(finding.exchanges, drawing.budget, open_=open_), drawing.budget.afford(steps(finding))]


def _further(findings: Sequence[Finding]) -> Markup | None:
    if not findings:
        return None
    hidden = len(findings) - _FURTHER
    return el(
        "details",
        el("summary", said(Text(f"{len(findings)} more of this rule", f"该规则另有 {len(findings)} 例"))),
        el(
            "ul",
            [
                el("li", el("kbd", f"wxconform replay {finding.id}"), f" {finding.shortest[: _WORDS // 4]}")
                for finding in findings[:_FURTHER]
            ],
        ),
        el("p", said(Text(f"{hidden} more in run.ndjson.", f"另有 {hidden} 例见 run.ndjson。")), class_="note") if hidden > 0 else None,
    )
