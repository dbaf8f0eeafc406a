"""The main job as a person does it: run, read, explain, replay."""

import json
from pathlib import Path
from typing import Any

from tests.commands.conftest import Wxconform

_RULE = "v3.request.refuses-stale-timestamp"
_FAULT = "accepts-any-timestamp"


def _events(folder: Path, kind: str) -> list[dict[str, Any]]:
    lines = (folder / "conformance-report" / "run.ndjson").read_text().splitlines()
    return [event for event in map(json.loads, lines) if event["event"] == kind]


def _findings(folder: Path) -> list[dict[str, Any]]:
    return [finding for event in _events(folder, "check.finished") for finding in event["findings"]]


def test_an_unbroken_platform_is_conformant(wxconform: Wxconform, tmp_path: Path) -> None:
    """A run of a passing rule exits 0 and leaves the stream, the page and the JUnit file."""
    ran = wxconform("run", "mock", "--rule", _RULE, "--profile", "smoke")

    assert ran.code == 0, ran.out + ran.err
    assert "CONFORMANT" in ran.out
    assert {path.name for path in (tmp_path / "conformance-report").iterdir()} >= {"run.ndjson", "index.html", "junit.xml"}


def test_a_seeded_fault_is_caught_named_and_replayed(wxconform: Wxconform, tmp_path: Path) -> None:
    """A broken platform exits 1, its rule is named with a counter-example that shows its values, and replay shows it again."""
    ran = wxconform("run", "mock", "--fault", _FAULT, "--rule", _RULE)
    finding = _findings(tmp_path)[0]

    assert ran.code == 1
    assert _RULE in ran.out
    assert "+301 s" in finding["exchanges"][0]["label"]

    again = wxconform("replay", str(finding["id"]))
    assert again.code == 1, again.out + again.err
    assert "It happens again" in again.out

    cured = wxconform("replay", str(finding["id"]), "--target", "mock")
    assert cured.code == 0
    assert "does not happen again" in cured.out


def test_two_runs_with_one_seed_find_the_same(wxconform: Wxconform, tmp_path: Path) -> None:
    """The findings of two runs with the same seed have the same ids."""
    found = []
    for _ in range(2):
        wxconform("run", "mock", "--fault", _FAULT, "--rule", _RULE, "--seed", "7")
        found.append([finding["id"] for finding in _findings(tmp_path)])

    assert found[0]
    assert found[0] == found[1]


def test_a_run_that_exercises_nothing_is_not_green(wxconform: Wxconform) -> None:
    """Rules no check can judge on this target do not make a conformant run."""
    ran = wxconform("run", "mock", "--rule", "v3.response.verifies-before-use")

    assert ran.code != 0


def test_two_workers_judge_like_one(wxconform: Wxconform, tmp_path: Path) -> None:
    """With two workers the same rules get the same outcomes."""
    outcomes = []
    for jobs in ("1", "2"):
        wxconform("run", "mock", "--rule", "v3.echo.*", "--profile", "smoke", "--jobs", jobs)
        outcomes.append({event["rule"]: event["outcome"] for event in _events(tmp_path, "rule.judged")})

    assert outcomes[0] == outcomes[1]


def test_list_tells_what_judges_each_rule(wxconform: Wxconform) -> None:
    """The JSON list gives level, subjects, covers, checks and faults of every rule asked for."""
    ran = wxconform("list", "--format", "json", "--rule", _RULE)
    (row,) = json.loads(ran.out)

    assert row["id"] == _RULE
    assert row["covers"] == ["V3-SIG-011"]
    assert _FAULT in row["faults"]
    assert row["checks"]


def test_explain_speaks_both_languages(wxconform: Wxconform) -> None:
    """A rule is explained with its consequence in English and Chinese, and its source."""
    ran = wxconform("explain", _RULE)

    assert ran.code == 0
    assert "A captured request can be replayed" in ran.out
    assert "重放" in ran.out


def test_doctor_finds_nothing_wrong_with_the_mock(wxconform: Wxconform) -> None:
    """The doctor of the embedded mock says ok throughout."""
    ran = wxconform("doctor")

    assert ran.code == 0
    assert "config" not in ran.out


def test_no_secret_reaches_an_artefact(wxconform: Wxconform, tmp_path: Path) -> None:
    """Neither the APIv3 keys nor any private key of the identity in use stand in anything a failing run leaves or prints."""
    wxconform("identity", "keys")
    ran = wxconform("run", "mock", "--identity", "keys", "--fault", _FAULT, "--rule", _RULE)
    secrets = [
        line.split('"')[1] for line in (tmp_path / "keys" / "identity.toml").read_text().splitlines() if line.startswith("apiv3_key")
    ]
    for path in (tmp_path / "keys").rglob("*_key.pem"):
        secrets += path.read_text().splitlines()[1:-1]
    left = b"".join(path.read_bytes() for path in (tmp_path / "conformance-report").iterdir()) + ran.out.encode() + ran.err.encode()

    assert ran.code == 1
    assert len(secrets) > 100
    assert not [secret for secret in secrets if len(secret) > 20 and secret.encode() in left]
