"""The page is one safe file that tells the run in the order of a decision."""

import re
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest

from reports import html
from reports.model import CheckFinished, Finding, PhaseFinished, RuleJudged, Run, Text, finding_id
from reports.outcomes import Level, Outcome, Verdict
from tests.reports.miniature import CHECKS, EXCHANGE, FINDING, FINISHED, PHASES, RULE, RULES, STARTED

RUN = Run(started=STARTED, phases=PHASES, checks=CHECKS, rules=RULES, finished=FINISHED)
NASTY = "<script>alert('x')</script>\"'&\x00\ud800"


class Page(HTMLParser):
    """Reads a page as a browser would: which tags and attributes there are, and what text is shown."""

    VOID = frozenset({"meta", "input"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.shown = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that opens."""
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Insist that the innermost element closes."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.shown += data


def _poisoned(value: Any) -> Any:
    """Return a copy of *value* with markup in every text a report may show."""
    poisoned = value
    match value:
        case Outcome() | Level() | Verdict():
            pass
        case str():
            poisoned = value + NASTY
        case bytes():
            poisoned = value + NASTY.encode("utf-8", "replace")
        case dict():
            poisoned = {_poisoned(key): _poisoned(item) for key, item in value.items()}
        case tuple():
            poisoned = tuple(map(_poisoned, value))
        case _ if is_dataclass(value) and not isinstance(value, type):
            poisoned = replace(value, **{field.name: _poisoned(getattr(value, field.name)) for field in fields(value)})
    return poisoned


def test_the_page_is_well_formed() -> None:
    """Every element is closed where it must be, and nothing runs or loads."""
    page = Page(html.render(RUN))

    assert page.open == []
    assert not {"script", "link", "img", "iframe", "a", "object"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in {"src", "href", "srcset", "action"}]
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes
    assert "url(" not in html.render(RUN)
    assert "@import" not in html.render(RUN)


def test_markup_in_any_field_is_text() -> None:
    """Markup in every field of every event is shown, never obeyed."""
    page = html.render(_poisoned(RUN))

    assert "<script" not in page
    assert Page(page).tags.count("article") == 2
    assert page.count("&lt;script&gt;") > 60
    page.encode()


def test_the_order_of_a_decision() -> None:
    """Verdict, what was tested, violations, what stayed undecided, the parts of the run, every rule by risk, and the gaps."""
    page = html.render(RUN)
    headings = re.findall(r"<h[12]>(?:<span lang=\"en\">)?([^<]+)", page)

    assert headings == [
        "NOT CONFORMANT",
        "What was tested",
        "Violations",
        "Undecided",
        "How the run went",
        "Every rule, by risk",
        "Not exercised, and why",
    ]


def test_a_violation_can_be_acted_on() -> None:
    """A violation shows its consequence, minimal case, exact bytes, signed string and the command that repeats it, in both languages."""
    shown = Page(html.render(RUN)).shown

    for text in (
        RULES[1].title.zh,
        RULES[1].consequence.en,
        FINDING.sentence,
        FINDING.shortest,
        FINDING.expected,
        FINDING.diagnosis.en if FINDING.diagnosis else "",
        f"wxconform replay {FINDING.id}",
        EXCHANGE.request.body.decode(),
        "POST⏎\n/v3/refund/domestic/refunds⏎\n1767323045⏎\nNONCE⏎",
        "No answer came.",
        STARTED.command,
    ):
        assert text in shown


def test_worst_comes_first() -> None:
    """Violations stand in the order of their risk, whatever order they were judged in."""
    replayed = replace(RULES[0], outcome=Outcome.VIOLATED)
    page = html.render(replace(RUN, rules=(replayed, *RULES[1:])))
    cards = re.findall(r'<article class="violated"><h3><span lang="en">([^<]+)', page)

    assert cards == [RULES[1].title.en, replayed.title.en]


def test_both_languages_are_there() -> None:
    """Each translated text stands there in both languages, under a switch that needs no script; English shows first."""
    page = html.render(RUN)

    assert page.count('lang="zh"') == page.count('lang="en"') - 1  # the page itself is in English
    assert 'id="english" checked' in page
    assert "#chinese:checked ~ main [lang=en]" in page


def test_untranslated_text_is_shown_in_either() -> None:
    """A text without Chinese is not hidden by the switch."""
    page = html.render(replace(RUN, finished=replace(FINISHED, sentence=Text("doctor: no"))))

    assert '<p class="sentence">doctor: no</p>' in page


def test_an_unfinished_run_says_so() -> None:
    """Without a footer the page says INCOMPLETE, counts what there is, and shows findings under their bare ids."""
    page = html.render(Run(started=STARTED, checks=CHECKS))

    assert "INCOMPLETE" in page
    assert f"<h3>{RULE}</h3>" in page
    assert FINDING.sentence in page


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_its_page(verdict: Verdict) -> None:
    """Each verdict is drawn, with a tone of its own for good, bad and doubtful."""
    page = html.render(replace(RUN, finished=replace(FINISHED, verdict=verdict, exit_code=verdict.exit_code)))

    tone = {0: "good", 1: "bad", 4: "bad"}.get(verdict.exit_code, "doubt")
    assert f'class="verdict {tone}"' in page


def _normal_run(*, violated: int, findings: int = 1, body: int = 0) -> Run:
    """Return a run of 250 rules, *violated* of which are, each by *findings* findings with *body* bytes per answer."""
    assert EXCHANGE.response is not None
    exchange = replace(EXCHANGE, response=replace(EXCHANGE.response, body=b"x" * body))
    rules: list[RuleJudged] = []
    checks: list[CheckFinished] = []
    for number in range(250):
        name = f"{RULE}-when-it-is-number-{number}"
        broken = number < violated
        found: tuple[Finding, ...] = tuple(
            replace(FINDING, id=finding_id(name, case), rule=name, exchanges=(exchange,) * 4) for case in range(findings if broken else 0)
        )
        outcome = Outcome.VIOLATED if broken else Outcome.NOT_EXERCISED if number % 5 == 0 else Outcome.PASSED
        rules.append(replace(RULES[1], rule=name, outcome=outcome, risk=f"risk-{number % 8}", findings=tuple(item.id for item in found)))
        checks.append(replace(CHECKS[1], check=f"test_{number}", rules=(name,), outcome=outcome, findings=found, sample=exchange))
    phases = tuple(PhaseFinished(name=f"group-{number}", outcome=Outcome.PASSED, seconds=1.0) for number in range(10))
    return Run(started=STARTED, phases=phases, checks=tuple(checks), rules=tuple(rules), finished=FINISHED)


@pytest.mark.parametrize(
    "run",
    [
        _normal_run(violated=0),
        _normal_run(violated=5, body=3000),
        _normal_run(violated=40, findings=3, body=10**6),
        _normal_run(violated=250, findings=30),
    ],
    ids=["clean", "a few violations", "a bad day", "the worst day"],
)
def test_the_page_stays_small(run: Run) -> None:
    """A page stays under 300 kB, even where evidence would not; what is left out is named."""
    page = html.render(run)

    assert len(page.encode()) < 300_000
    if run.checks[39].findings:
        assert "in run.ndjson" in page
        assert "more rules" in page


def test_further_findings_are_listed() -> None:
    """A rule broken in many ways shows the first in full and the others with their commands, the last ones as a number."""
    page = html.render(_normal_run(violated=1, findings=30))

    assert "29 more of this rule" in page
    assert page.count("wxconform replay") == 21
    assert "9 more in run.ndjson." in page
