"""What it costs to draw an order, in RSA-2048 signatures: `python -m benchmarks.strategies`.

A signature is the floor of every exchange, so it is the unit: both are measured in turns in one process, and medians are compared.
Hypothesis' own share, an example that draws next to nothing, is counted in and shown by itself.
"""

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reference.identity import bundled
from reference.oracles import signature
from strategies import orders

__all__ = ["main"]

ROUNDS = 25
EXAMPLES = 100
"""Examples, and signatures, per turn."""

_CASES: dict[str, tuple[st.SearchStrategy[Any], float | None]] = {
    "Hypothesis alone": (st.integers(), None),
    "lean JSAPI order": (orders.jsapi(), 2.0),
    "lean order of any product": (orders.any_product(), 2.0),
    "full JSAPI order": (orders.full(product="jsapi"), 5.0),
    "full order of any product": (orders.full(), 5.0),
}
"""Name -> what is drawn, and how many signatures it may cost."""


def main() -> int:
    """Print the table; return 1 if something costs more than it may."""
    drawn = {name: _drawing(strategy) for name, (strategy, _) in _CASES.items()}
    sign = _signing()
    spent: dict[str, list[float]] = {name: [] for name in drawn}
    ratios: dict[str, list[float]] = {name: [] for name in drawn}
    signatures = []
    for _ in range(ROUNDS):
        for name, draw in drawn.items():
            unit, cost = _cpu(sign), _cpu(draw)
            signatures.append(unit)
            spent[name].append(cost)
            ratios[name].append(cost / unit)
    print(f"one RSA-2048 signature: {median(signatures) * 1e3:.3f} ms of CPU\n")
    print(f"{'per example':<28}{'ms':>8}{'signatures':>12}{'allowed':>9}")
    dear = 0
    for name, (_, allowed) in _CASES.items():
        ratio = median(ratios[name])
        dear += allowed is not None and ratio > allowed
        print(f"{name:<28}{median(spent[name]) * 1e3:>8.3f}{ratio:>12.2f}{allowed or '':>9}")
    return 1 if dear else 0


def _drawing(strategy: st.SearchStrategy[Any]) -> Callable[[], int]:
    drawn = 0

    @settings(max_examples=EXAMPLES, phases=[Phase.generate], database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def property_of(_value: object) -> None:
        nonlocal drawn
        drawn += 1

    def draw() -> int:
        nonlocal drawn
        drawn = 0
        property_of()
        return drawn

    return draw


def _signing() -> Callable[[], int]:
    key = bundled().merchant.credential.private_key
    message = signature.request_message("POST", "/v3/pay/transactions/jsapi", "1554208460", "593BEC0C930BF1AFEB40B4A08C8FB242", b"{}")

    def sign() -> int:
        for _ in range(EXAMPLES):
            signature.sign(key, message)
        return EXAMPLES

    return sign


def _cpu(work: Callable[[], int]) -> float:
    """Seconds of CPU for each of the things *work* did, whose number it returns."""
    started = time.process_time()
    done = work()
    return (time.process_time() - started) / done


if __name__ == "__main__":
    sys.exit(main())
