"""`wxconform identity`: make a throw-away merchant and platform identity."""

import argparse
from pathlib import Path

from conformance.targets.verdicts import ConfigurationError
from reference.identity import make

__all__ = ["add_arguments", "main"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the folder."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder to write it to; made if missing")


def main(arguments: argparse.Namespace) -> int:
    """Write the identity."""
    try:
        path = make(arguments.folder)
    except FileExistsError as error:
        raise ConfigurationError(str(error)) from error
    except OSError as error:
        raise ConfigurationError(
            f"{arguments.folder} cannot be written to: {error.strerror or error}. Name a folder of your own."
        ) from error
    print(f"wrote {path}\n\nUse it on both sides:\n  wxconform serve --identity {arguments.folder}")
    print(f"  wxconform run http://127.0.0.1:8080 --identity {arguments.folder}")
    print("Its keys are labelled TESTING KEY, so that nobody takes them for real ones: curl and openssl read them once that word is gone.")
    return 0
