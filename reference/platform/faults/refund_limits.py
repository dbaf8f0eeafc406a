"""Faults in how often and how late an order is refunded, and in how long a reason may be."""

from collections.abc import Mapping
from typing import Any

from reference.machines import Case, Entity
from reference.machines.refund import TOO_LATE, TOO_MANY
from reference.platform.core import Platform
from reference.platform.faults.refund_lenience import Lax, Overlooks
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Refused

__all__: list[str] = []

_DAY = 86_400


@breaks("v3.refund.limits-reason-to-80-characters")
class TakesAnyReason(Lax):
    """Accepts a reason of any length."""

    lax = frozenset({("reason", "maxLength")})


@breaks("v3.refund.limits-reason-to-80-characters")
class CutsLongReasons(Platform):
    """Cuts a reason of more than 80 characters and goes on."""

    def without_nulls(self, value: Any) -> Any:
        kept = super().without_nulls(value)
        return (
            kept | {"reason": str(kept["reason"])[:80]} if isinstance(kept, dict) and "out_refund_no" in kept and "reason" in kept else kept
        )


@breaks("v3.refund.limits-reason-to-80-characters")
class CountsEightyAsTooMany(Platform):
    """Refuses a reason of exactly 80 characters."""

    def check_refund_draft(self, ask: Ask, draft: Mapping[str, Any]) -> None:
        super().check_refund_draft(ask, draft)
        if len(draft.get("reason", "")) >= 80:
            raise self.bad_parameter("reason", "too long", "body")


@breaks("v3.refund.refuses-the-51st")
class RefundsInAnyNumberOfParts(Overlooks):
    """Never counts the refunds of an order."""

    refusal = TOO_MANY


@breaks("v3.refund.refuses-the-51st")
class CountsOpenPartsOnly(Overlooks):
    """Counts only the refunds that are still under way."""

    refusal = TOO_MANY

    def forgives(self, case: Case) -> bool:
        return sum(refund.state == "PROCESSING" for refund in case.refunds) < 50


@breaks("v3.refund.refuses-the-51st")
class CountsThePartsOfAMonth(Overlooks):
    """Counts only the refunds of the last thirty days."""

    refusal = TOO_MANY

    def forgives(self, case: Case) -> bool:
        return sum(case.now - refund.created < 30 * _DAY for refund in case.refunds) < 50


@breaks("v3.refund.refuses-the-51st")
class AllowsAFiftyFirstPart(Overlooks):
    """Accepts one refund too many."""

    refusal = TOO_MANY

    def forgives(self, case: Case) -> bool:
        return len(case.refunds) == 50


@breaks("v3.refund.refuses-the-51st")
class RefundsSubMerchantsInAnyNumberOfParts(Overlooks):
    """Never counts the refunds of a service provider's order."""

    refusal = TOO_MANY

    def forgives(self, case: Case) -> bool:
        return "sub_mchid" in case.draft


@breaks("v3.refund.refuses-the-51st")
class RefusesTheFiftiethPart(Platform):
    """Accepts one refund too few."""

    def counted_refunds(self, order: Entity | None) -> tuple[Entity, ...]:
        counted = super().counted_refunds(order)
        return (*counted, Entity("refund", "", "", "CLOSED", 0)) if counted else counted


@breaks("v3.refund.repeats-refund-once")
class CountsBeforeItRecognises(Platform):
    """Refuses a repeated request when the order has had fifty refunds."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        if len(self.counted_refunds(self.refunded_order(ask, ask.fields))) >= 50:
            raise Refused(TOO_MANY)
        return super().do_refund_apply(ask)


@breaks("v3.refund.refuses-after-a-year")
class RefundsForEver(Overlooks):
    """Never looks at when an order was paid."""

    refusal = TOO_LATE


@breaks("v3.refund.refuses-after-a-year")
class RefundsForAWeekLonger(Overlooks):
    """Accepts refunds for a week more than a year."""

    refusal = TOO_LATE

    def forgives(self, case: Case) -> bool:
        return case.order is not None and case.now - case.order.data["paid_at"] < 372 * _DAY


@breaks("v3.refund.refuses-after-a-year")
class CountsTheYearFromTheLastRefund(Overlooks):
    """Gives a refunded order another year."""

    refusal = TOO_LATE

    def forgives(self, case: Case) -> bool:
        return any(case.now - refund.created < 200 * _DAY for refund in case.refunds[:1])


@breaks("v3.refund.refuses-after-a-year")
class RefundsCodePaymentsForEver(Overlooks):
    """Never looks at when an order was paid by code."""

    refusal = TOO_LATE

    def forgives(self, case: Case) -> bool:
        return case.order is not None and case.order.machine == "codepay"


class _RefusesOld(Platform):
    """Refuses refunds of orders it calls `old`."""

    def old(self, order: Entity) -> bool:
        return False

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        order = self.refunded_order(ask, ask.fields)
        if order is not None and self.old(order) and self.known_refund(ask, ask.fields["out_refund_no"]) is None:
            raise Refused(TOO_LATE)
        return super().do_refund_apply(ask)


@breaks("v3.refund.refuses-after-a-year")
class CountsTheYearFromTheOrder(_RefusesOld):
    """Counts the year from when the order was placed."""

    def old(self, order: Entity) -> bool:
        return self.now() - order.created > 365 * _DAY


@breaks("v3.refund.refuses-after-a-year")
class RefundsForHalfAYear(_RefusesOld):
    """Refuses refunds after 180 days."""

    def old(self, order: Entity) -> bool:
        return bool(self.now() - order.data.get("paid_at", self.now()) > 180 * _DAY)
