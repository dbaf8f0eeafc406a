"""How long a person waits for a verdict, from a fresh process, and how much of a whole run is RSA."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measuring import Figure

__all__ = ["measure"]

SMOKES = 3
"""Times a short run is repeated; of a long one, one is enough."""


@dataclass(frozen=True, slots=True)
class _Ran:
    """A run in a process of its own: seconds until its end and until its first check began, and what it said of itself."""

    wall: float
    start: float
    said: dict[str, Any]


def measure() -> Iterator[Figure]:
    """Yield the figures of whole runs against the mock."""
    one_rule = [_run("smoke", 1, "--rule", "v3.certificates.rotates") for _ in range(SMOKES)]
    yield Figure("start-up: import to first check", _median(one_rule, "start"), "s", _how(SMOKES), 1.0, at_most=True)
    smoke = [_run("smoke", 2) for _ in range(SMOKES)]
    yield Figure("smoke run, 2 workers", _median(smoke, "wall"), "s", _how(SMOKES), 10.0, at_most=True)
    together, alone = _run("certify", 2), _run("certify", 1)
    yield Figure("certify run, 2 workers", together.wall, "s", _how(1), 60.0, at_most=True)
    yield Figure("certify run, 1 process", alone.wall, "s", _how(1))
    yield Figure("2 workers, to 1 process", alone.wall / together.wall, "times", "certify runs, seconds by the clock", 1.7)
    rsa = json.loads(alone.said["rsa"])
    share = rsa["floor"] / rsa["cpu"]
    counted = f"{rsa['signatures']:,} signatures and {rsa['verifications']:,} verifications, each at its median alone, to the CPU of all"
    yield Figure("certify run, all of it", share, "of the floor", counted, 0.35)


def _run(profile: str, jobs: int, *more: str) -> _Ran:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        words = ["--profile", profile, "--jobs", str(jobs), "--report", str(report), *more]
        # A variable that forbids compiled modules would make every start a first one.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        begun, moment = time.perf_counter(), time.time()
        command = [sys.executable, "-m", "benchmarks.counted", *words]
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)  # noqa: S603 - our own module
        wall = time.perf_counter() - begun
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)} exited {done.returncode}:\n{done.stdout}{done.stderr}")
        events = [json.loads(line) for line in (report / "run.ndjson").read_text(encoding="utf-8").splitlines()]
    first = min(_began(event) for event in events if event["event"] == "check.finished")
    return _Ran(wall, first - moment, {"rsa": done.stdout.splitlines()[-1]})


def _began(event: dict[str, Any]) -> float:
    return datetime.fromisoformat(event["at"]).timestamp() - float(event["seconds"])


def _median(runs: list[_Ran], name: str) -> float:
    return median(float(getattr(run, name)) for run in runs)


def _how(times: int) -> str:
    return "a fresh process, its modules compiled" + (f", median of {times}" if times > 1 else "")
