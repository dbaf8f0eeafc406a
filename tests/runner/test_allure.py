"""Allure results say what the run says, one per check, and nothing that is secret."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import allure_commons
import attr
import pytest
from allure_commons import model2

from conformance.runner.allure import AllureResults
from conformance.runner.opening import open_target
from conformance.runner.session import RECORD
from conformance.runner.waivers import Waiver, Waivers
from reference.identity import bundled
from reports.allure_files import categories
from reports.model import CheckFinished, Finding, Risk, Text, to_dict
from reports.outcomes import Outcome
from tests.reports.miniature import CHECKS, EXCHANGE, FINDING, RULE

_FAULT = "weighs-refunds-a-second-late"
_CANARY = bundled().merchant.apiv3_key
_CASES = sorted(Outcome)


class Written:
    """What reaches the folder of a run on the mock, with the hooks of allure-pytest called as it calls them."""

    def __init__(self, results: AllureResults) -> None:
        self.attachments: dict[str, bytes] = {}
        self._last: dict[str, Any] = {}
        self._results = results

    @allure_commons.hookimpl
    def report_result(self, result: Any) -> None:
        """Keep a result as it would be written."""
        self._last = attr.asdict(result, filter=lambda _, value: bool(value))

    @allure_commons.hookimpl
    def report_attached_data(self, body: bytes, file_name: str) -> None:
        """Keep an attachment."""
        self.attachments[file_name] = body

    def result(self, check: CheckFinished, **members: Any) -> dict[str, Any]:
        """Return the result of *check*, which allure-pytest made with *members*."""
        report = SimpleNamespace(user_properties=[(RECORD, to_dict(check))], when="call")
        self._results.pytest_runtest_logstart()
        self._results.pytest_runtest_logreport(cast("pytest.TestReport", report))
        allure_commons.plugin_manager.hook.report_result(result=model2.TestResult(uuid="1", start=1, stop=2, **members))
        return self._last


def _written(tmp_path: Path, *waivers: Waiver, **options: object) -> Iterator[Written]:
    known = {"allure_report_dir": str(tmp_path), **options}
    config = cast("pytest.Config", SimpleNamespace(getoption=known.get))
    results = AllureResults(config, open_target("mock", None, None), Waivers(waivers, date(2026, 1, 2)))
    kept = Written(results)
    # The dressing comes first although it is registered first, which pluggy alone would call last.
    for plugin in (results, kept):
        allure_commons.plugin_manager.register(plugin)
    yield kept
    for plugin in (results, kept):
        allure_commons.plugin_manager.unregister(plugin)


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Written]:
    """Return what reaches the folder of an ordinary run."""
    yield from _written(tmp_path)


@pytest.fixture
def written_strictly(tmp_path: Path) -> Iterator[Written]:
    """Return what reaches the folder of a run with --strict-levels."""
    yield from _written(tmp_path, **{"--strict-levels": True})


@pytest.fixture
def written_with_a_waiver(tmp_path: Path) -> Iterator[Written]:
    """Return what reaches the folder of a run in which the miniature's violation is waived."""
    yield from _written(tmp_path, Waiver(rule=RULE, reason="mended in release 12", until=date(2026, 12, 31)))


def _labels(result: dict[str, Any], name: str) -> list[str]:
    return [label["value"] for label in result["labels"] if label["name"] == name]


def test_a_violation_shows_its_case(written: Written) -> None:
    """A violated check is failed with the finding's sentence, its shortest case as parameters, and every exchange with its raw bytes."""
    result = written.result(CHECKS[1], statusDetails=model2.StatusDetails(message="Violation: …", trace="a traceback"))

    assert result["status"] == "failed"
    assert result["statusDetails"]["message"] == FINDING.sentence
    assert f"again      wxconform replay {FINDING.id}" in result["statusDetails"]["trace"]
    parameters = {parameter["name"]: parameter["value"] for parameter in result["parameters"]}
    assert parameters["shortest"] == FINDING.shortest
    assert (parameters["expected"], parameters["got"]) == (FINDING.expected, FINDING.got)
    (step,) = result["steps"]
    lost, sent = step["steps"]
    assert [attachment["name"] for attachment in sent["attachments"]] == ["request", "signed string", "answer"]
    request, signed, answer = (written.attachments[attachment["source"]] for attachment in sent["attachments"])
    assert request.startswith(b"POST /v3/refund/domestic/refunds\nContent-Type: application/json\n")
    assert request.endswith(b"\n\n" + EXCHANGE.request.body)
    assert signed == EXCHANGE.signed_string
    assert answer.endswith(b'\n\n{"status":"PROCESSING"}')
    assert written.attachments[lost["attachments"][-1]["source"]] == b"No answer came.\n"
    assert (lost["status"], sent["status"]) == ("broken", "passed")


