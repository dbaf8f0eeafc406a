"""Faults in what a bill holds."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

from reference.machines import Entity
from reference.oracles.bills import BillType, TradeRow
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask

__all__: list[str] = []


@breaks("v3.bill.reconciles-with-what-happened")
class BillsByUtc(Platform):
    """Counts a day from eight in the morning, when it begins in Greenwich."""

    def day_of(self, seconds: int) -> date:
        return datetime.fromtimestamp(seconds, UTC).date()


@breaks("v3.bill.reconciles-with-what-happened")
class BillsNoCodePayments(Platform):
    """Leaves code payments out."""

    def paid_orders(self, ask: Ask) -> list[Entity]:
        return [order for order in super().paid_orders(ask) if order.machine != "codepay"]


@breaks("v3.bill.reconciles-with-what-happened")
class BillsNoRefundedPayments(Platform):
    """Leaves the payment of an order out that was refunded in full, refund and all."""

    def paid_orders(self, ask: Ask) -> list[Entity]:
        return [order for order in super().paid_orders(ask) if self.refunded(order) < order.draft["amount"]["total"]]

    def refunded(self, order: Entity) -> int:
        """What was refunded of *order*, in fen."""
        return sum(int(refund.draft["amount"]["refund"]) for refund in self.store.refunds_of(order))


@breaks("v3.bill.reconciles-with-what-happened")
class BillsUnpaidOrders(Platform):
    """Bills orders nobody paid."""

    def trade_rows(self, ask: Ask, day: date, kind: BillType) -> list[TradeRow]:
        rows = super().trade_rows(ask, day, kind)
        if not rows or kind == "REFUND":
            return rows
        unpaid = (order for order in self.store.orders() if order.owner == ask.merchant.mchid and "paid_at" not in order.data)
        return rows + [
            replace(rows[0], out_trade_no=order.number, transaction_id="") for order in unpaid if self.day_of(order.created) == day
        ]


@breaks("v3.bill.reconciles-with-what-happened")
class BillsOneRefundPerOrder(Platform):
    """Bills the first refund of an order only."""

    def trade_rows(self, ask: Ask, day: date, kind: BillType) -> list[TradeRow]:
        rows = super().trade_rows(ask, day, kind)
        first = {row.out_trade_no: row.out_refund_no for row in reversed(rows) if row.refund_id != "0"}
        return [row for row in rows if row.refund_id == "0" or first[row.out_trade_no] == row.out_refund_no]


@breaks("v3.bill.reconciles-with-what-happened")
class BillsRefundsWithTheirPayment(Platform):
    """Bills a refund on the day the order was paid."""

    def trade_rows(self, ask: Ask, day: date, kind: BillType) -> list[TradeRow]:
        rows = [row for row in super().trade_rows(ask, day, kind) if row.refund_id == "0"]
        orders = [order for order in self.paid_orders(ask) if self.day_of(order.data["paid_at"]) == day and kind != "SUCCESS"]
        return rows + [self.refund_row(order, refund) for order in orders for refund in self.store.refunds_of(order)]


@breaks("v3.bill.reconciles-with-what-happened")
class BillsAPaymentPerRefund(Platform):
    """Repeats the row of a payment with every refund of it."""

    def trade_rows(self, ask: Ask, day: date, kind: BillType) -> list[TradeRow]:
        rows = super().trade_rows(ask, day, kind)
        refunded = {row.out_trade_no for row in rows if row.refund_id != "0"}
        return rows + [row for row in rows if row.refund_id == "0" and row.out_trade_no in refunded]


@breaks("v3.bill.reconciles-with-what-happened")
class BillsNetOfRefunds(Platform):
    """Bills a payment less what was refunded of it."""

    def payment_row(self, order: Entity) -> TradeRow:
        row = super().payment_row(order)
        refunded = sum(int(refund.draft["amount"]["refund"]) for refund in self.store.refunds_of(order))
        return replace(row, total=row.total - refunded, settlement_total=row.total - refunded)


@breaks("v3.bill.reconciles-with-what-happened")
class BillsEverybody(Platform):
    """Gives a merchant the payments of all merchants."""

    def paid_orders(self, ask: Ask) -> list[Entity]:
        everyone = (replace(ask, merchant=merchant) for merchant in self.identity.merchants)
        return [order for one in everyone for order in super(BillsEverybody, self).paid_orders(one)]


@breaks("v3.bill.reconciles-with-what-happened")
class BillsAllSubMerchants(Platform):
    """Gives all sub-merchants of a service provider, whichever was asked for."""

    def paid_orders(self, ask: Ask) -> list[Entity]:
        params = {name: value for name, value in ask.params.items() if name != "sub_mchid"}
        return super().paid_orders(replace(ask, params=params))


@breaks("v3.bill.reconciles-with-what-happened")
class BillsTheFirstSubMerchant(Platform):
    """Writes every payment to a service provider to its first sub-merchant."""

    def payment_row(self, order: Entity) -> TradeRow:
        row = super().payment_row(order)
        return row if row.sub_mchid == "0" else replace(row, sub_mchid=self.merchant(order.owner).sub_mchids[0])


@breaks("v3.bill.reconciles-with-what-happened")
class ExchangesTheNumbersOfARefund(Platform):
    """Exchanges refund_id and out_refund_no."""

    def refund_row(self, order: Entity, refund: Entity) -> TradeRow:
        row = super().refund_row(order, refund)
        return replace(row, refund_id=row.out_refund_no, out_refund_no=row.refund_id)


@breaks("v3.bill.reconciles-with-what-happened")
class BillsALargeDayInPart(Platform):
    """Leaves out what comes after the tenth row."""

    def trade_rows(self, ask: Ask, day: date, kind: BillType) -> list[TradeRow]:
        return super().trade_rows(ask, day, kind)[:10]


def _payments(rows: Iterable[TradeRow]) -> list[TradeRow]:
    return [row for row in rows if row.refund_id == "0"]


@breaks("v3.bill.type-selects-the-rows")
class BillsOnlyPaymentsByDefault(Platform):
    """Gives the payments only where no bill_type is asked for."""

    def trade_rows(self, ask: Ask, day: date, kind: BillType) -> list[TradeRow]:
        rows = super().trade_rows(ask, day, kind)
        return rows if "bill_type" in ask.params else _payments(rows)


@breaks("v3.bill.type-selects-the-rows")
class BillsEverythingAsSuccess(Platform):
    """Gives refunds in the bill of payments too."""

    def trade_rows(self, ask: Ask, day: date, kind: BillType) -> list[TradeRow]:
        return super().trade_rows(ask, day, "ALL" if kind == "SUCCESS" else kind)


@breaks("v3.bill.type-selects-the-rows")
class BillsPaymentsAsRefunds(Platform):
    """Gives the payments that were refunded in the bill of refunds too."""

    def trade_rows(self, ask: Ask, day: date, kind: BillType) -> list[TradeRow]:
        rows = super().trade_rows(ask, day, kind)
        refunded = {row.out_trade_no for row in rows}
        more = _payments(super().trade_rows(ask, day, "ALL")) if kind == "REFUND" else []
        return rows + [row for row in more if row.out_trade_no in refunded]


@breaks("v3.bill.type-selects-the-rows")
class BillsUnrefundedPaymentsAsSuccess(Platform):
    """Leaves payments that were refunded out of the bill of payments."""

    def trade_rows(self, ask: Ask, day: date, kind: BillType) -> list[TradeRow]:
        rows = super().trade_rows(ask, day, kind)
        refunded = {row.out_trade_no for row in super().trade_rows(ask, day, "REFUND")} if kind == "SUCCESS" else set()
        return [row for row in rows if row.out_trade_no not in refunded]
