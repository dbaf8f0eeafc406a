"""Which template does a path fill? One look-up per shape of template, whatever the number of operations."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Generic, TypeAlias, TypeVar
from urllib.parse import unquote_to_bytes

__all__ = ["Routes"]

Target = TypeVar("Target")

_End: TypeAlias = dict[str, tuple[Target, tuple[tuple[str, int], ...]]]


@dataclass(frozen=True, slots=True)
class _Shape(Generic[Target]):
    """All templates with literals at the same positions: `literals` picks those of a path, `ends` knows them by their values."""

    literals: Callable[[list[str]], Any]
    slots: tuple[int, ...]
    ends: dict[Any, _End[Target]] = field(default_factory=dict)

    def end(self, segments: list[str]) -> _End[Target] | None:
        """Return what the templates that fit *segments* lead to, by method."""
        found = self.ends.get(self.literals(segments))
        if found is not None:
            for position in self.slots:
                if not segments[position]:
                    return None
        return found


class Routes(Generic[Target]):
    """An index of `(method, template, target)`; a literal segment wins over a `{parameter}`, an empty segment fills no parameter."""

    def __init__(self, routes: Iterable[tuple[str, str, Target]]) -> None:
        shapes: dict[tuple[bool, ...], _Shape[Target]] = {}
        for method, template, target in routes:
            segments = template.split("/")
            is_slot = tuple(segment.startswith("{") for segment in segments)
            if is_slot not in shapes:
                literals = itemgetter(*(position for position, slot in enumerate(is_slot) if not slot))
                shapes[is_slot] = _Shape(literals, tuple(position for position, slot in enumerate(is_slot) if slot))
            shape = shapes[is_slot]
            end = shape.ends.setdefault(shape.literals(segments), {})
            if method in end:
                raise ValueError(f"two operations answer {method} {template}; a path and method name one operation")
            end[method] = (target, tuple((segments[position][1:-1], position) for position in shape.slots))
        self._shapes: dict[int, list[_Shape[Target]]] = {}
        for is_slot in sorted(shapes):  # literals before parameters, the first segment first
            self._shapes.setdefault(len(is_slot), []).append(shapes[is_slot])

    def find(self, method: str, path: str) -> tuple[Target, dict[str, str]] | None:
        """Return the target of *method* on *path* with the decoded parameters, or `None`."""
        segments = path.split("/")
        for shape in self._shapes.get(len(segments), ()):
            end = shape.end(segments)
            if end is not None and method in end:
                target, names = end[method]
                return target, {name: _decoded(segments[position]) for name, position in names}
        return None

    def methods(self, path: str) -> frozenset[str]:
        """Return every method some target answers *path* with."""
        segments = path.split("/")
        return frozenset(method for shape in self._shapes.get(len(segments), ()) for method in shape.end(segments) or ())


def _decoded(segment: str) -> str:
    return unquote_to_bytes(segment).decode(errors="replace") if "%" in segment else segment
