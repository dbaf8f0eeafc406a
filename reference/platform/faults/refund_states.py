"""Faults in the life of a refund."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reference.machines import Entity, Machine, Move, Refusal
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.outbox import Delivery, Notice
from reference.platform.world import Settlement

__all__: list[str] = []

_MONTH = 30 * 86_400


class _AnswersOtherwise(Platform):
    """Answers an application with another object than a query."""

    def instead(self, shown: dict[str, Any]) -> dict[str, Any]:
        return shown

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_refund_apply(ask)
        return status, self.instead(shown)


@breaks("v3.refund.starts-as-processing")
class AnswersANewRefundAsAbnormal(_AnswersOtherwise):
    """Answers the application for a large refund with ABNORMAL."""

    def instead(self, shown: dict[str, Any]) -> dict[str, Any]:
        return shown | {"status": "ABNORMAL"} if shown["amount"]["refund"] > 50 else shown


@breaks("v3.refund.starts-as-processing")
class AnswersANewRefundAsClosed(_AnswersOtherwise):
    """Answers the application for a full refund with CLOSED."""

    def instead(self, shown: dict[str, Any]) -> dict[str, Any]:
        return shown | {"status": "CLOSED"} if shown["amount"]["refund"] == shown["amount"]["total"] else shown


@breaks("v3.refund.starts-as-processing")
class PromisesSuccessTooEarly(_AnswersOtherwise):
    """Answers an application with SUCCESS while the refund is PROCESSING."""

    def instead(self, shown: dict[str, Any]) -> dict[str, Any]:
        return shown | {"status": "SUCCESS", "success_time": shown["create_time"]}


@breaks("v3.refund.starts-as-processing")
class AnswersWithAProvisionalRefundId(_AnswersOtherwise):
    """Answers an application with a refund_id that a query does not show."""

    def instead(self, shown: dict[str, Any]) -> dict[str, Any]:
        return shown | {"refund_id": f"{shown['refund_id']}0"}


@breaks("v3.refund.follows-its-states")
class LetsAbnormalRefundsLapse(Platform):
    """Closes a refund that has been ABNORMAL for a month."""

    def refund_status(self, refund: Entity) -> str:
        lapsed = refund.state == "ABNORMAL" and self.now() - refund.created > _MONTH
        return "CLOSED" if lapsed else super().refund_status(refund)


@breaks("v3.refund.follows-its-states")
class RenamesASettledRefund(Platform):
    """Shows another refund_id once the refund is SUCCESS."""

    def show_refund(self, refund: Entity) -> dict[str, Any]:
        shown = super().show_refund(refund)
        return shown | {"refund_id": f"{shown['refund_id']}0"} if refund.state == "SUCCESS" else shown


@breaks("v3.refund.follows-its-states")
class ShowsWhatRemainsAsTotal(Platform):
    """Lowers amount.total of a refund when the order is refunded further."""

    def refund_amount(self, refund: Entity) -> dict[str, Any]:
        order = self.store.order(refund.owner, refund.data["out_trade_no"])
        later = [other for other in self.counted_refunds(order) if other.created > refund.created]
        amount = super().refund_amount(refund)
        return amount | {"total": amount["total"] - sum(other.draft["amount"]["refund"] for other in later)}


@breaks("v3.refund.follows-its-states")
class RestampsARedirectedRefund(Platform):
    """Gives a refund that is sent another way a new create_time."""

    def do_refund_apply_abnormal(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_refund_apply_abnormal(ask)
        refund = self.store.refund_by_id(ask.params["refund_id"])
        if refund is not None:
            refund.created = self.now()
        return status, shown


class _ListensToLateBanks(Platform):
    """Lets the banks take back what they said of a refund in one of *undone*."""

    undone: frozenset[str] = frozenset()

    def settle(self, mchid: str, out_refund_no: str, outcome: Settlement = "SUCCESS") -> Refusal | None:
        refund = self.store.refund(mchid, out_refund_no)
        if refund is not None and refund.state in self.undone and refund.state != outcome:
            refund.state = outcome
        return super().settle(mchid, out_refund_no, outcome)


@breaks("v3.refund.settled-refund-is-final")
class LetsALateBounceUndoASuccess(_ListensToLateBanks):
    """Moves a SUCCESS refund when the banks say late that it failed."""

    undone = frozenset({"SUCCESS"})


@breaks("v3.refund.settled-refund-is-final")
class PaysAClosedRefundLate(_ListensToLateBanks):
    """Moves a CLOSED refund when the banks say late that it was paid."""

    undone = frozenset({"CLOSED"})


@breaks("v3.refund.settled-refund-is-final")
class ReopensAClosedRefund(Platform):
    """Takes a repetition of a CLOSED refund for a new attempt."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        known = self.known_refund(ask, ask.fields["out_refund_no"])
        if known is not None and known.state == "CLOSED":
            known.state = "PROCESSING"
        return super().do_refund_apply(ask)


@breaks("v3.refund.settled-refund-is-final")
class ForgetsOldSuccesses(Platform):
    """Shows a refund that succeeded more than a year ago as CLOSED."""

    def refund_status(self, refund: Entity) -> str:
        old = refund.state == "SUCCESS" and self.now() - refund.data["settled_at"] > 366 * 86_400
        return "CLOSED" if old else super().refund_status(refund)


@breaks("v3.refund.settled-refund-is-final")
class RestampsARepeatedRefund(Platform):
    """Sets success_time anew when a settled refund is applied for again."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        known = self.known_refund(ask, ask.fields["out_refund_no"])
        if known is not None and "settled_at" in known.data:
            known.data["settled_at"] = self.now()
        return super().do_refund_apply(ask)


@breaks("v3.refund.never-notifies-against-a-settled-refund")
class AnnouncesALateBounce(Platform):
    """Announces what the banks say late of a settled refund, though it leaves the refund as it is."""

    def settle(self, mchid: str, out_refund_no: str, outcome: Settlement = "SUCCESS") -> Refusal | None:
        refund = self.store.refund(mchid, out_refund_no)
        if refund is not None and refund.state == "SUCCESS" and outcome != "SUCCESS":
            self.announce(f"REFUND.{outcome}", refund)
        return super().settle(mchid, out_refund_no, outcome)


@breaks("v3.refund.never-notifies-against-a-settled-refund")
class AnnouncesTheBounceAgain(Platform):
    """Announces the bounce of a refund once more when it was paid another way."""

    def change(self, machine: Machine, event: str, subject: Entity | None, draft: Mapping[str, Any], **facts: Any) -> Move:
        moved = super().change(machine, event, subject, draft, **facts)
        if subject is not None and event == "bounce":
            subject.data["bounced"] = True
        if subject is not None and event == "settle" and subject.data.get("bounced"):
            self.announce("REFUND.ABNORMAL", subject)
        return moved


@breaks("v3.refund.never-notifies-against-a-settled-refund")
class RepeatsABounceUnderAFreshId(Platform):
    """Gives every retry of a REFUND.ABNORMAL notification an id of its own."""

    def deliver(self, notice: Notice) -> Delivery:
        again = notice.failures > 0 and notice.event_type == "REFUND.ABNORMAL"
        return super().deliver(replace(notice, body=notice.body.replace(notice.id, self.notice_id())) if again else notice)
