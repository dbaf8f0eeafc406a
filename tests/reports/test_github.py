"""Annotations GitHub parses as they are meant, and a summary in which a target's text is only text."""

import html
import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.errors import ReportError
from reports.github import annotations, publish, step_summary
from reports.model import RuleJudged, Run, Text
from reports.outcomes import Level, Outcome
from tests.reports.miniature import CHECKS, FINDING, FINISHED, PHASES, RULE, RULES, STARTED

RUN = Run(started=STARTED, phases=PHASES, checks=CHECKS, rules=RULES, finished=FINISHED)
_COMMAND = re.compile(r"::(error|warning|notice) title=([^:,\r\n]*)::([^\r\n]*)")


def _parsed(run: Run) -> list[tuple[str, str, str]]:
    """Return kind, title and message of every annotation, read as a runner of GitHub reads them."""
    found = []
    for line in annotations(run).splitlines():
        match = _COMMAND.fullmatch(line)
        assert match, line
        kind, title, message = match.groups()
        found.append((kind, _unescaped(title.replace("%3A", ":").replace("%2C", ",")), _unescaped(message)))
    return found


def _unescaped(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def _judged(outcome: Outcome, *, number: int = 1) -> Run:
    rules = [replace(RULES[1], rule=f"v3.x.rule-{at:03}", outcome=outcome, findings=(), reason="because") for at in range(number)]
    return replace(RUN, rules=tuple(rules), checks=())


def test_a_violation_is_an_error() -> None:
    """The title names the rule and its weight; the message what it costs, the case, and how to see it again."""
    kind, title, message = _parsed(RUN)[0]

    assert kind == "error"
    assert title == f"{RULE} violated · must · over-refund"
    lines = message.splitlines()
    assert lines[0] == RULES[1].consequence.en
    assert f"got: {FINDING.got}" in lines
    assert lines[-2:] == [f"again: wxconform replay {FINDING.id}", f"why: wxconform explain {RULE}"]


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (Outcome.VIOLATED, "error"),
        (Outcome.HARNESS_ERROR, "error"),
        (Outcome.CONFIG, "error"),
        (Outcome.ADVISORY, "warning"),
        (Outcome.INCONCLUSIVE, "warning"),
        (Outcome.WAIVED, "notice"),
        (Outcome.PASSED, None),
        (Outcome.NOT_EXERCISED, None),
        (Outcome.NOT_APPLICABLE, None),
    ],
    ids=str,
)
def test_every_outcome_has_its_kind(outcome: Outcome, kind: str | None) -> None:
    """What did not hold is annotated by its weight; passes and gaps are not."""
    assert [found for found, _, _ in _parsed(_judged(outcome))] == ([kind] if kind else [])


@pytest.mark.parametrize("number", [10, 11, 40])
def test_the_last_of_too_many_names_the_rest(number: int) -> None:
    """GitHub shows ten of a kind, so of more than ten the tenth says how many are left and which."""
    found = _parsed(_judged(Outcome.VIOLATED, number=number))

    assert len(found) == 10
    everything = " ".join(title + message for _, title, message in found)
    assert all(f"v3.x.rule-{at:03}" in everything for at in range(number))
    assert (found[-1][1] == f"{number - 9} more rules") is (number > 10)


def test_an_unfinished_run_is_an_error_and_takes_a_place() -> None:
    """A run that did not end is the first error, and of the ten it is one."""
    found = _parsed(replace(_judged(Outcome.VIOLATED, number=12), finished=None))

    assert "did not come to its end" in found[0][2]
    assert len(found) == 10


@given(st.text(st.characters(), max_size=60) | st.sampled_from(["a\n::error::b", "50%, c: d\r\n", "%0A::warning::x", "```\n| a | <b>"]))
def test_a_text_is_never_a_command_of_its_own(text: str) -> None:
    """Whatever a target sends stays within the line of its annotation, and comes out as it was but for control characters."""
    run = replace(RUN, checks=(replace(CHECKS[1], findings=(replace(FINDING, got=f"[{text}]"),)),))

    (_, _, message), *others = _parsed(run)
    assert [title for _, title, _ in others] == [title for _, title, _ in _parsed(RUN)[1:]]
    if text.isprintable():
        assert f"got: [{text}]" in message


def test_a_summary_leads_to_a_decision() -> None:
    """Verdict and sentence in both languages, risks in the run's order with their figures, violations with their commands, and the gaps."""
    summary = step_summary(RUN)

    assert summary.startswith("## NOT CONFORMANT · 不符合规范\n")
    assert FINISHED.sentence.zh in summary
    rows = [line for line in summary.splitlines() if line.startswith("| ")]
    assert rows[0] == "| risk | passed | violated | waived | advisory | inconclusive | not exercised |"
    assert rows[1] == "| More money leaves than came in · 退款超过支付金额 |  | 1 |  |  |  |  |"
    assert [row.split(" · ")[0] for row in rows[2:]] == ["| A captured message works twice", "| Certificates change"]
    assert f"<code>wxconform replay {FINDING.id}</code>" in summary
    assert f"<code>wxconform explain {RULE}</code>" in summary
    assert f"expected   {html.escape(FINDING.expected)}" in summary
    assert "1 rule not exercised · 未检验" in summary
    assert "* needs: payer, time-travel: <code>v3.certificates.rotates</code>" in summary


