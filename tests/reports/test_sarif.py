"""SARIF that GitHub takes: what it demands is there, what it compares is stable, and nothing exceeds its limits."""

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reports import sarif
from reports.model import Run, RunStarted, Text, finding_id
from reports.outcomes import Level, Outcome
from reports.redaction import Redactor
from reports.stream import read
from tests.reports.miniature import CHECKS, EVENTS, FINDING, FINISHED, PHASES, RULE, RULES, STARTED, write

RUN = Run(started=STARTED, phases=PHASES, checks=CHECKS, rules=RULES, finished=FINISHED)


def _run(run: Run) -> dict[str, Any]:
    document = json.loads(sarif.render(run))
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("sarif-2.1.0.json")
    (only,) = document["runs"]
    return dict(only)


def _results(run: Run) -> list[dict[str, Any]]:
    return list(_run(run)["results"])


def _descriptor(run: Run, rule: str) -> dict[str, Any]:
    return next(row for row in _run(run)["tool"]["driver"]["rules"] if row["id"] == rule)


def _judged(outcome: Outcome, level: Level = Level.MUST, reason: str | None = None) -> Run:
    return replace(RUN, rules=(RULES[0], replace(RULES[1], outcome=outcome, level=level, reason=reason), *RULES[2:]))


def test_a_finding_is_a_result() -> None:
    """The result of a finding says what happened, in its first sentence first, and how to see it again."""
    (result,) = _results(RUN)

    assert (result["ruleId"], result["level"]) == (RULE, "error")
    lines = result["message"]["text"].splitlines()
    assert lines[0] == FINDING.sentence
    assert lines[-1] == f"Again: wxconform replay {FINDING.id}"
    assert f"Shortest: {FINDING.shortest}" in lines
    assert f"Expected: {FINDING.expected}" in lines
    assert f"Got: {FINDING.got}" in lines


def test_what_github_demands_is_there() -> None:
    """Every property GitHub marks as required is there and not empty, in every rule and every result."""
    run = _run(RUN)
    rules = run["tool"]["driver"]["rules"]

    assert run["tool"]["driver"]["name"]
    for rule in rules:
        for text in (rule["id"], rule["shortDescription"]["text"], rule["fullDescription"]["text"], rule["help"]["text"]):
            assert text
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        assert result["partialFingerprints"]["primaryLocationLineHash"]
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"] == "run.ndjson"
        assert set(location["physicalLocation"]["region"]) == {"startLine", "startColumn", "endLine", "endColumn"}
        assert location["logicalLocations"][0]["fullyQualifiedName"] == CHECKS[1].check


def test_a_rule_says_what_it_costs_in_both_languages() -> None:
    """The help of a rule has title and consequence in English and Chinese, the source, and the command that explains it."""
    markdown = _descriptor(RUN, RULE)["help"]["markdown"]

    for words in (RULES[1].title.en, RULES[1].title.zh, RULES[1].consequence.en, RULES[1].consequence.zh, RULES[1].source):
        assert words in markdown
    assert markdown.endswith(f"`wxconform explain {RULE}`")


@pytest.mark.parametrize(("level", "shown"), [(Level.MUST, "error"), (Level.SHOULD, "warning"), (Level.OBSERVED, "note")])
def test_levels_are_those_of_sarif(level: Level, shown: str) -> None:
    """A must is an error, a should a warning, an observation a note, in the rule and in its results."""
    run = _judged(Outcome.VIOLATED if level is Level.MUST else Outcome.ADVISORY, level)

    assert _descriptor(run, RULE)["defaultConfiguration"]["level"] == shown
    assert [result["level"] for result in _results(run)] == [shown]


def test_only_attacks_are_security() -> None:
    """A broken must that an attacker profits from carries a severity and the tag; a should has the tag alone, a miscount neither."""
    forged = replace(RUN, rules=(replace(RULES[1], risk="forged-message"),))
    advice = replace(RUN, rules=(replace(RULES[1], risk="forged-message", level=Level.SHOULD),))

    assert "security-severity" not in _descriptor(advice, RULE)["properties"]
    assert "security" in _descriptor(advice, RULE)["properties"]["tags"]
    assert _descriptor(forged, RULE)["properties"]["security-severity"] == "9.1"
    assert "security" in _descriptor(forged, RULE)["properties"]["tags"]
    assert "security-severity" not in _descriptor(RUN, RULE)["properties"]
    assert "security" not in _descriptor(RUN, RULE)["properties"]["tags"]


def test_fingerprints_are_the_finding() -> None:
    """What GitHub compares is the id of the finding, the same in every run and different for another case."""
    other = replace(FINDING, id=finding_id(RULE, "another"))
    prints = [result["partialFingerprints"] for result in _results(replace(RUN, checks=(replace(CHECKS[1], findings=(other, FINDING)),)))]

    assert sorted(row["wxconformFinding/v1"] for row in prints) == sorted([FINDING.id, other.id])
    assert len({row["primaryLocationLineHash"] for row in prints}) == 2


def test_a_finding_of_two_checks_is_one_result() -> None:
    """One finding that two checks made is one alert that names both."""
    twice = replace(RUN, checks=(CHECKS[1], replace(CHECKS[1], check="test_other.py::test_x")))
    (result,) = _results(twice)

    names = [place["fullyQualifiedName"] for place in result["locations"][0]["logicalLocations"]]
    assert names == sorted([CHECKS[1].check, "test_other.py::test_x"])


