"""Faults in the trade bills of APIv2."""

import gzip
from collections.abc import Mapping
from datetime import date, datetime

from reference.contract import Operation
from reference.machines import Entity
from reference.oracles import v2
from reference.oracles.bills import BillType, FundFlowBill, TradeBill, TradeRow, render, trade_bill
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.v2.reading import Call
from reference.platform.v2.refusals import CERTIFICATE_WRONG
from reference.platform.wire import Answer, Refused

__all__: list[str] = []

_DAY = "v2.bill.holds-the-day"
_PACKED = "v2.bill.is-packed-when-asked"
_FAILS = "v2.bill.fails-in-xml"


@breaks(_DAY)
class LeavesCodePaymentsOutOfItsBills(Platform):
    """Leaves payments by code out of the bills of APIv2."""

    def paid_orders(self, ask: Ask) -> list[Entity]:
        return [order for order in super().paid_orders(ask) if ask.operation.family != "v2" or order.machine == "order"]


@breaks(_DAY)
class BillsOnePartOfRefundedOrders(Platform):
    """Leaves the payment out where an order was refunded on its day, in a bill of APIv2."""

    def trade_rows(self, ask: Ask, day: date, kind: BillType) -> list[TradeRow]:
        rows = super().trade_rows(ask, day, kind)
        if ask.operation.family != "v2":
            return rows
        refunded = {row.out_trade_no for row in rows if row.out_refund_no not in {"", "0"}}
        return [row for row in rows if row.out_refund_no not in {"", "0"} or row.out_trade_no not in refunded]


@breaks(_DAY)
class CountsDaysOfGreenwich(Platform):
    """Takes the day in Greenwich for the day in Beijing where a bill is asked for by digits."""

    def trade_rows(self, ask: Ask, day: date, kind: BillType) -> list[TradeRow]:
        self.in_greenwich = ask.operation.family == "v2"
        try:
            return super().trade_rows(ask, day, kind)
        finally:
            self.in_greenwich = False

    def day_of(self, seconds: int) -> date:
        return super().day_of(seconds - 8 * 3600) if self.in_greenwich else super().day_of(seconds)

    in_greenwich = False


@breaks(_DAY)
class GivesEverySubMerchantsPayments(Platform):
    """Bills a service provider for all of its sub-merchants whichever it names."""

    def v2_bill_ask(self, call: Call) -> Ask:
        call.values.pop("sub_mch_id", None)
        return super().v2_bill_ask(call)


@breaks(_DAY)
class GivesEverybodysPayments(Platform):
    """Bills the payments of every merchant."""

    def paid_orders(self, ask: Ask) -> list[Entity]:
        if ask.operation.family != "v2":
            return super().paid_orders(ask)
        return [order for order in self.store.orders() if "paid_at" in order.data]


@breaks(_DAY)
class OverlooksBillTypes(Platform):
    """Gives the whole bill where only refunds were asked for."""

    def v2_give_trade_bill(self, call: Call) -> bytes:
        if call.values.get("bill_type") == "REFUND":
            call.values["bill_type"] = "ALL"
        return super().v2_give_trade_bill(call)


@breaks(_DAY)
class SumsPaymentsOnly(Platform):
    """Leaves refunds out of the totals."""

    def written(self, bill: TradeBill | FundFlowBill) -> str:
        if isinstance(bill, TradeBill):
            paid = trade_bill(bill.bill_type, [row for row in bill.rows if not row.refund])
            bill = TradeBill(bill.bill_type, bill.rows, paid.totals)
        return super().written(bill)


@breaks(_DAY)
class LeavesBackquotesOut(Platform):
    """Writes values without a backquote."""

    def v2_bill_file(self, call: Call, text: str) -> bytes:
        return super().v2_bill_file(call, text.replace("`", ""))


@breaks(_DAY)
class WritesBillsInGbk(Platform):
    """Writes bills in GBK."""

    def v2_bill_file(self, call: Call, text: str) -> bytes:
        return self.packed(text.removeprefix("\ufeff").encode("gbk"), zipped="tar_type" in call.values)


@breaks(_PACKED)
class NeverPacks(Platform):
    """Gives plain text whatever was asked for."""

    def v2_bill_file(self, call: Call, text: str) -> bytes:
        return text.encode()


