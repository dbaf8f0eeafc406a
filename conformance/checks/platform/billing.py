"""Days with payments on them, and their bills: applied for, downloaded, read."""

import gzip
import re
import zlib
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from conformance.checks.platform.refunding import A_MINUTE, apply, settle
from conformance.checks.platform.stages import Kind
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.verdicts import Violation, shown
from reference.identity import Merchant
from reference.oracles import bills
from reference.oracles.bills import FundFlowBill, TradeBill, TradeRow
from reference.oracles.times import BEIJING
from strategies.cases import Call, Fault, Order, Product, Refund, Role
from strategies.histories import Deed

__all__ = [
    "APPLICATIONS",
    "apply_for",
    "at",
    "busy",
    "cells",
    "deed_of",
    "download",
    "fetch",
    "fund_flow_bill",
    "is_payment",
    "is_refund",
    "live",
    "read",
    "ready",
    "roles",
    "start_a_day",
    "today",
    "trade_bill",
    "travel",
]

APPLICATIONS = ("tradebill_apply", "fundflowbill_apply")
"""The operations that give a download_url."""
_READY = time(10, 30)

Read = TypeVar("Read")


def roles(platform: Platform) -> tuple[Role, ...]:
    """The merchants whose bills can be looked at."""
    return ("merchant", "partner") if "partner-merchant" in platform.capabilities else ("merchant",)


def at(day: date, clock: str) -> datetime:
    """Return a moment of *day* in Beijing: ``at(day, "23:55")``."""
    return datetime.combine(day, time.fromisoformat(clock), BEIJING)


def today(platform: Platform) -> date:
    """The day it is in Beijing."""
    return datetime.fromtimestamp(platform.now(), BEIJING).date()


def travel(platform: Platform, moment: datetime) -> None:
    """Let time pass until *moment*, unless it is over."""
    platform.advance(max(0, moment.timestamp() - platform.now()))


def start_a_day(platform: Platform) -> date:
    """Go to the next noon in Beijing and return its day."""
    day = today(platform)
    if platform.now() > at(day, "12:00").timestamp():
        day += timedelta(days=1)
    travel(platform, at(day, "12:00"))
    return day


def ready(platform: Platform, day: date) -> None:
    """Go to the morning after *day*, when its bill is made by every page."""
    travel(platform, datetime.combine(day + timedelta(days=1), _READY, BEIJING))


def busy(platform: Platform, role: Role, total: int = 1_999, part: int = 250) -> tuple[date, Order, Refund]:
    """Let a day pass on which an order was paid and partly refunded; return it, when its bill is made."""
    day = start_a_day(platform)
    order = Kind("native", role).order(total)
    platform.must_pay(order)
    refund = Refund(order, part)
    apply(platform, refund, outcome="SUCCESS")
    ready(platform, day)
    return day, order, refund


def deed_of(product: Product, role: Role, *, sub: int = 0, total: int = 1_999, part: int = 250) -> Deed:
    """Return an order of *total* fen, paid, of which *part* is refunded."""
    order = Kind(product, role).order(total)
    order.sub = sub
    return Deed(order, "paid", (Refund(order, part),))


def live(platform: Platform, deeds: Sequence[Deed]) -> None:
    """Let all of *deeds* happen, one after the other."""
    for deed in deeds:
        order = deed.order
        platform.place(order).is_accepted()
        if deed.fate == "tried" and not deed.paid:
            platform.fail(order)
        elif deed.fate == "closed" and not deed.paid:
            platform.close(order)
        elif deed.paid and order.product != "codepay" and platform.pay(order) is not None:
            raise Violation("The payer cannot pay an order just placed.", expected="a payment", got="a refusal")
        for refund in deed.refunds:
            platform.advance(A_MINUTE)
            apply(platform, refund)
            if deed.settled:
                settle(platform, refund, "SUCCESS")


def apply_for(platform: Platform, application: str, day: date | str | None, role: Role, **params: str) -> Answer:
    """Apply for the bill of *day*; *application* is one of `APPLICATIONS`, *params* are further ones of its query."""
    dated = {} if day is None else {"bill_date": str(day)}
    return platform.send(Call(application, role, query=dated | params), label=f"{application.removesuffix('_apply')} of {day}")


def download(
    platform: Platform, application: Answer, role: Role, *, broken_by: Fault | None = None, signed_by: Merchant | None = None
) -> Answer:
    """Download what *application* was given."""
    parts = urlsplit(str(application["download_url"]))
    call = Call("bill_download", role, path=f"{parts.path}?{parts.query}" if parts.query else parts.path)
    return platform.send(call, broken_by=broken_by, signed_by=signed_by, label="download bill")


def fetch(platform: Platform, application: str, day: date, role: Role, **params: str) -> str:
    """Return the text of a bill that must be there; a compressed one is unpacked."""
    applied = apply_for(platform, application, day, role, **params).is_accepted(because=f"The bill of {day} is made by now.")
    data = download(platform, applied, role).is_accepted(because="The address was just given.").exchange.reply.body
    if "tar_type" in params:
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            raise Violation(
                "A bill asked for as GZIP is no gzip stream.",
                expected="a gzip stream",
                got=shown(data[:40]),
                rule="v3.bill.compresses-only-on-request",
            ) from None
    return data.decode("utf-8", "replace")


def trade_bill(platform: Platform, day: date, role: Role, **params: str) -> TradeBill:
    """Return a trade bill that must be there, read."""
    return read(bills.parse_trade_bill, fetch(platform, "tradebill_apply", day, role, **params))


def read(parse: Callable[[str], Read], text: str) -> Read:
    """Return what a bill says. Raises Violation when it is none."""
    try:
        return parse(text)
    except bills.BillError as error:
        raise Violation(f"The bill cannot be read: {error}", expected="rows and totals as documented", got=shown(text, 400)) from None


def fund_flow_bill(platform: Platform, day: date, role: Role, **params: str) -> FundFlowBill:
    """Return a fund-flow bill that must be there, read."""
    return read(bills.parse_fund_flow_bill, fetch(platform, "fundflowbill_apply", day, role, **params))


def is_refund(row: TradeRow) -> bool:
    """Tell whether a row is that of a refund."""
    return row.refund_id not in {"", "0"} or row.out_refund_no not in {"", "0"}


def is_payment(row: TradeRow) -> bool:
    """Tell whether a row is that of a payment."""
    return not is_refund(row)


def cells(text: str) -> list[dict[str, str]]:
    """Return every line of a bill's text that is no header, by column, exactly as written; a cell keeps its back-quote."""
    found: list[dict[str, str]] = []
    header: list[str] = []
    for line in re.split(r"\r?\n", text.removeprefix("\ufeff").rstrip("\r\n")):
        if "`" not in line:
            header = line.replace("（", "(").replace("）", ")").split(",")
        else:
            found.append(dict(zip(header, re.split(r",(?=`)", line), strict=False)))
    return found
