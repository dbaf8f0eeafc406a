"""The sections of the HTML page, each drawn from a run and nothing else."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from reports.evidence import Budget, evidence, steps
from reports.markup import Markup, Node, el, join, said
from reports.model import Finding, PhaseFinished, RuleJudged, Run, RunFinished, Text
from reports.outcomes import Outcome, count
from reports.view import by_reason, group_figures, rules_of
from reports.words import INCOMPLETE, LEVELS, OUTCOMES, VERDICTS, duration, number_of

__all__ = ["CARDS", "course", "gaps", "rule_book", "tested", "verdict", "violations"]

CARDS = 15
"""Rules of one kind that get a card; further ones are listed."""

_FURTHER = 20
"""Findings of one rule listed after its first."""

_UNENDED = Text(
    "The run did not come to its end: it crashed, was killed, or is still going. Below is what it had found so far.",
    "运行没有结束：可能崩溃、被终止或仍在进行。以下是目前的发现。",
)


def verdict(run: Run, rules: Sequence[RuleJudged]) -> Markup:
    """Return the verdict, the sentence that decides it, and how many rules came to what."""
    footer = run.finished
    tone = "doubt" if footer is None else {0: "good", 1: "bad", 4: "bad"}.get(footer.exit_code, "doubt")
    counts = footer.counts if footer else count(rule.outcome for rule in rules)
    present = [(outcome, counts[outcome]) for outcome in Outcome if counts.get(outcome)]
    return el(
        "header",
        el("p", f"{run.started.target.name} · {run.started.profile} · {run.started.at[:10]}", class_="note"),
        el("h1", said(VERDICTS[footer.verdict] if footer else INCOMPLETE)),
        el("p", said(footer.sentence if footer else _UNENDED), class_="sentence"),
        el(
            "div",
            [el("span", class_=outcome, style=f"flex-grow:{number}") for outcome, number in present],
            class_="bar",
            aria_hidden="true",
        ),
        el("ul", [el("li", badge(outcome), f" {number:,}") for outcome, number in present], class_="counts"),
        class_=f"verdict {tone}",
    )


def violations(
    heading: Text,
    rules: Sequence[RuleJudged],
    findings: Mapping[str, Sequence[Finding]],
    budget: Budget,
) -> Markup | None:
    """Return one card per rule, in the order given, with the exchanges of its first finding, those of the first card unfolded.

    None where no rule is concerned.
    """
    if not rules:
        return None
    cards = [_card(rule, findings.get(rule.rule, ()), budget, open_=rule is rules[0]) for rule in rules[:CARDS]]
    return el("section", el("h2", said(heading)), cards, _others(rules[CARDS:], findings))


def _others(rules: Sequence[RuleJudged], findings: Mapping[str, Sequence[Finding]]) -> Markup | None:
    if not rules:
        return None
    replays = {rule.rule: el("kbd", f"wxconform replay {found[0].id}") for rule in rules if (found := findings.get(rule.rule))}
    return el(
        "details",
        el("summary", said(Text(number_of(len(rules), "more rule"), f"另有 {len(rules)} 条规则"))),
        el("ul", [el("li", el("code", rule.rule), " ", replays.get(rule.rule)) for rule in rules]),
    )


def _card(rule: RuleJudged, findings: Sequence[Finding], budget: Budget, *, open_: bool) -> Markup:
    first = findings[0] if findings else None
    broken = rule.outcome in (Outcome.VIOLATED, Outcome.ADVISORY)
    return el(
        "article",
        el("h3", said(rule.title)),
        el(
            "p",
            badge(rule.outcome),
            " ",
            el("code", rule.rule),
            " ",
            said(LEVELS[rule.level]),
            f" · {rule.risk}" if rule.risk else None,
            class_="tags",
        ),
        el("p", said(rule.consequence), class_="consequence") if rule.consequence.en and broken else None,
        _rows(
            (Text("At stake", "风险"), said(rule.consequence) if rule.consequence.en and not broken else None),
            (Text("Reason", "原因"), rule.reason),
            *_what_happened(first),
            (Text("Again", "重现"), el("kbd", f"wxconform replay {first.id}") if first else None),
            (Text("Why", "依据"), el("kbd", f"wxconform explain {rule.rule}")),
            (Text("Source", "来源"), rule.source or None),
        ),
        [steps(first), evidence(first.exchanges, budget, open_=open_)] if first else None,
        _further(findings[1:]),
        class_=rule.outcome,
    )


def _what_happened(finding: Finding | None) -> list[tuple[Text, Node]]:
    if finding is None:
        return []
    return [
        (Text("Seen", "现象"), finding.sentence),
        (Text("Shortest", "最简情形"), finding.shortest),
        (Text("Expected", "期望"), el("code", finding.expected)),
        (Text("Got", "实际"), el("code", finding.got)),
        (Text("Diagnosis", "诊断"), said(finding.diagnosis) if finding.diagnosis else None),
    ]


def _further(findings: Sequence[Finding]) -> Markup | None:
    if not findings:
        return None
    hidden = len(findings) - _FURTHER
    return el(
        "details",
        el("summary", said(Text(f"{len(findings)} more of this rule", f"该规则另有 {len(findings)} 例"))),
        el("ul", [el("li", el("kbd", f"wxconform replay {finding.id}"), f" {finding.shortest}") for finding in findings[:_FURTHER]]),
        el("p", said(Text(f"{hidden} more in run.ndjson.", f"另有 {hidden} 例见 run.ndjson。")), class_="note") if hidden > 0 else None,
    )


def tested(run: Run) -> Markup:
    """Return who was judged, as whom, with what, and how to do it again."""
    started, footer = run.started, run.finished
    return el(
        "section",
        el("h2", said(Text("What was tested", "检验了什么"))),
        _rows(
            (Text("Target", "对象"), f"{started.target.name} ({started.target.kind})"),
            (Text("Address", "地址"), started.target.base_url),
            (Text("Capabilities", "能力"), ", ".join(started.target.capabilities) or None),
            (Text("Identity", "身份"), _pairs(started.identity)),
            (Text("Seeded fault", "注入的故障"), el("code", started.fault) if started.fault else None),
            (Text("Rules", "规则范围"), el("code", started.rules_glob) if started.rules_glob else None),
            (Text("Profile and seed", "配置与种子"), f"{started.profile} · {started.seed}"),
            (Text("Began", "开始时间"), started.at),
            (Text("Took", "用时"), _took(footer) if footer else None),
            (Text("Versions", "版本"), _pairs({"wxconform": started.version, **started.environment})),
            (Text("Again", "重现"), el("kbd", started.command)),
        ),
    )


def _took(footer: RunFinished) -> Markup:
    spent = duration(footer.seconds)
    return said(Text(f"{spent} · {number_of(footer.exchanges, 'exchange')}", f"{spent} · {footer.exchanges:,} 次交互"))


def course(run: Run) -> Markup | None:
    """Return how each part of the run went; None where none came to its end."""
    if not run.phases:
        return None
    return el(
        "section",
        el("h2", said(Text("How the run went", "运行过程"))),
        el("table", el("tbody", [_phase(run, phase) for phase in run.phases]), class_="phases"),
    )


def _phase(run: Run, phase: PhaseFinished) -> Markup:
    figures = group_figures(check for check in run.checks if check.group == phase.name)
    rules, exchanges = len(figures.outcomes), figures.exchanges
    derived = Text(
        f"{number_of(rules, 'rule')} · {number_of(exchanges, 'exchange')}",
        f"{rules} 条规则 · {exchanges:,} 次交互",
    )
    return el(
        "tr",
        el("th", phase.name, scope="row"),
        el("td", badge(phase.outcome)),
        el("td", phase.detail or (said(derived) if rules else None)),
        el("td", duration(phase.seconds), class_="figure"),
    )


def gaps(rules: Sequence[RuleJudged]) -> Markup | None:
    """Return what was not exercised or does not apply, by the reason; None where everything was."""
    parts: list[Markup] = []
    for outcome in (Outcome.NOT_EXERCISED, Outcome.NOT_APPLICABLE):
        for reason, group in by_reason(rules_of(rules, outcome)).items():
            names = el("p", [[el("code", rule.rule), " "] for rule in group])
            parts.append(
                el(
                    "details",
                    el("summary", reason, el("span", badge(outcome), f" {len(group):,}", class_="tally")),
                    names,
                    open=len(group) <= 3,
                )
            )
    return el("section", el("h2", said(Text("Not exercised, and why", "未检验及原因"))), parts) if parts else None


def rule_book(run: Run, rules: Sequence[RuleJudged]) -> Markup:
    """Return every rule by risk, the heaviest risk first; a risk with a violation stands open."""
    titles = {risk.id: risk.title for risk in run.started.risks}
    parts = []
    for slug, members in groupby(rules, key=lambda rule: rule.risk):
        group = list(members)
        counts = [(outcome, number) for outcome, number in count(rule.outcome for rule in group).items() if number]
        parts.append(
            el(
                "details",
                el(
                    "summary",
                    el("b", said(titles.get(slug, Text(slug or "other", slug or "其他")))),
                    [el("span", badge(outcome), f" {number:,}", class_="tally") for outcome, number in counts],
                ),
                el("table", el("tbody", map(_row, group)), class_="rules"),
                open=any(rule.outcome is Outcome.VIOLATED for rule in group),
            )
        )
    return el("section", el("h2", said(Text("Every rule, by risk", "全部规则（按风险）"))), parts)


def _row(rule: RuleJudged) -> Markup:
    return el(
        "tr",
        el("td", badge(rule.outcome)),
        el("td", said(rule.title), " ", el("code", rule.rule), [" ", el("small", rule.reason)] if rule.reason else None),
        el("td", said(LEVELS[rule.level])),
        el("td", el("small", rule.source)),
    )


def badge(outcome: Outcome) -> Markup:
    """Return the name of *outcome* in its colour."""
    return el("span", said(OUTCOMES[outcome]), class_=f"badge {outcome}")


def _rows(*rows: tuple[Text, Node]) -> Markup:
    return el("dl", [[el("dt", said(label)), el("dd", value)] for label, value in rows if value is not None])


def _pairs(values: Mapping[str, str]) -> Markup | None:
    return join([[el("span", f"{name} {value}", class_="pair"), " "] for name, value in values.items()]) if values else None
