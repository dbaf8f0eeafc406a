"""Faults in the amounts of a bill and their sums."""

import re
from dataclasses import replace

from reference.oracles.bills import FundFlowBill, TradeBill
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks

__all__: list[str] = []


@breaks("v3.bill.writes-amounts-in-yuan")
class BillsFen(Platform):
    """Writes as many yuan as there are fen."""

    def billed(self, fen: int) -> int:
        return fen * 100


@breaks("v3.bill.writes-amounts-in-yuan")
class LosesAFenInAFloat(Platform):
    """Turns fen into yuan by way of a float, and cuts."""

    def billed(self, fen: int) -> int:
        return int(fen / 100 * 100)


@breaks("v3.bill.writes-amounts-in-yuan")
class RoundsLargeAmounts(Platform):
    """Writes amounts from a million yuan on without their fen."""

    def billed(self, fen: int) -> int:
        return fen if fen < 100_000_000 else fen - fen % 100


@breaks("v3.bill.writes-amounts-in-yuan")
class DropsTrailingZeros(Platform):
    """Writes 1.90 as 1.9."""

    def written(self, bill: TradeBill | FundFlowBill) -> str:
        return re.sub(r"(`\d+\.\d)0(?=[,\r])", r"\1", super().written(bill))


@breaks("v3.bill.writes-amounts-in-yuan")
class ForgetsBackQuotesOfTotals(Platform):
    """Writes the totals without back-quotes."""

    def written(self, bill: TradeBill | FundFlowBill) -> str:
        *lines, totals, end = super().written(bill).split("\r\n")
        return "\r\n".join((*lines, totals.replace("`", ""), end))


@breaks("v3.bill.writes-amounts-in-yuan")
class ForgetsBackQuotesOfAmounts(Platform):
    """Writes amounts without a back-quote, other fields with one."""

    def written(self, bill: TradeBill | FundFlowBill) -> str:
        return re.sub(r"`(\d+\.\d\d)(?=[,\r])", r"\1", super().written(bill))


@breaks("v3.bill.writes-amounts-in-yuan")
class WritesFundFlowsInFen(Platform):
    """Writes the amounts of fund-flow bills in fen."""

    def written(self, bill: TradeBill | FundFlowBill) -> str:
        text = super().written(bill)
        return text if isinstance(bill, TradeBill) else re.sub(r"`(\d+)\.(\d\d)(?=[,\r])", r"`\1\2", text)


@breaks("v3.bill.totals-match-the-rows")
class CountsOrdersForRows(Platform):
    """Counts orders in the totals, not rows."""

    def written(self, bill: TradeBill | FundFlowBill) -> str:
        if isinstance(bill, TradeBill):
            orders = len({row.out_trade_no for row in bill.rows})
            bill = replace(bill, totals=replace(bill.totals, count=orders))
        return super().written(bill)


@breaks("v3.bill.totals-match-the-rows")
class TotalsNetOfRefunds(Platform):
    """Takes refunds off the total of orders."""

    def written(self, bill: TradeBill | FundFlowBill) -> str:
        if isinstance(bill, TradeBill) and bill.bill_type == "ALL":
            bill = replace(bill, totals=replace(bill.totals, total=bill.totals.total - bill.totals.refund))
        return super().written(bill)


@breaks("v3.bill.totals-match-the-rows")
class TotalsOneRefundOnly(Platform):
    """Adds up no more than one refund."""

    def written(self, bill: TradeBill | FundFlowBill) -> str:
        if isinstance(bill, TradeBill):
            refund = next((row.refund for row in bill.rows if row.refund), 0)
            bill = replace(bill, totals=replace(bill.totals, refund=refund))
        return super().written(bill)


@breaks("v3.bill.totals-match-the-rows")
class TotalsNothingInTheBillOfRefunds(Platform):
    """Leaves the refund total of a bill of refunds at nothing."""

    def written(self, bill: TradeBill | FundFlowBill) -> str:
        if isinstance(bill, TradeBill) and bill.bill_type == "REFUND":
            bill = replace(bill, totals=replace(bill.totals, refund=0, refund_requested=0))
        return super().written(bill)


@breaks("v3.bill.totals-match-the-rows")
class ExchangesIncomeAndExpense(Platform):
    """Exchanges income and expense in the totals of a fund-flow bill."""

    def written(self, bill: TradeBill | FundFlowBill) -> str:
        if isinstance(bill, FundFlowBill):
            bill = replace(bill, totals=replace(bill.totals, income=bill.totals.expense, expense=bill.totals.income))
        return super().written(bill)


@breaks("v3.bill.totals-match-the-rows")
class LeavesTheTotalsOut(Platform):
    """Ends a fund-flow bill without totals."""

    def written(self, bill: TradeBill | FundFlowBill) -> str:
        text = super().written(bill)
        return text if isinstance(bill, TradeBill) else "\r\n".join(text.split("\r\n")[:-3]) + "\r\n"
