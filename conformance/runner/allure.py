"""Allure results while the run goes: allure-pytest makes them, this says in them what the run has to say.

allure-pytest knows a test, its time and its exception. Here each result is dressed from the check's record instead, just before it is
written: one result per check, under the risk and the rule it is about, with the exchanges that show it. Nothing is written that did not
pass through the redactor.
"""

import os
import shlex
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import allure_commons
import attr
import pytest
from allure_commons.model2 import Attachment, Label, Parameter, Status, StatusDetails, TestResult, TestResultContainer, TestStepResult

from conformance.runner.judging import header
from conformance.runner.opening import Opened
from conformance.runner.session import RECORD
from conformance.runner.waivers import Waivers
from reference.rules import RISKS, Rule, load
from reports.allure_files import categories, environment, explained, raw_request, raw_response
from reports.model import CheckFinished, Exchange, Finding, from_dict
from reports.outcomes import Outcome
from reports.redaction import Redactor
from reports.stream import settled

__all__ = ["AllureResults", "watch"]

_FAMILIES = {"v3": "WeChat Pay APIv3", "v2": "WeChat Pay APIv2", "global": "WeChat Pay Global", "gateway": "WeChat Pay gateway"}
_RISKS = {risk.id: f"{risk.en} · {risk.zh}" for risk in RISKS}
_MONEY = frozenset({"over-refund", "double-charge", "amount-mismatch", "forged-message", "replay", "isolation"})
"""Risks by which money goes where it should not: breaking a must there blocks a release."""

_STATUSES = {
    Outcome.PASSED: Status.PASSED,
    Outcome.VIOLATED: Status.FAILED,
    Outcome.CONFIG: Status.BROKEN,
    Outcome.HARNESS_ERROR: Status.BROKEN,
}
_IN_FULL = 5
"""Findings of a check whose exchanges are attached; a finite list may fail at hundreds of its cases."""


def watch(config: pytest.Config, opened: Opened, waivers: Waivers) -> None:
    """Dress the results that allure-pytest is going to write for *config*."""
    results = AllureResults(config, opened, waivers)
    config.pluginmanager.register(results, "wxconform-allure")
    allure_commons.plugin_manager.register(results)
    config.add_cleanup(lambda: allure_commons.plugin_manager.unregister(results))
    # What checks print is nobody's evidence, and would be written as it is.
    config.option.attach_capture = False


