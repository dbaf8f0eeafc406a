"""What schemathesis's command line loads: it signs every request, and says at the end how many there were and what they cost.

The file named by WXCONFORM_PEER_FIGURES gets JSON: requests, and the seconds of CPU from the first to the last.
"""

import atexit
import json
import os
import time
from pathlib import Path

import requests
import schemathesis

from conformance.fuzzing.carrying import Auth
from conformance.targets.http_transport import HttpTransport
from conformance.targets.platform import Platform
from reference.identity import bundled

__all__: list[str] = []


class _Counting(Auth):
    """Signs, and takes the time."""

    def __init__(self) -> None:
        platform = Platform("served", bundled(), HttpTransport("http://127.0.0.1"), clock=lambda: int(time.time()))
        super().__init__(lambda: platform)
        self.moments: list[float] = []
        atexit.register(self.tell)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        self.moments.append(time.process_time())
        return super().__call__(request)

    def tell(self) -> None:
        """Write the figures down."""
        figures = {"requests": len(self.moments), "cpu": self.moments[-1] - self.moments[0] if self.moments else 0.0}
        Path(os.environ["WXCONFORM_PEER_FIGURES"]).write_text(json.dumps(figures), encoding="utf-8")


schemathesis.auth.set_from_requests(_Counting())  # type: ignore[attr-defined]  # documented, added at run time
