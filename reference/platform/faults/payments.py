"""Faults in what a payment does to an order."""

from typing import Any

from reference.machines import Entity, Refusal
from reference.oracles import times
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask

__all__: list[str] = []


@breaks("v3.transaction.payment-sets-success")
class NamesNoBank(Platform):
    """Leaves bank_type out of paid orders."""

    def payment_facts(self, order: Entity) -> dict[str, Any]:
        return {name: value for name, value in super().payment_facts(order).items() if name != "bank_type"}


@breaks("v3.transaction.payment-sets-success")
class NamesNoPayerToProviders(Platform):
    """Does not tell a service provider who paid."""

    def payment_facts(self, order: Entity) -> dict[str, Any]:
        facts = super().payment_facts(order)
        return facts | {"payer": {}} if order.draft["mode"] == "partner" else facts


@breaks("v3.transaction.payment-sets-success")
class DatesPaymentsByTheOrder(Platform):
    """Shows the moment of ordering as success_time."""

    def payment_facts(self, order: Entity) -> dict[str, Any]:
        return super().payment_facts(order) | {"success_time": times.format_rfc3339(order.created)}


@breaks("v3.transaction.payment-sets-success")
class DatesPaymentsByTheQuery(Platform):
    """Shows the moment of asking as success_time."""

    def payment_facts(self, order: Entity) -> dict[str, Any]:
        return super().payment_facts(order) | {"success_time": times.format_rfc3339(self.now())}


@breaks("v3.transaction.payment-sets-success")
class WritesTimesTheOldWay(Platform):
    """Writes success_time as yyyyMMddHHmmss."""

    def payment_facts(self, order: Entity) -> dict[str, Any]:
        shown = super().payment_facts(order)
        return shown | {"success_time": "".join(character for character in shown["success_time"][:19] if character.isdigit())}


@breaks("v3.transaction.payment-sets-success")
class CallsH5Jsapi(Platform):
    """Shows paid H5 orders as JSAPI."""

    def payment_facts(self, order: Entity) -> dict[str, Any]:
        renamed = {"trade_type": "JSAPI"} if order.data["trade_type"] == "MWEB" else {}
        return super().payment_facts(order) | renamed


@breaks("v3.transaction.payment-sets-success")
class ShowsPaymentsAMinuteLate(Platform):
    """Shows an order as NOTPAY in the first minute after its payment."""

    def trade_state(self, order: Entity) -> str:
        fresh = order.state == "SUCCESS" and self.now() - order.data["paid_at"] < 60
        return "NOTPAY" if fresh else order.state


@breaks("v3.transaction.payment-sets-success")
class RenumbersRefundedPayments(Platform):
    """Gives an order a new transaction_id when it is refunded."""

    def mark_refunded(self, order: Entity) -> None:
        super().mark_refunded(order)
        order.data["transaction_id"] = f"4201{order.data['transaction_id'][4:]}"
        self.store.save(order)


@breaks("v3.transaction.payment-sets-success")
class RedatesPaymentsTriedAgain(Platform):
    """Dates a payment anew when the payer's next attempt fails."""

    def fail(self, mchid: str, out_trade_no: str) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None and "paid_at" in order.data:
            order.data["paid_at"] = self.now()
        return super().fail(mchid, out_trade_no)


