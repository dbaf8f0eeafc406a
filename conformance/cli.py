"""The command line: a thin front that can do nothing pytest and the library cannot."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from conformance.version import VERSION

__all__ = ["main"]

_COMMANDS = {
    "run": "judge a target and give the verdict",
    "fuzz": "draw requests from the contract and judge the answers",
    "doctor": "find configuration mistakes before any check runs",
    "list": "list the rules, and what judges them",
    "explain": "explain one rule in full",
    "coverage": "count what there is for every operation of the plan",
    "replay": "send a finding's shortest case again",
    "report": "draw a run again from its records",
    "vectors": "run known answers through the oracles",
    "serve": "run the reference platform behind HTTP",
    "identity": "make a throw-away merchant and platform identity",
    "selftest": "prove the suite by breaking the platform it trusts",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    0 conformant or done · 1 violations · 2 wrong usage or configuration · 3 target unreachable or inconclusive · 4 fault of the suite.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(
        prog="wxconform", description="The referee for WeChat Pay integrations.", epilog="Without a command: run mock."
    )
    parser.add_argument("--version", action="version", version=f"wxconform {VERSION}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    chosen = next((word for word in words if word in _COMMANDS), "run")
    for name, says in _COMMANDS.items():
        sub = commands.add_parser(name, help=says, description=says[0].upper() + says[1:] + ".")
        # Only the chosen command is imported: `wxconform identity` must not wait for pytest.
        if name == chosen:
            import_module(f"conformance.commands.{name}").add_arguments(sub)
    arguments = parser.parse_args(words or ["run"])
    if arguments.command is None:
        parser.print_help()
        return 2
    return _guarded(arguments)


def _guarded(arguments: argparse.Namespace) -> int:
    from conformance.targets.verdicts import ConfigurationError, Inconclusive, NotApplicable  # noqa: PLC0415 - keeps --help instant
    from reference.platform.faults import UnknownFault  # noqa: PLC0415
    from reference.rules import UnknownRule  # noqa: PLC0415
    from reports.errors import ReportError  # noqa: PLC0415

    try:
        return int(import_module(f"conformance.commands.{arguments.command}").main(arguments))
    except (ConfigurationError, UnknownFault, UnknownRule) as error:
        return _complain(arguments.command, _first(error), 2)
    except ReportError as error:
        return _complain(arguments.command, str(error), 2)
    except (Inconclusive, NotApplicable) as error:
        return _complain(arguments.command, _first(error), 3)
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return _complain(arguments.command, "stopped by the keyboard; the records written so far are kept", 3)


def _first(error: Exception) -> str:
    return str(error.args[0]) if error.args else str(error)


def _complain(command: str, says: str, code: int) -> int:
    print(f"wxconform {command}: {says}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
