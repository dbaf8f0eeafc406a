"""Mistakes with the parameters: which are signed, and in which order."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from reference.oracles.v2_diagnosis.draft import Pairs, put, row, with_pairs

__all__ = ["FIELDS", "ORDERS"]

_INDEXED = re.compile(r".*_[0-9]+")
_DIGITS = re.compile(r"([0-9]+)")
_PREPAY = "prepay_id="


def _without(wanted: Callable[[str], bool]) -> Callable[[Pairs], Iterator[Pairs]]:
    return lambda pairs: iter((tuple(pair for pair in pairs if not wanted(pair[0])),))


def _without_one(pairs: Pairs) -> Iterator[Pairs]:
    return (tuple(pair for pair in pairs if pair[0] != dropped) for dropped, _ in pairs)


def _with_sign_type(pairs: Pairs) -> Iterator[Pairs]:
    if "sign_type" not in dict(pairs):
        yield from ((*pairs, ("sign_type", value)) for value in ("MD5", "HMAC-SHA256"))


def _empties_named(pairs: Pairs) -> Iterator[Pairs]:
    for text in ("null", "None", "undefined"):
        yield tuple((name, value or text) for name, value in pairs)


def _other_case(pairs: Pairs) -> Iterator[Pairs]:
    for change in (str.lower, str.upper):
        yield tuple((change(name), value) for name, value in pairs)


def _bare_package(pairs: Pairs) -> Iterator[Pairs]:
    yield tuple((name, value.removeprefix(_PREPAY) if name == "package" else value) for name, value in pairs)


def _by_number(name: str, _value: str) -> Any:
    # Every second piece is a number; its length comes first, because int() of thousands of digits is slow.
    pieces = _DIGITS.split(name)
    return [(len(digits), digits) if position % 2 else digits for position, digits in enumerate(piece.lstrip("0") for piece in pieces)]


FIELDS = (
    row(
        "empty-values-kept",
        "keep",
        "Parameters without a value were signed; leave them out.",
        "空值参数参与了签名；应排除。",
        put("keep", lambda _name, _value: True),
    ),
    row(
        "zero-dropped",
        "keep",
        "Parameters whose value is 0 were left out; only empty values are.",
        "值为 0 的参数被排除了；只有空值才应排除。",
        put("keep", lambda _name, value: value not in {"", "0"}, lambda _name, value: value not in {"", "0", "false"}),
    ),
    row(
        "blanks-dropped",
        "keep",
        "Parameters whose value is only white space were left out; only empty values are.",
        "值只有空白的参数被排除了；只有空值才应排除。",
        put("keep", lambda _name, value: value.strip() != ""),
    ),
    row(
        "empty-values-named",
        "pairs",
        "Parameters without a value were signed as null or the like; leave them out.",
        "空值参数以 null 之类的文本参与了签名；应排除。",
        with_pairs(_empties_named),
    ),
    row(
        "sign-type-not-signed",
        "pairs",
        "sign_type was sent but not signed; sign every parameter that is sent but sign.",
        "发送了 sign_type，却没有参与签名；除 sign 外发送的参数都要签名。",
        with_pairs(_without(lambda name: name in {"sign_type", "signType"})),
    ),
    row(
        "sign-type-not-sent",
        "pairs",
        "sign_type was signed but not sent; send what is signed.",
        "sign_type 参与了签名，却没有发送；签名的参数都要发送。",
        with_pairs(_with_sign_type),
    ),
    row(
        "indexed-fields-dropped",
        "pairs",
        "Numbered parameters such as coupon_fee_0 were left out; sign every parameter, known or not.",
        "带序号的参数（如 coupon_fee_0）没有参与签名；所有参数都要签名，无论是否认识。",
        with_pairs(_without(lambda name: _INDEXED.fullmatch(name) is not None)),
    ),
    row(
        "names-case-changed",
        "pairs",
        "The parameters were signed under names in another case than they are sent in.",
        "签名用的参数名与发送的大小写不同。",
        with_pairs(_other_case),
    ),
    row(
        "package-bare",
        "pairs",
        "package was signed without prepay_id= in front; sign its whole value.",
        "package 签名时少了 prepay_id= 前缀；应使用完整的值。",
        with_pairs(_bare_package),
    ),
    row(
        "field-dropped",
        "pairs",
        "A parameter was left out; sign every parameter that is sent but sign, known or not.",
        "有一个参数没有参与签名；除 sign 外发送的参数都要签名，无论是否认识。",
        with_pairs(_without_one),
        combines=False,
    ),
)
ORDERS = (
    row(
        "sorted-ignoring-case",
        "order",
        "The parameters were sorted without regard to case; sort them by their bytes, upper case first.",
        "参数排序忽略了大小写；应按字节（ASCII）排序，大写在前。",
        put("order", lambda name, _value: name.lower(), lambda name, _value: (name.lower().replace("_", ""), name)),
    ),
    row(
        "sorted-by-number",
        "order",
        "Numbered parameters were sorted by their number; sort by bytes, so that coupon_fee_10 comes before coupon_fee_2.",
        "带序号的参数按数值排序；应按字节（ASCII）排序，coupon_fee_10 在 coupon_fee_2 之前。",
        put("order", _by_number),
    ),
    row(
        "sorted-with-values",
        "order",
        "The finished name=value texts were sorted, or the values; sort by the names.",
        "按拼好的 name=value 或按值排了序；应按参数名排序。",
        put("order", lambda name, value: f"{name}={value}", lambda name, value: (value, name)),
    ),
    row(
        "sorted-backwards",
        "order",
        "The parameters were sorted in descending order; sort them by their bytes, ascending.",
        "参数按降序排列；应按字节（ASCII）升序。",
        put("order", lambda name, _value: [-ord(character) for character in name] + [1]),
    ),
    row(
        "not-sorted",
        "order",
        "The parameters were not sorted; sort them by the bytes of their names.",
        "参数没有排序；应按参数名的字节（ASCII）排序。",
        put("order", None),
    ),
)
