"""Faults in reversing code payments."""

from typing import Any

from reference.machines import Entity, Refusal
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Refused

__all__: list[str] = []

_DAY = 86_400


@breaks("v3.codepay.reverse-returns-a-paid-order")
class OnlySaysItReversed(Platform):
    """Answers the reverse of a paid order 200 and leaves it paid."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.machine == "codepay" and order.state == "SUCCESS" and self.now() - order.created <= 7 * _DAY:
            return 200, self.who(order.draft) | {"out_trade_no": order.number}
        return super().do_codepay_reverse(ask)


@breaks("v3.codepay.reverse-returns-a-paid-order")
class ReversesForOneDay(Platform):
    """Refuses to reverse a paid order the next day."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "SUCCESS" and self.now() - order.created >= _DAY:
            raise Refused(Refusal("late", 400, "REVERSE_EXPIRE", "An order can be reversed for a day."))
        return super().do_codepay_reverse(ask)


@breaks("v3.codepay.reverse-returns-a-paid-order")
class ReversesNoConfirmedOrders(Platform):
    """Refuses to reverse an order that the payer had to confirm."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "SUCCESS" and "confirmed" in order.data:
            raise Refused(Refusal("confirmed", 400, "INVALID_REQUEST", "The payer has confirmed."))
        return super().do_codepay_reverse(ask)

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        refusal, order = super().pay(mchid, out_trade_no, credential), self.store.order(mchid, out_trade_no)
        if order is not None and refusal is None:
            order.data["confirmed"] = True
        return refusal


@breaks("v3.codepay.reverse-returns-a-paid-order")
class AnswersReversesEmpty(Platform):
    """Answers a service provider's reverse with nothing in it."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_codepay_reverse(ask)
        return status, {} if ask.operation.mode == "partner" else shown


@breaks("v3.codepay.reverse-ends-an-unpaid-order")
class LeavesWaitingOrdersOpen(Platform):
    """Answers the reverse of a waiting order 200 and leaves it waiting."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "USERPAYING":
            return 200, self.who(order.draft) | {"out_trade_no": order.number}
        return super().do_codepay_reverse(ask)


@breaks("v3.codepay.reverse-ends-an-unpaid-order")
class ReversesNoFailedOrders(Platform):
    """Refuses to reverse an order that has failed."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "PAYERROR":
            raise Refused(Refusal("failed", 400, "INVALID_REQUEST", "There is nothing to reverse."))
        return super().do_codepay_reverse(ask)


@breaks("v3.codepay.reverse-ends-an-unpaid-order")
class ReversesAsAPayment(Platform):
    """Shows a transaction_id once an order nobody paid was reversed."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state in {"NOTPAY", "USERPAYING", "PAYERROR"}:
            self.take_payment(order)
        return super().do_codepay_reverse(ask)


@breaks("v3.codepay.reverse-ends-an-unpaid-order")
class RefusesButReverses(Platform):
    """Answers the reverse of a waiting order that the payer is paying, and ends it all the same."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        waiting = order is not None and order.state == "USERPAYING"
        answered = super().do_codepay_reverse(ask)
        if waiting:
            raise Refused(Refusal("paying", 400, "USER_PAYING", "The payer is paying."))
        return answered


@breaks("v3.codepay.reverse-is-repeatable")
class FindsReversedOrdersNoMore(Platform):
    """Answers a repeated reverse 404."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "REVOKED":
            raise Refused(Refusal("gone", 404, "ORDER_NOT_EXIST", "There is no such order."))
        return super().do_codepay_reverse(ask)


@breaks("v3.codepay.reverse-is-repeatable")
class ReversingAgainPays(Platform):
    """Undoes a service provider's reverse of a paid order by the next one."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "REVOKED" and "transaction_id" in order.data and order.draft["mode"] == "partner":
            order.state = "SUCCESS"
            return 200, self.who(order.draft) | {"out_trade_no": order.number}
        return super().do_codepay_reverse(ask)


@breaks("v3.codepay.reverse-is-repeatable")
class ForgetsReversesByTheHour(Platform):
    """Answers a reverse repeated an hour later as a system failure."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "REVOKED" and self.now() - order.created >= 3600:
            raise Refused(Refusal("failure", 500, "SYSTEM_ERROR", "The system failed."))
        return super().do_codepay_reverse(ask)


@breaks("v3.codepay.refuses-a-late-reverse")
class ReversesForEver(Platform):
    """Reverses a paid order however old it is."""

    overlooked = frozenset({"reverse-expired"})


@breaks("v3.codepay.refuses-a-late-reverse")
class ReversesProvidersOrdersForAMonth(Platform):
    """Reverses a service provider's order for a month."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is None or order.draft["mode"] != "partner" or self.now() - order.created > 30 * _DAY or order.state != "SUCCESS":
            return super().do_codepay_reverse(ask)
        order.state = "REVOKED"
        return 200, self.who(order.draft) | {"out_trade_no": order.number}


@breaks("v3.codepay.refuses-a-late-reverse")
class ReversesConfirmedOrdersForEver(Platform):
    """Reverses an order that the payer had to confirm however old it is."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is None or order.state != "SUCCESS" or order.data["paid_at"] == order.created:
            return super().do_codepay_reverse(ask)
        order.state = "REVOKED"
        return 200, self.who(order.draft) | {"out_trade_no": order.number}


@breaks("v3.codepay.refuses-a-late-reverse")
class LateReversesStopRefunds(Platform):
    """Refuses a late reverse, and from then on refunds of the order."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and self.now() - order.created > 7 * _DAY:
            order.data["barred"] = True
        return super().do_codepay_reverse(ask)

    def refunded_order(self, ask: Ask, draft: Any) -> Entity | None:
        order = super().refunded_order(ask, draft)
        return None if order is not None and "barred" in order.data else order


@breaks("v3.codepay.reverse-of-an-unknown-order-creates-nothing")
class ReversingCreates(Platform):
    """Keeps a reversed order under every number that is reversed."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        if self.find_order(ask) is None:
            draft: dict[str, Any] = {"amount": {"total": 0}, "mode": ask.operation.mode}
            draft |= {"sub_mchid": ask.sub_mchid} if ask.sub_mchid else {}
            number = ask.params["out_trade_no"]
            self.store.save(Entity("codepay", ask.merchant.mchid, number, "REVOKED", self.now(), draft, {"trade_type": "MICROPAY"}))
        return super().do_codepay_reverse(ask)


@breaks("v3.codepay.reverse-of-an-unknown-order-creates-nothing")
class ReversesWhatBeginsAlike(Platform):
    """Reverses the paid order whose number begins with an unknown one."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        if self.find_order(ask) is None:
            for order in self.store.orders():
                if order.number.startswith(ask.params["out_trade_no"]) and order.state == "SUCCESS" and order.machine == "codepay":
                    order.state = "REVOKED"
        return super().do_codepay_reverse(ask)
