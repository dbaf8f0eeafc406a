"""Mistakes with the URL line: too much of it, too little, or encoded differently from what was sent."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from reference.oracles.diagnosis.draft import Candidate, Draft, Mistake

__all__ = ["ORIGINS", "URLS"]

ORIGINS = ("https://api.mch.weixin.qq.com", "https://api2.mch.weixin.qq.com", "https://apihk.mch.weixin.qq.com")
"""The servers a full URL most likely names."""

_LEFT_ALONE = ("-_.~", "-_.!~*'()", "-_.*", "-_.~|*", "-_.!~*'();:@$,+|", "-_.!~*'();:@$,+=[]{}\"")
"""What encoders leave unencoded: RFC 3986, JavaScript, Java, and looser ones."""

_PLACEHOLDERS = {
    "out-trade-no": "{out_trade_no}",
    "id": "{transaction_id}",
    "refunds": "{out_refund_no}",
}
"""The path segment before a placeholder, and what an unfilled template has in its place."""

_ERRORS = "surrogateescape"
"""Bytes that are not UTF-8 come through unchanged."""

_HEX = re.compile(r"%[0-9A-Fa-f]{2}")


def _requoted(draft: Draft) -> Iterator[Draft]:
    path, mark, query = _url(draft).partition("?")
    paths, queries = dict.fromkeys(_paths(path)), dict.fromkeys(_queries(query))
    new = [(other, query) for other in paths] + [(path, other) for other in queries]
    new += [(one, other) for one in paths for other in queries]
    return draft.variants("url", (_octets(one + mark + other) for one, other in new))


def _paths(path: str) -> Iterator[str]:
    segments = [unquote(segment, errors=_ERRORS) for segment in path.split("/")]
    for safe in _LEFT_ALONE:
        yield from _both_cases("/".join(quote(segment, safe, errors=_ERRORS) for segment in segments))


def _queries(query: str) -> Iterator[str]:
    if not query:
        return
    for decode in (unquote, unquote_plus):
        pieces = [[decode(piece, errors=_ERRORS) for piece in pair.split("=")] for pair in query.split("&")]
        for encode in (quote, quote_plus):
            for safe in _LEFT_ALONE:
                yield from _both_cases("&".join("=".join(encode(piece, safe, errors=_ERRORS) for piece in pair) for pair in pieces))


def _both_cases(text: str) -> tuple[str, str]:
    return text, _HEX.sub(lambda match: match[0].lower(), text)


def _decoded(draft: Draft) -> Iterator[Draft]:
    url = _url(draft)
    return draft.variants("url", (_octets(decode(url, errors=_ERRORS)) for decode in (unquote, unquote_plus)))


def _encoded_twice(draft: Draft) -> Iterator[Draft]:
    url = _url(draft)
    return draft.variants(
        "url", (_octets(url.replace("%", "%25")), _octets(quote(url, "", errors=_ERRORS)), _octets(quote(url, errors=_ERRORS)))
    )


def _sorted_query(draft: Draft) -> Iterator[Draft]:
    path, mark, query = _url(draft).partition("?")
    return draft.variants("url", (_octets(path + mark + "&".join(sorted(query.split("&")))),))


def _without_query(draft: Draft) -> Iterator[Draft]:
    path, mark, query = _url(draft).partition("?")
    return draft.variants("url", (_octets(path), _octets(path + mark)) if query else ())


def _query_as_body(draft: Draft) -> Iterator[Draft]:
    path, _, query = _url(draft).partition("?")
    if query and draft.get("body") == b"":
        fields = {unquote_plus(name): unquote_plus(value) for name, _, value in (pair.partition("=") for pair in query.split("&"))}
        moved = draft.put("url", _octets(path))
        yield from moved.variants("body", (_octets(query), json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()))


def _other_slashes(draft: Draft) -> Iterator[Draft]:
    path, mark, query = _url(draft).partition("?")
    paths = (path.rstrip("/") if path.endswith("/") else path + "/", path.removeprefix("/"), "/" + path)
    return draft.variants("url", (_octets(other + mark + query) for other in paths))


def _template(draft: Draft) -> Iterator[Draft]:
    path, mark, query = _url(draft).partition("?")
    segments = path.split("/")
    filled = [segments[0]]
    for before, segment in pairwise(segments):
        filled.append(_PLACEHOLDERS.get(before, segment))
    return draft.variants("url", (_octets("/".join(filled) + mark + query),))


def _with_origin(draft: Draft) -> Iterator[Draft]:
    url = _url(draft)
    hosts = [origin.partition("://")[2] for origin in draft.origins]
    starts = [*draft.origins, *(f"http://{host}" for host in hosts), *hosts, *(f"//{host}" for host in hosts)]
    return draft.variants("url", (_octets(start + url) for start in starts))


def _url(draft: Draft) -> str:
    return (draft.get("url") or b"").decode("utf-8", _ERRORS)


def _octets(url: str) -> bytes:
    return url.encode("utf-8", _ERRORS)


_URL_CANDIDATES = (
    Candidate(
        Mistake(
            "url-decoded",
            "The URL was signed decoded; sign the percent-encoded form that is sent.",
            "签名用的 URL 是解码后的；应使用实际发送的编码形式。",
        ),
        "url-encoding",
        _decoded,
    ),
    Candidate(
        Mistake(
            "url-encoded-differently",
            "The URL was signed in another percent-encoding than it was sent in; encode once, and sign what is sent.",
            "签名用的 URL 和发送的百分号编码方式不同；只编码一次，签名与发送使用同一个串。",
        ),
        "url-encoding",
        _requoted,
    ),
    Candidate(
        Mistake(
            "url-encoded-twice",
            "The URL was percent-encoded once more for signing; encode once, and sign what is sent.",
            "签名用的 URL 多编码了一次；只编码一次，签名与发送使用同一个串。",
        ),
        "url-encoding",
        _encoded_twice,
    ),
    Candidate(
        Mistake(
            "query-sorted",
            "The query parameters were sorted for signing; sign them in the order they are sent in.",
            "签名时对查询参数排了序；应按实际发送的顺序。",
        ),
        "url-query",
        _sorted_query,
    ),
    Candidate(
        Mistake(
            "query-dropped",
            "The URL was signed without its query string; sign path and query.",
            "签名用的 URL 少了查询串；应包含路径和查询串。",
        ),
        "url-query",
        _without_query,
    ),
    Candidate(
        Mistake(
            "query-as-body",
            "The query parameters were signed as a body; sign them as part of the URL, and an empty body.",
            "查询参数被当作报文主体签名；它们属于 URL，报文主体为空。",
        ),
        "url-query",
        _query_as_body,
    ),
    Candidate(
        Mistake("url-slash", "The URL was signed with a slash more or less than was sent.", "签名用的 URL 和发送的相差一个斜杠。"),
        "url-slash",
        _other_slashes,
    ),
    Candidate(
        Mistake(
            "url-template",
            "The URL was signed with its placeholder still in braces; fill it in before signing.",
            "签名用的 URL 里占位符还没有替换；应先替换再签名。",
        ),
        "url-slash",
        _template,
    ),
    Candidate(
        Mistake(
            "url-with-host", "The URL was signed with its host; sign only path and query.", "签名用的 URL 带了域名；只签路径和查询串。"
        ),
        "url-host",
        _with_origin,
    ),
)


def _only_with_url(candidate: Candidate) -> Candidate:
    def apply(draft: Draft) -> Iterator[Draft]:
        return iter(()) if draft.get("url") is None else candidate.apply(draft)

    return Candidate(candidate.mistake, candidate.part, apply)


URLS = tuple(_only_with_url(candidate) for candidate in _URL_CANDIDATES)
