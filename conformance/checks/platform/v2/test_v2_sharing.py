"""Profit sharing of APIv2: of which orders, and to whom."""

from collections.abc import Sequence

from conformance.checks.platform.v2.asking import roles
from conformance.checks.platform.v2.sharing import (
    is_left,
    is_refused_whole,
    left,
    marked,
    merchants,
    needs,
    ready,
    receivers,
    settled,
    shares_shown,
)
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import NotApplicable, Violation
from reference.rules import judges
from strategies.cases import Order, Product, Role
from strategies.orders import PREPAID, lean
from strategies.v2.cases import CallV2
from strategies.v2.json_texts import WRITINGS, compact
from strategies.v2.sharing import Receiver, Share, Sharing

GROUP = "v2 sharing"

_MOST = 50
"""Receivers of one sharing."""
_NO_ORDER = "4200000000202601010000000000"


@judges("v2.sharing.needs-a-marked-order")
def test_shares_marked_orders_only(platform: Platform) -> None:
    """What was not placed for sharing is not shared, through neither family; the same order placed for sharing is."""
    needs(platform)

    def attempt(case: tuple[Product, Role, str]) -> None:
        product, role, how = case
        twin = marked(role, product)
        order = lean(product, role, total=twin.total)
        to = receivers(platform, role)[0]
        if how == "placed by APIv3":
            platform.must_pay(order)
        else:
            platform.v2.place(order, members={"profit_sharing": "N" if how == "marked N" else None}).is_accepted()
            _pay(platform, order)
        ready(platform, twin, to)
        for several in (True, False):
            sharing = Sharing(order, (Share(to, 100),), several)
            platform.v2.sharing.share(sharing).is_refused(because="The order was not placed for sharing.")
            platform.v2.sharing.query(sharing).is_refused(because="A refused sharing can be queried.")
        platform.v2.query(order).is_accepted().has("trade_state", "SUCCESS", because="Nothing was shared.")
        _shares(platform, Sharing(twin, (Share(to, 100),), several=product != "app"))

    ways = [(product, "not marked") for product in (*PREPAID, "codepay")] + [("native", "marked N"), ("jsapi", "placed by APIv3")]
    try_all(platform, [(product, role, how) for role in roles(platform) for product, how in ways], attempt)


@judges("v2.sharing.needs-a-marked-order")
def test_shares_orders_of_either_family(platform: Platform) -> None:
    """An order placed for sharing through APIv3 is shared through APIv2 like any other."""
    needs(platform)

    def attempt(case: tuple[Product, Role]) -> None:
        product, role = case
        order = marked(role, product)
        platform.must_pay(order)
        platform.advance(61)
        to = receivers(platform, role)[0]
        platform.v2.sharing.add(to, order).is_accepted()
        _shares(platform, Sharing(order, (Share(to, 100),)))

    try_all(platform, [(product, role) for role in roles(platform) for product in ("jsapi", "codepay")], attempt)


@judges("v2.sharing.needs-a-marked-order")
def test_shares_paid_orders_only(platform: Platform) -> None:
    """An order nobody paid, one closed, one reversed and one that never was are not shared, though they were placed for sharing."""
    needs(platform)

    def attempt(case: tuple[Role, str]) -> None:
        role, how = case
        order, to = marked(role, "codepay" if how == "reversed" else "native"), receivers(platform, role)[0]
        answer = platform.v2.place(order).is_accepted()
        platform.v2.sharing.add(to, order).is_accepted()
        named = order.number or ""
        if how == "closed":
            platform.v2.close(order).is_accepted()
        elif how == "reversed":
            named = answer["transaction_id"]
            if not platform.v2.reverse(order).accepted:
                return
        elif how == "unknown":
            named = _NO_ORDER
        platform.advance(61)
        for operation in ("multiprofitsharing", "profitsharing", "profitsharingfinish"):
            call = _naming(platform, operation, order, to, named)
            platform.v2.send(call).is_refused(because=f"The order is {how}.")
        shown = platform.v2.query(order).is_accepted()
        if how in {"unpaid", "unknown"}:
            shown.has("trade_state", "NOTPAY", because="Nothing happened to the order.")

    try_all(platform, [(role, how) for role in roles(platform) for how in ("unpaid", "closed", "reversed", "unknown")], attempt)


@judges("v2.sharing.needs-an-added-receiver")
def test_shares_to_added_receivers_only(platform: Platform) -> None:
    """Whoever was never added, or was removed, gets nothing, nor does anybody beside; once added, even twice, it is given its share."""
    needs(platform)

    def attempt(case: tuple[Role, bool]) -> None:
        role, several = case
        *known, to = receivers(platform, role)
        order = marked(role)
        frozen = ready(platform, order, *known)
        asked = Sharing(order, (*(Share(other, 10) for other in known), Share(to, 10)), several)
        for alone in (False, True):
            sharing = Sharing(order, asked.shares[-1:] if alone else asked.shares, several)
            is_refused_whole(platform, sharing, frozen, "A receiver was not added.")
        for _ in range(2):
            platform.v2.sharing.add(to, order).is_accepted(because="Adding a receiver again is harmless.")
        platform.v2.sharing.share(asked).is_accepted(because="All receivers were added.")
        platform.v2.sharing.remove(to, order).is_accepted(because="The receiver was added.")
        shown = shares_shown(platform, asked, settled(platform, asked))
        if any(item.get("result") == "CLOSED" for item in shown.values()):
            raise Violation("Removing a receiver took what it was given.", expected="the share as it was", got=repr(shown))
        later = marked(role)
        is_refused_whole(platform, Sharing(later, (Share(to, 10),), several), ready(platform, later), "The receiver was removed.")

    try_all(platform, [(role, several) for role in roles(platform) for several in (True, False)], attempt)


