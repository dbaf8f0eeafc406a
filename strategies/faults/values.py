"""Which values break a bound whatever reading of the documents one takes, and which keep it at its very edge.

Where documents disagree (the contract's `x-in-doubt`) only values on which all of them agree are listed.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reference.contract import FieldBound, Schema
from strategies import times

__all__ = ["ABSENT", "Change", "breaking", "in_the_middle", "keeping", "sample", "to", "url_of_length"]


class _Absent:
    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = _Absent()
"""In place of a value: the member is left out."""

_TEXT: Final = "x"
_CHINESE: Final = "茶"
_LATER: Final = 1_893_456_000


@dataclass(frozen=True, slots=True)
class Change:
    """One value for a place: *label* names it for ever, *make* turns the valid value that stands there into it."""

    label: str
    make: Callable[[Any], Any]


def breaking(bound: FieldBound) -> tuple[Change, ...]:
    """Return the values that break *bound*, and at its place nothing else."""
    name = _name(bound)
    if (name, bound.keyword) in _OUTSIDE:
        return _OUTSIDE[name, bound.keyword]
    if bound.in_doubt is not None and bound.keyword != "maxLength":
        return ()
    return tuple(_BREAKING[bound.keyword](bound)) if bound.keyword in _BREAKING else ()


def keeping(bound: FieldBound) -> tuple[Change, ...]:
    """Return the valid values at the edge of *bound*; none where there is no edge, or none that is beyond doubt."""
    name = _name(bound)
    if (name, bound.keyword) in _INSIDE:
        return _INSIDE[name, bound.keyword]
    if bound.in_doubt is not None and bound.keyword != "maxLength":
        return ()
    return tuple(_KEEPING[bound.keyword](bound)) if bound.keyword in _KEEPING else ()


def sample(schema: Schema) -> Any:
    """Return a small valid value of *schema*: required members only, one element in a list."""
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type", "object"):
        case "object":
            return {name: sample(schema["properties"][name]) for name in _needed(schema)}
        case "array":
            return [sample(schema["items"])]
        case "integer":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return True
    return _FORMATTED.get(schema.get("format", ""), _TEXT * max(1, schema.get("minLength", 1)))


def _needed(schema: Schema) -> Iterable[str]:
    yield from schema.get("required", ())
    for choice in schema.get("anyOf", ())[:1]:
        yield from choice["required"]


_FORMATTED: Final = {"ip": "203.0.113.7", "date-time": "2030-01-01T08:00:00+08:00", "date": "2026-01-01"}


def _name(bound: FieldBound) -> str:
    return next((name for name in reversed(bound.pointer) if name != "[]"), "")


def to(value: Any, label: str | None = None) -> Change:
    """Return the change to *value*, whatever stood there."""
    return Change(_label(value) if label is None else label, lambda _old: value)


def _fixed(*values: Any) -> tuple[Change, ...]:
    """Changes to values that do not depend on what stood there."""
    return tuple(to(value) for value in values)


def _label(value: Any) -> str:
    if value is ABSENT:
        return "absent"
    if isinstance(value, str) and len(value) > 8 and len(set(value)) == 1:
        return f"{len(value)}×{value[0]}"
    return json.dumps(value, ensure_ascii=False)


def _wrong_types(bound: FieldBound) -> tuple[Change, ...]:
    return _OTHER_TYPES[bound.value]


def _as_json(old: Any) -> str:
    return json.dumps(old, ensure_ascii=False)


_TRUE: Final = to(value=True)
_OTHER_TYPES: Final[Mapping[str, tuple[Change, ...]]] = {
    "string": (*_fixed(1, [_TEXT], {"value": _TEXT}), _TRUE),
    "integer": (*_fixed("1", 1.5, [1]), _TRUE),
    "boolean": _fixed("true", 1),
    "object": (*_fixed(_TEXT, []), _TRUE, Change("its-json", _as_json)),
    "array": (*_fixed({}, 1), Change("its-first-item", lambda old: old[0]), Change("its-json", _as_json)),
}


def _longer(bound: FieldBound) -> tuple[Change, ...]:
    return _fixed(_TEXT * (bound.value + 1), _CHINESE * (bound.value + 1), _TEXT * (4 * bound.value))


_FORMS: Final[Mapping[str, tuple[Change, ...]]] = {
    "ip": _fixed("300.1.1.1", "203.0.113", "payer.example", "203.0.113.7:443", "2001:db8::1::2", "203.0.113.7, 203.0.113.8"),
    "date": _fixed("20260101", "2026-1-1", "2026/01/01", "2026-02-30", "2026-01-01T00:00:00+08:00", "today", ""),
    "date-time": tuple(to(text, name) for name, text in times.malformed(_LATER).items()),
    "yyyyMMdd": _fixed("20260231", "2026061", "2026-06-14", "yesterday"),
    "yyyyMMddHHmmss": _fixed(
        "20300101",
        "203001010800",
        "203001010800000",
        "2030-01-01 08:00:00",
        "2030-01-01T08:00:00+08:00",
        str(_LATER),
        str(1000 * _LATER),
        "20301301080000",
        "20300230080000",
        "20300101256000",
        "20300101080O00",
        "tomorrow",
    ),
}
_VALID_FORMS: Final[Mapping[str, tuple[Change, ...]]] = {"ip": _fixed("203.0.113.7", "2001:db8::1", "2001:db8:0:0:0:0:0:1")}
_BREAKING: Final[Mapping[str, Callable[[FieldBound], Iterable[Change]]]] = {
    "type": _wrong_types,
    "required": lambda bound: _fixed(ABSENT) if bound.where == "query" else _fixed(ABSENT, None),
    "requiredIf": lambda _bound: _fixed(ABSENT, None),
    "minLength": lambda bound: _fixed(_TEXT * (bound.value - 1)),
    "maxLength": _longer,
    "minimum": lambda bound: _fixed(*sorted({bound.value - 1, -1, -100}, reverse=True)),
    "enum": lambda bound: _fixed("UNHEARD_OF", f"{bound.value[0]}X"),
    "format": lambda bound: _FORMS[bound.value],
    "anyOf": lambda bound: (Change("neither", lambda old: {name: value for name, value in old.items() if name not in bound.value}),),
    "additionalProperties": lambda _bound: (
        Change("total_fee", lambda old: old | {"total_fee": 100}),
        Change("wxc_invented", lambda old: old | {"wxc_invented": "x"}),
    ),
}
_KEEPING: Final[Mapping[str, Callable[[FieldBound], Iterable[Change]]]] = {
    "minLength": lambda bound: _fixed(_TEXT * bound.value),
    "maxLength": lambda bound: _fixed(_TEXT * bound.value),
    "minimum": lambda bound: _fixed(bound.value),
    "enum": lambda bound: _fixed(*bound.value),
    "format": lambda bound: _VALID_FORMS.get(bound.value, ()),
}


def in_the_middle(label: str, piece: str) -> Change:
    """Return the change of one character in the middle to *piece*."""
    return Change(label, lambda old: old[: len(old) // 2] + piece + old[len(old) // 2 + 1 :])


_ILLEGAL: Final = (
    in_the_middle("space", " "),
    in_the_middle("slash", "/"),
    in_the_middle("chinese", "茶"),
    in_the_middle("control", "\x01"),
    in_the_middle("line-feed", "\n"),
    in_the_middle("hash", "#"),
    in_the_middle("dot", "."),
    in_the_middle("quote", '"'),
    in_the_middle("full-width-digit", "１"),
    in_the_middle("accent", "é"),
    Change("leading-space", lambda old: " " + old[1:]),
    Change("trailing-space", lambda old: old[:-1] + " "),
    Change("trailing-line-feed", lambda old: old[:-1] + "\n"),
)
_LEGAL: Final = tuple(in_the_middle(piece, piece) for piece in "_-*")
"""What every document allows in a number besides ASCII letters and digits."""


def _of_length(length: int) -> Change:
    """A number of that length, as unique as the valid one was."""
    return Change(f"{length}-characters", lambda old: old[-length:].rjust(length, "0"))


def url_of_length(length: int) -> Change:
    """Return the change to an address of that length."""
    return to("https://merchant.example/".ljust(length, _TEXT), f"{length}-characters")


_NOT_URLS: Final = (
    to("", "empty"),
    to("/wechatpay/notify", "relative"),
    to("merchant.example/wechatpay/notify", "no-scheme"),
    to("https:///wechatpay/notify", "no-host"),
    to("ftp://merchant.example/wechatpay/notify", "other-scheme"),
    to(" https://merchant.example/wechatpay/notify", "leading-space"),
    to("https://merchant.example/wechatpay/notify?shop=1", "query"),
)
_OUTSIDE: Final[Mapping[tuple[str, str], tuple[Change, ...]]] = {
    ("out_trade_no", "pattern"): _ILLEGAL,
    ("out_trade_no", "minLength"): (_of_length(1), _of_length(5)),
    ("out_trade_no", "maxLength"): (_of_length(33), _of_length(64)),
    ("out_refund_no", "pattern"): _ILLEGAL,
    ("out_refund_no", "minLength"): (),
    ("out_refund_no", "maxLength"): (_of_length(65), _of_length(128)),
    ("notify_url", "pattern"): _NOT_URLS,
    ("notify_url", "maxLength"): (url_of_length(257), url_of_length(512)),
    ("payer_client_ip", "maxLength"): (),
    ("currency", "enum"): _fixed("USD", "HKD", "EUR", "JPY", "RMB"),
    ("bill_type", "enum"): _fixed("UNHEARD_OF"),
    ("account_type", "enum"): _fixed("UNHEARD_OF"),
    ("tar_type", "enum"): _fixed("ZIP"),
}
"""(member, keyword) -> values, where the keyword alone does not say what breaks it beyond doubt.

An empty out_refund_no breaks two bounds at once, and no address is longer than 45 characters.
"""
_INSIDE: Final[Mapping[tuple[str, str], tuple[Change, ...]]] = {
    ("out_trade_no", "pattern"): _LEGAL,
    ("out_trade_no", "minLength"): (_of_length(6),),
    ("out_trade_no", "maxLength"): (_of_length(32),),
    ("out_refund_no", "pattern"): _LEGAL,
    ("out_refund_no", "minLength"): (),
    ("out_refund_no", "maxLength"): (_of_length(64),),
    ("notify_url", "pattern"): (to("https://merchant.example/wechatpay/notify", "https"),),
    ("notify_url", "maxLength"): (url_of_length(255),),
    ("payer_client_ip", "maxLength"): (),
    ("device_id", "maxLength"): _fixed(_TEXT * 16),
    ("bill_type", "enum"): _fixed("ALL", "SUCCESS", "REFUND"),
    ("account_type", "enum"): _fixed("BASIC", "OPERATION", "FEES"),
}
"""(member, keyword) -> valid values, where the edge itself is in doubt: combined-payment pages give device_id 16 characters."""
