"""What the mock's size costs: an exchange beside a thousand orders and beside a hundred thousand, and the memory of an order."""

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks import floor
from benchmarks.measuring import Figure, Series, in_turns
from conformance.targets.platform import Platform
from conformance.targets.transport import DirectTransport
from conformance.targets.world import DirectWorld
from reference.identity import Credential, SigningKey, bundled
from reference.oracles.authorization import Authorization
from reference.platform import Platform as ReferencePlatform
from reference.platform import Request
from strategies import orders
from strategies.cases import Fault, Signing

__all__ = ["SIZES", "measure"]

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
"""Orders in the mock."""
ROUNDS = 24
TIMES = 20


class _Believing(ReferencePlatform):
    """Looks at no signature and makes none, so that it can be filled in seconds."""

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:  # noqa: ARG002 - that is the point
        return True

    def signed_headers(self, key: SigningKey, body: bytes) -> list[tuple[str, str]]:  # noqa: ARG002 - that is the point
        return []


class _Blank(Fault):
    """Spares the merchant's signature."""

    name = "blank"

    def in_signing(self, signing: Signing) -> Signing:
        return replace(signing, algorithm="one-letter")


def measure(points: dict[int, float], most: float) -> Iterator[Figure]:
    """Yield how the cost of an exchange grows, at most by *most*, and the memory; *points* takes the cost at every size, in floors."""
    filling = _Believing(bundled(), seed=1)
    before, per_order = _resident(), 0.0
    series: dict[int, Series] = {}
    for size in SIZES:
        _fill(filling, size)
        per_order = (_resident() - before) / size
        series[size] = _cost(filling)
        points[size] = median(cost / unit for cost, unit in zip(series[size].samples, series[size].floors, strict=True))
    smallest, largest = points[SIZES[0]], points[SIZES[-1]]
    how = f"{ROUNDS} samples of {TIMES} orders placed and queried beside so many others, each in floors, medians"
    yield Figure(f"exchange beside {SIZES[-1]:,} orders, to one beside {SIZES[0]:,}", largest / smallest, "times", how, most, at_most=True)
    yield Figure("memory of an order in the mock", per_order / 1024, "KiB", f"resident memory grown by {SIZES[-1]:,} orders, a share each")


def _fill(reference: ReferencePlatform, size: int) -> None:
    target = _target(reference, seed=None)
    target.observing = False
    order, blank = orders.lean("jsapi"), _Blank()
    for _ in range(size - sum(1 for _ in reference.store.orders())):
        target.begin_example()
        target.place(order.fresh(), broken_by=blank).is_accepted()


def _cost(filled: ReferencePlatform) -> Series:
    """Place and query orders on an ordinary mock that holds what *filled* holds."""
    reference = ReferencePlatform(bundled(), seed=2)
    reference.store, reference.diary = filled.store, filled.diary
    target = _target(reference, seed=None)
    order = orders.lean("jsapi")

    def work() -> int:
        for _ in range(TIMES):
            target.begin_example()
            placed = order.fresh()
            target.place(placed).is_accepted()
            target.query(placed).is_accepted()
        return 2 * TIMES

    return in_turns(floor.exchange(2 * TIMES), {"both": work}, ROUNDS)["both"]


def _target(reference: ReferencePlatform, seed: int | None) -> Platform:
    return Platform("mock", bundled(), DirectTransport(reference), world=DirectWorld(reference), seed=seed)


def _resident() -> float:
    """Return the memory this process holds, in bytes; zero where the system does not tell."""
    gc.collect()
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0.0
    return pages * 4096.0
