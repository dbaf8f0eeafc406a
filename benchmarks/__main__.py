"""`make bench`: every figure, one after the other; exits 1 when one misses its goal.

``python -m benchmarks exchanges growth`` takes only those. All of them together are written to benchmarks/results.json, and the plot
to docs/images/cost-by-size.svg.
"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import exchanges, growth, peer, strategies, verdicts
from benchmarks.measuring import Figure, machine
from benchmarks.plot import draw

__all__ = ["main"]

_HERE = Path(__file__).parent
_RESULTS = _HERE / "results.json"
_PLOT = _HERE.parent / "docs/images/cost-by-size.svg"
_GROWTH = 1.2


def main(words: list[str]) -> int:
    """Take the figures named, or all, and print them as they come."""
    points: dict[int, float] = {}
    parts: dict[str, Callable[[], Iterator[Figure]]] = {
        "exchanges": exchanges.measure,
        "strategies": strategies.measure,
        "growth": lambda: growth.measure(points, _GROWTH),
        "peer": peer.measure,
        "verdicts": verdicts.measure,
    }
    unknown = [word for word in words if word not in parts]
    if unknown:
        print(f"benchmarks: there are no figures called {unknown[0]!r}. Choose from {', '.join(parts)}.", file=sys.stderr)
        return 2
    print(f"{'figure':<62}{'value':>9}  {'unit':<14}{'quartiles':>15}{'goal':>8}")
    taken = []
    for name in words or parts:
        for figure in parts[name]():
            taken.append(figure)
            print(_line(figure), flush=True)
    missed = [figure for figure in taken if not figure.reached]
    print(f"\n{len(taken) - len(missed)} of {len(taken)} within their goals" + "".join(f"\n  missed: {each.name}" for each in missed))
    if not words:
        _keep(taken, points)
    return 1 if missed else 0


def _line(figure: Figure) -> str:
    spread = "" if figure.low is None or figure.high is None else f"{figure.low:.2f} - {figure.high:.2f}"
    goal = "" if figure.goal is None else f"{'<=' if figure.at_most else '>='} {figure.goal:g}"
    return f"{figure.name:<62}{figure.value:>9.2f}  {figure.unit:<14}{spread:>15}{goal:>8}{'' if figure.reached else '  MISSED'}"


def _keep(taken: list[Figure], points: dict[int, float]) -> None:
    results = {
        "machine": machine(),
        "figures": [figure.to_json() for figure in taken],
        "cost_by_size": {str(size): round(cost, 4) for size, cost in points.items()},
    }
    _RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    _PLOT.parent.mkdir(parents=True, exist_ok=True)
    _PLOT.write_text(draw(points, _GROWTH), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
