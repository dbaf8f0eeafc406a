"""Reading and writing APIv2 XML."""

from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles import v2
from reference.oracles.v2_xml import Flaw, MalformedXmlError, Spelling, UnwritableError, read_xml, write_xml

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
    """Numbers, an empty element and one that closes itself are texts; a comment among the elements is nothing."""
    raw = b'<?xml version="1.0" encoding="UTF-8"?>\n<xml><a>0012</a><b></b><!-- <d>1</d> --><c/></xml>'

    assert read_xml(raw) == {"a": "0012", "b": "", "c": ""}


def test_an_empty_message_has_no_elements() -> None:
    """A root without elements is a message without values."""
    assert read_xml(b"<xml></xml>") == {}


def test_the_inside_of_req_info_has_its_own_root() -> None:
    """The root is xml unless another is asked for."""
    assert read_xml(b"<root><refund_fee>1</refund_fee></root>", root="root") == {"refund_fee": "1"}


@pytest.mark.parametrize(
    ("raw", "flaw", "reason"),
    [
        (b"", "syntax", "not well-formed XML: no element found"),
        (b"<xml><a>1</xml>", "syntax", "not well-formed XML: mismatched tag"),
        (b"<xml><a>1</a></xml><xml/>", "syntax", "not well-formed XML: junk"),
        (b"<xml><a>&x;</a></xml>", "entity", "undefined entity"),
        (b"<xml><a>&#0;</a></xml>", "character", "invalid character number"),
        (b"<xml><a>1\x000</a></xml>", "character", r"Character 9 is U\+0000; XML has no such character \(UTF-16"),
        (b"<xml><a>\x1b</a></xml>", "character", r"Character 8 is U\+001B; XML has no such character\."),
        (b"<!DOCTYPE xml><xml><a>1</a></xml>", "doctype", r"declares a DOCTYPE \(xml\)"),
        (b'<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/hostname">]><xml><a>&x;</a></xml>', "doctype", "declares a DOCTYPE"),
        (b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml/>', "doctype", "declares a DOCTYPE"),
        (b"<xml><?php 1?></xml>", "instruction", r"instruction <\?php\?>"),
        (b"<xml><a>1<!-- -->0</a></xml>", "comment", "inside <a>; readers disagree"),
        (b"<xml><a>1</a><a>1</a></xml>", "duplicate", "<a> is there twice"),
        (b"<xml><a><b>1</b></a></xml>", "nested", "<b> stands inside <a>"),
        (b'<xml><a x="1">1</a></xml>', "attribute", "<a> has the attribute x"),
        (b'<xml><a xmlns:b="u">1</a></xml>', "namespace", "<a> is in a namespace"),
        (b"<xml><b:a>1</b:a></xml>", "namespace", "<b:a> is in a namespace"),
        (b"<xml>1<a>1</a></xml>", "text", "text beside the elements: '1'"),
        (b"<root><a>1</a></root>", "root", "The root is <root>; expected <xml>"),
        ("<xml><a>付款</a></xml>".encode("gbk"), "encoding", "not UTF-8: byte 8 is 0xb8"),
        ("<xml><a>1</a></xml>".encode("utf-16"), "encoding", "not UTF-8: byte 0 is 0xff"),
        (b'<?xml version="1.0" encoding="gbk"?><xml><a>1</a></xml>', "encoding", "declares the encoding gbk"),
        (b'<?xml version="1.1"?><xml><a>1</a></xml>', "version", "declares XML 1.1; expected 1.0"),
    ],
)
def test_refuses_what_is_no_message(raw: bytes, flaw: Flaw, reason: str) -> None:
    """What is not flat UTF-8 XML and nothing else is refused; the error says why in a word and in a sentence."""
    with pytest.raises(MalformedXmlError, match=reason) as caught:
        read_xml(raw)

    assert caught.value.flaw == flaw
    assert str(caught.value).endswith(".")


def test_the_largest_message_is_read() -> None:
    """A message of as many bytes as allowed is read, one byte more is not."""
    raw = b"<xml><a>1</a></xml>"

    assert read_xml(raw, limit=len(raw)) == {"a": "1"}
    with pytest.raises(MalformedXmlError, match="has 19 bytes; at most 18 are read") as caught:
        read_xml(raw, limit=len(raw) - 1)
    assert caught.value.flaw == "size"


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


_characters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
_writable = st.dictionaries(
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,8}", fullmatch=True),
    st.text(_characters | st.sampled_from("\r\n\t ]>&<\x7f\x85"), max_size=12),
)


@given(values=_writable, spelling=st.sampled_from(["cdata", "escaped", "indented"]), root=st.sampled_from(["xml", "root"]))
def test_what_is_written_is_read_back(values: dict[str, str], spelling: Spelling, root: str) -> None:
    """Whatever XML can carry comes back as it was, in every spelling, carriage returns and ]]> included."""
    raw = write_xml(values, root=root, spelling=spelling)

    assert read_xml(raw, root=root) == values
    assert [each.tag for each in ET.fromstring(raw)] == sorted(values)  # noqa: S314  # our own XML


def test_the_same_values_give_the_same_bytes() -> None:
    """Elements stand in the order in which they are signed, whatever order they are given in; what is None is left out."""
    values = {"b": "2", "a": "]]>", "B": "", "c": None, "d": "1\r"}
    raw = b"<xml><B><![CDATA[]]></B><a><![CDATA[]]]]><![CDATA[>]]></a><b><![CDATA[2]]></b><d>1&#13;</d></xml>"

    assert write_xml(values) == write_xml(dict(reversed(values.items()))) == raw
    assert write_xml({"b": "&", "a": "1"}, spelling="escaped") == b"<xml><a>1</a><b>&amp;</b></xml>"
    assert write_xml({"a": "1"}, spelling="indented") == b"<xml>\n  <a>\n    <![CDATA[1]]>\n  </a>\n</xml>"


@pytest.mark.parametrize("value", ["\0", "a\x0b", "\ud800", "\uffff"])
def test_what_xml_cannot_carry_is_not_written(value: str) -> None:
    """A value with a character XML has not is refused, and the sentence names field and character."""
    with pytest.raises(UnwritableError, match=rf"attach holds U\+{ord(value[-1]):04X} at character {len(value) - 1}"):
        write_xml({"attach": value})


@pytest.mark.parametrize("name", ["", "1a", "a b", "a><b", "w:a", "a\n"])
def test_a_name_that_is_none_is_not_written(name: str) -> None:
    """What is no name cannot become an element, nor the root."""
    with pytest.raises(UnwritableError, match="cannot be the name of an element"):
        write_xml({name: "1"})
    with pytest.raises(UnwritableError, match="cannot be the name of an element"):
        write_xml({}, root=name)
