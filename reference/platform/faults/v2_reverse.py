"""Faults in reversing code payments through APIv2: what is reversed, how long, by which number, and what the answer says."""

from reference.machines import Entity, Refusal
from reference.machines.codepay import DECIDED, REVERSE_EXPIRED, REVERSED
from reference.machines.order import ORDER_UNKNOWN
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.v2_queries import TakesTheLast
from reference.platform.faults.v2_reversing import DONE, PaysReversed, Reverses
from reference.platform.v2 import refusals
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []

_DAY = 86_400


@breaks("v2.reverse.returns-a-paid-order")
class KeepsWhatWasConfirmed(Reverses):
    """Says that it reversed an order the payer has confirmed, and keeps the money."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        if order.state == "SUCCESS" and order.data["paid_at"] > order.created:
            return DONE
        return self.reverses_rightly(call, order)


@breaks("v2.reverse.returns-a-paid-order")
class ReversesTodayOnly(Reverses):
    """Refuses to reverse a service provider's order that is a day old."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        if order.state == "SUCCESS" and "sub_mch_id" in call.values and self.now() - order.created >= _DAY:
            raise Refused(REVERSE_EXPIRED)
        return self.reverses_rightly(call, order)


@breaks("v2.reverse.returns-a-paid-order")
class ReversesUntilTomorrow(Reverses):
    """Shows a reversed order as paid again the next day."""

    def trade_state(self, order: Entity) -> str:
        since = order.data.get("reversed_at")
        back = since is not None and "transaction_id" in order.data and self.now() - since >= _DAY
        return "SUCCESS" if back else super().trade_state(order)


@breaks("v2.reverse.returns-a-paid-order")
class ReversesByTheTillsNumberOnly(Reverses):
    """Does not find an order that is to be reversed by its transaction_id."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        if "out_trade_no" not in call.values:
            raise Refused(ORDER_UNKNOWN)
        return self.reverses_rightly(call, order)


@breaks("v2.reverse.ends-an-unpaid-order")
class AConfirmationOutlivesAReverse(PaysReversed):
    """Lets the payer confirm what was reversed while it was waiting, from a minute after the reverse."""

    def is_payable(self, order: Entity) -> bool:
        return "transaction_id" not in order.data and bool(self.now() - order.data["reversed_at"] >= 60)


@breaks("v2.reverse.ends-an-unpaid-order")
class DoesNotReverseFailures(Reverses):
    """Refuses to reverse a charge that failed."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        if order.state == "PAYERROR":
            raise Refused(refusals.CODE_DECLINED)
        return self.reverses_rightly(call, order)


@breaks("v2.reverse.ends-an-unpaid-order")
class LeavesTheChargesOfAProviderOpen(Reverses):
    """Says that it reversed a service provider's charge nobody has confirmed, and leaves it open."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        if order.state == "NOTPAY" and "sub_mch_id" in call.values:
            return DONE
        return self.reverses_rightly(call, order)


@breaks("v2.reverse.ends-an-unpaid-order")
class PutsAReverseOffAndPays(Reverses):
    """Puts a reverse off while the payer confirms, and takes the money."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        if order.state == "USERPAYING":
            order.state = "SUCCESS"
            self.take_payment(order)
            raise Refused(refusals.STILL_PAYING)
        if order.state == "SUCCESS" and order.data["paid_at"] > order.created:
            raise Refused(refusals.STILL_PAYING)
        return self.reverses_rightly(call, order)


class _ChargesAgain(Platform):
    """Charges some reversed numbers again."""

    def v2_charge(self, call: Call) -> dict[str, str]:
        order = self.store.order(call.merchant.mchid, call.values["out_trade_no"])
        if order is None or order.state != "REVOKED":
            return super().v2_charge(call)
        return self.charges_again(call, order)

    def charges_again(self, call: Call, order: Entity) -> dict[str, str]:
        raise NotImplementedError

    def charges_rightly(self, call: Call) -> dict[str, str]:
        return super().v2_charge(call)


@breaks("v2.reverse.uses-the-number-up")
class ChargesAReversedNumberByAFreshCode(_ChargesAgain):
    """Charges a reversed number by a fresh code, if nobody had paid before."""

    def charges_again(self, call: Call, order: Entity) -> dict[str, str]:
        if call.values["auth_code"] == order.draft["payer"]["auth_code"] or "transaction_id" in order.data:
            return self.charges_rightly(call)
        order.state = "SUCCESS"
        self.take_payment(order)
        return self.v2_show_payment(order)


@breaks("v2.reverse.uses-the-number-up")
class AnswersAReversedNumberWithItsPayment(_ChargesAgain):
    """Answers a service provider's repeated charge with the payment that was reversed."""

    def charges_again(self, call: Call, order: Entity) -> dict[str, str]:
        if "sub_mch_id" in call.values and "transaction_id" in order.data:
            return self.v2_show_payment(order)
        return self.charges_rightly(call)


@breaks("v2.reverse.uses-the-number-up")
class CallsAReversedNumberUnknown(_ChargesAgain):
    """Says ORDERNOTEXIST of a reversed number that is charged with another amount."""

    def charges_again(self, call: Call, order: Entity) -> dict[str, str]:
        if call.values["total_fee"] != str(order.draft["amount"]["total"]):
            raise Refused(ORDER_UNKNOWN)
        return self.charges_rightly(call)


