"""A message in the making, so that one part of it can be made wrong at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

__all__ = ["Candidate", "Draft", "Mistake"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One usual mistake: a stable *slug*, and what was done wrong and what to do instead in English and Chinese."""

    slug: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as named lines, what stands before, between and after them, and what the search knows beside them.

    *origins* are scheme and host of the servers the request may have been meant for; *request* is method and URL of the request
    that an answer belongs to.
    """

    lines: tuple[tuple[str, bytes], ...]
    prefix: bytes = b""
    separator: bytes = b"\n"
    ending: bytes = b"\n"
    origins: tuple[str, ...] = ()
    request: tuple[bytes, bytes] | None = None

    def message(self) -> bytes:
        """Return the bytes that would be signed."""
        return self.prefix + self.separator.join(value for _, value in self.lines) + self.ending

    def get(self, name: str) -> bytes | None:
        """Return a line, or None if this draft has no such line."""
        return next((value for each, value in self.lines if each == name), None)

    def put(self, name: str, value: bytes) -> "Draft":
        """Return the draft with another value in a line."""
        return replace(self, lines=tuple((each, value if each == name else old) for each, old in self.lines))

    def pick(self, names: Sequence[str]) -> "Draft":
        """Return the draft with only the lines of *names*, in that order."""
        values = dict(self.lines)
        return replace(self, lines=tuple((name, values[name]) for name in names if name in values))

    def recoded(self, recode: Callable[[bytes], bytes]) -> "Draft":
        """Return the draft with every line passed through *recode*."""
        return replace(self, lines=tuple((name, recode(value)) for name, value in self.lines))

    def variants(self, name: str, values: Iterable[bytes | None]) -> Iterator["Draft"]:
        """Yield a draft for each of *values* that is new, put into the line *name*."""
        for value in dict.fromkeys(values):
            if value is not None and value != self.get(name):
                yield self.put(name, value)

    def whole(self, message: bytes) -> "Draft":
        """Return a draft of exactly *message*."""
        return replace(self, lines=(("message", message),), prefix=b"", ending=b"")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mistake, the *part* of the message it concerns (two of one part are not combined), and the drafts it may lead to.

    Not *pairs*: it has so many variants that it is tried by itself only.
    """

    mistake: Mistake
    part: str
    apply: Callable[[Draft], Iterator[Draft]]
    pairs: bool = True
