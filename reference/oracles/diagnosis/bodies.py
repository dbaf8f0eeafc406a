"""Mistakes with the body line: other bytes than were sent, usually because the JSON was written a second time."""

import base64
import codecs
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from reference.oracles.diagnosis.draft import Candidate, Draft, Mistake

__all__ = ["BODIES"]

_COMPACT = (",", ":")
_SPACED = (", ", ": ")
_EMPTY = (b"{}", b"null", b'""', b"[]", b"undefined", b"None")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_HTML = {character: f"\\u{ord(character):04x}" for character in "<>&"}
_ASCII_END = 0x80


def _dropped(draft: Draft) -> Iterator[Draft]:
    return draft.variants("body", (b"",))


def _invented(draft: Draft) -> Iterator[Draft]:
    return draft.variants("body", _EMPTY if draft.get("body") == b"" else ())


def _trimmed(draft: Draft) -> Iterator[Draft]:
    body = draft.get("body") or b""
    return draft.variants("body", (body.strip(), body.rstrip(), body.lstrip(), body.rstrip(b"\r\n"), body.removesuffix(b"\n")))


def _other_newlines(draft: Draft) -> Iterator[Draft]:
    unix = (draft.get("body") or b"").replace(b"\r\n", b"\n")
    return draft.variants("body", (unix, unix.replace(b"\n", b"\r\n"), unix.replace(b"\n", b"")))


def _bom(draft: Draft) -> Iterator[Draft]:
    body = draft.get("body") or b""
    return draft.variants("body", (codecs.BOM_UTF8 + body, body.removeprefix(codecs.BOM_UTF8)))


def _hash(draft: Draft) -> Iterator[Draft]:
    body = draft.get("body") or b""
    for digest in (hashlib.sha256(body), hashlib.md5(body, usedforsecurity=False), hashlib.sha1(body, usedforsecurity=False)):
        text = digest.hexdigest()
        yield from draft.variants("body", (text.encode(), text.upper().encode(), base64.b64encode(digest.digest())))


def _rewritten(*styles: dict[str, Any]) -> Callable[[Draft], Iterator[Draft]]:
    def apply(draft: Draft) -> Iterator[Draft]:
        try:
            value = json.loads((draft.get("body") or b"").decode("utf-8-sig"))
        except (ValueError, RecursionError):
            return iter(())
        # A lone surrogate is legal in an escaped JSON text and has no UTF-8.
        texts = (json.dumps(value, ensure_ascii=False, **style) for style in styles)
        return draft.variants("body", (text.encode("utf-8", "surrogatepass") for text in texts))

    return apply


def _on_text(change: Callable[[str], str]) -> Callable[[Draft], Iterator[Draft]]:
    def apply(draft: Draft) -> Iterator[Draft]:
        try:
            text = (draft.get("body") or b"").decode()
        except UnicodeDecodeError:
            return iter(())
        return draft.variants("body", (change(text).encode("utf-8", "surrogatepass"),))

    return apply


def _escape_characters(text: str) -> str:
    return "".join(character if ord(character) < _ASCII_END else json.dumps(character)[1:-1] for character in text)


