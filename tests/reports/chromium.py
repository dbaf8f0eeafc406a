"""A headless Chromium, driven through the pipe it offers: no library, no port, no network."""

import json
import os
import shutil
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["BROWSER", "Chromium", "chromium"]

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
"""The browser of this machine; None where there is none."""

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-component-update",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)

_LAUNCH = """
import fcntl, os, sys
reads, writes = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(reads, 3)
os.dup2(writes, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""The browser speaks on its descriptors 3 and 4, whatever numbers ours have here."""


class Chromium:
    """One tab. *events* are those the browser sent so far."""

    def __init__(self, commands: int, answers: int) -> None:
        self.events: list[dict[str, Any]] = []
        self._commands, self._answers = commands, answers
        self._buffer = b""
        self._number = 0
        self._session: str | None = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command of the DevTools protocol and return its result."""
        self._number += 1
        session = {"sessionId": self._session} if self._session else {}
        message = {"id": self._number, "method": method, "params": parameters, **session}
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while (received := self._receive()).get("id") != self._number:
            self.events.append(received)
        assert "error" not in received, f"{method}: {received['error']}"
        return dict(received["result"])

    def visit(self, page: Path, *, width: int = 1200, height: int = 900, dark: bool = False, paper: bool = False) -> None:
        """Open *page* in a window of that size and wait until it is drawn."""
        self.events.clear()
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", media="print" if paper else "screen", features=scheme)
        self.call("Page.navigate", url=page.as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(self._receive())

    def ask(self, script: str) -> Any:
        """Return what *script*, an expression, comes to in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def print(self) -> bytes:
        """Return the page as a PDF on A4."""
        printed = self.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=False, preferCSSPageSize=True)
        return b64decode(printed["data"])

    def photograph(self, *, top: float = 0, width: float = 1200, height: float = 900) -> bytes:
        """Return a stretch of the page as a PNG, for people who look at it."""
        clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
        return b64decode(self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)["data"])

    def heard(self, method: str) -> list[dict[str, Any]]:
        """Return the parameters of every event of that name since the page was opened."""
        return [event["params"] for event in self.events if event.get("method") == method]

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            read = os.read(self._answers, 1 << 16)
            assert read, "the browser went away"
            self._buffer += read
        line, _, self._buffer = self._buffer.partition(b"\0")
        return dict(json.loads(line))


@contextmanager
def chromium(home: Path) -> Iterator[Chromium]:
    """Give a browser whose profile is in *home*, and end it."""
    assert BROWSER, "no browser on this machine"
    browser_reads, commands = os.pipe()
    answers, browser_writes = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-IS", "-c", _LAUNCH, str(browser_reads), str(browser_writes), BROWSER, *_FLAGS, f"--user-data-dir={home}"],
        pass_fds=(browser_reads, browser_writes),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(browser_reads)
    os.close(browser_writes)
    try:
        tab = Chromium(commands, answers)
        yield tab
        tab._session = None
        tab.call("Browser.close")
    finally:
        os.close(commands)
        os.close(answers)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
