"""A run on GitHub: annotations of the step, and the Markdown of its summary.

Texts of a target are in both, so neither may let them through as a command, as markup or as a link.
"""

import html
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TextIO

from reports.errors import ReportError
from reports.model import Finding, RuleJudged, Run, Text
from reports.outcomes import Outcome, count
from reports.plain import clip, put, visible
from reports.view import by_reason, findings_of, judged, risks_of, rules_of, worst_first
from reports.words import INCOMPLETE, OUTCOMES, VERDICTS, number_of

__all__ = ["annotations", "publish", "step_summary"]

_KINDS = {
    "error": (Outcome.VIOLATED, Outcome.HARNESS_ERROR, Outcome.CONFIG),
    "warning": (Outcome.ADVISORY, Outcome.INCONCLUSIVE),
    "notice": (Outcome.WAIVED,),
}
_SHOWN = 10
"""Annotations of a kind GitHub shows per step."""

_LONGEST = 2_000
"""Characters of a value; the page and the stream have the rest."""

_ROOM = 800_000
"""Bytes of a summary; GitHub refuses one of more than 1 MiB, whole."""

_FIGURES = (Outcome.PASSED, Outcome.VIOLATED, Outcome.WAIVED, Outcome.ADVISORY, Outcome.INCONCLUSIVE, Outcome.NOT_EXERCISED)


def publish(run: Run, out: TextIO, environment: Mapping[str, str] = os.environ) -> None:
    """Write the annotations to *out*, and append the summary to the file named by GITHUB_STEP_SUMMARY, saying so where there is none.

    Raises `ReportError` where that file cannot be written.
    """
    put(out, annotations(run))
    name = environment.get("GITHUB_STEP_SUMMARY")
    if not name:
        put(out, "GITHUB_STEP_SUMMARY is not set, so no step summary was written.\n")
        return
    try:
        with Path(name).open("a", encoding="utf-8", newline="\n") as file:
            file.write(step_summary(run))
    except OSError as error:
        raise ReportError(
            f"cannot write {name}: {error.strerror or error}",
            "GITHUB_STEP_SUMMARY names that file. Point it at a file that can be written, or unset it to go without a summary.",
        ) from error


def annotations(run: Run) -> str:
    """Return a workflow command per rule that did not hold: errors, warnings, and notices for what is waived; worst first.

    Where there are more of a kind than GitHub shows, the last one names the rest.
    """
    rules = worst_first(judged(run.rules, run.checks), risks_of(run.started))
    found = findings_of(run.checks)
    lines = [] if run.complete else [_command("error", "wxconform", "The run did not come to its end: it crashed or was killed.")]
    for kind, outcomes in _KINDS.items():
        wanted = [rule for outcome in outcomes for rule in rules_of(rules, outcome)]
        room = _SHOWN - sum(line.startswith(f"::{kind} ") for line in lines)
        shown = wanted if len(wanted) <= room else wanted[: room - 1]
        lines += [_command(kind, _title(rule), _says(rule, found.get(rule.rule, []))) for rule in shown]
        rest = wanted[len(shown) :]
        if rest:
            names = clip(", ".join(rule.rule for rule in rest), _LONGEST)
            lines.append(_command(kind, f"{number_of(len(rest), 'more rule')}", f"GitHub shows ten. The others: {names}"))
    return "".join(f"{line}\n" for line in lines)


def _title(rule: RuleJudged) -> str:
    return " · ".join(filter(None, (f"{rule.rule} {OUTCOMES[rule.outcome].en}", rule.level, rule.risk)))


def _says(rule: RuleJudged, findings: list[Finding]) -> str:
    lines = [rule.consequence.en, rule.reason or ""]
    if findings:
        lines += [f"{label}: {value}" for label, value in _rows(findings[0]) if value]
        lines.append(f"again: wxconform replay {findings[0].id}")
    if len(findings) > 1:
        lines.append(f"{number_of(len(findings) - 1, 'more case')} in the report")
    return "\n".join(filter(None, [*lines, f"why: wxconform explain {rule.rule}"]))


def _rows(finding: Finding) -> list[tuple[str, str]]:
    diagnosis = finding.diagnosis.en if finding.diagnosis else ""
    values = (finding.sentence, finding.shortest, finding.expected, finding.got, diagnosis)
    return [(label, _cut(value)) for label, value in zip(("seen", "shortest", "expected", "got", "diagnosis"), values, strict=True)]


def _command(kind: str, title: str, message: str) -> str:
    return f"::{kind} title={_escaped(title).replace(':', '%3A').replace(',', '%2C')}::{_escaped(message)}"


def _escaped(text: str) -> str:
    # Carriage returns are pictures already.
    return visible(text).replace("%", "%25").replace("\n", "%0A")


