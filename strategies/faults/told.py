"""Faults in what a genuine notification tells: rightly sealed and signed, but not what the merchant's own books say."""

from typing import Any, Final

from strategies.identities import other
from strategies.posting import Notice, NoticeFault

__all__ = ["amounts", "events", "numbers", "parties", "states"]

_STATES: Final = ("NOTPAY", "CLOSED", "REFUND", "REVOKED", "USERPAYING", "PAYERROR", "PAID", "success", "", None)
_REFUND_STATES: Final = ("PROCESSING", "SUCCESS", "ABNORMAL", "CLOSED", "CLOSE", "FAIL", "", None)
_PARTIES: Final = ("mchid", "appid", "sp_mchid", "sp_appid", "sub_mchid")
_NUMBERS: Final = ("out_trade_no", "transaction_id", "out_refund_no", "refund_id")


def amounts(notice: Notice) -> tuple[NoticeFault, ...]:
    """Another total or refund than ordered, by a fen or by far, or written otherwise; or another currency."""
    amount = notice.resource["amount"]
    name = "refund" if "refund" in amount else "total"
    right = int(amount[name])
    values: tuple[Any, ...] = (right + 1, right - 1, right * 100, 0, -right, str(right), right / 100, None)
    wrong = {repr(value): value for value in ((*values, 1) if right != 1 else values)}
    currencies = ("USD", "HKD") if "currency" in amount else ()
    return (
        *(_told(f"amount.{name} {value!r}", **{f"amount__{name}": value}) for value in wrong.values()),
        *(_told(f"amount.currency {currency}", amount__currency=currency) for currency in currencies),
    )


def parties(notice: Notice) -> tuple[NoticeFault, ...]:
    """Another merchant or app: each id by itself is one of somebody else."""
    return tuple(_told(f"other {name}", **{name: other(notice.resource[name])}) for name in _PARTIES if name in notice.resource)


def states(notice: Notice) -> tuple[NoticeFault, ...]:
    """Another state inside than the event outside says."""
    name, known = ("trade_state", _STATES) if "trade_state" in notice.resource else ("refund_status", _REFUND_STATES)
    return tuple(_told(f"{name} {state!r}", **{name: state}) for state in known if state != notice.resource[name])


def numbers(notice: Notice) -> tuple[NoticeFault, ...]:
    """Another order, transaction or refund, which nobody knows."""
    return tuple(_told(f"other {name}", **{name: other(notice.resource[name])}) for name in _NUMBERS if name in notice.resource)


def events() -> tuple[NoticeFault, ...]:
    """Another event outside than the content inside: one of other products, or unheard of."""
    return tuple(_called(name) for name in ("TRANSACTION.UNHEARD_OF", "PAYSCORE.USER_PAID", "COUPON.USE", "transaction.success", ""))


def _called(event_type: str) -> NoticeFault:
    return NoticeFault(f"event {event_type!r}", "", "enveloped", lambda envelope: envelope | {"event_type": event_type})


def _told(name: str, **members: Any) -> NoticeFault:
    return NoticeFault(name, "", "told", lambda notice: notice.but(**members))
