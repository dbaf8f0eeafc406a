"""`wxconform coverage`: what there is for every operation of the plan, counted and never typed by hand."""

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from conformance.commands.catalogue import faults_by_rule
from conformance.commands.pytest_run import run_checks, workers
from conformance.runner.profiles import require_profile
from conformance.runner.rows import COLUMNS, Covered, candidates, caught_at, cover
from conformance.targets.verdicts import ConfigurationError
from reference.contract.rows import FAMILIES
from reference.rules import load
from reports.model import CheckFinished

__all__ = ["add_arguments", "main"]

_ROUNDS = (3, 6, 12, 40, 200)
"""How many faults are tried for an operation at which none was caught yet, round by round."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what can be counted."""
    parser.add_argument("--family", choices=FAMILIES, help="only the operations of one family")
    parser.add_argument("--profile", default="certify", help="how deep the run looks that is counted (default: certify)")
    parser.add_argument("--seed", type=int, default=1637, help="what all cases are drawn from (default: 1637)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="text for people, json for programs (default: text)")
    parser.add_argument("--jobs", type=int, metavar="N", help="how many checks to run at a time")
    parser.add_argument("--strict", action="store_true", help="exit 1 unless every operation that is listed has everything")


def main(arguments: argparse.Namespace) -> int:
    """Run every check against the mock, then faults against their checks, and print what each operation has."""
    require_profile(arguments.profile)
    options = ["--profile", arguments.profile, "--seed", str(arguments.seed)]
    if arguments.family is not None:
        options += ["--rule", f"{arguments.family}.*"]
    parallel = arguments.jobs or workers()
    judged = arguments.family is None or bool(load().matching(f"{arguments.family}.*"))
    checks = [check for check, _ in _checks(options, parallel)] if judged else []
    rows = [row for row in cover(checks, _caught(checks, options, parallel)) if arguments.family in {None, row.row.family}]
    if arguments.format == "json":
        print(json.dumps([_as_json(row) for row in rows], ensure_ascii=False, indent=2))
    else:
        _print(rows)
    return 1 if arguments.strict and not all(row.complete for row in rows) else 0


def _caught(checks: Sequence[CheckFinished], options: Sequence[str], parallel: int) -> Mapping[str, Sequence[str]]:
    """Return the faults caught at each operation, trying no more of them than it takes to have one everywhere."""
    rules = {rule: [fault.id for fault in faults] for rule, faults in faults_by_rule().items()}
    left = {operation: list(faults) for operation, faults in candidates(checks, rules).items()}
    caught: dict[str, set[str]] = defaultdict(set)
    tried: set[str] = set()
    for most in _ROUNDS:
        wanted = {fault for operation, faults in left.items() if not caught[operation] for fault in faults[:most]} - tried
        if not wanted:
            continue
        tried |= wanted
        for check, fault in _seeded(wanted, options, parallel):
            for operation in filter(None, map(caught_at, check.findings)):
                caught[operation].add(fault)
    return {operation: sorted(faults) for operation, faults in caught.items()}


def _seeded(faults: Iterable[str], options: Sequence[str], parallel: int) -> list[tuple[CheckFinished, str]]:
    with tempfile.TemporaryDirectory() as folder:
        named = Path(folder) / "faults"
        named.write_text("\n".join(sorted(faults)), encoding="utf-8")
        return [(check, fault) for check, fault in _checks([*options, "--selftest", "--seeded", str(named)], parallel) if fault is not None]


def _checks(options: Sequence[str], parallel: int) -> list[tuple[CheckFinished, str | None]]:
    _, session = run_checks(options, parallel=parallel, quiet=True)
    if session is None:
        raise ConfigurationError("pytest could not start the checks; run `pytest conformance/checks` to see why.")
    return session.judged


def _as_json(row: Covered) -> dict[str, Any]:
    plan = row.row
    return {
        "row": plan.row,
        "family": plan.family,
        "mode": plan.mode,
        "method": plan.method,
        "path": plan.path,
        "title": plan.title,
        "operation": row.operation,
        "has": dict(row.ticks),
        "requests": {"accepted": row.accepted, "refused": row.refused},
        "checks": list(row.checks),
        "rules": list(row.rules),
        "faults": list(row.faults),
    }


def _print(rows: Sequence[Covered]) -> None:
    names = [f"{row.row.method} {row.row.path}" for row in rows]
    width = max(map(len, names)) + 1
    print(f"{'row':<10}{'operation':<{width}}contract  mock  accepted  refused  checks  faults")
    for row, name in zip(rows, names, strict=True):
        figures = (row.accepted, row.refused, len(row.checks), len(row.faults))
        counted = "".join(f"{figure or '–':>{room}}" for figure, room in zip(figures, (10, 9, 8, 8), strict=True))
        contract, mock = ("✓" if there else "–" for there in (row.operation, row.mock))
        print(f"{row.row.row:<10}{name:<{width}}{contract:>8}{mock:>6}{counted}")
    print()
    for family in dict.fromkeys(row.row.family for row in rows):
        of_family = [row for row in rows if row.row.family == family]
        shares = ", ".join(f"{column} {sum(row.ticks[column] for row in of_family)}" for column in COLUMNS)
        print(f"{family:<9}{sum(row.complete for row in of_family):>4} of {len(of_family)} complete: {shares}")
    print("\nAccepted and refused are requests of one run.")
    print("Faults are those that an answer of the operation gave away; no more were tried than it took to find one.")