def test_what_is_waived_is_suppressed() -> None:
    """A waived violation stands there, as a note, with the reason it was accepted for."""
    (result,) = _results(_judged(Outcome.WAIVED, reason="mended in March (until 2026-03-31)"))

    assert result["level"] == "note"
    assert result["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "mended in March (until 2026-03-31)"},
    ]


@pytest.mark.parametrize("outcome", [Outcome.PASSED, Outcome.INCONCLUSIVE, Outcome.CONFIG, Outcome.HARNESS_ERROR, Outcome.NOT_EXERCISED])
def test_what_is_not_broken_is_no_result(outcome: Outcome) -> None:
    """Only what broke a rule is an alert; doubts and gaps are notifications that name their rule."""
    run = _judged(outcome, reason="because")
    notes = _run(run)["invocations"][0]["toolExecutionNotifications"]

    assert _results(run) == []
    told = [note["message"]["text"] for note in notes]
    assert any(RULE in text and "because" in text for text in told) is (outcome is not Outcome.PASSED)
    for named in (note["associatedRule"] for note in notes if "associatedRule" in note):
        assert _run(run)["tool"]["driver"]["rules"][named["index"]]["id"] == named["id"]


def test_the_invocation_says_how_it_ended() -> None:
    """Exit code and sentence are those of the run; one that did not end, or that the suite itself failed, was not successful."""
    ended = _run(RUN)["invocations"][0]
    killed = _run(replace(RUN, finished=None))["invocations"][0]
    faulty = _run(replace(RUN, finished=replace(FINISHED, exit_code=4)))["invocations"][0]

    assert (ended["exitCode"], ended["executionSuccessful"], ended["exitCodeDescription"]) == (1, True, FINISHED.sentence.en)
    assert "exitCode" not in killed
    assert (killed["executionSuccessful"], faulty["executionSuccessful"]) == (False, False)


def test_limits_are_kept() -> None:
    """Ten thousand findings with endless texts stay within what GitHub takes, and no description is over-long."""
    long = "x" * 50_000
    findings = tuple(replace(FINDING, id=f"{number:06}", shortest=long[:500]) for number in range(10_000))
    rule = replace(RULES[1], title=Text(long), consequence=Text(long))
    document = sarif.render(replace(RUN, checks=(replace(CHECKS[1], findings=(replace(FINDING, got=long), *findings)),), rules=(rule,)))
    run = json.loads(document)["runs"][0]

    assert len(run["results"]) == 5_000
    assert max(len(result["message"]["text"]) for result in run["results"]) <= 8_000
    (described,) = run["tool"]["driver"]["rules"]
    assert max(len(described[name]["text"]) for name in ("shortDescription", "fullDescription")) <= 1_024
    assert len(described["name"]) <= 255
    assert len(described["properties"]["tags"]) <= 10
    assert len(gzip.compress(document.encode())) < 10_000_000


def test_two_runs_of_a_seed_give_the_same_but_for_times() -> None:
    """The order in which workers end changes nothing; apart from moments the document is the same."""
    other = replace(CHECKS[1], check="test_other.py::test_x", findings=(replace(FINDING, id="0THER0"),))
    run = replace(RUN, checks=(*CHECKS, other))
    later = replace(
        run,
        started=replace(STARTED, at="2027-01-01T00:00:00.000Z"),
        finished=replace(FINISHED, at="2027-01-01T00:01:00.000Z", seconds=60.0),
        checks=tuple(replace(check, seconds=1.0) for check in run.checks[::-1]),
    )

    assert _without_times(sarif.render(later)) == _without_times(sarif.render(run))
    assert sarif.render(later) != sarif.render(run)


def _without_times(document: str) -> str:
    return re.sub(r'"(start|end)TimeUtc": "[^"]*"', "", document)


def test_no_secret_is_in_it(tmp_path: Path) -> None:
    """It is drawn from the redacted stream, so a secret in any text of a finding or a header is not in it."""
    canary = "CanaryCanaryCanaryCanary"
    finding = replace(FINDING, sentence=canary, shortest=canary, got=f"key={canary}", diagnosis=Text(canary))
    started = replace(STARTED, command=f"wxconform run --key {canary}", environment={"x": canary})
    events = tuple(
        started if isinstance(event, RunStarted) else replace(CHECKS[1], findings=(finding,)) if event is CHECKS[1] else event
        for event in EVENTS
    )
    run = read(write(tmp_path / "run.ndjson", events, redactor=Redactor([canary])))

    assert canary not in sarif.render(run)
    assert "[redacted]" in sarif.render(run)


@given(st.text(st.characters(), max_size=40))
@example("\ud800 \x1b[31m \u202e")
def test_any_text_gives_valid_json(text: str) -> None:
    """Half surrogates, control characters and quotes in any field leave a document that can be encoded, read back and shown."""
    finding = replace(FINDING, sentence=text, shortest=text, expected=text, got=text)
    run = replace(RUN, checks=(replace(CHECKS[1], check=text, findings=(finding,)),), started=replace(STARTED, command=text))

    (result,) = json.loads(sarif.render(run).encode())["runs"][0]["results"]
    assert not set("\x1b\u202e\ud800") & set(result["message"]["text"])
