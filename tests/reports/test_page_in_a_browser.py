"""The page in a real browser: silent, alone, legible in light and dark, on a phone and on paper, in both languages."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from reports import html
from reports.model import CheckFinished, MachineCovered, RuleJudged, Run, Text
from reports.outcomes import Outcome, Verdict, count
from tests.reports.chromium import BROWSER, Chromium, chromium
from tests.reports.miniature import CHECKS, EXCHANGE, FINISHED, MACHINE, PHASES, RULE, RULES, STARTED

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on this machine: the page was not looked at")

_MOST_PAGES = 10
_LONG = "an unknown result is taken for a decided one"
_CONTRAST = Path(__file__).with_name("contrast.js").read_text("utf-8")

RUN = Run(started=STARTED, phases=PHASES, checks=CHECKS, rules=RULES, machines=(MACHINE,), finished=FINISHED)


def _large(*, clean: bool) -> Run:
    """Return a run of the size of a certification: 240 rules, 360 checks with a sample each, 17 risks, three machines."""
    risks = tuple(replace(STARTED.risks[0], id=f"risk-{n}", title=Text(f"{_LONG} number {n}", f"风险 {n} 发生")) for n in range(17))
    rules: list[RuleJudged] = []
    for number in range(240):
        outcome = Outcome.PASSED if clean or number % 40 else Outcome.VIOLATED
        rules.append(replace(RULES[1], rule=f"{RULE}-{number}", outcome=outcome, risk=f"risk-{number % 17}", findings=()))
    checks: list[CheckFinished] = []
    for number in range(360):
        rule = rules[number % 240]
        findings = tuple(replace(finding, rule=rule.rule) for finding in CHECKS[1].findings) if rule.outcome is Outcome.VIOLATED else ()
        sample = None if findings else replace(EXCHANGE, label=f"list certificates, announcing {'5A51677B' * 5}")
        checks.append(
            replace(CHECKS[1], check=f"t.py::test_{number}", rules=(rule.rule,), outcome=rule.outcome, findings=findings, sample=sample)
        )
    verdict = Verdict.CONFORMANT if clean else Verdict.NOT_CONFORMANT
    counts = count(rule.outcome for rule in rules)
    return Run(
        started=replace(STARTED, fault=None, risks=risks),
        phases=tuple(replace(PHASES[2], name=f"group-{number}") for number in range(13)),
        checks=tuple(checks),
        rules=tuple(rules),
        machines=tuple(_machine(number) for number in range(3)),
        finished=replace(FINISHED, verdict=verdict, exit_code=verdict.exit_code, counts=counts),
    )


def _machine(number: int) -> MachineCovered:
    return replace(MACHINE, machine=f"machine-{number}", transitions=MACHINE.transitions * 4)


def _of(verdict: Verdict) -> Run:
    """Return a run that came to *verdict*, with a rule that makes it so."""
    decisive = {
        Verdict.CONFORMANT: Outcome.PASSED,
        Verdict.WITH_WAIVERS: Outcome.WAIVED,
        Verdict.NOT_CONFORMANT: Outcome.VIOLATED,
        Verdict.MISCONFIGURED: Outcome.CONFIG,
        Verdict.INCONCLUSIVE: Outcome.INCONCLUSIVE,
        Verdict.VACUOUS: Outcome.NOT_EXERCISED,
        Verdict.SUITE_FAULT: Outcome.HARNESS_ERROR,
    }[verdict]
    rules = (RULES[0], replace(RULES[1], outcome=decisive, reason="as the test wants it"), RULES[3])
    counts = count(rule.outcome for rule in rules)
    return replace(RUN, rules=rules, finished=replace(FINISHED, verdict=verdict, exit_code=verdict.exit_code, counts=counts))


_RUNS = {
    **{str(verdict): _of(verdict) for verdict in Verdict},
    "incomplete": replace(RUN, finished=None),
    "clean": _large(clean=True),
    "violated": _large(clean=False),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """Give one browser to all tests of this module."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as home, chromium(Path(home)) as tab:
        yield tab


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Draw a page of each kind."""
    folder = tmp_path_factory.mktemp("pages")
    for name, run in _RUNS.items():
        (folder / f"{name}.html").write_text(html.render(run), "utf-8")
    return {name: folder / f"{name}.html" for name in _RUNS}


def _unfold(browser: Chromium) -> None:
    browser.ask("document.querySelectorAll('details').forEach(fold => fold.open = true)")


def _speak(browser: Chromium, language: str) -> None:
    browser.ask(f"document.querySelector('label[for={language}]').click()")


@pytest.mark.parametrize("name", _RUNS)
def test_a_page_is_silent_and_alone(browser: Chromium, pages: dict[str, Path], name: str) -> None:
    """Opened, unfolded and switched to Chinese, a page logs nothing, throws nothing, and asks the network for nothing but itself."""
    browser.visit(pages[name])
    _unfold(browser)
    _speak(browser, "chinese")
    browser.ask("new Promise(done => setTimeout(done, 50))")

    asked = [event["request"]["url"] for event in browser.heard("Network.requestWillBeSent")]
    assert asked == [pages[name].as_uri()]
    for complaint in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
        assert browser.heard(complaint) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", _RUNS)
def test_text_has_contrast(browser: Chromium, pages: dict[str, Path], name: str, *, dark: bool) -> None:
    """All text of a page, unfolded, has the contrast WCAG AA asks for, in light and in dark; dark is dark."""
    browser.visit(pages[name], dark=dark)
    _unfold(browser)
    found = browser.ask(_CONTRAST)

    assert found["looked_at"] > 50
    assert found["too_faint"] == []
    assert (found["paper"] < 0.1) is dark


@pytest.mark.parametrize("language", ["english", "chinese"])
@pytest.mark.parametrize("name", _RUNS)
def test_a_phone_shows_all_of_it(browser: Chromium, pages: dict[str, Path], name: str, language: str) -> None:
    """On a narrow phone a page, unfolded, is as wide as the screen in either language: nothing to push sideways."""
    browser.visit(pages[name], width=360, height=700)
    _unfold(browser)
    _speak(browser, language)

    assert browser.ask("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("name", _RUNS)
def test_the_languages_change_places(browser: Chromium, pages: dict[str, Path], name: str) -> None:
    """A click on a language shows its sentences and hides the others'; the heading is the decision in that language."""
    browser.visit(pages[name])
    for language, shown, hidden in (("chinese", "zh", "en"), ("english", "en", "zh")):
        _speak(browser, language)
        seen = "[...document.querySelectorAll('main [lang={}]')].filter(text => text.getClientRects().length).length"
        assert browser.ask(seen.format(hidden)) == 0
        assert browser.ask(seen.format(shown)) > 20
    assert browser.ask("document.querySelector('h1').innerText") in {"READY", "READY WITH WAIVERS", "NOT READY", "INCONCLUSIVE"}


