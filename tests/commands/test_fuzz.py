"""`wxconform fuzz` as a person uses it."""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import conformance.runner.fuzz as fuzzing
from conformance.targets.verdicts import SuiteFault
from tests.commands.conftest import Wxconform
from tests.platform.process import serving

_FOLDER = "conformance-report-fuzz"


def _events(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "run.ndjson").read_text(encoding="utf-8").splitlines()]


def _checks(folder: Path) -> list[dict[str, Any]]:
    return [event for event in _events(folder) if event["event"] == "check.finished"]


@pytest.mark.parametrize("phase", ["coverage", "fuzzing", "stateful"])
def test_the_unbroken_mock_keeps_every_rule(wxconform: Wxconform, tmp_path: Path, phase: str) -> None:
    """In each phase the mock is conformant, orders are really placed, and the records are those of a run."""
    ran = wxconform("fuzz", "mock", "--phase", phase, "--max-examples", "8")
    checks = _checks(tmp_path / _FOLDER)

    assert ran.code == 0, ran.out + ran.err
    assert "CONFORMANT" in ran.out
    assert {path.name for path in (tmp_path / _FOLDER).iterdir()} >= {"run.ndjson", "index.html", "junit.xml"}
    assert not (tmp_path / "conformance-report").exists()
    assert {check["group"] for check in checks} == {phase}
    placed = [check for check in checks if check["check"].endswith("native_create")]
    assert placed
    assert all(check["sample"]["response"]["status"] == 200 for check in placed)


def test_a_fault_is_caught_and_its_case_replayed(wxconform: Wxconform, tmp_path: Path) -> None:
    """A seeded fault exits 1 under its rule; the stored payload shows it again, and does not on the unbroken mock."""
    ran = wxconform("fuzz", "--phase", "fuzzing", "--max-examples", "5", "--fault", "names-h5-urls-the-old-way", "--report", "found")
    finding = next(finding for check in _checks(tmp_path / "found") for finding in check["findings"])

    assert ran.code == 1
    assert finding["rule"] == "v3.contract.answers-fit-the-contract"
    assert "h5_url is missing" in finding["sentence"]
    assert "--report found" in ran.out

    again = wxconform("replay", finding["id"], "--report", "found")
    assert again.code == 1, again.out + again.err
    assert "It happens again" in again.out


def test_a_chain_is_replayed_from_its_first_step(wxconform: Wxconform, tmp_path: Path) -> None:
    """What a chain found is stored with everything that led to it, payments included."""
    options = ("--family", "v3", "--phase", "stateful", "--max-examples", "25", "--report", "found")
    ran = wxconform("fuzz", *options, "--fault", "leaves-partners-closings-unsigned")
    findings = [finding for check in _checks(tmp_path / "found") for finding in check["findings"]]

    assert ran.code == 1, ran.out + ran.err
    assert {finding["rule"] for finding in findings} == {"v3.response.no-content-is-signed"}
    sends = [step["label"] for step in findings[0]["steps"] if step["kind"] == "send"]
    assert len(sends) > 1
    assert sends[-1].startswith("partner order close")
    assert wxconform("replay", findings[0]["id"], "--report", "found").code == 1


def test_one_seed_draws_one_set_of_requests(tmp_path: Path) -> None:
    """Two workers with the same seed send the same bytes, whatever the weather."""
    options = fuzzing.FuzzOptions(("fuzzing",), ("v3", "v2"), 4, 7, "leaves-success-unsigned", None, tmp_path)
    drawn = [_fingerprint(fuzzing.draws("mock", "fuzzing", options)) for _ in range(2)]

    assert drawn[0] == drawn[1]


def _fingerprint(checks: Any) -> str:
    seen = [
        (check.check, check.examples, check.exchanges, [exchange.request for finding in check.findings for exchange in finding.exchanges])
        for check in checks
    ]
    assert any(requests for *_, requests in seen)
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def test_a_served_platform_is_fuzzed_over_http(wxconform: Wxconform, tmp_path: Path) -> None:
    """A platform behind HTTP is fuzzed in worlds of its own, with the same result as the embedded one."""
    with serving() as url:
        ran = wxconform("fuzz", url, "--phase", "fuzzing", "--max-examples", "2")

    assert ran.code == 0, ran.out + ran.err
    assert sum(check["exchanges"] for check in _checks(tmp_path / _FOLDER)) > 50


def test_a_platform_that_is_not_there(answered: Wxconform, tmp_path: Path) -> None:
    """Nobody at the URL is exit code 3 with what to do, and nothing is written."""
    ran = answered("fuzz", "http://127.0.0.1:9")

    assert ran.code == 3
    assert "does not answer" in ran.complaint
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", ["0", "-1", "100001"])
def test_an_impossible_number_of_examples(answered: Wxconform, number: str) -> None:
    """A number that draws nothing, or for ever, is named and a sensible one proposed."""
    ran = answered("fuzz", "mock", "--max-examples", number)

    assert ran.code == 2
    assert f"--max-examples {number}" in ran.complaint
    assert "such as 50" in ran.complaint


def test_a_worker_that_dies_is_the_suites_own_fault(answered: Wxconform, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that ends without a last line is exit code 4, with its last words and no traceback of ours."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    ran = answered("fuzz", "mock")

    assert ran.code == 4
    assert "ended early in the coverage phase" in ran.complaint


def test_without_schemathesis_nothing_is_fuzzed(answered: Wxconform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where schemathesis is missing, the command says how to bring it back, and writes nothing half."""
    monkeypatch.setattr(fuzzing, "find_spec", lambda _name: None)
    ran = answered("fuzz", "mock")

    assert ran.code == 4
    assert "pip install" in ran.complaint
    assert not list((tmp_path / _FOLDER).glob("run.ndjson*"))


def test_a_line_that_is_no_record_is_refused() -> None:
    """Only records are believed of the worker."""
    with pytest.raises(SuiteFault, match="no record"):
        fuzzing.record("hello")
