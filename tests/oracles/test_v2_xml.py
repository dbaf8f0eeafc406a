"""Reading APIv2 XML."""

from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles import v2
from reference.oracles.v2_xml import MalformedXmlError, read_xml

_names = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8)
_values = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=12)
_messages = st.dictionaries(_names, _values, max_size=5)


def _plain(values: dict[str, str]) -> bytes:
    return ("<xml>" + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items()) + "</xml>").encode()


def _cdata(values: dict[str, str], indent: str = "") -> bytes:
    parts = (f"<{name}>{indent}<![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]>{indent}</{name}>" for name, value in values.items())
    return (f"<xml>{indent}" + indent.join(parts) + f"{indent}</xml>").encode()


@given(values=_messages)
def test_spelling_does_not_change_values(values: dict[str, str]) -> None:
    """Escaped text, CDATA and indented CDATA give the same values, those ElementTree reads from the escaped form."""
    assert read_xml(_plain(values)) == values
    assert read_xml(_cdata(values)) == values
    assert read_xml(_cdata(values, "\n  ")) == values
    assert {each.tag: each.text or "" for each in ET.fromstring(_plain(values))} == values  # noqa: S314  # our own XML


def test_blanks_are_part_of_a_value() -> None:
    """Blanks inside CDATA and inside plain text are kept."""
    assert read_xml(b"<xml><a> x </a><b><![CDATA[ y ]]></b><c> </c></xml>") == {"a": " x ", "b": " y ", "c": " "}


def test_text_stays_text() -> None:
    """Numbers, an empty element and one that closes itself are texts, comments are nothing."""
    raw = b'<?xml version="1.0" encoding="UTF-8"?>\n<xml><a>0012</a><b></b><c/><d>x<!-- no -->y</d></xml>'

    assert read_xml(raw) == {"a": "0012", "b": "", "c": "", "d": "xy"}


def test_an_empty_message_has_no_elements() -> None:
    """A root without elements is a message without values."""
    assert read_xml(b"<xml></xml>") == {}


def test_the_inside_of_req_info_has_its_own_root() -> None:
    """The root is xml unless another is asked for."""
    assert read_xml(b"<root><refund_fee>1</refund_fee></root>", root="root") == {"refund_fee": "1"}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not well-formed"),
        (b"<xml><a>1</xml>", "not well-formed"),
        (b"<xml><a>&x;</a></xml>", "not well-formed"),
        (b"<xml><a>1</a></xml><xml/>", "not well-formed"),
        (b"<!DOCTYPE xml><xml><a>1</a></xml>", "declares a DOCTYPE"),
        (b'<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/hostname">]><xml><a>&x;</a></xml>', "declares a DOCTYPE"),
        (b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml/>', "declares a DOCTYPE"),
        (b"<xml><a>1</a><a>1</a></xml>", "<a> is there twice"),
        (b"<xml><a><b>1</b></a></xml>", "<b> stands inside <a>"),
        (b'<xml><a x="1">1</a></xml>', "has the attribute x"),
        (b"<xml>1<a>1</a></xml>", "text beside the elements"),
        (b"<root><a>1</a></root>", "The root is <root>"),
        ("<xml><a>付款</a></xml>".encode("gbk"), "not UTF-8"),
        (b'<?xml version="1.0" encoding="gbk"?><xml><a>1</a></xml>', "declares the encoding gbk"),
        ("<xml><a>1</a></xml>".encode("utf-16"), "not UTF-8"),
    ],
)
def test_refuses_what_is_no_message(raw: bytes, reason: str) -> None:
    """What is not flat UTF-8 XML without DOCTYPE, attributes or doubles is refused, and the reason is told."""
    with pytest.raises(MalformedXmlError, match=reason):
        read_xml(raw)


def test_a_doctype_in_a_value_is_a_value() -> None:
    """What looks like a declaration inside CDATA is text."""
    assert read_xml(b"<xml><a><![CDATA[<!DOCTYPE x>]]></a></xml>") == {"a": "<!DOCTYPE x>"}


@given(values=_messages)
def test_a_signed_message_verifies_from_its_bytes(values: dict[str, str]) -> None:
    """A message is verified from its raw bytes, however it is spelt."""
    signed = {name: value for name, value in values.items() if name != "sign"}
    signed["sign"] = v2.sign(signed, "key", "HMAC-SHA256")

    assert v2.verify_xml(_plain(signed), "key")
    assert v2.verify_xml(_cdata(signed, "\n"), "key", "HMAC-SHA256")
    assert not v2.verify_xml(_cdata({**signed, "zz_added": "1"}), "key")
