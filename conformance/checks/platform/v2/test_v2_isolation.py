"""Merchants of APIv2 among themselves: nobody sees, closes, reverses or refunds what is another's, and numbers are everybody's own."""

from collections.abc import Iterator

from conformance.checks.platform.v2.asking import order_of
from conformance.checks.platform.v2.points import Point, Reached, points, told, unchanged
from conformance.checks.platform.v2.strangers import by, present, strangers
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies.cases import Order, Product, Refund, Role
from strategies.v2.cases import CallV2

GROUP = "v2 invariants"

_APART = "v2.invariant.merchants-are-apart"
_POINTS = ("unpaid", "paid", "partly refunded", "waiting for its payer", "charged", "charged and partly refunded")
_OF_AN_ORDER = ("trade_state", "transaction_id", "total_fee", "openid", "attach", "time_end", "refund_id", "refund_id_0", "refund_status_0")


@judges(_APART)
def test_a_stranger_gets_nothing(platform: Platform) -> None:
    """Signed by another merchant, naming itself or the owner, every call by any number is refused, tells nothing and changes nothing."""
    platform.needs("other-merchant")

    def attempt(point: Point) -> None:
        reached = point.order(platform)
        before = told(platform, reached)
        for role in strangers(platform, point.role):
            for call in _about(platform, reached):
                theirs = by(platform, call, role)
                _refused(platform, reached, platform.v2.send(theirs, label=f"{call.operation} by a stranger"), theirs)
            unchanged(platform, reached, before, because="A stranger's call changed something.")
            for call in _about(platform, reached):
                named = call.but(mch_id=platform.merchant(point.role).mchid, appid=platform.merchant(point.role).appid)
                answer = platform.v2.send(named, label=f"{call.operation} in the owner's name", signed_by=platform.merchant(role))
                _refused(platform, reached, answer, named)
            unchanged(platform, reached, before, because="A stranger in the owner's name changed something.")

    try_all(platform, points(platform, *_POINTS), attempt)


@judges(_APART)
def test_a_sub_merchant_is_named_rightly(platform: Platform) -> None:
    """A service provider that names another of its sub-merchants is refused as a stranger is."""
    platform.needs("partner-merchant")
    subs = platform.merchant("partner").sub_mchids

    def attempt(point: Point) -> None:
        reached = point.order(platform)
        before = told(platform, reached)
        for sub in (*subs, platform.merchant("partner").mchid):
            for call in _about(platform, reached) if sub != subs[reached.order.sub] else ():
                wrong = call.but(sub_mch_id=sub)
                _refused(platform, reached, platform.v2.send(wrong, label=f"{call.operation} for another sub-merchant"), wrong)
            unchanged(platform, reached, before, because="A call for another sub-merchant changed something.")

    try_all(platform, [point for point in points(platform, *_POINTS) if point.role == "partner"], attempt)


@judges(_APART)
def test_numbers_are_everybodys_own(platform: Platform) -> None:
    """Two merchants use one out_trade_no and one out_refund_no: each has its own order, payment and refund, and is shown those only."""
    platform.needs("payer", "other-merchant", "client-certificates")

    def attempt(case: tuple[Product, Role, Role]) -> None:
        product, role, stranger = case
        first, second = order_of(product, role), order_of(product, stranger).but(amount={"total": 77, "currency": "CNY"})
        platform.v2.must_pay(first)
        second.number = first.number
        platform.v2.place(second).is_accepted(because="Another merchant's numbers are its own.")
        if product != "codepay":
            platform.v2.query(second).is_accepted().has("trade_state", "NOTPAY", because="Only the other merchant's order is paid.")
            platform.pay(second)
        one, two = (platform.v2.query(order).is_accepted() for order in (first, second))
        for answer, order in ((one, first), (two, second)):
            answer.has("total_fee", str(order.total), because="Another merchant's order is shown.")
        if one["transaction_id"] == two["transaction_id"]:
            raise Violation("Two orders share a transaction_id.", expected="one each", got=one["transaction_id"])
        refund = Refund(first, 60)
        platform.v2.refund(refund).is_accepted()
        same = Refund(second, 17, number=refund.number)
        platform.v2.query_refund(same).is_refused(because="Another merchant's refund was shown.")
        platform.v2.refund(same).is_accepted(because="Another merchant's refund numbers are its own.")
        for mine in (refund, same):
            platform.v2.query_refund(mine).is_accepted().has("refund_fee_0", str(mine.amount), because="Another's refund is shown.")

    pairs = [(role, stranger) for role in present(platform) for stranger in strangers(platform, role)]
    try_all(platform, [(product, *pair) for product in ("native", "codepay") for pair in pairs], attempt)


def _about(platform: Platform, reached: Reached) -> Iterator[CallV2]:
    """Every call about an order and its refunds, by every number it has."""
    order, calls = reached.order, platform.v2.calls
    known = platform.v2.query(order).get("transaction_id")
    yield calls.query(order)
    yield calls.close(order)
    yield from _refunding(calls.refund(Refund(order, 1)), known)
    yield (
        calls.query(order).but(out_trade_no=order.number) if not reached.refunds else _asking(calls.query(order), out_trade_no=order.number)
    )
    if order.product == "codepay":
        yield calls.reverse(order)
    if known is not None:
        yield calls.query_by_id(order, known)
        yield _asking(calls.query_by_id(order, known), transaction_id=known)
        if order.product == "codepay":
            yield calls.reverse(order).but(out_trade_no=None, transaction_id=known)
    for refund in reached.refunds[:1]:
        yield calls.query_refund(refund)
        yield calls.query_refund(refund).but(out_refund_no=None, refund_id=platform.v2.query_refund(refund)["refund_id_0"])
        yield calls.refund(refund)


def _refunding(call: CallV2, known: str | None) -> Iterator[CallV2]:
    yield call
    if known is not None:
        yield call.but(out_trade_no=None, transaction_id=known)


def _asking(call: CallV2, **members: str | None) -> CallV2:
    return CallV2("refundquery", call.role, {**{name: value for name, value in call.members.items() if name == "sub_mch_id"}, **members})


def _refused(platform: Platform, reached: Reached, answer: AnswerV2, call: CallV2) -> None:
    answer.is_refused_anyhow(because=f"Somebody else's order is none of the asker's business ({call.operation}).")
    answer.lacks(*_OF_AN_ORDER, because="A refusal shows nothing of somebody else's order.")
    said = answer.exchange.wire.body
    owner: Order = reached.order
    for secret in (owner.fields["attach"], platform.merchant(owner.role).openid, platform.v2.query(owner).get("transaction_id")):
        if secret and secret.encode() in answer.exchange.reply.body and secret.encode() not in said:
            raise Violation("The answer tells somebody else about the order.", expected="nothing of the order", got=answer.described)
