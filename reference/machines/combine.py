"""The life of a combined order: several orders that one payer pays at once, or none of them."""

from reference.machines.model import Event, Machine
from reference.machines.order import (
    NOT_PAYABLE,
    ORDER_CLOSED,
    ORDER_PAID,
    ORDER_UNKNOWN,
    PAID_BEFORE,
    PARAMETERS_CHANGED,
    credential_stale,
    expired,
)

__all__ = ["COMBINE"]

_PAYERS = {"SUCCESS": PAID_BEFORE, "REFUND": PAID_BEFORE, "CLOSED": NOT_PAYABLE}

COMBINE = Machine(
    name="combine",
    title="Combined order: several orders, paid together",
    title_zh="合单订单（多笔子单一次支付）",
    states=("NOTPAY", "SUCCESS", "REFUND", "CLOSED"),
    terminal=frozenset({"CLOSED", "REFUND"}),
    source="combined order pages; trade_state of the combined query",
    events={
        event.name: event
        for event in (
            Event(
                "place",
                creates=("NOTPAY",),
                repeats_in=frozenset({"NOTPAY"}),
                changed=PARAMETERS_CHANGED,
                refused_in={"SUCCESS": ORDER_PAID, "REFUND": ORDER_PAID, "CLOSED": ORDER_CLOSED},
            ),
            Event(
                "pay",
                "NOTPAY -> SUCCESS",
                by="payer",
                refused_if=(expired, credential_stale),
                refused_in=_PAYERS,
                absent=ORDER_UNKNOWN,
                notifies="COMBINE_TRANSACTION.SUCCESS",
            ),
            Event("fail", "NOTPAY -> NOTPAY", by="payer", refused_in=_PAYERS, absent=ORDER_UNKNOWN),
            Event("cancel", "NOTPAY -> NOTPAY", by="payer", refused_in=_PAYERS, absent=ORDER_UNKNOWN),
            Event("close", "NOTPAY, CLOSED -> CLOSED", refused_in={"SUCCESS": ORDER_PAID, "REFUND": ORDER_PAID}, absent=ORDER_UNKNOWN),
            Event("time_out", "NOTPAY -> CLOSED", by="platform", refused_in=_PAYERS, absent=ORDER_UNKNOWN),
            Event("refund", "SUCCESS, REFUND -> REFUND", refused_in={"NOTPAY": NOT_PAYABLE, "CLOSED": NOT_PAYABLE}),
        )
    },
)
