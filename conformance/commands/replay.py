"""`wxconform replay`: send a finding's shortest case again."""

import argparse
from pathlib import Path

from conformance.runner.opening import SANDBOX, open_target
from conformance.runner.replay import find, holds, replay
from conformance.targets.verdicts import ConfigurationError

__all__ = ["add_arguments", "main"]


_FOLDERS = ("conformance-report", "conformance-report-fuzz")
"""Where `wxconform run` and `wxconform fuzz` write unless told otherwise."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the finding."""
    parser.add_argument("finding", metavar="ID", help="the finding's id, such as 8F3KQ2")
    parser.add_argument(
        "--report", metavar="DIR", type=Path, help=f"the folder of the run (default: {' or '.join(_FOLDERS)}, whichever has the finding)"
    )
    parser.add_argument("--target", help="another target to send it to (default: the one of the run, seeded fault included)")
    parser.add_argument("--identity", metavar="DIR", help="whose keys to use (default: the bundled test identity)")
    parser.add_argument("--ca", metavar="FILE", help="the authority that vouches for an https target, in PEM form")


def main(arguments: argparse.Namespace) -> int:
    """Send it again; exit 1 when every answer is as it was, 0 when something is answered otherwise now."""
    run, finding = find(_folder(arguments), arguments.finding)
    if arguments.target is None and run.started.target.name == SANDBOX:
        raise ConfigurationError(f"This finding is of the sandbox, which is asked only when it is named: add --target {SANDBOX}.")
    fault = run.started.fault if arguments.target is None else None
    target = arguments.target or run.started.target.name
    platform = open_target(target, arguments.identity, fault, ca=arguments.ca).platform(run.started.seed, fault)
    print(
        f"replay {finding.id} · {finding.rule} · target {target}{f' · fault {fault}' if fault else ''}\n"
        f"  {finding.sentence}\n  shortest   {finding.shortest}\n"
    )
    try:
        steps = replay(finding, platform)
    finally:
        platform.close_connections()
    for step in steps:
        outcome = "" if step.then is None else step.now if step.same else f"{step.now}   then: {step.then}"
        print(f"  {step.label:<72} {outcome}")
    again = all(step.same for step in steps)
    print(
        f"\n  expected   {finding.expected}\n  "
        + ("It happens again: every answer is as it was." if again else "It does not happen again: the target answers otherwise now.")
    )
    return 1 if again else 0


def _folder(arguments: argparse.Namespace) -> Path:
    """Return the folder named, else of those there are usually the one that has the finding."""
    if arguments.report is not None:
        return Path(arguments.report)
    written = [Path(name) for name in _FOLDERS if (Path(name) / "run.ndjson").is_file()]
    return next((folder for folder in written if holds(folder, arguments.finding)), Path(_FOLDERS[0]))
