"""What a payment does to an order, and what may happen to a paid order afterwards."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.placing import handle_of
from conformance.checks.platform.stages import SETTLED, Kind, Stage, kinds, notified, shows, stages, unchanged, wait
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.oracles import times
from reference.rules import judges
from strategies import orders
from strategies.cases import Order, Refund

GROUP = "payments"

_TRADE_TYPES = {"jsapi": "JSAPI", "app": "APP", "h5": "MWEB", "native": "NATIVE"}
_TOTALS = (1, 2, 99, 100, 101, 1_000_000, 2**31 - 1)
_TOLERANCE = 5
"""Seconds by which success_time may miss the moment of paying, for a clock that runs on meanwhile."""
_HOUR, _DAY = 3600, 86_400


@judges("v3.transaction.payment-sets-success")
def test_a_payment_makes_the_order_success(platform: Platform) -> None:
    """Paid by the handle just handed out, an order of every product is SUCCESS at once, with its payment's facts."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        order = kind.order()
        handle = handle_of(platform, order)
        platform.advance(90)
        before = platform.now()
        _pays(platform, order, handle)
        after = platform.now()
        _is_paid(platform, platform.query(order), order, before, after)
        platform.advance(90)
        _is_paid(platform, platform.query(order), order, before, after)

    try_all(platform, kinds(platform), attempt)


