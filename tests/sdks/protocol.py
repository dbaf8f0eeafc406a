"""Our side of the line protocol: one JSON object a line to the SDK's process, one back."""

import json
import os
import queue
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from typing import Any

__all__ = ["DriverError", "Player", "Refused"]

_PATIENCE = 60
"""Seconds the SDK has for one answer; only a hanging one needs them."""


class Refused(Exception):  # noqa: N818 - what an SDK says no to is a finding, not an error of ours
    """The SDK refused what it was given; the message is its own."""


class DriverError(Exception):
    """The driver, not the SDK, could not do what it was asked."""


class Player:
    """An SDK in a process of its own, started by *command*, with nothing of our environment but PATH."""

    def __init__(self, command: Sequence[str]) -> None:
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            encoding="utf-8",
            env={"PATH": os.environ.get("PATH", "")},
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._asked = 0

    def ask(self, op: str, **args: Any) -> Any:
        """Return the result of *op*. Raises Refused when the SDK says no, DriverError when the driver or its process fails."""
        assert self._process.stdin is not None
        self._asked += 1
        try:
            self._process.stdin.write(json.dumps({"v": 1, "id": self._asked, "op": op, "args": args}) + "\n")
            self._process.stdin.flush()
            line = self._lines.get(timeout=_PATIENCE)
        except (OSError, queue.Empty) as error:
            raise DriverError(f"{op}: no answer. {self._last_words()}") from error
        if not line:
            raise DriverError(f"{op}: the process ended. {self._last_words()}")
        answer = json.loads(line)
        assert answer["id"] == self._asked, f"answer to {answer['id']}, not to {self._asked}"
        if answer["status"] == "ok":
            return answer["result"]
        if answer["status"] == "refused":
            raise Refused(f"{answer['error']['type']}: {answer['error']['message']}")
        raise DriverError(f"{op}: {answer['message']}")

    def close(self) -> None:
        """End the process; it goes when its stdin ends."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._stderr.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put("")

    def _last_words(self) -> str:
        self._stderr.seek(0)
        return self._stderr.read().decode(errors="replace")[-2000:]
