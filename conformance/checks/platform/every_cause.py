"""What every operation of the contract refuses: the causes of orders, refunds and closes, and all there are besides."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from conformance.checks.platform.causes import (
    NO_TRANSACTION,
    NOT_FOUND,
    PARAMETER,
    SIGNATURES,
    UNSIGNED,
    Cause,
    Tried,
    of_closing,
    of_placing,
    of_refunding,
)
from conformance.checks.platform.placing import every_kind
from conformance.checks.platform.refunding import paid
from conformance.checks.platform.stages import HALF_AN_HOUR, Kind, kinds, wait
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from reference.identity import Merchant
from strategies.cases import Call, Fault, Order, Refund, Role
from strategies.faults.identity import NamesSomebodyElse

__all__ = ["causes", "of_searching"]


def causes(platform: Platform) -> Iterator[Cause]:
    """Yield what each operation of the contract refuses, a few of the field faults among it."""
    for kind in every_kind(platform):
        yield from of_placing(platform, kind, every=9)
    if "payer" in platform.capabilities:
        for kind in every_kind(platform, "jsapi", *(("codepay",) if "code-plans" in platform.capabilities else ())):
            yield from of_refunding(platform, kind, every=9)
        for kind in kinds(platform):
            yield from of_closing(platform, kind)
    for kind in kinds(platform):
        yield from _of_strangers(platform, kind)
    if "code-plans" in platform.capabilities:
        for kind in kinds(platform, "codepay"):
            yield Cause(f"{kind}, with a used payment code", partial(_charge_twice, kind))
            yield Cause(f"{kind}, charged again once reversed", partial(_charge_reversed, kind))
    roles: list[Role] = ["merchant", "partner"] if "partner-merchant" in platform.capabilities else ["merchant"]
    for role in roles:
        yield from of_searching(platform, role)
        yield from _of_the_rest(role)


def of_searching(platform: Platform, role: Role) -> Iterator[Cause]:
    """Yield why a query of a merchant of some *role* finds nothing."""
    kind = Kind("native", role)
    for name, ask in _SEARCHES.items():
        if "payer" in platform.capabilities or name in {"a number", "a number like another", "a refund number"}:
            yield Cause(f"{name}, unknown to the {role}", partial(_search, kind, ask), NOT_FOUND)


def _of_strangers(platform: Platform, kind: Kind) -> Iterator[Cause]:
    """Yield why somebody who is not the merchant of an order of *kind* is refused."""
    prefix = "sp_" if kind.role == "partner" else ""
    nobody = NamesSomebodyElse(f"{prefix}mchid", "1999999999")
    yield Cause(f"{kind}, {nobody!r}", partial(_place_as_another, kind, nobody))
    if "other-merchant" in platform.capabilities:
        for name, act in _BY_ANOTHER.items():
            yield Cause(f"{kind}, {name} by another", partial(_act_as_another, kind, act))


def _of_the_rest(role: Role) -> Iterator[Cause]:
    asked = {
        "echo of nothing": Call("security_echo", role, body={}),
        "bill of no day": Call("tradebill_apply", role, query={"bill_date": "2026-02-30"}),
        "bill of no kind": Call("fundflowbill_apply", role, query={"bill_date": "2026-01-01", "account_type": "UNHEARD_OF"}),
        "certificates of no kind": Call("certificates_list", role, query={"algorithm_type": "UNHEARD_OF"}),
    }
    for name, call in asked.items():
        yield Cause(f"{name}, asked by a {role}", partial(_ask, call), PARAMETER)
    body = {"out_refund_no": "wxcNobodyKnowsThis", "type": "MERCHANT_BANK_CARD"}
    pay_out = Call("refund_apply_abnormal", role, {"refund_id": "50300000000000000000000000000"}, body=body)
    yield Cause(f"an unknown refund, paid out for a {role}", partial(_ask, pay_out))
    token = Call("bill_download", role, query={"token": "wxcNobodyKnowsThis"})
    yield Cause(f"an unknown token, asked by a {role}", partial(_ask, token))
    for fault in SIGNATURES:
        yield Cause(f"certificates for a {role}, {fault!r}", partial(_ask, Call("certificates_list", role), fault=fault), UNSIGNED)


def _ask(call: Call, platform: Platform, *, fault: Fault | None = None) -> Tried:
    return Tried(platform.send(call, broken_by=fault))


def _search(kind: Kind, ask: Callable[[Platform, Kind], Answer], platform: Platform) -> Tried:
    return Tried(ask(platform, kind))


def _number_like_another(platform: Platform, kind: Kind) -> Answer:
    order = kind.order()
    platform.place(order).is_accepted()
    return platform.query(replace(order, number=f"{order.number}0"))


def _number_as_transaction_id(platform: Platform, kind: Kind) -> Answer:
    return platform.query_by_id(kind.order(), platform.transaction_id(paid(platform, kind))[::-1])


def _order_as_refund(platform: Platform, kind: Kind) -> Answer:
    order = paid(platform, kind)
    return platform.query_refund(Refund(order, 1, number=order.number))


def _refund_as_order(platform: Platform, kind: Kind) -> Answer:
    refund = Refund(paid(platform, kind), 1)
    platform.refund(refund).is_accepted()
    return platform.query(replace(refund.order, number=refund.number))


def _refused_refund(platform: Platform, kind: Kind) -> Answer:
    refund = Refund(paid(platform, kind), 101)
    platform.refund(refund).is_refused()
    return platform.query_refund(refund)


def _charge_twice(kind: Kind, platform: Platform) -> Tried:
    order = kind.order()
    platform.place(order).is_accepted()
    second = order.fresh()
    answer = platform.place(second)
    return Tried(answer, lambda: platform.query(second).accepted)


def _charge_reversed(kind: Kind, platform: Platform) -> Tried:
    order = kind.order()
    platform.place(order).is_accepted()
    wait(platform, HALF_AN_HOUR)
    platform.reverse(order).is_accepted()
    answer = platform.place(order)
    return Tried(answer, lambda: platform.query(order).get("trade_state") == "SUCCESS")


def _place_as_another(kind: Kind, fault: Fault, platform: Platform) -> Tried:
    order = kind.order()
    answer = platform.place(order, broken_by=fault)
    return Tried(answer, lambda: platform.query(order).accepted)


def _act_as_another(kind: Kind, act: Callable[[Platform, Order, Merchant], Answer], platform: Platform) -> Tried:
    order = kind.order()
    platform.place(order).is_accepted()
    answer = act(platform, order, platform.merchant("other"))
    return Tried(answer, lambda: platform.query(order).get("trade_state") == "CLOSED")


_BY_ANOTHER: dict[str, Callable[[Platform, Order, Merchant], Answer]] = {
    "queried": lambda platform, order, other: platform.query(order, signed_by=other),
    "closed": lambda platform, order, other: platform.close(order, signed_by=other),
    "placed again": lambda platform, order, other: platform.place(order, signed_by=other),
}
_SEARCHES: dict[str, Callable[[Platform, Kind], Answer]] = {
    "a number": lambda platform, kind: platform.query(kind.order()),
    "a number like another": _number_like_another,
    "a transaction_id": lambda platform, kind: platform.query_by_id(kind.order(), NO_TRANSACTION),
    "a transaction_id turned round": _number_as_transaction_id,
    "a refund number": lambda platform, kind: platform.query_refund(Refund(kind.order(), 1)),
    "an order's number, as that of a refund": _order_as_refund,
    "a refund's number, as that of an order": _refund_as_order,
    "a refused refund's number": _refused_refund,
}
