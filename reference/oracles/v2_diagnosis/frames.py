"""Mistakes with the key: how it is appended, and what it is taken to be."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from reference.oracles import v2
from reference.oracles.v2_diagnosis.draft import Draft, Frame, put, row

__all__ = ["FRAMES", "SECRETS"]

_OTHER_NAMES = ("secret", "Key", "KEY", "apikey", "api_key", "appkey", "partnerKey", "paySignKey")


def _framed(before: str, after: str) -> Frame:
    """Write the parameters between *before* and *after*, and the key at their ``%``."""
    return lambda parts, glue, key: before.replace("%", key) + glue.join(parts) + after.replace("%", key)


def _name_of(part: str) -> str:
    return part.partition("=")[0]


def _sorted_in(parts: Sequence[str], glue: str, key: str) -> str:
    return glue.join(sorted([*parts, f"key={key}"], key=_name_of))


def _signed_twice(sign_type: v2.SignType) -> Frame:
    def frame(parts: Sequence[str], glue: str, key: str) -> str:
        first = v2.sign({_name_of(part): part.partition("=")[2] for part in parts}, key, sign_type)
        return f"{glue.join(sorted([*parts, f'sign={first}'], key=_name_of))}&key={key}"

    return frame


def _sign_among(draft: Draft) -> Iterator[Draft]:
    yield replace(draft, frame=_signed_twice("MD5"))
    yield replace(draft, frame=_signed_twice("HMAC-SHA256"))
    yield from (replace(draft, pairs=(*draft.pairs, ("sign", text))) for text in ("null", "None", "undefined"))
    yield replace(draft, pairs=(*draft.pairs, ("sign", "")), keep=lambda name, value: value != "" or name == "sign")


def _wrapped(before: str, after: str) -> Callable[[str], str]:
    return lambda key: before + key + after


def _md5(key: str) -> str:
    return hashlib.md5(key.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


FRAMES = (
    row(
        "key-not-appended",
        "frame",
        "The string was signed without &key= and the key at its end; append them, for HMAC-SHA256 as well.",
        "签名串末尾没有拼接 &key= 和密钥；MD5 和 HMAC-SHA256 都必须拼接。",
        put("frame", _framed("", "")),
    ),
    row(
        "key-appended-bare",
        "frame",
        "The key was appended without &key= in front of it; append &key= and the key.",
        "拼接密钥时少了 &key=；应拼接 &key= 和密钥。",
        put("frame", _framed("", "%"), _framed("", "&%"), _framed("", "key=%")),
    ),
    row(
        "key-called-otherwise",
        "frame",
        "The key was appended under another name than key; append &key= and the key.",
        "拼接密钥时参数名不是 key；应拼接 &key= 和密钥。",
        put("frame", *(_framed("", f"&{name}=%") for name in _OTHER_NAMES)),
    ),
    row(
        "key-first",
        "frame",
        "The key was put in front of the parameters; append it after them.",
        "密钥拼在了参数前面；应拼在最后。",
        put("frame", _framed("key=%&", ""), _framed("%", ""), _framed("%&", "")),
    ),
    row(
        "key-sorted-in",
        "frame",
        "The key was sorted in among the parameters; append it after them.",
        "密钥参与了参数排序；应在排序之后拼在最后。",
        put("frame", _sorted_in),
    ),
    row(
        "extra-character",
        "frame",
        "A character more was signed than belongs there, such as a second & before key, or one at an end.",
        "签名串多了一个字符，例如 key 之前或首尾多了一个 &。",
        put(
            "frame",
            _framed("", "&key=%&"),
            _framed("", "&&key=%"),
            *(_framed(start, "&key=%") for start in ("&", "?")),
        ),
    ),
    row(
        "sign-signed",
        "frame",
        "sign itself was signed, empty or with an earlier value; leave it out.",
        "sign 本身（空值或上一次的值）参与了签名；应排除。",
        _sign_among,
    ),
)
SECRETS = (
    row(
        "key-with-blanks",
        "secret",
        "The key was used with white space or a byte order mark around it, as when it is read from a file; take it without.",
        "密钥首尾带有空白或 BOM，例如从文件读取时的换行；应先去掉。",
        put("secret", *(_wrapped("", end) for end in ("\n", "\r\n", " ")), *(_wrapped(start, "") for start in (" ", "\ufeff"))),
    ),
    row(
        "key-case-changed",
        "secret",
        "The key was put into upper or lower case; use it as it is.",
        "密钥被转换了大小写；应原样使用。",
        put("secret", str.upper, str.lower),
    ),
    row(
        "key-hashed",
        "secret",
        "The MD5 of the key was used, as it is to open req_info; sign with the key itself.",
        "签名用了密钥的 MD5（那是解密 req_info 用的）；应使用密钥本身。",
        put("secret", _md5, lambda key: _md5(key).upper()),
    ),
)