def test_a_clean_run_is_a_few_sheets(browser: Chromium, pages: dict[str, Path]) -> None:
    """A clean run of a certification's size prints on at most ten sheets."""
    browser.visit(pages["clean"])

    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", browser.print())) <= _MOST_PAGES


def test_evidence_of_violations_is_printed(browser: Chromium, pages: dict[str, Path]) -> None:
    """On paper every fold of a violation's card is unfolded, and those of rules that passed are not."""
    browser.visit(pages["violated"], paper=True)
    visible = "[...document.querySelectorAll('{} pre')].map(text => text.checkVisibility({{contentVisibilityAuto: true}}))"

    assert set(browser.ask(visible.format("article.violated"))) == {True}
    assert set(browser.ask(visible.format("main > section > details:not([open])"))) == {False}


def test_paper_is_white_at_night(browser: Chromium, pages: dict[str, Path]) -> None:
    """A page printed by someone who prefers the dark is dark ink on white paper, with contrast."""
    browser.visit(pages["violated"], dark=True, paper=True)
    found = browser.ask(_CONTRAST)

    assert found["paper"] == 1
    assert found["too_faint"] == []


def test_a_risk_unfolds_its_rules(browser: Chromium, pages: dict[str, Path]) -> None:
    """A click on a risk that stands folded unfolds its rules and goes there."""
    browser.visit(pages["clean"])
    browser.ask("document.querySelectorAll('.risks a')[3].click()")
    browser.ask("new Promise(done => setTimeout(done, 50))")

    assert browser.ask("[...document.querySelectorAll('main > section > details')].map(fold => fold.open)") == [n == 3 for n in range(17)]
    assert browser.ask("document.querySelector('#risk-4').getBoundingClientRect().top < innerHeight")


def test_pictures_are_told_in_words(browser: Chromium, pages: dict[str, Path]) -> None:
    """A picture of a machine has a name, and the folded table beside it has a row for each of its arrows."""
    browser.visit(pages["clean"])

    assert browser.ask("[...document.querySelectorAll('svg')].map(picture => picture.getAttribute('aria-label').length > 20)") == [True] * 3
    arrows = browser.ask("[...document.querySelectorAll('.machine')].map(one => one.querySelectorAll('svg g').length)")
    rows = browser.ask("[...document.querySelectorAll('.machine')].map(one => one.querySelectorAll('tbody tr').length)")
    assert arrows == rows == [16, 16, 16]


def test_no_label_meets_another(browser: Chromium, pages: dict[str, Path]) -> None:
    """As the browser sets them, no two labels of a picture overlap and none leaves it."""
    browser.visit(pages["clean"])
    overlaps = """[...document.querySelectorAll('svg')].flatMap(picture => {
      const frame = picture.getBoundingClientRect();
      const boxes = [...picture.querySelectorAll('text')].map(text => text.getBoundingClientRect());
      const out = boxes.filter(box => box.left < frame.left || box.right > frame.right || box.bottom > frame.bottom).length;
      const meet = boxes.filter((a, i) => boxes.slice(i + 1).some(b =>
        a.left < b.right && b.left < a.right && a.top < b.bottom - 2 && b.top < a.bottom - 2)).length;
      return [out + meet];
    })"""

    assert browser.ask(overlaps) == [0, 0, 0]
