"""Faults inside the JSON that a member of an APIv2 request holds as text: for every documented bound in there one value that breaks it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from reference.contract import inner_bounds, load
from strategies.faults.values import ABSENT, Change, breaking, to
from strategies.v2.cases import CallV2
from strategies.v2.fields import MemberFault
from strategies.v2.json_texts import compact

__all__ = ["InnerFault", "inner_faults_of"]

_ITEM: Final = "[]"


@dataclass(frozen=True, eq=False, repr=False)
class InnerFault(MemberFault):
    """Another value somewhere in the JSON of one member, in the last item of a list; the request is signed as it is sent."""

    @property
    def name(self) -> str:  # type: ignore[override]
        """Way, keyword and value, as in ``receivers[].type:enum="UNHEARD_OF"``."""
        return f"{'.'.join(self.bound.pointer).replace('.[]', '[]')}:{self.bound.keyword}={self.change.label}"

    def fits(self, call: CallV2) -> bool:
        """Tell whether *call* has the place this is about."""
        text = call.members.get(self.member)
        return text is not None and _reached(json.loads(text), self.bound.pointer[1:-1]) is not None

    def in_call(self, call: CallV2) -> CallV2:
        """Put the value in its place."""
        whole = json.loads(call.members[self.member] or "null")
        *way, last = self.bound.pointer[1:]
        place = _reached(whole, way)
        value = self.change.make(place.get(last))
        if value is ABSENT:
            del place[last]
        else:
            place[last] = value
        return call.but(**{self.member: compact(whole)})


@cache
def inner_faults_of(operation_id: str) -> tuple[InnerFault, ...]:
    """Return one fault for each documented bound inside the JSON of an operation's members: what is missing, unknown or no whole number."""
    stated = [bound for bound in inner_bounds(load("v2").operations[operation_id]) if bound.documented and bound.pointer[-1] != _ITEM]
    found = ((bound, _change(bound.keyword, bound.value, breaking(bound))) for bound in stated if len(bound.pointer) > 1)
    return tuple(InnerFault(bound, change) for bound, change in found if change is not None)


def _change(keyword: str, value: Any, known: Sequence[Change]) -> Change | None:
    if (keyword, value) == ("type", "integer"):
        return to(1.5)
    if keyword == "required":
        return to(ABSENT)
    return next(iter(known), None) if keyword == "enum" else None


def _reached(whole: Any, way: Sequence[str]) -> Any:
    """What stands at the end of *way* in *whole*, the last item where it leads into a list; None if nothing does."""
    for name in way:
        if name == _ITEM:
            whole = whole[-1] if isinstance(whole, list) and whole else None
        else:
            whole = whole.get(name) if isinstance(whole, dict) else None
    return whole
