"""What it costs to draw an order, in RSA-2048 signatures.

A signature is the floor of every exchange, so it is the unit. Hypothesis' own share, an example that draws next to nothing, is counted in
and shown by itself.
"""

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from benchmarks import floor
from benchmarks.exchanges import drawing
from benchmarks.measuring import Figure, in_turns
from strategies import orders

__all__ = ["measure"]

ROUNDS = 25
TIMES = 40
"""Examples, and signatures, in each sample."""

_DRAWN: dict[str, tuple[st.SearchStrategy[Any], float | None]] = {
    "an empty Hypothesis example": (st.integers(), None),
    "a lean JSAPI order": (orders.jsapi(), 2.0),
    "a lean order of any product": (orders.any_product(), 2.0),
    "a full JSAPI order": (orders.full(product="jsapi"), 5.0),
    "a full order of any product": (orders.full(), 5.0),
}
"""Name -> what is drawn, and how many signatures it may cost."""


def measure() -> Iterator[Figure]:
    """Yield what each strategy costs."""
    works = {name: drawing(strategy, TIMES, lambda _: None) for name, (strategy, _) in _DRAWN.items()}
    taken = in_turns(floor.signature(TIMES), works, ROUNDS)
    how = f"median of {ROUNDS} samples of {TIMES} examples, in turns with as many signatures"
    for name, (_, most) in _DRAWN.items():
        yield taken[name].multiple(f"drawing {name}", "signatures", how, most)
