"""The end of a run on a terminal: the verdict, every violation with the way back to it, and what nobody looked at."""

import re
from collections.abc import Iterator

from reports.ink import Ink
from reports.model import Finding, RuleJudged, Run
from reports.outcomes import Outcome, count
from reports.plain import flow, fold, pad, visible, width
from reports.view import by_reason, findings_of, judged, risks_of, rules_of, worst_first
from reports.words import INCOMPLETE, OUTCOMES, VERDICTS, duration

__all__ = ["Summary"]

_INDENT = 4
_LABEL = 11
_LONGEST = 6
"""Lines one value may take; the page and the stream have the rest."""

_IN_FULL = 8
"""Rules shown as a block; further ones get a line each."""

_NAMED = 6
"""Rules named per reason for not having been exercised."""

_MARKS = {
    Outcome.HARNESS_ERROR: "!",
    Outcome.VIOLATED: "x",
    Outcome.CONFIG: "!",
    Outcome.INCONCLUSIVE: "?",
    Outcome.ADVISORY: "~",
}


class Summary:
    """Lays out the end of *run* for *columns* columns."""

    def __init__(self, run: Run, *, ink: Ink, columns: int) -> None:
        self._run = run
        self._rules = worst_first(judged(run.rules, run.checks), risks_of(run.started))
        self._findings = findings_of(run.checks)
        self._ink = ink
        self._columns = columns

    def lines(self, page: str | None = None) -> list[str]:
        """Return every line; *page* is where the HTML page lies."""
        return list(self._all(page))

    def _all(self, page: str | None) -> Iterator[str]:
        yield from self._verdict(page)
        shown = 0
        for outcome in _MARKS:
            for rule in rules_of(self._rules, outcome):
                yield from self._block(rule) if shown < _IN_FULL else [self._head(rule)]
                shown += 1
        yield from self._waived()
        for outcome in (Outcome.NOT_EXERCISED, Outcome.NOT_APPLICABLE):
            yield from self._gaps(outcome)

    def _verdict(self, page: str | None) -> Iterator[str]:
        footer = self._run.finished
        if footer is None:
            label, sentence, worst = (
                INCOMPLETE.en,
                "the run did not come to its end; what follows is what it had found so far.",
                Outcome.INCONCLUSIVE,
            )
        else:
            label, sentence = VERDICTS[footer.verdict].en, _inside_a_sentence(visible(footer.sentence.en))
            worst = Outcome.PASSED if footer.exit_code == 0 else Outcome.VIOLATED
        yield from (self._ink.outcome(worst, line) for line in fold(f"{label}: {sentence}", self._columns))
        counts = footer.counts if footer else count(rule.outcome for rule in self._rules)
        items = [f"{counts[outcome]:,} {OUTCOMES[outcome].en}" for outcome in Outcome if counts.get(outcome)]
        items += [f"seed {self._run.started.seed}", *([duration(footer.seconds)] if footer else []), *([page] if page else [])]
        yield from (f"  {line}" for line in flow(items, " · ", self._columns - 2))

    def _head(self, rule: RuleJudged) -> str:
        """Return the line that opens a block: the rule, how much it weighs, and the id to ask for."""
        findings = self._findings.get(rule.rule, [])
        number = findings[0].id if findings else ""
        left = f"  {_MARKS[rule.outcome]} {visible(rule.rule)}"
        weight = " · ".join(filter(None, (rule.level, visible(rule.risk))))
        tail = f"{weight}  {number}" if number else weight
        gap = max(2, self._columns - width(left) - width(tail))
        middle = min(gap, max(2, 42 - width(left)))
        coloured = self._ink.outcome(rule.outcome, self._ink.bold(left))
        return coloured + " " * middle + weight + " " * (gap - middle + 2) + self._ink.bold(number)

    def _block(self, rule: RuleJudged) -> Iterator[str]:
        yield ""
        yield self._head(rule)
        if rule.title.en != rule.rule:
            yield from map(self._ink.bold, self._indented(rule.title.en))
        if rule.consequence.en:
            broken = rule.outcome in (Outcome.VIOLATED, Outcome.ADVISORY)
            yield from self._indented(rule.consequence.en) if broken else self._row("at stake", rule.consequence.en)
        findings = self._findings.get(rule.rule, [])
        if rule.reason:
            yield from self._row("reason", rule.reason)
        if findings:
            yield from self._finding(findings[0])
        if len(findings) > 1:
            others = [finding.id for finding in findings[1 : _NAMED + 1]]
            more = f" and {len(findings) - 1 - len(others)} more" if len(findings) - 1 > len(others) else ""
            yield from self._row("also", " ".join(others) + more)
        yield from self._commands(findings[0].id if findings else None, rule.rule)

    def _finding(self, finding: Finding) -> Iterator[str]:
        yield from self._row("seen", finding.sentence)
        yield from self._row("shortest", finding.shortest)
        yield from self._row("expected", finding.expected)
        yield from self._row("got", finding.got)
        if finding.diagnosis:
            yield from self._row("diagnosis", finding.diagnosis.en)

    def _commands(self, number: str | None, rule: str) -> Iterator[str]:
        why = f"wxconform explain {visible(rule)}"
        again = f"wxconform replay {number}" if number else ""
        together = f"{again}        why  {why}"
        if again and _INDENT + _LABEL + width(together) <= self._columns:
            yield from self._row("again", together)
            return
        if again:
            yield from self._row("again", again)
        yield from self._row("why", why)

    def _row(self, label: str, value: str) -> Iterator[str]:
        lines = self._folded(value, self._columns - _INDENT - _LABEL)
        yield " " * _INDENT + self._ink.dim(pad(label, _LABEL)) + lines[0]
        yield from (" " * (_INDENT + _LABEL) + line for line in lines[1:])

    def _indented(self, text: str) -> list[str]:
        return [" " * _INDENT + line for line in self._folded(text, self._columns - _INDENT)]

    def _folded(self, text: str, columns: int) -> list[str]:
        lines = fold(visible(text), columns)
        return lines if len(lines) <= _LONGEST else [*lines[: _LONGEST - 1], "…"]

    def _waived(self) -> Iterator[str]:
        rules = rules_of(self._rules, Outcome.WAIVED)
        if rules:
            yield ""
        for rule in rules:
            yield from self._item("w", f"waived: {rule.rule}" + (f" ({rule.reason})" if rule.reason else ""))

    def _gaps(self, outcome: Outcome) -> Iterator[str]:
        rules = rules_of(self._rules, outcome)
        if rules:
            yield ""
        for reason, group in by_reason(rules).items():
            names = [visible(rule.rule) for rule in group[:_NAMED]]
            if len(group) > _NAMED:
                names.append(f"and {len(group) - _NAMED:,} more")
            yield from self._item("-", f"{OUTCOMES[outcome].en}: {reason}")
            yield from (self._ink.dim(" " * _INDENT + line) for line in flow(names, ", ", self._columns - _INDENT))

    def _item(self, mark: str, text: str) -> Iterator[str]:
        first, *rest = self._indented(text)
        yield f"  {mark} {first.lstrip()}"
        yield from rest


def _inside_a_sentence(sentence: str) -> str:
    """Return *sentence* as it reads after a colon: its first word in lower case unless it is a name."""
    return sentence[:1].lower() + sentence[1:] if re.match(r"[A-Z][a-z]*[ ,]", sentence) else sentence
