"""Text is measured, folded and shown as a terminal does it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.plain import clip, flow, fold, pad, show_bytes, visible, width

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("退款", 4), ("e\u0301", 1), ("，", 2), ("", 0), ("·", 1), ("ﾊ", 1), ("👍", 2)],
)
def test_width(text: str, columns: int) -> None:
    """Chinese takes two columns a character, a combining mark none."""
    assert width(text) == columns


def test_pad_counts_columns() -> None:
    """Padding fills to a column, not to a number of characters."""
    assert pad("退款", 6) == "退款  "
    assert pad("too long", 3) == "too long"


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("one  two", 20, ["one  two"]),
        ("", 5, [""]),
        ("a\nb", 5, ["a", "b"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("退款超过金额", 6, ["退款超", "过金额"]),
        ("退款超，过金", 6, ["退款", "超，过", "金"]),
        ("看（退款）吧", 5, ["看", "（退", "款）", "吧"]),
        ("see 退款 now", 8, ["see 退款", "now"]),
    ],
)
def test_fold(text: str, columns: int, lines: list[str]) -> None:
    """Lines break at spaces and between wide characters, never before punctuation, and inside a word only if it must be."""
    assert fold(text, columns) == lines


@given(TEXT, st.integers(2, 40))
def test_folding_loses_nothing(text: str, columns: int) -> None:
    """Folded lines fit and hold every character but blanks."""
    shown = visible(text)
    lines = fold(shown, columns)

    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(shown.split())


@given(TEXT, st.integers(1, 40))
def test_clip_fits(text: str, columns: int) -> None:
    """Clipped text is one line that fits."""
    assert width(clip(text, columns)) <= columns
    assert "\n" not in clip(text, columns)


def test_flow_breaks_between_items() -> None:
    """Items stay whole, the separator at the end of the line."""
    assert flow(["one two", "three", "four"], ", ", 15) == ["one two, three,", "four"]
    assert flow(["one two", "three", "four"], ", ", 14) == ["one two,", "three, four"]
    assert flow(["a", "longer than that"], " · ", 5) == ["a ·", "longer than that"]
    assert flow([], ", ", 5) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\tb\n", "a\tb\n"), ("\x00\x1b\r", "␀␛␍"), ("\x7f", "␡"), ("\x85\u2028", "<U+0085><U+2028>"), ("\ud800\ufffe", "<U+D800><U+FFFE>")],
)
def test_visible(text: str, shown: str) -> None:
    """Characters that could drive a terminal or break XML become pictures; line feeds and tabs stay."""
    assert visible(text) == shown


def test_bytes_that_are_no_text() -> None:
    """A binary body is named as one, with its beginning in hex."""
    assert show_bytes("退".encode()) == "退"
    assert show_bytes(b"\xff\x00") == "(2 bytes, not UTF-8) ff 00"
    assert show_bytes(b"\xff" * 2000).startswith("(2,000 bytes, not UTF-8) ff ff")
    assert show_bytes(b"\xff" * 2000).endswith(" …")
