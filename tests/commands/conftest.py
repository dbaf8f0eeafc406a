"""Run `wxconform` as a person does: in a process and a folder of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.cli import main

__all__ = ["Ran", "Wxconform"]


@dataclass(frozen=True)
class Ran:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """What it printed to stderr, which must be a paragraph and no traceback."""
        assert "Traceback" not in self.err, self.err
        return self.err


Wxconform = Callable[..., Ran]


@pytest.fixture
def answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Wxconform:
    """Return a function that runs a command in an empty folder, in this process: for commands that end before any check runs."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Ran:
        capsys.readouterr()
        code = main(words)
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return run


@pytest.fixture
def wxconform(tmp_path: Path) -> Wxconform:
    """Return a function that runs a command in an empty folder, in a process of its own."""

    def run(*words: str, env: dict[str, str] | None = None) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "conformance", *words],
            cwd=tmp_path,
            env={**os.environ, "NO_COLOR": "1", **(env or {})},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run
