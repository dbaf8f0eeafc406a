"""Mistakes with the lines themselves: their ends, their order, the method, the timestamp, the nonce, the charset."""

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import permutations
from urllib.parse import quote

from reference.oracles.diagnosis.draft import Candidate, Draft, Mistake

__all__ = ["CHARSETS", "FIELDS", "FRAME", "STRUCTURE", "WHOLE", "WIDE"]

_METHODS = (b"GET", b"POST", b"PUT", b"PATCH", b"DELETE", b"HEAD")
_CLOCK_DRIFT = 60


def _ended_by(*endings: bytes) -> Callable[[Draft], Iterator[Draft]]:
    return lambda draft: (replace(draft, ending=ending) for ending in endings)


def _separated_by(newline: bytes) -> Callable[[Draft], Iterator[Draft]]:
    return lambda draft: iter((replace(draft, separator=newline, ending=draft.ending.replace(b"\n", newline)),))


def _methods(draft: Draft) -> Iterator[Draft]:
    return draft.variants("method", _METHODS)


def _lower_method(draft: Draft) -> Iterator[Draft]:
    method = draft.get("method") or b""
    return draft.variants("method", (method.lower(), method.title()))


def _milliseconds(draft: Draft) -> Iterator[Draft]:
    return draft.variants("timestamp", _timestamps(draft, lambda seconds: (seconds * 1000,)))


def _any_millisecond(draft: Draft) -> Iterator[Draft]:
    return draft.variants("timestamp", _timestamps(draft, lambda seconds: range(seconds * 1000 + 1, seconds * 1000 + 1000)))


def _taken_twice(draft: Draft) -> Iterator[Draft]:
    nearest_first = [distance * sign for distance in range(1, _CLOCK_DRIFT + 1) for sign in (-1, 1)]
    return draft.variants("timestamp", _timestamps(draft, lambda seconds: [seconds + shift for shift in nearest_first]))


def _timestamps(draft: Draft, others: Callable[[int], Sequence[int]]) -> Iterator[bytes]:
    text = draft.get("timestamp") or b""
    # A longer number is not a time in seconds, and int() of thousands of digits is slow.
    if text.isdigit() and len(text) <= 12:
        yield from (str(number).encode() for number in others(int(text)))


def _nonce_case(draft: Draft) -> Iterator[Draft]:
    nonce_str = draft.get("nonce_str") or b""
    return draft.variants("nonce_str", (nonce_str.upper(), nonce_str.lower()))


def _without_one(draft: Draft) -> Iterator[Draft]:
    names = [name for name, _ in draft.lines]
    return (draft.pick([name for name in names if name != dropped]) for dropped in names)


def _swapped(draft: Draft) -> Iterator[Draft]:
    swap = {"timestamp": "nonce_str", "nonce_str": "timestamp"}
    yield draft.pick([swap.get(name, name) for name, _ in draft.lines])


def _repeated(draft: Draft) -> Iterator[Draft]:
    for name, _ in draft.lines:
        yield from draft.variants(name, (value for _, value in draft.lines))


def _any_order(draft: Draft) -> Iterator[Draft]:
    return (draft.pick(names) for names in permutations([name for name, _ in draft.lines]))


def _response_message(draft: Draft) -> Iterator[Draft]:
    if draft.get("method") is not None:
        yield draft.pick(("timestamp", "nonce_str", "body"))


def _request_message(draft: Draft) -> Iterator[Draft]:
    if draft.request is not None and draft.get("method") is None:
        method, url = draft.request
        yield replace(draft, lines=(("method", method), ("url", url), *draft.lines))


def _gbk(draft: Draft) -> Iterator[Draft]:
    yield draft.recoded(lambda line: line.decode(errors="replace").encode("gb18030"))


def _latin1(draft: Draft) -> Iterator[Draft]:
    yield draft.recoded(lambda line: line.decode(errors="replace").encode("latin-1", "replace"))
    yield draft.recoded(lambda line: line.decode("latin-1").encode())


def _hashed_first(draft: Draft) -> Iterator[Draft]:
    digest = hashlib.sha256(draft.message())
    yield draft.whole(digest.digest())
    yield draft.whole(digest.hexdigest().encode())
    yield draft.whole(digest.hexdigest().upper().encode())
    yield draft.whole(base64.b64encode(digest.digest()))


def _wrapped(draft: Draft) -> Iterator[Draft]:
    yield draft.whole(base64.b64encode(draft.message()))
    yield draft.whole(quote(draft.message(), safe="").encode())


_IN_MILLISECONDS = Mistake(
    "timestamp-in-milliseconds",
    "The timestamp was signed in milliseconds but sent in seconds; sign the seconds.",
    "签名用了毫秒时间戳，发送的却是秒；签名也应使用秒。",
)

FIELDS = (
    Candidate(
        Mistake(
            "method-lower-case", "The method was not signed in capitals; write GET, POST.", "签名串里的请求方法没有大写；应写成 GET、POST。"
        ),
        "method",
        _lower_method,
    ),
    Candidate(
        Mistake(
            "method-other",
            "Another method was signed than was sent; sign the method of the request line.",
            "签名用的请求方法和实际发送的不同；应使用请求行里的方法。",
        ),
        "method",
        _methods,
    ),
    Candidate(
        _IN_MILLISECONDS,
        "timestamp",
        _milliseconds,
    ),
    Candidate(
        Mistake(
            "nonce-case-changed",
            "The nonce was signed in another letter case than it was sent in; sign it as it is sent.",
            "签名用的随机串和发送的大小写不同；应按发送的原样签名。",
        ),
        "nonce",
        _nonce_case,
    ),
)

