"""Mistakes with the values: written otherwise than they are sent, joined otherwise, or in another charset."""

import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus, unquote, unquote_plus
from xml.sax.saxutils import escape

from reference.oracles.v2_diagnosis.draft import put, row

__all__ = ["CHARSETS", "JOINTS", "SPELLINGS"]

_HEX = re.compile(r"%[0-9A-Fa-f]{2}")
_LEFT_ALONE = ("", "/", "-_.~", "!~*'()", "*")
"""What encoders leave unencoded: RFC 3986, Python, JavaScript, Java."""


def _quoted(encode: Callable[[str, str], str], safe: str, *, lower: bool) -> Callable[[str], str]:
    def spell(value: str) -> str:
        text = encode(value, safe)
        return _HEX.sub(lambda match: match[0].lower(), text) if lower else text

    return spell


def _percent(value: str, safe: str) -> str:
    return quote(value, safe, errors="replace")


def _form(value: str, safe: str) -> str:
    return quote_plus(value, safe, errors="replace")


def _cdata(value: str) -> str:
    return f"<![CDATA[{value}]]>"


def _json(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _json_ascii(value: str) -> str:
    return json.dumps(value)[1:-1]


def _integer(value: str) -> str:
    return (value.lstrip("0") or "0") if value.isdecimal() else value


def _float(value: str) -> str:
    try:
        return repr(float(value)) if len(value) < 400 else value
    except ValueError:
        return value


def _fraction(value: str) -> str:
    text = _float(value)
    return text.removesuffix(".0")


_SIGN_THE_VALUE_EN = "sign the value itself, and write it as XML only afterwards."
_SIGN_THE_VALUE_ZH = "应先对原值签名，再写成 XML。"

SPELLINGS = (
    row(
        "values-trimmed",
        "spell",
        "White space at an end of a value was cut off before signing; sign every character that is sent.",
        "签名前去掉了参数值首尾的空白；应对发送的每个字符签名。",
        put("spell", str.strip, str.rstrip, str.lstrip, lambda value: value.strip("\r\n")),
    ),
    row(
        "values-newlines-changed",
        "spell",
        "Line breaks within a value were signed as CR LF, or left out; XML is read with LF, so sign LF.",
        "参数值中的换行按 CR LF 签名或被去掉了；XML 读出来是 LF，应按 LF 签名。",
        put(
            "spell",
            lambda value: value.replace("\r\n", "\n").replace("\n", "\r\n"),
            lambda value: value.replace("\r\n", "\n"),
            lambda value: value.replace("\r", "").replace("\n", ""),
        ),
    ),
    row(
        "values-in-cdata",
        "spell",
        f"The values were signed with <![CDATA[ and ]]> around them; {_SIGN_THE_VALUE_EN}",
        f"签名用的参数值带着 <![CDATA[ 和 ]]>；{_SIGN_THE_VALUE_ZH}",
        put("spell", _cdata),
    ),
    row(
        "values-escaped",
        "spell",
        f"The values were signed with XML escapes such as &amp;amp;; {_SIGN_THE_VALUE_EN}",
        f"签名用的参数值带着 &amp;amp; 之类的 XML 转义；{_SIGN_THE_VALUE_ZH}",
        put(
            "spell",
            escape,
            html.escape,
            lambda value: escape(value, {'"': "&quot;", "'": "&apos;"}),
            lambda value: escape(value, {'"': "&quot;"}),
            lambda value: value.replace("&", "&amp;"),
        ),
    ),
    row(
        "values-escaped-twice",
        "spell",
        "The values were escaped twice when the XML was written, and signed as they were before; escape once.",
        "写 XML 时对参数值转义了两次，而签名用的是原值；只转义一次。",
        put("spell", html.unescape),
    ),
    row(
        "values-url-encoded",
        "spell",
        "The values were signed percent-encoded; sign them as they are.",
        "签名用的参数值做了 URL 编码；应使用原值。",
        put(
            "spell",
            *(_quoted(encode, safe, lower=lower) for lower in (False, True) for encode in (_percent, _form) for safe in _LEFT_ALONE),
        ),
    ),
    row(
        "values-url-decoded",
        "spell",
        "The values were signed percent-decoded; sign them as they are sent.",
        "签名用的参数值做了 URL 解码；应使用发送的值。",
        put("spell", unquote, unquote_plus),
    ),
    row(
        "values-as-json",
        "spell",
        "The values were signed with JSON escapes such as \\/ or \\u; sign them as they are sent.",
        "签名用的参数值带着 \\/ 或 \\u 之类的 JSON 转义；应使用发送的值。",
        put(
            "spell",
            _json,
            _json_ascii,
            lambda value: value.replace("/", "\\/"),
            lambda value: _json(value).replace("/", "\\/"),
            lambda value: _json_ascii(value).replace("/", "\\/"),
        ),
    ),
    row(
        "values-quoted",
        "spell",
        "The values were signed in quotation marks; sign them without.",
        "签名用的参数值带着引号；应去掉。",
        put("spell", lambda value: f'"{value}"', lambda value: f"'{value}'"),
    ),
    row(
        "values-as-numbers",
        "spell",
        "Values were made numbers before signing, so that 007 became 7 or 1 became 1.0; values are texts.",
        "签名前把参数值转换成了数字，例如 007 变成 7、1 变成 1.0；参数值是文本。",
        put("spell", _integer, _float, _fraction),
    ),
)
JOINTS = (
    row(
        "joined-otherwise",
        "glue",
        "The parameters were not joined by & alone.",
        "参数之间没有用 & 连接。",
        put("glue", "", "&amp;", "\n", ",", "&&"),
    ),
)
CHARSETS = (
    row(
        "charset-gbk",
        "encode",
        "The string was signed in GBK; sign it in UTF-8.",
        "签名串用了 GBK 编码；应使用 UTF-8。",
        put("encode", lambda text: text.encode("gb18030", "replace"), lambda text: text.encode("gbk", "replace")),
    ),
    row(
        "charset-latin-1",
        "encode",
        "The string was signed in Latin-1 or ASCII, so that Chinese was lost or encoded twice; sign it in UTF-8.",
        "签名串用了 Latin-1 或 ASCII 编码，中文丢失或被编码两次；应使用 UTF-8。",
        put(
            "encode",
            lambda text: text.encode("latin-1", "replace"),
            lambda text: text.encode("utf-8", "replace").decode("latin-1").encode(),
            lambda text: text.encode("ascii", "ignore"),
        ),
    ),
    row(
        "charset-utf-16",
        "encode",
        "The string was signed in UTF-16; sign it in UTF-8.",
        "签名串用了 UTF-16 编码；应使用 UTF-8。",
        put("encode", lambda text: text.encode("utf-16-le", "replace"), lambda text: text.encode("utf-16-be", "replace")),
    ),
)
