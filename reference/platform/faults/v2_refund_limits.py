"""Faults in how late, how often, how fast and with how little money APIv2 refunds."""

from reference.machines import Case, Entity, Refusal
from reference.machines.refund import FUNDS_SHORT, TOO_LATE, TOO_MANY
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.v2_refunding import WeighsThroughApiv2, is_partner, known, named_order
from reference.platform.refusals import RATE_LIMITED
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []

_YEAR = "v2.refund.ends-after-a-year"
_PARTS = "v2.refund.ends-after-fifty-parts"
_PACE = "v2.refund.puts-off-without-a-trace"
_FUNDS = "v2.refund.short-funds-leave-no-refund"
_DAY = 86_400


class _Forgives(WeighsThroughApiv2):
    """Overlooks *forgiven* through APIv2 where *forgives* says so."""

    forgiven = ""

    def forgives(self, case: Case, call: Call) -> bool:
        return True

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        if event == "apply" and self.call is not None and self.forgives(case, self.call):
            return self.overlooked | {self.forgiven}
        return self.overlooked


@breaks(_YEAR)
class RefundsForEverInApiv2(_Forgives):
    """Refunds an order of any age."""

    forgiven = "refund-too-late"


@breaks(_YEAR)
class RefundsOldOrdersById(_Forgives):
    """Refunds an order of any age that is named by transaction_id."""

    forgiven = "refund-too-late"

    def forgives(self, case: Case, call: Call) -> bool:
        return "transaction_id" in call.values


@breaks(_YEAR)
class RestartsTheYearInApiv2(_Forgives):
    """Counts the year from the last refund of an order."""

    forgiven = "refund-too-late"

    def forgives(self, case: Case, call: Call) -> bool:
        return any(case.now - refund.created < 365 * _DAY for refund in case.refunds)


@breaks(_YEAR)
class CountsTheYearFromTheOrderInApiv2(Platform):
    """Counts the year from when an order was placed."""

    def v2_refund(self, call: Call) -> dict[str, str]:
        order = named_order(self, call)
        if order is not None and self.now() - order.created > 365 * _DAY:
            raise Refused(TOO_LATE)
        return super().v2_refund(call)


@breaks(_YEAR)
class RefundsForHalfAYearInApiv2(Platform):
    """Refunds an order for 180 days."""

    def v2_refund(self, call: Call) -> dict[str, str]:
        order = named_order(self, call)
        if order is not None and self.now() - order.data.get("paid_at", self.now()) > 180 * _DAY:
            raise Refused(TOO_LATE)
        return super().v2_refund(call)


@breaks(_PARTS)
class CountsNoPartsInApiv2(_Forgives):
    """Refunds an order in any number of parts."""

    forgiven = "too-many-refunds"


@breaks(_PARTS)
class CountsThePartsOfApiv2Only(_Forgives):
    """Counts the parts that were refunded through APIv2."""

    forgiven = "too-many-refunds"

    def forgives(self, case: Case, call: Call) -> bool:
        return sum("v2" in refund.data for refund in case.refunds) < 50


@breaks(_PARTS)
class CountsTheMonthsPartsInApiv2(_Forgives):
    """Counts the parts of the last thirty days."""

    forgiven = "too-many-refunds"

    def forgives(self, case: Case, call: Call) -> bool:
        return sum(case.now - refund.created < 30 * _DAY for refund in case.refunds) < 50


@breaks(_PARTS)
class TakesFortyNineParts(Platform):
    """Refunds an order in forty-nine parts."""

    def v2_refund(self, call: Call) -> dict[str, str]:
        order = named_order(self, call)
        if order is not None and len(self.store.refunds_of(order)) >= 49 and known(self, call) is None:
            raise Refused(TOO_MANY)
        return super().v2_refund(call)


@breaks(_PARTS)
class CountsRefusedParts(Platform):
    """Counts the attempts at refunding an order, those that were refused too."""

    def v2_refund(self, call: Call) -> dict[str, str]:
        order = named_order(self, call)
        if order is not None:
            order.data["attempts"] = order.data.get("attempts", 0) + 1
            if order.data["attempts"] > 50:
                raise Refused(TOO_MANY)
        return super().v2_refund(call)


@breaks(_PARTS)
class LeavesTheNextPartOpen(Platform):
    """Answers SYSTEMERROR to the refund beyond the fiftieth."""

    def v2_err_code(self, refused: Refused) -> str:
        return "SYSTEMERROR" if refused.refusal is TOO_MANY else super().v2_err_code(refused)


