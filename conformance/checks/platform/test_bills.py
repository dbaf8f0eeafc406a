"""What stands in a bill: exactly what happened, in yuan, and adding up."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from hypothesis import given

from conformance.checks.platform.billing import (
    at,
    deed_of,
    is_payment,
    is_refund,
    live,
    ready,
    roles,
    start_a_day,
    trade_bill,
    travel,
)
from conformance.checks.platform.refunding import apply
from conformance.checks.platform.stages import Kind, kinds
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.oracles.bills import TradeBill, TradeRow
from reference.rules import judges
from strategies import histories
from strategies.cases import Order, Refund, Role
from strategies.histories import Deed

GROUP = "bills"

_RECONCILES = "v3.bill.reconciles-with-what-happened"
_TYPES = ("ALL", "SUCCESS", "REFUND")
_CLOCKS = ("00:05", "07:50", "08:10", "15:50", "16:10", "23:50")


@judges(_RECONCILES)
@given(deeds=histories.days())
def test_bills_exactly_what_happened(platform: Platform, deeds: tuple[Deed, ...]) -> None:
    """Every payment and every refund of a day has one row with its numbers and amount; what nobody paid has none."""
    platform.needs("payer", "settle", "time-travel")
    # A day without any payment has no bill, so every merchant gets one.
    sure = [Deed(Kind("native", role).order(1), "paid") for role in roles(platform)]
    mine = (*sure, *(deed for deed in deeds if deed.order.role in roles(platform)))
    day = start_a_day(platform)
    live(platform, mine)
    ready(platform, day)
    for role in roles(platform):
        _holds(platform, trade_bill(platform, day, role), day, [deed for deed in mine if deed.order.role == role])


@judges(_RECONCILES)
def test_counts_days_as_they_are_in_beijing(platform: Platform) -> None:
    """From just after midnight to just before the next, payments and refunds stand in the bill of their own day and in no other."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(role: Role) -> None:
        first = start_a_day(platform)
        days = [first + timedelta(days=after) for after in (1, 2, 3)]
        lived: dict[date, list[Deed]] = {}
        for day in days:
            for clock in _CLOCKS:
                travel(platform, at(day, clock))
                order = Kind("app", role).order(500)
                deed = Deed(order, "paid", (Refund(order, 200),))
                live(platform, [deed])
                lived.setdefault(day, []).append(deed)
        ready(platform, days[-1])
        for day in days:
            bill = trade_bill(platform, day, role)
            _holds(platform, bill, day, lived[day])
            for deed in (deed for other in days if other != day for deed in lived[other]):
                _lacks(bill.rows, deed.order, f"It was paid on another day than {day}.")

    try_all(platform, roles(platform), attempt)


@judges(_RECONCILES)
def test_bills_a_refund_on_the_day_of_the_refund(platform: Platform) -> None:
    """Refunds made and settled days after the payment, in parts, stand in the bills of their days; the payment stands only in its own."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(kind: Kind) -> None:
        paid = start_a_day(platform)
        order = kind.order(1_000)
        platform.must_pay(order)
        parts: dict[date, Refund] = {}
        for amount in (1, 600):
            travel(platform, at(start_a_day(platform) + timedelta(days=2), "12:00"))
            day = start_a_day(platform)
            parts[day] = Refund(order, amount)
            apply(platform, parts[day], outcome="SUCCESS")
        ready(platform, max(parts))
        _holds(platform, trade_bill(platform, paid, kind.role), paid, [Deed(order, "paid")])
        for day, refund in parts.items():
            rows = [row for row in trade_bill(platform, day, kind.role).rows if row.out_trade_no == order.number]
            _is_one([row for row in rows if is_refund(row)], f"refund {refund.number} on {day}")
            _has_refund(platform, rows, refund)
            if any(is_payment(row) for row in rows):
                raise Violation("A payment is billed again on the day of its refund.", expected="the refund only", got=str(rows))

    try_all(platform, kinds(platform, "jsapi", "codepay"), attempt)


@judges(_RECONCILES)
def test_bills_nobody_elses_business(platform: Platform) -> None:
    """A bill names no other merchant, and one of a sub-merchant no other sub-merchant, whoever else was paid that day."""
    platform.needs("payer", "settle", "time-travel", "partner-merchant", "other-merchant")
    day = start_a_day(platform)
    everyone: tuple[Role, ...] = ("merchant", "partner", "other")
    deeds = [deed_of("native", role) for role in everyone] + [deed_of("jsapi", "partner", sub=1)]
    live(platform, deeds)
    ready(platform, day)
    for role in everyone:
        bill = trade_bill(platform, day, role)
        _holds(platform, bill, day, [deed for deed in deeds if deed.order.role == role])
        for deed in deeds:
            if deed.order.role != role:
                _lacks(bill.rows, deed.order, "It was paid to another merchant.")
    for sub, mchid in enumerate(platform.merchant("partner").sub_mchids[:2]):
        bill = trade_bill(platform, day, "partner", sub_mchid=mchid)
        _holds(platform, bill, day, [deed for deed in deeds if deed.order.partner and deed.order.sub == sub])
        for deed in deeds:
            if deed.order.partner and deed.order.sub != sub:
                _lacks(bill.rows, deed.order, "It was paid to another sub-merchant.")


@judges("v3.bill.type-selects-the-rows")
def test_bill_type_selects_the_rows(platform: Platform) -> None:
    """SUCCESS holds the payments of ALL and REFUND its refunds, and nothing else; without bill_type it is ALL."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(role: Role) -> None:
        day = start_a_day(platform)
        deeds = [deed_of("jsapi", role), deed_of("codepay", role), Deed(Kind("app", role).order(77), "paid")]
        live(platform, deeds)
        ready(platform, day)
        bill = {kind: trade_bill(platform, day, role, bill_type=kind).rows for kind in _TYPES}
        unasked = trade_bill(platform, day, role).rows
        _is_same(_named(unasked), _named(bill["ALL"]), "Without bill_type the bill is not that of ALL.")
        # A reversed code payment may have a row of its own kind.
        payments = [row for row in bill["ALL"] if is_payment(row) and row.trade_state == "SUCCESS"]
        refunds = [row for row in bill["ALL"] if is_refund(row)]
        _is_same(_named(bill["SUCCESS"]), _named(payments), "SUCCESS does not hold the payments of ALL.")
        _is_same(_named(bill["REFUND"]), _named(refunds), "REFUND does not hold the refunds of ALL.")
        for deed in deeds:
            _is_same(
                {row.total for row in bill["SUCCESS"] if row.out_trade_no == deed.order.number},
                {deed.order.total},
                "A payment of SUCCESS is another than the order.",
            )

    try_all(platform, roles(platform), attempt)


