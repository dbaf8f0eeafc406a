"""What nobody should send and somebody will: bytes, methods, headers and member values that have broken readers before."""

from typing import Any, Final

from hypothesis import strategies as st

from strategies.hostile_xml import mutations

__all__ = ["ODD_VALUES", "any_bytes", "any_headers", "any_json", "any_methods", "any_values"]

_NUMBERS: Final = (
    *("0", "00", "-1", "+1", "1.0", "1e9", "0x10", "NaN", "1_000", " 1", "1 ", "9" * 18, "9" * 19, "9" * 5000),
    *("１", "²", "٣", "١٢٣", "Ⅷ", "१२", "1٣"),
)
_JSON: Final = (
    *("{" * 5000, "[" * 5000, "[" * 90_000, '{"a":' * 5000 + "1" + "}" * 5000, "[" * 5000 + "]" * 5000),
    *("null", "true", "NaN", "Infinity", "-Infinity", "1e999", "9" * 5000, "{}", "[]", "[[]]", "[null]"),
    *('"\\ud800"', '{"\\ud800":"\\udfff"}', '"\\u0000"', '{"a":1,"a":2}', '[{"mchid":1,"out_trade_no":2}]', '[{"mchid":"1"}]'),
    *('{"order_num":1e999,"order_list":[]}', '{"order_num":NaN,"order_list":[]}', '{"order_list":null}'),
    *('{"order_num":2,"order_list":[1,2]}', '{"order_num":2,"order_list":{"0":1}}'),
)
_MOMENTS: Final = (
    *("00010101000000", "99991231235959", "20260230000000", "20260615250000", "20260615120000", "20260614", "0000-00-00"),
    "２０２６０６１５１２００００",
)
_TEXTS: Final = (
    *("", " ", "\t\n", "茶" * 200, "\U0001f375", "a\ufffdb", "<&>'\"", "]]>", "\u202e", "\u2028", "\x7f", "\x85"),
    *("ﬀ", "İ", "ß", "e\u0301", "%00", "${x}", "../..", "x" * 70_000),
)
ODD_VALUES: Final[tuple[str, ...]] = (*_NUMBERS, *_JSON, *_MOMENTS, *_TEXTS)
"""Values that look like numbers, JSON, moments or text; every one can be written in XML."""

_PIECES: Final = (
    b"<xml>",
    b"</xml>",
    b"<mch_id>",
    b"</mch_id>",
    b"<sign>",
    b"</sign>",
    b"<![CDATA[",
    b"]]>",
    b"&#0;",
    b"\0",
    b"\xed\xa0\x80",
)
_LATIN: Final = st.text(st.characters(max_codepoint=255), max_size=30)
_NAMED: Final = ("Client-Cert", "Content-Type", "Content-Length", "Wechatpay-Negative-Test", "Authorization", "Host")
_METHODS: Final = (*["POST"] * 9, "GET", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "post", "", "\u8336")


def any_values() -> st.SearchStrategy[str]:
    """Draw a value: one of the odd ones, or any text XML can carry."""
    return st.sampled_from(ODD_VALUES) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


def any_bytes() -> st.SearchStrategy[bytes]:
    """Draw a body: any bytes, pieces of a message, or a message in which some bytes gave way to others."""
    pieces = st.lists(st.sampled_from(_PIECES) | st.binary(max_size=8), max_size=12).map(b"".join)
    return st.binary(max_size=200) | mutations() | pieces


def any_json() -> st.SearchStrategy[Any]:
    """Draw a JSON value: text of any characters and halves of them, numbers of any size, and lists and objects of them."""
    leaves = st.none() | st.booleans() | st.integers() | st.integers(-(10**40), 10**40) | st.floats() | st.text(max_size=8)
    odd = st.sampled_from(("", "\0", "\ud800", "\ufffe", "1", "9" * 5000, "x" * 200))
    names = st.text(max_size=5)
    return st.recursive(leaves | odd, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=6)


def any_headers() -> st.SearchStrategy[list[tuple[str, str]]]:
    """Draw headers: those that mean something, and any others, with any values."""
    return st.lists(st.tuples(st.sampled_from(_NAMED) | _LATIN, _LATIN), max_size=4)


def any_methods() -> st.SearchStrategy[str]:
    """Draw a method, one that exists or not; every other time the right one."""
    return st.sampled_from(_METHODS)
