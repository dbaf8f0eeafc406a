"""Valid orders of APIv2: the drafts of APIv3 as far as both families take them, so that one draft can be placed through either."""

from typing import Final

from hypothesis import strategies as st

from strategies import orders
from strategies.cases import Order, Product, Role

__all__ = ["coupons", "full"]

_LONGEST_ATTACH: Final = 127
_LIMITS: Final = (["no_credit"],)
"""The limit_pay APIv2 knows."""


def full(*, role: Role = "merchant", product: Product | None = None) -> st.SearchStrategy[Order]:
    """Draw an order with any of the optional members, at and within the limits both families document."""
    return orders.full(role=role, product=product).map(_in_both)


def coupons(total: int) -> st.SearchStrategy[list[tuple[str, int]]]:
    """Draw coupons that pay for an order of *total* fen, in part or to the last fen: kind and fee of each."""
    fee = st.integers(1, max(1, total // 4))
    some = st.lists(st.tuples(st.sampled_from(("CASH", "NO_CASH")), fee), max_size=4)
    return some if total > 1 else st.sampled_from(([], [("CASH", 1)], [("NO_CASH", 1)]))


def _in_both(order: Order) -> Order:
    """Return *order* with what APIv2 does not take left out or shortened."""
    fields = order.fields
    for name in ("description", "attach"):
        if name in fields:
            # Readers of XML differ in whether spaces around a text belong to it.
            fields[name] = fields[name].encode()[:_LONGEST_ATTACH].decode(errors="ignore").strip() or "茶"
    if fields.get("limit_pay") not in (None, *_LIMITS):
        del fields["limit_pay"]
    return order
