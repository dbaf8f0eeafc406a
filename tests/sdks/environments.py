"""An environment of its own for each SDK, made once from the package registries and kept outside the repository."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

__all__ = ["Unavailable", "node_modules", "python_venv"]

_READY = "ready"
_PATIENCE = 170
"""Seconds an installation may take."""


class Unavailable(Exception):  # noqa: N818 - it is a finding about this machine, and becomes a skip
    """An environment cannot be made here; the message says what is missing."""


def python_venv(requirements: tuple[str, ...]) -> Path:
    """Return the interpreter of a venv that holds *requirements*, the first of which names the SDK and its version."""

    def fill(folder: Path) -> None:
        _run(sys.executable, "-m", "venv", str(folder))
        pip = (str(_interpreter(folder)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1")
        _run(*pip, *requirements)

    return _interpreter(_made(f"{requirements[0]}-py{sys.version_info.major}.{sys.version_info.minor}", fill))


def node_modules(package: str) -> Path:
    """Return a folder whose node_modules hold *package*, written as ``name@version``."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise Unavailable("node and npm are not installed")

    def fill(folder: Path) -> None:
        quiet = ("--no-audit", "--no-fund", "--no-save", "--no-package-lock", "--ignore-scripts", "--fetch-retries=1", "--loglevel=error")
        _run(npm, "install", *quiet, "--prefix", str(folder), package)

    return _made(package, fill)


def _interpreter(folder: Path) -> Path:
    return folder / "bin" / "python"


def _made(name: str, fill: Callable[[Path], None]) -> Path:
    """Return the folder *name* of the cache, filled by whoever comes first; what an interrupted fill left is thrown away."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wxconform" / "sdks"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / name
    with (cache / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / _READY).exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            fill(folder)
            (folder / _READY).touch()
    return folder


def _run(*command: str) -> None:
    program = Path(command[0]).name
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{program} did not finish: {error}") from error
    if done.returncode:
        lines = (done.stderr or done.stdout or "no output").strip().splitlines()
        said = next((line for line in lines if line.lower().startswith(("error", "npm error"))), lines[-1])
        raise Unavailable(f"{program} says: {said}")
