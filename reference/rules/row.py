"""One rule: its words, and how a row of the book becomes one."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

__all__ = ["CONFIDENCES", "FAMILIES", "LEVELS", "RISKS", "SUBJECTS", "Risk", "RowError", "Rule", "Text", "rule_from"]


class Risk(NamedTuple):
    """What breaking a rule puts at stake."""

    id: str
    en: str
    zh: str


FAMILIES: Final = ("v3", "v2", "global", "gateway")
LEVELS: Final = ("must", "should", "observed")
SUBJECTS: Final = ("platform", "sdk", "merchant")
CONFIDENCES: Final = ("documented", "inferred", "observed")
RISKS: Final = (
    Risk("over-refund", "refunds exceed what was paid", "退款超过实付金额"),
    Risk("double-charge", "the customer pays twice", "重复扣款"),
    Risk("amount-mismatch", "the amount is not the one agreed", "金额不符"),
    Risk("forged-message", "a forged message is believed", "轻信伪造消息"),
    Risk("replay", "an old message is believed again", "消息被重放"),
    Risk("isolation", "one merchant reaches another's money", "商户之间越权"),
    Risk("unknown-result", "an unknown result is taken for a decided one", "结果未知却被当作已定"),
    Risk("wrong-state", "an order or refund is in the wrong state", "订单或退款状态错误"),
    Risk("lost-notification", "a notification is lost", "回调丢失"),
    Risk("reconciliation", "the books do not balance", "对账不平"),
    Risk("secrets", "a secret leaks", "密钥泄露"),
    Risk("sensitive-data", "personal data leaks or cannot be read", "敏感信息泄露或无法读取"),
    Risk("rotation", "a change of keys interrupts payments", "更换密钥造成支付中断"),
    Risk("clock", "clocks disagree", "时钟不一致"),
    Risk("bad-input", "bad input is accepted or causes a crash", "异常输入被接受或引发崩溃"),
    Risk("interoperability", "correct counterparts cannot work together", "正确的实现之间无法互通"),
    Risk("availability", "payments stop", "支付服务中断"),
)
"""Every known risk, those that cost money first."""

_ID: Final = re.compile(rf"(?:{'|'.join(FAMILIES)})\.[a-z]+\.[a-z0-9]+(?:-[a-z0-9]+)*")
_CATALOGUE_ID: Final = re.compile(r"(?:V3|V2|GLB|GWY)-[A-Z]{3}-[0-9]{3}|INV-[1-9]|SM-[A-Z0-9]+(?:-[A-Z0-9]+)*")


class RowError(ValueError):
    """A row that is not a rule; the message says why, but not where it stands."""


@dataclass(frozen=True, slots=True)
class Text:
    """One thing said in English and in Chinese."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One demand, and whom it is made of.

    *covers* names the requirements, invariants and state machines of the catalogue it judges;
    *not_judged* says why no check judges it yet, None if one does.
    """

    id: str
    level: str
    subjects: tuple[str, ...]
    covers: tuple[str, ...]
    risk: str
    title: Text
    consequence: Text
    rule: str
    source: str
    confidence: str
    not_judged: str | None
    note: str | None

    @property
    def family(self) -> str:
        """The protocol family the rule belongs to, the first part of its id."""
        return self.id.partition(".")[0]


def rule_from(row: object) -> Rule:
    """Return the rule *row* describes, as YAML gives it; raises RowError for the first thing wrong with it."""
    if not isinstance(row, dict):
        raise RowError(f"{row!r} is not a mapping; a rule is a mapping that begins with `- id: …`")
    for key in row:
        if key not in _KEYS:
            raise RowError(f"unknown key {key!r}{_did_you_mean(str(key), _KEYS)}; a rule's keys are {', '.join(_KEYS)}")
    for key in _KEYS:
        if key not in row and key not in _OPTIONAL:
            raise RowError(f"the key {key!r} is missing")
    values = {key: read(key, row[key]) for key, read in _KEYS.items() if key in row}
    optional = {key.replace("-", "_"): values.pop(key, None) for key in _OPTIONAL}
    return Rule(**values, **optional)


def _text(key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise RowError(f"{key!r} is {value!r}; expected a text that is not blank")
    return " ".join(value.split())


def _both_languages(key: str, value: object) -> Text:
    if not isinstance(value, Mapping) or set(value) - {"en", "zh"}:
        raise RowError(f"{key!r} is {value!r}; expected {{en: …, zh: …}}")
    for language, name in (("en", "English"), ("zh", "Chinese")):
        if language not in value:
            raise RowError(f"{key!r} has no {name} text; add `{language}: …`")
    return Text(en=_text(f"{key}.en", value["en"]), zh=_text(f"{key}.zh", value["zh"]))


def _one_of(known: Iterable[str]) -> Callable[[str, object], str]:
    names = tuple(known)

    def read(key: str, value: object) -> str:
        if value not in names:
            raise RowError(f"unknown {key} {value!r}{_did_you_mean(str(value), names)}; known are {', '.join(names)}")
        return str(value)

    return read


def _matching(pattern: re.Pattern[str], example: str) -> Callable[[str, object], str]:
    def read(key: str, value: object) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise RowError(f"{key!r} holds {value!r}; expected something like {example}")
        return value

    return read


def _several(read_one: Callable[[str, object], str]) -> Callable[[str, object], tuple[str, ...]]:
    def read(key: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not value:
            raise RowError(f"{key!r} is {value!r}; expected a list with at least one entry")
        names = tuple(read_one(key, entry) for entry in value)
        if len(set(names)) < len(names):
            raise RowError(f"{key!r} names something twice: {', '.join(names)}")
        return names

    return read


def _did_you_mean(value: str, known: Iterable[str]) -> str:
    close = get_close_matches(value, list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


_KEYS: Final[dict[str, Callable[[str, object], Any]]] = {
    "id": _matching(_ID, "v3.request.refuses-stale-timestamp"),
    "level": _one_of(LEVELS),
    "subjects": _several(_one_of(SUBJECTS)),
    "covers": _several(_matching(_CATALOGUE_ID, "V3-SIG-011, INV-1 or SM-REFUND")),
    "risk": _one_of(risk.id for risk in RISKS),
    "title": _both_languages,
    "consequence": _both_languages,
    "rule": _text,
    "source": _text,
    "confidence": _one_of(CONFIDENCES),
    "not-judged": _text,
    "note": _text,
}
_OPTIONAL: Final = ("not-judged", "note")
