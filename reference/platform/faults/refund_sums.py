"""Faults in what all refunds of an order take together."""

from dataclasses import replace
from typing import Any

from reference.machines import Case, Entity
from reference.machines.refund import COUNTED, TOO_MUCH, UNKNOWN
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.weighing import Weighs, amount
from reference.platform.intake import Ask
from reference.platform.wire import Refused

__all__: list[str] = []


@breaks("v3.refund.refuses-more-than-remaining")
class NeverWeighsRefunds(Platform):
    """Refunds any amount of a paid order."""

    overlooked = frozenset({"over-refund"})


@breaks("v3.refund.refuses-more-than-remaining")
class WeighsEachRefundAlone(Weighs):
    """Compares each refund with the order's total and forgets the earlier ones."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return False


@breaks("v3.refund.refuses-more-than-remaining")
class ForgetsOpenRefunds(Weighs):
    """Counts a refund only once it is settled."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return refund.state != "PROCESSING"


@breaks("v3.refund.refuses-more-than-remaining")
class ForgetsSettledRefunds(Weighs):
    """Counts a refund only while it is under way."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return refund.state != "SUCCESS"


@breaks("v3.refund.refuses-more-than-remaining")
class ForgetsRefundsAfterAMonth(Weighs):
    """Counts the refunds of the last thirty days."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return case.now - refund.created < 30 * 86_400


@breaks("v3.refund.refuses-more-than-remaining")
class CountsTenRefundsAtMost(Weighs):
    """Counts the last ten refunds of an order."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return refund in case.refunds[-10:]


@breaks("v3.refund.refuses-more-than-remaining")
class ForgetsRefundsByTransactionId(Weighs):
    """Counts only the refunds that named the order by out_trade_no."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return "out_trade_no" in refund.draft


@breaks("v3.refund.refuses-more-than-remaining")
class OverRefundsSubMerchants(Weighs):
    """Forgets earlier refunds when a service provider refunds."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return "sub_mchid" not in refund.draft


@breaks("v3.refund.refuses-more-than-remaining")
class OverRefundsCodePayments(Weighs):
    """Forgets earlier refunds of an order paid by code."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return case.order is not None and case.order.machine != "codepay"


@breaks("v3.refund.refuses-more-than-remaining")
class AllowsAFenTooMuch(Weighs):
    """Compares with `>=` where it should compare with `>`, and gives away a fen."""

    def margin(self, case: Case) -> int:
        return 1


@breaks("v3.refund.refuses-more-than-remaining")
class KeepsTheLastFen(Platform):
    """Refuses the refund that would leave nothing, unless it is the only one."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        order = self.refunded_order(ask, ask.fields)
        earlier = () if order is None else self.counted_refunds(order)
        known = self.known_refund(ask, ask.fields["out_refund_no"])
        if order is not None and earlier and known is None:
            taken = sum(amount(refund) for refund in earlier if refund.state in COUNTED)
            if taken and ask.fields["amount"]["refund"] == order.draft["amount"]["total"] - taken:
                raise Refused(TOO_MUCH)
        return super().do_refund_apply(ask)


@breaks("v3.refund.refuses-more-than-remaining")
class KeepsAnOverRefundAsClosed(Platform):
    """Refuses a refund beyond what remains and keeps it as CLOSED."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        try:
            return super().do_refund_apply(ask)
        except Refused as refused:
            order = self.refunded_order(ask, ask.fields)
            if refused.refusal is TOO_MUCH and order is not None:
                self.new_refund(ask, dict(ask.fields), order, "CLOSED")
            raise


@breaks("v3.refund.never-exceeds-the-order")
class WeighsRefundsASecondLate(Weighs):
    """Does not yet see the refunds of the same second."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return refund.created < case.now


@breaks("v3.refund.never-exceeds-the-order")
class LosesOneOfTwoRefunds(Platform):
    """Answers the second refund of one second with success and forgets it."""

    def do_refund(self, ask: Ask) -> tuple[int, Any]:
        refund = self.known_refund(ask, ask.params["out_refund_no"])
        if refund is not None:
            order = self.store.order(refund.owner, refund.data["out_trade_no"])
            twins = [other for other in self.counted_refunds(order) if other.created == refund.created]
            if refund is not twins[0]:
                raise Refused(UNKNOWN)
        return super().do_refund(ask)


@breaks("v3.refund.closed-refund-frees-its-amount")
class KeepsTheAmountOfAClosedRefund(Platform):
    """Counts CLOSED refunds as taken."""

    def counted_refunds(self, order: Entity | None) -> tuple[Entity, ...]:
        return tuple(replace(refund, state="PROCESSING") for refund in super().counted_refunds(order))


@breaks("v3.refund.closed-refund-frees-its-amount")
class KeepsTheAmountOfAClosedFullRefund(Platform):
    """Counts a CLOSED refund as taken if it was for the whole order."""

    def counted_refunds(self, order: Entity | None) -> tuple[Entity, ...]:
        return tuple(
            replace(refund, state="PROCESSING") if refund.draft["amount"]["total"] == amount(refund) else refund
            for refund in super().counted_refunds(order)
        )


@breaks("v3.refund.closed-refund-frees-its-amount")
class AddsTheAmountOfAClosedRefund(Weighs):
    """Adds what a CLOSED refund did not pay out to what remains."""

    def margin(self, case: Case) -> int:
        return sum(amount(refund) for refund in case.refunds if refund.state == "CLOSED")


@breaks("v3.refund.abnormal-refund-still-counts")
class FreesTheAmountOfAnAbnormalRefund(Weighs):
    """Lets the amount of an ABNORMAL refund be refunded again."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return refund.state != "ABNORMAL"


@breaks("v3.refund.abnormal-refund-still-counts")
class FreesTheAmountOfARedirectedRefund(Weighs):
    """Lets the amount of a refund that was sent another way be refunded again."""

    def counts(self, refund: Entity, case: Case) -> bool:
        return not refund.data.get("redirected")

    def do_refund_apply_abnormal(self, ask: Ask) -> tuple[int, Any]:
        answered = super().do_refund_apply_abnormal(ask)
        refund = self.store.refund_by_id(ask.params["refund_id"])
        if refund is not None:
            refund.data["redirected"] = True
        return answered
