"""`wxconform doctor`: find configuration mistakes before any check runs."""

import argparse

from conformance.runner.doctor import examine, worst
from conformance.runner.opening import open_target
from reports.outcomes import Outcome

__all__ = ["add_arguments", "main"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what can be examined."""
    parser.add_argument(
        "target", nargs="?", default="mock", help="mock, sandbox, the URL of a platform, or a name from wxconform.toml (default: mock)"
    )
    parser.add_argument("--identity", metavar="DIR", help="whose keys to use (default: the bundled test identity)")
    parser.add_argument("--ca", metavar="FILE", help="the authority that vouches for an https target, in PEM form")


def main(arguments: argparse.Namespace) -> int:
    """Examine the target; exit 0 when all is well, 2 for a mistake of configuration, 3 when it cannot be reached."""
    symptoms = []
    for symptom in examine(open_target(arguments.target, arguments.identity, None, ca=arguments.ca)):
        symptoms.append(symptom)
        print(f"  {symptom.name:<12}{'ok' if symptom.outcome is Outcome.PASSED else symptom.outcome:<14}{symptom.says}")
    decisive = worst(symptoms).outcome
    return {Outcome.CONFIG: 2, Outcome.INCONCLUSIVE: 3}.get(decisive, 0)
