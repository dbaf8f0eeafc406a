"""What an APIv2 answer says: accepted, refused, unknown or malformed; whether it keeps its shape; whether it may be believed.

An answer speaks on two levels. `return_code` says whether the message was understood, `result_code` whether what it asks was done; only
SUCCESS on both is a success. Source: APIv2 documents, "Protocol rules"; error tables.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from reference.oracles import v2
from reference.oracles.v2_errors import ErrorCode, code_in, find
from reference.oracles.v2_xml import Flaw, MalformedXmlError, read_xml

__all__ = ["AnswerFlaw", "Authenticity", "Result", "Verdict", "authenticity", "classify", "of_values", "shape_problems"]

Verdict: TypeAlias = Literal["accepted", "refused", "unknown", "malformed"]
AnswerFlaw: TypeAlias = Flaw | Literal["json", "off-schema", "page", "result-code", "return-code"]
"""What makes an answer malformed: what stands against its XML, or that it is a JSON text, an HTML page (a sandbox that is asked too fast
redirects to one), the sandbox's retcode and retmsg, or has a level that is neither SUCCESS nor FAIL."""

Authenticity: TypeAlias = Literal["authentic", "unsigned", "missing", "forged"]
"""authentic: signed, and the signature holds. unsigned: not signed, and need not be. missing: not signed, but must be. forged: the
signature does not hold."""

_LEVELS: Final = ("SUCCESS", "FAIL")
_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Result:
    """What an answer says; *why* is the sentence.

    *code* is the error code as the documents spell it, or as the answer does if they do not list it; None where there is none. *flaw*
    is set if the answer is malformed. *values* are its elements.
    """

    verdict: Verdict
    why: str
    code: str | None = None
    flaw: AnswerFlaw | None = None
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def decided(self) -> bool:
        """Whether it is certain what was done.

        A refusal without a known reason, an unknown result and a malformed answer leave that open: ask before paying or refunding anew.
        """
        return self.verdict == "accepted" or (self.verdict == "refused" and self.code is not None)


def classify(raw: bytes, *, levels: Literal[1, 2] = 2) -> Result:
    """Return what the answer *raw* says; one of *levels* 1 has no result_code, such as that of getsignkey or to a notification."""
    try:
        values = read_xml(raw)
    except MalformedXmlError as error:
        return _no_message(raw, error)
    return of_values(values, levels=levels)


def of_values(values: Mapping[str, str], *, levels: Literal[1, 2] = 2) -> Result:
    """Return what an answer of *values* says, whether it may be believed or not."""
    return_code = values.get("return_code")
    if return_code is None and not values.keys().isdisjoint({"retcode", "retmsg"}):
        return _off_schema(values)
    if return_code not in _LEVELS:
        return Result("malformed", _no_level("return_code", return_code), flaw="return-code", values=values)
    if return_code == "FAIL":
        text = values.get("return_msg") or values.get("retmsg") or ""
        return _failed(code_in(text), f"return_code is FAIL: {_cut(text) or 'no reason given'}.", values)
    if levels == 1:
        return Result("accepted", "return_code is SUCCESS.", values=values)
    return _again(values) or _second_level(values)


def shape_problems(values: Mapping[str, str], *, levels: Literal[1, 2] = 2) -> tuple[str, ...]:
    """Return what is wrong with the levels of an answer and what goes with them; nothing if they have the documented shape.

    Empty elements count as absent. Red packets say ``SUCCESS`` in err_code as well; that is let pass.
    """
    given = {name: value for name, value in values.items() if value}
    return_code, result_code, err_code = (given.get(name) for name in ("return_code", "result_code", "err_code"))
    found = [
        f"{name} stands in the place of {place}." for name, place in (("retcode", "return_code"), ("retmsg", "return_msg")) if name in given
    ]
    if return_code not in _LEVELS:
        return (*found, _no_level("return_code", return_code))
    if return_code == "FAIL" or levels == 1:
        return (*found, *(f"{name} is there, but there is no second level." for name in ("result_code", "err_code") if name in given))
    if result_code not in _LEVELS:
        return (*found, _no_level("result_code", result_code))
    if result_code == "FAIL" and err_code is None:
        found.append("result_code is FAIL, but err_code is missing.")
    if result_code == "SUCCESS" and err_code not in {None, "SUCCESS"}:
        found.append(f"result_code is SUCCESS, but err_code is {_cut(err_code or '')}.")
    return tuple(found)


def authenticity(
    values: Mapping[str, str],
    key: str,
    *,
    signs: bool = True,
    sign_type: v2.SignType | None = None,
    ignoring: Collection[str] = frozenset(),
) -> Authenticity:
    """Tell whether an answer may be believed.

    Every answer is signed, apart from those whose return_code is FAIL and those of operations that do not sign theirs (not *signs*),
    where a `sign` that does not hold counts as none. *sign_type* and *ignoring* are those of `v2.verify`.
    """
    if not values.get("sign"):
        return "missing" if signs and values.get("return_code") != "FAIL" else "unsigned"
    if v2.verify(values, key, sign_type, ignoring=ignoring):
        return "authentic"
    return "forged" if signs else "unsigned"


def _again(values: Mapping[str, str]) -> Result | None:
    if values.get("recall") != "Y":
        return None
    return Result("unknown", "recall is Y: the reversal has to be asked for again.", values.get("err_code") or None, values=values)


def _second_level(values: Mapping[str, str]) -> Result:
    result_code = values.get("result_code")
    if result_code not in _LEVELS:
        return Result("malformed", _no_level("result_code", result_code), flaw="result-code", values=values)
    if result_code == "SUCCESS":
        return Result("accepted", "return_code and result_code are SUCCESS.", values=values)
    return _error(values)


def _error(values: Mapping[str, str]) -> Result:
    code, described = values.get("err_code"), _cut(values.get("err_code_des") or "no description")
    if not code:
        return Result("unknown", f"result_code is FAIL without err_code: {described}.", values=values)
    known = find(code)
    if known is None:
        return Result("unknown", f"err_code is {_cut(code)}, which the documents do not list: {described}.", code, values=values)
    return _failed(known, f"err_code is {_cut(code)}: {described}.", values)


def _failed(known: ErrorCode | None, why: str, values: Mapping[str, str]) -> Result:
    if known is None:
        return Result("refused", why, values=values)
    return Result("refused" if known.decided else "unknown", why, known.code, values=values)


def _off_schema(values: Mapping[str, Any]) -> Result:
    text = str(values.get("retmsg") or "")
    known = code_in(text)
    why = f"retcode and retmsg stand in the place of return_code and return_msg, as in the sandbox: {_cut(text) or 'no reason given'}."
    kept = {name: str(value) for name, value in values.items()}
    return Result("malformed", why, known.code if known else None, "off-schema", kept)


def _no_message(raw: bytes, error: MalformedXmlError) -> Result:
    start = raw[:_SHOWN].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return Result("malformed", "The answer is an HTML page; the sandbox redirects to one when it is asked too fast.", flaw="page")
    if not start.startswith(b"{"):
        return Result("malformed", str(error), flaw=error.flaw)
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict) and not value.keys().isdisjoint({"retcode", "retmsg"}):
        return _off_schema(value)
    return Result("malformed", "The answer is JSON; expected XML.", flaw="json")


def _no_level(name: str, value: str | None) -> str:
    return f"{name} is {'missing' if value is None else repr(_cut(value))}; expected SUCCESS or FAIL."


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