def _unescape_characters(text: str) -> str:
    def unescape(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code[1:], 16)) if len(code) == 5 and int(code[1:], 16) >= _ASCII_END else match[0]

    # Two escaped surrogates make one character; UTF-16 joins them.
    return _ESCAPE.sub(unescape, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _escape_slashes(text: str) -> str:
    return text.replace("/", "\\/")


def _unescape_slashes(text: str) -> str:
    return _ESCAPE.sub(lambda match: "/" if match[1] == "/" else match[0], text)


def _escape_html(text: str) -> str:
    return "".join(_HTML.get(character, character) for character in text)


def _as_php(text: str) -> str:
    try:
        compact = json.dumps(json.loads(text), separators=_COMPACT)
    except (ValueError, RecursionError):
        return text
    return _escape_slashes(compact)


_SIGN_WHAT_IS_SENT_EN = "write the JSON once, and sign the bytes that are sent."
_SIGN_WHAT_IS_SENT_ZH = "JSON 只序列化一次，签名与发送使用同一份字节。"

BODIES = (
    Candidate(
        Mistake("body-dropped", "The body was left out; sign the body that is sent.", "签名时漏了报文主体；应对实际发送的报文主体签名。"),
        "body",
        _dropped,
    ),
    Candidate(
        Mistake(
            "body-invented",
            "The request has no body, but one was signed, such as {} or null; sign an empty line.",
            "请求没有报文主体，签名时却填了 {} 或 null 之类；应签空行。",
        ),
        "body",
        _invented,
    ),
    Candidate(
        Mistake(
            "body-trimmed",
            "White space at an end of the body was cut off before signing; sign every byte that is sent.",
            "签名前去掉了报文主体首尾的空白；应对发送的每个字节签名。",
        ),
        "body-edge",
        _trimmed,
    ),
    Candidate(
        Mistake(
            "body-newlines-changed",
            "The line breaks within the body were changed before signing; sign every byte that is sent.",
            "签名前改动了报文主体里的换行；应对发送的每个字节签名。",
        ),
        "body-edge",
        _other_newlines,
    ),
    Candidate(
        Mistake(
            "body-bom",
            "A byte order mark was added to the body or taken from it before signing; sign every byte that is sent.",
            "签名前给报文主体加上或去掉了 BOM；应对发送的每个字节签名。",
        ),
        "body-mark",
        _bom,
    ),
    Candidate(
        Mistake(
            "body-compacted",
            f"The JSON was signed without the spaces it was sent with; {_SIGN_WHAT_IS_SENT_EN}",
            f"签名用的 JSON 去掉了发送时的空白；{_SIGN_WHAT_IS_SENT_ZH}",
        ),
        "body",
        _rewritten({"separators": _COMPACT}),
    ),
    Candidate(
        Mistake(
            "body-spaced",
            f"The JSON was signed with spaces it was not sent with; {_SIGN_WHAT_IS_SENT_EN}",
            f"签名用的 JSON 多了发送时没有的空格；{_SIGN_WHAT_IS_SENT_ZH}",
        ),
        "body",
        _rewritten({"separators": _SPACED}),
    ),
    Candidate(
        Mistake(
            "body-indented",
            f"The JSON was signed in an indented form; {_SIGN_WHAT_IS_SENT_EN}",
            f"签名用的是缩进排版的 JSON；{_SIGN_WHAT_IS_SENT_ZH}",
        ),
        "body",
        _rewritten({"indent": 2}, {"indent": 4}, {"indent": "\t"}),
    ),
    Candidate(
        Mistake(
            "body-keys-sorted",
            f"The JSON was signed with its members sorted; {_SIGN_WHAT_IS_SENT_EN}",
            f"签名用的 JSON 对字段排了序；{_SIGN_WHAT_IS_SENT_ZH}",
        ),
        "body",
        _rewritten({"separators": _COMPACT, "sort_keys": True}, {"separators": _SPACED, "sort_keys": True}),
    ),
    Candidate(
        Mistake(
            "body-written-by-php",
            f"The JSON was signed as PHP writes it, compact, with \\u and \\/ escapes; {_SIGN_WHAT_IS_SENT_EN}",
            f"签名用的是 PHP 默认写法的 JSON（紧凑、\\u 与 \\/ 转义）；{_SIGN_WHAT_IS_SENT_ZH}",
        ),
        "body",
        _on_text(_as_php),
    ),
    Candidate(
        Mistake(
            "body-characters-escaped",
            f"The JSON was signed with \\u escapes it was not sent with; {_SIGN_WHAT_IS_SENT_EN}",
            f"签名用的 JSON 把中文写成了 \\u 转义，发送时却没有；{_SIGN_WHAT_IS_SENT_ZH}",
        ),
        "body-escape",
        _on_text(_escape_characters),
    ),
    Candidate(
        Mistake(
            "body-characters-unescaped",
            f"The JSON was sent with \\u escapes, but signed without them; {_SIGN_WHAT_IS_SENT_EN}",
            f"发送的 JSON 带 \\u 转义，签名时却用了原文；{_SIGN_WHAT_IS_SENT_ZH}",
        ),
        "body-escape",
        _on_text(_unescape_characters),
    ),
    Candidate(
        Mistake(
            "body-slashes-escaped",
            f"The JSON was signed with \\/ for every slash; {_SIGN_WHAT_IS_SENT_EN}",
            f"签名用的 JSON 把斜杠写成了 \\/；{_SIGN_WHAT_IS_SENT_ZH}",
        ),
        "body-slash",
        _on_text(_escape_slashes),
    ),
    Candidate(
        Mistake(
            "body-slashes-unescaped",
            f"The JSON was sent with \\/ for slashes, but signed without; {_SIGN_WHAT_IS_SENT_EN}",
            f"发送的 JSON 里斜杠写成 \\/，签名时却没有转义；{_SIGN_WHAT_IS_SENT_ZH}",
        ),
        "body-slash",
        _on_text(_unescape_slashes),
    ),
    Candidate(
        Mistake(
            "body-html-escaped",
            f"The JSON was signed with \\u003c, \\u003e, \\u0026 for < > &; {_SIGN_WHAT_IS_SENT_EN}",
            f"签名用的 JSON 把 < > & 写成了 \\u003c 等转义；{_SIGN_WHAT_IS_SENT_ZH}",
        ),
        "body-html",
        _on_text(_escape_html),
    ),
    Candidate(
        Mistake(
            "body-hashed",
            "A hash of the body was signed in its place; sign the body itself.",
            "签名用的是报文主体的摘要；应使用报文主体本身。",
        ),
        "body",
        _hash,
    ),
)
