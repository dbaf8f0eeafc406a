"""Faults in applying for a refund through APIv2."""

from collections.abc import Sequence

from reference.machines import Entity, Refusal
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.v2_refunding import is_partner, made_up, named_order
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused
from reference.platform.world import Settlement

__all__: list[str] = []

_NAMED = "v2.refund.accepts-and-names-the-refund"
_NUMBERED = "v2.refund.refuses-malformed-out-refund-no"
_PAID = "v2.refund.refuses-what-was-not-paid"


@breaks(_NAMED)
class ShowsAcceptanceAsPayment(Platform):
    """Shows a refund as paid from the moment it is accepted."""

    def v2_show_listed(self, refund: Entity) -> dict[str, str]:
        shown = super().v2_show_listed(refund)
        return shown | {"refund_status": "SUCCESS", "refund_success_time": self.v2_spaced_moment(refund.created)}


@breaks(_NAMED)
class TellsWhenARefundWasAskedFor(Platform):
    """Tells when a refund was applied for as refund_success_time."""

    def v2_show_listed(self, refund: Entity) -> dict[str, str]:
        shown = super().v2_show_listed(refund)
        return shown | {"refund_success_time": self.v2_spaced_moment(refund.created)} if "settled_at" in refund.data else shown


@breaks(_NAMED)
class TellsWhenAnyRefundEnded(Platform):
    """Gives a refund that failed a refund_success_time, too."""

    def v2_show_listed(self, refund: Entity) -> dict[str, str]:
        shown = super().v2_show_listed(refund)
        return shown if refund.state == "PROCESSING" else {"refund_success_time": self.v2_spaced_moment(self.now())} | shown


@breaks(_NAMED)
class AnswersPartnersWithTheWholeFee(Platform):
    """Answers a service provider's refund of a part with the fee of the whole order."""

    def v2_show_refund(self, refund: Entity, order: Entity) -> dict[str, str]:
        shown = super().v2_show_refund(refund, order)
        return shown | {"refund_fee": shown["total_fee"]} if "sub_mchid" in refund.draft else shown


@breaks(_NAMED)
class LessensTheTotalByTheRefund(Platform):
    """Shows as total_fee of a refund what remains of the order."""

    def v2_show_refunded(self, order: Entity) -> dict[str, str]:
        shown = super().v2_show_refunded(order)
        earlier = self.store.refunds_of(order)[:-1]
        taken = sum(refund.draft["amount"]["refund"] for refund in earlier)
        return shown | {"total_fee": str(int(shown["total_fee"]) - taken)}


@breaks(_NAMED)
class ShowsAPartlyRefundedOrderAsPaid(Platform):
    """Shows an order as REFUND only once all of it was refunded."""

    def v2_show_order(self, order: Entity) -> dict[str, str]:
        shown = super().v2_show_order(order)
        taken = sum(refund.draft["amount"]["refund"] for refund in self.store.refunds_of(order))
        return shown | {"trade_state": "SUCCESS"} if 0 < taken < order.draft["amount"]["total"] else shown


@breaks(_NAMED)
class CallsAClosedRefundAbnormal(Platform):
    """Shows a closed refund as CHANGE."""

    def v2_refund_status(self, refund: Entity) -> str:
        return "CHANGE" if refund.state == "CLOSED" else super().v2_refund_status(refund)


@breaks(_NAMED)
class ShowsGoodsRefundsWhole(Platform):
    """Shows at refundqueryv2 the fee of the whole order."""

    def v2_query_refunds(self, call: Call) -> dict[str, str]:
        shown = super().v2_query_refunds(call)
        return shown | {"refund_fee_0": shown["total_fee"]} if call.operation.id == "refundqueryv2" else shown


@breaks(_NAMED)
class RefundsUnderMd5Only(Platform):
    """Refuses a refund that is signed by HMAC-SHA256."""

    def v2_refund(self, call: Call) -> dict[str, str]:
        if call.sign_type != "MD5":
            raise self.bad_parameter("sign_type", "not MD5", "body")
        return super().v2_refund(call)


@breaks(_NAMED)
class PaysOutTheWholeOrder(Platform):
    """Lets a refund that is paid out take the others of its order along."""

    def v2_refund_status(self, refund: Entity) -> str:
        order = self.store.order(refund.owner, refund.data["out_trade_no"])
        brothers = () if order is None else self.store.refunds_of(order)
        paid = any(brother.state == "SUCCESS" and brother.created >= refund.created for brother in brothers)
        return "SUCCESS" if paid else super().v2_refund_status(refund)


@breaks(_NAMED)
class TellsWhenARefundFirstFailed(Platform):
    """Tells when a refund became abnormal as its refund_success_time."""

    def settle(self, mchid: str, out_refund_no: str, outcome: Settlement = "SUCCESS") -> Refusal | None:
        refused = super().settle(mchid, out_refund_no, outcome)
        refund = self.store.refund(mchid, out_refund_no)
        if refund is not None and refused is None:
            refund.data.setdefault("failed_at", self.now())
            if outcome == "SUCCESS":
                refund.data["settled_at"] = refund.data["failed_at"]
        return refused


