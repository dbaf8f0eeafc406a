"""What a merchant's day is made of: orders of all kinds, what became of them, and their refunds."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal

from hypothesis import strategies as st

from strategies import orders
from strategies.cases import Order, Refund, Role
from strategies.refunds import EVERY_PRODUCT

__all__ = ["Deed", "Fate", "days"]

Fate = Literal["paid", "left", "tried", "closed"]
_FATES: Final[tuple[Fate, ...]] = ("paid", "paid", "paid", "left", "tried", "closed")
_ROLES: Final[tuple[Role, ...]] = ("merchant", "partner")
_TOTALS: Final = (3, 100, 1_999, 1_000_000, 2**31 - 1)
_SHARES: Final[Mapping[str, tuple[float, ...]]] = {
    "none": (),
    "a fen": (0,),
    "half": (0.5,),
    "all": (1,),
    "many": (0, 0.1, 0.2),
    "all in two": (0.5, 0.5),
}
"""Refunds as shares of the order; 0 is one fen."""


@dataclass(frozen=True, eq=False, slots=True)
class Deed:
    """An order, what becomes of it, and its *refunds* if it is paid; the banks pay them out at once if *settled*."""

    order: Order
    fate: Fate
    refunds: tuple[Refund, ...] = ()
    settled: bool = True

    @property
    def paid(self) -> bool:
        """Whether money moves: code payments are never left unpaid here."""
        return self.fate == "paid" or self.order.product == "codepay"


def days(*, roles: tuple[Role, ...] = _ROLES) -> st.SearchStrategy[tuple[Deed, ...]]:
    """Draw the deeds of one day, two to five of them; every refund fits its order."""
    kinds = st.sampled_from(tuple(product(EVERY_PRODUCT, roles, (0, 1))))
    deed = st.builds(
        _deed,
        kinds,
        st.sampled_from(_TOTALS),
        st.sampled_from(_FATES),
        st.sampled_from(tuple(_SHARES)),
        st.sampled_from((True, True, False)),
    )
    return st.lists(deed, min_size=2, max_size=5).map(tuple)


def _deed(kind: tuple[str, Role, int], total: int, fate: Fate, shares: str, settled: bool) -> Deed:  # noqa: FBT001 - drawn by place
    name, role, sub = kind
    order = orders.lean(name, role, total=total)  # type: ignore[arg-type]  # one of the products
    order.sub = sub if role == "partner" else 0
    deed = Deed(order, fate, settled=settled)
    if not deed.paid:
        return deed
    amounts = [max(1, int(total * share)) for share in _SHARES[shares]]
    return Deed(order, fate, tuple(Refund(order, amount) for amount in amounts), settled)
