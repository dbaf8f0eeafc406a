"""The list of rows inside an APIv2 message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles.v2_rows import take_rows
from reference.oracles.v2_xml import MalformedXmlError, Spelling, read_xml, write_xml

_names = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=6).filter(lambda name: name != "hblist")
_values = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=8)
_messages = st.dictionaries(_names, _values, max_size=3)


@given(
    values=_messages,
    rows=st.lists(_messages, max_size=4),
    spelling=st.sampled_from(("cdata", "escaped", "indented")),
    space=st.sampled_from(("", "\n  ")),
)
def test_rows_are_read_as_they_were_written(values: dict[str, str], rows: list[dict[str, str]], spelling: Spelling, space: str) -> None:
    """Rows and the message around them give the values they were made of, whatever the spelling and the place of the list."""
    message = write_xml(values, spelling=spelling)
    inside = space.encode().join([b"", *(write_xml(row, root="hbinfo", spelling=spelling) for row in rows), b""])
    head, tail = message[: len(b"<xml>")], message[len(b"<xml>") :]

    rest, found = take_rows(head + b"<hblist>" + inside + b"</hblist>" + tail, "hblist", "hbinfo")

    assert rest == message
    assert read_xml(rest) == values
    assert list(found) == rows


@pytest.mark.parametrize(
    ("raw", "rows"),
    [
        (b"<xml><a>1</a></xml>", ()),
        (b"<xml><hblist/><a>1</a></xml>", ()),
        (b"<xml><a>1</a><hblist> </hblist></xml>", ()),
        (b"<xml><a>1</a><hblist><hbinfo/><hbinfo></hbinfo></hblist></xml>", ({}, {})),
        (b'<?xml version="1.0"?><xml><hblist><hbinfo><b>2</b></hbinfo></hblist><a>1</a></xml>', ({"b": "2"},)),
        (b"<xml><hblist ><hbinfo><b><![CDATA[</hblist>]]></b></hbinfo></hblist ><a>1</a></xml>", ({"b": "</hblist>"},)),
    ],
)
def test_a_list_may_be_empty_or_absent(raw: bytes, rows: tuple[dict[str, str], ...]) -> None:
    """Without a list, or with an empty one, there are no rows; what is left is the message around it."""
    rest, found = take_rows(raw, "hblist", "hbinfo")

    assert found == rows
    assert read_xml(rest) == {"a": "1"}


@pytest.mark.parametrize(
    "inside",
    ["x", "<hbinfo/>x", "<other/>", "<hbinfo><a><b/></a></hbinfo>", "<hbinfo><a/><a/></hbinfo>", "<hbinfo x='1'/>", "<hbinfo>x</hbinfo>"],
)
def test_a_list_holds_nothing_but_rows(inside: str) -> None:
    """Text, other elements and rows that are no flat messages are refused, as they are in a message."""
    with pytest.raises(MalformedXmlError):
        take_rows(f"<xml><hblist>{inside}</hblist></xml>".encode(), "hblist", "hbinfo")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"<xml><hblist></xml>",
        b"<!DOCTYPE xml [<!ENTITY a 'b'>]><xml><hblist><hbinfo><c>&a;</c></hbinfo></hblist></xml>",
        b"<xml><a><hblist><hbinfo/></hblist></a></xml>",
        b"<xml>" + b" " * (1 << 20) + b"<hblist/></xml>",
    ],
    ids=["nothing", "JSON", "not closed", "DOCTYPE", "deeper", "too large"],
)
def test_what_is_no_message_is_left_as_it_is(raw: bytes) -> None:
    """Bytes that `read_xml` refuses are left for it to refuse; nothing is fetched or expanded."""
    assert take_rows(raw, "hblist", "hbinfo") == (raw, ())
    with pytest.raises(MalformedXmlError):
        read_xml(raw)