def test_a_passing_check_shows_a_sample(written: Written) -> None:
    """A check that passed has one exchange and no message."""
    result = written.result(CHECKS[0])

    assert result["status"] == "passed"
    assert "message" not in result["statusDetails"]
    assert [step["name"] for step in result["steps"]] == ["second refund: POST /v3/refund/domestic/refunds → 200"]


def test_a_check_stands_under_its_risk_and_rule(written: Written) -> None:
    """Epic, feature and story are family, risk and rule; a broken must that moves money blocks; the description says what it costs."""
    result = written.result(CHECKS[1], labels=[model2.Label("host", "a machine")])

    assert _labels(result, "epic") == ["WeChat Pay APIv3"]
    assert _labels(result, "feature") == ["refunds exceed what was paid · 退款超过实付金额"]
    assert _labels(result, "story") == [f"Refunds at the same moment never exceed the order · {RULE}"]
    assert _labels(result, "severity") == ["blocker"]
    assert RULE in _labels(result, "tag")
    assert _labels(result, "host") == []
    assert "两笔同时发起的退款" in result["description"]
    assert "Source: " in result["description"]


def test_a_finding_about_another_rule_stands_under_that_rule(written: Written) -> None:
    """A check that broke a rule it was not marked with is filed under the broken one."""
    result = written.result(replace(CHECKS[1], rules=("v3.request.refuses-stale-timestamp",)))

    assert _labels(result, "story")[0].endswith(RULE)
    assert "v3.request.refuses-stale-timestamp" in _labels(result, "tag")


def test_history_follows_check_and_target(written: Written) -> None:
    """The ids of a result depend on nothing that differs between two runs of a check on a target."""
    first = written.result(CHECKS[1])
    again = written.result(replace(CHECKS[1], outcome=Outcome.PASSED, findings=(), examples=4, seconds=9.0), fullName="elsewhere")
    other = written.result(CHECKS[0])

    assert (first["historyId"], first["testCaseId"]) == (again["historyId"], again["testCaseId"])
    assert first["historyId"] != other["historyId"]
    counted = [parameter["name"] for result in (first, again) for parameter in result["parameters"] if not parameter.get("excluded")]
    assert counted == ["target", "target"]


def _sorted_into(result: dict[str, Any], match: Callable[[str, str], object]) -> list[str]:
    """Return the categories of *result*, as a reader sorts it that uses *match*."""
    details = result["statusDetails"]
    rows = json.loads(categories([Risk(id="over-refund", title=Text("money", "钱")), Risk(id="replay", title=Text("old", "旧"))]))
    return [
        row["name"]
        for row in rows
        if result["status"] in row["matchedStatuses"]
        and all(match(row[f"{part}Regex"], details.get(part, "")) for part in ("message", "trace") if f"{part}Regex" in row)
    ]


@pytest.mark.parametrize("outcome", _CASES, ids=str)
def test_every_outcome_has_its_status_and_category(written: Written, outcome: Outcome) -> None:
    """Only a violation is failed and only a pass is passed; each other outcome is sorted by its own category."""
    broken = outcome in {Outcome.VIOLATED, Outcome.ADVISORY, Outcome.WAIVED}
    reason = "\n".join(f"{other}: x" for other in Outcome)
    check = replace(CHECKS[1], outcome=outcome, reason=None if broken else reason, findings=(FINDING,) if broken else ())
    result = written.result(check)

    expected = {"passed": "passed", "violated": "failed", "config": "broken", "harness-error": "broken"}.get(outcome, "skipped")
    assert result["status"] == expected
    matched = _sorted_into(result, re.fullmatch)
    assert _sorted_into(result, re.search) == matched, "Java matches the whole text, JavaScript searches it"
    if outcome is Outcome.PASSED:
        assert matched == []
    elif outcome is Outcome.VIOLATED:
        assert matched == ["violated: money · 钱"]
    else:
        assert len(matched) == 1
        assert matched[0].startswith(outcome.replace("-", " "))


def test_strict_levels_count_a_broken_should(written_strictly: Written) -> None:
    """Where a broken should counts as a violation, its check is failed."""
    assert written_strictly.result(replace(CHECKS[1], outcome=Outcome.ADVISORY))["status"] == "failed"


def test_what_is_waived_is_not_failed(written_with_a_waiver: Written) -> None:
    """A check that found nothing but what is waived is skipped, with the finding and the reason why it may be so."""
    result = written_with_a_waiver.result(CHECKS[1])

    assert result["status"] == "skipped"
    assert result["statusDetails"]["message"] == f"waived: {FINDING.sentence} Accepted: mended in release 12 (until 2026-12-31)"
    assert result["steps"]


