"""The target `sandbox`, pointed at a platform served in another process that plays the official one."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from reference.identity import bundled
from tests.commands.conftest import Ran, Wxconform
from tests.platform.process import serving

_MERCHANT = bundled().merchant
_KNOWN = ("cash-fee-zero-is-not-signed", "wrong-fee-is-told-in-retcode")

Judged = Callable[..., Ran]


@pytest.fixture
def judged(wxconform: Wxconform, monkeypatch: pytest.MonkeyPatch) -> Judged:
    """Return what serves a platform with *options* and runs a command for the target `sandbox` against it."""
    for name in ("MCHID", "KEY", "URL", "APPID", "PACE", "BUDGET"):
        monkeypatch.delenv(f"WXCONFORM_SANDBOX_{name}", raising=False)

    def run(*words: str, options: tuple[str, ...] = (), **settings: str) -> Ran:
        given = {"mchid": _MERCHANT.mchid, "key": _MERCHANT.apiv2_key or "", "pace": "0", **settings}
        with serving(*options) as url:
            env = {f"WXCONFORM_SANDBOX_{name.upper()}": value for name, value in {"url": url, **given}.items()}
            return wxconform(*words, env=env)

    return run


def _events(folder: Path, kind: str) -> list[dict[str, Any]]:
    events = map(json.loads, (folder / "conformance-report" / "run.ndjson").read_text(encoding="utf-8").splitlines())
    return [event for event in events if event["event"] == kind]


def _phases(folder: Path) -> dict[tuple[str, str], str]:
    return {(phase["name"], phase.get("detail") or ""): phase["outcome"] for phase in _events(folder, "phase.finished")}


def _rules(folder: Path) -> dict[str, dict[str, Any]]:
    return {rule["rule"]: rule for rule in _events(folder, "rule.judged")}


def test_a_faithful_imitation_is_conformant(judged: Judged, tmp_path: Path) -> None:
    """As odd as the real one, the sandbox is conformant: its oddities are known. What it lacks is named, and no artefact holds its key."""
    ran = judged("run", "sandbox", "--profile", "smoke", options=("--sandbox-deviations", "all"))

    assert ran.code == 0, ran.out + ran.err
    rules, phases = _rules(tmp_path), _phases(tmp_path)
    for rule in ("v2.sandbox.plays-its-cases", "v2.sign.signs-its-answers", "v2.xml.answers-in-layers", "v2.micropay.answers-a-paid-code"):
        assert rules[rule]["outcome"] == "passed", rules[rule]
    assert (rules["v3.refund.never-exceeds-the-order"]["outcome"], rules["v3.refund.never-exceeds-the-order"]["reason"]) == (
        "not-applicable",
        "needs: apiv3",
    )
    assert rules["v2.order.needs-its-fields"]["reason"] == "needs: unifiedorder"
    assert {phases["known", name] for name in _KNOWN} == {"passed"}
    assert not any(name == "mended" for name, _ in phases)
    assert ("case", "MICROPAY_TIMEOUT: SYSTEMERROR") in phases
    written = (tmp_path / "conformance-report" / "run.ndjson").read_text(encoding="utf-8")
    assert set(re.findall(r"<sandbox_signkey>(?:<!\[CDATA\[)?(.{10})", written)) == {"[redacted]"}
    assert (_MERCHANT.apiv2_key or "") not in written


def test_a_deviation_that_is_mended_is_noticed(judged: Judged, tmp_path: Path) -> None:
    """A sandbox that follows the documents where the real one did not is conformant, and every mended deviation is advice, not blame."""
    ran = judged("run", "sandbox", "--rule", "v2.[sm]*")

    assert ran.code == 0, ran.out + ran.err
    assert {_phases(tmp_path)["mended", name] for name in _KNOWN} == {"advisory"}


def test_a_sandbox_that_throttles_gets_a_verdict(judged: Judged, tmp_path: Path) -> None:
    """Redirects are no answers: the run waits, asks again, and ends with a verdict."""
    ran = judged("run", "sandbox", "--rule", "v2.sandbox.plays-its-cases", options=("--sandbox-limit", "6"))

    assert ran.code == 0, ran.out + ran.err
    assert any(name == "sandbox" and "turned away" in detail for name, detail in _phases(tmp_path))


def test_a_sandbox_that_throttles_for_ever_is_inconclusive(judged: Judged) -> None:
    """After a few tries, each later than the one before, nobody can tell: exit 3, and no violation."""
    ran = judged("run", "sandbox", "--rule", "v2.sandbox.*", options=("--sandbox-limit", "0"))

    assert ran.code == 3
    assert "throttles" in ran.complaint
    assert "302" in ran.complaint
    assert "text/html" in ran.complaint


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("takes-cash-for-three-fen", "v2.sandbox.plays-its-cases"),
        ("hands-out-the-production-key", "v2.sandbox.hands-out-its-key"),
        ("leaves-answers-of-v2-unsigned", "v2.sign.signs-its-answers"),
    ],
)
def test_a_faulty_sandbox_is_caught(judged: Judged, tmp_path: Path, fault: str, rule: str) -> None:
    """A seeded fault is found over HTTP by its own rule: exit 1."""
    ran = judged("run", "sandbox", "--rule", rule, options=("--fault", fault))

    assert ran.code == 1, ran.out + ran.err
    assert _rules(tmp_path)[rule]["outcome"] == "violated"


def test_a_finding_is_sent_again_when_the_sandbox_is_named(judged: Judged, tmp_path: Path) -> None:
    """A replay signs with the key of the day; the sandbox is asked only when it is named on the command line."""
    fault = "takes-cash-for-three-fen"
    judged("run", "sandbox", "--rule", "v2.sandbox.plays-its-cases", options=("--fault", fault))
    (finding, *_) = [finding["id"] for check in _events(tmp_path, "check.finished") for finding in check["findings"]]
    unnamed = judged("replay", finding, options=("--fault", fault))
    again = judged("replay", finding, "--target", "sandbox", options=("--fault", fault))
    assert unnamed.code == 2
    assert "--target sandbox" in unnamed.complaint
    assert again.code == 1, again.out + again.err


def test_the_budget_ends_a_run_not_the_verdict(judged: Judged, tmp_path: Path) -> None:
    """What no request was left for is not exercised and says so; what was shown before stands."""
    ran = judged("run", "sandbox", "--rule", "v2.s*", budget="40")

    rules = _rules(tmp_path)
    assert ran.code == 0, ran.out + ran.err
    assert rules["v2.sandbox.hands-out-its-key"]["outcome"] == "passed"
    assert {rule["outcome"] for rule in rules.values() if "budget of 40" in (rule.get("reason") or "")} == {"not-exercised"}
    assert ("sandbox", "40 of 40 requests") in _phases(tmp_path)


def test_a_wrong_key_is_a_mistake(judged: Judged) -> None:
    """A key the sandbox refuses is no violation: exit 2, with what the sandbox said and which key is meant."""
    for command in ("run", "doctor"):
        ran = judged(command, "sandbox", key="x" * 32)

        said = ran.out + ran.complaint
        assert ran.code == 2
        assert "获取沙箱密钥失败" in said
        assert "APIv2 key of the real account" in said


def test_without_credentials_nothing_is_asked(wxconform: Wxconform) -> None:
    """Without credentials the run ends before any request, and says which variables and members to set."""
    ran = wxconform("run", "sandbox", env={"WXCONFORM_SANDBOX_URL": "http://127.0.0.1:9"})

    assert ran.code == 2
    for word in ("WXCONFORM_SANDBOX_MCHID", "WXCONFORM_SANDBOX_KEY", "[targets.sandbox]", "APIv3 keys are not needed"):
        assert word in ran.complaint


def test_credentials_may_stand_in_the_file(wxconform: Wxconform, tmp_path: Path) -> None:
    """[targets.sandbox] holds what the environment may, and the environment wins; the sandbox is not fuzzed."""
    with serving() as url:
        (tmp_path / "wxconform.toml").write_text(
            f'[targets.sandbox]\nurl = "{url}"\nmchid = "{_MERCHANT.mchid}"\napiv2_key = "env:TEA_KEY"\npace = 0\nbudget = 3\n',
            encoding="utf-8",
        )
        key = {"TEA_KEY": _MERCHANT.apiv2_key or ""}
        fine = wxconform("doctor", "sandbox", env=key)
        wrong = wxconform("doctor", "sandbox", env={**key, "WXCONFORM_SANDBOX_MCHID": "1900000000"})
        fuzzed = wxconform("fuzz", "sandbox", env=key)

    assert fine.code == 0, fine.out + fine.err
    assert wrong.code == 2
    assert "商户号非法" in wrong.out
    assert fuzzed.code == 2
    assert "not fuzzed" in fuzzed.complaint


def test_one_check_at_a_time(tmp_path: Path) -> None:
    """Several workers would each keep a pace of their own, so pytest refuses to start them."""
    env = {**os.environ, "WXCONFORM_SANDBOX_MCHID": _MERCHANT.mchid, "WXCONFORM_SANDBOX_KEY": _MERCHANT.apiv2_key or ""}
    words = [sys.executable, "-m", "pytest", str(resources.files("conformance") / "checks"), "--target", "sandbox", "-n", "2"]
    plugin = ["-p", "conformance.runner.plugin", "-c", os.devnull]
    done = subprocess.run([*words, *plugin], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 4
    assert "one check at a time" in done.stderr
