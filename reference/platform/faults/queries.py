"""Faults in what a query shows of an order."""

from typing import Any

from reference.identity import Merchant
from reference.machines import Entity
from reference.oracles import times
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask

__all__: list[str] = []


@breaks("v3.transaction.states-are-known")
class SaysAcceptAtTheTill(Platform):
    """Shows a code payment that waits for the password with the v2 word ACCEPT."""

    def trade_state(self, order: Entity) -> str:
        return "ACCEPT" if order.state == "USERPAYING" else order.state


@breaks("v3.transaction.states-are-known")
class NamesPartialRefunds(Platform):
    """Shows an order refunded in part with a word of its own."""

    def trade_state(self, order: Entity) -> str:
        refunded = sum(refund.draft["amount"]["refund"] for refund in self.store.refunds_of(order))
        return "PARTIAL_REFUND" if order.state == "REFUND" and refunded < order.draft["amount"]["total"] else order.state


@breaks("v3.transaction.states-are-known")
class WritesPartnerStatesInLowerCase(Platform):
    """Writes the states of service providers' orders in lower case."""

    def trade_state(self, order: Entity) -> str:
        return order.state.lower() if order.draft["mode"] == "partner" else order.state


@breaks("v3.transaction.states-are-known")
class SpellsReversedOrdersReverse(Platform):
    """Shows a reversed code payment with the v2 word REVERSE."""

    def trade_state(self, order: Entity) -> str:
        return "REVERSE" if order.state == "REVOKED" else order.state


@breaks("v3.transaction.states-are-known")
class NotifiesInOtherWords(Platform):
    """Says PAID in payment notifications."""

    def notify(self, merchant: Merchant, url: str, event_type: str, original_type: str, resource: dict[str, Any], summary: str) -> None:
        said = resource | {"trade_state": "PAID"} if "trade_state" in resource else resource
        super().notify(merchant, url, event_type, original_type, said, summary)


@breaks("v3.transaction.ordinary-orders-show-no-code-payment-state")
class ShowsUserPayingAfterAFailedAttempt(Platform):
    """Shows an order whose payment was tried as USERPAYING."""

    def fail(self, mchid: str, out_trade_no: str) -> Any:
        refusal = super().fail(mchid, out_trade_no)
        order = self.store.order(mchid, out_trade_no)
        if refusal is None and order is not None:
            order.data["tried"] = True
        return refusal

    def trade_state(self, order: Entity) -> str:
        return "USERPAYING" if order.state == "NOTPAY" and "tried" in order.data and order.machine == "order" else order.state


@breaks("v3.transaction.ordinary-orders-show-no-code-payment-state")
class ShowsClosedH5OrdersAsRevoked(Platform):
    """Shows closed H5 orders as REVOKED."""

    def trade_state(self, order: Entity) -> str:
        return "REVOKED" if order.state == "CLOSED" and order.data["trade_type"] == "MWEB" else order.state


@breaks("v3.transaction.ordinary-orders-show-no-code-payment-state")
class ShowsForgottenOrdersAsFailed(Platform):
    """Shows an order left unpaid for a day as PAYERROR."""

    def trade_state(self, order: Entity) -> str:
        forgotten = order.machine == "order" and order.state == "NOTPAY" and self.now() - order.created >= 86_400
        return "PAYERROR" if forgotten else order.state


@breaks("v3.transaction.ordinary-orders-show-no-code-payment-state")
class ReversesPaidNativeOrders(Platform):
    """Reverses a Native order that is paid."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.data["trade_type"] == "NATIVE" and order.state == "SUCCESS":
            order.data["reversed"] = True
            return 200, self.who(order.draft) | {"out_trade_no": order.number}
        return super().do_codepay_reverse(ask)

    def trade_state(self, order: Entity) -> str:
        return "REVOKED" if "reversed" in order.data else order.state


@breaks("v3.transaction.hides-payment-members-before-payment")
class GivesTransactionIdsWithTheOrder(Platform):
    """Shows a transaction_id before anybody paid."""

    def show_order(self, order: Entity) -> dict[str, Any]:
        return {"transaction_id": f"4200{order.created:024d}"} | super().show_order(order)


@breaks("v3.transaction.hides-payment-members-before-payment")
class ShowsThePayerBeforehand(Platform):
    """Shows who is going to pay a JSAPI order."""

    def show_order(self, order: Entity) -> dict[str, Any]:
        return (
            {"payer": order.draft["payer"]} | super().show_order(order)
            if order.data["trade_type"] == "JSAPI"
            else super().show_order(order)
        )


@breaks("v3.transaction.hides-payment-members-before-payment")
class ShowsWhatThePayerWillPay(Platform):
    """Shows amount.payer_total of orders nobody has paid."""

    def order_amount(self, order: Entity) -> dict[str, Any]:
        return {"payer_total": order.draft["amount"]["total"]} | super().order_amount(order)


@breaks("v3.transaction.hides-payment-members-before-payment")
class DatesClosedOrders(Platform):
    """Shows a success_time for closed orders."""

    def show_order(self, order: Entity) -> dict[str, Any]:
        dated = {"success_time": times.format_rfc3339(self.now())} if order.state == "CLOSED" else {}
        return dated | super().show_order(order)
