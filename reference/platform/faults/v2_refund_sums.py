"""Faults in what all refunds of an order take together through APIv2."""

from collections.abc import Sequence
from dataclasses import replace

from reference.machines import Case, Entity
from reference.machines.refund import TOO_MUCH
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.v2_refunding import WeighsThroughApiv2, is_partner, known
from reference.platform.faults.weighing import amount
from reference.platform.intake import Ask
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []

_REMAINING = "v2.refund.refuses-more-than-remaining"
_AT_ONCE = "v2.refund.never-exceeds-the-order"


@breaks(_REMAINING)
class WeighsNothingThroughApiv2(WeighsThroughApiv2):
    """Refunds any amount up to the order's through APIv2, whatever was refunded before."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return False


@breaks(_REMAINING)
class ForgetsWhatApiv3Refunded(WeighsThroughApiv2):
    """Counts in APIv2 only the refunds of APIv2."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return "v2" in refund.data


@breaks(_REMAINING)
class ForgetsWhatApiv2Refunded(WeighsThroughApiv2):
    """Counts in APIv2 only the refunds of APIv3."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return "v2" not in refund.data


@breaks(_REMAINING)
class FreesAbnormalRefundsInApiv2(WeighsThroughApiv2):
    """Lets the amount of a CHANGE refund be refunded again."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return refund.state != "ABNORMAL"


@breaks(_REMAINING)
class KeepsClosedRefundsInApiv2(WeighsThroughApiv2):
    """Counts a REFUNDCLOSE refund as taken."""

    def seen(self, refund: Entity) -> Entity:
        return replace(refund, state="PROCESSING")


@breaks(_REMAINING)
class FreesAClosedRefundTwice(WeighsThroughApiv2):
    """Adds what a REFUNDCLOSE refund did not pay out to what remains."""

    def margin(self, case: Case) -> int:
        return sum(amount(refund) for refund in case.refunds if refund.state == "CLOSED")


@breaks(_REMAINING)
class GivesPartnersAFenMore(WeighsThroughApiv2):
    """Refunds a service provider's order by one fen too much."""

    def margin(self, case: Case) -> int:
        return 1 if self.call is not None and is_partner(self.call) else 0


@breaks(_REMAINING)
class ForgetsGoodsRefunds(WeighsThroughApiv2):
    """Weighs nothing at refundv2."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return self.call is not None and self.call.operation.id == "refund"


@breaks(_REMAINING)
class ForgetsRefundsOfLastMonthInApiv2(WeighsThroughApiv2):
    """Counts the refunds of the last thirty days."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return case.now - refund.created < 30 * 86_400


@breaks(_REMAINING)
class KeepsAFenInApiv2(WeighsThroughApiv2):
    """Refuses through APIv2 the refund that would leave nothing of an order that was refunded before."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, object]:
        order = self.refunded_order(ask, ask.fields)
        if self.call is not None and order is not None and known(self, self.call) is None:
            taken = sum(amount(refund) for refund in self.store.refunds_of(order) if refund.state != "CLOSED")
            if taken and ask.fields["amount"]["refund"] == order.draft["amount"]["total"] - taken:
                raise Refused(TOO_MUCH)
        return super().do_refund_apply(ask)


@breaks(_REMAINING)
class NumbersTheRefundsOfEachFamily(Platform):
    """Shows a refund in APIv2 under another refund_id than in APIv3."""

    def v2_show_listed(self, refund: Entity) -> dict[str, str]:
        return super().v2_show_listed(refund) | {"refund_id": refund.data["refund_id"][::-1]}

    def v2_show_refund(self, refund: Entity, order: Entity) -> dict[str, str]:
        return super().v2_show_refund(refund, order) | {"refund_id": refund.data["refund_id"][::-1]}


@breaks(_REMAINING)
class KnowsNoRefundsOfApiv3(Platform):
    """Finds in APIv2 only the refunds that were applied for there."""

    def v2_refunds(self, call: Call, ask: Ask) -> Sequence[Entity]:
        return tuple(refund for refund in super().v2_refunds(call, ask) if "v2" in refund.data)


@breaks(_AT_ONCE)
class SeesRefundsASecondLateInApiv2(WeighsThroughApiv2):
    """Does not yet see the refunds of the same second."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return refund.created < case.now


@breaks(_AT_ONCE)
class SeesApiv3ASecondLate(WeighsThroughApiv2):
    """Does not yet see the refunds that APIv3 took in the same second."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return "v2" in refund.data or refund.created < case.now


@breaks(_AT_ONCE)
class ListsTheLoserOfARace(WeighsThroughApiv2):
    """Refuses the second of two refunds at once that do not fit together, and keeps it as closed."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, object]:
        try:
            return super().do_refund_apply(ask)
        except Refused as refused:
            order = self.refunded_order(ask, ask.fields)
            at_once = order is not None and any(refund.created == self.now() for refund in self.store.refunds_of(order))
            if self.call is not None and order is not None and at_once and refused.refusal is TOO_MUCH:
                self.new_refund(ask, dict(ask.fields), order, "CLOSED")
            raise


@breaks(_AT_ONCE)
class ListsOneRefundASecond(Platform):
    """Lists one refund of those of one second."""

    def v2_refunds(self, call: Call, ask: Ask) -> Sequence[Entity]:
        first = {refund.created: refund for refund in reversed(super().v2_refunds(call, ask))}
        return tuple(sorted(first.values(), key=lambda refund: refund.created))
