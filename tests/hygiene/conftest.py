"""Whole runs in processes of their own, as a person starts them."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Start `wxconform` with these words; temporary files go to a folder of the test's own."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    def start(*words: str) -> subprocess.Popen[str]:
        environment = os.environ | {"TMPDIR": str(scratch), "COLUMNS": "100"}
        environment.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD", None)
        return subprocess.Popen(
            [sys.executable, "-m", "conformance.cli", *words],
            env=environment,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    return start
