"""Faults in what comes after a reverse through APIv2: reverses again, and refunds beside it."""

from typing import Any

from reference.machines import Entity
from reference.machines.order import ORDER_UNKNOWN
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.v2_reversing import DONE, Reverses
from reference.platform.intake import Ask
from reference.platform.refusals import SYSTEM_ERROR
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []

_DAY = 86_400


class _Repeats(Reverses):
    """Does something else when an order is reversed again."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        again = order.state == "REVOKED"
        return self.repeats(call, order) if again else self.reverses_rightly(call, order)

    def repeats(self, call: Call, order: Entity) -> dict[str, str]:
        raise NotImplementedError

    def give_back(self, order: Entity, number: str) -> None:
        """Refund the whole of *order* under *number*."""
        total = order.draft["amount"]["total"]
        draft = {"amount": {"refund": total, "total": total, "currency": "CNY"}} | {
            name: order.draft[name] for name in ("sub_mchid",) if name in order.draft
        }
        data = {
            "refund_id": self.fresh_id("5030", self.store.refund_by_id),
            "out_trade_no": order.number,
            "transaction_id": order.data["transaction_id"],
            "settled_at": self.now(),
        }
        self.store.save(Entity("refund", order.owner, number, "SUCCESS", self.now(), draft, data))


@breaks("v2.reverse.repeats-move-no-money")
class PaysBackOnEveryReverse(_Repeats):
    """Gives the whole amount back once more each time a paid order is reversed again."""

    def repeats(self, call: Call, order: Entity) -> dict[str, str]:
        if "transaction_id" in order.data:
            self.give_back(order, f"again{len(self.store.refunds_of(order))}")
        return self.reverses_rightly(call, order)


@breaks("v2.reverse.repeats-move-no-money")
class ReversesAReverse(_Repeats):
    """Makes a paid order that is reversed a second time paid again, days later."""

    def repeats(self, call: Call, order: Entity) -> dict[str, str]:
        if "transaction_id" in order.data and self.now() - order.data["reversed_at"] >= _DAY:
            order.state = "SUCCESS"
            return DONE
        return self.reverses_rightly(call, order)


@breaks("v2.reverse.repeats-move-no-money")
class FailsOnARepeat(_Repeats):
    """Answers a repeated reverse of an order nobody had paid SYSTEMERROR, for ever."""

    def repeats(self, call: Call, order: Entity) -> dict[str, str]:
        if "transaction_id" not in order.data:
            raise Refused(SYSTEM_ERROR)
        return self.reverses_rightly(call, order)


@breaks("v2.reverse.repeats-move-no-money")
class ForgetsTheTransactionOfAReverse(_Repeats):
    """Does not find a service provider's reversed order by its transaction_id when it is reversed again."""

    def repeats(self, call: Call, order: Entity) -> dict[str, str]:
        if "out_trade_no" not in call.values and "sub_mch_id" in call.values:
            raise Refused(ORDER_UNKNOWN)
        return self.reverses_rightly(call, order)


@breaks("v2.reverse.never-returns-more-than-was-paid")
class ReversesBesideRefunds(Reverses):
    """Says that it reversed an order with refunds, and goes on refunding the rest."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        return DONE if order.state == "REFUND" else self.reverses_rightly(call, order)


@breaks("v2.reverse.never-returns-more-than-was-paid")
class ReversesBesideSettledRefunds(Reverses):
    """Says that it reversed a service provider's order whose refund was paid out, and goes on refunding the rest."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        settled = any(refund.state == "SUCCESS" for refund in self.store.refunds_of(order))
        return DONE if settled and "sub_mch_id" in call.values else self.reverses_rightly(call, order)


@breaks("v2.reverse.never-returns-more-than-was-paid")
class ARefusedReverseForgetsRefunds(Reverses):
    """Refuses to reverse an order with refunds, and forgets these."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        order.data["forgetful"] = True
        return self.reverses_rightly(call, order)

    def counted_refunds(self, order: Entity | None) -> tuple[Entity, ...]:
        return () if order is not None and "forgetful" in order.data else super().counted_refunds(order)


@breaks("v2.reverse.never-returns-more-than-was-paid")
class RefundsInTheSecondOfTheReverse(Reverses):
    """Refunds an order in the very second in which it was reversed."""

    def refunded_order(self, ask: Ask, draft: Any) -> Entity | None:
        order = super().refunded_order(ask, draft)
        if order is not None and order.state == "REVOKED" and order.data.get("reversed_at") == self.now() and "paid_at" in order.data:
            order.state = "SUCCESS"
        return order


@breaks("v2.reverse.never-returns-more-than-was-paid")
class RefundsAReversedOrderInPart(Platform):
    """Refunds a fen of an order that was reversed."""

    def refunded_order(self, ask: Ask, draft: Any) -> Entity | None:
        order = super().refunded_order(ask, draft)
        if order is not None and order.state == "REVOKED" and "paid_at" in order.data and draft["amount"]["refund"] < 100:
            order.state = "SUCCESS"
        return order
