"""`wxconform serve` in a process of its own, to be stopped or killed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

__all__ = ["Process", "serving"]


class Process:
    """A served platform at `url`; leaving the context kills it without warning, as a power cut would."""

    def __init__(self, *options: str) -> None:
        words = [sys.executable, "-m", "conformance", "serve", "--port", "0", *options]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None  # a pipe was asked for
        first = self.process.stdout.readline()
        assert first.startswith("listening "), first or self.process.communicate()[1]
        self.url = first.removeprefix("listening ").strip()

    def kill(self) -> None:
        """Kill it with SIGKILL, whatever it is doing."""
        self.process.kill()
        self.process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()


@contextmanager
def serving(*options: str) -> Iterator[str]:
    """Serve with *options* while the context lasts; give the base URL."""
    with Process(*options) as process:
        yield process.url
