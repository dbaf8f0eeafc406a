"""Risks: the table a decision is made from, and every rule under its risk with what its checks saw."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from reports.markup import Markup, el, join, said
from reports.model import CheckFinished, RuleJudged, Run, Text
from reports.outcomes import Level, Outcome, count
from reports.pieces import badge, tally
from reports.words import LEVELS, number_of

__all__ = ["risk_table", "rule_book"]

_JUDGED = (Outcome.PASSED, Outcome.VIOLATED, Outcome.WAIVED, Outcome.ADVISORY)
_COLUMNS = (
    (Text("judged", "已判定"), _JUDGED),
    (Text("passed", "通过"), (Outcome.PASSED,)),
    (Text("violated", "违反"), (Outcome.VIOLATED,)),
    (Text("waived", "已豁免"), (Outcome.WAIVED,)),
    (Text("not exercised", "未检验"), (Outcome.NOT_EXERCISED,)),
)
_NAMED = {outcome for _, outcomes in _COLUMNS for outcome in outcomes} - {Outcome.ADVISORY}
_WORST_FIRST = (
    Outcome.VIOLATED,
    Outcome.HARNESS_ERROR,
    Outcome.CONFIG,
    Outcome.INCONCLUSIVE,
    Outcome.ADVISORY,
    Outcome.WAIVED,
    Outcome.PASSED,
    Outcome.NOT_EXERCISED,
    Outcome.NOT_APPLICABLE,
)


@dataclass(frozen=True, slots=True)
class _Risk:
    """A risk, its rules, and the name of the place on the page where they stand."""

    title: Text
    place: str
    rules: tuple[RuleJudged, ...]

    @property
    def counts(self) -> dict[Outcome, int]:
        return count(rule.outcome for rule in self.rules)


def _by_risk(run: Run, rules: Iterable[RuleJudged]) -> list[_Risk]:
    """Return the risks in the order of the header, those without a rule included, then what the header does not name."""
    members: dict[str, list[RuleJudged]] = {risk.id: [] for risk in run.started.risks}
    titles = {risk.id: risk.title for risk in run.started.risks}
    for rule in rules:
        members.setdefault(rule.risk, []).append(rule)
    return [
        _Risk(titles.get(slug, Text(slug) if slug else Text("no risk named", "未注明风险")), f"risk-{number}", tuple(group))
        for number, (slug, group) in enumerate(members.items(), start=1)
    ]


def risk_table(run: Run, rules: Sequence[RuleJudged]) -> Markup | None:
    """Return how many rules of each risk were judged and what they came to, the heaviest risk first; None for a run that names neither."""
    risks = _by_risk(run, rules)
    if not risks:
        return None
    other = any(rule.outcome not in _NAMED for rule in rules)
    head = [title for title, _ in _COLUMNS] + ([Text("other", "其他")] if other else [])
    return el(
        "section",
        el("h2", said(Text("Risks, money first", "风险（资金优先）"))),
        el(
            "table",
            el(
                "thead",
                el(
                    "tr",
                    el("th", said(Text("risk", "风险")), scope="col"),
                    [el("th", el("span", said(name)), scope="col") for name in head],
                ),
            ),
            el("tbody", [_row(risk, other=other) for risk in risks]),
            class_="risks",
        ),
    )


def _row(risk: _Risk, *, other: bool) -> Markup:
    counts = risk.counts
    cells = []
    for number, (_, outcomes) in enumerate(_COLUMNS):
        total = sum(counts[outcome] for outcome in outcomes)
        cells.append(el("td", f"{total:,}", class_=outcomes[0] if total and number else "none" if not total else None))
    rest = {outcome: number for outcome, number in counts.items() if outcome not in _NAMED}
    return el(
        "tr",
        el("th", el("a", said(risk.title), href=f"#{risk.place}") if risk.rules else said(risk.title), scope="row"),
        cells,
        el("td", tally(rest), class_="other") if other else None,
        class_="struck" if counts[Outcome.VIOLATED] else None if risk.rules else "unheard",
    )


def rule_book(run: Run, rules: Sequence[RuleJudged], shown: Mapping[str, Markup], left_out: int = 0) -> Markup | None:
    """Return every rule by risk, each with its checks and their *shown* samples; a risk with a violation stands open.

    *left_out* samples found no room and are named; None where there is no rule.
    """
    by_rule: dict[str, list[CheckFinished]] = {}
    for check in run.checks:
        for slug in check.spoken_of:
            by_rule.setdefault(slug, []).append(check)
    parts = [_risk(risk, by_rule, shown) for risk in _by_risk(run, rules) if risk.rules]
    if not parts:
        return None
    note = Text(
        "Unfold a rule for its checks, each with one exchange that passed: what was signed, and the answer.",
        "展开规则可见其检查项，每项附一次通过的交互：签名串与应答。",
    )
    hidden = Text(
        f" {number_of(left_out, 'sample')} found no room here and {'is' if left_out == 1 else 'are'} in run.ndjson.",
        f"另有 {left_out:,} 个样例因篇幅所限仅见 run.ndjson。",
    )
    return el(
        "section",
        el("h2", said(Text("Every rule, by risk", "全部规则（按风险）"))),
        el("p", said(note), said(hidden) if left_out else None, class_="note"),
        parts,
    )


def _risk(risk: _Risk, checks: Mapping[str, Sequence[CheckFinished]], shown: Mapping[str, Markup]) -> Markup:
    ordered = sorted(risk.rules, key=lambda rule: _WORST_FIRST.index(rule.outcome))
    groups = [(outcome, list(group)) for outcome, group in groupby(ordered, lambda rule: rule.outcome)]
    return el(
        "details",
        el("summary", el("b", said(risk.title)), tally(risk.counts)),
        # The place is inside, for a browser that follows a link unfolds what its end stands in.
        el(
            "div",
            [
                [el("h4", badge(outcome)) if len(groups) > 1 else None, [_rule(rule, checks.get(rule.rule, ()), shown) for rule in group]]
                for outcome, group in groups
            ],
            id=risk.place,
        ),
        open=any(rule.outcome is Outcome.VIOLATED for rule in risk.rules),
    )


def _rule(rule: RuleJudged, checks: Sequence[CheckFinished], shown: Mapping[str, Markup]) -> Markup:
    level = el("small", said(LEVELS[rule.level])) if rule.level is not Level.MUST else None
    said_of_it = [el("p", rule.source or None, " – " if rule.source and rule.reason else None, rule.reason, class_="note")]
    return el(
        "details",
        el("summary", said(rule.title), " ", el("code", rule.rule), level),
        said_of_it if rule.source or rule.reason else None,
        [_check(check, rule.rule, shown.get(check.check)) for check in checks],
    )


def _check(check: CheckFinished, rule: str, sample: Markup | None) -> Markup:
    """Return a check; one of several rules shows its sample under the first and points there from the others."""
    first = check.spoken_of[0]
    elsewhere = el("small", f" → {first}") if check.sample and first != rule else None
    return join(el("p", check.title, elsewhere), sample if first == rule else None)