@breaks("v2.reverse.says-whether-to-repeat")
class ForgetsRecall(Reverses):
    """Does not say whether the reverse of an unpaid order must be repeated."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        paid = order.state in {"SUCCESS", "REVOKED"}
        return self.reverses_rightly(call, order) if paid else dict.fromkeys(self.reverses_rightly(call, order), "")


@breaks("v2.reverse.says-whether-to-repeat")
class WritesRecallInFull(Reverses):
    """Says NO where it means N."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        return dict.fromkeys(self.reverses_rightly(call, order), "NO")


@breaks("v2.reverse.says-whether-to-repeat")
class RecallsForEver(Reverses):
    """Asks for the reverse of a paid order again and again when it is named by transaction_id."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        told = self.reverses_rightly(call, order)
        return told | ({"recall": "Y"} if "out_trade_no" not in call.values else {})


@breaks("v2.reverse.says-whether-to-repeat")
class RefusesWhatIsToBeRepeated(Reverses):
    """Says ORDERREVERSED to whoever repeats a reverse that failed before it was done."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        if order.data.get("untold") and order.state == "SUCCESS":
            raise Refused(REVERSED)
        return self.reverses_rightly(call, order)


@breaks("v2.reverse.refuses-after-seven-days")
class ReversesThroughV2ForEver(Platform):
    """Reverses through APIv2 however old the order is."""

    def v2_reverse(self, call: Call) -> dict[str, str]:
        self.overlooked = frozenset({"reverse-expired"})
        return super().v2_reverse(call)


@breaks("v2.reverse.refuses-after-seven-days")
class ATransactionIdReversesForEver(Platform):
    """Reverses a service provider's order however old it is, if it is named by transaction_id."""

    def v2_reverse(self, call: Call) -> dict[str, str]:
        named = "out_trade_no" not in call.values and "sub_mch_id" in call.values
        self.overlooked = frozenset({"reverse-expired"} if named else set())
        return super().v2_reverse(call)


@breaks("v2.reverse.refuses-after-seven-days")
class ReversesLateAndRefuses(Reverses):
    """Refuses a reverse that comes too late, after the money went back."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        try:
            return self.reverses_rightly(call, order)
        except Refused:
            if order.state == "SUCCESS":
                order.state = "REVOKED"
            raise


@breaks("v2.reverse.refuses-after-seven-days")
class CountsAWeekInWorkingDays(Reverses):
    """Refuses to reverse an order of six days and a half."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        if order.state == "SUCCESS" and self.now() - order.created > 6.5 * _DAY:
            raise Refused(REVERSE_EXPIRED)
        return self.reverses_rightly(call, order)


@breaks("v2.reverse.prefers-the-transaction-id")
class ReversesByTheNumberOfTheTill(Platform):
    """Goes by out_trade_no where a reverse has both numbers."""

    def v2_reverse(self, call: Call) -> dict[str, str]:
        if "out_trade_no" in call.values:
            call.values.pop("transaction_id", None)
        return super().v2_reverse(call)


@breaks("v2.reverse.prefers-the-transaction-id")
class ReversesBothOrders(Reverses):
    """Reverses both orders of a service provider where the two numbers name two."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        told = self.reverses_rightly(call, order)
        other = self.store.order(call.merchant.mchid, call.values.get("out_trade_no", ""))
        if other is not None and "sub_mch_id" in call.values:
            other.state = "REVOKED"
        return told


@breaks("v2.reverse.prefers-the-transaction-id")
class ReversesTheLastOrder(TakesTheLast):
    """Reverses the last order where no number is given."""

    operation = "reverse"


@breaks("v2.reverse.has-one-winner")
class ConfirmsInTheSecondOfTheReverse(PaysReversed):
    """Takes the payer's money in the very second in which the order was reversed through APIv2."""

    def is_payable(self, order: Entity) -> bool:
        return bool(self.now() == order.data["reversed_at"])


@breaks("v2.reverse.has-one-winner")
class ReversesInWordsInTheSecondOfThePayment(Reverses):
    """Says that it reversed an order that was confirmed in the very second, and keeps the money."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        if order.state == "SUCCESS" and order.data["paid_at"] == self.now() > order.created:
            return DONE
        return self.reverses_rightly(call, order)


@breaks("v2.reverse.has-one-winner")
class NeverReversesWhatItRefusedOnce(Reverses):
    """Refuses to reverse a service provider's order in the second of its confirmation, and from then on."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        confirmed = order.state == "SUCCESS" and order.data["paid_at"] > order.created and "sub_mch_id" in call.values
        if confirmed and (order.data["paid_at"] == self.now() or order.data.get("refused")):
            order.data["refused"] = True
            raise Refused(DECIDED)
        return self.reverses_rightly(call, order)


@breaks("v2.reverse.has-one-winner")
class ALostReverseCanBePaid(PaysReversed):
    """Lets the payer pay what was reversed as long as nobody was told of the reverse."""

    def is_payable(self, order: Entity) -> bool:
        return bool(order.data.get("untold"))

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        refusal = super().pay(mchid, out_trade_no, credential)
        order = self.store.order(mchid, out_trade_no)
        if refusal is None and order is not None and order.data.pop("untold", False):
            order.state = "REVOKED"
        return refusal