@breaks(_PACKED)
class PacksRefundsAlways(Platform):
    """Packs the bill of refunds though nobody asked for that."""

    def v2_bill_file(self, call: Call, text: str) -> bytes:
        return self.packed(text.encode(), zipped="tar_type" in call.values or call.values.get("bill_type") == "REFUND")


@breaks(_PACKED)
class PacksAnotherBill(Platform):
    """Packs the bill with other line ends than it has unpacked."""

    def v2_bill_file(self, call: Call, text: str) -> bytes:
        return super().v2_bill_file(call, text.replace("\r\n", "\n") if "tar_type" in call.values else text)


@breaks(_PACKED)
class PacksInAnyWord(Platform):
    """Packs whatever tar_type says."""

    ignored_keywords = frozenset({("tar_type", "enum")})


@breaks(_PACKED)
class OverlooksOtherWaysOfPacking(Platform):
    """Gives plain text where another tar_type than GZIP is asked for."""

    def v2_check_values(self, call: Call) -> None:
        if call.values.get("tar_type") != "GZIP":
            call.values.pop("tar_type", None)
        super().v2_check_values(call)


@breaks(_FAILS)
class GivesEmptyBills(Platform):
    """Gives a bill without a row for a day on which nothing happened."""

    def trade_bill(self, ask: Ask, day: date) -> str:
        try:
            return super().trade_bill(ask, day)
        except Refused:
            return render(trade_bill("ALL", ()))


@breaks(_FAILS)
class PacksItsExcuses(Platform):
    """Packs what it has to say instead of a bill, if that was to be packed."""

    def v2_refuse(self, operation: Operation, call: Call | None, refused: Refused) -> Answer:
        answer = super().v2_refuse(operation, call, refused)
        packed = call is not None and operation.id == "downloadbill" and "tar_type" in call.values
        return Answer(answer.status, answer.headers, gzip.compress(answer.body)) if packed else answer


@breaks(_FAILS)
class BillsTheDayThatIs(Platform):
    """Gives a bill of what has happened today."""

    def is_billable(self, day: date, now: datetime) -> bool:
        return super().is_billable(day, now) or day == now.date()

    def is_ready(self, day: date, now: datetime) -> bool:
        return super().is_ready(day, now) or day == now.date()


@breaks(_FAILS)
class ReadsDaysWithHyphens(Platform):
    """Reads a day as APIv3 writes it, too."""

    def v2_check_values(self, call: Call) -> None:
        if "bill_date" in call.values:
            call.values["bill_date"] = call.values["bill_date"].replace("-", "")
        super().v2_check_values(call)


@breaks(_FAILS)
class UnderstandsBeforeItFails(Platform):
    """Says on the first level that it has understood, and fails on the second."""

    def v2_has_two_levels(self, operation: Operation) -> bool:
        return operation.id == "downloadbill" or super().v2_has_two_levels(operation)


@breaks(_FAILS)
class TakesUnknownBillTypesForAll(Platform):
    """Gives the whole bill where it does not know the bill_type."""

    def v2_check_values(self, call: Call) -> None:
        if call.operation.id == "downloadbill" and call.values.get("bill_type") not in {"ALL", "SUCCESS", "REFUND", "RECHARGE_REFUND"}:
            call.values.pop("bill_type", None)
        super().v2_check_values(call)


@breaks(_FAILS)
class GivesBillsToAnybody(Platform):
    """Gives a packed bill whatever the sign."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        return ("bill_date" in values and "tar_type" in values) or super().v2_is_signed(values, key, sign_type)


@breaks(_FAILS)
class BillsYesterdayByDefault(Platform):
    """Gives yesterday's bill where no day is named."""

    def v2_check_values(self, call: Call) -> None:
        if call.operation.id == "downloadbill":
            call.values.setdefault("bill_date", f"{self.day_of(self.now() - 86_400):%Y%m%d}")
        super().v2_check_values(call)


@breaks("v2.certificate.asks-for-none-elsewhere")
class AsksForACertificateWithBills(Platform):
    """Gives a bill to whoever shows a certificate only."""

    def v2_check_certificate(self, call: Call) -> None:
        if call.operation.id == "downloadbill" and not self.v2_bears_certificate(call):
            raise Refused(CERTIFICATE_WRONG)
        super().v2_check_certificate(call)
