"""`wxconform selftest`: prove the suite by breaking the platform it trusts."""

import argparse
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from conformance.commands.catalogue import checks_by_rule, faults_by_rule
from conformance.commands.pytest_run import run_checks, workers
from conformance.runner.profiles import require_profile
from conformance.targets.verdicts import ConfigurationError
from reference.platform.faults import SeededFault, seeded_faults
from reference.rules import load
from reports.model import CheckFinished
from reports.outcomes import Outcome

__all__ = ["add_arguments", "main"]

_BROKEN = {Outcome.VIOLATED, Outcome.ADVISORY}


@dataclass(frozen=True)
class Killed:
    """What became of a seeded fault: the checks of its rule that caught it, and those that did not."""

    fault: SeededFault
    by: tuple[str, ...]
    missed: tuple[str, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what can be proven."""
    parser.add_argument("--rule", metavar="GLOB", help="only the faults of rules whose id matches")
    parser.add_argument("--profile", default="certify", help="how deep each check looks (default: certify)")
    parser.add_argument("--seed", type=int, default=1637, help="what all cases are drawn from (default: 1637)")
    parser.add_argument("--jobs", type=int, metavar="N", help="how many checks to run at a time")
    parser.add_argument("--verbose", action="store_true", help="name every fault and the checks that caught it")


def main(arguments: argparse.Namespace) -> int:
    """Run every check against every fault of its rules; exit 1 when one survives, or the unbroken platform is blamed."""
    require_profile(arguments.profile)
    began = time.perf_counter()
    glob = ["--rule", arguments.rule] if arguments.rule else []
    options = ["--profile", arguments.profile, "--seed", str(arguments.seed), *glob]
    parallel = arguments.jobs or workers()
    blamed = [check for check, _ in _checks(options, parallel) if check.outcome is not Outcome.PASSED]
    rows = _kill(options, parallel, arguments.rule)
    survived = [row for row in rows if not row.by]
    for row in rows:
        if arguments.verbose or not row.by:
            print(f"  {'killed' if row.by else 'SURVIVED':<10}{row.fault.id:<56} {row.fault.rule}")
            for name in row.by or row.missed:
                print(f"            {'by' if row.by else 'missed by'} {name}")
    for check in blamed:
        print(f"  FALSE ALARM  {check.check}: {check.outcome} {check.reason or ''} {check.findings[0].sentence if check.findings else ''}")
    without = _gaps(arguments.rule)
    for rule, lacks in without.items():
        print(f"  INCOMPLETE {rule}: no {' and no '.join(lacks)}")
    print(
        f"{len(rows) - len(survived)} of {len(rows)} faults killed · {len(survived)} survived · {len(without)} rules incomplete · "
        f"{len(blamed)} false alarms on the unbroken reference · {time.perf_counter() - began:.0f} s"
    )
    return 1 if survived or blamed or without else 0


def _kill(options: list[str], parallel: int, glob: str | None) -> list[Killed]:
    """Try every fault first with a sample of all cases, which catches most; those that live on, with every case."""
    tried = _checks([*options, "--profile", "smoke", "--selftest"], parallel)
    left = [row.fault.id for row in _matrix(tried, glob) if not row.by]
    if left:
        with tempfile.TemporaryDirectory() as folder:
            named = Path(folder) / "faults"
            named.write_text("\n".join(left), encoding="utf-8")
            tried += _checks([*options, "--selftest", "--seeded", str(named)], parallel)
    return _matrix(tried, glob)


def _checks(options: list[str], parallel: int) -> list[tuple[CheckFinished, str | None]]:
    _, session = run_checks(options, parallel=parallel, quiet=True)
    if session is None:
        raise ConfigurationError("pytest could not start the checks; run `pytest conformance/checks` to see why.")
    return session.judged


def _matrix(checks: list[tuple[CheckFinished, str | None]], glob: str | None) -> list[Killed]:
    said: dict[str, list[CheckFinished]] = defaultdict(list)
    for check, fault in checks:
        said[fault or ""].append(check)
    wanted = {rule.id for rule in load().matching(glob or "*")}
    return [_killed(fault, said[fault.id]) for fault in seeded_faults().values() if fault.rule in wanted]


def _killed(fault: SeededFault, checks: list[CheckFinished]) -> Killed:
    def caught(check: CheckFinished) -> bool:
        return check.outcome in _BROKEN and any(finding.rule == fault.rule for finding in check.findings)

    return Killed(
        fault, tuple(check.check for check in checks if caught(check)), tuple(check.check for check in checks if not caught(check))
    )


def _gaps(glob: str | None) -> dict[str, list[str]]:
    gaps: dict[str, list[str]] = {}
    for rule in load().matching(glob or "*"):
        if "platform" not in rule.subjects or rule.not_judged:
            continue
        lacks = [name for name, found in (("check", checks_by_rule()), ("fault", faults_by_rule())) if rule.id not in found]
        if lacks:
            gaps[rule.id] = lacks
    return gaps
