"""The HTML page: one file, no network, no script, in English with a switch to Chinese."""

from importlib.resources import files

from reports import sections
from reports.evidence import Budget
from reports.markup import Markup, el, join
from reports.model import Run, Text
from reports.outcomes import Outcome
from reports.view import findings_of, judged, risks_of, rules_of, worst_first

__all__ = ["render"]

_EVIDENCE = 120_000
"""Characters of exchanges on one page; with the rules of a normal run it stays under 300 kB."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render(run: Run) -> str:
    """Return the page of *run*.

    Its order is that of a decision: the verdict, what was tested and how to repeat it, what is wrong, worst first, with its exchanges, then
    how each part went, every rule by risk, and what nobody looked at and why.
    """
    rules = worst_first(judged(run.rules, run.checks), risks_of(run.started))
    findings = findings_of(run.checks)
    budget = Budget(_EVIDENCE)
    broken = rules_of(rules, Outcome.VIOLATED)
    undecided = rules_of(rules, Outcome.HARNESS_ERROR, Outcome.CONFIG, Outcome.INCONCLUSIVE)
    milder = rules_of(rules, Outcome.ADVISORY, Outcome.WAIVED)
    body = el(
        "main",
        sections.verdict(run, rules),
        sections.tested(run),
        sections.violations(Text("Violations", "违反的规则"), broken, findings, budget),
        sections.violations(Text("Undecided", "无法判定"), undecided, findings, budget),
        sections.violations(Text("Advice and waivers", "建议与豁免"), milder, findings, budget),
        sections.course(run),
        sections.rule_book(run, rules),
        sections.gaps(rules),
    )
    return f"<!doctype html>\n{el('html', _head(run), el('body', _switch(), body), lang='en')}\n"


def _head(run: Run) -> Markup:
    style = Markup(files("reports").joinpath("assets/report.css").read_text("utf-8"))
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        el("title", f"{run.started.target.name} · wxconform"),
        el("style", style),
    )


def _switch() -> Markup:
    """Return the language switch. The radio buttons stand before everything they govern, so that a style sheet alone can obey them."""
    return join(
        el("input", type="radio", name="language", id="english", checked=True, class_="language"),
        el("input", type="radio", name="language", id="chinese", class_="language"),
        el(
            "nav",
            el("span", "wxconform", class_="brand"),
            el("span", el("label", "English", for_="english"), el("label", "中文", for_="chinese"), class_="switch"),
            aria_label="Language · 语言",
        ),
    )
