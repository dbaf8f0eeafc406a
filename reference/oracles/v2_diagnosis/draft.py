"""An APIv2 string to sign in the making, so that one step of it can be made wrong at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from reference.oracles.diagnosis import Mistake

__all__ = ["Draft", "Frame", "Order", "Pairs", "Row", "put", "row", "with_pairs"]

Pairs: TypeAlias = tuple[tuple[str, str], ...]
Order: TypeAlias = Callable[[str, str], Any]
"""What a parameter is sorted by, from its name and its value."""
Frame: TypeAlias = Callable[[Sequence[str], str, str], str]
"""What makes the string of the parameters, the character between them, and the key."""


def _is_signed(_name: str, value: str) -> bool:
    return value != ""


def _by_name(name: str, _value: str) -> Any:
    return name


def _as_it_is(text: str) -> str:
    return text


def _ended_by_key(parts: Sequence[str], glue: str, key: str) -> str:
    return f"{glue.join(parts)}&key={key}"


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class Draft:
    """The steps from parameters to the bytes that are signed; by default each is the right one.

    *pairs* are the parameters as they came, without `sign`. *keep* says which are signed, *order* sorts them (None: as they came), *spell*
    writes a value, *glue* joins them, *frame* puts the key to them after *secret* had it, *encode* makes bytes of it all.
    """

    pairs: Pairs
    keep: Callable[[str, str], bool] = _is_signed
    order: Order | None = _by_name
    spell: Callable[[str], str] = _as_it_is
    glue: str = "&"
    frame: Frame = _ended_by_key
    secret: Callable[[str], str] = _as_it_is
    encode: Callable[[str], bytes] = _utf8

    def message(self, key: str) -> bytes:
        """Return the bytes that would be signed with *key*."""
        return self.encode(self._text(self.secret(key)))

    def shown(self, key: str, name: str) -> bytes:
        """Return the same bytes with ``<name>`` wherever the key stands, fit to be seen."""
        secret = self.secret(key)
        text = self._text(secret)
        return self.encode(text.replace(secret, f"<{name}>") if secret else text)

    def _text(self, secret: str) -> str:
        kept = [pair for pair in self.pairs if self.keep(*pair)]
        order = self.order
        if order is not None:
            kept.sort(key=lambda pair: order(*pair))
        return self.frame([f"{name}={self.spell(value)}" for name, value in kept], self.glue, secret)


@dataclass(frozen=True, slots=True)
class Row:
    """A mistake, the *part* it concerns (two of one part are not combined), and the drafts it may lead to.

    Not *combines*: it has so many variants that it is tried by itself only.
    """

    mistake: Mistake
    part: str
    apply: Callable[[Draft], Iterator[Draft]]
    combines: bool = True


def row(slug: str, part: str, en: str, zh: str, apply: Callable[[Draft], Iterator[Draft]], *, combines: bool = True) -> Row:
    """Return the row of the mistake *slug*."""
    return Row(Mistake(slug, en, zh), part, apply, combines)


def put(part: str, *values: Any) -> Callable[[Draft], Iterator[Draft]]:
    """Return what puts each of *values* in the place of the step *part*."""
    return lambda draft: (replace(draft, **{part: value}) for value in values)


def with_pairs(change: Callable[[Pairs], Iterator[Pairs]]) -> Callable[[Draft], Iterator[Draft]]:
    """Return what lets *change* change the parameters."""
    return lambda draft: (replace(draft, pairs=pairs) for pairs in change(draft.pairs))
