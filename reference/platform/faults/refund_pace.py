"""Faults in how fast and with how little money an order is refunded."""

from typing import Any

from reference.identity import Merchant
from reference.machines import Case, Entity
from reference.machines.refund import CHANGED, FUNDS_SHORT
from reference.platform.core import Platform
from reference.platform.faults.refund_lenience import Overlooks
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.refusals import RATE_LIMITED, SYSTEM_ERROR
from reference.platform.wire import Refused

__all__: list[str] = []


class _Spaces(Platform):
    """Puts off a refund within *pause* seconds of another one of its order."""

    pause = 60

    def put_off(self, ask: Ask, order: Entity) -> None:
        raise Refused(RATE_LIMITED)

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        order = self.refunded_order(ask, ask.fields)
        if order is not None and self.known_refund(ask, ask.fields["out_refund_no"]) is None:
            last = max((refund.created for refund in self.store.refunds_of(order)), default=0)
            if self.now() - last < self.pause:
                self.put_off(ask, order)
        return super().do_refund_apply(ask)


@breaks("v3.refund.spacing-leaves-no-trace")
class KeepsARefundItPutsOff(_Spaces):
    """Puts off the second refund of a minute and keeps it as CLOSED."""

    def put_off(self, ask: Ask, order: Entity) -> None:
        self.new_refund(ask, dict(ask.fields), order, "CLOSED")
        super().put_off(ask, order)


@breaks("v3.refund.spacing-leaves-no-trace")
class PutsRefundsOffForAnHour(_Spaces):
    """Puts off a refund within an hour of another one."""

    pause = 3600


@breaks("v3.refund.spacing-leaves-no-trace")
class CallsAQuickRefundAFailure(_Spaces):
    """Answers the second refund of a minute 400 PARAM_ERROR."""

    def put_off(self, ask: Ask, order: Entity) -> None:
        raise self.bad_parameter("transaction_id", "no such order", "body")


@breaks("v3.refund.spacing-leaves-no-trace")
class MakesAQuickRefundAnew(Platform):
    """Answers the second refund of a second with a refund_id that is gone a minute later."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_refund_apply(ask)
        order = self.refunded_order(ask, ask.fields)
        created = [refund.created for refund in self.counted_refunds(order)]
        quick = len(created) > 1 and created[-1] - created[-2] < 60 and created[-1] == self.now()
        return status, shown | {"refund_id": f"{shown['refund_id']}0"} if quick else shown


class _ThrottlesRefunds(Platform):
    """Lets a refund beyond the rate in and decides itself what becomes of it."""

    def throttle(self, merchant: Merchant) -> None:
        self.surplus = False
        try:
            super().throttle(merchant)
        except Refused:
            self.surplus = True

    def perform(self, ask: Ask) -> tuple[int, Any]:
        if not self.surplus:
            return super().perform(ask)
        if ask.operation.id != "refund_create":
            raise Refused(RATE_LIMITED)
        return self.perform_surplus(ask)

    def perform_surplus(self, ask: Ask) -> tuple[int, Any]:
        return super().perform(ask)


@breaks("v3.refund.limits-the-rate")
class NeverThrottlesRefunds(_ThrottlesRefunds):
    """Accepts any number of refunds a second."""


@breaks("v3.refund.limits-the-rate")
class ThrottlesRefundsTooLate(_ThrottlesRefunds):
    """Answers a refund beyond the rate 429 and makes it."""

    def perform_surplus(self, ask: Ask) -> tuple[int, Any]:
        super().perform_surplus(ask)
        raise Refused(RATE_LIMITED)


@breaks("v3.refund.limits-the-rate")
class ThrottlesRefundsAsBadRequests(_ThrottlesRefunds):
    """Answers a refund beyond the rate 400 PARAM_ERROR."""

    def perform_surplus(self, ask: Ask) -> tuple[int, Any]:
        raise self.bad_parameter("out_refund_no", "too many", "body")


@breaks("v3.refund.limits-the-rate")
class BurnsAThrottledNumber(_ThrottlesRefunds):
    """Never accepts a refund that was put off for the rate."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.burnt: set[str] = set()

    def perform_surplus(self, ask: Ask) -> tuple[int, Any]:
        self.burnt.add(ask.fields["out_refund_no"])
        raise Refused(RATE_LIMITED)

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        if ask.fields["out_refund_no"] in self.burnt:
            raise Refused(CHANGED)
        return super().do_refund_apply(ask)


@breaks("v3.refund.short-funds-leave-no-refund")
class RefundsWithoutFunds(Overlooks):
    """Never looks at the merchant's balance."""

    refusal = FUNDS_SHORT


@breaks("v3.refund.short-funds-leave-no-refund")
class RefundsSubMerchantsWithoutFunds(Overlooks):
    """Never looks at the balance of a service provider."""

    refusal = FUNDS_SHORT

    def forgives(self, case: Case) -> bool:
        return "sub_mchid" in case.draft


@breaks("v3.refund.short-funds-leave-no-refund")
class RefundsDownToTheLastFen(Overlooks):
    """Accepts a refund a fen beyond the balance."""

    refusal = FUNDS_SHORT

    def forgives(self, case: Case) -> bool:
        return bool(case.draft["amount"]["refund"] == case.facts["balance"] + 1)


class _OnShortFunds(Platform):
    """Does something else when the balance is too small."""

    def when_short(self, ask: Ask) -> None:
        return None

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        try:
            return super().do_refund_apply(ask)
        except Refused as refused:
            if refused.refusal is FUNDS_SHORT:
                self.when_short(ask)
            raise


@breaks("v3.refund.short-funds-leave-no-refund")
class QueuesARefundWithoutFunds(_OnShortFunds):
    """Refuses a refund for lack of funds and makes it all the same."""

    def when_short(self, ask: Ask) -> None:
        order = self.refunded_order(ask, ask.fields)
        if order is not None:
            self.new_refund(ask, dict(ask.fields), order, "PROCESSING")


@breaks("v3.refund.short-funds-leave-no-refund")
class MarksAnOrderWithoutFunds(_OnShortFunds):
    """Refuses a refund for lack of funds and moves the order to REFUND."""

    def when_short(self, ask: Ask) -> None:
        order = self.refunded_order(ask, ask.fields)
        if order is not None:
            self.mark_refunded(order)


@breaks("v3.refund.short-funds-leave-no-refund")
class CallsShortFundsASystemError(_OnShortFunds):
    """Answers a refund beyond the funds 500 SYSTEM_ERROR."""

    def when_short(self, ask: Ask) -> None:
        raise Refused(SYSTEM_ERROR)
