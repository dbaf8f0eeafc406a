"""Faults in what must hold for every order and refund of APIv2 at every step."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reference.machines import Case, Entity, Machine, Move, Repeat
from reference.machines.order import NOT_PAYABLE
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.v2.reading import Call
from reference.platform.wire import Answer, Headers, Refused

__all__: list[str] = []


class _KnowsTheFamily(Platform):
    """Remembers through which family it is asked."""

    family = "v3"

    def handle(self, method: str, target: str, headers: Headers, body: bytes) -> Answer:
        self.family = "v2" if target.partition("?")[0] in self.v2_operations else "v3"
        return super().handle(method, target, headers, body)


# lives


@breaks("v2.invariant.orders-live-as-documented")
class LetsALateConfirmationPay(Platform):
    """Lets a payer confirm a code payment that was reversed while they were typing."""

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        late = event == "pay" and case.subject is not None and case.subject.state == "REVOKED" and "paid_at" not in case.subject.data
        return frozenset({"already-decided"}) if late else super().overlooks(event, case)


@breaks("v2.invariant.orders-live-as-documented")
class LeavesARefundedChargeInSuccess(Platform):
    """Leaves a code payment in SUCCESS when it is refunded through APIv2."""

    def new_refund(self, ask: Ask, draft: dict[str, Any], order: Entity, state: str) -> Entity:
        refund = super().new_refund(ask, draft, order, state)
        if ask.operation.family == "v2" and order.machine == "codepay":
            order.state = "SUCCESS"
        return refund


@breaks("v2.invariant.orders-live-as-documented")
class ShowsPaymentsAMomentLate(Platform):
    """Shows in APIv2 what an order was when it was first asked for in this second."""

    stale: Mapping[str, Any] = {}

    def v2_show_order(self, order: Entity) -> dict[str, str]:
        shown = super().v2_show_order(order)
        key = f"{order.owner} {order.number}"
        at, kept = self.stale.get(key, (None, shown))
        if at != self.now():
            self.stale = {**self.stale, key: (self.now(), shown)}
            return shown
        return dict(kept)


@breaks("v2.invariant.orders-live-as-documented")
class ClosesDeclinedCodes(Platform):
    """Calls a code payment that was declined closed in APIv3, and not in APIv2."""

    def show_order(self, order: Entity) -> dict[str, Any]:
        shown = super().show_order(order)
        return shown | ({"trade_state": "CLOSED"} if order.state == "PAYERROR" and "v2" in order.data else {})


@breaks("v2.invariant.orders-live-as-documented")
class PaysClosedOrdersOfProviders(Platform):
    """Lets a payer pay a service provider's order that was closed through APIv2."""

    def v2_close(self, call: Call) -> dict[str, str]:
        done = super().v2_close(call)
        order = self.store.order(call.merchant.mchid, call.values["out_trade_no"])
        if order is not None and order.draft["mode"] == "partner":
            order.data["ajar"] = True
        return done

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        ajar = event == "pay" and case.subject is not None and "ajar" in case.subject.data
        return frozenset({"not-payable"}) if ajar else super().overlooks(event, case)


# reading


@breaks("v2.invariant.reading-changes-nothing")
class GivesUpOnThePayerWhenAskedTwice(Platform):
    """Calls a code payment failed when a till has asked for it often enough."""

    def v2_query(self, call: Call) -> dict[str, str]:
        shown = super().v2_query(call)
        order = self.v2_order(call.asks({}, _params(call)))
        order.data["asked"] = order.data.get("asked", 0) + 1
        if order.state == "USERPAYING" and order.data["asked"] > 2:
            order.state = "PAYERROR"
        return shown


@breaks("v2.invariant.reading-changes-nothing")
class SettlesRefundsThatAreListed(Platform):
    """Pays refunds out because somebody asked for all those of an order."""

    def v2_refunds(self, call: Call, ask: Ask) -> Any:
        found = super().v2_refunds(call, ask)
        if "out_refund_no" not in call.values:
            for refund in found:
                if refund.state == "PROCESSING":
                    refund.state = "SUCCESS"
                    refund.data["settled_at"] = self.now()
        return found


@breaks("v2.invariant.reading-changes-nothing")
class TellsAttachOnce(Platform):
    """Tells attach of a paid order at the first query only."""

    def v2_query(self, call: Call) -> dict[str, str]:
        shown = super().v2_query(call)
        order = self.v2_order(call.asks({}, _params(call)))
        if order.data.get("told") and "transaction_id" in shown:
            shown.pop("attach", None)
        order.data["told"] = "transaction_id" in shown
        return shown


# refusals


