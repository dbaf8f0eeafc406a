"""Faults in what must hold for every object at every step."""

from typing import Any

from reference.machines import Case, Entity, Machine, Move, Repeat
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.refusals import SYSTEM_ERROR
from reference.platform.wire import Answer, Headers, Refused

__all__: list[str] = []


@breaks("v3.invariant.orders-live-as-documented")
class RefusesToRepeatAnOrder(Platform):
    """Refuses a placement that was accepted before."""

    def happen(self, machine: Machine, event: str, case: Case) -> Move | Repeat:
        moved = super().happen(machine, event, case)
        if event == "place" and isinstance(moved, Repeat):
            raise Refused(machine.events[event].refused_in["SUCCESS"])
        return moved


@breaks("v3.invariant.orders-live-as-documented")
class ForgetsToMarkARefundedOrder(Platform):
    """Leaves an order in SUCCESS when a refund of it is accepted."""

    def mark_refunded(self, order: Entity) -> None:
        self.store.save(order)


@breaks("v3.invariant.reading-changes-nothing")
class QueryCountsItself(Platform):
    """Shows how often an order was queried, in its amount."""

    def show_order(self, order: Entity) -> dict[str, Any]:
        shown = super().show_order(order)
        order.data["seen"] = order.data.get("seen", 0) + 1
        shown["amount"]["payer_total"] = order.data["seen"]
        return shown


@breaks("v3.invariant.reading-changes-nothing")
class SettlesARefundWhenAsked(Platform):
    """Settles a refund because somebody asked for it."""

    def do_refund(self, ask: Ask) -> tuple[int, Any]:
        answer = super().do_refund(ask)
        refund = self.store.refund(ask.merchant.mchid, ask.params["out_refund_no"])
        if refund is not None and refund.state == "PROCESSING":
            refund.state = "SUCCESS"
            refund.data["settled_at"] = self.now()
            self.store.save(refund)
        return answer


@breaks("v3.invariant.final-states-are-final")
class ReopensAClosedOrder(Platform):
    """Placing a closed number again, even with other parameters, makes the order payable."""

    def happen(self, machine: Machine, event: str, case: Case) -> Move | Repeat:
        if event == "place" and case.subject is not None and case.subject.state == "CLOSED":
            case.subject.state = "NOTPAY"
            self.store.save(case.subject)
        return super().happen(machine, event, case)


@breaks("v3.invariant.final-states-are-final")
class BouncesASettledRefund(Platform):
    """Lets the banks take a settled refund back."""

    def try_change(self, event: str, subject: Entity | None, machine: Machine | None = None, **facts: Any) -> Any:
        if event == "bounce" and subject is not None and subject.state == "SUCCESS":
            subject.state = "ABNORMAL"
            self.store.save(subject)
            return None
        return super().try_change(event, subject, machine, **facts)


@breaks("v3.invariant.repeats-create-one-object")
class RefundsEveryRepetition(Platform):
    """Gives a repeated refund a new refund_id."""

    def show_refund(self, refund: Entity) -> dict[str, Any]:
        refund.data["shown"] = refund.data.get("shown", 0) + 1
        return super().show_refund(refund) | {"refund_id": f"{refund.data['refund_id']}{refund.data['shown']}"}


@breaks("v3.invariant.repeats-create-one-object")
class UpdatesARepeatedOrder(Platform):
    """Takes the parameters of a repeated placement over."""

    overlooked = frozenset({"parameters-changed"})


@breaks("v3.invariant.repeats-at-once-create-one-object")
class ChargesEveryHandle(Platform):
    """Issues a new handle each time and lets every one of them be paid."""

    overlooked = frozenset({"paid-before"})

    def credential(self, order: Entity, name: str) -> str:
        order.data.setdefault("credentials", {})
        fresh = self.new_credential(name)
        order.data["credentials"][fresh] = self.now()
        self.store.save(order)
        return fresh


