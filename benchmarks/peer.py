"""The same operations through schemathesis's command line: what a general tool pays for one signed request."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from hypothesis import strategies as st

from benchmarks.exchanges import drawing, platform_over
from benchmarks.measuring import Figure, cpu
from conformance.fuzzing.document import document_for, known_values
from conformance.targets.transport import DirectTransport
from reference.contract import load
from reference.identity import bundled
from reference.platform.serve import Serving, running
from strategies import orders
from strategies.cases import Order

__all__ = ["measure"]

EXAMPLES = 40
"""Requests schemathesis is asked for, of each operation."""
ROUNDS = 15
_PLACES = ("jsapi_create", "app_create", "h5_create", "native_create")


def measure() -> Iterator[Figure]:
    """Yield what an order costs drawn, signed, sent and judged: by schemathesis over loopback, and here, both sides of it."""
    requests, theirs = _schemathesis()
    ours = {name: _here(strategy) for name, strategy in {"lean": orders.any_product(), "full": orders.full()}.items()}
    how = f"CPU of its process alone, {requests:,} positive requests to {len(_PLACES)} operations of `wxconform serve`"
    yield Figure("request drawn by schemathesis's command line", theirs * 1e3, "ms", how)
    for name, seconds in ours.items():
        yield Figure(f"{name} order drawn here", seconds * 1e3, "ms", "CPU of both sides, direct, observed as in a run")
    yield Figure("schemathesis's command line, to a lean order", theirs / ours["lean"], "times", "the two above", 5.0)
    yield Figure("schemathesis's command line, to a full order", theirs / ours["full"], "times", "the two above")


def _here(strategy: st.SearchStrategy[Order]) -> float:
    platform = platform_over(DirectTransport)

    def place(order: Order) -> None:
        platform.begin_example()
        platform.place(order).is_accepted()

    work = drawing(strategy, EXAMPLES, place)
    work()
    return sorted(cpu(work) for _ in range(ROUNDS))[ROUNDS // 2]


def _schemathesis() -> tuple[int, float]:
    """Return how many requests it sent, and the seconds of CPU its process spent on each."""
    contract = load("v3")
    document = document_for([contract.operations[name] for name in _PLACES], known_values(bundled(), int(time.time())))
    with tempfile.TemporaryDirectory() as folder, running(Serving(port=0, notify="hold")) as (base_url, _):
        schema, figures = Path(folder) / "openapi.json", Path(folder) / "figures.json"
        schema.write_text(json.dumps(document), encoding="utf-8")
        words = ["run", str(schema), "--url", base_url, "--phases", "fuzzing", "--mode", "positive", "--max-examples", str(EXAMPLES)]
        words += ["--checks", "not_a_server_error", "--seed", "1637", "--no-color", "--warnings", "off"]
        places = {"SCHEMATHESIS_HOOKS": "benchmarks.peer_hooks", "WXCONFORM_PEER_FIGURES": str(figures)}
        environment = os.environ | places | {"PYTHONPATH": str(Path(__file__).parent.parent)}
        command = [sys.executable, "-m", "schemathesis.cli", *words]
        done = subprocess.run(command, env=environment, cwd=folder, check=False, capture_output=True, text=True)  # noqa: S603 - a dependency
        if not figures.is_file():
            raise RuntimeError(f"schemathesis exited {done.returncode}:\n{done.stdout}{done.stderr}")
        said = json.loads(figures.read_text(encoding="utf-8"))
    return said["requests"], said["cpu"] / (said["requests"] - 1)
