"""`wxconform vectors`: run known answers through the oracles."""

import argparse

from conformance.runner import vectors_command

__all__ = ["add_arguments", "main"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name files and folders."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files or folders of the vector schema (default: those that come with the suite)"
    )


def main(arguments: argparse.Namespace) -> int:
    """Run them; exit 1 on any mismatch."""
    return vectors_command.main(arguments.paths)
