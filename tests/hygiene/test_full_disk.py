"""A run whose records find no room ends with a sentence and leaves nothing half-written."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_full_disk_ends_the_run(jobs: int, tmp_path: Path) -> None:
    """Exit code 2, one paragraph that names the file, no traceback, and no half of a record."""
    ran = _run_with_room_for(60, jobs, tmp_path)

    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "cannot write" in ran.stderr
    assert "run.ndjson" in ran.stderr
    assert "Traceback" not in ran.stdout + ran.stderr
    assert "INTERNALERROR" not in ran.stdout + ran.stderr
    assert list((tmp_path / "report").iterdir()) == []


def test_a_run_that_has_room_is_not_ended(tmp_path: Path) -> None:
    """The same run ends in its verdict where its files may grow as they must."""
    ran = _run_with_room_for(10_000, 1, tmp_path)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (tmp_path / "report" / "run.ndjson").exists()


def _run_with_room_for(kilobytes: int, jobs: int, folder: Path) -> subprocess.CompletedProcess[str]:
    words = ["run", "mock", "--profile", "smoke", "--rule", "v3.c*", "--jobs", str(jobs), "--report", str(folder / "report")]
    script = f"ulimit -f {kilobytes}; exec {shlex.join([sys.executable, '-m', 'conformance.cli', *words])}"
    return subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False, timeout=300)
