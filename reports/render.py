"""From a stream to the files of a report folder."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from reports import html, junit, sarif
from reports.errors import unwritable
from reports.model import Run
from reports.stream import read

__all__ = ["PROJECTIONS", "render_all"]

PROJECTIONS: dict[str, Callable[[Run], str]] = {
    "junit.xml": junit.render,
    "run.sarif": sarif.render,
    "index.html": html.render,
}
"""What is drawn from a stream: the name of a file in the report folder, and how its text is made."""


def render_all(run_path: Path, folder: Path) -> list[Path]:
    """Draw every projection of the stream at *run_path* into *folder* and return the files.

    Everything is drawn and written aside before anything takes its place. Raises `StreamError` for a stream
    that cannot be read and `ReportError` for a folder that cannot be written.
    """
    run = read(run_path)
    texts = {folder / name: draw(run) for name, draw in PROJECTIONS.items()}
    drafts: dict[Path, Path] = {}
    try:
        for path, text in texts.items():
            drafts[path] = _draft(path)
            drafts[path].write_text(text, encoding="utf-8", newline="\n")
        for path, draft in drafts.items():
            draft.replace(path)
    except OSError as error:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
        raise unwritable(folder, error) from error
    return list(texts)


def _draft(path: Path) -> Path:
    """Return an empty file beside *path*, readable as *path* shall be: a name of its own, since two renderings may go at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(file)
    draft = Path(name)
    draft.chmod(0o644)
    return draft
