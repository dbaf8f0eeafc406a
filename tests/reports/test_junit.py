"""JUnit is valid XML for any run, and nothing but passed is green in it."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import junit
from reports.model import Run, Text
from reports.outcomes import Level, Outcome
from tests.reports.miniature import CHECKS, FINDING, FINISHED, PHASES, RULE, RULES, STARTED

RUN = Run(started=STARTED, phases=PHASES, checks=CHECKS, rules=RULES, finished=FINISHED)


def _cases(run: Run) -> dict[str, ET.Element]:
    root = ET.fromstring(junit.render(run))  # noqa: S314 - our own document
    return {case.attrib["classname"]: case for case in root.iter("testcase")}


def test_one_case_per_check_and_rule() -> None:
    """The class is the rule and the name the check, so that trend pages follow rules; a rule without a check is there too."""
    cases = _cases(RUN)

    assert set(cases) == {rule.rule for rule in RULES}
    assert cases[RULE].attrib == {"classname": RULE, "name": CHECKS[1].check, "time": "4.100"}
    assert cases["v3.certificates.rotates"].attrib["name"] == "no check ran"


def test_the_document_adds_up() -> None:
    """The figures of each suite and of the whole are those of its cases."""
    root = ET.fromstring(junit.render(RUN))  # noqa: S314 - our own document

    for element in (root, *root.findall("testsuite")):
        cases = list(element.iter("testcase"))
        assert element.attrib["tests"] == str(len(cases))
        assert element.attrib["failures"] == str(sum(case.find("failure") is not None for case in cases))
        assert element.attrib["errors"] == str(sum(case.find("error") is not None for case in cases))
    for suite in root.findall("testsuite"):
        assert suite.attrib["skipped"] == str(sum(case.find("skipped") is not None for case in suite))
    assert {name: root.attrib[name] for name in ("tests", "failures", "errors")} == {"tests": "4", "failures": "1", "errors": "1"}


_ALLOWED: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"time", "skipped", "timestamp", "id"},
        {"properties", "testcase"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": ({"name"}, {"classname", "time"}, {"skipped", "error", "failure", "system-out"}),
    "failure": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "skipped": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}
"""Of each element: the attributes it needs, those it may have besides, its children. The strictest schema in use, that of Jenkins' xunit
plugin, allows no more."""


def test_the_structure_is_what_strict_parsers_take() -> None:
    """No element and no attribute is there that the strictest schema in use does not know, and none it demands is missing."""
    everything = replace(RUN, finished=None, checks=tuple(replace(CHECKS[1], outcome=outcome) for outcome in Outcome), rules=())
    for run in (RUN, everything):
        root = ET.fromstring(junit.render(run))  # noqa: S314 - our own document
        assert root.tag == "testsuites"
        for element in root.iter():
            needed, allowed, children = _ALLOWED[element.tag]
            assert needed <= set(element.keys()) <= needed | allowed, element.tag
            assert {child.tag for child in element} <= children, element.tag
            assert float(element.get("time", "0")) >= 0
        for case in root.iter("testcase"):
            assert sum(child.tag != "system-out" for child in case) <= 1, "parsers keep only one verdict of a case"


def test_no_two_cases_share_a_name() -> None:
    """Class and name together are unique, for parsers take two of the same for one; the suites are numbered."""
    root = ET.fromstring(junit.render(RUN))  # noqa: S314 - our own document
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]

    assert len(names) == len(set(names))
    assert [suite.get("id") for suite in root] == [str(number) for number in range(len(root))]


def test_checks_stand_in_the_order_of_their_names() -> None:
    """Several workers finish checks in any order, and the document is the same."""
    assert junit.render(replace(RUN, checks=CHECKS[::-1])) == junit.render(RUN)


def test_a_failure_says_how_to_see_it_again() -> None:
    """A failure carries the finding in words and the command that repeats it, which is in the output of its case too."""
    failure = _cases(RUN)[RULE].find("failure")
    output = _cases(RUN)[RULE].findtext("system-out", "")

    assert failure is not None
    assert failure.attrib == {"message": FINDING.sentence, "type": "violated"}
    assert f"again      wxconform replay {FINDING.id}" in (failure.text or "")
    assert output.splitlines() == [
        CHECKS[1].title,
        "37 examples, 1,377 exchanges",
        f"wxconform replay {FINDING.id}",
        f"wxconform explain {RULE}",
    ]


@pytest.mark.parametrize(
    ("outcome", "tag"),
    [
        (Outcome.PASSED, None),
        (Outcome.VIOLATED, "failure"),
        (Outcome.WAIVED, "skipped"),
        (Outcome.ADVISORY, "skipped"),
        (Outcome.NOT_APPLICABLE, "skipped"),
        (Outcome.NOT_EXERCISED, "skipped"),
        (Outcome.INCONCLUSIVE, "error"),
        (Outcome.CONFIG, "error"),
        (Outcome.HARNESS_ERROR, "error"),
    ],
)
def test_every_outcome_has_its_place(outcome: Outcome, tag: str | None) -> None:
    """Each outcome is a pass, failure, error or skip, and says in words what it is."""
    check = replace(CHECKS[0], outcome=outcome)
    case = _cases(replace(RUN, checks=(check,), rules=()))[check.rules[0]]

    verdicts = [child for child in case if child.tag != "system-out"]
    assert [child.tag for child in verdicts] == ([tag] if tag else [])
    for verdict in verdicts:
        assert verdict.attrib["type"] == outcome
        assert verdict.text, "some parsers read the text, others the message"


def test_a_waived_rule_does_not_fail_a_build() -> None:
    """Where a rule was waived or is not a must, its violated check is skipped with that word."""
    for outcome in (Outcome.WAIVED, Outcome.ADVISORY):
        skipped = _cases(replace(RUN, rules=(replace(RULES[1], outcome=outcome, level=Level.SHOULD),)))[RULE].find("skipped")
        assert skipped is not None
        assert skipped.attrib["message"] == f"{outcome}: {FINDING.sentence}"


def test_a_check_may_find_more_than_it_looked_for() -> None:
    """A finding about a rule the check was not marked with has its case; the time of the check is shared, not counted twice."""
    check = replace(CHECKS[1], rules=("v3.other",))
    cases = _cases(replace(RUN, checks=(check,), rules=()))

    assert cases[RULE].find("failure") is not None
    assert cases["v3.other"].find("skipped") is not None
    assert cases[RULE].attrib["time"] == "2.050"


def test_an_unfinished_run_is_not_green() -> None:
    """A run without a footer has one error more than its cases have."""
    cases = _cases(replace(RUN, finished=None, checks=CHECKS[:1], rules=()))

    error = cases["wxconform"].find("error")
    assert error is not None
    assert error.attrib["type"] == "incomplete"


def test_a_check_without_a_rule_is_named_by_its_group() -> None:
    """Every check has a case, marked or not."""
    assert "requests" in _cases(replace(RUN, checks=(replace(CHECKS[0], rules=()),), rules=()))


@given(st.text(st.characters(), max_size=30) | st.binary(max_size=30).map(lambda raw: raw.decode("latin-1")))
def test_any_text_gives_valid_xml(text: str) -> None:
    """Control characters, half surrogates and markup in any field leave the document well-formed and encodable."""
    finding = replace(FINDING, sentence=text, shortest=text, expected=text, got=text, diagnosis=Text(text))
    check = replace(CHECKS[1], check=text, group=text, title=text, reason=text, findings=(finding,))
    run = replace(RUN, started=replace(STARTED, command=text), checks=(check,))

    ET.fromstring(junit.render(run).encode())  # noqa: S314 - our own document
