"""Text made safe to show, measured and folded as a terminal shows it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import TextIO

__all__ = ["clip", "flow", "fold", "pad", "put", "show_bytes", "visible", "width"]

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]",
)
_OPENING = ("Ps", "Pi")
_CLOSING = ("Pe", "Pf", "Po", "Pd", "Pc", "Mn", "Mc", "Me")
"""Unicode categories no line may end with, and none may begin with."""

_PIECE = re.compile(r"\s+|[^\s]")


def visible(text: str) -> str:
    """Return *text* with every control character shown as a picture or as `<U+XXXX>`.

    What a target sends reaches terminals, XML and HTML: no escape sequence, bidi override or byte that XML forbids may get through.
    Line feeds and tabs stay.
    """
    return _INVISIBLE.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"<U+{code:04X}>"


def put(out: TextIO, text: str) -> None:
    """Write *text* to *out* at once; what its encoding lacks becomes `?`, since a log in ASCII must not end in a traceback."""
    encoding = out.encoding or "utf-8"
    out.write(text.encode(encoding, "replace").decode(encoding))
    out.flush()


def show_bytes(body: bytes) -> str:
    """Return *body* as text where it is UTF-8, else as a line saying what it is and its first bytes in hex."""
    try:
        return visible(body.decode())
    except UnicodeDecodeError:
        more = " …" if len(body) > 64 else ""
        return f"({len(body):,} bytes, not UTF-8) {body[:64].hex(' ')}{more}"


def width(text: str) -> int:
    """Return how many columns *text* takes: wide (Chinese) characters two, combining marks none."""
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, columns: int) -> str:
    """Return *text* filled with spaces to *columns*; longer text stays as it is."""
    return text + " " * (columns - width(text))


def clip(text: str, columns: int) -> str:
    """Return *text* on one line, cut to *columns* with an ellipsis where it is longer."""
    text = " ".join(text.split())
    if width(text) <= columns:
        return text
    kept = ""
    for character in text:
        if width(kept + character) > columns - 1:
            break
        kept += character
    return kept.rstrip() + "…"


def fold(text: str, columns: int) -> list[str]:
    """Return *text* in lines of at most *columns*: broken at spaces, between wide characters, and inside a word only if it must be."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph):
            if width(line + piece.rstrip()) <= columns:
                line += piece
                continue
            if line.strip():
                lines.append(line.rstrip())
            line = piece.lstrip()
            while width(line.rstrip()) > columns:
                head = _head(line, columns)
                lines.append(head)
                line = line[len(head) :]
        lines.append(line.rstrip())
    return lines


def flow(items: Iterable[str], separator: str, columns: int) -> list[str]:
    """Return *items* joined by *separator* in lines of at most *columns*, broken only between items."""
    lines: list[str] = []
    line, end = "", separator.rstrip()
    for item in items:
        if line and width(line + separator + item + end) > columns:
            lines.append(line + end)
            line = item
        else:
            line += separator + item if line else item
    return [*lines, line] if line else lines


def _pieces(text: str) -> Iterator[str]:
    """Yield what must stay on one line: a word with the space after it, or a wide character with the punctuation around it."""
    piece = ""
    for part in _PIECE.findall(text):
        if piece and _may_break(piece[-1], part[0]):
            yield piece
            piece = ""
        piece += part
    if piece:
        yield piece


def _may_break(before: str, after: str) -> bool:
    if after.isspace():
        return False
    if before.isspace():
        return True
    wide = _columns(before) == 2 or _columns(after) == 2
    return wide and unicodedata.category(before) not in _OPENING and unicodedata.category(after) not in _CLOSING


def _head(word: str, columns: int) -> str:
    end = 1
    while end < len(word) and width(word[: end + 1]) <= columns:
        end += 1
    return word[:end]
