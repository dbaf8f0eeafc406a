"""Faults in what is made of a refund number that is used again, or was never used."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reference.machines import Case, Entity
from reference.machines.refund import CHANGED, UNKNOWN
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.refusals import BAD_PARAMETER
from reference.platform.wire import Refused

__all__: list[str] = []


@breaks("v3.refund.repeats-refund-once")
class GivesARepeatANewRefundId(Platform):
    """Answers a repeated refund request with another refund_id each time."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        known = self.known_refund(ask, ask.fields["out_refund_no"])
        status, shown = super().do_refund_apply(ask)
        return status, shown if known is None else shown | {"refund_id": self.fresh_id("5030", self.store.refund_by_id)}


class _TakesTheMoneyAgain(Platform):
    """Lowers what remains of the order once more when `is_new` takes a repetition for a new refund."""

    def is_new(self, refund: Entity) -> bool:
        return True

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        known = self.known_refund(ask, ask.fields["out_refund_no"])
        answered = super().do_refund_apply(ask)
        if known is not None and self.is_new(known):
            known.data["times"] = known.data.get("times", 1) + 1
        return answered

    def counted_refunds(self, order: Entity | None) -> tuple[Entity, ...]:
        return tuple(refund for refund in super().counted_refunds(order) for _ in range(refund.data.get("times", 1)))


@breaks("v3.refund.repeats-refund-once")
class TakesTheMoneyAgainForARepeat(_TakesTheMoneyAgain):
    """Answers a repeated refund request with the first refund and lowers what remains once more."""


@breaks("v3.refund.repeats-refund-once")
class TakesTheMoneyAgainForASettledRefund(_TakesTheMoneyAgain):
    """Lowers what remains once more when the refund repeated is SUCCESS."""

    def is_new(self, refund: Entity) -> bool:
        return refund.state == "SUCCESS"


@breaks("v3.refund.repeats-refund-once")
class RefusesARepeatOfAnAbnormalRefund(Platform):
    """Answers 400 when an ABNORMAL refund is applied for again."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        known = self.known_refund(ask, ask.fields["out_refund_no"])
        if known is not None and known.state == "ABNORMAL":
            raise Refused(CHANGED)
        return super().do_refund_apply(ask)


@breaks("v3.refund.repeats-refund-once")
class TreatsALaterRepeatAsUsed(Platform):
    """Answers 400 to an identical refund request more than a minute after the first."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        known = self.known_refund(ask, ask.fields["out_refund_no"])
        if known is not None and self.now() - known.created > 60:
            raise Refused(CHANGED)
        return super().do_refund_apply(ask)


class _ForgetsNumbers(Platform):
    """Forgets a refund number after *memory* seconds, and refunds anew under it."""

    memory = 0

    def known_refund(self, ask: Ask, out_refund_no: str) -> Entity | None:
        known = super().known_refund(ask, out_refund_no)
        forgotten = known is not None and ask.operation.id == "refund_create" and self.now() - known.created > self.memory
        return None if forgotten else known


@breaks("v3.refund.repeats-refund-once")
class ForgetsNumbersAfterADay(_ForgetsNumbers):
    """Remembers a refund number for a day."""

    memory = 86_400


@breaks("v3.refund.repeats-refund-once")
class ForgetsNumbersAfterTenMinutes(_ForgetsNumbers):
    """Remembers a refund number for ten minutes."""

    memory = 600


@breaks("v3.refund.repeats-at-once-refund-once")
class RefundsTwiceInOneSecond(_TakesTheMoneyAgain):
    """Takes an identical request in the very second of the first for a new refund."""

    def is_new(self, refund: Entity) -> bool:
        return refund.created == self.now()


