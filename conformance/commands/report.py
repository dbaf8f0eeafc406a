"""`wxconform report`: draw a run again from its records."""

import argparse
import sys
import webbrowser
from pathlib import Path

from reports.github import publish
from reports.render import render_all
from reports.stream import PART_SUFFIX, read
from reports.terminal import Terminal

__all__ = ["add_arguments", "main"]

_STREAM = "run.ndjson"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the run, and where to draw it."""
    parser.epilog = (
        "Everything is drawn from the stream alone: the page, and the files for other tools. A stream that ends in .part, which a run "
        "that was killed leaves behind, is drawn as incomplete. Exit code 0 when it is drawn, whatever the verdict; 2 when it cannot be."
    )
    parser.add_argument("run", type=Path, metavar="RUN.ndjson", help="the stream of a run, or the folder that holds it")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="where to draw it (default: the folder of the stream)")
    parser.add_argument("--github", action="store_true", help="also write annotations and a step summary, as GitHub Actions reads them")
    parser.add_argument("--open", choices=("yes", "no"), default="no", help="show the page in a browser when it is drawn (default: no)")


def main(arguments: argparse.Namespace) -> int:
    """Draw the run and show its summary; exit 0 when that is done. Raises `ReportError`."""
    stream = _stream(arguments.run)
    folder = arguments.to or stream.parent
    drawn = render_all(stream, folder)
    page = next(path for path in drawn if path.suffix == ".html")
    run = read(stream)
    Terminal(sys.stdout, page=str(page)).show_run(run)
    if arguments.github:
        publish(run, sys.stdout)
    if arguments.open == "yes":
        webbrowser.open(page.resolve().as_uri())
    return 0


def _stream(named: Path) -> Path:
    """Return the stream a person means: of a folder the finished run, else the unfinished one."""
    if not named.is_dir():
        return named
    whole = named / _STREAM
    part = whole.with_name(whole.name + PART_SUFFIX)
    return part if part.exists() and not whole.exists() else whole
