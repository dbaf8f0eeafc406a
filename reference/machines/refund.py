"""The life of a refund."""

from reference.machines.model import Case, Event, Machine, Refusal

__all__ = ["COUNTED", "FUNDS_SHORT", "MOST_PARTIAL_REFUNDS", "REFUND", "remaining"]

COUNTED = frozenset({"PROCESSING", "SUCCESS", "ABNORMAL"})
"""The states in which a refund has taken, or may yet take, money from its order."""

MOST_PARTIAL_REFUNDS = 50
A_YEAR = 365 * 86400

UNKNOWN = Refusal(
    "refund-unknown", 404, "RESOURCE_NOT_EXISTS", "The refund does not exist.", (404,), ("RESOURCE_NOT_EXISTS", "REFUND_NOT_EXISTS")
)
ORDER_NOT_PAID = Refusal(
    "order-not-paid",
    404,
    "RESOURCE_NOT_EXISTS",
    "There is no paid order to refund.",
    (400, 403, 404),
    ("RESOURCE_NOT_EXISTS", "INVALID_REQUEST", "ORDER_NOT_EXIST", "ORDER_NOT_PAID", "TRADE_STATE_ERROR", "PARAM_ERROR", "ORDER_CLOSED"),
)
TOO_MUCH = Refusal(
    "over-refund",
    400,
    "INVALID_REQUEST",
    "The refunds would exceed what was paid.",
    (400, 403),
    ("INVALID_REQUEST", "PARAM_ERROR", "NOT_ENOUGH", "RULE_LIMIT"),
)
TOO_MANY = Refusal(
    "too-many-refunds",
    400,
    "INVALID_REQUEST",
    "An order has at most 50 refunds.",
    (400, 403, 429),
    ("INVALID_REQUEST", "PARAM_ERROR", "RULE_LIMIT", "FREQUENCY_LIMITED"),
)
TOO_LATE = Refusal(
    "refund-too-late",
    400,
    "INVALID_REQUEST",
    "An order can be refunded for 365 days.",
    (400, 403),
    ("INVALID_REQUEST", "PARAM_ERROR", "RULE_LIMIT", "TRADE_OVERDUE"),
)
WRONG_TOTAL = Refusal(
    "wrong-total", 400, "PARAM_ERROR", "amount.total is not the order's total.", (400, 403), ("PARAM_ERROR", "INVALID_REQUEST")
)
FUNDS_SHORT = Refusal("funds-short", 403, "NOT_ENOUGH", "The merchant's balance is too small.", (403,), ("NOT_ENOUGH",))
OVER_FROZEN = Refusal(
    "over-frozen",
    403,
    "NOT_ENOUGH",
    "The order holds less than that; end its sharing first.",
    (400, 403),
    ("NOT_ENOUGH", "INVALID_REQUEST", "RULE_LIMIT", "PARAM_ERROR"),
)
CHANGED = Refusal(
    "refund-changed",
    400,
    "INVALID_REQUEST",
    "The refund number was used before with other parameters.",
    (400, 403, 409),
    ("INVALID_REQUEST", "PARAM_ERROR"),
)
NOT_ABNORMAL = Refusal(
    "not-abnormal",
    400,
    "INVALID_REQUEST",
    "Only an abnormal refund can be paid out another way.",
    (400, 403),
    ("INVALID_REQUEST", "PARAM_ERROR", "RULE_LIMIT"),
)
SETTLED = Refusal("refund-settled", 400, "INVALID_REQUEST", "The refund is settled.", (400, 403), ())


def remaining(order_total: int, refunded: int) -> int:
    """Return what may still be refunded, in fen."""
    return order_total - refunded


def order_unpaid(case: Case) -> Refusal | None:
    """Only an order that was paid can be refunded."""
    return ORDER_NOT_PAID if case.order is None or case.order.state not in {"SUCCESS", "REFUND"} else None


def wrong_total(case: Case) -> Refusal | None:
    """The request states the order's own total."""
    if case.order is None:
        return None
    return WRONG_TOTAL if case.draft["amount"]["total"] != case.order.draft["amount"]["total"] else None


def over_refund(case: Case) -> Refusal | None:
    """The sum of all refunds that took or may take money never exceeds what was paid."""
    if case.order is None:
        return None
    taken = sum(refund.draft["amount"]["refund"] for refund in case.refunds if refund.state in COUNTED)
    return TOO_MUCH if case.draft["amount"]["refund"] > remaining(case.order.draft["amount"]["total"], taken) else None


def too_many(case: Case) -> Refusal | None:
    """An order is refunded in at most 50 parts."""
    return TOO_MANY if len(case.refunds) >= MOST_PARTIAL_REFUNDS else None


def too_late(case: Case) -> Refusal | None:
    """An order can be refunded until 365 days after it was paid."""
    paid = case.order.data.get("paid_at") if case.order else None
    return TOO_LATE if paid is not None and case.now - paid > A_YEAR else None


def funds_short(case: Case) -> Refusal | None:
    """A refund is paid from the merchant's balance, which may be too small; the same number may be tried again later."""
    balance = case.facts.get("balance")
    return FUNDS_SHORT if balance is not None and case.draft["amount"]["refund"] > balance else None


def over_frozen(case: Case) -> Refusal | None:
    """While the money of an order is frozen to be shared, a refund is taken from what shares and refunds leave of it."""
    frozen = case.facts.get("frozen")
    return OVER_FROZEN if frozen is not None and case.draft["amount"]["refund"] > frozen else None


REFUND = Machine(
    name="refund",
    title="Refund of an order",
    title_zh="订单退款",
    states=("PROCESSING", "SUCCESS", "CLOSED", "ABNORMAL"),
    terminal=frozenset({"SUCCESS", "CLOSED"}),
    source="refund pages; refund notification pages",
    events={
        event.name: event
        for event in (
            Event(
                "apply",
                creates=("PROCESSING",),
                refused_if=(order_unpaid, wrong_total, too_late, too_many, over_refund, over_frozen, funds_short),
                repeats_in=frozenset({"PROCESSING", "SUCCESS", "ABNORMAL", "CLOSED"}),
                changed=CHANGED,
            ),
            Event(
                "settle",
                "PROCESSING, ABNORMAL -> SUCCESS",
                by="platform",
                refused_in={"SUCCESS": SETTLED, "CLOSED": SETTLED},
                absent=UNKNOWN,
                notifies="REFUND.SUCCESS",
            ),
            Event(
                "close",
                "PROCESSING -> CLOSED",
                by="platform",
                refused_in={"SUCCESS": SETTLED, "CLOSED": SETTLED, "ABNORMAL": SETTLED},
                absent=UNKNOWN,
                notifies="REFUND.CLOSED",
            ),
            Event(
                "bounce",
                "PROCESSING -> ABNORMAL",
                by="platform",
                refused_in={"SUCCESS": SETTLED, "CLOSED": SETTLED, "ABNORMAL": SETTLED},
                absent=UNKNOWN,
                notifies="REFUND.ABNORMAL",
            ),
            Event(
                "apply_abnormal",
                "ABNORMAL -> PROCESSING",
                refused_in={"PROCESSING": NOT_ABNORMAL, "SUCCESS": NOT_ABNORMAL, "CLOSED": NOT_ABNORMAL},
                absent=UNKNOWN,
            ),
        )
    },
)
