"""JUnit XML: one testcase per check and rule, so that a CI's trend pages follow rules.

Written for what parsers share: the strict schema of Jenkins' xunit plugin has neither `file` nor properties of a testcase; GitLab reads
the text of failure, error and skipped where Jenkins reads `message`, so both say it.
"""

from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from reports.model import CheckFinished, Finding, RuleJudged, Run
from reports.outcomes import Outcome
from reports.plain import visible
from reports.words import OUTCOMES, number_of

__all__ = ["render"]

_VERDICTS = {
    Outcome.VIOLATED: "failure",
    Outcome.INCONCLUSIVE: "error",
    Outcome.CONFIG: "error",
    Outcome.HARNESS_ERROR: "error",
    Outcome.WAIVED: "skipped",
    Outcome.ADVISORY: "skipped",
    Outcome.NOT_APPLICABLE: "skipped",
    Outcome.NOT_EXERCISED: "skipped",
}


def render(run: Run) -> str:
    """Return the JUnit document of *run*.

    classname is the rule id and name the check. A violation is a failure; inconclusive, config and harness-error are errors; whatever else
    did not pass is skipped, so nothing but *passed* is green. A run without a footer carries one error more. Checks stand in the order of
    their names, since several workers finish them in any order.
    """
    suites = ET.Element("testsuites", name="wxconform")
    for number, (name, cases) in enumerate(_groups(run).items()):
        suite = ET.SubElement(suites, "testsuite", name=visible(name), id=str(number), timestamp=run.started.at)
        _properties(suite, run)
        suite.extend(cases)
        _tally(suite, cases)
        suite.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))
    _tally(suites, [case for suite in suites for case in suite.findall("testcase")])
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=False).join(('<?xml version="1.0" encoding="UTF-8"?>\n', "\n"))


def _groups(run: Run) -> dict[str, list[ET.Element]]:
    groups: dict[str, list[ET.Element]] = {}
    judged = {rule.rule: rule.outcome for rule in run.rules}
    for check in sorted(run.checks, key=lambda check: (check.group, check.check)):
        groups.setdefault(check.group, []).extend(_cases(check, judged))
    covered = {rule for check in run.checks for rule in check.spoken_of}
    gaps = [_gap(rule) for rule in run.rules if rule.rule not in covered]
    if gaps:
        groups["rules without a check in this run"] = gaps
    if not run.complete:
        groups["run"] = [_case("wxconform", "the run comes to its end", 0.0)]
        _explain(groups["run"][0], "error", "incomplete", "The run crashed, was killed, or is still going.")
    return groups


def _cases(check: CheckFinished, judged: Mapping[str, Outcome]) -> Iterator[ET.Element]:
    # One check is run once however many rules it judges: its seconds are shared, so that sums stay true.
    rules = check.spoken_of or (check.group,)
    for rule in rules:
        case = _case(rule, check.check, check.seconds / len(rules))
        outcome = check.outcome_for(rule)
        if outcome is Outcome.VIOLATED and judged.get(rule) in (Outcome.WAIVED, Outcome.ADVISORY):
            outcome = judged[rule]
        findings = [finding for finding in check.findings if finding.rule == rule]
        if outcome in _VERDICTS:
            message = findings[0].sentence if findings else check.reason or check.title
            _explain(case, _VERDICTS[outcome], outcome, message, "\n\n".join(map(_in_words, findings)))
        _say(case, check, rule, findings)
        yield case


def _gap(rule: RuleJudged) -> ET.Element:
    case = _case(rule.rule, "no check ran", 0.0)
    if rule.outcome in _VERDICTS:
        _explain(case, _VERDICTS[rule.outcome], rule.outcome, rule.reason or "no reason given")
    return case


def _case(classname: str, name: str, seconds: float) -> ET.Element:
    return ET.Element("testcase", classname=visible(classname), name=visible(name), time=f"{seconds:.3f}")


def _explain(case: ET.Element, tag: str, kind: str, message: str, detail: str = "") -> None:
    label = OUTCOMES[Outcome(kind)].en if kind in OUTCOMES else kind
    shown = visible(f"{label}: {message}" if tag == "skipped" else message)
    ET.SubElement(case, tag, message=shown, type=kind).text = visible(detail) or shown


def _say(case: ET.Element, check: CheckFinished, rule: str, findings: list[Finding]) -> None:
    """Give the case its output: what the check is about, how much it tried, and the commands that lead on."""
    lines = [check.title, f"{number_of(check.examples, 'example')}, {number_of(check.exchanges, 'exchange')}"]
    lines += [f"wxconform replay {finding.id}" for finding in findings]
    ET.SubElement(case, "system-out").text = visible("\n".join([*lines, f"wxconform explain {rule}"]))


def _in_words(finding: Finding) -> str:
    rows = [
        ("seen", finding.sentence),
        ("shortest", finding.shortest),
        ("expected", finding.expected),
        ("got", finding.got),
        ("diagnosis", finding.diagnosis.en if finding.diagnosis else None),
        ("again", f"wxconform replay {finding.id}"),
    ]
    return "\n".join(f"{label:<11}{value}" for label, value in rows if value)


def _properties(suite: ET.Element, run: Run) -> None:
    started = run.started
    properties = ET.SubElement(suite, "properties")
    values = {
        "target": started.target.name,
        "profile": started.profile,
        "seed": str(started.seed),
        "version": started.version,
        "command": started.command,
        **({"fault": started.fault} if started.fault else {}),
        **started.environment,
    }
    for name, value in values.items():
        ET.SubElement(properties, "property", name=visible(name), value=visible(value))


def _tally(parent: ET.Element, cases: list[ET.Element]) -> None:
    parent.set("tests", str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error")):
        parent.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    parent.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")
