"""Trade bills of APIv2: the file is the answer, text or packed; what cannot be given is told in XML."""

import gzip
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from conformance.checks.platform.billing import at, is_refund, read, ready, start_a_day, travel
from conformance.checks.platform.v2.asking import roles
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Violation, shown
from reference.oracles import bills
from reference.oracles.bills import TradeBill, TradeRow
from reference.rules import judges
from strategies.cases import Order, Product, Refund, Role
from strategies.days import malformed_digits
from strategies.orders import lean
from strategies.v2 import signatures
from strategies.v2.cases import CallV2, FaultV2, Shown

GROUP = "v2 bills"

_DAY = "v2.bill.holds-the-day"
_PACKED = "v2.bill.is-packed-when-asked"
_FAILS = "v2.bill.fails-in-xml"
_TYPES = (None, "ALL", "SUCCESS", "REFUND")
_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class _Busy:
    """A day on which *orders* were paid and *refunds* settled, all of one merchant; its bill is made."""

    day: date
    orders: tuple[Order, ...]
    refunds: tuple[Refund, ...]


@judges(_DAY)
def test_holds_the_day(platform: Platform) -> None:
    """A bill has one row for each payment and refund of that day, of either family and every product, as bill_type asks; and adds up."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(role: Role) -> None:
        busy = _busy(platform, role)
        for kind in _TYPES:
            bill = _bill(platform, busy.day, role, bill_type=kind)
            _holds(bill, busy.orders if kind != "REFUND" else (), busy.refunds if kind != "SUCCESS" else ())

    try_all(platform, roles(platform), attempt)


@judges(_DAY)
def test_counts_days_as_they_are_in_beijing(platform: Platform) -> None:
    """Just after midnight in Beijing and just before the next, payments and refunds stand in the bill of their own day and in no other."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(role: Role) -> None:
        first = start_a_day(platform)
        lived: dict[date, tuple[list[Order], list[Refund]]] = {}
        for day in (first + timedelta(days=after) for after in (1, 2)):
            orders, refunds = lived.setdefault(day, ([], []))
            for clock in ("00:05", "07:50", "08:10", "23:50"):
                travel(platform, at(day, clock))
                orders.append(_paid(platform, "native", role))
                refunds.append(_refunded(platform, orders[-1]))
        ready(platform, first + timedelta(days=2))
        for day, (orders, refunds) in lived.items():
            _holds(_bill(platform, day, role), orders, refunds)

    try_all(platform, roles(platform), attempt)


@judges(_DAY)
def test_holds_nobody_elses_payments(platform: Platform) -> None:
    """A bill holds no other merchant's payments, and that of a sub-merchant no other sub-merchant's."""
    platform.needs("payer", "time-travel", "partner-merchant", "other-merchant")
    everyone: tuple[Role, ...] = ("merchant", "partner", "other")
    day = start_a_day(platform)
    paid = {role: [_paid(platform, "native", role)] for role in everyone}
    sub_mchids = platform.merchant("partner").sub_mchids[:2]
    if len(sub_mchids) > 1:
        paid["partner"].append(_paid(platform, "jsapi", "partner", sub=1))
    ready(platform, day)

    def attempt(case: tuple[Role, int | None]) -> None:
        role, sub = case
        # Whether a service provider that names no sub-merchant has a bill at all, no page tells.
        members = {} if sub is None else {"sub_mch_id": sub_mchids[sub]}
        mine = [order for order in paid[role] if sub is None or order.sub == sub]
        rows = _bill(platform, day, role, **members).rows
        _is_one_each(rows, mine)
        others = {order.number for orders in paid.values() for order in orders} - {order.number for order in mine}
        found = [row for row in rows if row.out_trade_no in others]
        if found:
            raise Violation("A bill holds somebody else's payment.", expected="no such row", got=str(found[0]))

    subs: list[tuple[Role, int | None]] = [("partner", sub) for sub in range(len(sub_mchids))]
    whole: list[tuple[Role, int | None]] = [("merchant", None), ("other", None)]
    try_all(platform, whole + subs, attempt)


