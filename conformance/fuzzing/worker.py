"""The process schemathesis lives in: fuzzes one target in one phase and tells what it saw in lines of JSON, the last one ``done``.

Started as `python -m conformance.fuzzing` by `conformance.runner.fuzz`, never imported by it.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import BaseSchema

from conformance.fuzzing.document import document_for, known_values, operations_for
from conformance.fuzzing.fuzzer import Fuzzer
from conformance.fuzzing.stateful import run_chains
from conformance.runner.opening import open_target
from conformance.runner.profiles import Profile, apply
from conformance.targets.verdicts import Inconclusive, SuiteFault, Violation
from reports.model import CheckFinished, to_dict

__all__ = ["LanePhase", "current", "main"]

_LANE = Path(__file__).with_name("lane.py")
_CHAINS = 4
"""Chains for each example asked for: only some of them come to paid orders, and of these only some to refunds."""
_CODEC = "gbk"
"""Texts are drawn in Chinese and ASCII: characters of four bytes would be refused everywhere, and have rules and checks of their own."""
_current: list["LanePhase"] = []


class LanePhase:
    """A phase that schemathesis' pytest plugin drives, operation by operation."""

    def __init__(self, schema: BaseSchema, fuzzer: Fuzzer, *, shrinks: bool) -> None:
        self.schema = schema
        self._fuzzer = fuzzer
        self._shrinks = shrinks
        self.stopped: BaseException | None = None

    def attempt(self, case: schemathesis.Case[Any]) -> None:
        """Send one case; raise what is to be shrunk."""
        self._fuzzer.renew()
        violations = self._fuzzer.attempt(case)
        worst = self._fuzzer.first(case, violations) if self._shrinks else None
        if worst is not None:
            raise worst

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """See whether an item ended otherwise than by what was looked for."""
        error = call.excinfo.value if call.excinfo is not None else None
        if error is None or isinstance(error, Violation | pytest.skip.Exception):
            return
        if isinstance(error, BaseExceptionGroup):
            rest = error.split(Violation)[1]
            if rest is None:
                return
        if isinstance(error, Inconclusive):
            self.stopped = error
            item.session.shouldstop = str(error)
            return
        method, _, path = item.name.partition("[")[2].rstrip("]").partition(" ")
        self._fuzzer.broke_down(method, path, error)


def current() -> LanePhase:
    """Return the phase of this process."""
    return _current[0]


def main(words: list[str] | None = None) -> int:
    """Fuzz, and return 0; 3 when the target stopped answering."""
    asked = _arguments().parse_args(words)
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    # What libraries print must not stand between the lines.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    tell = _teller(out)
    try:
        _fuzz(asked, lambda check: tell(to_dict(check)))
    except Inconclusive as doubt:
        tell({"stopped": str(doubt)})
        return 3
    tell({"done": True})
    return 0


def _fuzz(asked: argparse.Namespace, emit: Callable[[CheckFinished], None]) -> None:
    apply(Profile("fuzz", asked.max_examples, asked.max_examples, 8))
    opened = open_target(asked.target, asked.identity, asked.fault, ca=asked.ca)
    first = opened.platform(asked.seed, asked.fault)
    operations = tuple(each for family in asked.family for each in operations_for(family, first))
    values = known_values(opened.identity, first.now())
    first.close_connections()
    fuzzer = Fuzzer(opened, operations, asked.phase, seed=asked.seed, fault=asked.fault, emit=emit)
    schema = _schema(document_for(operations, values, brief=asked.phase == "stateful"), fuzzer, asked)
    if asked.phase == "stateful":
        run_chains(schema, fuzzer, chains=_CHAINS * asked.max_examples, number=asked.seed)
    else:
        _run_lane(LanePhase(schema, fuzzer, shrinks=asked.phase == "fuzzing"))
    fuzzer.finish()


def _schema(document: dict[str, Any], fuzzer: Fuzzer, asked: argparse.Namespace) -> BaseSchema:
    schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig(seed=asked.seed))
    config = schema.config
    # A chain is as long as its successes; what is wrong by itself has phases of its own.
    config.generation.modes = [GenerationMode.POSITIVE] if asked.phase == "stateful" else list(GenerationMode)
    config.generation.codec = _CODEC
    # The seed decides; what schemathesis calls deterministic would overrule it. Nothing is remembered from run to run.
    config.generation.deterministic = False
    config.generation.database = "none"
    config.generation.max_examples = asked.max_examples
    config.phases.examples.enabled = False
    config.phases.coverage.enabled = asked.phase == "coverage"
    config.phases.coverage.unexpected_methods = set()
    config.phases.fuzzing.enabled = asked.phase == "fuzzing"
    # The links are ours, drawn from the machines; guessed ones would lead orders into refunds that are none of theirs.
    config.phases.stateful.inference.algorithms = []
    schema.auth.set_from_requests(fuzzer.auth)
    return schema


def _run_lane(phase: LanePhase) -> None:
    _current[:] = [phase]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    quiet = [word for name in ("terminal", "cacheprovider", "junitxml", "logging", "faulthandler") for word in ("-p", f"no:{name}")]
    code = pytest.main(
        [
            str(_LANE),
            "-c",
            os.devnull,
            "--rootdir",
            str(_LANE.parent),
            "-p",
            "schemathesis.pytest.plugin",
            "--import-mode=importlib",
            *quiet,
        ],
        plugins=[phase],
    )
    if phase.stopped is not None:
        raise phase.stopped
    if code not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        raise SuiteFault(f"pytest ended with {code!r}")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--phase", required=True)
    parser.add_argument("--max-examples", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--family", action="append", required=True)
    parser.add_argument("--fault")
    parser.add_argument("--identity")
    parser.add_argument("--ca")
    return parser


def _teller(out: TextIO) -> Callable[[dict[str, Any]], None]:
    def tell(members: dict[str, Any]) -> None:
        out.write(json.dumps(members, ensure_ascii=True) + "\n")
        out.flush()

    return tell
