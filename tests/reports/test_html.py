"""The page is one safe file that tells the run in the order of a decision."""

import re
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest

from reports import html
from reports.model import CheckFinished, Finding, PhaseFinished, RuleJudged, Run, Text, finding_id
from reports.outcomes import Level, Outcome, Verdict
from tests.reports.miniature import CHECKS, EXCHANGE, FINDING, FINISHED, MACHINE, PHASES, RULE, RULES, STARTED

RUN = Run(started=STARTED, phases=PHASES, checks=CHECKS, rules=RULES, machines=(MACHINE,), finished=FINISHED)
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
    assert not {"script", "link", "img", "iframe", "object", "use", "image"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in {"src", "srcset", "action", "xlink:href"}]
    assert all(value and value.startswith("#") for name, value in page.attributes if name == "href")
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes
    assert "url(" not in html.render(RUN)
    assert "@import" not in html.render(RUN)


def test_markup_in_any_field_is_text() -> None:
    """Markup in every field of every event is shown, never obeyed."""
    page = html.render(_poisoned(RUN))

    assert "<script" not in page
    assert Page(page).tags.count("article") == 3  # a violation, a doubt and a machine
    assert page.count("&lt;script&gt;") > 60
    page.encode()


def test_the_order_of_a_decision() -> None:
    """The decision, what was tested, the risks, violations, what stayed undecided, the gaps, states, the run's parts, and every rule."""
    page = html.render(RUN)
    headings = re.findall(r"<h[12][^>]*>(?:<span lang=en>)?([^<]+)", page)

    assert headings == [
        "NOT READY",
        "What was tested",
        "Risks, money first",
        "Violations",
        "Undecided",
        "Not exercised, and why",
        "State coverage",
        "How the run went",
        "Every rule, by risk",
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
        FINDING.diagnosis.zh if FINDING.diagnosis else "",
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
    cards = re.findall(r"<article class=violated><h3><span lang=en>([^<]+)", page)

    assert cards == [RULES[1].title.en, replayed.title.en]


def test_both_languages_are_there() -> None:
    """Each translated text stands there in both languages, under a switch that needs no script; English shows first."""
    page = html.render(RUN)

    assert page.count("lang=zh>") == page.count("lang=en>") - 1  # the page itself is in English
    assert "id=english checked" in page
    assert "#chinese:checked ~ main [lang=en]" in page


def test_untranslated_text_is_shown_in_either() -> None:
    """A text without Chinese is not hidden by the switch."""
    page = html.render(replace(RUN, finished=replace(FINISHED, sentence=Text("doctor: no"))))

    assert "<p class=sentence>doctor: no</p>" in page


def test_an_unfinished_run_says_so() -> None:
    """Without a footer the page says INCOMPLETE, counts what there is, and shows findings under their bare ids."""
    page = html.render(Run(started=STARTED, checks=CHECKS))

    assert "<h1><span lang=en>INCONCLUSIVE</span>" in page
    assert "INCOMPLETE" in page
    assert f"<h3>{RULE}</h3>" in page
    assert FINDING.sentence in page


@pytest.mark.parametrize(
    ("verdict", "decision", "narrower", "tone"),
    [
        (Verdict.CONFORMANT, "READY", "CONFORMANT", "good"),
        (Verdict.WITH_WAIVERS, "READY WITH WAIVERS", "CONFORMANT WITH WAIVERS", "fair"),
        (Verdict.NOT_CONFORMANT, "NOT READY", "NOT CONFORMANT", "bad"),
        (Verdict.MISCONFIGURED, "INCONCLUSIVE", "MISCONFIGURED", "doubt"),
        (Verdict.INCONCLUSIVE, "INCONCLUSIVE", "INCONCLUSIVE", "doubt"),
        (Verdict.VACUOUS, "INCONCLUSIVE", "NOTHING PROVEN", "doubt"),
        (Verdict.SUITE_FAULT, "INCONCLUSIVE", "FAULT OF THE SUITE", "doubt"),
    ],
)
def test_every_verdict_has_its_page(verdict: Verdict, decision: str, narrower: str, tone: str) -> None:
    """A verdict is headed by what it means to the person who decides, with the suite's own word and the exit code beside it."""
    page = html.render(replace(RUN, finished=replace(FINISHED, verdict=verdict, exit_code=verdict.exit_code)))

    header = page[page.index("<header") : page.index("</header>")]
    assert f'class="verdict {tone}"' in header
    assert f"<h1><span lang=en>{decision}</span>" in header
    assert f"<span lang=en>{narrower}</span>" in header
    assert f"exit code {verdict.exit_code}<" in header
    assert f"<title>{decision} · " in page


def _table(page: str) -> list[list[str]]:
    """Return the cells of the risk table in English."""
    table = re.search(r"<table class=risks>(.*?)</table>", page, re.DOTALL)
    assert table
    english = re.sub(r"<span lang=zh>.*?</span>", "", table[1])
    return [[re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in english.split("<tr")[1:]]


def test_the_risk_table_counts_every_rule() -> None:
    """Each risk of the header has its row, in the header's order, and what is neither green nor red has a column of its own."""
    assert _table(html.render(RUN)) == [
        ["risk", "judged", "passed", "violated", "waived", "not exercised", "other"],
        ["More money leaves than came in", "1", "0", "1", "0", "0", ""],
        ["A captured message works twice", "1", "1", "0", "0", "0", ""],
        ["Certificates change", "0", "0", "0", "0", "1", "inconclusive 1"],
    ]


def test_the_risk_table_keeps_to_what_there_is() -> None:
    """Without doubts there is no column for them; a risk nobody looked at stays, and one the header does not name comes last."""
    rules = (replace(RULES[0], risk="surprise"), replace(RULES[1], outcome=Outcome.WAIVED))

    assert _table(html.render(replace(RUN, rules=rules, checks=()))) == [
        ["risk", "judged", "passed", "violated", "waived", "not exercised"],
        ["More money leaves than came in", "1", "0", "0", "1", "0"],
        ["A captured message works twice", "0", "0", "0", "0", "0"],
        ["Certificates change", "0", "0", "0", "0", "0"],
        ["surprise", "1", "1", "0", "0", "0"],
    ]


def test_risks_lead_to_their_rules() -> None:
    """Every link of the page leads to a place there is."""
    page = html.render(RUN)
    places = set(re.findall(r" id=([\w-]+)", page))

    links = re.findall(r"href=\"#([^\"]+)\"", page)
    assert links
    assert set(links) <= places


def test_a_passing_check_shows_a_sample() -> None:
    """A check that passed shows what it sent, the signed string visible, and the answer; one of two rules shows it once."""
    twice = replace(CHECKS[0], rules=(RULES[0].rule, RULES[3].rule), sample=replace(EXCHANGE, label="a certain sample"))
    shown = Page(html.render(replace(RUN, checks=(twice,)))).shown

    assert CHECKS[0].title in shown
    assert shown.count("a certain sample") == 1
    assert "a certain samplePOST⏎\n/v3/refund/domestic/refunds⏎\n1767323045⏎" in shown
    assert '200 {"status":"PROCESSING"}' in shown
    assert f"{CHECKS[0].title} → {RULES[0].rule}" in shown


def test_a_run_of_some_rules_says_so() -> None:
    """Where only some rules were asked for the gaps say which; a rule that a check merely could have judged is no gap."""
    stopped = replace(CHECKS[1], rules=(RULE, "v3.order.not-asked-for"))
    page = html.render(replace(RUN, started=replace(STARTED, rules_glob="v3.refund.*"), checks=(stopped,), rules=RULES[:2]))

    assert "Rules that do not match v3.refund.* were not asked for." in page
    assert "Every rule of this run was judged." in page
    assert "not-asked-for" not in page


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

    assert len(page.encode()) <= 300_000
    if run.checks[39].findings:
        assert "in run.ndjson" in page
        assert "more rules" in page


def test_further_findings_are_listed() -> None:
    """A rule broken in many ways shows the first in full and the others with their commands, the last ones as a number."""
    page = html.render(_normal_run(violated=1, findings=30))

    assert "29 more of this rule" in page
    assert page.count("<kbd>wxconform replay") == 21
    assert "9 more in run.ndjson." in page


def test_samples_are_cut_before_they_are_left_out() -> None:
    """On a clean run of usual size every check has its sample, however large its bodies; on a huge one what is left out is counted."""
    usual = _normal_run(violated=0, body=10**5)
    assert html.render(usual).count("second refund") == 250
    assert "found no room" not in html.render(usual)
    assert re.search("<b>200</b> x{100,}…", html.render(usual))

    huge = replace(usual, checks=tuple(replace(check, check=f"{check.check}-{n}", title="") for n in range(8) for check in usual.checks))
    page = html.render(huge)
    left_out = re.search(r"([\d,]+) samples found no room", page)
    assert left_out
    assert len(page.encode()) <= 300_000
    assert page.count("second refund") + int(left_out[1].replace(",", "")) == 2_000


def test_the_last_exchange_is_kept() -> None:
    """The exchange that decides stands first; of those before it, where not all have room, the last are shown, in their order."""
    exchanges = tuple(replace(EXCHANGE, label=f"request {n:03}", request=replace(EXCHANGE.request, body=b"y" * 3_000)) for n in range(200))
    checks = (replace(CHECKS[1], findings=(replace(FINDING, exchanges=exchanges),)),)
    page = html.render(replace(RUN, checks=checks))

    shown = re.findall(r"<h4>(request \d+)", page)
    assert shown == ["request 199", *(f"request {n:03}" for n in range(200 - len(shown), 199))]
    assert 10 < len(shown) < 200
    assert f"{200 - len(shown)} more exchanges in run.ndjson." in page
