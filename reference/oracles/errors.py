"""Errors of APIv3: spellings of a code that mean the same, the statuses that go with a code, and sets of acceptable answers."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["SPELLINGS", "STATUSES", "Expectation", "Status", "canonical", "request_id_code", "shape_problems", "status_admits"]

Status = int | str
"""A status such as 404, or a class of statuses such as ``4xx``."""

SPELLINGS: Mapping[str, frozenset[str]] = {
    "AUTH_CODE_EXPIRE": frozenset({"AUTHCODEEXPIRE"}),
    "BANK_ERROR": frozenset({"BANKERROR"}),
    "FREQUENCY_LIMITED": frozenset({"FREQUENCY_LIMIT_EXCEED", "RATELIMIT_EXCEED", "RATELIMIT_EXCEEDED", "RATE_LIMITED"}),
    "NOT_ENOUGH": frozenset({"NOTENOUGH"}),
    "NO_AUTH": frozenset({"NOAUTH"}),
    "ORDER_CLOSED": frozenset({"ORDERCLOSED"}),
    "ORDER_NOT_EXIST": frozenset({"ORDERNOTEXIST"}),
    "ORDER_PAID": frozenset({"ORDERPAID"}),
    "ORDER_REVERSED": frozenset({"ORDERREVERSED"}),
    "RULE_LIMIT": frozenset({"RULELIMIT"}),
    "SIGN_ERROR": frozenset({"SIGNERROR"}),
    "SYSTEM_ERROR": frozenset({"SYSTEMERROR"}),
    "USER_PAYING": frozenset({"USERPAYING"}),
}
"""Canonical code -> the other spellings documents and platforms use for it."""

STATUSES: Mapping[str, frozenset[Status]] = {
    "APPID_MCHID_NOT_MATCH": frozenset({400}),
    "INVALID_REQUEST": frozenset({400}),
    "MCH_NOT_EXISTS": frozenset({"4xx"}),
    "PARAM_ERROR": frozenset({400}),
    "SIGN_ERROR": frozenset({401}),
    "NOT_ENOUGH": frozenset({403}),
    "NO_AUTH": frozenset({403}),
    "OUT_TRADE_NO_USED": frozenset({403}),
    "RULE_LIMIT": frozenset({403}),
    "USER_ACCOUNT_ABNORMAL": frozenset({403}),
    "NOT_FOUND": frozenset({404}),
    "ORDER_NOT_EXIST": frozenset({404}),
    "RESOURCE_NOT_EXISTS": frozenset({404}),
    "FREQUENCY_LIMITED": frozenset({429}),
    "AUTH_CODE_EXPIRE": frozenset({"4xx"}),
    "NO_STATEMENT_EXIST": frozenset({"4xx"}),
    "ORDER_CLOSED": frozenset({"4xx"}),
    "ORDER_PAID": frozenset({"4xx"}),
    "ORDER_REVERSED": frozenset({"4xx"}),
    "STATEMENT_CREATING": frozenset({"4xx"}),
    "BANK_ERROR": frozenset({500}),
    "INVALID_TRANSACTIONID": frozenset({500}),
    "OPENID_MISMATCH": frozenset({500}),
    "SERVICE_UNAVAILABLE": frozenset({502, 503}),
    "SYSTEM_ERROR": frozenset({500}),
    "USER_PAYING": frozenset({202}),
}
"""Canonical code -> the status the documents print beside it; a class where they print none or several."""

_CANONICAL = {spelling: code for code, spellings in SPELLINGS.items() for spelling in spellings}
_NUMERIC_SUFFIX = re.compile(r"(?:[-_:][0-9]{6,})+\Z")
_REQUEST_ID_CODE = re.compile(r".*-([0-9]+)", re.DOTALL)
_DETAIL_TEXTS = ("field", "issue", "location")


def canonical(code: str) -> str:
    """Return the one spelling that stands for *code*; a numeric suffix (``NO_AUTH-268443860``) is not part of it.

    Unknown codes are their own class. Source: error tables of APIv3 pages from different years.
    """
    bare = _NUMERIC_SUFFIX.sub("", code) or code
    return _CANONICAL.get(bare, bare)


def request_id_code(request_id: str) -> str | None:
    """Return the numeric error code at the end of a Request-ID header, after the last hyphen, if there is one."""
    match = _REQUEST_ID_CODE.fullmatch(request_id)
    return match[1] if match else None


def status_admits(expected: Iterable[Status], status: int) -> bool:
    """Tell whether *status* is one of the *expected* statuses or in one of the expected classes."""
    return not {status, f"{status // 100}xx"}.isdisjoint(expected)


@dataclass(frozen=True, slots=True)
class Expectation:
    """Every acceptable answer: a status (or class) out of *statuses* and a code out of *codes*.

    *codes* are canonical spellings; when there are none, the code is not judged.
    """

    statuses: frozenset[Status]
    codes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *codes: str) -> "Expectation":
        """Expect one of *codes*, with a status of the class documented for it; unknown codes raise ValueError.

        Classes, for the documents carry the status of one product's table over to the next.
        """
        names = frozenset(canonical(code) for code in codes)
        if unknown := sorted(names - STATUSES.keys()):
            raise ValueError(f"{unknown[0]} has no documented status; name the statuses yourself: Expectation(statuses, codes).")
        return cls(frozenset(_status_class(status) for name in names for status in STATUSES[name]), names)

    def admits(self, status: int, code: str | None) -> bool:
        """Tell whether an answer of *status* and *code* is acceptable."""
        return status_admits(self.statuses, status) and (not self.codes or (code is not None and canonical(code) in self.codes))

    def describe(self) -> str:
        """Return the expectation as people say it: ``4xx INVALID_REQUEST or PARAM_ERROR``."""
        statuses = " or ".join(sorted(map(str, self.statuses)))
        return f"{statuses} {' or '.join(sorted(self.codes))}".strip()


def shape_problems(body: bytes) -> tuple[str, ...]:
    """Return what is wrong with *body* as the body of an error; nothing if it has the documented shape.

    That is a JSON object with the texts ``code`` and ``message``, and perhaps ``detail``: an object, or a list of them, with the texts
    field, issue, location. What is null counts as absent.
    """
    try:
        value: Any = json.loads(body.decode())
    except (ValueError, RecursionError):
        return ("The body is not JSON in UTF-8; expected an object with code and message.",)
    if not isinstance(value, dict):
        return (f"The body is a JSON {type(value).__name__}; expected an object with code and message.",)
    texts = {name: value.get(name) for name in ("code", "message")}
    found = [f"{name} is {text!r}; expected a text." for name, text in texts.items() if not isinstance(text, str) or not text]
    detail = value.get("detail")
    if detail is not None and not isinstance(detail, dict | list):
        return (*found, f"detail is {detail!r}; expected an object.")
    items = [item for item in (detail if isinstance(detail, list) else [detail]) if isinstance(item, dict)]
    said = [(name, item[name]) for item in items for name in _DETAIL_TEXTS if item.get(name) is not None]
    found += [f"detail.{name} is {text!r}; expected a text." for name, text in said if not isinstance(text, str)]
    return tuple(found)


def _status_class(status: Status) -> str:
    return status if isinstance(status, str) else f"{status // 100}xx"
