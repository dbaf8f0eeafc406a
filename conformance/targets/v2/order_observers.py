"""What is demanded of every APIv2 answer that shows an order, whatever the check at hand is about."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from conformance.targets.v2.answer import AnswerV2
from conformance.targets.verdicts import Violation, shown
from reference.identity import Identity
from reference.oracles.v2_amounts import amount_problems, coupon_problems

__all__ = ["STATES", "orders_are_shown_rightly"]

STATES: Final = ("SUCCESS", "REFUND", "NOTPAY", "CLOSED", "REVOKED", "USERPAYING", "PAYERROR", "ACCEPT")
"""Every trade_state there is."""
_PREPAID: Final = frozenset({"JSAPI", "NATIVE", "APP", "MWEB"})


def orders_are_shown_rightly(_identity: Identity, answer: AnswerV2) -> None:
    """An order that is shown is in a known state, its coupons are counted, and its fees fit together."""
    if answer.operation.shows != "order" or not answer.accepted:
        return
    exchange = answer.exchange
    for rule, expected, find in _DEMANDS:
        problem = next(iter(find(answer.result.values)), None)
        if problem is not None:
            body = shown(exchange.reply.body.decode("utf-8", "replace"))
            said = f"An order is not shown as it must be: {problem}"
            raise Violation(said, expected=expected, got=f"{body} to {exchange.label}", rule=rule)


def _state_problems(values: Mapping[str, str]) -> Iterable[str]:
    state = values.get("trade_state")
    if state and state not in STATES:
        yield f"trade_state {state} is one nobody knows."
    if state == "REVOKED" and values.get("trade_type") in _PREPAID:
        yield f"A {values['trade_type']} order is REVOKED, which only code payments are."


_DEMANDS: Final[tuple[tuple[str, str, Callable[[Mapping[str, str]], Iterable[str]]], ...]] = (
    ("v2.query.shows-a-known-state", f"one of {', '.join(STATES)}, REVOKED of code payments only", _state_problems),
    (
        "v2.query.counts-its-coupons",
        "coupons numbered from 0, as many as coupon_count says, with the fees coupon_fee adds up",
        coupon_problems,
    ),
    ("v2.query.amounts-fit-together", "cash_fee and coupon_fee that make total_fee", amount_problems),
)