def step_summary(run: Run) -> str:
    """Return the Markdown of the step's summary: verdict, risks, what did not hold and how to see it again, what nobody looked at."""
    rules = worst_first(judged(run.rules, run.checks), risks_of(run.started))
    found = findings_of(run.checks)
    parts = [*_verdict(run, rules), *_risk_table(run, rules)]
    for outcome in (outcome for outcomes in _KINDS.values() for outcome in outcomes):
        parts += [_section(rule, found.get(rule.rule, [])) for rule in rules_of(rules, outcome)]
    parts += _gaps(rules)
    kept: list[str] = []
    size = 0
    for part in parts:
        size += len(part.encode())
        if size > _ROOM:
            kept.append(f"… {number_of(len(parts) - len(kept), 'more part')} in index.html and run.ndjson.\n\n")
            break
        kept.append(part)
    return "".join(kept)


def _verdict(run: Run, rules: list[RuleJudged]) -> Iterator[str]:
    started, finished = run.started, run.finished
    word = VERDICTS[finished.verdict] if finished else INCOMPLETE
    sentence = finished.sentence if finished else Text("The run did not come to its end.", "运行未完成。")
    yield f"## {word.en} · {word.zh}\n\n**{_md(sentence.en)}**\n\n"
    if sentence.zh:
        yield f"{_md(sentence.zh)}\n\n"
    counts = finished.counts if finished else count(rule.outcome for rule in rules)
    figures = " · ".join(f"{counts[outcome]:,} {OUTCOMES[outcome].en}" for outcome in Outcome if counts.get(outcome))
    yield f"{figures or 'nothing judged'}\n\n"
    yield f"Target {_code(started.target.name)}, profile {_md(started.profile)}, seed {started.seed}. Again: {_code(started.command)}\n\n"


def _risk_table(run: Run, rules: list[RuleJudged]) -> Iterator[str]:
    """Yield the risks that rules of this run carry, in the order of the run's header."""
    titles = {risk.id: risk.title for risk in run.started.risks}
    concerned = dict.fromkeys(rule.risk for rule in rules if rule.risk)
    if not concerned:
        return
    others = [outcome for outcome in Outcome if outcome not in _FIGURES and any(rule.outcome is outcome for rule in rules)]
    columns = [*_FIGURES, *others]
    yield "| risk | " + " | ".join(OUTCOMES[outcome].en for outcome in columns) + " |\n"
    yield "|---|" + "--:|" * len(columns) + "\n"
    for risk in concerned:
        title = titles.get(risk, Text(risk))
        figures = count(rule.outcome for rule in rules if rule.risk == risk)
        yield f"| {_md(' · '.join(filter(None, (title.en, title.zh))))} | "
        yield " | ".join(str(figures[outcome] or "") for outcome in columns) + " |\n"
    yield "\n"


def _section(rule: RuleJudged, findings: list[Finding]) -> str:
    lines = [f"### {_md(_title(rule))}\n", f"{_md(rule.title.en)}\n"]
    lines += [f"{_md(text)}\n" for text in (rule.consequence.en, rule.consequence.zh, rule.reason) if text]
    for finding in findings[:1]:
        table = "\n".join(f"{label:<11}{value}" for label, value in _rows(finding) if value)
        lines.append(f"<pre>\n{html.escape(visible(table))}\n</pre>\n")
    commands = [f"wxconform replay {finding.id}" for finding in findings[:6]]
    lines.append(" · ".join(map(_code, [*commands, f"wxconform explain {rule.rule}"])) + "\n")
    if len(findings) > len(commands):
        lines.append(f"{number_of(len(findings) - len(commands), 'more case')} in index.html.\n")
    return "\n".join(lines) + "\n"


def _gaps(rules: Iterable[RuleJudged]) -> Iterator[str]:
    rules = list(rules)
    for outcome in (Outcome.NOT_EXERCISED, Outcome.NOT_APPLICABLE):
        reasons = by_reason(rules_of(rules, outcome))
        if reasons:
            total = sum(map(len, reasons.values()))
            yield f"<details><summary>{number_of(total, 'rule')} {OUTCOMES[outcome].en} · {OUTCOMES[outcome].zh}</summary>\n\n"
            for reason, group in reasons.items():
                yield f"* {_md(reason)}: {', '.join(_code(rule.rule) for rule in group)}\n"
            yield "\n</details>\n\n"


_MARKUP = re.compile(r"^[-+=]|[&<>\\`*_{}\[\]|~#!@]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def _md(text: str) -> str:
    """Return *text* as one line that Markdown shows as it is: no markup, no table cell, no link."""
    return _MARKUP.sub(lambda match: f"&#{ord(match[0])};", " ".join(visible(_cut(text)).split()))


def _code(text: str) -> str:
    return f"<code>{_md(text)}</code>"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