class _Paces(Platform):
    """Puts off a refund of an order within a minute of another."""

    def v2_refund(self, call: Call) -> dict[str, str]:
        order = named_order(self, call)
        refunds = self.store.refunds_of(order) if order is not None else ()
        soon = any(self.now() - refund.created < 60 for refund in refunds)
        if soon and known(self, call) is None:
            self.put_off(call)
        return super().v2_refund(call)

    def put_off(self, call: Call) -> None:
        """Refuse *call*."""
        raise Refused(RATE_LIMITED)


@breaks(_PACE)
class RefundsWhatItPutsOff(_Paces):
    """Says that a refund comes too fast, and takes it."""

    def put_off(self, call: Call) -> None:
        Platform.v2_refund(self, call)
        super().put_off(call)


@breaks(_PACE)
class PutsOffForEver(_Paces):
    """Refuses the number of a refund that was put off for good."""

    def put_off(self, call: Call) -> None:
        self.burnt = {*getattr(self, "burnt", ()), call.values["out_refund_no"]}
        super().put_off(call)

    def v2_refund(self, call: Call) -> dict[str, str]:
        if call.values["out_refund_no"] in getattr(self, "burnt", ()):
            raise Refused(RATE_LIMITED)
        return super().v2_refund(call)


@breaks(_PACE)
class CallsAQuickRefundAnError(_Paces):
    """Answers ERROR to a refund that comes too fast."""

    def put_off(self, call: Call) -> None:
        raise Refused(Refusal("too-fast", 400, "ERROR", "Too fast."))


@breaks(_PACE)
class ForgetsWhetherItRefundedAboveTheRate(Platform):
    """Answers SYSTEMERROR beyond the rate."""

    def v2_err_code(self, refused: Refused) -> str:
        return "SYSTEMERROR" if refused.refusal is RATE_LIMITED else super().v2_err_code(refused)


@breaks(_FUNDS)
class CallsShortFundsAnError(Platform):
    """Answers ERROR when the merchant's funds do not cover a refund."""

    def v2_err_code(self, refused: Refused) -> str:
        return "ERROR" if refused.refusal is FUNDS_SHORT else super().v2_err_code(refused)


@breaks(_FUNDS)
class RefundsPartnersOnCredit(_Forgives):
    """Refunds a service provider's orders whatever its funds are."""

    forgiven = "funds-short"

    def forgives(self, case: Case, call: Call) -> bool:
        return is_partner(call)


@breaks(_FUNDS)
class RefundsOnCreditTheSecondTime(_Forgives):
    """Looks at the merchant's funds at the first refund of an order only."""

    forgiven = "funds-short"

    def forgives(self, case: Case, call: Call) -> bool:
        return bool(case.refunds)


class _KeepsTheShort(Platform):
    """Keeps a refund the merchant's funds do not cover."""

    def v2_refund(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_refund(call)
        except Refused as refused:
            order = named_order(self, call)
            if refused.refusal is FUNDS_SHORT and order is not None:
                self.keep(call, order)
            raise

    def keep(self, call: Call, order: Entity) -> None:
        """Remember the refund."""


@breaks(_FUNDS)
class QueuesRefundsWithoutFunds(_KeepsTheShort):
    """Says NOTENOUGH, and keeps the refund as under way."""

    def keep(self, call: Call, order: Entity) -> None:
        fees = {"total": int(call.values["total_fee"]), "refund": int(call.values["refund_fee"])}
        draft = {"amount": fees} | ({"sub_mchid": call.values["sub_mch_id"]} if is_partner(call) else {})
        data = {"refund_id": f"5030{self.now()}", "out_trade_no": order.number, "transaction_id": order.data["transaction_id"]}
        self.store.save(Entity("refund", order.owner, call.values["out_refund_no"], "PROCESSING", self.now(), draft, data))


@breaks(_FUNDS)
class ShowsAnUnfundedRefundInTheOrder(_KeepsTheShort):
    """Says NOTENOUGH, and shows the order as REFUND."""

    def keep(self, call: Call, order: Entity) -> None:
        order.state = "REFUND"


@breaks(_FUNDS)
class RefusesForGoodWithoutFunds(_KeepsTheShort):
    """Refuses a number that was NOTENOUGH once for ever."""

    def keep(self, call: Call, order: Entity) -> None:
        order.data.setdefault("burnt", []).append(call.values["out_refund_no"])

    def v2_refund(self, call: Call) -> dict[str, str]:
        order = named_order(self, call)
        if order is not None and call.values["out_refund_no"] in order.data.get("burnt", ()):
            raise Refused(FUNDS_SHORT)
        return super().v2_refund(call)
