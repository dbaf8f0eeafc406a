"""How figures are taken: CPU time, in turns with the floor they are compared to, in one process."""

import os
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from statistics import median, quantiles
from typing import Any

__all__ = ["Figure", "Series", "Work", "cpu", "in_turns", "machine"]

Work = Callable[[], int]
"""Something that can be timed: it does its work and returns how many times it did it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: *value* in *unit*, and the *goal* it must reach, from below unless *at_most*.

    *low* and *high* are the quartiles where there are several samples; *taken* says how.
    """

    name: str
    value: float
    unit: str
    taken: str
    goal: float | None = None
    at_most: bool = False
    low: float | None = None
    high: float | None = None

    @property
    def reached(self) -> bool:
        """Whether the goal is met; a figure without one always is."""
        return self.goal is None or (self.value <= self.goal if self.at_most else self.value >= self.goal)

    def to_json(self) -> dict[str, Any]:
        """Return the figure for results.json, rounded to what can be told apart."""
        shown = {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}
        return {name: value for name, value in shown.items() if value is not None} | {"reached": self.reached}


@dataclass(frozen=True, slots=True)
class Series:
    """The samples of one work, in seconds of CPU for each time it was done, and the floor's sample taken just before each."""

    samples: tuple[float, ...]
    floors: tuple[float, ...]

    @property
    def seconds(self) -> float:
        """The median cost."""
        return median(self.samples)

    def efficiency(self, name: str, taken: str, goal: float | None = None) -> Figure:
        """Return the share of the cost that is floor, as a figure."""
        shares = [floor / sample for floor, sample in zip(self.floors, self.samples, strict=True)]
        return _figure(name, shares, "of the floor", taken, goal)

    def multiple(self, name: str, unit: str, taken: str, goal: float | None = None) -> Figure:
        """Return how many floors, called *unit*, it costs, which may be at most *goal*."""
        times = [sample / floor for floor, sample in zip(self.floors, self.samples, strict=True)]
        return _figure(name, times, unit, taken, goal, at_most=True)


def in_turns(floor: Work, works: Mapping[str, Work], rounds: int) -> dict[str, Series]:
    """Time every work *rounds* times, each time right after the floor: what disturbs the machine disturbs both alike."""
    for work in (floor, *works.values()):
        work()  # caches filled, code specialised
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            taken[name].append((cpu(floor), cpu(work)))
    return {name: Series(tuple(pair[1] for pair in pairs), tuple(pair[0] for pair in pairs)) for name, pairs in taken.items()}


def cpu(work: Work) -> float:
    """Return the seconds of CPU for each time *work* was done."""
    started = time.process_time()
    done = work()
    return (time.process_time() - started) / done


def machine() -> dict[str, Any]:
    """Return what the figures depend on: processor, cores, versions."""
    names = ("cryptography", "httpx", "hypothesis", "pytest", "schemathesis")
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        **{name: metadata.version(name) for name in names},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())


def _figure(name: str, values: list[float], unit: str, taken: str, goal: float | None, *, at_most: bool = False) -> Figure:
    low, _, high = quantiles(values, n=4)
    return Figure(name, median(values), unit, taken, goal, at_most, low, high)