FRAME = (
    Candidate(
        Mistake(
            "last-newline-missing",
            "The message ends without the last line feed; every line ends in one, the last and even an empty one too.",
            "签名串末尾少了一个换行符；每一行都要以换行符结束，最后一行和空行也不例外。",
        ),
        "ending",
        _ended_by(b""),
    ),
    Candidate(
        Mistake(
            "extra-newline",
            "The message ends in a line feed too many; each line ends in exactly one.",
            "签名串末尾多了换行符；每一行只以一个换行符结束。",
        ),
        "ending",
        _ended_by(b"\n\n", b"\n\n\n"),
    ),
    Candidate(
        Mistake(
            "leading-newline",
            "The message begins with a line feed; it begins with its first line.",
            "签名串以换行符开头；开头应直接是第一行。",
        ),
        "prefix",
        lambda draft: iter((replace(draft, prefix=b"\n"),)),
    ),
    Candidate(
        Mistake("crlf", "The lines end in CR LF; they end in LF alone on every system.", "签名串的换行用了 \\r\\n；任何系统上都只用 \\n。"),
        "newline",
        _separated_by(b"\r\n"),
    ),
    Candidate(
        Mistake(
            "literal-backslash-n",
            "The lines are joined by a backslash and an n; use the line feed character (in PHP: double quotes).",
            "各行之间写成了反斜杠加字母 n 两个字符；应使用真正的换行符（PHP 要用双引号）。",
        ),
        "newline",
        _separated_by(b"\\n"),
    ),
    Candidate(
        Mistake(
            "lines-run-together",
            "The lines are joined without line feeds; each line ends in one.",
            "各行之间没有换行符；每一行都要以换行符结束。",
        ),
        "newline",
        _separated_by(b""),
    ),
)

STRUCTURE = (
    Candidate(
        Mistake(
            "nonce-and-timestamp-swapped",
            "Nonce and timestamp have changed places; the timestamp comes first.",
            "随机串和时间戳的位置颠倒了；时间戳在前。",
        ),
        "structure",
        _swapped,
    ),
    Candidate(
        Mistake("line-missing", "A line of the message is missing.", "签名串少了一行。"),
        "structure",
        _without_one,
    ),
    Candidate(
        Mistake(
            "response-message",
            "The message of an answer was signed (timestamp, nonce, body); a request has method and URL before them.",
            "签名用的是应答的签名串（时间戳、随机串、报文主体）；请求前面还有方法和 URL 两行。",
        ),
        "structure",
        _response_message,
    ),
    Candidate(
        Mistake(
            "request-message",
            "The message of the request was signed; that of an answer has only timestamp, nonce and body.",
            "签名用的是请求的签名串；应答的签名串只有时间戳、随机串、报文主体三行。",
        ),
        "structure",
        _request_message,
    ),
    Candidate(
        Mistake("line-repeated", "A line of the message holds the value of another line.", "签名串里有一行填成了另一行的值。"),
        "structure",
        _repeated,
    ),
)

CHARSETS = (
    Candidate(
        Mistake("charset-gbk", "The message was encoded in GBK; encode it in UTF-8.", "签名串按 GBK 编码；应按 UTF-8 编码。"),
        "charset",
        _gbk,
    ),
    Candidate(
        Mistake(
            "charset-latin-1",
            "The message went through Latin-1 (ISO-8859-1); encode it in UTF-8.",
            "签名串经过了 Latin-1（ISO-8859-1）转换；应按 UTF-8 编码。",
        ),
        "charset",
        _latin1,
    ),
)

WHOLE = (
    Candidate(
        Mistake(
            "hashed-first",
            "The message was hashed before it was handed to SHA256-RSA, which hashes by itself; hand it over as it is.",
            "签名串先做了一次摘要才交给 SHA256-RSA，而后者自带摘要；应直接传入签名串。",
        ),
        "whole",
        _hashed_first,
    ),
    Candidate(
        Mistake(
            "wrapped-first",
            "The message was base64- or URL-encoded before it was signed; sign it as it is.",
            "签名串先做了 Base64 或 URL 编码；应直接对签名串签名。",
        ),
        "whole",
        _wrapped,
    ),
)

WIDE = (
    Candidate(
        _IN_MILLISECONDS,
        "timestamp",
        _any_millisecond,
        pairs=False,
    ),
    Candidate(
        Mistake(
            "timestamp-taken-twice",
            "The clock was read twice: the timestamp signed is some seconds away from the one sent; read it once and use it for both.",
            "时间戳取了两次，签名的和发送的相差几秒；应只取一次，两处共用。",
        ),
        "timestamp",
        _taken_twice,
        pairs=False,
    ),
    Candidate(
        Mistake("lines-in-another-order", "The lines of the message stand in another order.", "签名串各行的顺序不对。"),
        "structure",
        _any_order,
        pairs=False,
    ),
)
