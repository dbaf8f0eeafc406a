"""Steps that several checks of orders and tills take, each with the judgement that goes without saying."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from conformance.checks.platform.stages import wait
from conformance.checks.platform.tills import A_WHILE, ENDED, FIVE_MINUTES, OPEN, Plan, State
from conformance.targets.platform import Platform
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Violation
from reference.oracles.times import BEIJING
from strategies.cases import Order, Product, Refund, Role
from strategies.orders import lean

__all__ = [
    "A_WHILE",
    "ENDED",
    "FIVE_MINUTES",
    "HANDLES",
    "OPEN",
    "REVERSED_ALREADY",
    "Plan",
    "State",
    "by_id",
    "cannot_be_paid",
    "charged",
    "confirms",
    "handle_of",
    "is_not_done",
    "is_the_moment",
    "must_be_paid",
    "reverses",
    "shows",
    "unchanged",
    "undone",
]

REVERSED_ALREADY: Final = ("ORDERREVERSED", "REVERSE_EXPIRE", "ORDERCLOSED", "TRADE_STATE_ERROR")
"""Codes that say a reverse is not needed any more."""
HANDLES: Final = ("prepay_id", "code_url", "mweb_url")
"""The elements that let a payer pay."""
_TRIES: Final = 6
_TOLERANCE: Final = 5
"""Seconds by which time_end may miss the moment of paying, for a clock that runs on meanwhile."""
_FACTS: Final = (
    "out_trade_no",
    "trade_state",
    "trade_type",
    "transaction_id",
    "time_end",
    "openid",
    "bank_type",
    "total_fee",
    "cash_fee",
    "coupon_fee",
    "attach",
)


def handle_of(answer: AnswerV2, product: Product) -> str:
    """What the payer pays an order of *product* with."""
    return answer[{"native": "code_url", "h5": "mweb_url"}.get(product, "prepay_id")]


def charged(platform: Platform, role: Role, state: State = "SUCCESS", *, total: int = 100) -> Order:
    """Return a fresh code payment in *state*; one in REVOKED or REFUND was paid before."""
    order = lean("codepay", role, total=total, attach="route=1")
    if state in {"SUCCESS", "REFUND", "REVOKED"}:
        platform.v2.place(order).is_accepted()
        if state == "REFUND":
            platform.v2.refund(Refund(order, 1)).is_accepted()
        if state == "REVOKED":
            wait(platform, A_WHILE)
            reverses(platform, order)
        return order
    platform.plan_code(order, state)  # type: ignore[arg-type]  # the other two are dealt with
    answer = platform.v2.place(order)
    if answer.accepted:
        raise Violation("A charge nobody has paid is answered as paid.", expected="result_code FAIL", got=answer.described)
    return order


def shows(platform: Platform, order: Order, *states: str, because: str) -> AnswerV2:
    """Query *order* and demand one of *states*."""
    answer = platform.v2.query(order).is_accepted(because="The order exists.")
    if answer["trade_state"] not in states:
        raise Violation(because, expected=f"trade_state {' or '.join(states)}", got=answer.described)
    return answer


def unchanged(platform: Platform, order: Order, before: AnswerV2, *, because: str, state: bool = True) -> AnswerV2:
    """Query *order* and demand what *before* said of it; without *state*, only of its payment."""
    after = platform.v2.query(order).is_accepted(because="The order exists.")
    for name in _FACTS if state else _FACTS[2:]:
        if before.get(name) != after.get(name):
            raise Violation(because, expected=f"{name} {before.get(name)!r}", got=f"{name} {after.get(name)!r}")
    return after


def is_the_moment(platform: Platform, answer: AnswerV2, *, since: int | None = None) -> None:
    """time_end of *answer* is now, in Beijing's time, or between *since* (Unix seconds) and now."""
    try:
        moment = datetime.strptime(answer["time_end"], "%Y%m%d%H%M%S").replace(tzinfo=BEIJING).timestamp()
    except ValueError:
        raise Violation("time_end is no moment.", expected="yyyyMMddHHmmss", got=answer["time_end"]) from None
    now = platform.now()
    if not (now if since is None else since) - _TOLERANCE <= moment <= now + _TOLERANCE:
        expected = f"{datetime.fromtimestamp(now, BEIJING):%Y%m%d%H%M%S}"
        raise Violation("time_end is not the moment of paying in Beijing.", expected=f"time_end {expected}", got=answer["time_end"])


def is_not_done(answer: AnswerV2, *, because: str) -> AnswerV2:
    """The answer says that nothing was done, or leaves it open."""
    return answer if answer.status == 200 and answer.result.verdict == "unknown" else answer.is_refused(because=because)


def must_be_paid(platform: Platform, order: Order, handle: str | None = None, *, because: str) -> None:
    """The payer pays, through *handle* if there is one."""
    refused = platform.pay(order, handle)
    if refused is not None:
        raise Violation(because, expected="a payment", got=f"refused: {refused}")


def cannot_be_paid(platform: Platform, order: Order, handles: Sequence[str | None] = (None,), *, because: str) -> None:
    """Nobody pays, through none of *handles*."""
    for handle in handles:
        if platform.pay(order, handle) is None:
            raise Violation(because, expected="no payment", got="a payment")


def confirms(platform: Platform, order: Order) -> None:
    """The payer confirms *order*, which waits for it."""
    must_be_paid(platform, order, because="The payer cannot confirm an order that waits for it.")


def undone(platform: Platform, order: Order, members: dict[str, str | None] | None = None) -> AnswerV2:
    """Reverse *order*, again and again with pauses while the answer says so; return the answer that decides, or the last one.

    *members* stand in the place of its own.
    """
    call = platform.v2.calls.reverse(order).but(**(members or {}))
    answer = platform.v2.send(call, label="reverse order")
    for _ in range(_TRIES):
        if answer.status != 200 or answer.result.verdict != "unknown":
            break
        wait(platform, A_WHILE)
        answer = platform.v2.send(call, label="reverse order again")
    return answer


def reverses(platform: Platform, order: Order, *, because: str = "The order can be reversed.") -> AnswerV2:
    """Reverse *order*, which must be possible, and return how it is shown afterwards."""
    undone(platform, order).is_accepted(because=because)
    return shows(platform, order, *ENDED, because="The reverse was accepted.")


def by_id(transaction_id: str) -> dict[str, str | None]:
    """The members that name an order by its transaction_id alone."""
    return {"transaction_id": transaction_id, "out_trade_no": None}
