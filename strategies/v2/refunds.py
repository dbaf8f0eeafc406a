"""Refunds of orders of APIv2: plans in which both families refund one order, and single faults in an application."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Final, Literal, TypeAlias

from hypothesis import strategies as st

from strategies.faults.refund import CHARACTERS
from strategies.refunds import Outcome, Part, plans
from strategies.v2.cases import CallV2
from strategies.v2.named import Asked

__all__ = ["FAMILIES", "NUMBERS", "REFUND_FEES", "TOTAL_FEES", "Family", "TakenPart", "mixed_plans", "single_characters"]

Family: TypeAlias = Literal["v2", "v3"]
"""Through which API a refund is applied for."""
TakenPart: TypeAlias = tuple[Part, Family]

FAMILIES: Final[tuple[Family, ...]] = ("v2", "v3")
_FATES: Final[tuple[Outcome | None, ...]] = (None, "SUCCESS", "ABNORMAL", "CLOSED")
_MOST: Final = 6
_UNWRITABLE: Final = "\0"
"""What no XML can carry."""


def mixed_plans(total: int, *, outcomes: Sequence[Outcome | None] = _FATES) -> st.SearchStrategy[tuple[TakenPart, ...]]:
    """Draw refunds of one order that fit its *total* in fen, each with what becomes of it and the family it is applied for by."""
    families = st.sampled_from(tuple(product(FAMILIES, repeat=_MOST)))
    return st.builds(lambda parts, ways: tuple(zip(parts, ways, strict=False)), plans(total, outcomes=outcomes, most=_MOST), families)


def _with(name: str, label: str, value: str | None) -> Asked:
    return Asked(f"{name} {label}", lambda call: call.but(**{name: value}))


def _number(label: str, place: int | None, character: str) -> Asked:
    """The number with *character* in the *place* of one of its own, at its end for None."""

    def change(call: CallV2) -> CallV2:
        number = call.members["out_refund_no"] or ""
        kept = (number[:-1], "") if place is None else (number[:place], number[place + 1 :])
        return call.but(out_refund_no=character.join(kept))

    return Asked(f"out_refund_no with {character!r} {label}", change)


def _fees(name: str, values: Mapping[str, str | None]) -> tuple[Asked, ...]:
    return tuple(_with(name, label, value) for label, value in values.items())


def _off_by(fen: int) -> Asked:
    def change(call: CallV2) -> CallV2:
        return call.but(total_fee=str(int(call.members["total_fee"] or 0) + fen))

    return Asked(f"total_fee off by {fen} fen", change)


def single_characters() -> tuple[Asked, ...]:
    """An out_refund_no with one character it may not have: each at the beginning, inside, and at the end."""
    places: Mapping[str, int | None] = {"first": 0, "inside": 5, "last": None}
    writable = [character for character in CHARACTERS if character not in _UNWRITABLE]
    return tuple(_number(label, place, character) for character in writable for label, place in places.items())


NUMBERS: Final[tuple[Asked, ...]] = (
    _with("out_refund_no", "absent", None),
    _with("out_refund_no", "empty", ""),
    _with("out_refund_no", "blank", " "),
    _with("out_refund_no", "of 65 characters", "R" * 65),
    Asked(
        "out_refund_no of 65 characters, its own first",
        lambda call: call.but(out_refund_no=(call.members["out_refund_no"] or "").ljust(65, "0")),
    ),
    _with("out_refund_no", "of 128 characters", "R" * 128),
)
"""An out_refund_no that is absent, empty or too long."""

_NO_FEES: Final[Mapping[str, str | None]] = {
    "absent": None,
    "empty": "",
    "zero": "0",
    "negative": "-1",
    "in yuan": "0.01",
    "with decimals": "1.5",
    "with a zero as decimal": "1.0",
    "in words": "one",
    "in Chinese": "一",
    "not a number": "NaN",
}
REFUND_FEES: Final = _fees("refund_fee", _NO_FEES)
"""A refund_fee that is no whole number of fen from 1."""

TOTAL_FEES: Final[tuple[Asked, ...]] = (
    *_fees("total_fee", {"absent": None, "empty": "", "zero": "0", "in words": "one"}),
    _off_by(1),
    _off_by(-1),
    _off_by(100),
    Asked("total_fee in yuan", lambda call: call.but(total_fee=f"{int(call.members['total_fee'] or 0) / 100:.2f}")),
    Asked("total_fee a hundredfold", lambda call: call.but(total_fee=f"{call.members['total_fee']}00")),
    Asked("total_fee that of the refund", lambda call: call.but(total_fee=call.members["refund_fee"])),
)
"""A total_fee that is not the order's, for a refund of less than the order."""
