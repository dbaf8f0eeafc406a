"""Faults in charging payment codes."""

from typing import Any

from reference.machines import Entity, Refusal
from reference.oracles import times
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Refused

__all__: list[str] = []


@breaks("v3.codepay.answers-a-paid-code")
class AnswersChargesBriefly(Platform):
    """Answers a paid code with no more than trade_state."""

    def do_codepay_submit(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_codepay_submit(ask)
        return status, {"trade_state": shown["trade_state"]}


@breaks("v3.codepay.answers-a-paid-code")
class AnswersInYuan(Platform):
    """Answers a service provider's paid code with the total in yuan."""

    def do_codepay_submit(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_codepay_submit(ask)
        if ask.operation.mode == "partner":
            shown["amount"]["total"] //= 100
        return status, shown


@breaks("v3.codepay.answers-a-paid-code")
class NumbersTheAnswerApart(Platform):
    """Answers a paid code with another transaction_id than queries show."""

    def do_codepay_submit(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_codepay_submit(ask)
        return status, shown | ({"transaction_id": self.fresh_id("4200", lambda _id: None)} if "transaction_id" in shown else {})


@breaks("v3.codepay.answers-a-paid-code")
class CallsChargesNative(Platform):
    """Shows a code payment as NATIVE."""

    def show_order(self, order: Entity) -> dict[str, Any]:
        return super().show_order(order) | ({"trade_type": "NATIVE"} if order.machine == "codepay" else {})


@breaks("v3.codepay.answers-a-paid-code")
class TakesGoodsForTheTotal(Platform):
    """Charges the prices of the goods in place of the total where the order lists goods."""

    def order_amount(self, order: Entity) -> dict[str, Any]:
        shown = super().order_amount(order)
        goods = order.draft.get("detail", {}).get("goods_detail", ())
        priced = sum(item["quantity"] * item["unit_price"] for item in goods)
        return shown | {"total": priced} if goods and order.machine == "codepay" else shown


@breaks("v3.codepay.reports-a-paying-user")
class TakesWaitingForFailed(Platform):
    """Answers 400 while the payer types the password."""

    def do_codepay_submit(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_codepay_submit(ask)
        if status == 202:
            raise Refused(Refusal("paying", 400, "USER_PAYING", "The payer is paying."))
        return status, shown


@breaks("v3.codepay.reports-a-paying-user")
class TakesWaitingForPaid(Platform):
    """Answers SUCCESS to a service provider while the payer types the password."""

    def do_codepay_submit(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_codepay_submit(ask)
        return (200, shown | {"trade_state": "SUCCESS"}) if status == 202 and ask.operation.mode == "partner" else (status, shown)


@breaks("v3.codepay.reports-a-paying-user")
class HidesWaitingOrders(Platform):
    """Finds no order while the payer types the password."""

    def do_order(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "USERPAYING":
            raise Refused(Refusal("waiting", 404, "ORDER_NOT_EXIST", "There is no such order."))
        return super().do_order(ask)


@breaks("v3.codepay.reports-a-paying-user")
class NumbersWaitingOrders(Platform):
    """Shows a transaction_id while the payer types the password."""

    def show_order(self, order: Entity) -> dict[str, Any]:
        early = {"transaction_id": f"4200{order.created:024d}"} if order.state == "USERPAYING" else {}
        return early | super().show_order(order)


@breaks("v3.codepay.confirmation-pays-the-order")
class GoesOnWaiting(Platform):
    """Shows an order as USERPAYING for ten seconds after its confirmation."""

    def trade_state(self, order: Entity) -> str:
        confirmed = order.machine == "codepay" and order.state == "SUCCESS" and order.data["paid_at"] > order.created
        return "USERPAYING" if confirmed and self.now() - order.data["paid_at"] < 10 else order.state


@breaks("v3.codepay.confirmation-pays-the-order")
class DatesConfirmationsByTheSubmission(Platform):
    """Shows the moment of submitting as the success_time of a confirmed order."""

    def payment_facts(self, order: Entity) -> dict[str, Any]:
        dated = {"success_time": times.format_rfc3339(order.created)} if order.machine == "codepay" else {}
        return super().payment_facts(order) | dated


@breaks("v3.codepay.confirmation-pays-the-order")
class ConfirmsAgain(Platform):
    """Takes the money again when the payer confirms again."""

    overlooked = frozenset({"already-decided"})


@breaks("v3.codepay.confirmation-pays-the-order")
class OnlyConfirmsDirectOrders(Platform):
    """Tells a service provider's payer that the payment was made, and leaves the order waiting."""

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        waiting = order is not None and order.state in {"NOTPAY", "USERPAYING"}
        if order is not None and waiting and order.machine == "codepay" and order.draft["mode"] == "partner":
            return None
        return super().pay(mchid, out_trade_no, credential)


@breaks("v3.codepay.failed-code-takes-no-money")
class NumbersFailedCharges(Platform):
    """Shows a transaction_id for a charge the bank refused."""

    def show_order(self, order: Entity) -> dict[str, Any]:
        failed = {"transaction_id": f"4200{order.created:024d}"} if order.state == "PAYERROR" else {}
        return failed | super().show_order(order)


@breaks("v3.codepay.failed-code-takes-no-money")
class ChargesWhoLeft(Platform):
    """Pays an order whose payer has left without confirming."""

    def cancel(self, mchid: str, out_trade_no: str) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        return self.pay(mchid, out_trade_no) if order is not None and order.state == "USERPAYING" else super().cancel(mchid, out_trade_no)


@breaks("v3.codepay.failed-code-takes-no-money")
class ConfirmsFailedCharges(Platform):
    """Lets the payer confirm an order that has failed."""

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None and order.state == "PAYERROR":
            order.state = "USERPAYING"
        return super().pay(mchid, out_trade_no, credential)


@breaks("v3.codepay.failed-code-takes-no-money")
class SettlesFailedChargesOvernight(Platform):
    """Shows a failed charge of a service provider as SUCCESS the next day."""

    def trade_state(self, order: Entity) -> str:
        old = order.state == "PAYERROR" and self.now() - order.created >= 86_400 and order.draft["mode"] == "partner"
        return "SUCCESS" if old else order.state
