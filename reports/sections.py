"""The sections of the HTML page around its rules: the verdict, what was tested, how it went, and what nobody looked at."""

from collections.abc import Sequence

from reports.markup import Markup, el, join, said
from reports.model import PhaseFinished, RuleJudged, Run, RunFinished, Text
from reports.outcomes import Outcome, Verdict, count
from reports.pieces import badge, pairs, rows
from reports.view import by_reason, group_figures, rules_of
from reports.words import DECISIONS, INCOMPLETE, UNDECIDED, VERDICTS, duration, number_of

__all__ = ["course", "decision", "gaps", "tested", "verdict"]

_UNENDED = Text(
    "The run did not come to its end: it crashed, was killed, or is still going. Below is what it had found so far.",
    "运行没有结束：可能崩溃、被终止或仍在进行。以下是目前的发现。",
)
_TONES = {Verdict.CONFORMANT: "good", Verdict.WITH_WAIVERS: "fair", Verdict.NOT_CONFORMANT: "bad"}


def decision(footer: RunFinished | None) -> Text:
    """Return what a run means to the person who decides: ready, with waivers, not, or inconclusive."""
    return DECISIONS.get(footer.verdict, UNDECIDED) if footer else UNDECIDED


def verdict(run: Run, rules: Sequence[RuleJudged]) -> Markup:
    """Return the decision, the sentence it rests on, and how many rules came to what."""
    footer = run.finished
    counts = footer.counts if footer else count(rule.outcome for rule in rules)
    present = [(outcome, counts[outcome]) for outcome in Outcome if counts.get(outcome)]
    return el(
        "header",
        el("p", f"{run.started.target.name} · {run.started.profile} · {run.started.at[:10]}", class_="note"),
        el("h1", said(decision(footer))),
        el("p", said(footer.sentence if footer else _UNENDED), class_="sentence"),
        el("p", _narrower(footer), class_="note"),
        el(
            "div",
            [el("span", class_=outcome, style=f"flex-grow:{number}") for outcome, number in present],
            class_="bar",
            aria_hidden="true",
        ),
        el("ul", [el("li", badge(outcome), f" {number:,}") for outcome, number in present], class_="counts"),
        class_=f"verdict {_TONES.get(footer.verdict, 'doubt') if footer else 'doubt'}",
    )


def _narrower(footer: RunFinished | None) -> Markup:
    """Return the verdict in the suite's own words, which tell one kind of doubt from another, and the exit code."""
    if footer is None:
        return said(INCOMPLETE)
    code = Text(f"exit code {footer.exit_code}", f"退出码 {footer.exit_code}")
    return join(said(VERDICTS[footer.verdict]), " · ", said(code))


def tested(run: Run) -> Markup:
    """Return who was judged, as whom, with what, and how to do it again."""
    started, footer = run.started, run.finished
    return el(
        "section",
        el("h2", said(Text("What was tested", "检验了什么"))),
        rows(
            (Text("Target", "对象"), f"{started.target.name} ({started.target.kind})"),
            (Text("Address", "地址"), started.target.base_url),
            (Text("Capabilities", "能力"), ", ".join(started.target.capabilities) or None),
            (Text("Identity", "身份"), pairs(started.identity)),
            (Text("Seeded fault", "注入的故障"), _seeded(started.fault) if started.fault else None),
            (Text("Rules", "规则范围"), el("code", started.rules_glob) if started.rules_glob else None),
            (Text("Profile and seed", "配置与种子"), f"{started.profile} · {started.seed}"),
            (Text("Began", "开始时间"), started.at),
            (Text("Took", "用时"), _took(footer) if footer else None),
            (Text("Versions", "版本"), pairs({"wxconform": started.version, **started.environment})),
            (Text("Again", "重现"), el("kbd", started.command)),
        ),
    )


def _seeded(fault: str) -> Markup:
    meaning = Text("broken on purpose, to see whether the suite notices", "有意注入，用以检验本套件能否发现")
    return join(el("code", fault), " (", said(meaning), ")")


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


def gaps(run: Run, rules: Sequence[RuleJudged]) -> Markup:
    """Return what was not exercised or does not apply, by the reason; where nothing was left out it says so."""
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
    glob = run.started.rules_glob
    chosen = Text(f"Rules that do not match {glob} were not asked for.", f"不匹配 {glob} 的规则不在本次范围内。")
    nothing = Text("Every rule of this run was judged.", "本次运行的规则均已判定。")
    return el(
        "section",
        el("h2", said(Text("Not exercised, and why", "未检验及原因"))),
        el("p", said(nothing)) if not parts and run.finished else None,
        el("p", said(chosen)) if glob else None,
        parts,
    )
