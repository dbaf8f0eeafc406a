"""What holds for every order and refund at every point of its life: reading, refusals, final states, repetitions."""

from collections.abc import Callable
from typing import Any, Literal

from conformance.checks.model import FINAL, READING, UNCHANGED
from conformance.checks.platform.stages import Stage, notified, stages
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies import orders
from strategies.cases import Call, Order, Refund
from strategies.faults.time import Skew

GROUP = "invariants"

_State = Literal["PROCESSING", "SUCCESS", "ABNORMAL", "CLOSED"]
_STATES: tuple[_State, ...] = ("PROCESSING", "SUCCESS", "ABNORMAL", "CLOSED")
_FINAL: tuple[_State, ...] = ("SUCCESS", "CLOSED")
_OUTCOMES: tuple[Literal["SUCCESS", "ABNORMAL", "CLOSED"], ...] = ("ABNORMAL", "CLOSED", "SUCCESS")
_EVERY_STAGE = ("unpaid", "tried", "paid", "partly refunded", "refunded", "refund settled", "closed")


def _value(answer: Answer) -> Any:
    return answer.is_accepted(because="It exists.").json


def _same(before: Any, after: Any, because: str) -> None:
    if before != after:
        raise Violation(because, expected=repr(before), got=repr(after))


@judges(READING)
def test_reading_changes_nothing(platform: Platform) -> None:
    """In every stage of every kind of order, queries of all kinds leave the order as it was and agree with each other."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(stage: Stage) -> None:
        order = stage.order(platform)
        before = _value(platform.query(order))
        transaction_id = before.get("transaction_id")
        if transaction_id:
            _same(before, _value(platform.query_by_id(order, transaction_id)), "The two queries of one order differ.")
        platform.certificates().is_accepted()
        platform.query_refund(Refund(order, 1)).is_refused(because="There is no such refund.")
        for _ in range(3):
            _same(before, _value(platform.query(order)), "Two queries with nothing between them differ.")

    try_all(platform, stages(platform, _EVERY_STAGE), attempt)


@judges(READING)
def test_reading_a_refund_changes_nothing(platform: Platform) -> None:
    """A refund in any state is the same however often it, its order or the certificates are asked for."""
    platform.needs("payer", "settle")

    def attempt(outcome: _State) -> None:
        refund = _refund_in(platform, outcome)
        before = _value(platform.query_refund(refund))
        order_before = _value(platform.query(refund.order))
        for _ in range(3):
            _same(before, _value(platform.query_refund(refund)), "Two queries of a refund with nothing between them differ.")
            _same(order_before, _value(platform.query(refund.order)), "Asking for a refund changed its order.")

    try_all(platform, _STATES, attempt)


def _refund_in(platform: Platform, state: _State, total: int = 100, amount: int = 40) -> Refund:
    order = orders.lean("jsapi", total=total)
    platform.must_pay(order)
    refund = Refund(order, amount)
    platform.refund(refund).is_accepted()
    if state != "PROCESSING":
        refused = platform.settle(refund, state)
        if refused is not None:
            raise Violation("The banks cannot decide a refund just accepted.", expected=state, got=refused)
    return refund


def _refused_calls(order: Order) -> tuple[Callable[[Platform], Answer], ...]:
    """Calls about *order* that are refused whatever its state is."""
    other_amount = order.but(amount={"total": order.total + 1, "currency": "CNY"})
    no_description = order.but(description=None)
    return (
        lambda platform: platform.place(order, broken_by=Skew(-3600)),
        lambda platform: platform.place(other_amount),
        lambda platform: platform.place(no_description),
        lambda platform: platform.close(order, broken_by=Skew(3600)),
        lambda platform: platform.refund(Refund(order, order.total + 1)),
        lambda platform: platform.refund(Refund(order, 0)),
        lambda platform: platform.refund(Refund(order, 1), broken_by=Skew(-3600)),
        lambda platform: platform.query(order, broken_by=Skew(-3600)),
        lambda platform: platform.send(Call("order_query", path_params={"out_trade_no": order.number or ""}), label="query without mchid"),
    )


@judges(UNCHANGED)
def test_refusals_change_nothing(platform: Platform) -> None:
    """In every stage of an order, calls refused for signature, time, fields, state or amount leave it as it was, and silent."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(stage: Stage) -> None:
        order = stage.order(platform)
        platform.deliveries()
        before = _value(platform.query(order))
        for call in _refused_calls(order):
            answer = call(platform).is_refused()
            _same(before, _value(platform.query(order)), f"A call answered {answer.status} changed the order: {answer.exchange.label}.")
        announced = notified(platform, order, platform.deliveries())
        if announced:
            raise Violation("A refused call was announced to the merchant.", expected="no notification", got=repr(announced))

    try_all(platform, stages(platform, _EVERY_STAGE), attempt)


@judges(UNCHANGED)
def test_refused_refunds_change_nothing(platform: Platform) -> None:
    """A refused refund leaves no refund behind, and the amounts of the order's other refunds as they were."""
    platform.needs("payer", "settle")

    def attempt(state: _State) -> None:
        first = _refund_in(platform, state)
        order = first.order
        before = _value(platform.query_refund(first))
        changed = Refund(order, first.amount + 1, number=first.number)
        platform.refund(changed).is_refused()
        too_much = Refund(order, order.total + 1)
        platform.refund(too_much).is_refused()
        platform.query_refund(too_much).is_refused(because="A refused refund exists.")
        platform.apply_abnormal(first, str(before["refund_id"]) + "0", {"type": "MERCHANT_BANK_CARD"}).is_refused()
        _same(before, _value(platform.query_refund(first)), "A refused call changed another refund.")

    try_all(platform, _STATES, attempt)


@judges(FINAL)
def test_final_orders_stay_final(platform: Platform) -> None:
    """A closed or refunded order stays what it is, whatever is called, tried by the payer, or waited for."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(stage: Stage) -> None:
        order = stage.order(platform)
        before = _value(platform.query(order))["trade_state"]
        platform.place(order)
        platform.place(order.but(description="other"))
        platform.pay(order)
        platform.fail(order)
        platform.cancel(order)
        platform.close(order)
        platform.refund(Refund(order, 1))
        platform.advance(8 * 86400)
        platform.pay(order)
        platform.close(order)
        after = _value(platform.query(order))["trade_state"]
        if before != after:
            raise Violation("A final state was left.", expected=str(before), got=str(after))

    try_all(platform, stages(platform, ("closed", "partly refunded", "refunded", "refund settled")), attempt)


@judges(FINAL)
def test_final_refunds_stay_final(platform: Platform) -> None:
    """A refund that succeeded or was closed stays what it is, whatever is called, decided late, or waited for."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(state: _State) -> None:
        refund = _refund_in(platform, state)
        refund_id = str(_value(platform.query_refund(refund))["refund_id"])
        platform.refund(refund)
        for outcome in _OUTCOMES:
            platform.settle(refund, outcome)
            platform.apply_abnormal(refund, refund_id, {"type": "MERCHANT_BANK_CARD"})
        platform.advance(86400)
        after = _value(platform.query_refund(refund))["status"]
        if after != state:
            raise Violation("A final state was left.", expected=state, got=str(after))

    try_all(platform, _FINAL, attempt)