@breaks("v3.refund.repeats-at-once-refund-once")
class NamesEveryRequestOfASecondAnew(Platform):
    """Gives identical requests of one second a refund_id each."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        known = self.known_refund(ask, ask.fields["out_refund_no"])
        status, shown = super().do_refund_apply(ask)
        doubled = known is not None and known.created == self.now()
        return status, shown | {"refund_id": self.fresh_id("5030", self.store.refund_by_id)} if doubled else shown


@breaks("v3.refund.refuses-changed-parameters")
class RepeatsARefundWhateverChanged(Platform):
    """Answers a used refund number with the first refund, whatever is asked."""

    overlooked = frozenset({"refund-changed"})


class _OverlooksChanges(Platform):
    """Overlooks changed parameters where `forgives` says so."""

    def forgives(self, case: Case, refund: Entity) -> bool:
        return False

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        forgiven = event == "apply" and case.subject is not None and self.forgives(case, case.subject)
        return super().overlooks(event, case) | ({"refund-changed"} if forgiven else set())


@breaks("v3.refund.refuses-changed-parameters")
class RepeatsASettledRefundWhateverChanged(_OverlooksChanges):
    """Answers the number of a SUCCESS refund with that refund, whatever is asked."""

    def forgives(self, case: Case, refund: Entity) -> bool:
        return refund.state == "SUCCESS"


@breaks("v3.refund.refuses-changed-parameters")
class ComparesParametersForAnHour(_OverlooksChanges):
    """Compares the parameters of a repeated refund request only for an hour."""

    def forgives(self, case: Case, refund: Entity) -> bool:
        return case.now - refund.created > 3600


@breaks("v3.refund.refuses-changed-parameters")
class ForgivesASmallerAmount(_OverlooksChanges):
    """Takes a request for less than the first time for a repetition."""

    def forgives(self, case: Case, refund: Entity) -> bool:
        return bool(case.draft["amount"]["refund"] < refund.draft["amount"]["refund"])


@breaks("v3.refund.refuses-changed-parameters")
class ForgivesAnotherOrder(_OverlooksChanges):
    """Compares the amounts of a repeated refund request, but not the order."""

    def forgives(self, case: Case, refund: Entity) -> bool:
        return bool(case.draft["amount"] == refund.draft["amount"])


@breaks("v3.refund.refuses-changed-parameters")
class RefusesAChangeAndMakesIt(Platform):
    """Refuses another amount under a used number, and books it all the same."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        known = self.known_refund(ask, ask.fields["out_refund_no"])
        try:
            return super().do_refund_apply(ask)
        except Refused:
            if known is not None:
                known.draft = known.draft | {"amount": ask.fields["amount"]}
            raise


@breaks("v3.refund.refuses-changed-parameters")
class GivesAClosedNumberAway(Platform):
    """Makes a new refund under the number of a CLOSED one."""

    def known_refund(self, ask: Ask, out_refund_no: str) -> Entity | None:
        known = super().known_refund(ask, out_refund_no)
        closed = known is not None and known.state == "CLOSED" and ask.operation.id == "refund_create"
        return None if closed and known is not None and ask.fields["amount"] != known.draft["amount"] else known


@breaks("v3.refund.unknown-refund-is-not-found")
class ShowsUnknownRefundsAsProcessing(Platform):
    """Shows a refund in PROCESSING under any number."""

    def do_refund(self, ask: Ask) -> tuple[int, Any]:
        try:
            return super().do_refund(ask)
        except Refused:
            return 200, {"out_refund_no": ask.params["out_refund_no"], "status": "PROCESSING"}


@breaks("v3.refund.unknown-refund-is-not-found")
class CallsUnknownRefundsBadRequests(Platform):
    """Answers the query of an unknown refund 400 PARAM_ERROR."""

    def refuse(self, request: Any, refused: Refused) -> Any:
        unknown = request.method == "GET" and refused.refusal == UNKNOWN
        return super().refuse(request, replace(refused, refusal=BAD_PARAMETER) if unknown else refused)


class _BurnsNumbers(Platform):
    """Never accepts a refund number that was burnt."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.burnt: set[tuple[str, str]] = set()

    def check_refund_draft(self, ask: Ask, draft: Mapping[str, Any]) -> None:
        super().check_refund_draft(ask, draft)
        if (ask.merchant.mchid, draft["out_refund_no"]) in self.burnt:
            raise Refused(CHANGED)


@breaks("v3.refund.unknown-refund-is-not-found")
class BurnsTheNumberOfARefusedRefund(_BurnsNumbers):
    """Never accepts a refund under a number whose first application was refused."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        try:
            return super().do_refund_apply(ask)
        except Refused:
            if self.known_refund(ask, ask.fields["out_refund_no"]) is None:
                self.burnt.add((ask.merchant.mchid, ask.fields["out_refund_no"]))
            raise


@breaks("v3.refund.unknown-refund-is-not-found")
class BurnsANumberThatWasAskedFor(_BurnsNumbers):
    """Never accepts a refund under a number that was queried before."""

    def do_refund(self, ask: Ask) -> tuple[int, Any]:
        if self.known_refund(ask, ask.params["out_refund_no"]) is None:
            self.burnt.add((ask.merchant.mchid, ask.params["out_refund_no"]))
        return super().do_refund(ask)
