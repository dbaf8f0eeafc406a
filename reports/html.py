"""The HTML page: one file, no network, no script, in English with a switch to Chinese."""

from importlib.resources import files

from reports import sections
from reports.evidence import Budget
from reports.markup import Markup, el, join
from reports.model import Run, Text
from reports.outcomes import Outcome
from reports.view import findings_of, judged, risks_of, rules_of, worst_first

__all__ = ["render"]

_PAGE = 285_000
"""Bytes a page may have, so that it opens on a phone and travels by mail; evidence gets what the rest leaves."""

_CARD = 3_000
"""Bytes of one card without its evidence."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render(run: Run) -> str:
    """Return the page of *run*.

    Its order is that of a decision: the verdict, what was tested and how to repeat it, what is wrong, worst first, with its exchanges, then
    how each part went, every rule by risk, and what nobody looked at and why.
    """
    rules = worst_first(judged(run.rules, run.checks), risks_of(run.started))
    findings = findings_of(run.checks)
    troubles = (
        (Text("Violations", "违反的规则"), rules_of(rules, Outcome.VIOLATED)),
        (Text("Undecided", "无法判定"), rules_of(rules, Outcome.HARNESS_ERROR, Outcome.CONFIG, Outcome.INCONCLUSIVE)),
        (Text("Advice and waivers", "建议与豁免"), rules_of(rules, Outcome.ADVISORY, Outcome.WAIVED)),
    )
    above = join(sections.verdict(run, rules), sections.tested(run))
    below = join(sections.course(run), sections.rule_book(run, rules), sections.gaps(rules))
    head = _head(run)
    cards = sum(min(len(concerned), sections.CARDS) for _, concerned in troubles)
    budget = Budget(_PAGE - len(join(head, above, below).encode()) - cards * _CARD)
    middle = [sections.violations(heading, concerned, findings, budget) for heading, concerned in troubles]
    body = el("main", above, middle, below)
    return f"<!doctype html>\n{el('html', head, el('body', _switch(), body), lang='en')}\n"


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
