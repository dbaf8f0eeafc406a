"""Orders placed for sharing, brought to where something can be shared; and what a platform tells of them."""

import json
from collections.abc import Mapping
from typing import Any

from conformance.targets.platform import Platform
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Inconclusive, Violation, shown
from strategies.cases import Order, Product, Role
from strategies.orders import lean
from strategies.v2.sharing import GiveBack, Receiver, Share, Sharing

__all__ = [
    "A_MINUTE",
    "FAILED",
    "TOTAL",
    "account_of",
    "is_left",
    "is_not_returned",
    "is_refused_whole",
    "left",
    "let_share",
    "marked",
    "merchants",
    "most",
    "needs",
    "ready",
    "receivers",
    "settled",
    "shares_shown",
    "states_shown",
    "status_shown",
]

TOTAL = 1_000
A_MINUTE = 61
"""Seconds after its payment from which every page has an order shared."""
FAILED = ("FAILED", "FAIL")
"""What the sources call a return that came to nothing."""
_WAITS = (60, 600, 3_600, 86_400)
_WHOLE = 10_000
_RESULTS = ("PENDING", "SUCCESS", "CLOSED")


def needs(platform: Platform) -> None:
    """Say what nobody can share an order without."""
    platform.needs("payer", "time-travel", "client-certificates")


def marked(role: Role, product: Product = "native", total: int = TOTAL, *, sub: int = 0) -> Order:
    """Return an order placed for sharing."""
    order = lean(product, role, total=total, settle_info={"profit_sharing": True})
    order.sub = sub
    return order


def receivers(platform: Platform, role: Role) -> tuple[Receiver, ...]:
    """Whom the merchant of *role* can give shares to: every other merchant, and a payer."""
    return (*merchants(platform, role), Receiver(None))


def merchants(platform: Platform, role: Role) -> tuple[Receiver, ...]:
    """Whom the merchant of *role* can give shares to and take them back from."""
    return tuple(Receiver(other) for other in platform.roles if other != role)


def ready(platform: Platform, order: Order, *to: Receiver) -> int:
    """Let *order* be paid a minute ago and *to* be added; return what can be shared of it, in fen."""
    platform.v2.must_pay(order)
    platform.advance(A_MINUTE)
    for receiver in to:
        platform.v2.sharing.add(receiver, order).is_accepted(because="A receiver can be added.")
    return left(platform, order)


def left(platform: Platform, order: Order) -> int:
    """What the platform says is left of *order*, in fen."""
    answer = platform.v2.sharing.ask_left(order).is_accepted(because="The order was placed for sharing and paid.")
    text = answer["unsplit_amount"]
    if not text.isdigit():
        raise Violation("unsplit_amount is no amount.", expected="a number of fen", got=answer.described)
    return int(text)


def is_left(platform: Platform, order: Order, fen: int, because: str) -> None:
    """Demand that exactly so much is left of *order*."""
    found = left(platform, order)
    if found != fen:
        raise Violation(f"{because} But something else is left.", expected=f"unsplit_amount {fen}", got=f"unsplit_amount {found}")


def most(platform: Platform, order: Order, frozen: int) -> int | None:
    """How much of *frozen* fen may be shared altogether, as far as the platform tells; None where it does not."""
    answer = platform.v2.sharing.ask_ratio(order)
    ratio = answer.get("max_ratio") or ""
    return frozen * int(ratio) // _WHOLE if answer.accepted and ratio.isdigit() else None


def is_refused_whole(platform: Platform, sharing: Sharing, fen: int, because: str) -> None:
    """Demand that *sharing* is refused and shares nothing: *fen* are left as before, and there is no such sharing."""
    platform.v2.sharing.share(sharing).is_refused(because=because)
    is_left(platform, sharing.order, fen, "The sharing was refused.")
    platform.v2.sharing.query(sharing).is_refused(because="A refused sharing can be queried.")