@judges(_PACKED)
def test_packs_only_when_asked(platform: Platform) -> None:
    """With tar_type GZIP the file opens to the very bytes it has without it; without it, it is plain text."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(role: Role) -> None:
        busy = _busy(platform, role)
        for kind in _TYPES:
            plain = _file(platform, busy.day, role, bill_type=kind)
            if plain.startswith(_MAGIC) or b"`" not in plain:
                raise Violation(
                    "A bill nobody asked to pack is no plain text.", expected="a bill in plain text", got=shown(repr(plain[:80]))
                )
            packed = _file(platform, busy.day, role, bill_type=kind, tar_type="GZIP")
            opened = _opened(packed)
            if opened != plain:
                raise Violation(
                    "The packed file is not the bill.", expected=shown(repr(plain[:80])), got=shown(repr((opened or packed)[:80]))
                )

    try_all(platform, roles(platform), attempt)


@judges(_PACKED)
def test_knows_one_way_of_packing(platform: Platform) -> None:
    """Another tar_type than GZIP is refused with XML."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(role: Role) -> None:
        busy = _busy(platform, role)
        for way in ("gzip", "ZIP", "GZ", "TAR", "NONE", "PLAIN", "1"):
            _fails(_ask(platform, busy.day, role, tar_type=way), f"tar_type is {way}.")
        _file(platform, busy.day, role, tar_type="GZIP")

    try_all(platform, roles(platform), attempt)


@judges(_FAILS)
def test_a_bill_that_is_not_there_fails_in_xml(platform: Platform) -> None:
    """A day without payments, today and later days have no bill, packed or not; a day with payments has one."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(role: Role) -> None:
        busy = _busy(platform, role)
        travel(platform, at(busy.day + timedelta(days=14), "12:00"))
        _paid(platform, "native", role)
        today = busy.day + timedelta(days=14)
        # Nobody but this check would have done anything on those days, and what falls due by itself is over.
        days = {busy.day + timedelta(days=10): "Nothing happened on that day."}
        days |= {today + timedelta(days=after): "That day is not over in Beijing." for after in (0, 1, 30)}
        for day, because in days.items():
            for packing in (None, "GZIP"):
                for kind in (None, "ALL", "SUCCESS", "REFUND"):
                    _fails(_ask(platform, day, role, bill_type=kind, tar_type=packing), because)
        _file(platform, busy.day, role)

    try_all(platform, roles(platform), attempt)


@judges(_FAILS)
def test_a_request_for_no_bill_fails_in_xml(platform: Platform) -> None:
    """An unknown bill_type, a day that is none or not written, and a wrong sign get XML, packed or not; without the fault, a bill."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(role: Role) -> None:
        busy = _busy(platform, role)
        wrong: list[tuple[str, Mapping[str, str | None], FaultV2 | None]] = [
            (f"bill_date {name}", {"bill_date": form}, None) for name, form in malformed_digits(busy.day).items()
        ]
        wrong += [(f"bill_type {kind}", {"bill_type": kind}, None) for kind in ("all", "PAYMENT", "TRADE", "1")]
        wrong += [(repr(fault), {}, fault) for fault in signatures.wrong_signs()[:4]]
        for what, members, fault in wrong:
            for packing in (None, "GZIP"):
                _fails(_ask(platform, busy.day, role, fault, tar_type=packing, **members), f"It has {what}.")
        for packing in (None, "GZIP"):
            _file(platform, busy.day, role, tar_type=packing)

    try_all(platform, roles(platform), attempt)


@judges("v2.certificate.asks-for-none-elsewhere")
def test_a_trade_bill_needs_no_certificate(platform: Platform) -> None:
    """It is given over a connection without a certificate, and with one just the same."""
    platform.needs("payer", "time-travel", "client-certificates")

    def attempt(role: Role) -> None:
        day = start_a_day(platform)
        _paid(platform, "native", role)
        ready(platform, day)
        ways: tuple[Shown, ...] = ("none", role)
        given = [platform.v2.send(replace(_call(day, role), certificate=each)).exchange.reply.body for each in ways]
        if given[0] != given[1] or b"`" not in given[0]:
            raise Violation("A bill is given by certificate only.", expected="the bill, twice", got=shown(repr(given)))

    try_all(platform, roles(platform), attempt)


def _busy(platform: Platform, role: Role) -> _Busy:
    """Let a day pass with payments of every kind, a refund of some, and what is no payment; return it when its bill is made."""
    day = start_a_day(platform)
    orders = [_paid(platform, product, role) for product in ("jsapi", "native", "codepay")]
    old = lean("app", role, total=1_999)
    platform.must_pay(old)
    platform.v2.place(lean("native", role)).is_accepted()
    platform.v2.close(_placed(platform, lean("h5", role))).is_accepted()
    refunds = [_refunded(platform, order) for order in (orders[0], old)]
    ready(platform, day)
    return _Busy(day, (*orders, old), tuple(refunds))


