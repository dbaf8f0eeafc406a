"""State coverage: each machine as a picture in which every transition has a row of its own, so that no two labels can meet.

States stand across the top, each with a line down from it; a transition is an arrow from the line of one state to that of another. Arrows
seen are solid and carry their count, arrows never seen are dashed.
"""

from collections.abc import Sequence

from reports.markup import Markup, el, join, said
from reports.model import MachineCovered, Run, Text, Transition

__all__ = ["machines"]

_BORN = 46
"""Where arrows that create begin, and how far the first state stands from there."""

_ROW, _TOP, _BOX = 30, 58, 30
_CHARACTER, _STATE = 6.7, 8.2
"""How wide a character of a label, and of a state's name, is taken to be; on the safe side of common fonts."""

_LOOP = 26


def machines(run: Run) -> Markup | None:
    """Return the section of state coverage; None where the run says nothing of it."""
    if not run.machines:
        return None
    note = Text(
        "Solid arrows were seen, with how often; dashed ones never. The dot is an order or refund that does not exist yet; "
        "a double border marks a final state.",
        "实线箭头表示已出现（附次数），虚线表示从未出现。圆点表示尚不存在的订单或退款；双边框表示终态。",
    )
    return el(
        "section",
        el("h2", said(Text("State coverage", "状态覆盖")), id="states"),
        el("p", said(note), class_="note"),
        [_machine(machine) for machine in run.machines],
    )


def _machine(machine: MachineCovered) -> Markup:
    rows = sorted(machine.transitions, key=lambda move: _position(machine, move))
    seen = sum(row.times > 0 for row in rows)
    tally = Text(f"{seen} of {len(rows)} transitions seen", f"{len(rows)} 个转移中出现 {seen} 个")
    return el(
        "article",
        el("h3", said(machine.title)),
        el("p", el("code", machine.machine), " · ", said(tally), class_="note"),
        el("div", _picture(machine, rows), class_="picture", tabindex="0", role="region", aria_label=machine.title.en),
        _table(rows),
        class_="machine",
    )


def _position(machine: MachineCovered, move: Transition) -> tuple[int, int]:
    """Return where a transition stands: births first, then those that leave the first state, each by where it leads."""
    known = {state: number for number, state in enumerate(machine.states)}
    source = -1 if not move.source else known.get(move.source, len(known))
    return source, known.get(move.target, len(known))


def _table(rows: Sequence[Transition]) -> Markup:
    head = (Text("from", "从"), Text("event", "事件"), Text("to", "到"), Text("times", "次数"))
    return el(
        "details",
        el("summary", said(Text("The same as a table", "同样内容的表格"))),
        el(
            "table",
            el("thead", el("tr", [el("th", said(name), scope="col") for name in head])),
            el(
                "tbody",
                [el("tr", [el("td", cell) for cell in (row.source or "–", row.event, row.target, f"{row.times:,}")]) for row in rows],
            ),
        ),
    )


class _Columns:
    """Where each state stands; a state that only a transition names stands at the end."""

    def __init__(self, machine: MachineCovered) -> None:
        named = (state for move in machine.transitions for state in (move.source, move.target) if state)
        self.states = list(dict.fromkeys((*machine.states, *named)))
        self._at: dict[str, float] = {"": 10.0}
        edge = float(_BORN)
        for state in self.states:
            self._at[state] = edge + self.half(state)
            edge += 2 * self.half(state) + 18
        self.edge = edge

    def half(self, state: str) -> float:
        """Return half the width of the box of *state*."""
        return max(44.0, len(state) * _STATE / 2 + 10)

    def at(self, state: str) -> float:
        """Return the middle of *state*."""
        return self._at[state]


def _picture(machine: MachineCovered, rows: Sequence[Transition]) -> Markup:
    columns = _Columns(machine)
    height = _TOP + _ROW * len(rows) + 8
    width = max([columns.edge, *(_rightmost(columns, move) for move in rows)])
    seen = sum(row.times > 0 for row in rows)
    return el(
        "svg",
        [_life(columns, state, height) for state in columns.states],
        [_arrow(columns, move, _TOP + _ROW * number + 18, width) for number, move in enumerate(rows)],
        [_state(columns, state, final=state in machine.terminal) for state in columns.states],
        viewBox=f"0 0 {width:.0f} {height}",
        width=f"{width:.0f}",
        height=f"{height}",
        role="img",
        aria_label=f"{machine.title.en}: {seen} of {len(rows)} transitions seen",
    )


def _life(columns: _Columns, state: str, height: float) -> Markup:
    x = f"{columns.at(state):.0f}"
    return el("line", x1=x, y1=f"{_BOX + 6}", x2=x, y2=f"{height - 4:.0f}", class_="life")


def _state(columns: _Columns, state: str, *, final: bool) -> Markup:
    half, middle = columns.half(state), columns.at(state)

    def box(inset: float) -> Markup:
        size = {"width": f"{2 * (half - inset):.1f}", "height": f"{_BOX - 2 * inset:.1f}"}
        return el("rect", x=f"{middle - half + inset:.1f}", y=f"{4 + inset:.1f}", rx="6", class_="state", **size)

    return join(box(0), box(3) if final else None, el("text", state, x=f"{middle:.1f}", y=f"{4 + _BOX / 2 + 4.5:.1f}", class_="name"))


def _label(move: Transition) -> str:
    return f"{move.event} ×{move.times:,}"


def _length(move: Transition) -> float:
    return len(_label(move)) * _CHARACTER


def _rightmost(columns: _Columns, move: Transition) -> float:
    """Return what room *move* needs: the label of a loop stands to its right, any other is pushed inwards at the edge."""
    loop = columns.at(move.source) + _LOOP + 14 if move.source == move.target else 8
    return loop + _length(move)


def _arrow(columns: _Columns, move: Transition, y: float, width: float) -> Markup:
    start, end = columns.at(move.source), columns.at(move.target)
    half = _length(move) / 2
    middle = (start + end) / 2
    loops = start == end
    if loops:
        path, tip = f"M{start:.0f} {y - 5}h{_LOOP}v10h-{_LOOP - 7}", _tip(start, y + 5, leftwards=True)
        middle = start + _LOOP + 6 + half
    else:
        way = -1 if end < start else 1
        path, tip = f"M{start:.0f} {y}H{end - 7 * way:.0f}", _tip(end, y, leftwards=way < 0)
    fits = max(half + 4, min(middle, width - half - 4))
    return el(
        "g",
        el("circle", cx=f"{start:.0f}", cy=f"{y}", r="5", class_="tip") if not move.source else None,
        el("path", d=path),
        el("path", d=tip, class_="tip"),
        el("text", _label(move), x=f"{fits:.0f}", y=f"{y + 4 if loops else y - 7:.0f}"),
        class_="seen" if move.times else "never",
    )


def _tip(x: float, y: float, *, leftwards: bool) -> str:
    back = 8 if leftwards else -8
    return f"M{x:.0f} {y}l{back} -4v8z"
