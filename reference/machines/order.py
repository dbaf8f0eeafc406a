"""The life of an order paid by JSAPI, mini program, APP, H5 or Native."""

from reference.machines.model import Case, Event, Machine, Refusal

__all__ = ["ORDER", "SEVEN_DAYS", "TWO_HOURS"]

TWO_HOURS = 2 * 3600
FIVE_MINUTES = 5 * 60
SEVEN_DAYS = 7 * 86400

ORDER_UNKNOWN = Refusal(
    "order-unknown", 404, "ORDER_NOT_EXIST", "The order does not exist.", (404,), ("ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS")
)
ORDER_PAID = Refusal(
    "order-paid",
    400,
    "ORDER_PAID",
    "The order is paid.",
    (400, 403, 409),
    ("ORDER_PAID", "OUT_TRADE_NO_USED", "INVALID_REQUEST", "RULE_LIMIT"),
)
ORDER_CLOSED = Refusal(
    "order-closed",
    400,
    "ORDER_CLOSED",
    "The order is closed.",
    (400, 403, 409),
    ("ORDER_CLOSED", "OUT_TRADE_NO_USED", "INVALID_REQUEST", "RULE_LIMIT"),
)
PARAMETERS_CHANGED = Refusal(
    "parameters-changed",
    400,
    "INVALID_REQUEST",
    "The number was used before with other parameters.",
    (400, 403, 409),
    ("INVALID_REQUEST", "OUT_TRADE_NO_USED", "PARAM_ERROR"),
)
NOT_PAYABLE = Refusal("not-payable", 400, "ORDER_CLOSED", "The order cannot be paid any more.", (400, 403), ())
PAID_BEFORE = Refusal("paid-before", 400, "ORDER_PAID", "The order is paid; nobody pays twice.", (400, 403), ())
EXPIRED = Refusal("order-expired", 400, "ORDER_EXPIRED", "time_expire has passed.", (400, 403), ())
CREDENTIAL_STALE = Refusal(
    "credential-stale", 400, "PREPAY_EXPIRED", "This prepay_id, code_url or h5_url is no longer usable.", (400, 403), ()
)
PART_OF_A_WHOLE = Refusal(
    "part-of-a-whole",
    404,
    "ORDER_NOT_EXIST",
    "The order is part of a combined one, and lives and ends with it.",
    (400, 403, 404),
    ("ORDER_NOT_EXIST", "INVALID_REQUEST", "PARAM_ERROR"),
)


def only_as_a_whole(case: Case) -> Refusal | None:
    """An order of a combined one is paid and closed with all the others, never alone."""
    is_part = case.subject is not None and "combine" in case.subject.draft
    return PART_OF_A_WHOLE if is_part and not case.facts.get("whole") else None


def expired(case: Case) -> Refusal | None:
    """An order cannot be paid after its time_expire, which is never sooner than a minute after ordering."""
    end = case.subject.data.get("time_expire") if case.subject else None
    return EXPIRED if end is not None and case.now > end else None


def credential_stale(case: Case) -> Refusal | None:
    """A prepay_id or code_url works for two hours, an h5_url for five minutes; the order lives on."""
    issued = case.facts.get("credential_issued")
    life = FIVE_MINUTES if case.facts.get("trade_type") == "MWEB" else TWO_HOURS
    return CREDENTIAL_STALE if issued is not None and case.now - issued > life else None


ORDER = Machine(
    name="order",
    title="Order of JSAPI, mini program, APP, H5 and Native, direct and partner",
    title_zh="JSAPI、小程序、APP、H5 和 Native 订单（直连与服务商）",
    states=("NOTPAY", "SUCCESS", "REFUND", "CLOSED"),
    terminal=frozenset({"CLOSED", "REFUND"}),
    source="order state flow; trade_state of the order query",
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
                refused_if=(only_as_a_whole, expired, credential_stale),
                refused_in={"SUCCESS": PAID_BEFORE, "REFUND": PAID_BEFORE, "CLOSED": NOT_PAYABLE},
                absent=ORDER_UNKNOWN,
                notifies="TRANSACTION.SUCCESS",
            ),
            Event(
                "fail",
                "NOTPAY -> NOTPAY",
                by="payer",
                refused_in={"SUCCESS": PAID_BEFORE, "REFUND": PAID_BEFORE, "CLOSED": NOT_PAYABLE},
                absent=ORDER_UNKNOWN,
            ),
            Event(
                "cancel",
                "NOTPAY -> NOTPAY",
                by="payer",
                refused_in={"SUCCESS": PAID_BEFORE, "REFUND": PAID_BEFORE, "CLOSED": NOT_PAYABLE},
                absent=ORDER_UNKNOWN,
            ),
            Event(
                "close",
                "NOTPAY, CLOSED -> CLOSED",
                refused_if=(only_as_a_whole,),
                refused_in={"SUCCESS": ORDER_PAID, "REFUND": ORDER_PAID},
                absent=ORDER_UNKNOWN,
            ),
            Event(
                "time_out",
                "NOTPAY -> CLOSED",
                by="platform",
                refused_if=(only_as_a_whole,),
                refused_in={"SUCCESS": PAID_BEFORE, "REFUND": PAID_BEFORE, "CLOSED": NOT_PAYABLE},
                absent=ORDER_UNKNOWN,
            ),
            Event("refund", "SUCCESS, REFUND -> REFUND", refused_in={"NOTPAY": NOT_PAYABLE, "CLOSED": NOT_PAYABLE}),
        )
    },
)