def test_a_fault_of_the_suite_keeps_its_traceback(written: Written) -> None:
    """What broke in the suite itself is there for whoever mends it."""
    check = replace(CHECKS[0], outcome=Outcome.HARNESS_ERROR, reason="KeyError: 'x'", sample=None)
    details = written.result(check, statusDetails=model2.StatusDetails(message="m", trace="a traceback"))["statusDetails"]

    assert details == {"message": "harness-error: KeyError: 'x'", "trace": "a traceback"}


def test_a_long_list_of_findings_stays_small(written: Written) -> None:
    """Where a list fails at many cases each is a step, and the first five have their exchanges."""
    findings: tuple[Finding, ...] = tuple(replace(FINDING, id=f"CASE{number:02}") for number in range(20))
    result = written.result(replace(CHECKS[1], findings=findings))

    assert [len(step.get("steps", [])) for step in result["steps"]] == [2] * 5 + [0] * 15
    assert result["statusDetails"]["message"] == f"{FINDING.sentence} (and 19 more cases)"


def test_no_secret_is_written(written: Written) -> None:
    """A secret in what a target sent, or in what allure-pytest noted itself, reaches neither a result nor an attachment."""
    request = replace(EXCHANGE.request, url=f"/v3/x?key={_CANARY}", headers=(("X-Key", _CANARY),), body=_CANARY.encode())
    exchange = replace(EXCHANGE, label=_CANARY, request=request, signed_string=_CANARY.encode())
    finding = replace(FINDING, sentence=f"saw {_CANARY}", shortest=_CANARY, got=_CANARY, exchanges=(exchange,))
    shown = [written.result(replace(CHECKS[1], findings=(finding,)))]
    broken = replace(CHECKS[0], outcome=Outcome.HARNESS_ERROR, reason=_CANARY, sample=exchange)
    steps = [model2.TestStepResult(name=_CANARY)]
    shown.append(written.result(broken, steps=steps, statusDetails=model2.StatusDetails(trace=f"key = {_CANARY!r}")))

    assert "[redacted]" in json.dumps(shown)
    assert _CANARY not in json.dumps(shown)
    assert not [body for body in written.attachments.values() if _CANARY.encode() in body]


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=False, timeout=180)


def _results(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the results in *folder* by their history, without what differs between two runs: times, ids and signatures."""
    results = {}
    for path in folder.glob("*-result.json"):
        result = json.loads(path.read_text("utf-8"))
        for name in ("uuid", "start", "stop", "labels", "steps"):
            result.pop(name, None)
        assert result["historyId"] not in results, "one result per check"
        results[result["historyId"]] = result
    return results


def test_pytest_and_wxconform_write_the_same(tmp_path: Path) -> None:
    """Plain pytest, and wxconform on two workers, leave the same results, once the categories and the circumstances, and no stale ones."""
    words = ["--rule", "v3.refund.never-exceeds-*", "--fault", _FAULT, "--profile", "smoke"]
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    mine.mkdir()
    (mine / "01234567-89ab-cdef-0123-456789abcdef-result.json").write_text("{}")
    (mine / "my-result.json.txt").write_text("mine")

    run = _run("conformance.cli", "run", *words, "--jobs", "2", "--report", str(tmp_path / "report"), "--allure", str(mine))
    checks = str(Path(__file__).parents[2] / "conformance" / "checks")
    plain = _run("pytest", checks, *words, "--alluredir", str(theirs), "-p", "no:cacheprovider")

    assert (run.returncode, plain.returncode) == (1, 1), run.stderr + plain.stdout[-2000:]
    assert _results(mine) == _results(theirs)
    assert {result["status"] for result in _results(mine).values()} >= {"failed"}
    assert (mine / "my-result.json.txt").exists()
    for name in ("categories.json", "environment.properties"):
        assert (mine / name).read_text("utf-8") == (theirs / name).read_text("utf-8")
    circumstances = (mine / "environment.properties").read_text("utf-8")
    assert "target=mock\nprofile=smoke\nseed=1637\n" in circumstances
    assert bundled().merchant.mchid not in circumstances


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A folder for results that is a file is a person's mistake: said in words before anything is judged, exit code 2."""
    (tmp_path / "file").write_text("mine")
    done = _run("conformance.cli", "run", "--allure", str(tmp_path / "file"), "--report", str(tmp_path / "report"))

    assert done.returncode == 2
    assert f"--allure {tmp_path / 'file'} cannot be written to" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "file").read_text() == "mine"


def test_without_allure_nothing_of_it_is_there(tmp_path: Path) -> None:
    """A run that was not asked for Allure results writes none."""
    done = _run("conformance.cli", "run", "--rule", "v3.refund.never-exceeds-*", "--profile", "smoke", "--report", str(tmp_path))

    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.glob("*-result.json"))
