"""`wxconform fuzz`: draw requests from the contract and judge every answer."""

import argparse
import sys
from pathlib import Path

from conformance.commands.run import require_folder, require_health
from conformance.runner.fuzz import FAMILIES, PHASES, FuzzOptions, fuzz
from conformance.runner.opening import open_target
from conformance.targets.verdicts import ConfigurationError, SuiteFault

__all__ = ["add_arguments", "main"]

_FOLDER = "conformance-report-fuzz"
_MOST_EXAMPLES = 100_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what can be asked of a fuzzing run."""
    parser.add_argument(
        "target", nargs="?", default="mock", help="mock, the URL of a platform, or a name from wxconform.toml (default: mock)"
    )
    parser.add_argument(
        "--phase",
        action="append",
        choices=PHASES,
        help="every boundary of the contract (coverage, the default), random requests (fuzzing), chains of them (stateful); repeatable",
    )
    parser.add_argument("--family", action="append", choices=FAMILIES, help="only operations of this family; repeatable (default: all)")
    parser.add_argument(
        "--max-examples", type=int, default=50, metavar="N", help="random requests per operation, and a quarter of the chains (default: 50)"
    )
    parser.add_argument("--seed", type=int, default=1637, help="what random requests and chains are drawn from (default: 1637)")
    parser.add_argument("--fault", metavar="ID", help="seed a fault into the mock, to see it caught")
    parser.add_argument("--identity", metavar="DIR", help="whose keys to use (default: the bundled test identity)")
    parser.add_argument("--ca", metavar="FILE", help="the authority that vouches for an https target, in PEM form")
    parser.add_argument(
        "--report",
        metavar="DIR",
        default=_FOLDER,
        help=f"where to write the records (default: {_FOLDER}, so that those of a run stay)",
    )
    parser.add_argument("--strict-levels", action="store_true", help="let a broken should count as a violation; a seeded fault always does")


def main(arguments: argparse.Namespace) -> int:
    """Fuzz, and return the exit code of the verdict."""
    if not 1 <= arguments.max_examples <= _MOST_EXAMPLES:
        raise ConfigurationError(
            f"--max-examples {arguments.max_examples} draws nothing, or for ever. Name a number from 1 to {_MOST_EXAMPLES:,}, such as 50."
        )
    opened = open_target(arguments.target, arguments.identity, arguments.fault, ca=arguments.ca)
    if opened.shared:
        raise ConfigurationError(
            f"{arguments.target} is not fuzzed: it is somebody else's, and takes few requests. Fuzz an imitation: `wxconform fuzz mock`."
        )
    require_health(opened)
    folder = Path(arguments.report)
    require_folder("--report", folder)
    phases = tuple(phase for phase in PHASES if phase in (arguments.phase or PHASES[:1]))
    families = tuple(family for family in FAMILIES if family in (arguments.family or FAMILIES))
    options = FuzzOptions(
        phases,
        families,
        arguments.max_examples,
        arguments.seed,
        arguments.fault,
        arguments.identity,
        folder,
        strict=arguments.strict_levels,
        ca=arguments.ca,
    )
    try:
        code = fuzz(opened, options)
    except SuiteFault as fault:
        print(f"wxconform fuzz: {fault}", file=sys.stderr)
        return 4
    if code == 1 and arguments.report != _FOLDER:
        print(f"\nReplay a finding with: wxconform replay ID --report {folder}")
    return code
