"""SARIF 2.1.0: violations as alerts of GitHub code scanning, and of any other viewer of static analysis results.

A violation is a fault in how a target behaves, not in a line of a file, so every result stands at the head of run.ndjson, the record that
holds its evidence; the check and the rule are its logical locations. A rule's help travels in the document and names its source by title
and section; `helpUri` is where those documents are.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from reports.model import CheckFinished, Finding, RuleJudged, Run
from reports.outcomes import Level, Outcome
from reports.plain import visible
from reports.view import by_reason, findings_of, judged, risks_of, rules_of, worst_first
from reports.words import OUTCOMES

__all__ = ["render"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_DOCUMENTS = "https://pay.weixin.qq.com/doc/"
_LEVELS = {Level.MUST: "error", Level.SHOULD: "warning", Level.OBSERVED: "note"}
_SECURITY = {
    "forged-message": "9.1",
    "secrets": "9.1",
    "replay": "8.1",
    "isolation": "8.1",
    "sensitive-data": "7.5",
}
"""How grave a broken must is where an attacker profits, by risk; other risks are faults, not weaknesses."""

_DOUBTS = {Outcome.HARNESS_ERROR: "error", Outcome.CONFIG: "error", Outcome.INCONCLUSIVE: "warning"}
_TEXT = 1_000
"""Characters of a description: GitHub takes 1,024."""

_MESSAGE = 8_000
_RECORD = {"uri": "run.ndjson", "index": 0}
_HEAD = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}
"""The line that says who was judged and how; GitHub demands a region."""

_MOST_RESULTS = 5_000
"""GitHub takes 25,000 results and shows 5,000."""


def render(run: Run) -> str:
    """Return the SARIF document of *run*: a result for every finding, suppressed where it is waived.

    What could not be decided, or was not exercised, is a notification of the invocation. A run without a footer did not execute
    successfully.
    """
    rules = worst_first(judged(run.rules, run.checks), risks_of(run.started))
    started = run.started
    document = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "wechatpay-conformance",
                        "version": started.version,
                        "rules": [_descriptor(rule, run) for rule in rules],
                    }
                },
                "automationDetails": {"id": f"wechatpay-conformance/{started.target.name}/{started.profile}/"},
                "invocations": [_invocation(run, rules)],
                "artifacts": [{"location": _RECORD, "description": {"text": "The complete record of the run; everything here is in it."}}],
                "results": [result for result, _ in zip(_results(run, rules), range(_MOST_RESULTS), strict=False)],
                "columnKind": "unicodeCodePoints",
                "properties": {
                    "target": started.target.name,
                    "profile": started.profile,
                    "seed": started.seed,
                    "command": started.command,
                    **({"fault": started.fault} if started.fault else {}),
                    "identity": dict(started.identity),
                    "environment": dict(started.environment),
                },
            }
        ],
    }
    return json.dumps(_shown(document), ensure_ascii=False, indent=1) + "\n"


def _descriptor(rule: RuleJudged, run: Run) -> dict[str, Any]:
    risk = next((risk.title for risk in run.started.risks if risk.id == rule.risk), None)
    facts = [f"At stake: {risk.en}." if risk else "", f"Source: {rule.source}." if rule.source else "", f"Level: {rule.level}."]
    spoken = [rule.title.en, rule.consequence.en, rule.title.zh, rule.consequence.zh, *facts, f"wxconform explain {rule.rule}"]
    help_ = [part for part in spoken if part]
    score = _SECURITY.get(rule.risk) if rule.level is Level.MUST else None
    return {
        "id": rule.rule,
        "name": "".join(word[:1].upper() + word[1:] for word in rule.rule.replace(".", "-").split("-"))[:255],
        "shortDescription": {"text": _cut(rule.title.en or rule.rule, _TEXT)},
        "fullDescription": {"text": _cut(rule.consequence.en or rule.title.en or rule.rule, _TEXT)},
        "helpUri": _DOCUMENTS,
        "help": {"text": "\n".join(help_), "markdown": "\n\n".join([*help_[:-1], f"`{help_[-1]}`"])},
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
        "properties": {
            "tags": ["wechatpay", *([rule.risk] if rule.risk else []), *(["security"] if rule.risk in _SECURITY else [])],
            "precision": "very-high",
            "level": rule.level,
            "risk": rule.risk,
            "outcome": rule.outcome,
            "consequence": {"en": rule.consequence.en, "zh": rule.consequence.zh},
            **({"security-severity": score} if score else {}),
        },
    }


def _results(run: Run, rules: Sequence[RuleJudged]) -> Iterator[dict[str, Any]]:
    """Yield a result for every finding, worst rule first."""
    found = findings_of(run.checks)
    for index, rule in enumerate(rules):
        if rule.outcome not in (Outcome.VIOLATED, Outcome.ADVISORY, Outcome.WAIVED):
            continue
        for finding in sorted(found.get(rule.rule, []), key=lambda finding: finding.id):
            yield _result(rule, index, finding, [check for check in run.checks if any(finding.id == other.id for other in check.findings)])


def _result(rule: RuleJudged, index: int, finding: Finding, checks: list[CheckFinished]) -> dict[str, Any]:
    waived = rule.outcome is Outcome.WAIVED
    places = [{"fullyQualifiedName": check.check, "kind": "function"} for check in sorted(checks, key=lambda check: check.check)]
    return {
        "ruleId": rule.rule,
        "ruleIndex": index,
        # What is waived must not stop a merge where suppressions are not understood.
        "level": "note" if waived else _LEVELS[rule.level],
        "message": {"text": _cut(_in_words(finding), _MESSAGE)},
        "locations": [{"physicalLocation": {"artifactLocation": _RECORD, "region": _HEAD}, "logicalLocations": places}],
        # The first is the only one GitHub compares.
        "partialFingerprints": {"primaryLocationLineHash": f"{finding.id}:1", "wxconformFinding/v1": finding.id},
        **({"suppressions": [{"kind": "external", "status": "accepted", "justification": rule.reason or "waived"}]} if waived else {}),
        "properties": {"finding": finding.id, "outcome": rule.outcome, "replay": f"wxconform replay {finding.id}"},
    }


def _in_words(finding: Finding) -> str:
    lines = [
        finding.sentence,
        f"Shortest: {finding.shortest}" if finding.shortest else "",
        f"Expected: {finding.expected}" if finding.expected else "",
        f"Got: {finding.got}" if finding.got else "",
        f"Diagnosis: {finding.diagnosis.en}" if finding.diagnosis else "",
        f"Again: wxconform replay {finding.id}",
    ]
    return "\n".join(line for line in lines if line)


def _invocation(run: Run, rules: Sequence[RuleJudged]) -> dict[str, Any]:
    started, finished = run.started, run.finished
    return {
        "commandLine": started.command,
        "startTimeUtc": started.at,
        **({"endTimeUtc": finished.at, "exitCode": finished.exit_code} if finished else {}),
        "exitCodeDescription": finished.sentence.en if finished else "The run crashed, was killed, or is still going.",
        "executionSuccessful": finished is not None and finished.exit_code in (0, 1),
        "toolExecutionNotifications": list(_notifications(rules)),
    }


def _notifications(rules: Sequence[RuleJudged]) -> Iterator[dict[str, Any]]:
    index = {rule.rule: number for number, rule in enumerate(rules)}
    for outcome, level in _DOUBTS.items():
        for rule in rules_of(rules, outcome):
            text = f"{rule.rule} is {OUTCOMES[outcome].en}: {rule.reason or 'no reason given'}"
            yield {"level": level, "message": {"text": text}, "associatedRule": {"id": rule.rule, "index": index[rule.rule]}}
    for outcome in (Outcome.NOT_EXERCISED, Outcome.NOT_APPLICABLE):
        for reason, gaps in by_reason(rules_of(rules, outcome)).items():
            names = ", ".join(rule.rule for rule in gaps)
            yield {"level": "note", "message": {"text": f"{OUTCOMES[outcome].en}: {reason} ({names})"}}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _shown(value: Any) -> Any:
    """Return *value* with every text safe to show."""
    if isinstance(value, dict):
        return {str(key): _shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return visible(value) if isinstance(value, str) else value
