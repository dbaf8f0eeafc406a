"""Faults in APIv2 refunds whose number was used before."""

from reference.machines import Entity
from reference.machines.refund import CHANGED, MOST_PARTIAL_REFUNDS, TOO_MANY, TOO_MUCH
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.v2_refunding import is_partner, known, named_order
from reference.platform.faults.weighing import amount
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []

_ONCE = "v2.refund.repeats-refund-once"
_CHANGED = "v2.refund.refuses-changed-parameters"


class _Repeats(Platform):
    """Does something of its own when a request comes again, for the refund *again* says yes to."""

    def v2_refund(self, call: Call) -> dict[str, str]:
        refund, order = known(self, call), named_order(self, call)
        if refund is not None and order is not None and self.again(call, refund):
            return self.repeat(call, refund, order)
        return super().v2_refund(call)

    def again(self, call: Call, refund: Entity) -> bool:
        """Tell whether this repetition is treated otherwise."""
        return str(amount(refund)) == call.values["refund_fee"]

    def repeat(self, call: Call, refund: Entity, order: Entity) -> dict[str, str]:
        """Answer *call*, which names *refund*."""
        raise NotImplementedError


class _Doubles(_Repeats):
    """Makes another refund of a repetition, under a number of its own."""

    def repeat(self, call: Call, refund: Entity, order: Entity) -> dict[str, str]:
        if sum(amount(each) for each in self.store.refunds_of(order)) + amount(refund) > order.draft["amount"]["total"]:
            return self.v2_show_refund(refund, order)
        data = {**refund.data, "refund_id": self.fresh_id("5030", self.store.refund_by_id)}
        double = Entity("refund", refund.owner, f"{refund.number}+", "PROCESSING", self.now(), dict(refund.draft), data)
        self.store.save(double)
        return self.v2_show_refund(refund, order)


@breaks(_ONCE)
class RefundsARepetitionInApiv2(_Doubles):
    """Pays a repeated refund again."""


@breaks(_ONCE)
class RefundsAPartnersRepetition(_Doubles):
    """Pays a service provider's refund again when it is repeated."""

    def again(self, call: Call, refund: Entity) -> bool:
        return is_partner(call) and super().again(call, refund)


@breaks(_ONCE)
class RefundsALateRepetition(_Doubles):
    """Pays a refund again that is repeated after a day."""

    def again(self, call: Call, refund: Entity) -> bool:
        return self.now() - refund.created > 86_400 and super().again(call, refund)


@breaks(_ONCE)
class NamesARepetitionAnew(_Repeats):
    """Answers a repeated refund with a refund_id of its own."""

    def repeat(self, call: Call, refund: Entity, order: Entity) -> dict[str, str]:
        return self.v2_show_refund(refund, order) | {"refund_id": self.fresh_id("5030", self.store.refund_by_id)}


@breaks(_ONCE)
class RefusesARepetitionInApiv2(_Repeats):
    """Refuses the number of a refund that is paid as used."""

    def repeat(self, call: Call, refund: Entity, order: Entity) -> dict[str, str]:
        raise Refused(CHANGED)

    def again(self, call: Call, refund: Entity) -> bool:
        return refund.state == "SUCCESS" and super().again(call, refund)


@breaks(_ONCE)
class WeighsARepetition(_Repeats):
    """Refuses a repeated refund that would not fit a second time."""

    def again(self, call: Call, refund: Entity) -> bool:
        order = named_order(self, call)
        taken = sum(amount(each) for each in self.store.refunds_of(order)) if order is not None else 0
        return order is not None and taken + int(call.values["refund_fee"]) > order.draft["amount"]["total"] and super().again(call, refund)

    def repeat(self, call: Call, refund: Entity, order: Entity) -> dict[str, str]:
        raise Refused(TOO_MUCH)


@breaks(_ONCE)
class CountsARepetitionAsAPart(_Repeats):
    """Refuses a repeated refund of an order that was refunded in fifty parts."""

    def again(self, call: Call, refund: Entity) -> bool:
        order = named_order(self, call)
        return order is not None and len(self.store.refunds_of(order)) >= MOST_PARTIAL_REFUNDS

    def repeat(self, call: Call, refund: Entity, order: Entity) -> dict[str, str]:
        raise Refused(TOO_MANY)


class _Changes(_Repeats):
    """Does something of its own when a used number comes with another amount, or for another order."""

    def again(self, call: Call, refund: Entity) -> bool:
        order = named_order(self, call)
        return order is not None and (not super().again(call, refund) or order.number != refund.data["out_trade_no"])


@breaks(_CHANGED)
class AnswersAChangedRefundAsTheFirst(_Changes):
    """Answers a used number with the refund there is, whatever is asked."""

    def repeat(self, call: Call, refund: Entity, order: Entity) -> dict[str, str]:
        return self.v2_show_refund(refund, order)


@breaks(_CHANGED)
class AnswersASmallerRefundAsTheFirst(AnswersAChangedRefundAsTheFirst):
    """Answers a used number with a smaller amount with the refund there is."""

    def again(self, call: Call, refund: Entity) -> bool:
        return int(call.values["refund_fee"]) < amount(refund) and super().again(call, refund)


@breaks(_CHANGED)
class LooksAtNoOrderOfARefund(AnswersAChangedRefundAsTheFirst):
    """Compares the amount of a used number, and not the order it is for."""

    def again(self, call: Call, refund: Entity) -> bool:
        return int(call.values["refund_fee"]) == amount(refund) and super().again(call, refund)


@breaks(_CHANGED)
class ChangesTheFirstRefund(_Changes):
    """Refuses a used number with another amount, and changes the refund there is."""

    def repeat(self, call: Call, refund: Entity, order: Entity) -> dict[str, str]:
        refund.draft["amount"]["refund"] = int(call.values["refund_fee"])
        raise Refused(CHANGED)


@breaks(_CHANGED)
class RefundsAPaidNumberAgain(_Changes):
    """Refunds another amount under the number of a refund that is paid."""

    def again(self, call: Call, refund: Entity) -> bool:
        return refund.state == "SUCCESS" and super().again(call, refund)

    def repeat(self, call: Call, refund: Entity, order: Entity) -> dict[str, str]:
        return self.v2_show_refund(refund, order) | {"refund_fee": call.values["refund_fee"]}


@breaks(_CHANGED)
class LeavesAChangedRefundOpen(Platform):
    """Answers SYSTEMERROR to a used number with another amount, and so asks for it again."""

    def v2_err_code(self, refused: Refused) -> str:
        return "SYSTEMERROR" if refused.refusal is CHANGED else super().v2_err_code(refused)


@breaks(_CHANGED)
class MarksTheOtherOrder(_Changes):
    """Refuses a used number for another order, and shows that order as refunded."""

    def repeat(self, call: Call, refund: Entity, order: Entity) -> dict[str, str]:
        if refund.data["out_trade_no"] != order.number:
            order.state = "REFUND"
        raise Refused(CHANGED)
