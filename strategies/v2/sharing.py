"""Profit sharing: drafts of what is asked for, plans of how an order is divided, and single faults on them.

Like orders and refunds, drafts name nobody and hold no number: the target mints numbers and fills accounts in when it sends.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from hypothesis import strategies as st

from strategies.cases import Order, Role
from strategies.v2.cases import SigningV2
from strategies.v2.json_texts import WRITINGS, Writing, compact
from strategies.v2.named import Signed

__all__ = [
    "Finish",
    "GiveBack",
    "Receiver",
    "Share",
    "Sharing",
    "Step",
    "hmac_faults",
    "partitions",
    "walks",
]


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody who may be given shares: the merchant that plays *role*, or, for None, a payer of whoever shares."""

    role: Role | None

    def __str__(self) -> str:
        return "a payer" if self.role is None else f"the {self.role}"


@dataclass(frozen=True, slots=True)
class Share:
    """*amount* fen for *receiver*."""

    receiver: Receiver
    amount: int
    description: str = "分给 a/b & <茶>"


@dataclass(eq=False, slots=True)
class Sharing:
    """A request to share *order*: once, which releases the rest, or *several* times. *number* is the out_order_no once minted."""

    order: Order
    shares: tuple[Share, ...]
    several: bool = True
    writing: Writing = field(default=compact, repr=False)
    number: str | None = field(default=None, repr=False)

    @property
    def amount(self) -> int:
        """What all receivers together are given, in fen."""
        return sum(share.amount for share in self.shares)

    def but(self, *shares: Share, order: Order | None = None) -> "Sharing":
        """Return another request under the same number."""
        return replace(self, shares=shares or self.shares, order=order or self.order)


@dataclass(eq=False, slots=True)
class Finish:
    """A request to end the sharing of *order*. *number* is the out_order_no once minted."""

    order: Order
    description: str = "分账已完成"
    number: str | None = field(default=None, repr=False)


@dataclass(eq=False, slots=True)
class GiveBack:
    """A return of *amount* fen of *sharing* by *receiver*; *by* says how the sharing is named.

    *number* is the out_return_no once minted.
    """

    sharing: Sharing
    receiver: Receiver
    amount: int
    by: Literal["out_order_no", "order_id"] = "out_order_no"
    number: str | None = field(default=None, repr=False)

    def but(self, amount: int) -> "GiveBack":
        """Return another amount under the same number."""
        return replace(self, amount=amount)


def hmac_faults(*listed: str) -> tuple[Signed, ...]:
    """A request of an operation that takes HMAC-SHA256 alone, signed otherwise; *listed* are its members that hold JSON."""
    rewritten = (
        Signed(f"signed over {name} {how}", _over(name, writing))
        for name in listed
        for how, writing in WRITINGS.items()
        if how in {"with blanks", "backwards"}
    )
    return (
        Signed("signed by MD5, sign_type MD5", _said("MD5", "MD5")),
        Signed("signed by MD5, no sign_type", _said(None, "MD5")),
        Signed("signed by MD5, sign_type HMAC-SHA256", _said("HMAC-SHA256", "MD5")),
        Signed("signed by HMAC-SHA256, sign_type MD5", _said("MD5", "HMAC-SHA256")),
        Signed("signed by HMAC-SHA256, no sign_type", _said(None, "HMAC-SHA256")),
        *rewritten,
    )


def _said(word: str | None, algorithm: str) -> Callable[[SigningV2], SigningV2]:
    def change(signing: SigningV2) -> SigningV2:
        members = {name: value for name, value in signing.members.items() if name != "sign_type"}
        return replace(signing, members=members if word is None else {**members, "sign_type": word}, algorithm=algorithm)

    return change


def _over(name: str, writing: Writing) -> Callable[[SigningV2], SigningV2]:
    """Sign *name* written anew, and send it as it was."""

    def change(signing: SigningV2) -> SigningV2:
        members = {**signing.members, name: writing(json.loads(signing.members[name]))}
        return replace(signing, text=replace(signing, members=members).signed_text)

    return change


def partitions(total: int, most: int = 4) -> st.SearchStrategy[tuple[int, ...]]:
    """Draw up to *most* amounts of at least a fen that add up to *total* fen."""
    cuts = st.sets(st.integers(1, total - 1), max_size=most - 1) if total > 1 else st.just(set[int]())
    return cuts.map(lambda at: _pieces(total, sorted(at)))


def _pieces(total: int, cuts: Sequence[int]) -> tuple[int, ...]:
    return tuple(end - start for start, end in zip((0, *cuts), (*cuts, total), strict=True))


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens to an order placed for sharing: *part* (hundredths) says how much of what is left it is about.

    ``share`` gives that much, to so many receivers; ``exceed`` asks a fen more than is left; ``repeat`` sends the last sharing again;
    ``return`` takes back that much of the last sharing; ``refund`` gives that much back to the payer; ``wait`` lets a minute pass;
    ``finish`` ends it.
    """

    act: Literal["share", "exceed", "repeat", "return", "refund", "wait", "finish"]
    part: int = 50
    receivers: int = 1

    def __str__(self) -> str:
        about = f" {self.part} %" if self.act in {"share", "return", "refund"} else ""
        return f"{self.act}{about}{f' to {self.receivers}' if self.act == 'share' and self.receivers > 1 else ''}"


_STEPS: Final = (
    *(Step("share", part, receivers) for part in (10, 50, 100) for receivers in (1, 2)),
    *(Step("return", part) for part in (1, 50, 100)),
    *(Step("refund", part) for part in (10, 50, 100)),
    *(Step(act) for act in ("exceed", "repeat", "wait", "finish")),
)


def walks() -> st.SearchStrategy[tuple[Step, ...]]:
    """Draw what happens to an order placed for sharing: at least one share is among it."""
    first = st.sampled_from([step for step in _STEPS if step.act == "share" and step.part < 100])
    return st.tuples(first, st.lists(st.sampled_from(_STEPS), max_size=7)).map(lambda drawn: (drawn[0], *drawn[1]))