@breaks("v2.invariant.refusals-change-nothing")
class MarksAnOrderBeforeItRefuses(Platform):
    """Leaves an order in REFUND when a refund through APIv2 is refused for its amount."""

    def happen(self, machine: Machine, event: str, case: Case) -> Move | Repeat:
        try:
            return super().happen(machine, event, case)
        except Refused as refused:
            if refused.refusal.name == "over-refund" and case.order is not None and "v2" in case.order.data:
                case.order.state = "REFUND"
            raise


@breaks("v2.invariant.refusals-change-nothing")
class TakesOverWhatItRefuses(Platform):
    """Refuses changed parameters, and shows their attach from then on."""

    def happen(self, machine: Machine, event: str, case: Case) -> Move | Repeat:
        try:
            return super().happen(machine, event, case)
        except Refused as refused:
            if refused.refusal.name == "parameters-changed" and case.subject is not None:
                case.subject.draft["amount"] = case.draft["amount"]
            raise


@breaks("v2.invariant.refusals-change-nothing")
class ClosesWithoutASignature(Platform):
    """Closes what a badly signed closeorder names, and refuses it."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: Any) -> bool:
        signed = super().v2_is_signed(values, key, sign_type)
        order = self.store.order(values.get("mch_id", ""), values.get("out_trade_no", ""))
        if not signed and order is not None and order.state == "NOTPAY" and "total_fee" not in values:
            order.state = "CLOSED"
        return signed


@breaks("v2.invariant.refusals-change-nothing")
class KeepsTheNumberOfARefusedRefund(Platform):
    """Does not take the number of a refused refund again."""

    burnt: frozenset[str] = frozenset()

    def happen(self, machine: Machine, event: str, case: Case) -> Move | Repeat:
        number = str(case.draft.get("out_refund_no"))
        if machine.name == "refund" and event == "apply" and number in self.burnt:
            raise Refused(machine.events["apply"].changed or machine.events["settle"].refused_in["SUCCESS"])
        try:
            return super().happen(machine, event, case)
        except Refused as refused:
            if refused.refusal.name == "over-refund":
                self.burnt |= {number}
            raise


@breaks("v2.invariant.refusals-change-nothing")
class TellsOfRefusedCharges(Platform):
    """Notifies of a paid order again when another of its number is refused."""

    def happen(self, machine: Machine, event: str, case: Case) -> Move | Repeat:
        try:
            return super().happen(machine, event, case)
        except Refused:
            if event == "place" and case.subject is not None and case.subject.state in {"SUCCESS", "REFUND"}:
                self.announce("TRANSACTION.SUCCESS", case.subject)
            raise


@breaks("v2.invariant.refusals-change-nothing")
class SpoilsWhatItRefusesToChange(Platform):
    """Lets nobody pay an order any more whose number was refused for other parameters."""

    def happen(self, machine: Machine, event: str, case: Case) -> Move | Repeat:
        if event == "pay" and case.subject is not None and "spoilt" in case.subject.data:
            raise Refused(NOT_PAYABLE)
        try:
            return super().happen(machine, event, case)
        except Refused as refused:
            if refused.refusal.name == "parameters-changed" and case.subject is not None:
                case.subject.data["spoilt"] = True
            raise


# money


@breaks("v2.invariant.money-is-conserved")
class CountsRefundsOfOneFamily(_KnowsTheFamily):
    """Weighs a refund through APIv3 against those of APIv3 only."""

    def counted_refunds(self, order: Entity | None) -> tuple[Entity, ...]:
        counted = super().counted_refunds(order)
        return tuple(refund for refund in counted if "v2" not in refund.data) if self.family == "v3" else counted


@breaks("v2.invariant.money-is-conserved")
class ForgetsBouncedRefundsInV2(_KnowsTheFamily):
    """Does not count abnormal refunds when it is asked in APIv2."""

    def counted_refunds(self, order: Entity | None) -> tuple[Entity, ...]:
        counted = super().counted_refunds(order)
        return tuple(refund for refund in counted if refund.state != "ABNORMAL") if self.family == "v2" else counted


@breaks("v2.invariant.money-is-conserved")
class KeepsWhatAClosedRefundTook(Platform):
    """Counts a closed refund that was asked for through APIv2 as if it had been paid out."""

    def counted_refunds(self, order: Entity | None) -> tuple[Entity, ...]:
        counted = super().counted_refunds(order)
        return tuple(replace(refund, state="SUCCESS") if "v2" in refund.data else refund for refund in counted)


@breaks("v2.invariant.money-is-conserved")
class RefundsWhatWasReversed(_KnowsTheFamily):
    """Refunds a code payment through APIv3 that was reversed through APIv2."""

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        reversed_ = event in {"apply", "refund"} and self.family == "v3" and "REVOKED" in _states(case)
        return frozenset({"order-not-paid", "already-decided"}) if reversed_ else super().overlooks(event, case)


@breaks("v2.invariant.money-is-conserved")
class ChargesARepeatedCodeAnew(Platform):
    """Gives a paid code payment another transaction_id when it is repeated, and refuses the repetition."""

    def happen(self, machine: Machine, event: str, case: Case) -> Move | Repeat:
        if event == "submit" and case.subject is not None and case.subject.state == "SUCCESS":
            self.take_payment(case.subject)
        return super().happen(machine, event, case)


@breaks("v2.invariant.money-is-conserved")
class CountsRefundsByNumberOnly(Platform):
    """Forgets refunds that named their order by its transaction_id alone."""

    def counted_refunds(self, order: Entity | None) -> tuple[Entity, ...]:
        return tuple(refund for refund in super().counted_refunds(order) if "out_trade_no" in refund.draft)


# lost answers


@breaks("v2.invariant.lost-answers-leave-two-states")
class BooksALostRefundTwice(Platform):
    """Counts a refund of APIv2 twice that is repeated because its answer was lost."""

    def happen(self, machine: Machine, event: str, case: Case) -> Move | Repeat:
        moved = super().happen(machine, event, case)
        if machine.name == "refund" and event == "apply" and case.order is not None:
            amount = case.draft["amount"]
            if isinstance(moved, Repeat) and case.subject is not None and "v2" in case.subject.data:
                case.order.data["twice"] = amount["refund"]
            taken = sum(refund.draft["amount"]["refund"] for refund in case.refunds) + case.order.data.get("twice", 0)
            if isinstance(moved, Move) and taken + amount["refund"] > amount["total"]:
                raise Refused(machine.events["apply"].changed or machine.events["settle"].refused_in["SUCCESS"])
        return moved


@breaks("v2.invariant.lost-answers-leave-two-states")
class LosesAChargeWithItsAnswer(Platform):
    """Forgets a charge whose answer is lost, but not that its code was used."""

    def v2_exchange(self, request: Any) -> tuple[Answer, str | None]:
        losing = self.losses[:1] == ["before"]
        answered, operation = super().v2_exchange(request)
        if losing and not self.losses and operation == "micropay":
            self.used_codes.add(self.v2_read(request).get("auth_code", ""))
        return answered, operation


@breaks("v2.invariant.lost-answers-leave-two-states")
class ReversesHalfWhenTheAnswerIsLost(Platform):
    """Shows a reverse whose answer was lost in APIv3, and the payment as it was in APIv2."""

    def v2_reverse(self, call: Call) -> dict[str, str]:
        order = self.v2_order(call.asks({}, _params(call)))
        order.data["reverses"] = order.data.get("reverses", 0) + 1
        return super().v2_reverse(call)

    def v2_show_order(self, order: Entity) -> dict[str, str]:
        half = order.state == "REVOKED" and order.data.get("reverses") == 1
        return super().v2_show_order(order) | ({"trade_state": "SUCCESS"} if half else {})


class _RemembersLostCloses(Platform):
    """Marks an order whose close was lost before it took effect."""

    def v2_exchange(self, request: Any) -> tuple[Answer, str | None]:
        losing = self.losses[:1] == ["before"]
        answered, operation = super().v2_exchange(request)
        if losing and not self.losses and operation == "closeorder":
            values = self.v2_read(request)
            order = self.store.order(values.get("mch_id", ""), values.get("out_trade_no", ""))
            if order is not None:
                order.data["stuck"] = True
        return answered, operation


@breaks("v2.invariant.lost-answers-leave-two-states")
class KeepsAnOrderFromItsPayer(_RemembersLostCloses):
    """Shows an order as waiting whose close was lost, and lets nobody pay it."""

    def happen(self, machine: Machine, event: str, case: Case) -> Move | Repeat:
        if event == "pay" and case.subject is not None and "stuck" in case.subject.data:
            raise Refused(NOT_PAYABLE)
        return super().happen(machine, event, case)


@breaks("v2.invariant.lost-answers-leave-two-states")
class RefusesToRepeatAClose(_RemembersLostCloses):
    """Refuses a close that was lost before it took effect when it is repeated."""

    def v2_close(self, call: Call) -> dict[str, str]:
        order = self.store.order(call.merchant.mchid, call.values["out_trade_no"])
        if order is not None and "stuck" in order.data:
            raise self.bad_parameter("out_trade_no", "is being closed", "body")
        return super().v2_close(call)


def _params(call: Call) -> dict[str, str]:
    names = {"transaction_id": "transaction_id", "out_trade_no": "out_trade_no", "sub_mch_id": "sub_mchid"}
    return {theirs: call.values[name] for name, theirs in names.items() if name in call.values}


def _states(case: Case) -> set[str]:
    return {entity.state for entity in (case.subject, case.order) if entity is not None}