def _placed(platform: Platform, order: Order) -> Order:
    platform.v2.place(order).is_accepted()
    return order


def _paid(platform: Platform, product: Product, role: Role, *, sub: int = 0) -> Order:
    order = lean(product, role, total=1_234)
    order.sub = sub
    platform.v2.must_pay(order)
    return order


def _refunded(platform: Platform, order: Order) -> Refund:
    refund = Refund(order, 250)
    if "client-certificates" in platform.capabilities:
        platform.v2.refund(refund).is_accepted()
    else:
        platform.refund(refund).is_accepted()
    platform.settle(refund)
    return refund


def _ask(platform: Platform, day: date, role: Role, fault: FaultV2 | None = None, **members: str | None) -> AnswerV2:
    """Ask for the trade bill of *day*; *members* stand in the place of its own."""
    return platform.v2.send(_call(day, role, **members), broken_by=fault, label=f"download bill of {day}")


def _call(day: date, role: Role, **members: str | None) -> CallV2:
    return CallV2("downloadbill", role, {"bill_date": f"{day:%Y%m%d}", **members})


def _file(platform: Platform, day: date, role: Role, **members: str | None) -> bytes:
    """Return a bill that must be there, as it comes."""
    answer = _ask(platform, day, role, None, **members)
    body = answer.exchange.reply.body
    if answer.status != 200 or body.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<"):
        raise Violation(f"The bill of {day} is made by now.", expected="HTTP 200 and the bill", got=answer.described)
    return body


def _bill(platform: Platform, day: date, role: Role, **members: str | None) -> TradeBill:
    """Return a bill that must be there, read; it adds up."""
    data = _file(platform, day, role, **members)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Violation("A bill is not UTF-8.", expected="text in UTF-8", got=shown(repr(data[:80]))) from None
    bill = read(bills.parse_trade_bill, text)
    wrong = bills.totals_problems(bill)
    if wrong:
        raise Violation(f"A bill does not add up: {wrong[0]}", expected="totals that are the sums of the rows", got=shown(text[-200:]))
    return bill


def _holds(bill: TradeBill, orders: Iterable[Order], refunds: Iterable[Refund]) -> None:
    """The bill has one row for each of *orders* and *refunds*, and no other."""
    _is_one_each([row for row in bill.rows if not is_refund(row)], orders)
    made = {refund.number: refund for refund in refunds}
    rows = [row for row in bill.rows if is_refund(row)]
    if sorted(row.out_refund_no for row in rows) != sorted(str(number) for number in made):
        raise Violation(
            "A bill does not hold the day's refunds.", expected=f"{len(made)} refunds, one row each", got=f"{len(rows)} rows of refunds"
        )
    for row in rows:
        if row.refund != made[row.out_refund_no].amount or row.out_trade_no != made[row.out_refund_no].order.number:
            raise Violation("A bill tells otherwise of a refund.", expected=f"{made[row.out_refund_no].amount} fen", got=str(row))


def _is_one_each(rows: Iterable[TradeRow], orders: Iterable[Order]) -> None:
    paid = {order.number: order for order in orders}
    found = sorted(row.out_trade_no for row in rows)
    if found != sorted(str(number) for number in paid):
        raise Violation(
            "A bill does not hold the day's payments.", expected=f"{len(paid)} payments, one row each", got=f"{len(found)} rows"
        )
    for row in rows:
        if row.total != paid[row.out_trade_no].total:
            raise Violation("A bill tells otherwise of a payment.", expected=f"{paid[row.out_trade_no].total} fen", got=str(row))


def _fails(answer: AnswerV2, because: str) -> None:
    """The answer is XML that says FAIL and why, and no part of a bill."""
    body = answer.exchange.reply.body
    if not body.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<xml"):
        raise Violation(f"{because} The answer is no XML.", expected="XML that begins with <xml", got=shown(repr(body[:80])))
    answer.is_refused_anyhow(because=because).has("return_code", "FAIL", because=because)
    if answer.get("return_msg") is None and answer.get("error_code") is None:
        raise Violation(f"{because} The answer does not say so.", expected="return_msg or error_code", got=answer.described)
    if b"`" in body:
        raise Violation(f"{because} The answer holds a part of a bill.", expected="no row", got=answer.described)


def _opened(data: bytes) -> bytes | None:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return None
