"""Faults in what keeps reversed code payments reversed."""

from typing import Any

from reference.machines import Entity, Refusal
from reference.machines.codepay import REVERSED
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Refused

__all__: list[str] = []

_DAY = 86_400


class _PaysReversedOrders(Platform):
    """Lets some reversed orders be confirmed."""

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None and order.state == "REVOKED" and self.is_payable(order):
            self.pay_reversed(order)
            return None
        return super().pay(mchid, out_trade_no, credential)

    def is_payable(self, order: Entity) -> bool:
        """Tell whether this reversed order can be confirmed."""
        return True

    def pay_reversed(self, order: Entity) -> None:
        """Take the money for *order*."""
        order.state = "SUCCESS"
        self.take_payment(order)

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        answered, order = super().do_codepay_reverse(ask), self.find_order(ask)
        if order is not None:
            order.data.setdefault("reversed_at", self.now())
        return answered


@breaks("v3.codepay.late-confirmation-does-not-pay")
class ConfirmationsUndoReverses(_PaysReversedOrders):
    """Pays an order when the payer confirms a minute after the reverse, or later."""

    def is_payable(self, order: Entity) -> bool:
        return bool(self.now() - order.data["reversed_at"] >= 60)


@breaks("v3.codepay.late-confirmation-does-not-pay")
class TakesMoneyForReversedOrders(_PaysReversedOrders):
    """Takes the payer's money for a reversed order of a service provider, which stays reversed."""

    def is_payable(self, order: Entity) -> bool:
        return order.draft["mode"] == "partner" and bool(self.now() > order.data["reversed_at"])

    def pay_reversed(self, order: Entity) -> None:
        self.take_payment(order)


@breaks("v3.codepay.reverse-and-confirmation-have-one-winner")
class ConfirmationsAreFasterThanReverses(_PaysReversedOrders):
    """Takes the payer's money in the very second of the reverse."""

    def is_payable(self, order: Entity) -> bool:
        return bool(self.now() == order.data["reversed_at"])


@breaks("v3.codepay.reverse-and-confirmation-have-one-winner")
class ReversesAreFasterThanConfirmations(Platform):
    """Answers a reverse in the very second of the confirmation 200, and keeps the payment."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "SUCCESS" and order.data["paid_at"] == self.now() > order.created:
            return 200, self.who(order.draft) | {"out_trade_no": order.number}
        return super().do_codepay_reverse(ask)


@breaks("v3.codepay.reverse-and-confirmation-have-one-winner")
class ReversesLoseConfirmations(Platform):
    """Refuses a reverse in the very second of the confirmation, and loses the payment."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "SUCCESS" and order.data["paid_at"] == self.now() > order.created:
            order.state = "PAYERROR"
            raise Refused(Refusal("paying", 400, "USER_PAYING", "The payer is paying."))
        return super().do_codepay_reverse(ask)


@breaks("v3.codepay.revoked-is-final")
class RefundsReversedOrders(Platform):
    """Refunds an order that was paid and reversed."""

    def refunded_order(self, ask: Ask, draft: Any) -> Entity | None:
        order = super().refunded_order(ask, draft)
        if order is not None and order.state == "REVOKED" and "transaction_id" in order.data:
            order.state = "SUCCESS"
        return order


@breaks("v3.codepay.revoked-is-final")
class RefusedRefundsLeaveARefund(Platform):
    """Refuses to refund a reversed order, and keeps the refund."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        try:
            return super().do_refund_apply(ask)
        except Refused:
            order = self.store.order(ask.merchant.mchid, ask.fields.get("out_trade_no", ""))
            if order is not None and order.state == "REVOKED":
                number, data = ask.fields["out_refund_no"], {"refund_id": "50300000000000000000000000000", "out_trade_no": order.number}
                refund = Entity("refund", ask.merchant.mchid, number, "CLOSED", self.now(), ask.fields, data | {"transaction_id": ""})
                self.store.save(refund)
            raise


@breaks("v3.codepay.revoked-is-final")
class ForgetsReversesInAWeek(Platform):
    """Shows a reversed order as PAYERROR when it is a week old."""

    def trade_state(self, order: Entity) -> str:
        return "PAYERROR" if order.state == "REVOKED" and self.now() - order.created > 7 * _DAY else order.state


@breaks("v3.codepay.revoked-is-final")
class ClosesReversedOrders(Platform):
    """Shows a reversed order as CLOSED when it is closed, which it refuses."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "REVOKED":
            order.data["closed"] = True
        return super().do_order_close(ask)

    def trade_state(self, order: Entity) -> str:
        return "CLOSED" if "closed" in order.data else order.state


class _ChargesReversedNumbers(Platform):
    """Charges some reversed numbers again."""

    def do_codepay_submit(self, ask: Ask) -> tuple[int, Any]:
        order = self.store.order(ask.merchant.mchid, ask.fields["out_trade_no"])
        if order is not None and order.state == "REVOKED" and self.charges(order, ask):
            order.state = "SUCCESS"
            self.take_payment(order)
            return 200, self.show_order(order)
        return super().do_codepay_submit(ask)

    def charges(self, order: Entity, ask: Ask) -> bool:
        """Tell whether this reversed number is charged again."""
        return True


@breaks("v3.codepay.refuses-a-reversed-number")
class ChargesReversedNumbers(_ChargesReversedNumbers):
    """Charges a reversed number again by a fresh code."""

    def charges(self, order: Entity, ask: Ask) -> bool:
        return bool(order.draft["payer"] != ask.fields["payer"])


@breaks("v3.codepay.refuses-a-reversed-number")
class ChargesReversedUnpaidNumbers(_ChargesReversedNumbers):
    """Charges a number again that was reversed before it was paid."""

    def charges(self, order: Entity, ask: Ask) -> bool:
        return "transaction_id" not in order.data


@breaks("v3.codepay.refuses-a-reversed-number")
class AnswersReversedNumbers(Platform):
    """Answers a reversed number with the order, as if it had been accepted."""

    def do_codepay_submit(self, ask: Ask) -> tuple[int, Any]:
        try:
            return super().do_codepay_submit(ask)
        except Refused as refused:
            order = self.store.order(ask.merchant.mchid, ask.fields["out_trade_no"])
            if refused.refusal is REVERSED and order is not None:
                return 200, self.show_order(order)
            raise


@breaks("v3.codepay.refund-and-reverse-never-exceed-the-payment")
class ReversesWhatWasRefunded(Platform):
    """Answers the reverse of a refunded order 200, and goes on refunding it."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "REFUND":
            return 200, self.who(order.draft) | {"out_trade_no": order.number}
        return super().do_codepay_reverse(ask)


@breaks("v3.codepay.refund-and-reverse-never-exceed-the-payment")
class RefusedReversesForgetRefunds(Platform):
    """Refuses to reverse a refunded order, and lets all of it be refunded again."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None:
            order.data["forgotten"] = True
        return super().do_codepay_reverse(ask)

    def counted_refunds(self, order: Entity | None) -> tuple[Entity, ...]:
        return () if order is not None and "forgotten" in order.data else super().counted_refunds(order)


@breaks("v3.codepay.refund-and-reverse-never-exceed-the-payment")
class ReversesSettledOrders(Platform):
    """Answers the reverse of a service provider's order 200 once a refund of it is settled, and goes on refunding it."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if (
            order is not None
            and order.draft["mode"] == "partner"
            and any("settled_at" in each.data for each in self.store.refunds_of(order))
        ):
            return 200, self.who(order.draft) | {"out_trade_no": order.number}
        return super().do_codepay_reverse(ask)