@judges("v3.transaction.payment-sets-success")
def test_a_payment_keeps_its_number(platform: Platform) -> None:
    """Whatever is tried on a paid order and however long it lies, transaction_id and success_time stay those of its payment."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(kind: Kind) -> None:
        order = kind.order()
        platform.must_pay(order)
        paid = platform.query(order).is_accepted()
        for name, act in _AFTERWARDS:
            platform.advance(_HOUR)
            act(platform, order)
            unchanged(platform, order, paid, state=False, because=f"The facts of a payment changed by {name}.")

    try_all(platform, kinds(platform), attempt)


@judges("v3.transaction.paid-amount-equals-the-order")
def test_the_paid_amount_is_the_ordered_amount(platform: Platform) -> None:
    """From 1 fen to the most there is, total is as ordered in CNY and payer_total an integer, the same without a coupon."""
    platform.needs("payer")

    def attempt(kind: Kind) -> None:
        for total in _TOTALS:
            order = kind.order(total)
            platform.must_pay(order)
            _has_its_amount(platform.query(order), order)

    try_all(platform, kinds(platform), attempt)


@judges("v3.transaction.paid-amount-equals-the-order")
@given(order=orders.full(), currency=st.booleans())
def test_no_optional_member_changes_the_amount(platform: Platform, order: Order, currency: bool) -> None:  # noqa: FBT001
    """Goods with prices of their own, tags and scenes change nothing of the amount; a currency left out is CNY."""
    platform.needs("payer")
    if not currency:
        del order.fields["amount"]["currency"]
    platform.must_pay(order)
    _has_its_amount(platform.query(order), order)


@judges("v3.transaction.failed-attempt-keeps-the-order-payable")
def test_a_failed_attempt_leaves_the_order_payable(platform: Platform) -> None:
    """After wrong passwords and cancelled cashiers the order is NOTPAY without a transaction_id, and the same handle pays it."""
    platform.needs("payer")

    def attempt(kind: Kind) -> None:
        for attempts in (("fail",), ("cancel",), ("fail", "cancel", "fail", "fail", "fail")):
            order = kind.order()
            handle = handle_of(platform, order)
            for each in attempts:
                (platform.fail if each == "fail" else platform.cancel)(order)
                shown = shows(platform, order, "NOTPAY", because="A failed attempt to pay decides nothing.")
                shown.lacks("transaction_id", because="The attempt to pay failed.")
            wait(platform, 60)
            shows(platform, order, "NOTPAY", because="A failed attempt to pay decides nothing, later either.")
            _pays(platform, order, handle)
            shows(platform, order, "SUCCESS", because="The payer paid at the second attempt.")

    try_all(platform, kinds(platform), attempt)


@judges("v3.transaction.charges-once")
def test_an_order_takes_money_once(platform: Platform) -> None:
    """Paid or refunded, an order cannot be paid again, by the handle that paid, another one or none, and its payment stays as it was."""
    platform.needs("payer", "settle")

    def attempt(stage: Stage) -> None:
        order = stage.kind.order()
        handles = {handle_of(platform, order) for _ in range(2)}
        wait(platform, 60)
        first, *_ = sorted(handles)
        _pays(platform, order, first)
        if stage.name != "paid":
            refund = Refund(order, 1 if stage.name == "partly refunded" else order.total)
            platform.refund(refund).is_accepted()
            if stage.name == "refund settled":
                platform.settle(refund)
        paid = platform.query(order).is_accepted()
        for handle in (first, *sorted(handles), None):
            wait(platform, 60)
            if platform.pay(order, handle) is None:
                raise Violation("The payer paid a second time for one order.", expected="a refusal", got="another payment")
            unchanged(platform, order, paid, because="A payment that was refused changed the order.")

    try_all(platform, stages(platform, SETTLED), attempt)


@judges("v3.transaction.charges-once")
def test_a_handle_of_another_day_takes_no_money(platform: Platform) -> None:
    """Of an old and a renewed handle of one order only the first to be used takes money, and one payment is announced."""
    platform.needs("payer", "time-travel", "notifications")

    def attempt(kind: Kind) -> None:
        order = kind.order()
        handles = [handle_of(platform, order)]
        platform.advance(3 * _HOUR)
        handles.insert(0, handle_of(platform, order))
        _pays(platform, order, handles[0])
        paid = platform.query(order).is_accepted()
        announced = notified(platform, order, platform.advance(60))
        for handle in handles:
            if platform.pay(order, handle) is None:
                raise Violation("The payer paid a second time for one order.", expected="a refusal", got="another payment")
            announced += notified(platform, order, platform.advance(60))
        unchanged(platform, order, paid, because="A payment that was refused changed the order.")
        numbers = {resource.get("transaction_id") for resource in announced}
        if not numbers <= {paid["transaction_id"]}:
            raise Violation(
                "More than one payment of an order was announced.", expected=paid["transaction_id"], got=str(sorted(map(str, numbers)))
            )

    try_all(platform, kinds(platform), attempt)


def _pays(platform: Platform, order: Order, handle: str) -> None:
    refused = platform.pay(order, handle)
    if refused is not None:
        raise Violation("The payer cannot pay an order that is open.", expected="a payment", got=f"refused: {refused}")


def _is_paid(platform: Platform, answer: Answer, order: Order, before: int, after: int) -> None:
    """The query shows the payment made between the moments *before* and *after* (Unix seconds)."""
    answer.is_accepted().has("trade_state", "SUCCESS", because="The payer has paid.")
    for name in ("transaction_id", "bank_type"):
        if not isinstance(answer[name], str) or not answer[name]:
            raise Violation(f"A paid order shows no {name}.", expected=f"a text in {name}", got=answer.described)
    answer.has("trade_type", _TRADE_TYPES[order.product], because="The order was paid by the product it was placed for.")
    payer = answer.get("payer.sp_openid") or answer.get("payer.sub_openid") if order.partner else answer.get("payer.openid")
    if not payer:
        raise Violation("A paid order does not say who paid.", expected="the payer's openid", got=answer.described)
    if order.product == "jsapi" and payer != platform.merchant(order.role).openid:
        raise Violation("Somebody else paid than the payer ordered for.", expected=platform.merchant(order.role).openid, got=str(payer))
    try:
        moment = times.parse_rfc3339(str(answer["success_time"])).timestamp()
    except ValueError as error:
        raise Violation(
            f"success_time is no RFC 3339 time: {error}", expected="such as 2026-06-15T12:00:00+08:00", got=answer.described
        ) from None
    if not before - _TOLERANCE <= moment <= after + _TOLERANCE:
        expected = times.format_rfc3339(before)
        raise Violation("success_time is not the moment of paying.", expected=expected, got=str(answer["success_time"]))


def _has_its_amount(answer: Answer, order: Order) -> None:
    answer.is_accepted().has("amount.total", order.total, because="The amount paid is the amount ordered.").has("amount.currency", "CNY")
    paid = answer["amount.payer_total"]
    if type(paid) is not int or not 0 <= paid <= order.total:
        raise Violation("The payer paid an impossible amount.", expected=f"an integer from 0 to {order.total}", got=answer.described)
    if not answer.get("promotion_detail"):
        answer.has("amount.payer_total", order.total, because="Without a coupon the payer pays the whole amount.")


def _refund(platform: Platform, order: Order) -> None:
    refund = Refund(order, 1)
    platform.refund(refund)
    platform.settle(refund)


_AFTERWARDS: tuple[tuple[str, Callable[[Platform, Order], object]], ...] = (
    ("waiting", lambda platform, order: platform.query(order)),
    ("a payment that was refused", lambda platform, order: platform.pay(order)),
    ("a failed attempt to pay", lambda platform, order: platform.fail(order)),
    ("ordering again", lambda platform, order: platform.place(order)),
    ("a close that was refused", lambda platform, order: platform.close(order)),
    ("a refund in part", _refund),
    ("a further refund", _refund),
    ("a refund of the rest", lambda platform, order: platform.refund(Refund(order, order.total - 2))),
    ("eight days", lambda platform, _order: platform.advance(8 * _DAY)),
)
"""What happens to a paid order of 100 fen, one after the other."""
