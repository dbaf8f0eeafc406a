"""A run on a terminal looks as it was drawn, whatever the width and whatever the target sent."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from reports.ink import wants_colour
from reports.model import Event, Run, Text
from reports.outcomes import Level, Outcome, Verdict
from reports.plain import width
from reports.stream import read
from reports.terminal import Terminal
from tests.reports.miniature import CHECKS, EVENTS, FINDING, FINISHED, PHASES, RULES, STARTED, write

GOLDEN = Path(__file__).parent / "golden"


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Claim to be one."""
        return True


def shown(*events: Event, columns: int = 80, colour: bool = False) -> str:
    """Return what *events* look like."""
    out = io.StringIO()
    terminal = Terminal(out, columns=columns, colour=colour, page="conformance-report/index.html")
    for event in events:
        terminal.show(event)
    return out.getvalue()


@pytest.mark.parametrize("columns", [80, 120])
def test_golden(columns: int) -> None:
    """The made-up run looks exactly as it was drawn."""
    assert shown(*EVENTS, columns=columns) == (GOLDEN / f"terminal-{columns}.txt").read_text("utf-8")


def test_a_stored_run_looks_as_it_did(tmp_path: Path) -> None:
    """A run read from its stream is shown as it was while it went."""
    out = io.StringIO()
    Terminal(out, columns=80, colour=False, page="conformance-report/index.html").show_run(read(write(tmp_path / "run.ndjson")))

    assert out.getvalue() == (GOLDEN / "terminal-80.txt").read_text("utf-8")


@pytest.mark.parametrize("columns", [60, 80, 100, 120])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    """Every line of prose fits, in Chinese as well; only an id too long for the line may stand out."""
    chinese = replace(FINDING, sentence="两笔同时发起的退款可能超过用户实付金额，" * 5, got="x" * 300)
    check = replace(CHECKS[1], findings=(chinese,))
    lines = shown(STARTED, *PHASES, check, *RULES, FINISHED, columns=columns).splitlines()

    for line in lines:
        assert width(line) <= columns or "v3." in line


def test_an_unfinished_run_says_so() -> None:
    """Without a footer the summary says INCOMPLETE and still shows what was found, with the rules' bare ids."""
    out = io.StringIO()
    Terminal(out, columns=80, colour=False).show_run(Run(started=STARTED, checks=CHECKS))

    assert "INCOMPLETE: the run did not come to its end" in out.getvalue()
    assert "  x v3.refund.never-exceeds-the-order" in out.getvalue()
    assert "  1 passed · 1 violated · 1 inconclusive · seed 1637\n" in out.getvalue()


def test_milder_outcomes_have_their_place() -> None:
    """Advice, waivers, missing capabilities and a broken suite are each shown as what they are."""
    waived = replace(RULES[0], outcome=Outcome.WAIVED, reason="until 2026-12-31: known, ticket 12")
    advisory = replace(RULES[1], outcome=Outcome.ADVISORY, level=Level.SHOULD)
    missing = replace(RULES[3], outcome=Outcome.NOT_APPLICABLE, reason="needs: refunds")
    broken = replace(RULES[2], outcome=Outcome.HARNESS_ERROR, reason="ZeroDivisionError")
    text = shown(STARTED, CHECKS[1], waived, advisory, missing, broken, replace(FINISHED, verdict=Verdict.SUITE_FAULT, exit_code=4))

    assert "  ! v3.authorization.overlapping-serials-both-work" in text
    assert "  ~ v3.refund.never-exceeds-the-order     should · over-refund" in text
    assert "  w waived: v3.request.refuses-stale-timestamp (until 2026-12-31: known," in text
    assert "  - not applicable: needs: refunds\n    v3.certificates.rotates" in text
    assert text.index("  ! ") < text.index("  ~ ") < text.index("  w ") < text.index("  - ")


def test_many_rules_do_not_bury_the_verdict() -> None:
    """Further findings of a rule are named, further rules get one line each, and long lists end in a number."""
    findings = tuple(replace(FINDING, id=f"00000{number}") for number in range(9))
    violated = [replace(RULES[1], rule=f"v3.refund.number-{number}") for number in range(12)]
    gaps = [replace(RULES[3], rule=f"v3.gap.number-{number}") for number in range(10)]
    first = replace(CHECKS[1], findings=tuple(replace(finding, rule=violated[0].rule) for finding in findings))
    text = shown(STARTED, first, *violated, *gaps, FINISHED)

    assert "    also       000001 000002 000003 000004 000005 000006 and 2 more" in text
    assert text.count("Refunds never take more than the order brought") == 8
    assert text.count("\n  x v3.refund.number-") == 12
    assert "and 4 more" in text


def test_what_a_target_sends_cannot_drive_the_terminal() -> None:
    """Escape sequences, bidi overrides and carriage returns from a target arrive as pictures."""
    nasty = replace(FINDING, got="\x1b[2J\x1b]0;owned\x07\r\u202egnp.exe")
    text = shown(STARTED, replace(CHECKS[1], findings=(nasty,)), *RULES, FINISHED)

    assert "got        ␛[2J␛]0;owned␇␍<U+202E>gnp.exe" in text
    assert not {"\x1b", "\x07", "\r", "\u202e"} & set(text)


def test_colour() -> None:
    """Colours mark the verdict where they are wanted."""
    text = shown(*EVENTS, colour=True)

    assert "\x1b[31mNOT CONFORMANT" in text
    assert "\x1b[32mok\x1b[0m" in text


@pytest.mark.parametrize(
    ("out", "environ", "wanted"),
    [
        (Screen(), {}, True),
        (Screen(), {"NO_COLOR": ""}, True),
        (Screen(), {"NO_COLOR": "1"}, False),
        (Screen(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(out: io.StringIO, environ: dict[str, str], *, wanted: bool) -> None:
    """Only a terminal gets colours, and none whose user set NO_COLOR."""
    assert wants_colour(out, environ) is wanted


def test_an_ascii_log_gets_its_verdict() -> None:
    """Where the output cannot encode a character it becomes a question mark, not a traceback."""
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    terminal = Terminal(out, columns=80)
    for event in (STARTED, *CHECKS, replace(RULES[1], title=Text("退款")), FINISHED):
        terminal.show(event)

    assert b"NOT CONFORMANT: two refunds at the same moment" in raw.getvalue()


def test_a_footer_needs_a_header() -> None:
    """Events in the wrong order are a fault of the caller."""
    with pytest.raises(ValueError, match="before its header"):
        Terminal(io.StringIO(), columns=80).show(FINISHED)


def test_progress_runs_below_the_lines() -> None:
    """On a terminal the bar is taken away before a line is printed, drawn again below it, and gone at the end."""
    out = Screen()
    terminal = Terminal(out, columns=80, colour=False)
    terminal.show(STARTED)
    terminal.expect(10)
    terminal.show(PHASES[0])
    terminal.show(CHECKS[0])
    terminal.show(FINISHED)

    bar, after = out.getvalue().split("0.1 s\n")[1].rsplit("\r\x1b[2K", 1)
    assert bar.startswith("  ░")
    assert "\n" not in bar
    assert "░" not in after
