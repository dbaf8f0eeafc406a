"""Two strings of bytes that should be one, side by side with what differs marked, in a way that needs no colour."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from reports.markup import Markup, Node, el, join, said
from reports.model import Comparison, Text
from reports.plain import visible

__all__ = ["Part", "difference", "parts", "shown_exactly"]

_UNIT = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|[\x00-\xff]", re.DOTALL)
_LARGEST = 2_000
"""Units of a differing middle that are compared one by one; a larger one is shown as replaced, since comparing costs its square."""

_ISLAND = 3
"""Equal units between two differences that are not worth telling apart from them."""

_AROUND = 160
"""Units of an equal run that are shown beside a difference."""

_MOST = 1_500
"""Units of one difference that are shown."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of both strings, equal or not; either side may be empty where not."""

    expected: bytes
    got: bytes

    @property
    def same(self) -> bool:
        """Whether the strings agree here."""
        return self.expected == self.got


def difference(comparison: Comparison) -> Markup:
    """Return both strings of *comparison*, invisible bytes drawn, and what differs marked by `<ins>` (missing) and `<del>` (not wanted)."""
    stretches = parts(comparison.expected, comparison.got)
    return el(
        "figure",
        el("figcaption", said(comparison.about), _where(stretches)),
        el("h5", said(Text("Must be", "应为"))),
        el("pre", list(_side([(part.expected, part.same) for part in stretches], "ins")), class_="signed"),
        el("h5", said(Text("Is", "实为"))),
        el("pre", list(_side([(part.got, part.same) for part in stretches], "del")), class_="signed"),
        class_="difference",
    )


def parts(expected: bytes, got: bytes) -> list[Part]:
    """Return the stretches of two strings, cut between characters where they are UTF-8; joined, each side is its string again."""
    ours, theirs = _UNIT.findall(expected), _UNIT.findall(got)
    head = _common(ours, theirs)
    tail = _common(ours[head:][::-1], theirs[head:][::-1])
    middle = _compared(ours[head : len(ours) - tail], theirs[head : len(theirs) - tail])
    every = [(ours[:head], theirs[:head]), *middle, (ours[len(ours) - tail :], theirs[len(theirs) - tail :])]
    return [Part(b"".join(left), b"".join(right)) for left, right in every if left or right]


def _common(ours: Sequence[bytes], theirs: Sequence[bytes]) -> int:
    pairs = zip(ours, theirs, strict=False)
    return next((number for number, (left, right) in enumerate(pairs) if left != right), min(len(ours), len(theirs)))


def _compared(ours: list[bytes], theirs: list[bytes]) -> list[tuple[list[bytes], list[bytes]]]:
    if len(ours) > _LARGEST or len(theirs) > _LARGEST:
        return [(ours, theirs)]
    found: list[tuple[list[bytes], list[bytes]]] = []
    differs = False
    for tag, left, left_end, right, right_end in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        island = tag == "equal" and left_end - left < _ISLAND
        if differs and (tag != "equal" or island):
            found[-1][0].extend(ours[left:left_end])
            found[-1][1].extend(theirs[right:right_end])
        else:
            found.append((ours[left:left_end], theirs[right:right_end]))
            differs = tag != "equal"
    return found


def _where(stretches: Sequence[Part]) -> Markup:
    if all(part.same for part in stretches):
        return said(Text(": no difference.", "：没有差别。"))
    at = 0
    for part in stretches:
        if not part.same:
            break
        at += len(part.expected)
    line = b"".join(part.expected for part in stretches)[:at].count(b"\n") + 1
    return said(Text(f": they part at byte {at + 1:,}, line {line:,}.", f"：从第 {at + 1:,} 字节（第 {line:,} 行）起不同。"))


def _side(stretches: Sequence[tuple[bytes, bool]], tag: str) -> Iterator[Node]:
    last = len(stretches) - 1
    for number, (raw, same) in enumerate(stretches):
        if same:
            yield _around(raw, before=number < last, after=number > 0)
        elif raw:
            yield el(tag, _cut(raw))
        else:
            yield el(tag, said(Text("nothing", "无")), class_="nothing")


def _around(raw: bytes, *, before: bool, after: bool) -> Markup:
    """Return an equal stretch, its middle left out where it is long and *before* or *after* a difference."""
    units = _UNIT.findall(raw)
    head, tail = (_AROUND if after else 0), (_AROUND if before else 0)
    if len(units) <= head + tail + _AROUND:
        return shown_exactly(raw)
    left, right = b"".join(units[:head]), b"".join(units[len(units) - tail :] if tail else [])
    alike = len(raw) - len(left) - len(right)
    return join(shown_exactly(left), el("i", said(Text(f"… {alike:,} bytes alike …", f"…… {alike:,} 字节相同 ……"))), shown_exactly(right))


def _cut(raw: bytes) -> Markup:
    units = _UNIT.findall(raw)
    if len(units) <= _MOST:
        return shown_exactly(raw, spaces=True)
    kept = b"".join(units[:_MOST])
    more = len(raw) - len(kept)
    return join(shown_exactly(kept, spaces=True), el("i", said(Text(f"… {more:,} more bytes", f"…… 另有 {more:,} 字节"))))


def shown_exactly(raw: bytes, *, spaces: bool = False) -> Markup:
    r"""Return *raw* with what cannot be seen drawn: ⏎ for LF, ␍ for CR, ␉ for tab, \xNN for a byte that is not UTF-8.

    Spaces are drawn as ␣ where they could be overlooked: at the end of a line and at both ends; with *spaces* everywhere.
    """
    try:
        text = _drawn(raw.decode())
    except UnicodeDecodeError:
        text = "".join(map(_unit, _UNIT.findall(raw)))
    unseen = " " if spaces else r"\A +| +(?=⏎|␍|\Z)"
    return join(re.sub(unseen, lambda match: "␣" * len(match[0]), text))


def _drawn(text: str) -> str:
    return visible(text.replace("\n", "⏎\n").replace("\t", "␉"))


def _unit(unit: bytes) -> str:
    try:
        return _drawn(unit.decode())
    except UnicodeDecodeError:
        return "".join(f"\\x{byte:02X}" for byte in unit)
