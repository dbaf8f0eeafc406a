"""How the end of a check becomes an outcome."""

import subprocess
import sys
from pathlib import Path

import pytest

from conformance.runner.recorder import Recorder
from conformance.targets.verdicts import ConfigurationError, Inconclusive, NotApplicable, Unreachable, Violation
from reference.rules import load
from reports.outcomes import Outcome

_MUST = "v3.request.refuses-stale-timestamp"
_SHOULD = next(rule.id for rule in load().values() if rule.level == "should" and "platform" in rule.subjects)


def _recorder(rule: str = _MUST) -> Recorder:
    return Recorder((load()[rule],))


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (None, Outcome.PASSED, None),
        (NotApplicable({"payer", "loss"}), Outcome.NOT_APPLICABLE, "needs: loss, payer"),
        (Inconclusive("throttled"), Outcome.INCONCLUSIVE, "throttled"),
        (Unreachable("gone"), Outcome.INCONCLUSIVE, "gone"),
        (ConfigurationError("no key"), Outcome.CONFIG, "no key"),
        (ZeroDivisionError("oops"), Outcome.HARNESS_ERROR, "ZeroDivisionError: oops"),
    ],
    ids=str,
)
def test_errors_become_outcomes(error: BaseException | None, outcome: Outcome, reason: str | None) -> None:
    """Only a Violation blames the target; everything else says honestly what it was."""
    finished = _recorder().finish("check", "title", "group", error)

    assert finished.outcome is outcome
    assert finished.reason == reason


def test_a_check_that_sent_nothing_did_not_pass(mock_platform: object) -> None:
    """A check with a platform it never talked to has not exercised its rule."""
    recorder = _recorder()
    recorder.platform = mock_platform  # type: ignore[assignment]  # the fixture makes one

    assert recorder.finish("check", "title", "group", None).outcome is Outcome.NOT_EXERCISED


def test_a_violation_that_could_not_be_repeated_was_seen_all_the_same(mock_platform: object) -> None:
    """A group of errors that holds a Violation, as Hypothesis raises for a flaky failure, is a violation."""
    recorder = _recorder()
    recorder.platform = mock_platform  # type: ignore[assignment]  # the fixture makes one
    group = BaseExceptionGroup("flaky", [Violation("seen once", expected="a", got="b"), ValueError("other")])

    finished = recorder.finish("check", "title", "group", group)

    assert finished.outcome is Outcome.VIOLATED
    assert finished.findings[0].sentence == "seen once"


def test_a_broken_should_is_advisory(mock_platform: object) -> None:
    """Breaking a SHOULD is no violation."""
    recorder = _recorder(_SHOULD)
    recorder.platform = mock_platform  # type: ignore[assignment]  # the fixture makes one

    assert recorder.finish("check", "title", "group", Violation("not nice")).outcome is Outcome.ADVISORY


def test_a_failing_property_prints_its_value(tmp_path: Path) -> None:
    """Under our options a failing Hypothesis test shows the shortest value, which a plugin on this machine is known to blank."""
    test = tmp_path / "test_values.py"
    test.write_text(
        "from hypothesis import given, strategies as st\n\n@given(n=st.integers())\ndef test_small(n):\n    assert n <= 100_000\n"
    )
    settings = Path(__file__).parents[2] / "pyproject.toml"

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", str(settings), "--rootdir", str(tmp_path), str(test)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert "n=100001" in done.stdout
