"""A run that is killed half-way says so wherever it is looked at."""

import os
import signal
import time
from pathlib import Path

import pytest

from conformance.cli import main
from tests.hygiene.conftest import Start


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_killed_run_is_drawn_as_incomplete(jobs: int, tmp_path: Path, start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    """What was judged until then is on the page, which is headed INCOMPLETE; the next run in the same folder is undisturbed."""
    report = tmp_path / "report"
    part = report / "run.ndjson.part"
    run = start("run", "mock", "--profile", "smoke", "--jobs", str(jobs), "--report", str(report))
    _wait_for(part, checks=5)
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()

    assert not (report / "run.ndjson").exists()
    assert main(["report", str(part)]) == 0
    page = (report / "index.html").read_text(encoding="utf-8")
    assert "INCOMPLETE" in page
    assert "INCOMPLETE" in capsys.readouterr().out
    assert main(["run", "mock", "--rule", "v3.certificates.*", "--profile", "smoke", "--report", str(report)]) == 0
    assert sorted(path.name for path in report.iterdir()) == ["index.html", "junit.xml", "run.ndjson", "run.sarif"]


def _wait_for(stream: Path, *, checks: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if stream.exists() and stream.read_bytes().count(b'"check.finished"') >= checks:
            return
        time.sleep(0.05)
    pytest.fail("the run judged nothing for a minute")
