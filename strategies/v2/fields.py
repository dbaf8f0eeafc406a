"""Faults in one member of an APIv2 request: for every bound a document states, values that break it and nothing else, and valid ones.

Members of XML are text: they have no type, and one that is empty is absent.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from reference.contract import FieldBound, bounds, load
from reference.contract.keywords import AT_LEAST
from strategies.faults.values import ABSENT, Change, breaking, in_the_middle, keeping, to, url_of_length
from strategies.v2.cases import CallV2, FaultV2

__all__ = ["MemberEdge", "MemberFault", "MemberValue", "edges_of", "faults_of"]

_TEXT, _CHINESE = "x", "茶"
_OUTSIDE: Final[Mapping[tuple[str, str], tuple[Change, ...]]] = {
    ("attach", "maxLength"): (to(_TEXT * 129), to(_CHINESE * 129), to(_TEXT * 512)),
    ("detail", "maxLength"): (),
    ("scene_info", "maxLength"): (),
    ("spbill_create_ip", "maxLength"): (),
    ("offset", "pattern"): (),
    ("brand_id", "pattern"): (),
}
"""(member, keyword) -> values, where APIv2 differs from APIv3 or the keyword alone does not say what breaks it beyond doubt.

What is too long to be JSON of an order or an address is none. APIv3 gives attach a character more. No money hangs on an offset or a brand,
and not everybody reads them.
"""
_INSIDE: Final[Mapping[tuple[str, str], tuple[Change, ...]]] = {
    ("attach", "maxLength"): (to(_TEXT * 127),),
    ("body", "maxLength"): (to(_TEXT * 127),),
    ("detail", "maxLength"): (),
    ("scene_info", "maxLength"): (),
    ("spbill_create_ip", "maxLength"): (),
    ("limit_pay", "maxLength"): (to("no_credit"),),
    ("notify_url", "maxLength"): (url_of_length(256),),
    ("out_trade_no", "pattern"): tuple(in_the_middle(piece, piece) for piece in "_-"),
}
"""(member, keyword) -> valid values, where the edge itself is in doubt."""
_UNWRITABLE: Final = frozenset({"control", "empty"})
"""Labels of values that no XML can carry, or that mean an absent member in it."""
_OF_TEXT: Final = frozenset({"required", "maxLength", "pattern", AT_LEAST, "enum", "format"})
_DIGITS: Final = "^[0-9]+$"
_NO_NUMBERS: Final = tuple(to(text) for text in ("-1", "1.5", "one", "1e2"))


@dataclass(frozen=True, eq=False, repr=False)
class MemberValue(FaultV2):
    """Another value in one member; the request is signed as it is sent."""

    bound: FieldBound
    change: Change

    @property
    def member(self) -> str:
        """The member it is about."""
        return self.bound.pointer[0]

    @property
    def name(self) -> str:  # type: ignore[override]
        """Member, keyword and value, as in ``body:maxLength=129×x``."""
        return f"{self.member}:{self.bound.keyword}={self.change.label}"

    def in_call(self, call: CallV2) -> CallV2:
        """Put the value in its place."""
        value = self.change.make(call.members.get(self.member) or _TEXT)
        return call.but(**{self.member: None if value is ABSENT else value})


class MemberFault(MemberValue):
    """A value that breaks one documented bound, by every reading of the documents."""


class MemberEdge(MemberValue):
    """A valid value at the edge of a bound: the twin of the faults that break it."""

    says = "valid"


def faults_of(operation_id: str, *members: str, keywords: Collection[str] = ()) -> tuple[MemberFault, ...]:
    """Return every single-member fault of an operation, in the contract's order.

    *members* keep those of these members, *keywords* such as ``{"maxLength"}`` those that break such a bound. Raises LookupError for a
    member without documented bounds.
    """
    return tuple(fault for fault in _all(operation_id)[0] if _wanted(fault, operation_id, members, keywords))


def edges_of(operation_id: str, *members: str, keywords: Collection[str] = ()) -> tuple[MemberEdge, ...]:
    """Return the valid values at the edges of an operation's bounds, chosen like the faults of `faults_of`."""
    return tuple(edge for edge in _all(operation_id)[1] if _wanted(edge, operation_id, members, keywords))


@cache
def _all(operation_id: str) -> tuple[tuple[MemberFault, ...], tuple[MemberEdge, ...]]:
    stated = [bound for bound in bounds(load("v2").operations[operation_id]) if bound.documented and bound.keyword in _OF_TEXT]
    # Too long and outside a list of values is one fault, not two: the list is the narrower bound.
    listed = {bound.pointer for bound in stated if bound.keyword == "enum"}
    stated = [bound for bound in stated if bound.keyword != "maxLength" or bound.pointer not in listed]
    return (
        tuple(MemberFault(bound, change) for bound in stated for change in _breaking(bound)),
        tuple(MemberEdge(bound, change) for bound in stated for change in _keeping(bound)),
    )


def _breaking(bound: FieldBound) -> tuple[Change, ...]:
    if bound.keyword == "required":
        return (to(ABSENT),)
    if bound.keyword == AT_LEAST:
        return (to(str(bound.value - 1)),)
    found = _OUTSIDE.get((bound.pointer[0], bound.keyword))
    if found is None and (bound.keyword, bound.value) == ("pattern", _DIGITS):
        return _NO_NUMBERS
    return tuple(change for change in (breaking(bound) if found is None else found) if change.label not in _UNWRITABLE)


def _keeping(bound: FieldBound) -> tuple[Change, ...]:
    found = _INSIDE.get((bound.pointer[0], bound.keyword))
    return keeping(bound) if found is None else found


def _wanted(value: MemberValue, operation_id: str, members: tuple[str, ...], keywords: Collection[str]) -> bool:
    known = {fault.member for fault in _all(operation_id)[0]}
    if unknown := next((name for name in members if name not in known), None):
        raise LookupError(f"{operation_id} has no documented bound on {unknown!r}; there are {', '.join(sorted(known))}.")
    return (not members or value.member in members) and (not keywords or value.bound.keyword in keywords)