@breaks(_NUMBERED)
class ReadsAnyRefundNumber(Platform):
    """Takes an out_refund_no of any characters."""

    def v2_is_refund_number(self, text: str) -> bool:
        return True

    def v2_check_values(self, call: Call) -> None:
        number = call.values.get("out_refund_no", "")
        if number and len(number) <= 64:
            call.values["out_refund_no"] = "x"
        try:
            super().v2_check_values(call)
        finally:
            if number:
                call.values["out_refund_no"] = number


@breaks(_NUMBERED)
class TrimsRefundNumbers(Platform):
    """Cuts blanks off an out_refund_no."""

    def v2_check_values(self, call: Call) -> None:
        _renumber(call, call.values.get("out_refund_no", "").strip())
        super().v2_check_values(call)


@breaks(_NUMBERED)
class CutsLongRefundNumbers(Platform):
    """Cuts an out_refund_no to 64 characters."""

    def v2_check_values(self, call: Call) -> None:
        _renumber(call, call.values.get("out_refund_no", "")[:64])
        super().v2_check_values(call)


@breaks(_NUMBERED)
class NumbersRefundsItself(Platform):
    """Gives a service provider's refund without a number one of its own."""

    def v2_check_values(self, call: Call) -> None:
        if call.operation.id in {"refund", "refundv2"} and is_partner(call) and "out_refund_no" not in call.values:
            call.values["out_refund_no"] = f"own{self.random.randrange(10**12)}"
        super().v2_check_values(call)


@breaks(_NUMBERED)
class TakesShortRefundNumbersOnly(Platform):
    """Refuses an out_refund_no of more than 32 characters."""

    def v2_is_refund_number(self, text: str) -> bool:
        return len(text) <= 32 and super().v2_is_refund_number(text)


@breaks(_NUMBERED)
class TakesNoUnderscore(Platform):
    """Refuses an out_refund_no that begins with an underscore or a hyphen."""

    def v2_is_refund_number(self, text: str) -> bool:
        return text[:1] not in {"_", "-"} and super().v2_is_refund_number(text)


def _renumber(call: Call, number: str) -> None:
    if call.operation.id in {"refund", "refundv2"} and number:
        call.values["out_refund_no"] = number


class _PaysBack(Platform):
    """Answers a refund with success although nothing can be refunded."""

    states: Sequence[str] = ()

    def v2_refund(self, call: Call) -> dict[str, str]:
        order = named_order(self, call)
        return made_up(self, order, call) if order is not None and order.state in self.states else super().v2_refund(call)


@breaks(_PAID)
class RefundsOpenOrders(_PaysBack):
    """Refunds an order nobody has paid yet."""

    states = ("NOTPAY",)


@breaks(_PAID)
class PaysBackClosedOrders(_PaysBack):
    """Refunds a closed order."""

    states = ("CLOSED",)


@breaks(_PAID)
class PaysBackTwice(_PaysBack):
    """Refunds an order whose payment was reversed, and so pays back twice."""

    states = ("REVOKED",)


@breaks(_PAID)
class PaysBackFailedPayments(_PaysBack):
    """Refunds a code payment that failed."""

    states = ("PAYERROR",)


@breaks(_PAID)
class ClosesWhatIsRefundedTooEarly(Platform):
    """Refuses to refund an unpaid order, and closes it."""

    def v2_refund(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_refund(call)
        finally:
            order = named_order(self, call)
            if order is not None and order.state == "NOTPAY":
                order.state = "CLOSED"


@breaks(_PAID)
class KeepsRefundsOfUnpaidOrders(Platform):
    """Refuses to refund an unpaid order, and keeps the refund as closed."""

    def v2_refund(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_refund(call)
        except Refused as refused:
            order = named_order(self, call)
            if refused.refusal.name == "order-not-paid" and order is not None:
                data = {"refund_id": "5030", "out_trade_no": order.number, "transaction_id": ""}
                fees = {"total": int(call.values["total_fee"]), "refund": int(call.values["refund_fee"])}
                draft = {"amount": fees} | ({"sub_mchid": call.values["sub_mch_id"]} if is_partner(call) else {})
                self.store.save(Entity("refund", order.owner, call.values["out_refund_no"], "CLOSED", self.now(), draft, data))
            raise


@breaks(_PAID)
class GuessesTheOrder(Platform):
    """Refunds the last order that was paid when a refund names none."""

    def v2_check_values(self, call: Call) -> None:
        if call.operation.id == "refund" and not {"out_trade_no", "transaction_id"} & call.values.keys():
            paid = [order for order in self.store.orders() if order.owner == call.merchant.mchid and order.state == "SUCCESS"]
            if paid:
                call.values["out_trade_no"] = paid[-1].number
        super().v2_check_values(call)


@breaks(_PAID)
class DoesNotKnowWhetherThereIsSuchAnOrder(Platform):
    """Answers SYSTEMERROR to the refund of an order that does not exist."""

    def v2_err_code(self, refused: Refused) -> str:
        code = super().v2_err_code(refused)
        return "SYSTEMERROR" if code == "ORDERNOTEXIST" else code