@breaks("v3.invariant.repeats-at-once-create-one-object")
class ChargesACodeAtOnceAgain(Platform):
    """Shows another transaction_id to every repetition of a charge within a second."""

    def do_codepay_submit(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_codepay_submit(ask)
        order = self.store.order(ask.merchant.mchid, ask.fields["out_trade_no"])
        if order is not None and order.state == "SUCCESS":
            self.take_payment(order)
            shown = self.show_order(order)
        return status, shown

    overlooked = frozenset({"order-paid"})


@breaks("v3.invariant.lost-answer-admits-two-states")
class KeepsHalfAnOrder(Platform):
    """A placement that fails half-way leaves an order without its amount behind."""

    def handle(self, method: str, target: str, headers: Headers, body: bytes) -> Answer:
        lost = bool(self.losses)
        answer = super().handle(method, target, headers, body)
        if lost and answer.status == SYSTEM_ERROR.status:
            for order in self.store.orders():
                order.data["half"] = True
        return answer

    def show_order(self, order: Entity) -> dict[str, Any]:
        shown = super().show_order(order)
        if order.data.pop("half", False):
            shown["amount"] = {"total": 0, "currency": "CNY"}
        return shown


@breaks("v3.invariant.repeat-after-lost-answer-has-one-effect")
class RefundsAgainAfterALostAnswer(Platform):
    """Counts a refund whose answer was lost twice when it is repeated."""

    def happen(self, machine: Machine, event: str, case: Case) -> Move | Repeat:
        moved = super().happen(machine, event, case)
        if machine.name == "refund" and isinstance(moved, Repeat) and case.order is not None:
            case.order.data["twice"] = case.order.data.get("twice", 0) + case.draft["amount"]["refund"]
        if machine.name == "refund" and isinstance(moved, Move) and case.order is not None and event == "apply":
            left = case.order.draft["amount"]["total"] - case.order.data.get("twice", 0)
            if sum(refund.draft["amount"]["refund"] for refund in case.refunds) + case.draft["amount"]["refund"] > left:
                raise Refused(SYSTEM_ERROR)
        return moved


@breaks("v3.invariant.refusals-change-nothing")
class RefusedCloseClosesAnyway(Platform):
    """Closes an unpaid order whenever a request about it is refused."""

    def refuse(self, request: Any, refused: Refused) -> Answer:
        if refused.refusal.name == "sign-error" and request.path.endswith("/close"):
            number = request.path.rsplit("/", 2)[1]
            for order in self.store.orders():
                if order.number == number and order.state == "NOTPAY":
                    order.state = "CLOSED"
                    self.store.save(order)
        return super().refuse(request, refused)


@breaks("v3.invariant.refusals-change-nothing")
class LeavesARefusedRefundBehind(Platform):
    """Keeps a refund that was refused for its amount."""

    def happen(self, machine: Machine, event: str, case: Case) -> Move | Repeat:
        try:
            return super().happen(machine, event, case)
        except Refused as refused:
            if refused.refusal.name == "over-refund" and case.order is not None:
                data = {"refund_id": f"r{case.draft['out_refund_no']}", "out_trade_no": case.order.number, "transaction_id": ""}
                number = case.draft["out_refund_no"]
                self.store.save(Entity("refund", case.order.owner, number, "CLOSED", self.now(), dict(case.draft), data))
            raise


@breaks("v3.invariant.money-is-conserved")
class ForgetsAbnormalRefunds(Platform):
    """Does not count abnormal refunds against what was paid."""

    def counted_refunds(self, order: Entity | None) -> tuple[Entity, ...]:
        return tuple(refund for refund in super().counted_refunds(order) if refund.state != "ABNORMAL")


@breaks("v3.invariant.money-is-conserved")
class NeverFreesAClosedRefund(Platform):
    """Counts closed refunds against what was paid."""

    def happen(self, machine: Machine, event: str, case: Case) -> Move | Repeat:
        closed = [refund for refund in case.refunds if refund.state == "CLOSED"]
        for refund in closed:
            refund.state = "PROCESSING"
        try:
            return super().happen(machine, event, case)
        finally:
            for refund in closed:
                refund.state = "CLOSED"


@breaks("v3.invariant.money-is-conserved-in-races")
class CountsRefundsOfEarlierSeconds(Platform):
    """Weighs a refund against those of earlier seconds only, as a stale read does."""

    def counted_refunds(self, order: Entity | None) -> tuple[Entity, ...]:
        return tuple(refund for refund in super().counted_refunds(order) if refund.created < self.now())


@breaks("v3.invariant.money-is-conserved-in-races")
class ClosesWhatWasJustPaid(Platform):
    """Closes an order that was paid within the same second."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "SUCCESS" and order.data["paid_at"] == self.now():
            order.state = "CLOSED"
            self.store.save(order)
        return super().do_order_close(ask)
