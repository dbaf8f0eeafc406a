"""The difference of two strings is shown byte by byte, and nothing of it is hidden or lost."""

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reports.difference import Part, difference, parts, shown_exactly
from reports.model import Comparison, Text


def _shown(expected: bytes, got: bytes) -> str:
    """Return the figure in English, without any markup but ins and del."""
    page = difference(Comparison(about=Text("Strings"), expected=expected, got=got))
    english = re.sub(r"<span lang=zh>.*?</span>", "", page)
    return re.sub(r"<(?!/?(?:ins|del)\b)[^>]*>", "", english).replace(" class=nothing", "")


@given(st.binary(max_size=60), st.binary(max_size=60))
@example("退款".encode(), "退歉".encode())
@example(b"", b"")
@example(b"aXbXc" * 600, b"aYbYc" * 600)
def test_nothing_is_lost(expected: bytes, got: bytes) -> None:
    """The stretches, joined, are both strings again; equal ones are equal, and two that differ never touch."""
    found = parts(expected, got)

    assert b"".join(part.expected for part in found) == expected
    assert b"".join(part.got for part in found) == got
    assert all(part.expected or part.got for part in found)
    assert not any(not left.same and not right.same for left, right in pairwise(found))


@given(st.text(max_size=40), st.text(max_size=40))
def test_characters_stay_whole(expected: str, got: str) -> None:
    """Text is cut between characters, never inside one, so that what differs can be read."""
    for part in parts(expected.encode("utf-8", "replace"), got.encode("utf-8", "replace")):
        part.expected.decode()
        part.got.decode()


def test_a_small_difference_is_small() -> None:
    """One byte in a long string is marked alone, with its place."""
    assert parts(b"a" * 50 + b"1" + b"b" * 50, b"a" * 50 + b"2" + b"b" * 50)[1] == Part(b"1", b"2")
    assert "they part at byte 10, line 2." in _shown(b"POST\n/v3/a\n", b"POST\n/v3/b\n")


def test_small_likenesses_within_a_difference_are_not_told_apart() -> None:
    """Two bytes that happen to agree amid others that do not are part of the difference; three are not."""
    assert parts(b"12ab34", b"56ab78") == [Part(b"12ab34", b"56ab78")]
    assert [part.same for part in parts(b"12abc34", b"56abc78")] == [False, True, False]


@pytest.mark.parametrize(
    ("expected", "got", "must", "is_"),
    [
        (b"{}\n", b"{}", "{}<ins>⏎\n</ins>", "{}<del>nothing</del>"),
        (b"a", b"a\n\n", "a<ins>nothing</ins>", "a<del>⏎\n⏎\n</del>"),
        (b"a b", b"ab", "a<ins>␣</ins>b", "a<del>nothing</del>b"),
        (b"k: v\n", b"k: v \n", "k: v<ins>nothing</ins>⏎", "k: v<del>␣</del>⏎"),
        (b"x\ty", b"x\xffy", "x<ins>␉</ins>y", "x<del>\\xFF</del>y"),
        (b"x\r\n", b"x\n", "x<ins>␍</ins>⏎", "x<del>nothing</del>⏎"),
        ("退".encode(), "遐".encode(), "<ins>退</ins>", "<del>遐</del>"),
        (b"<b>", b"<i>", "&lt;<ins>b</ins>&gt;", "&lt;<del>i</del>&gt;"),
    ],
    ids=["no last line end", "line ends too many", "space", "space at the end", "not UTF-8", "CR", "Chinese", "markup"],
)
def test_what_cannot_be_seen_is_drawn(expected: bytes, got: bytes, must: str, is_: str) -> None:
    """Line ends, spaces, tabs and stray bytes are drawn, and a side that lacks something says so in words."""
    before, _, after = _shown(expected, got).partition("Is")

    assert must in before
    assert is_ in after


def test_equal_strings_say_so() -> None:
    """Where nothing differs no place is named."""
    assert "no difference" in _shown(b"same", b"same")
    assert "<ins" not in _shown(b"same", b"same")


def test_a_long_common_stretch_is_left_out() -> None:
    """Of a long equal stretch only the neighbourhood of the difference is shown, and how much is left out."""
    shown = _shown(b"a" * 5_000 + b"1" + b"b" * 5_000, b"a" * 5_000 + b"2" + b"b" * 5_000)

    assert shown.count("… 4,840 bytes alike …") == 4
    assert f"{'a' * 160}<ins>1</ins>{'b' * 160}…" in shown
    assert len(shown) < 2_000


def test_a_large_difference_is_cut() -> None:
    """A difference too large to show is cut, with how much there is."""
    shown = _shown(b"1" * 10_000, b"2" * 30_000)

    assert "… 8,500 more bytes" in shown
    assert "… 28,500 more bytes" in shown


@given(st.binary(max_size=60))
@example("退\t \n".encode())
@example("\u202e\x1b".encode())
def test_text_and_stray_bytes_are_drawn_alike(raw: bytes) -> None:
    """A string is drawn the same whether or not a byte that is not UTF-8 stands elsewhere in it."""
    assert shown_exactly(raw + b"|\xff").removesuffix("|\\xFF") == shown_exactly(raw + b"|").removesuffix("|")
