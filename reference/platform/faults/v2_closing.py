"""Faults in closing orders of APIv2 early, those paid by code, and those that are being paid."""

from reference.machines import Entity, Refusal
from reference.machines.codepay import ONLY_REVERSIBLE
from reference.machines.order import ORDER_PAID
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []

_FIVE_MINUTES = 300
_DONE = {"result_msg": "OK"}


class _Looks(Platform):
    """Looks at the order a close is about before closing it."""

    def v2_close(self, call: Call) -> dict[str, str]:
        order = self.store.order(call.merchant.mchid, call.values["out_trade_no"])
        return super().v2_close(call) if order is None else self.closes(call, order)

    def closes(self, call: Call, order: Entity) -> dict[str, str]:
        raise NotImplementedError

    def closes_rightly(self, call: Call) -> dict[str, str]:
        return super().v2_close(call)

    def is_early(self, order: Entity) -> bool:
        return order.state == "NOTPAY" and order.machine == "order" and self.now() - order.created < _FIVE_MINUTES


@breaks("v2.close.early-close-is-clean")
class PutsAnEarlyCloseOffInV2(_Looks):
    """Says that an order is closed within five minutes of ordering, and leaves it open."""

    def closes(self, call: Call, order: Entity) -> dict[str, str]:
        return _DONE if self.is_early(order) else self.closes_rightly(call)


@breaks("v2.close.early-close-is-clean")
class RefusesAnEarlyCloseAndCloses(_Looks):
    """Refuses to close an order within four minutes, and closes it all the same."""

    def closes(self, call: Call, order: Entity) -> dict[str, str]:
        done = self.closes_rightly(call)
        if self.now() - order.created < _FIVE_MINUTES - 60:
            raise Refused(ONLY_REVERSIBLE)
        return done


@breaks("v2.close.early-close-is-clean")
class NeverClosesWhatWasClosedEarly(_Looks):
    """Refuses to close a service provider's order early, and remembers that for ever."""

    def closes(self, call: Call, order: Entity) -> dict[str, str]:
        if order.draft["mode"] == "partner" and (self.is_early(order) or order.data.get("closed_early")):
            order.data["closed_early"] = True
            raise Refused(ONLY_REVERSIBLE)
        return self.closes_rightly(call)


@breaks("v2.close.early-close-is-clean")
class AnEarlyCloseSpoilsThePayment(_Looks):
    """Refuses to close a scanned order early, and lets nobody pay it any more."""

    def closes(self, call: Call, order: Entity) -> dict[str, str]:
        if not self.is_early(order) or order.data["trade_type"] != "NATIVE":
            return self.closes_rightly(call)
        order.data["time_expire"] = 0
        raise Refused(ONLY_REVERSIBLE)


@breaks("v2.close.refuses-code-payments")
class ClosesWhatWaitsForAPassword(_Looks):
    """Closes a code payment the payer has still to confirm."""

    def closes(self, call: Call, order: Entity) -> dict[str, str]:
        if order.state != "USERPAYING":
            return self.closes_rightly(call)
        order.state = "REVOKED"
        return _DONE


@breaks("v2.close.refuses-code-payments")
class ClosingFailsTheConfirmation(_Looks):
    """Refuses to close a code payment, and takes the payer for somebody who gave up."""

    def closes(self, call: Call, order: Entity) -> dict[str, str]:
        try:
            return self.closes_rightly(call)
        finally:
            if order.state in {"USERPAYING", "NOTPAY"} and order.machine == "codepay":
                order.state = "PAYERROR"


@breaks("v2.close.refuses-code-payments")
class ClosesWhatFailedOrWasReversed(_Looks):
    """Says that it closed a code payment that was reversed, or that failed."""

    def closes(self, call: Call, order: Entity) -> dict[str, str]:
        return _DONE if order.state in {"REVOKED", "PAYERROR"} else self.closes_rightly(call)


@breaks("v2.close.refuses-code-payments")
class ClosesCodePaymentsOfAProvider(_Looks):
    """Says that it closed a service provider's paid code payment."""

    def closes(self, call: Call, order: Entity) -> dict[str, str]:
        if order.machine == "codepay" and order.state == "SUCCESS" and order.draft["mode"] == "partner":
            return _DONE
        return self.closes_rightly(call)


@breaks("v2.close.has-one-winner")
class PaysInTheSecondOfTheClose(_Looks):
    """Lets a payment through that arrives in the very second of the close."""

    def closes(self, call: Call, order: Entity) -> dict[str, str]:
        if order.state == "NOTPAY":
            order.data["closed_at"] = self.now()
        return self.closes_rightly(call)

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None and order.state == "CLOSED" and order.data.get("closed_at") == self.now():
            order.state = "NOTPAY"
        return super().pay(mchid, out_trade_no, credential)


@breaks("v2.close.has-one-winner")
class ClosesInTheSecondOfThePayment(_Looks):
    """Says that it closed an order that was paid in the very second."""

    def closes(self, call: Call, order: Entity) -> dict[str, str]:
        return _DONE if order.state == "SUCCESS" and order.data["paid_at"] == self.now() else self.closes_rightly(call)


@breaks("v2.close.has-one-winner")
class CallsAClosedOrderPaid(_Looks):
    """Says ORDERPAID to the second close of an order, as if somebody had paid meanwhile."""

    def closes(self, call: Call, order: Entity) -> dict[str, str]:
        if order.state == "CLOSED":
            raise Refused(ORDER_PAID)
        return self.closes_rightly(call)


@breaks("v2.close.has-one-winner")
class ForgetsALostClose(_Looks):
    """Closes for good only when the close is answered; a provider's order whose close got lost can still be paid once."""

    def closes(self, call: Call, order: Entity) -> dict[str, str]:
        again = order.state == "CLOSED"
        done = self.closes_rightly(call)
        order.data["closes"] = 2 if again else 1
        return done

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is None or order.state != "CLOSED" or order.data.get("closes") != 1 or order.draft["mode"] != "partner":
            return super().pay(mchid, out_trade_no, credential)
        order.state = "SUCCESS"
        self.take_payment(order)
        order.state = "CLOSED"
        return None