class AllureResults:
    """Dresses results on the process that runs the checks; the controller writes what stands beside them."""

    def __init__(self, config: pytest.Config, opened: Opened, waivers: Waivers) -> None:
        self._config = config
        self._opened = opened
        self._waivers = waivers
        self._folder = Path(config.getoption("allure_report_dir"))
        self._redactor = Redactor(opened.identity.secrets())
        self._strict = bool(config.getoption("--strict-levels") or config.getoption("--fault"))
        self._check: CheckFinished | None = None
        self._any = False

    def pytest_runtest_logstart(self) -> None:
        """Forget the check before."""
        self._check = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a check says until its result is written."""
        found = next((value for name, value in report.user_properties if name == RECORD), None)
        if found is not None and report.when != "teardown":
            check = self._waivers.of_check(cast("CheckFinished", from_dict(cast("dict[str, object]", found))))
            self._check = settled(check, self._redactor)
            self._any = True

    def pytest_sessionfinish(self) -> None:
        """Say on the controller, once, how failures are sorted and what was judged."""
        if not self._any or hasattr(self._config, "workerinput"):
            return
        option = self._config.getoption
        started = header(
            self._opened,
            profile=option("--profile"),
            seed=option("--seed"),
            command=self._command(),
            fault=option("--fault"),
            rules_glob=option("--rule"),
            libraries=("hypothesis", "cryptography", "pytest", "allure-pytest"),
        )
        (self._folder / "environment.properties").write_text(environment(settled(started, self._redactor)), encoding="utf-8")
        (self._folder / "categories.json").write_text(categories(started.risks), encoding="utf-8")

    def _command(self) -> str:
        option = self._config.getoption
        words = ["wxconform", "run", self._opened.name, "--profile", option("--profile"), "--seed", str(option("--seed"))]
        for name in ("--rule", "--fault", "--identity", "--waivers"):
            words += [name, option(name)] if option(name) else []
        return shlex.join(words)

    @allure_commons.hookimpl(tryfirst=True)
    def report_result(self, result: TestResult) -> None:
        """Dress and redact a result before it is written."""
        if self._check is not None:
            _dress(result, self._check, target=self._opened.name, strict=self._strict)
        _redact(result, self._redactor)

    @allure_commons.hookimpl(tryfirst=True)
    def report_container(self, container: TestResultContainer) -> None:
        """Redact what is said of fixtures."""
        _redact(container, self._redactor)


def _dress(result: TestResult, check: CheckFinished, *, target: str, strict: bool) -> None:
    book = load()
    # A failed check stands where a person looks for it: under the rule it found broken.
    rules = [book[rule] for rule in dict.fromkeys((*(finding.rule for finding in check.findings), *check.rules))]
    result.name = check.title
    result.fullName = check.check
    result.titlePath = check.check.partition("::")[0].split("/")
    result.testCaseId = _digest(check.check)
    result.historyId = _digest(f"{check.check} {target}")
    result.description = "\n\n".join([check.title, *map(_described, rules)])
    result.labels = [Label(name, value) for name, value in _labels(check, rules)]
    result.parameters = list(_parameters(check, target))
    failed = check.outcome is Outcome.ADVISORY and strict
    result.status = Status.FAILED if failed else _STATUSES.get(check.outcome, Status.SKIPPED)
    trace = result.statusDetails.trace if result.statusDetails and check.outcome is Outcome.HARNESS_ERROR else None
    risks = [book[finding.rule].risk for finding in check.findings]
    spoken = [explained(finding, risk) for finding, risk in zip(check.findings, risks, strict=True)]
    result.statusDetails = StatusDetails(message=_message(check, result.status), trace="\n\n".join(spoken) or trace)
    result.steps = [
        _finding(finding, words, in_full=number < _IN_FULL)
        for number, (finding, words) in enumerate(zip(check.findings, spoken, strict=True))
    ]
    if check.sample is not None:
        result.steps = [_exchange(check.sample)]
    for step in result.steps:
        for part in (step, *step.steps):
            part.start = part.stop = result.stop


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def _described(rule: Rule) -> str:
    words = [f"**{rule.title.en} · {rule.title.zh}** (`{rule.id}`, {rule.level})", " ".join(rule.rule.split())]
    return "\n\n".join([*words, f"{rule.consequence.en} {rule.consequence.zh}", f"Source: {rule.source}"])


def _labels(check: CheckFinished, rules: list[Rule]) -> Iterable[tuple[str, str]]:
    first = rules[0]
    yield "epic", _FAMILIES.get(first.id.partition(".")[0], "WeChat Pay")
    yield "feature", _RISKS[first.risk]
    yield "story", f"{first.title.en} · {first.id}"
    yield "severity", _severity(first)
    yield "parentSuite", "platform"
    yield "suite", check.group
    yield "package", check.check.partition("::")[0].removesuffix(".py").replace("/", ".")
    yield "framework", "wechatpay-conformance"
    yield "language", "python"
    yield "thread", os.environ.get("PYTEST_XDIST_WORKER", "main")
    for tag in dict.fromkeys((*(rule.id for rule in rules), check.outcome, check.level, first.risk)):
        yield "tag", tag


def _severity(rule: Rule) -> str:
    if rule.level == "must":
        return "blocker" if rule.risk in _MONEY else "critical"
    return "minor" if rule.level == "should" else "trivial"


def _parameters(check: CheckFinished, target: str) -> Iterable[Parameter]:
    yield Parameter(name="target", value=target)
    # What differs from run to run must not make another test of it.
    values = {"examples": str(check.examples), "exchanges": str(check.exchanges)}
    if check.findings:
        finding = check.findings[0]
        values |= {"shortest": finding.shortest, "expected": finding.expected, "got": finding.got}
        values["replay"] = f"wxconform replay {finding.id}"
    yield from (Parameter(name=name, value=value, excluded=True) for name, value in values.items() if value)


def _message(check: CheckFinished, status: str) -> str | None:
    if check.outcome is Outcome.PASSED:
        return None
    more = f" (and {len(check.findings) - 1} more cases)" if len(check.findings) > 1 else ""
    waived = f" Accepted: {check.reason}" if check.outcome is Outcome.WAIVED and check.reason else ""
    said = f"{check.findings[0].sentence}{more}{waived}" if check.findings else check.reason or check.title
    return said if status == Status.FAILED else f"{check.outcome}: {said}"


def _finding(finding: Finding, words: str, *, in_full: bool) -> TestStepResult:
    step = TestStepResult(name=f"{finding.id}: {finding.sentence}", status=Status.FAILED)
    step.attachments.append(_attached("finding", words.encode()))
    if finding.compared is not None:
        about = finding.compared.about.en
        step.attachments.append(_attached(f"{about}: expected", finding.compared.expected))
        step.attachments.append(_attached(f"{about}: got", finding.compared.got))
    if in_full:
        step.steps = [_exchange(exchange) for exchange in finding.exchanges]
    elif finding.exchanges:
        step.name += " (exchanges in run.ndjson)"
    return step


def _exchange(exchange: Exchange) -> TestStepResult:
    answer = exchange.response.status if exchange.response else "no answer"
    # An exchange by itself is neither right nor wrong: it took place, or broke off.
    step = TestStepResult(
        name=f"{exchange.label}: {exchange.request.method} {exchange.request.url} → {answer}",
        status=Status.PASSED if exchange.response else Status.BROKEN,
    )
    step.attachments.append(_attached("request", raw_request(exchange)))
    if exchange.signed_string is not None:
        step.attachments.append(_attached("signed string", exchange.signed_string))
    step.attachments.append(_attached("answer", raw_response(exchange)))
    return step


def _attached(name: str, body: bytes) -> Attachment:
    source = f"{uuid4()}-attachment.txt"
    allure_commons.plugin_manager.hook.report_attached_data(body=body, file_name=source)
    return Attachment(name=name, source=source, type="text/plain")


def _redact(item: Any, redactor: Redactor) -> None:
    """Redact every text of *item*, in place: the hooks hand the same object from one to the next."""
    for field in attr.fields(type(item)):
        setattr(item, field.name, _redacted(getattr(item, field.name), redactor))


def _redacted(value: Any, redactor: Redactor) -> Any:
    if isinstance(value, list):
        return [_redacted(part, redactor) for part in value]
    if attr.has(type(value)):
        _redact(value, redactor)
    return redactor.text(value) if isinstance(value, str) else value