def test_a_summary_of_an_unfinished_run_says_so() -> None:
    """A run without a footer is INCOMPLETE, with what it had found."""
    summary = step_summary(replace(RUN, finished=None, rules=()))

    assert summary.startswith("## INCOMPLETE · 未完成\n")
    assert FINDING.id in summary


_HOSTILE = "a|b `c` <script>x</script> [d](http://e) ![f](g) **h** _i_ </pre> @all #1 www.j.k\n\n# l\n---"


def test_hostile_text_is_only_text() -> None:
    """Pipes, backticks, markup, links and line feeds of a target form neither table cells nor code, HTML, links or headings."""
    text = Text(_HOSTILE, _HOSTILE)
    rule = replace(RULES[1], title=text, consequence=text, reason=_HOSTILE, risk="over-refund")
    finding = replace(FINDING, sentence=_HOSTILE, shortest=_HOSTILE, expected=_HOSTILE, got=_HOSTILE)
    gap = replace(RULES[3], reason=_HOSTILE)
    started = replace(STARTED, command=_HOSTILE, risks=(replace(STARTED.risks[0], title=text),))
    summary = step_summary(
        Run(
            started=started, checks=(replace(CHECKS[1], findings=(finding,)),), rules=(rule, gap), finished=replace(FINISHED, sentence=text)
        )
    )

    assert not re.search(r"<(?!/?(code|pre|details|summary)>)", summary)
    assert summary.count("</pre>") == summary.count("<pre>") == 1
    outside = re.sub(r"<pre>.*?</pre>", "", summary, flags=re.DOTALL)
    assert "`" not in outside
    assert "](" not in outside
    assert "://" not in outside
    assert not re.search(r"(?<![&\w])[@#]\w", re.sub(r"^#+ ", "", outside, flags=re.MULTILINE))
    assert "**h**" not in outside
    cells = {line.count("|") for line in outside.splitlines() if line.startswith("|")}
    assert len(cells) == 1


@given(st.text(st.characters(), max_size=60))
def test_any_text_can_be_encoded(text: str) -> None:
    """Half surrogates and control characters leave a summary that a file takes."""
    rule = replace(RULES[1], consequence=Text(text), reason=text)

    step_summary(replace(RUN, rules=(rule,))).encode()


def test_a_summary_stays_below_the_limit() -> None:
    """GitHub refuses a summary of more than 1 MiB; what does not fit is named."""
    rules: list[RuleJudged] = []
    findings = []
    for number in range(3_000):
        name = f"v3.x.rule-{number}"
        rules.append(replace(RULES[1], rule=name))
        findings.append(replace(FINDING, rule=name, got="丑" * 3_000))
    summary = step_summary(replace(RUN, rules=tuple(rules), checks=(replace(CHECKS[1], findings=tuple(findings)),)))

    assert len(summary.encode()) < 1_048_576
    assert re.search(r"… [\d,]+ more parts in index.html and run.ndjson", summary)


def test_the_summary_is_appended(tmp_path: Path) -> None:
    """What earlier commands of the step wrote stays, and the annotations go to the log."""
    file, out = tmp_path / "summary", io.StringIO()
    file.write_text("before\n")

    publish(RUN, out, {"GITHUB_STEP_SUMMARY": str(file)})

    assert out.getvalue() == annotations(RUN)
    assert file.read_text("utf-8") == "before\n" + step_summary(RUN)


def test_outside_github_it_says_what_is_missing() -> None:
    """Without the file GitHub names there are annotations, and a line that says there is no summary."""
    out = io.StringIO()

    publish(RUN, out, {})

    assert out.getvalue() == annotations(RUN) + "GITHUB_STEP_SUMMARY is not set, so no step summary was written.\n"


def test_a_summary_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A summary file in a folder that does not exist is a person's mistake, named in one paragraph."""
    with pytest.raises(ReportError, match=r"(?s)cannot write .*nowhere.*GITHUB_STEP_SUMMARY"):
        publish(RUN, io.StringIO(), {"GITHUB_STEP_SUMMARY": str(tmp_path / "nowhere" / "summary")})


def test_levels_are_in_the_titles() -> None:
    """A should that is broken is a warning that says it is one."""
    rule = replace(RULES[1], level=Level.SHOULD, outcome=Outcome.ADVISORY, risk="100%, or more: a risk")

    assert _parsed(replace(RUN, rules=(rule,)))[0][:2] == ("warning", f"{RULE} advisory · should · 100%, or more: a risk")


def test_a_run_on_github(tmp_path: Path) -> None:
    """`wxconform run --github` ends with the annotations of what it found and writes the summary; the exit code stays the verdict's."""
    words = ["--rule", "v3.refund.never-exceeds-*", "--fault", "weighs-refunds-a-second-late", "--profile", "smoke"]
    done = subprocess.run(
        [sys.executable, "-m", "conformance.cli", "run", *words, "--report", str(tmp_path), "--github"],
        env={**os.environ, "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )

    assert done.returncode == 1, done.stderr
    assert "\n::error title=v3.refund.never-exceeds-the-order violated · must · over-refund::Two refunds" in done.stdout
    assert (tmp_path / "summary.md").read_text("utf-8").startswith("## NOT CONFORMANT · 不符合规范\n")
