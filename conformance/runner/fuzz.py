"""A fuzzing run: schemathesis works in a process of its own, and what it finds becomes the events of a run like any other."""

import json
import shlex
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from conformance.fuzzing.document import operations_for
from conformance.fuzzing.judging import RULES
from conformance.fuzzing.judging_v2 import RULES_V2
from conformance.runner.judging import groups_of, header, judge_rule
from conformance.runner.opening import Opened
from conformance.runner.phases import before_checks
from conformance.targets.verdicts import SuiteFault, Unreachable
from reference.rules import RISKS, Rule, load
from reports.model import CheckFinished, Event, PhaseFinished, RuleJudged, RunFinished, from_dict
from reports.outcomes import Outcome, count
from reports.redaction import Redactor
from reports.render import render_all
from reports.stream import StreamWriter
from reports.terminal import Terminal
from reports.verdict import conclude

__all__ = ["FAMILIES", "PHASES", "FuzzOptions", "draws", "fuzz", "record"]

FAMILIES = ("v3", "v2")
"""What can be drawn: JSON and XML."""
PHASES = ("coverage", "fuzzing", "stateful")
"""What schemathesis can do: every boundary of the contract in turn, random requests, chains of them."""
_RULES = {"v3": RULES, "v2": RULES_V2}
_NOTHING_REACHED = "no drawn request gave occasion to judge it"
_LAST_WORDS = 800


@dataclass(frozen=True)
class FuzzOptions:
    """What to fuzz with: *phases* in their order on *families*, *max_examples* per operation (four times as many chains) from *seed*."""

    phases: tuple[str, ...]
    families: tuple[str, ...]
    max_examples: int
    seed: int
    fault: str | None
    identity: str | None
    folder: Path
    strict: bool = False
    ca: str | None = None


def fuzz(opened: Opened, options: FuzzOptions) -> int:
    """Fuzz *opened*, write the records to the options' folder, and return the exit code of the verdict.

    Raises Unreachable when the target stops answering, SuiteFault when the worker does not come to its end.
    """
    if find_spec("schemathesis") is None:
        raise SuiteFault("schemathesis is not installed beside the suite; `pip install 'schemathesis~=4.32'` brings it back.")
    began = time.perf_counter()
    redactor = Redactor(opened.identity.secrets())
    stream = StreamWriter(options.folder / "run.ndjson", redactor)
    terminal = Terminal(sys.stdout, page=str(options.folder / "index.html"))

    def write(event: Event) -> None:
        terminal.show(stream.write(event))

    libraries = ("schemathesis", "hypothesis", "cryptography")
    write(
        header(
            opened,
            profile="fuzz",
            seed=options.seed,
            command=_command(opened, options),
            fault=options.fault,
            rules_glob=None,
            libraries=libraries,
        )
    )
    phases: list[PhaseFinished] = []
    checks: list[CheckFinished] = []
    for phase in before_checks(opened):
        phases.append(phase)
        write(phase)
    terminal.expect(len(options.phases) * _operations(opened, options.families))
    for name in options.phases:
        found = []
        for check in draws(opened.name, name, options):
            found.append(check)
            write(check)
        checks += found
        for phase in groups_of(found):
            phases.append(phase)
            write(phase)
    judged = _judged(checks, options.families, strict=options.strict or options.fault is not None)
    for rule in judged:
        write(rule)
    verdict, sentence = conclude(judged, phases, risks=[risk.id for risk in RISKS])
    write(
        RunFinished(
            verdict=verdict,
            sentence=sentence,
            exit_code=verdict.exit_code,
            counts=count(rule.outcome for rule in judged),
            exchanges=sum(check.exchanges for check in checks),
            seconds=round(time.perf_counter() - began, 2),
        )
    )
    stream.close()
    render_all(options.folder / "run.ndjson", options.folder)
    return verdict.exit_code


def _operations(opened: Opened, families: Sequence[str]) -> int:
    target = opened.platform(0, None)
    try:
        return sum(len(operations_for(family, target)) for family in families)
    finally:
        target.close_connections()


def _judged(checks: Sequence[CheckFinished], families: Sequence[str], *, strict: bool) -> list[RuleJudged]:
    said: dict[str, list[CheckFinished]] = defaultdict(list)
    for check in checks:
        for rule in check.spoken_of:
            said[rule].append(check)
    book = load()
    every = dict.fromkeys((*(rule for family in families for rule in _RULES[family]), *said))
    return [_judge(book[rule], said[rule], strict=strict) for rule in every]


def _judge(rule: Rule, checks: Sequence[CheckFinished], *, strict: bool) -> RuleJudged:
    judged = judge_rule(rule, checks, strict=strict)
    if checks:
        return judged
    return replace(judged, outcome=Outcome.NOT_EXERCISED, reason=_NOTHING_REACHED)


def draws(target: str, phase: str, options: FuzzOptions) -> Iterator[CheckFinished]:
    """Yield what a worker says of each operation in one *phase*."""
    words = [sys.executable, "-m", "conformance.fuzzing", target, "--phase", phase]
    words += [word for family in options.families for word in ("--family", family)]
    words += ["--max-examples", str(options.max_examples), "--seed", str(options.seed)]
    for name in ("fault", "identity", "ca"):
        value = getattr(options, name)
        words += [f"--{name}", value] if value else []
    with ExitStack() as stack:
        errors = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace"))
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": errors, "text": True, "encoding": "utf-8"}
        worker = stack.enter_context(subprocess.Popen(words, **pipes))  # noqa: S603 - our own module, no shell
        stack.callback(worker.kill)
        assert worker.stdout is not None  # it is a pipe
        ended = False
        for line in worker.stdout:
            said = record(line)
            if "stopped" in said:
                raise Unreachable(str(said["stopped"]))
            ended = "done" in said
            if not ended:
                yield _check(said)
        code = worker.wait()
        if not ended or code:
            raise SuiteFault(f"The process that fuzzes ended early in the {phase} phase, with exit code {code}.\n{_last_words(errors)}")


def record(line: str) -> dict[str, Any]:
    """Return what a worker said in one *line*. Raises SuiteFault for what is no JSON object."""
    try:
        said = json.loads(line)
    except ValueError:
        raise SuiteFault(f"The process that fuzzes said something that is no record: {line[:200]!r}") from None
    if not isinstance(said, dict):
        raise SuiteFault(f"The process that fuzzes said something that is no record: {line[:200]!r}")
    return said


def _check(said: dict[str, Any]) -> CheckFinished:
    event = from_dict(said)
    assert isinstance(event, CheckFinished)  # a worker tells of nothing else
    return event


def _last_words(errors: IO[str]) -> str:
    errors.seek(0)
    return errors.read().strip()[-_LAST_WORDS:] or "(none)"


def _command(opened: Opened, options: FuzzOptions) -> str:
    words = ["wxconform", "fuzz", opened.name]
    for phase in options.phases:
        words += ["--phase", phase]
    words += [word for family in options.families for word in ("--family", family)]
    words += ["--max-examples", str(options.max_examples), "--seed", str(options.seed)]
    for name in ("fault", "identity", "ca"):
        value = getattr(options, name)
        words += [f"--{name}", value] if value else []
    return shlex.join(words)