def is_not_returned(platform: Platform, back: GiveBack, because: str, **members: str | None) -> None:
    """Demand that *back* is refused, or that it failed; *members* stand in the place of its own."""
    answer = platform.v2.sharing.give_back(back, **members)
    if answer.accepted and answer.get("result") in FAILED:
        return
    answer.is_refused(because=because)
    shown = platform.v2.sharing.query_return(back)
    if not shown.accepted or shown.get("result") not in FAILED:
        shown.is_refused(because="A refused return can be queried.")


def settled(platform: Platform, sharing: Sharing) -> AnswerV2:
    """Let time pass until *sharing* is finished, and return what a query shows then. Raises Inconclusive if it never is."""
    answer = platform.v2.sharing.query(sharing).is_accepted(because="The sharing was accepted.")
    for seconds in _WAITS:
        if answer.get("status") != "PROCESSING":
            return answer
        platform.advance(seconds)
        answer = platform.v2.sharing.query(sharing).is_accepted(because="The sharing was accepted.")
    if answer.get("status") == "PROCESSING":
        raise Inconclusive("a sharing is not finished within a day")
    return answer


def account_of(platform: Platform, sharing: Sharing, share: Share) -> str:
    """The account *share* goes to."""
    return platform.v2.sharing.calls.account(share.receiver, sharing.order.role)[1]


def shares_shown(platform: Platform, sharing: Sharing, answer: AnswerV2) -> dict[str, Mapping[str, Any]]:
    """Return what *answer* shows of each share of *sharing*, by account: its amount, and a result.

    A platform may list what was released to the merchant itself besides.
    """
    text = answer["receivers"]
    try:
        listed = json.loads(text)
        found = {str(item.get("account") or item.get("receiver_account") or item["receiver_mchid"]): item for item in listed}
    except (ValueError, KeyError, AttributeError, TypeError):
        raise Violation("receivers is not the JSON it should be.", expected="a list of objects with an account each", got=text) from None
    for share in sharing.shares:
        item = found.get(account_of(platform, sharing, share), {})
        if item.get("amount") != share.amount:
            raise Violation(
                "A query does not show a share as it was asked for.", expected=f"{share.amount} fen for {share.receiver}", got=text
            )
    own = {platform.merchant(sharing.order.role).mchid, *platform.merchant(sharing.order.role).sub_mchids}
    asked = {account_of(platform, sharing, share) for share in sharing.shares}
    strangers = found.keys() - asked - own
    if strangers:
        raise Violation("A query shows a share nobody asked for.", expected=f"{len(sharing.shares)} receivers", got=text)
    return {account: found[account] for account in asked}


def states_shown(platform: Platform, sharing: Sharing, answer: AnswerV2) -> dict[str, str]:
    """Return the result of each share by account, and the status last; each is a known one, and they go together."""
    found = shares_shown(platform, sharing, answer)
    status = status_shown(answer)
    for item in found.values():
        result = item.get("result")
        if result not in _RESULTS:
            raise Violation("A share is in no known state.", expected=f"result {', '.join(_RESULTS)}", got=f"result {result}")
        if item.get("fail_reason") and result != "CLOSED":
            raise Violation("A share that did not fail says why it did.", expected="fail_reason with CLOSED only", got=shown(item))
    results = {account: str(item["result"]) for account, item in found.items()}
    if status == "FINISHED" and "PENDING" in results.values():
        raise Violation("A sharing is finished while a share is under way.", expected="no PENDING", got=shown(results))
    return {**results, "status": status}


def status_shown(answer: AnswerV2) -> str:
    """Return the state of a sharing, a known one."""
    status = answer["status"]
    if status not in {"PROCESSING", "FINISHED"}:
        raise Violation("A sharing is in no known state.", expected="status PROCESSING or FINISHED", got=f"status {status}")
    return status


def let_share(platform: Platform, sharing: Sharing, number: int, event: str) -> str | None:
    """Let *event* befall one share of *sharing*; return why it did not, None if it did."""
    account = account_of(platform, sharing, sharing.shares[number])
    return platform.let("share", event, f"{sharing.number}/{account}", role=sharing.order.role)
