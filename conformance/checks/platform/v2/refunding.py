"""Steps that several checks about refunds of APIv2 take, each with the judgement that goes without saying."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from conformance.checks.platform import refunding
from conformance.checks.platform.refunding import A_MINUTE, settle
from conformance.checks.platform.stages import Kind, wait
from conformance.targets.platform import Platform
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Violation
from strategies.cases import Order, Refund
from strategies.refunds import Outcome
from strategies.v2.cases import CallV2, FaultV2
from strategies.v2.refunds import TakenPart

__all__ = [
    "STATUSES",
    "TOO_FAST",
    "TOO_MUCH",
    "Listed",
    "apply",
    "apply_for",
    "ask_for",
    "carry_out",
    "leaves_nothing",
    "listed",
    "no_refunds",
    "paid",
    "query",
    "query_by",
    "refused",
    "show",
    "take_the_rest",
]

Listed = Mapping[str, str]
"""One refund of a refund query, its elements without their position."""

STATUSES: Final[Mapping[Outcome | None, str]] = {None: "PROCESSING", "SUCCESS": "SUCCESS", "ABNORMAL": "CHANGE", "CLOSED": "REFUNDCLOSE"}
"""What APIv2 calls a refund of which the banks decided so."""
TOO_MUCH: Final = ("REFUND_FEE_MISMATCH", "ERROR", "PARAM_ERROR", "INVALID_REQUEST", "NOTENOUGH")
"""The codes of a refund beyond what remains."""
TOO_FAST: Final = ("FREQUENCY_LIMITED", "INVALID_REQ_TOO_MUCH")
"""The codes of a refund that is put off."""
_NEEDED: Final = ("out_refund_no", "refund_id", "refund_fee", "refund_status")
_INDEXED: Final = re.compile(r"(.*[a-z])_([0-9]+)")


def paid(platform: Platform, kind: Kind, total: int = 100, **fields: object) -> Order:
    """Return a fresh order of *kind*, placed through APIv2 and paid."""
    order = kind.order(total, **fields)
    platform.v2.must_pay(order)
    return order


def ask_for(
    platform: Platform, refund: Refund, *, broken_by: FaultV2 | None = None, transaction_id: str | None = None, goods: bool = False
) -> AnswerV2:
    """Apply for *refund* through APIv2, a minute after whatever was before; with *goods* as for an order with discounts on goods.

    Odd amounts are asked for under HMAC-SHA256: by which algorithm a request is signed changes nothing else.
    """
    if refund.by != "out_trade_no" and transaction_id is None:
        transaction_id = platform.v2.transaction_id(refund.order)
    call = replace(platform.v2.calls.refund(refund, transaction_id), sign_type="HMAC-SHA256" if refund.amount % 2 else "MD5")
    wait(platform, A_MINUTE)
    return platform.v2.send(
        replace(call, operation="refundv2") if goods else call, broken_by=broken_by, label=f"refund {refund.amount} fen"
    )


def apply(
    platform: Platform,
    refund: Refund,
    *,
    outcome: Outcome | None = None,
    transaction_id: str | None = None,
    goods: bool = False,
    because: str = "The refund is valid.",
) -> AnswerV2:
    """Apply for *refund*, which must be accepted, and let the banks decide on it if *outcome* says how."""
    answer = ask_for(platform, refund, transaction_id=transaction_id, goods=goods).is_accepted(because=because)
    if outcome is not None:
        settle(platform, refund, outcome)
    return answer


def refused(
    platform: Platform,
    refund: Refund,
    *codes: str,
    broken_by: FaultV2 | None = None,
    transaction_id: str | None = None,
    goods: bool = False,
    because: str = "",
) -> AnswerV2:
    """Apply for *refund*, which must be refused with one of *codes* and leave no refund under its number."""
    answer = ask_for(platform, refund, broken_by=broken_by, transaction_id=transaction_id, goods=goods).is_refused(*codes, because=because)
    leaves_nothing(platform, refund)
    return answer


def leaves_nothing(platform: Platform, refund: Refund) -> None:
    """Demand that there is no refund under the number of *refund*, which was refused."""
    found = platform.v2.query_refund(refund)
    if found.accepted:
        raise Violation("A refund that was refused exists.", expected="no refund under its number", got=found.described)
    found.is_refused()


def no_refunds(platform: Platform, order: Order, state: str = "SUCCESS") -> None:
    """Demand that nothing of *order* was refunded: it is in *state*, and no refund of it is listed."""
    platform.v2.query(order).is_accepted(because="The order exists.").has("trade_state", state, because="Nothing of it was refunded.")
    found = query(platform, order, out_trade_no=order.number)
    if found.accepted:
        raise Violation("An order has a refund that was refused.", expected="no refund", got=found.described)
    found.is_refused("REFUNDNOTEXIST")


def query(platform: Platform, order: Order, *, goods: bool = False, **members: str | None) -> AnswerV2:
    """Ask for refunds by *members*, as the merchant of *order*; with *goods* as for an order with discounts on goods."""
    return query_by(platform, order, members, goods=goods)


def query_by(platform: Platform, order: Order, members: Mapping[str, str | None], *, goods: bool = False) -> AnswerV2:
    """Ask for refunds by *members*, as `query` does."""
    sub = {"sub_mch_id": platform.merchant(order.role).sub_mchids[order.sub]} if order.partner else {}
    call = CallV2("refundqueryv2" if goods else "refundquery", order.role, {**sub, **members})
    return platform.v2.send(call, label=f"query refunds by {', '.join(members) or 'nothing'}")


def listed(answer: AnswerV2) -> Sequence[Listed]:
    """Return the refunds an answer lists, which must be accepted: as many as refund_count says, numbered from 0."""
    told = answer.is_accepted(because="The refunds exist.")["refund_count"]
    found: dict[int, dict[str, str]] = {}
    for name, value in answer.result.values.items():
        indexed = _INDEXED.fullmatch(name)
        if indexed and value:
            found.setdefault(int(indexed[2]), {})[indexed[1]] = value
    entries = [found.get(place, {}) for place in range(max(len(found), int(told) if told.isascii() and told.isdecimal() else 0))]
    lacking = [name for entry in entries for name in _NEEDED if name not in entry]
    if told != str(len(entries)) or lacking:
        wrong = f"a refund lacks {lacking[0]}" if lacking else f"{len(entries)} are listed"
        raise Violation(
            f"The list is not what its refund_count says: {wrong}.", expected=f"{told} refunds from _0 on", got=answer.described
        )
    return entries


def show(platform: Platform, refund: Refund, *, goods: bool = False, refund_id: str | None = None) -> Listed:
    """Query *refund*, which exists, by its number, or by its *refund_id* if that is given, and return it: it alone is shown."""
    members = {"out_refund_no": refund.number} if refund_id is None else {"refund_id": refund_id}
    answer = query_by(platform, refund.order, members, goods=goods)
    entries = listed(answer)
    if [entry["out_refund_no"] for entry in entries] != [refund.number]:
        raise Violation(f"A query by {', '.join(members)} shows other refunds.", expected=f"{refund.number} alone", got=answer.described)
    return entries[0]


def carry_out(platform: Platform, order: Order, plan: Sequence[TakenPart]) -> int:
    """Take the refunds of *plan*, one after the other, each through its family; return what remains of the order in fen."""
    left = order.total
    for part, family in plan:
        apply_for(platform, part.of(order), family=family, outcome=part.outcome)
        wait(platform, part.pause)
        left -= 0 if part.outcome == "CLOSED" else part.amount
    return left


def apply_for(platform: Platform, refund: Refund, *, family: str, outcome: Outcome | None = None) -> None:
    """Apply for *refund* through *family*, which must accept it."""
    if family == "v2":
        apply(platform, refund, outcome=outcome)
        return
    wait(platform, A_MINUTE)
    refunding.apply(platform, refund, outcome=outcome)


def take_the_rest(platform: Platform, order: Order, left: int, *, transaction_id: str | None = None) -> None:
    """Demand that *left* fen of *order* can still be refunded, no fen more, by taking them."""
    refused(platform, Refund(order, left + 1), *TOO_MUCH, transaction_id=transaction_id, because=f"{left} fen remain of the order.")
    if left:
        apply(platform, Refund(order, left), transaction_id=transaction_id, because=f"{left} fen of the order are left to refund.")