@judges("v2.sharing.needs-an-added-receiver")
def test_shares_to_nobody_elses_receivers(platform: Platform) -> None:
    """A receiver that another merchant added, or a service provider for another sub-merchant, is none; once added by oneself it is."""
    needs(platform)
    platform.needs("other-merchant", "partner-merchant")

    def attempt(case: tuple[Role, Role, int]) -> None:
        role, adder, sub = case
        to = next(receiver for receiver in merchants(platform, role) if receiver.role != adder)
        order = marked(role, sub=sub)
        platform.v2.sharing.add(to, marked(adder)).is_accepted()
        frozen = ready(platform, order)
        sharing = Sharing(order, (Share(to, 10),))
        is_refused_whole(platform, sharing, frozen, "The receiver was added by somebody else.")
        platform.v2.sharing.add(to, order).is_accepted()
        _shares(platform, sharing)
        platform.v2.sharing.remove(to, order).is_accepted()

    cases: list[tuple[Role, Role, int]] = [("merchant", "other", 0), ("partner", "other", 0), ("merchant", "partner", 0)]
    if len(platform.merchant("partner").sub_mchids) > 1:
        cases.append(("partner", "partner", 1))
    try_all(platform, cases, attempt)


@judges("v2.sharing.needs-an-added-receiver")
def test_shares_to_one_receiver_or_fifty(platform: Platform) -> None:
    """A list of nobody is refused, and one of 51 receivers, though each was added; with 50 of them the order is shared."""
    needs(platform)

    def attempt(case: tuple[Role, bool]) -> None:
        role, several = case
        order = marked(role)
        frozen = ready(platform, order)
        people = [f"o{platform.mint.number().rjust(27, '0')}" for _ in range(_MOST + 1)]
        for account in people:
            _must_be_known(platform, order, account)
        for count in (_MOST + 1, 0):
            call = _giving(platform, Sharing(order, (), several), people[:count])
            platform.v2.send(call, label=f"share to {count}").is_refused(because=f"There are {count} receivers.")
            is_left(platform, order, frozen, "The sharing was refused.")
        call = _giving(platform, Sharing(order, (), several), people[:_MOST])
        platform.v2.send(call, label=f"share to {_MOST}").is_accepted(because=f"There may be {_MOST} receivers.")
        is_left(platform, order, frozen - _MOST if several else 0, f"{_MOST} receivers were given a fen.")

    try_all(platform, [(roles(platform)[-1], True), (roles(platform)[0], False)], attempt)


def _must_be_known(platform: Platform, order: Order, account: str) -> None:
    """Add somebody; a platform that knows its people need not believe in one who was made up."""
    call = platform.v2.sharing.calls.add(Receiver(None), order)
    content = {"type": "PERSONAL_OPENID", "account": account, "relation_type": "PARTNER"}
    if not platform.v2.send(call.but(receiver=compact(content)), label="add a receiver").accepted:
        raise NotApplicable({"receivers that are made up"})


def _giving(platform: Platform, sharing: Sharing, people: Sequence[str]) -> CallV2:
    """Give everybody a fen."""
    listed = [{"type": "PERSONAL_OPENID", "account": account, "amount": 1, "description": "-"} for account in people]
    return platform.v2.sharing.calls.share(sharing).but(receivers=compact(listed))


def _shares(platform: Platform, sharing: Sharing) -> None:
    """The sharing is accepted and takes what it asks for."""
    before = left(platform, sharing.order)
    answer = platform.v2.sharing.share(sharing).is_accepted(because="The order was placed for sharing and paid a minute ago.")
    if answer.get("out_order_no") is not None:
        answer.has("out_order_no", sharing.number or "")
    is_left(platform, sharing.order, before - sharing.amount if sharing.several else 0, "The order was shared.")
    shares_shown(platform, sharing, platform.v2.sharing.query(sharing).is_accepted())


def _pay(platform: Platform, order: Order) -> None:
    refused = None if order.product == "codepay" else platform.pay(order)
    if refused is not None:
        raise Violation("The payer cannot pay an order just placed.", expected="a payment", got=f"refused: {refused}")


def _naming(platform: Platform, operation: str, order: Order, to: Receiver, transaction_id: str) -> CallV2:
    """Share or finish what *transaction_id* names, which no query tells."""
    calls = platform.v2.sharing.calls
    kind, account = calls.account(to, order.role)
    listed = [{"type": kind, "account": account, "amount": 10, "description": "分"}]
    own = {"description": "完结"} if operation == "profitsharingfinish" else {"receivers": WRITINGS["without blanks"](listed)}
    members = {"transaction_id": transaction_id, "out_order_no": platform.mint.number(), **own}
    return CallV2(operation, order.role, {**platform.v2.calls.sub_merchant(order), **members})