def _holds(platform: Platform, bill: TradeBill, day: date, deeds: Sequence[Deed]) -> None:
    for deed in deeds:
        order = deed.order
        rows = [row for row in bill.rows if row.out_trade_no == order.number]
        if not deed.paid:
            _lacks(rows, order, "Nobody paid it.")
            continue
        payments = [row for row in rows if is_payment(row)]
        _is_one(payments, f"payment {order.number} on {day}")
        _is_the_payment(platform, payments[0], order, day)
        for refund in deed.refunds if deed.settled else ():
            _has_refund(platform, rows, refund)
    strangers = {row.mchid for row in bill.rows} - {platform.merchant(deed.order.role).mchid for deed in deeds}
    if deeds and strangers:
        raise Violation("The bill of a merchant has rows of another.", expected="rows of its own", got=", ".join(sorted(strangers)))


def _is_the_payment(platform: Platform, row: TradeRow, order: Order, day: date) -> None:
    shown = platform.query(order).is_accepted()
    expected = {"transaction_id": shown["transaction_id"], "total": order.total, "trade_state": "SUCCESS"} | _merchants(platform, order)
    _has(row, expected, "payment")
    if row.trade_time.date() != day:
        raise Violation("A payment is billed with the time of another day.", expected=str(day), got=str(row.trade_time))


def _has_refund(platform: Platform, rows: Iterable[TradeRow], refund: Refund) -> None:
    found = [row for row in rows if row.out_refund_no == refund.number]
    _is_one(found, f"refund {refund.number}")
    shown: Answer = platform.query_refund(refund).is_accepted()
    expected = {name: shown[name] for name in ("refund_id", "out_trade_no", "transaction_id")}
    _has(found[0], expected | {"refund": refund.amount, "trade_state": "REFUND"} | _merchants(platform, refund.order), "refund")


def _merchants(platform: Platform, order: Order) -> dict[str, str]:
    merchant = platform.merchant(order.role)
    return {"mchid": merchant.mchid} | ({"sub_mchid": merchant.sub_mchids[order.sub]} if order.partner else {})


def _has(row: TradeRow, expected: dict[str, object], what: str) -> None:
    for name, value in expected.items():
        if getattr(row, name) != value:
            raise Violation(f"The bill tells otherwise of a {what}.", expected=f"{name} {value!r}", got=f"{name} {getattr(row, name)!r}")


def _is_one(rows: Sequence[TradeRow], what: str) -> None:
    if len(rows) != 1:
        raise Violation(f"The bill has not one row for {what}.", expected="1 row", got=f"{len(rows)} rows")


def _lacks(rows: Iterable[TradeRow], order: Order, because: str) -> None:
    found = [row for row in rows if row.out_trade_no == order.number]
    if found:
        raise Violation(f"An order is billed that should not be. {because}", expected="no row", got=str(found[0]))


def _named(rows: Iterable[TradeRow]) -> list[tuple[str, str]]:
    return sorted((row.out_trade_no, "0" if is_payment(row) else row.out_refund_no) for row in rows)


def _is_same(found: object, expected: object, sentence: str) -> None:
    if found != expected:
        raise Violation(sentence, expected=repr(expected), got=repr(found))
