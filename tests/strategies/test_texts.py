"""Texts and points in time as requests hold them."""

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from reference.contract import problems
from reference.oracles.times import parse_rfc3339
from strategies import text, times

MOMENT = 1_781_496_000


@settings(max_examples=200)
@given(data=st.data(), characters=st.integers(1, 128))
def test_texts_keep_their_limits(data: st.DataObject, characters: int) -> None:
    """A text has at least one character and at most as many characters and bytes as asked for, and none of four bytes."""
    limit = data.draw(st.integers(3, 3 * characters)) if characters > 1 else 3
    drawn = data.draw(text.texts(max_characters=characters, max_bytes=limit))

    assert 1 <= len(drawn) <= characters
    assert len(drawn.encode()) <= limit
    assert max(drawn) <= "\uffff"


@pytest.mark.parametrize("character", ["é", "߿", "ࠀ", "￼"], ids=["two bytes", "the last of two", "the first of three", "near the last"])
def test_texts_reach_the_edges_of_utf8(character: str) -> None:
    """Characters at both ends of two and three bytes occur."""
    assert find(text.texts(max_characters=32), lambda drawn: character in drawn)


def test_texts_shrink_to_one_chinese_character() -> None:
    """The simplest text is Chinese, for that is what merchants write."""
    assert find(text.texts(max_characters=32), lambda _drawn: True) == "茶"


def test_exactly_so_many_characters() -> None:
    """A text of an exact length is cut from its filler."""
    assert text.exactly(5) == "xxxxx"
    assert text.exactly(3, filler="订单") == "订单订"


def test_characters_beyond_the_basic_plane_take_four_bytes() -> None:
    """What a platform must refuse takes four bytes in UTF-8, flags even twice four."""
    assert all(len(character.encode()) % 4 == 0 and character > "\uffff" for character in text.BEYOND_BMP)


def test_documented_forms_name_one_moment() -> None:
    """The four documented forms of a date are the same moment."""
    forms = times.documented(MOMENT)

    assert len(set(forms.values())) == 4
    assert {parse_rfc3339(form).timestamp() for form in forms.values()} == {MOMENT}


def test_malformed_times_break_the_format() -> None:
    """Every form that is none breaks the contract's format, so each is refused for its form, not for its moment."""
    schema = {"type": "string", "format": "date-time", "x-bound": "documented"}

    for name, form in times.malformed(MOMENT).items():
        assert [problem.keyword for problem in problems(schema, form)] == ["format"], name


@given(skew=times.beyond(seconds=300))
def test_beyond_is_beyond_on_either_side(skew: int) -> None:
    """A drawn distance is never within the window, nor at its very edge."""
    assert 300 < abs(skew) <= 86_400
