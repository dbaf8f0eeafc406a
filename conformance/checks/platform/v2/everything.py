"""Every operation of APIv2, validly asked: for checks about what holds for all of them alike.

Those of the sandbox have a side and checks of their own.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from conformance.checks.platform.billing import ready, start_a_day
from conformance.checks.platform.stages import wait
from conformance.checks.platform.v2 import combining
from conformance.checks.platform.v2.asking import order_of, roles
from conformance.checks.platform.v2.sharing import marked, merchants, receivers, settled
from conformance.checks.platform.v2.sharing import ready as ready_to_share
from conformance.checks.platform.v2.tills import A_WHILE, FIVE_MINUTES
from conformance.targets.platform import Platform
from conformance.targets.v2.payouts import ASKING, SENDING, Payouts
from strategies.cases import Order, Product, Refund, Role
from strategies.orders import PREPAID, lean
from strategies.v2.baskets import basket
from strategies.v2.cases import CallV2
from strategies.v2.json_texts import compact
from strategies.v2.payouts import KINDS, Kind
from strategies.v2.payouts import lean as lean_payout
from strategies.v2.sharing import Finish, GiveBack, Share, Sharing

__all__ = ["Subject", "subjects"]

_OF_RETURNS: Final = frozenset({"profitsharingreturn", "profitsharingreturnquery"})
"""What takes another merchant to ask for: only merchants give back."""
Ask = Callable[[], CallV2]
"""Returns a valid call, each time one that may be sent again: what it creates has a number of its own."""
Begin = Callable[[Platform, Role], Ask]


@dataclass(frozen=True, slots=True)
class Subject:
    """An *operation* asked as the merchant of *role*; *says* tells apart several ways to ask it. *begin* makes what it is about."""

    operation: str
    role: Role
    begin: Begin
    says: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.says or self.operation, "" if self.role == "merchant" else f"of a {self.role}") if part)


def subjects(platform: Platform) -> list[Subject]:
    """Return every operation of this platform that its powers allow to be asked validly, in every role it is for.

    The others are left out, which the check says if it passes.
    """
    powers = platform.capabilities
    every = tuple(_all())
    platform.left_out |= {operation for operation, needs, _, _ in every if not needs <= powers or not platform.v2.offers(operation)}
    return [
        Subject(operation, role, begin, says)
        for operation, needs, begin, says in every
        for role in roles(platform)
        if needs <= powers and _is_for(platform, operation, role)
    ]


def _is_for(platform: Platform, operation: str, role: Role) -> bool:
    if operation in _OF_RETURNS and not merchants(platform, role):
        return False
    contract = platform.v2.contract.operations[operation]
    return contract.mode in {"both", "partner" if role == "partner" else "direct"} and platform.v2.offers(operation)


def _all() -> Iterator[tuple[str, set[str], Begin, str]]:
    """Yield each operation with the powers it takes."""
    certified, paid = {"client-certificates"}, {"payer"}
    shared = {"payer", "time-travel", "client-certificates"}
    for product in PREPAID:
        yield "unifiedorder", set(), _placing(product), f"unifiedorder of {product}"
        yield "combinedorder", set(), _combining(product), f"combinedorder of {product}"
    yield "micropay", set(), _placing("codepay"), ""
    yield "orderquery", set(), lambda platform, role: _again(platform.v2.calls.query(_placed(platform, role))), ""
    yield "closeorder", set(), _closing, ""
    yield "reverse", certified, _reversing, ""
    yield "authcodetoopenid", set(), _naming, ""
    yield "shorturl", set(), _shortening, ""
    yield "report", set(), _reporting, ""
    for operation in ("refund", "refundv2"):
        yield operation, certified | paid, _refunding(operation), ""
    for operation in ("refundquery", "refundqueryv2"):
        yield operation, certified | paid, _querying_refund(operation), ""
    yield "downloadbill", {"payer", "time-travel"}, _billing("downloadbill", bill_type="ALL"), ""
    yield "downloadfundflow", shared, _billing("downloadfundflow", account_type="Basic"), ""
    yield "querycombinedorder", set(), lambda platform, role: _again(_of_basket(platform, role, "querycombinedorder")), ""
    yield "closecombinedorder", set(), lambda platform, role: lambda: _of_basket(platform, role, "closecombinedorder"), ""
    yield from ((operation, shared, begin, "") for operation, begin in _SHARING.items())
    for kind in KINDS:
        yield from ((operation, certified, begin, "") for operation, begin in _paying_out(kind))
    yield "getpublickey", certified, lambda _platform, role: _again(CallV2("getpublickey", role, {"sign_type": "MD5"})), ""


def _again(call: CallV2) -> Ask:
    return lambda: call


# orders


def _placing(product: Product) -> Begin:
    return lambda platform, role: lambda: platform.v2.calls.place(order_of(product, role))


def _placed(platform: Platform, role: Role) -> Order:
    order = order_of("native", role)
    platform.v2.place(order).is_accepted()
    return order


def _closing(platform: Platform, role: Role) -> Ask:
    def ask() -> CallV2:
        order = _placed(platform, role)
        wait(platform, FIVE_MINUTES)
        return platform.v2.calls.close(order)

    return ask


def _combining(product: Product) -> Begin:
    return lambda platform, role: lambda: combining.placing(platform, basket(product, role))


def _of_basket(platform: Platform, role: Role, operation: str) -> CallV2:
    chosen = basket("native", role)
    combining.place(platform, chosen).is_accepted()
    if operation == "querycombinedorder":
        return CallV2(operation, role, {"combine_out_trade_no": chosen.number})
    wait(platform, FIVE_MINUTES)
    return combining.closing_call(platform, chosen)


def _reversing(platform: Platform, role: Role) -> Ask:
    def ask() -> CallV2:
        order = order_of("codepay", role)
        platform.v2.place(order).is_accepted()
        wait(platform, A_WHILE)
        return platform.v2.calls.reverse(order)

    return ask


# refunds, tools and bills


def _paid(platform: Platform, role: Role) -> Order:
    order = lean("native", role, total=100)
    platform.v2.must_pay(order)
    return order


def _refunding(operation: str) -> Begin:
    def begin(platform: Platform, role: Role) -> Ask:
        def ask() -> CallV2:
            return replace(platform.v2.calls.refund(Refund(_paid(platform, role), 1)), operation=operation)

        return ask

    return begin


def _querying_refund(operation: str) -> Begin:
    def begin(platform: Platform, role: Role) -> Ask:
        refund = Refund(_paid(platform, role), 1)
        platform.v2.refund(refund).is_accepted()
        return _again(replace(platform.v2.calls.query_refund(refund), operation=operation))

    return begin


def _naming(platform: Platform, role: Role) -> Ask:
    return lambda: CallV2("authcodetoopenid", role, {**_sub(platform, role), "auth_code": platform.mint.auth_code()})


def _shortening(platform: Platform, role: Role) -> Ask:
    handle = platform.v2.place(order_of("native", role)).is_accepted()["code_url"]
    return _again(CallV2("shorturl", role, {**_sub(platform, role), "long_url": handle}))


def _reporting(platform: Platform, role: Role) -> Ask:
    trades = compact([{"out_trade_no": "1", "begin_time": "20260615120000", "end_time": "20260615120001", "state": "OK"}])
    members = {"interface_url": "https://api.mch.weixin.qq.com/pay/micropay", "user_ip": "203.0.113.7", "trades": trades}
    return _again(CallV2("report", role, {**_sub(platform, role), **members}))


def _billing(operation: str, **members: str) -> Begin:
    def begin(platform: Platform, role: Role) -> Ask:
        day = start_a_day(platform)
        _paid(platform, role)
        ready(platform, day)
        own = {} if role == "merchant" else {"sub_mch_id": None}
        return _again(CallV2(operation, role, {**own, "bill_date": f"{day:%Y%m%d}", **members}))

    return begin


def _sub(platform: Platform, role: Role) -> dict[str, str]:
    return platform.v2.calls.sub_merchant(lean("native", role))


# profit sharing


def _to_share(platform: Platform, role: Role, *, several: bool = True) -> Sharing:
    """Return a sharing that can be asked for, of an order of its own."""
    order, receiver = marked(role), receivers(platform, role)[0]
    ready_to_share(platform, order, receiver)
    return Sharing(order, (Share(receiver, 10),), several)


def _shared(platform: Platform, role: Role) -> Sharing:
    sharing = _to_share(platform, role)
    platform.v2.sharing.share(sharing).is_accepted()
    settled(platform, sharing)
    return sharing


def _sharing(make: Callable[[Platform, Role], CallV2]) -> Begin:
    return lambda platform, role: lambda: make(platform, role)


def _asking_sharing(make: Callable[[Platform, Sharing], CallV2]) -> Begin:
    return lambda platform, role: _again(make(platform, _shared(platform, role)))


def _adding(platform: Platform, role: Role) -> CallV2:
    return platform.v2.sharing.calls.add(receivers(platform, role)[0], marked(role))


def _removing(platform: Platform, role: Role) -> CallV2:
    order, receiver = marked(role), receivers(platform, role)[0]
    platform.v2.sharing.add(receiver, order).is_accepted()
    return platform.v2.sharing.calls.remove(receiver, order)


def _giving_back(platform: Platform, role: Role) -> CallV2:
    sharing = _shared(platform, role)
    return platform.v2.sharing.calls.give_back(GiveBack(sharing, sharing.shares[0].receiver, 1))


def _given_back(platform: Platform, sharing: Sharing) -> CallV2:
    back = GiveBack(sharing, sharing.shares[0].receiver, 1)
    platform.v2.sharing.give_back(back).is_accepted()
    return platform.v2.sharing.calls.query_return(back)


_SHARING: Final[Mapping[str, Begin]] = {
    "profitsharingmerchantratioquery": lambda platform, role: _again(platform.v2.sharing.calls.ratio(marked(role))),
    "profitsharingaddreceiver": _sharing(_adding),
    "profitsharingremovereceiver": _sharing(_removing),
    "profitsharing": _sharing(lambda platform, role: platform.v2.sharing.calls.share(_to_share(platform, role, several=False))),
    "multiprofitsharing": _sharing(lambda platform, role: platform.v2.sharing.calls.share(_to_share(platform, role))),
    "profitsharingquery": _asking_sharing(lambda platform, sharing: platform.v2.sharing.calls.query(sharing)),
    "profitsharingorderamountquery": _asking_sharing(lambda platform, sharing: platform.v2.sharing.calls.amount(sharing.order)),
    "profitsharingfinish": _sharing(lambda platform, role: platform.v2.sharing.calls.finish(Finish(_shared(platform, role).order))),
    "profitsharingreturn": _sharing(_giving_back),
    "profitsharingreturnquery": _asking_sharing(_given_back),
}


# payouts


def _paying_out(kind: Kind) -> Iterator[tuple[str, Begin]]:
    """Yield how a payout of *kind* is sent and asked about."""

    def sending(platform: Platform, role: Role) -> Ask:
        payouts = Payouts(platform)
        return lambda: payouts.sending(lean_payout(kind, role))

    def asking(platform: Platform, role: Role) -> Ask:
        payouts, payout = Payouts(platform), lean_payout(kind, role)
        payouts.send(payout).is_accepted()
        return _again(payouts.asking(payout))

    yield SENDING[kind], sending
    if kind not in {"group", "mini"}:  # they are asked about as any red packet
        yield ASKING[kind], asking
