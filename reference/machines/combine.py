"""The life of a combined order: several orders that one payer pays at once, or none of them."""

from dataclasses import replace

from reference.machines.model import Machine
from reference.machines.order import ORDER

__all__ = ["COMBINE"]

COMBINE = Machine(
    name="combine",
    title="Combined order: several orders, paid together",
    title_zh="合单订单（多笔子单一次支付）",
    states=ORDER.states,
    terminal=ORDER.terminal,
    source="combined order pages; trade_state of the combined query",
    # The whole lives as any order does, and is told of under a name of its own.
    events={**ORDER.events, "pay": replace(ORDER.events["pay"], notifies="COMBINE_TRANSACTION.SUCCESS")},
)
