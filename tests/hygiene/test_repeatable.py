"""Two runs with one seed leave the same behind, but for times and ids."""

import re
from pathlib import Path

import pytest

from tests.hygiene.conftest import Start

_TIMES = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"), "MOMENT"),
    (re.compile(r'("seconds": |time=")[0-9.]+'), r"\1SECONDS"),
    (re.compile(r'"sha256": "[0-9a-f]{64}"'), "SEAL"),
    (re.compile(r"\b\d+(?:\.\d+)? (?:s|min)\b(?: \d+ s\b)?"), "DURATION"),
    # Encrypting with RSA takes chance in.
    (re.compile(r"[A-Za-z0-9+/]{342}=="), "RSA"),
)


@pytest.mark.parametrize("jobs", [(1, 1), (2, 2), (1, 2)], ids=lambda jobs: f"{jobs[0]} and {jobs[1]} at a time")
def test_one_seed_leaves_one_report(jobs: tuple[int, int], tmp_path: Path, start: Start) -> None:
    """Page, JUnit and SARIF are the same but for times, however many checks ran at a time; the stream is the same but for its order."""
    left = []
    for number, at_a_time in enumerate(jobs):
        report = tmp_path / f"report-{number}"
        run = start(
            *("run", "mock", "--profile", "smoke", "--rule", "v3.re[fs]*", "--fault", "accepts-any-timestamp"),
            *("--jobs", str(at_a_time), "--report", str(report)),
        )
        shown, _ = run.communicate(timeout=300)
        assert run.returncode in {0, 1}, shown
        left.append({path.name: _without_times(path.read_text(encoding="utf-8")) for path in report.iterdir()})
    first, second = left

    assert first.keys() == second.keys() == {"index.html", "junit.xml", "run.ndjson", "run.sarif"}
    assert sorted(first.pop("run.ndjson").splitlines()) == sorted(second.pop("run.ndjson").splitlines())
    for name, text in first.items():
        assert text.splitlines() == second[name].splitlines(), name


def _without_times(text: str) -> str:
    for pattern, instead in _TIMES:
        text = pattern.sub(instead, text)
    return text
