"""A platform served in another process is judged like the embedded one."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reference.platform.faults import seeded_faults
from tests.commands.conftest import Wxconform

_RULES = "v3.re*"


@contextmanager
def _served(folder: Path, *options: str) -> Iterator[str]:
    command = [sys.executable, "-m", "conformance", "serve", "--port", "0", *options]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()


def _outcomes(folder: Path) -> dict[str, str]:
    events = map(json.loads, (folder / "run.ndjson").read_text().splitlines())
    return {event["rule"]: event["outcome"] for event in events if event["event"] == "rule.judged"}


def test_a_served_platform_gets_the_same_verdict(wxconform: Wxconform, tmp_path: Path) -> None:
    """Every rule about requests, answers and refunds has the same outcome over HTTP, with an identity of its own, as embedded."""
    wxconform("identity", "keys")
    common = ("--profile", "smoke", "--rule", _RULES, "--identity", "keys")
    with _served(tmp_path, "--identity", "keys") as url:
        served = wxconform("run", url, *common, "--report", "served")
    embedded = wxconform("run", "mock", *common, "--report", "embedded")

    assert (served.code, embedded.code) == (0, 0), served.out + served.err
    assert _outcomes(tmp_path / "served") == _outcomes(tmp_path / "embedded")


def test_another_identity_is_a_configuration_mistake(wxconform: Wxconform, tmp_path: Path) -> None:
    """A platform that does not know our keys is no violation: exit 2, with the remedy."""
    wxconform("identity", "keys")
    with _served(tmp_path, "--identity", "keys") as url:
        ran = wxconform("run", url)

    assert ran.code == 2
    assert "--identity" in ran.complaint


_SOME_FAULTS = [fault for number, fault in enumerate(seeded_faults().values()) if number % 200 == 7]


@pytest.mark.parametrize("fault", _SOME_FAULTS, ids=lambda fault: fault.id)
def test_a_served_fault_is_caught(wxconform: Wxconform, tmp_path: Path, fault: object) -> None:
    """A platform served with a seeded fault exits 1 and its rule is named."""
    seeded = next(known for known in _SOME_FAULTS if known is fault)
    with _served(tmp_path, "--fault", seeded.id) as url:
        ran = wxconform("run", url, "--rule", seeded.rule, "--strict-levels")

    assert ran.code == 1, ran.out + ran.err
    assert seeded.rule in ran.out
