"""`wxconform run`: judge a target and give the verdict."""

import argparse
import sys
from pathlib import Path

import pytest

from conformance.commands.pytest_run import run_checks, workers
from conformance.runner.doctor import examine, worst
from conformance.runner.opening import Opened, open_target
from conformance.runner.profiles import PROFILES, require_profile
from conformance.runner.waivers import read_waivers
from conformance.targets.verdicts import ConfigurationError, Inconclusive, Unreachable
from reference.rules import load
from reports.allure_files import clear
from reports.github import publish
from reports.outcomes import Outcome
from reports.stream import read

__all__ = ["add_arguments", "main", "require_folder", "require_health"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe what can be asked of a run."""
    parser.add_argument(
        "target", nargs="?", default="mock", help="mock, sandbox, the URL of a platform, or a name from wxconform.toml (default: mock)"
    )
    parser.add_argument("--profile", default="certify", help=f"how deep to look: {', '.join(PROFILES)} (default: certify)")
    parser.add_argument("--rule", metavar="GLOB", help="judge only the rules whose id matches, such as 'v3.refund.*'")
    parser.add_argument("--seed", type=int, default=1637, help="what all cases are drawn from (default: 1637)")
    parser.add_argument("--fault", metavar="ID", help="seed a fault into the mock, to see it caught")
    parser.add_argument("--identity", metavar="DIR", help="whose keys to use (default: the bundled test identity)")
    parser.add_argument("--ca", metavar="FILE", help="the authority that vouches for an https target, in PEM form")
    parser.add_argument(
        "--report", metavar="DIR", default="conformance-report", help="where to write the run's records (default: conformance-report)"
    )
    parser.add_argument("--allure", metavar="DIR", help="also write Allure results, replacing those of an earlier run in DIR")
    parser.add_argument("--github", action="store_true", help="also write GitHub annotations and the step summary")
    parser.add_argument("--waivers", metavar="FILE", help="take the [[waivers]] of FILE (default: those of wxconform.toml)")
    parser.add_argument("--strict-levels", action="store_true", help="let a broken should count as a violation; a seeded fault always does")
    parser.add_argument(
        "--jobs", type=int, metavar="N", help="how many checks to run at a time (default: one per core when pytest-xdist is installed)"
    )


def main(arguments: argparse.Namespace) -> int:
    """Run, and return the exit code of the verdict."""
    require_profile(arguments.profile)
    _require_rules(arguments.rule)
    read_waivers(arguments.target, Path(arguments.waivers) if arguments.waivers else None)
    opened = open_target(arguments.target, arguments.identity, arguments.fault, ca=arguments.ca)
    require_health(opened)
    require_folder("--report", Path(arguments.report))
    options = ["--target", arguments.target, "--profile", arguments.profile, "--seed", str(arguments.seed), "--report", arguments.report]
    for name in ("rule", "fault", "identity", "ca", "waivers"):
        value = getattr(arguments, name)
        options += [f"--{name}", value] if value else []
    if arguments.strict_levels:
        options.append("--strict-levels")
    if arguments.allure:
        require_folder("--allure", Path(arguments.allure))
        clear(Path(arguments.allure))
        options += ["--alluredir", arguments.allure]
    # Starting workers takes longer than judging a few rules, and a served platform's clock is shared by all checks.
    jobs = 1 if opened.shared else arguments.jobs or (workers() if opened.base_url is None and arguments.rule is None else 1)
    code, session = run_checks(options, parallel=jobs)
    if code == pytest.ExitCode.NO_TESTS_COLLECTED:
        raise Inconclusive(_nothing_judges(arguments.rule))
    if session is not None and session.trouble is not None:
        raise session.trouble
    if arguments.github and session is not None and session.exit_code is not None:
        publish(read(Path(arguments.report) / "run.ndjson"), sys.stdout)
    return 4 if session is None or session.exit_code is None else session.exit_code if code >= 0 else 4


def _nothing_judges(glob: str) -> str:
    """Say why a run of the rules that match *glob* exercised nothing."""
    why = dict.fromkeys(rule.not_judged or "no check judges it" for rule in load().matching(glob))
    return (
        f"Nothing was exercised: no check judges a rule that matches {glob!r} ({'; '.join(why)}).\n"
        f"`wxconform list --rule '{glob}'` shows them."
    )


def _require_rules(glob: str | None) -> None:
    if glob is None:
        return
    book = load()
    if not book.matching(glob):
        book.get_or_suggest(glob)


def require_health(opened: Opened) -> None:
    """Let the doctor look before anything is judged or written."""
    found = worst(list(examine(opened)))
    if found.outcome is Outcome.CONFIG:
        raise ConfigurationError(found.says)
    if found.outcome is Outcome.INCONCLUSIVE:
        raise Unreachable(found.says)


def require_folder(option: str, folder: Path) -> None:
    """Make *folder* unless it is there. Raises ConfigurationError when it cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".wxconform"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ConfigurationError(
            f"{option} {folder} cannot be written to: {error.strerror or error}.\nName a folder of your own, such as {option} ./report."
        ) from error
