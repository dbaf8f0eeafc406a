"""The plot of docs/performance.md, drawn from results.json alone: what an exchange costs beside more and more orders."""

import math
from collections.abc import Mapping
from html import escape

__all__ = ["draw"]

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 720, 340, 64, 24, 52, 56
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#24292e}.axis{stroke:#8a9099;stroke-width:1}.grid{stroke:#d8dce1;stroke-width:1}"
    ".line{fill:none;stroke:#1d5fa8;stroke-width:2.5}.dot{fill:#1d5fa8}.floor{stroke:#8f5a00;stroke-width:1.5;stroke-dasharray:6 4}"
    ".goal{stroke:#c4222c;stroke-width:1.5;stroke-dasharray:2 4}.title{font-weight:600;font-size:15px}"
    "rect{fill:#fff}"
)


def draw(points: Mapping[int, float], goal: float) -> str:
    """Return an SVG of the cost of an exchange, in floors, against the orders in the mock; *goal* is the growth allowed."""
    sizes = sorted(points)
    limit = goal * points[sizes[0]]
    highest = max(*points.values(), limit) * 1.12

    def x(size: int) -> float:
        span = math.log10(sizes[-1]) - math.log10(sizes[0])
        return _LEFT + (math.log10(size) - math.log10(sizes[0])) / span * (_WIDTH - _LEFT - _RIGHT)

    def y(cost: float) -> float:
        return _HEIGHT - _BOTTOM - cost / highest * (_HEIGHT - _TOP - _BOTTOM)

    parts = [f'<rect width="{_WIDTH}" height="{_HEIGHT}"/>', _text(_LEFT, 24, "Cost of an exchange, in floors of RSA", "title")]
    for step in range(math.floor(highest * 2) + 1):
        cost = step / 2
        parts += [_line(_LEFT, y(cost), _WIDTH - _RIGHT, y(cost), "grid"), _text(_LEFT - 10, y(cost) + 4, f"{cost:g}", anchor="end")]
    for size in sizes:
        parts.append(_text(x(size), _HEIGHT - _BOTTOM + 22, f"{size:,}", anchor="middle"))
    parts += [
        _line(_LEFT, y(1), _WIDTH - _RIGHT, y(1), "floor"),
        _text(_WIDTH - _RIGHT, y(1) + 18, "two signatures and two verifications alone", anchor="end"),
        _line(_LEFT, y(limit), _WIDTH - _RIGHT, y(limit), "goal"),
        _text(_WIDTH - _RIGHT, y(limit) - 7, f"{goal:g} times the cost at the left: the most it may be", anchor="end"),
        f'<polyline class="line" points="{" ".join(f"{x(size):.1f},{y(points[size]):.1f}" for size in sizes)}"/>',
        *(f'<circle class="dot" cx="{x(size):.1f}" cy="{y(points[size]):.1f}" r="4"/>' for size in sizes),
        _text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 14, "orders in the mock", anchor="middle"),
    ]
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"><style>{_STYLE}</style>'
    said = ", ".join(f"{size:,} orders {points[size]:.2f}" for size in sizes)
    return "\n".join([opening, f"<title>Cost of an exchange in floors: {escape(said)}</title>", *parts, "</svg>", ""])


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
