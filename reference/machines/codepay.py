"""The life of an order paid by the payer's payment code."""

from reference.machines.model import Case, Event, Machine, Refusal
from reference.machines.order import ORDER_PAID, ORDER_UNKNOWN, PARAMETERS_CHANGED, SEVEN_DAYS

__all__ = ["CODEPAY"]

ONLY_REVERSIBLE = Refusal(
    "only-reversible",
    400,
    "INVALID_REQUEST",
    "An order paid by payment code can only be reversed, not closed.",
    (400, 403),
    ("INVALID_REQUEST", "TRADE_TYPE_ERROR", "ORDER_PAID", "RULE_LIMIT", "PARAM_ERROR"),
)
REVERSED = Refusal(
    "order-reversed",
    400,
    "ORDER_REVERSED",
    "The order was reversed.",
    (400, 403),
    ("ORDER_REVERSED", "ORDER_CLOSED", "OUT_TRADE_NO_USED", "INVALID_REQUEST"),
)
CODE_USED = Refusal(
    "code-used",
    400,
    "AUTH_CODE_INVALID",
    "The payment code was used before.",
    (400, 403),
    ("AUTH_CODE_INVALID", "AUTH_CODE_ERROR", "AUTHCODEEXPIRE", "AUTH_CODE_EXPIRE", "INVALID_REQUEST", "PARAM_ERROR", "RULE_LIMIT"),
)
CODE_EXPIRED = Refusal(
    "code-expired",
    400,
    "AUTH_CODE_EXPIRE",
    "The payment code has expired.",
    (400, 403),
    ("AUTHCODEEXPIRE", "AUTH_CODE_EXPIRE", "AUTH_CODE_INVALID", "AUTH_CODE_ERROR", "INVALID_REQUEST", "PARAM_ERROR", "RULE_LIMIT"),
)
REVERSE_EXPIRED = Refusal(
    "reverse-expired",
    400,
    "REVERSE_EXPIRE",
    "An order can be reversed within seven days.",
    (400, 403),
    ("REVERSE_EXPIRE", "INVALID_REQUEST", "RULE_LIMIT"),
)
REFUNDED = Refusal(
    "already-refunded", 400, "INVALID_REQUEST", "The order has refunds.", (400, 403, 409), ("INVALID_REQUEST", "RULE_LIMIT", "ORDER_PAID")
)
DECIDED = Refusal("already-decided", 400, "INVALID_REQUEST", "The payment is decided.", (400, 403), ())


def code_used(case: Case) -> Refusal | None:
    """A payment code pays one order."""
    return CODE_USED if case.facts.get("code_used") else None


def code_expired(case: Case) -> Refusal | None:
    """A payment code is good for a minute after it was shown."""
    return CODE_EXPIRED if case.facts.get("code_expired") else None


def reverse_expired(case: Case) -> Refusal | None:
    """A paid order can be reversed within seven days of placing it."""
    return REVERSE_EXPIRED if case.subject is not None and case.now - case.subject.created > SEVEN_DAYS else None


CODEPAY = Machine(
    name="codepay",
    title="Order paid by payment code",
    title_zh="付款码支付订单",
    states=("NOTPAY", "USERPAYING", "SUCCESS", "PAYERROR", "REVOKED", "REFUND"),
    terminal=frozenset({"REVOKED", "REFUND"}),
    source="payment-code pages; trade_state of the order query",
    events={
        event.name: event
        for event in (
            Event(
                "submit",
                creates=("SUCCESS", "USERPAYING", "PAYERROR", "NOTPAY"),
                refused_if=(code_used, code_expired),
                repeats_in=frozenset({"NOTPAY", "USERPAYING", "PAYERROR"}),
                changed=PARAMETERS_CHANGED,
                refused_in={"SUCCESS": ORDER_PAID, "REFUND": ORDER_PAID, "REVOKED": REVERSED},
            ),
            Event(
                "pay",
                "NOTPAY, USERPAYING -> SUCCESS",
                by="payer",
                absent=ORDER_UNKNOWN,
                refused_in={"SUCCESS": DECIDED, "REFUND": DECIDED, "PAYERROR": DECIDED, "REVOKED": DECIDED},
            ),
            Event(
                "fail",
                "NOTPAY, USERPAYING -> PAYERROR",
                by="payer",
                absent=ORDER_UNKNOWN,
                refused_in={"SUCCESS": DECIDED, "REFUND": DECIDED, "PAYERROR": DECIDED, "REVOKED": DECIDED},
            ),
            Event(
                "cancel",
                "NOTPAY, USERPAYING -> PAYERROR",
                by="payer",
                absent=ORDER_UNKNOWN,
                refused_in={"SUCCESS": DECIDED, "REFUND": DECIDED, "PAYERROR": DECIDED, "REVOKED": DECIDED},
            ),
            Event(
                "reverse",
                "NOTPAY, USERPAYING, PAYERROR, SUCCESS, REVOKED -> REVOKED",
                refused_if=(reverse_expired,),
                absent=ORDER_UNKNOWN,
                refused_in={"REFUND": REFUNDED},
            ),
            Event(
                "close",
                absent=ORDER_UNKNOWN,
                refused_in=dict.fromkeys(("NOTPAY", "USERPAYING", "SUCCESS", "PAYERROR", "REVOKED", "REFUND"), ONLY_REVERSIBLE),
            ),
            Event(
                "refund",
                "SUCCESS, REFUND -> REFUND",
                refused_in={"NOTPAY": DECIDED, "USERPAYING": DECIDED, "PAYERROR": DECIDED, "REVOKED": DECIDED},
            ),
        )
    },
)
