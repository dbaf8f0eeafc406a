"""Odd APIv2 messages that must be read, as exactly the members they carry."""

import re
from typing import Final

from strategies.xml_cases import HostileXml, carries, piece, remade

__all__ = ["READABLE"]

_END: Final = re.compile(r"\]\]></[^>]+>")
"""The end of an element in CDATA; no value holds it."""

_SPELT: Final = (
    carries("plain", "A value is not in CDATA.", "<wxc_x>1</wxc_x>", wxc_x="1"),
    carries("escaped", "A value is escaped instead of in CDATA.", "<wxc_x>&lt;&gt;&amp;&quot;&apos;</wxc_x>", wxc_x="<>&\"'"),
    carries("numbered", "Characters are given by their numbers.", "<wxc_x>&#33590;&#x8336;&#65;</wxc_x>", wxc_x="茶茶A"),
    carries("escaped-twice", "A value is escaped twice; one layer is the value's.", "<wxc_x>&amp;lt;&amp;#65;</wxc_x>", wxc_x="&lt;&#65;"),
    carries("escapes-in-cdata", "CDATA holds escapes, which are text there.", "<wxc_x><![CDATA[&lt;&#65;]]></wxc_x>", wxc_x="&lt;&#65;"),
    carries("indented-cdata", "Blanks stand around CDATA; they are layout.", "\n  <wxc_x>\n\t<![CDATA[1]]>\r\n  </wxc_x>\n", wxc_x="1"),
    carries("divided-cdata", "The value ]]> takes two CDATA sections.", "<wxc_x><![CDATA[a]]]]><![CDATA[>b]]></wxc_x>", wxc_x="a]]>b"),
    carries(
        "cdata-in-crumbs",
        "Every character has a CDATA section of its own.",
        "<wxc_x><![CDATA[1]]><![CDATA[2]]><![CDATA[3]]></wxc_x>",
        wxc_x="123",
    ),
    carries("text-and-cdata", "A value is partly text, partly CDATA.", "<wxc_x>a &amp; <![CDATA[<b>]]> c</wxc_x>", wxc_x="a & <b> c"),
    carries("empty-cdata-beside-text", "Empty CDATA stands in a value.", "<wxc_x>1<![CDATA[]]>0</wxc_x>", wxc_x="10"),
    carries("empty", "An element is empty.", "<wxc_x></wxc_x>", wxc_x=""),
    carries("closed-at-once", "An element closes itself.", "<wxc_x/>", wxc_x=""),
    carries("empty-cdata", "An element holds empty CDATA.", "<wxc_x><![CDATA[]]></wxc_x>", wxc_x=""),
    carries("blanks-in-tags", "Tags hold blanks after the name.", "<wxc_x\n>1</wxc_x >", wxc_x="1"),
)
_VALUES: Final = (
    carries("blank-value", "A value is a blank.", "<wxc_x> </wxc_x>", wxc_x=" "),
    carries("blanks-in-cdata", "Blanks at the ends of CDATA are the value's.", "<wxc_x><![CDATA[ a\n]]></wxc_x>", wxc_x=" a\n"),
    carries("blanks-in-text", "Blanks at the ends of text are the value's.", "<wxc_x>\t a </wxc_x>", wxc_x="\t a "),
    carries(
        "other-space-around-cdata",
        "Ideographic spaces around CDATA are no layout.",
        "<wxc_x>\u3000<![CDATA[a]]>\u00a0</wxc_x>",
        wxc_x="\u3000a\u00a0",
    ),
    carries("windows-line-ends", "XML is read with LF for CR LF and for CR.", "<wxc_x><![CDATA[a\r\nb\rc]]></wxc_x>", wxc_x="a\nb\nc"),
    carries("escaped-carriage-return", "A CR by its number stays one.", "<wxc_x>a&#13;&#10;b</wxc_x>", wxc_x="a\r\nb"),
    carries("leading-zeros", "A value with leading zeros stays a text.", "<wxc_x>000100</wxc_x>", wxc_x="000100"),
    carries("exponent", "A value that looks like a float stays a text.", "<wxc_x>1e3</wxc_x>", wxc_x="1e3"),
    carries(
        "word-null",
        "The word null is a value.",
        "<wxc_x>null</wxc_x><wxc_y>false</wxc_y><wxc_z>0</wxc_z>",
        wxc_x="null",
        wxc_y="false",
        wxc_z="0",
    ),
    carries(
        "doctype-in-cdata",
        "A DOCTYPE in CDATA is text.",
        '<wxc_x><![CDATA[<!DOCTYPE x [<!ENTITY y "z">]>&y;]]></wxc_x>',
        wxc_x='<!DOCTYPE x [<!ENTITY y "z">]>&y;',
    ),
    carries(
        "message-in-cdata",
        "A message in CDATA is text.",
        "<wxc_x><![CDATA[</wxc_x><total_fee>0</total_fee>]]></wxc_x>",
        wxc_x="</wxc_x><total_fee>0</total_fee>",
    ),
    carries("comment-in-cdata", "A comment in CDATA is text.", "<wxc_x><![CDATA[1<!-- -->0]]></wxc_x>", wxc_x="1<!-- -->0"),
    carries(
        "parameters-in-a-value",
        "A value looks like further parameters and the key.",
        "<wxc_x>1&amp;total_fee=0&amp;key=k</wxc_x>",
        wxc_x="1&total_fee=0&key=k",
    ),
    carries("percent-signs", "A value looks percent-encoded, or like a parameter entity.", "<wxc_x>%41%x;+</wxc_x>", wxc_x="%41%x;+"),
    carries("json-value", "A value is JSON.", '<wxc_x><![CDATA[{"a":[1,"<>"]}]]></wxc_x>', wxc_x='{"a":[1,"<>"]}'),
    carries("emoji", "A value holds characters of four bytes.", "<wxc_x>😀𠮷</wxc_x>", wxc_x="😀𠮷"),
    carries(
        "combining-characters",
        "Two writings of é are two values.",
        "<wxc_x>\u00e9</wxc_x><wxc_y>e\u0301</wxc_y>",
        wxc_x="\u00e9",
        wxc_y="e\u0301",
    ),
    carries("right-to-left", "A value turns its direction.", "<wxc_x>\u202e1</wxc_x>", wxc_x="\u202e1"),
    carries(
        "delete-and-next-line",
        "A value holds characters XML 1.0 allows and 1.1 does not.",
        "<wxc_x>\x7f\x85\u2028</wxc_x>",
        wxc_x="\x7f\x85\u2028",
    ),
    carries("mark-in-a-value", "A byte order mark within a value is the value's.", "<wxc_x>\ufeff1</wxc_x>", wxc_x="\ufeff1"),
    carries("long-value", "A value has 100 000 characters.", f"<wxc_x>{'x' * 100_000}</wxc_x>", wxc_x="x" * 100_000),
    carries("many-escapes", "A value consists of 20 000 escapes.", f"<wxc_x>{'&amp;' * 20_000}</wxc_x>", wxc_x="&" * 20_000),
)
_NAMES: Final = (
    piece(
        "proto",
        "Elements are called as what JavaScript objects inherit.",
        "<__proto__>1</__proto__><constructor>2</constructor>",
        None,
        {"__proto__": "1", "constructor": "2"},
    ),
    piece("dunder", "An element is called as what Python objects have.", "<__class__>1</__class__>", None, {"__class__": "1"}),
    piece(
        "case-twin", "An element has the name of another in another case.", "<Return_Code>FAIL</Return_Code>", None, {"Return_Code": "FAIL"}
    ),
    piece(
        "homoglyph",
        "An element is called total_fee, with a Cyrillic o.",
        "<t\u043etal_fee>0</t\u043etal_fee>",
        None,
        {"t\u043etal_fee": "0"},
    ),
    piece("chinese-name", "An element has a Chinese name.", "<金额>0</金额>", None, {"金额": "0"}),
    piece("dotted-name", "Names hold dots and hyphens.", "<wxc.x-1>1</wxc.x-1>", None, {"wxc.x-1": "1"}),
    piece("name-of-the-key", "An element is called key.", "<key>1</key>", None, {"key": "1"}),
    piece("name-of-the-root", "An element is called root.", "<root>1</root>", None, {"root": "1"}),
    piece(
        "name-text",
        "Elements are called as readers call their own things.",
        "<text>1</text><_text>2</_text>",
        None,
        {"text": "1", "_text": "2"},
    ),
    piece("long-name", "A name has 10 000 characters.", f"<{'x' * 10_000}>1</{'x' * 10_000}>", None, {"x" * 10_000: "1"}),
    piece(
        "two-thousand-elements",
        "There are two thousand elements more.",
        "".join(f"<wxc_{n}>{n}</wxc_{n}>" for n in range(2000)),
        None,
        {f"wxc_{n}": str(n) for n in range(2000)},
    ),
)
_FRAMED: Final = (
    remade("declaration", "A declaration stands in front.", lambda text: f'<?xml version="1.0" encoding="UTF-8"?>\n{text}', None),
    remade(
        "standalone",
        "The declaration is in single quotes, lower case, and says standalone.",
        lambda text: f"<?xml version='1.0' encoding='utf-8' standalone='yes'?>{text}",
        None,
    ),
    remade("byte-order-mark", "A byte order mark stands in front.", lambda text: "\ufeff" + text, None),
    remade("line-feeds-around", "Line feeds stand before and after the message.", lambda text: f"\n\n{text}\r\n\n", None),
    remade("blanks-between", "Blanks stand between the elements.", lambda text: _END.sub("\\g<0> \r\n\t", text), None),
    remade(
        "comment-in-front",
        "A comment with a DOCTYPE in it stands in front.",
        lambda text: f'<!-- <!DOCTYPE xml [<!ENTITY x SYSTEM "file:///x">]> -->{text}',
        None,
    ),
    remade("comment-at-the-end", "A comment follows the message.", lambda text: f"{text}<!-- x -->", None),
    piece("comment-between", "A comment stands among the elements.", "<!-- <total_fee>0</total_fee> -->", None),
    piece("blank-cdata-between", "Blank CDATA stands among the elements.", "<![CDATA[ ]]>", None),
)
READABLE: Final[tuple[HostileXml, ...]] = (*_SPELT, *_VALUES, *_NAMES, *_FRAMED)
"""Messages that look odd and are read."""