@breaks("v3.transaction.paid-amount-equals-the-order")
class CountsInYuan(Platform):
    """Shows the total of a service provider's order in yuan."""

    def order_amount(self, order: Entity) -> dict[str, Any]:
        shown = super().order_amount(order)
        return shown | {"total": shown["total"] // 100} if order.draft["mode"] == "partner" else shown


@breaks("v3.transaction.paid-amount-equals-the-order")
class LetsThePayerPayMore(Platform):
    """Shows a payer_total one fen above the total."""

    def order_amount(self, order: Entity) -> dict[str, Any]:
        shown = super().order_amount(order)
        return shown | {"payer_total": shown["payer_total"] + 1} if "payer_total" in shown else shown


@breaks("v3.transaction.paid-amount-equals-the-order")
class WritesAmountsAsText(Platform):
    """Writes payer_total as text."""

    def order_amount(self, order: Entity) -> dict[str, Any]:
        shown = super().order_amount(order)
        return shown | {"payer_total": str(shown["payer_total"])} if "payer_total" in shown else shown


@breaks("v3.transaction.paid-amount-equals-the-order")
class ShowsLargeTotalsInWholeYuan(Platform):
    """Shows totals above ten thousand yuan in whole yuan."""

    def order_amount(self, order: Entity) -> dict[str, Any]:
        shown = super().order_amount(order)
        return shown | {"total": shown["total"] // 100 * 100} if shown["total"] > 1_000_000 else shown


@breaks("v3.transaction.paid-amount-equals-the-order")
class TakesTheCostPrice(Platform):
    """Lets the payer pay the cost price where the order details one."""

    def take_payment(self, order: Entity) -> None:
        super().take_payment(order)
        order.data["payer_total"] = order.draft.get("detail", {}).get("cost_price", order.data["payer_total"])


@breaks("v3.transaction.paid-amount-equals-the-order")
class NamesTheCurrencyOnlyIfAsked(Platform):
    """Shows a currency only where the merchant wrote one."""

    def order_draft(self, ask: Ask) -> dict[str, Any]:
        return super().order_draft(ask) | {"amount": ask.fields["amount"]}

    def order_amount(self, order: Entity) -> dict[str, Any]:
        shown = super().order_amount(order)
        return shown if "currency" in order.draft["amount"] else {name: value for name, value in shown.items() if name != "currency"}


@breaks("v3.transaction.failed-attempt-keeps-the-order-payable")
class ClosesAfterAFailedAttempt(Platform):
    """Closes an order whose payment failed."""

    def fail(self, mchid: str, out_trade_no: str) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None and order.state == "NOTPAY" and order.machine == "order":
            order.state = "CLOSED"
            return None
        return super().fail(mchid, out_trade_no)


@breaks("v3.transaction.failed-attempt-keeps-the-order-payable")
class ClosesWhenAProvidersPayerLeaves(Platform):
    """Closes a service provider's order when the payer leaves the cashier."""

    def cancel(self, mchid: str, out_trade_no: str) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None and order.state == "NOTPAY" and order.draft["mode"] == "partner" and order.machine == "order":
            order.state = "CLOSED"
            return None
        return super().cancel(mchid, out_trade_no)


@breaks("v3.transaction.failed-attempt-keeps-the-order-payable")
class UsesUpTheHandle(Platform):
    """Makes a prepay_id, code_url or h5_url unusable once a payment by it failed."""

    def fail(self, mchid: str, out_trade_no: str) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None:
            order.data.pop("credentials", None)
        return super().fail(mchid, out_trade_no)


@breaks("v3.transaction.failed-attempt-keeps-the-order-payable")
class NumbersFailedAttempts(Platform):
    """Gives an order a transaction_id when the payer leaves without paying."""

    def cancel(self, mchid: str, out_trade_no: str) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None and order.state == "NOTPAY" and order.machine == "order":
            self.take_payment(order)
        return super().cancel(mchid, out_trade_no)


@breaks("v3.transaction.failed-attempt-keeps-the-order-payable")
class GivesUpAfterThreeAttempts(Platform):
    """Closes an order at the third failed attempt to pay it."""

    def fail(self, mchid: str, out_trade_no: str) -> Refusal | None:
        refusal = super().fail(mchid, out_trade_no)
        order = self.store.order(mchid, out_trade_no)
        if order is not None and refusal is None and order.machine == "order":
            order.data["failed"] = order.data.get("failed", 0) + 1
            if order.data["failed"] == 3:
                order.state = "CLOSED"
        return refusal


@breaks("v3.transaction.charges-once")
class ChargesAgain(Platform):
    """Lets the payer pay a paid order again."""

    overlooked = frozenset({"paid-before"})


@breaks("v3.transaction.charges-once")
class ChargesRefundedOrdersAgain(Platform):
    """Lets the payer pay an order again once all of it was refunded."""

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        refunds = () if order is None else self.store.refunds_of(order)
        if order is not None and order.draft["amount"]["total"] == sum(refund.draft["amount"]["refund"] for refund in refunds):
            self.take_payment(order)
            return None
        return super().pay(mchid, out_trade_no, credential)


@breaks("v3.transaction.charges-once")
class ChargesByEveryHandle(Platform):
    """Hands out a handle for every time an order is placed, and takes money by each of them."""

    def credential(self, order: Entity, name: str) -> str:
        fresh = self.new_credential(name)
        order.data.setdefault("credentials", {})[fresh] = self.now()
        return fresh

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        used = {} if order is None else order.data.setdefault("used", {})
        if order is not None and order.state == "SUCCESS" and credential in order.data["credentials"] and credential not in used:
            used[credential] = True
            self.take_payment(order)
            return None
        used[credential] = True
        return super().pay(mchid, out_trade_no, credential)


@breaks("v3.transaction.charges-once")
class BooksRefusedPayments(Platform):
    """Refuses a second payment, and books it all the same."""

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        refusal = super().pay(mchid, out_trade_no, credential)
        order = self.store.order(mchid, out_trade_no)
        if refusal is not None and order is not None and order.state in {"SUCCESS", "REFUND"}:
            self.take_payment(order)
        return refusal
