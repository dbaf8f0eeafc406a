"""What an exchange costs beside its RSA: in process, through httpx, and with a strategy that draws each order."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks import floor
from benchmarks.measuring import Figure, Work, in_turns
from conformance.runner.profiles import spare_the_collector
from conformance.targets.http_transport import HttpTransport
from conformance.targets.platform import Platform
from conformance.targets.transport import DirectTransport, Transport
from conformance.targets.world import DirectWorld
from reference.identity import bundled
from reference.platform import Platform as ReferencePlatform
from strategies import orders
from strategies.cases import Order

__all__ = ["drawing", "measure", "platform_over"]

ROUNDS = 40
TIMES = 40
"""Exchanges in each sample: some tens of milliseconds, so that the clock's grain does not show."""


def measure() -> Iterator[Figure]:
    """Yield the figures of single exchanges: a JSAPI order is placed, observed as in a run, and accepted."""
    spare_the_collector()  # as a run does
    order = orders.lean("jsapi")
    direct, over_httpx, drawn = (platform_over(transport) for transport in (DirectTransport, _mocked, DirectTransport))

    def place(platform: Platform, order: Order) -> None:
        platform.begin_example()
        platform.place(order).is_accepted()

    works = {
        "direct": _repeating(lambda: place(direct, order.fresh())),
        "httpx": _repeating(lambda: place(over_httpx, order.fresh())),
        "lean": drawing(orders.jsapi(), TIMES, lambda order: place(drawn, order)),
        "Hypothesis": drawing(st.integers(), TIMES, lambda _: None),
    }
    taken = in_turns(floor.exchange(TIMES), works, ROUNDS)
    how = f"median of {ROUNDS} samples of {TIMES} orders placed, in turns with the floor"
    yield taken["direct"].efficiency("exchange, direct", how, 0.80)
    yield taken["httpx"].efficiency("exchange, through the httpx transport", f"{how}; httpx.MockTransport carries it", 0.60)
    yield taken["lean"].efficiency("exchange with a lean strategy", f"{how}; Hypothesis draws each order", 0.50)
    base = [a + b for a, b in zip(taken["lean"].floors, taken["Hypothesis"].samples, strict=True)]
    shares = [floor / cost for floor, cost in zip(base, taken["lean"].samples, strict=True)]
    middle = sorted(shares)[len(shares) // 2]
    yield Figure("the same, of RSA and an empty Hypothesis example together", middle, "of the floor", how)


def platform_over(carrier: Callable[[ReferencePlatform], Transport]) -> Platform:
    """Return a fresh mock as a target, reached over *carrier*."""
    reference = ReferencePlatform(bundled(), seed=1)
    return Platform("mock", bundled(), carrier(reference), world=DirectWorld(reference), seed=1)


def drawing(strategy: st.SearchStrategy[Any], times: int, act: Callable[[Any], object]) -> Work:
    """Return a property over *strategy* with *times* examples, each handed to *act*."""
    drawn = 0

    @settings(max_examples=times, phases=[Phase.generate], database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def property_of(value: object) -> None:
        nonlocal drawn
        drawn += 1
        act(value)

    def work() -> int:
        nonlocal drawn
        drawn = 0
        property_of()
        return drawn

    return work


def _repeating(act: Callable[[], object]) -> Work:
    def work() -> int:
        for _ in range(TIMES):
            act()
        return TIMES

    return work


def _mocked(reference: ReferencePlatform) -> HttpTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        headers = [(name.decode(), value.decode()) for name, value in request.headers.raw]
        target: bytes = request.extensions["target"]
        made = reference.handle(request.method, target.decode(), headers, request.content)
        return httpx.Response(made.status, headers=list(made.headers), content=made.body)

    return HttpTransport("http://platform.example", carrier=httpx.MockTransport(answer))
