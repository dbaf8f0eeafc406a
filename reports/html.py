"""The HTML page: one file, no network, no script, in English with a switch to Chinese."""

from importlib.resources import files

from reports import sections
from reports.cards import cards
from reports.evidence import Budget, samples
from reports.machines import machines
from reports.markup import Markup, el, join
from reports.model import Run
from reports.risks import risk_table, rule_book
from reports.view import judged, risks_of, worst_first

__all__ = ["render"]

_PAGE = 297_000
"""Bytes a page may have, so that it opens on a phone and travels by mail; evidence gets what the rest leaves, samples what that leaves."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render(run: Run) -> str:
    """Return the page of *run*.

    Its order is that of a decision: the verdict, what was tested and how to repeat it, the risks with money first, what is wrong, worst
    first, with its exchanges, what nobody looked at and why, which states were seen, how each part went, and every rule with a sample.
    """
    rules = worst_first(judged(run.rules, run.checks), risks_of(run.started))
    above = join(sections.verdict(run, rules), sections.tested(run), risk_table(run, rules))
    below = join(sections.gaps(run, rules), machines(run), sections.course(run))
    around = _page(run, join(above, cards(run, rules, Budget(0)), below, rule_book(run, rules, {}, 1)))
    middle = join(cards(run, rules, Budget(_PAGE - len(around.encode()))))
    rest = _PAGE - len(_page(run, join(above, middle, below, rule_book(run, rules, {}, 1))).encode())
    return _page(run, join(above, middle, below, rule_book(run, rules, *samples(run.checks, rest))))


def _page(run: Run, content: Markup) -> str:
    return f"<!doctype html>\n{el('html', _head(run), el('body', _switch(), el('main', content)), lang='en')}\n"


def _head(run: Run) -> Markup:
    style = Markup(files("reports").joinpath("assets/report.css").read_text("utf-8"))
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        el("title", f"{sections.decision(run.finished).en} · {run.started.target.name} · wxconform"),
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
