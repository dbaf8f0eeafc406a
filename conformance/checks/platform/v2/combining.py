"""Combined orders as the checks ask for them: calls for a basket, and what a query shows of it."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from conformance.checks.platform.v2.asking import NO_SUCH_ORDER
from conformance.targets.calls import NOTIFY_URL
from conformance.targets.platform import Platform
from conformance.targets.v2 import AnswerV2
from conformance.targets.v2.calls import TRADE_TYPES
from conformance.targets.verdicts import Violation
from strategies.v2.baskets import Basket
from strategies.v2.cases import CallV2, FaultV2
from strategies.v2.json_texts import compact

__all__ = ["close", "closing", "closing_call", "handle_of", "listed", "place", "placing", "query", "shows", "untouched"]

_HANDLES: Mapping[str, str] = {"native": "code_url", "h5": "mweb_url"}
_ADDRESS = "203.0.113.7"


def listed(platform: Platform, basket: Basket) -> list[dict[str, Any]]:
    """The orders of *basket* as its list has them; numbers are minted."""
    merchant = platform.merchant(basket.role)
    found = []
    for part in basket.parts:
        part.number = part.number or platform.mint.number()
        order = {"appid": merchant.appid, "mch_id": merchant.mchid, "body": part.description, "attach": part.attach}
        order |= {"sub_mch_id": merchant.sub_mchids[part.sub]} if merchant.sub_mchids else {}
        found.append({**order, "out_trade_no": part.number, "fee_type": "CNY", "total_fee": part.total})
    return found


def placing(
    platform: Platform, basket: Basket, orders: Sequence[Mapping[str, Any]] | None = None, write: Callable[[Any], str] = compact
) -> CallV2:
    """The call that places *basket*, with other *orders* in its list if any are given, written by *write*."""
    basket.number = basket.number or platform.mint.number()
    named = listed(platform, basket) if orders is None else orders
    scene = {"payer_client_ip": _ADDRESS} | ({"h5_info": {"type": "Wap"}} if basket.product == "h5" else {})
    members: dict[str, str | None] = {
        "combine_out_trade_no": basket.number,
        "spbill_create_ip": _ADDRESS,
        "notify_url": NOTIFY_URL,
        "trade_type": TRADE_TYPES[basket.product],
        "scene_info": compact(scene),
        "sub_order_list": write({"order_num": len(named), "order_list": list(named)}),
    }
    if basket.product == "jsapi":
        members["combine_openid"] = platform.merchant(basket.role).openid
    if basket.product == "native":
        members["product_id"] = "P1"
    return CallV2("combinedorder", basket.role, members)


def place(platform: Platform, basket: Basket, *, broken_by: FaultV2 | None = None, write: Callable[[Any], str] = compact) -> AnswerV2:
    """Place *basket*."""
    return platform.v2.send(placing(platform, basket, write=write), broken_by=broken_by, label="place combined order")


def query(platform: Platform, basket: Basket) -> AnswerV2:
    """Query *basket*."""
    return platform.v2.send(
        CallV2("querycombinedorder", basket.role, {"combine_out_trade_no": basket.number}), label="query combined order"
    )


def closing(platform: Platform, basket: Basket) -> list[dict[str, str]]:
    """The orders of *basket* as closing names them."""
    return [{"mchid": platform.merchant(basket.role).mchid, "out_trade_no": part.number or ""} for part in basket.parts]


def close(platform: Platform, basket: Basket, orders: Sequence[Mapping[str, str]] | None = None) -> AnswerV2:
    """Close *basket*, naming *orders* (its own unless given)."""
    return platform.v2.send(closing_call(platform, basket, orders), label="close combined order")


def closing_call(platform: Platform, basket: Basket, orders: Sequence[Mapping[str, str]] | None = None) -> CallV2:
    """The call that closes *basket*, naming *orders* (its own unless given)."""
    named = closing(platform, basket) if orders is None else orders
    return CallV2("closecombinedorder", basket.role, {"combine_out_trade_no": basket.number, "sub_order_list": compact(list(named))})


def handle_of(basket: Basket, answer: AnswerV2) -> str:
    """What pays *basket*, in the *answer* to placing it."""
    return answer[_HANDLES.get(basket.product, "prepay_id")]


def shows(platform: Platform, basket: Basket, state: str, *, because: str) -> dict[str, str]:
    """Demand that every order of *basket* is in *state*, none more and none fewer; return their transaction_ids by number.

    An order is paid if it has a transaction_id; what else a query says of states must not contradict that.
    """
    answer = query(platform, basket).is_accepted(because="A basket that was placed can be queried.")
    told = answer.get("trade_state")
    orders = _orders(answer)
    if sorted(orders) != sorted(part.number or "" for part in basket.parts):
        raise Violation(
            "A query shows other orders than were placed.", expected=repr([part.number for part in basket.parts]), got=answer.described
        )
    for part in basket.parts:
        order = orders[part.number or ""]
        if order.get("amount", {}).get("total_amount") != part.total:
            raise Violation("An order is shown with another amount.", expected=f"{part.total} fen", got=repr(order))
        if order.get("attach", part.attach) != part.attach or order.get("description", part.description) != part.description:
            expected = f"attach {part.attach!r}, description {part.description!r}"
            raise Violation("An order is shown with other words than it was placed with.", expected=expected, got=repr(order))
        if bool(order.get("transaction_id")) is not (state == "SUCCESS") or order.get("trade_state", state) != state:
            raise Violation(because, expected=f"every order {state}", got=answer.described)
    if told is not None and told != state:
        raise Violation(because, expected=f"trade_state {state}", got=f"trade_state {told}")
    return {number: str(order["transaction_id"]) for number, order in orders.items() if order.get("transaction_id")}


def untouched(platform: Platform, basket: Basket) -> None:
    """Demand that there is no such basket."""
    query(platform, basket).is_refused(*NO_SUCH_ORDER, because="The combined order of a refused request exists.")


def _orders(answer: AnswerV2) -> dict[str, dict[str, Any]]:
    try:
        orders = json.loads(answer["sub_order_list"])["order_list"]
        return {str(order["out_trade_no"]): order for order in orders}
    except (ValueError, TypeError, KeyError):
        raise Violation("sub_order_list is no list of orders.", expected="JSON with order_list", got=answer.described) from None
