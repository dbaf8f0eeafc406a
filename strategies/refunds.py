"""Valid refunds of a paid order, and plans: several refunds of one order that fit its total."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any, Final, Literal

from hypothesis import strategies as st

from strategies import orders
from strategies.cases import Order, Product, Refund, Role
from strategies.text import texts

__all__ = ["EVERY_PRODUCT", "NAMINGS", "Naming", "Outcome", "Part", "any_kind", "full", "parts", "plans", "whole", "with_accounts"]

Naming = Literal["out_trade_no", "transaction_id"]
Outcome = Literal["SUCCESS", "ABNORMAL", "CLOSED"]

EVERY_PRODUCT: Final[tuple[Product, ...]] = (*orders.PREPAID, "codepay")
"""Whatever was paid can be refunded."""
NAMINGS: Final[tuple[Naming, ...]] = ("out_trade_no", "transaction_id")
"""How a refund names its order; naming it both ways is in doubt."""
_ROLES: Final[tuple[Role, ...]] = ("merchant", "partner")
_TOTALS: Final = (1, 2, 3, 99, 100, 1_000_000, 2**31 - 1)
_PAUSES: Final = (61, 3600, 86_400, 31 * 86_400)
_NOTIFY_URL: Final = "https://merchant.example/wechatpay/refund"


@dataclass(frozen=True, slots=True)
class Part:
    """One refund of a plan: *amount* in fen, what becomes of it (None: still undecided), and the *pause* after it in seconds."""

    amount: int
    by: Naming = "out_trade_no"
    outcome: Outcome | None = None
    pause: int = 61

    def of(self, order: Order) -> Refund:
        """Return this part as a fresh refund of *order*."""
        return Refund(order, self.amount, by=self.by)


def any_kind(*, total: int | None = None) -> st.SearchStrategy[Order]:
    """Draw a lean order of any product, direct or of a service provider. *total* in fen fixes the amount."""
    totals = st.sampled_from(_TOTALS) if total is None else st.just(total)
    return st.builds(_lean, st.sampled_from(tuple(product(EVERY_PRODUCT, _ROLES))), totals)


def full() -> st.SearchStrategy[Refund]:
    """Draw a refund of an order of any kind: a fen, about half, all but a fen or all of it, with any of the optional fields."""
    return st.builds(_refund, any_kind(), st.sampled_from(("fen", "half", "rest", "all")), st.sampled_from(NAMINGS), _OPTIONS)


def parts(total: int, *, most: int = 6) -> st.SearchStrategy[tuple[int, ...]]:
    """Draw up to *most* positive amounts in fen that together are at most *total*."""
    return st.lists(st.integers(1, total), min_size=1, max_size=most, unique=True).map(_between)


def whole(total: int, *, most: int = 6) -> st.SearchStrategy[tuple[int, ...]]:
    """Draw up to *most* positive amounts in fen that together are exactly *total*."""
    return st.lists(st.integers(1, total), max_size=most - 1, unique=True).map(lambda cuts: _between({*cuts, total}))


def plans(total: int, *, outcomes: Sequence[Outcome | None] = (None, "SUCCESS"), most: int = 6) -> st.SearchStrategy[tuple[Part, ...]]:
    """Draw refunds of one order that fit its *total*, each with one of *outcomes*, at least a minute apart."""
    ways = tuple(product(NAMINGS, outcomes, _PAUSES))
    chosen = st.lists(st.sampled_from(ways), min_size=most, max_size=most)
    return st.builds(lambda amounts, ways: tuple(map(_part, amounts, ways)), parts(total, most=most), chosen)


def with_accounts(refund: Refund, *accounts: tuple[str, int]) -> Refund:
    """Return *refund*, paid from *accounts*: (account, amount in fen)."""
    named = [{"account": account, "amount": amount} for account, amount in accounts]
    return refund.but(amount={"refund": refund.amount, "total": refund.order.total, "currency": "CNY", "from": named})


def _lean(kind: tuple[Product, Role], total: int) -> Order:
    return orders.lean(*kind, total=total)


def _between(cuts: Sequence[int] | set[int]) -> tuple[int, ...]:
    return tuple(upper - lower for lower, upper in pairwise((0, *sorted(cuts))))


def _part(amount: int, way: tuple[Naming, Outcome | None, int]) -> Part:
    return Part(amount, *way)


def _refund(order: Order, share: str, by: Naming, options: Mapping[str, Any]) -> Refund:
    amounts = {"fen": 1, "half": order.total // 2, "rest": order.total - 1, "all": order.total}
    return Refund(order, max(1, amounts[share]), dict(options), by)


_OPTIONS: Final = st.fixed_dictionaries(
    {},
    optional={
        "reason": texts(max_characters=80, max_bytes=80),
        "notify_url": st.just(_NOTIFY_URL),
        "funds_account": st.just("AVAILABLE"),
    },
)
