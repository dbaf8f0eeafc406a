"""Faults in asking for refunds through APIv2."""

from collections.abc import Mapping, Sequence

from reference.machines import Entity, Refusal
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.v2 import refusals
from reference.platform.v2.reading import Call
from reference.platform.v2.translating import order_params
from reference.platform.wire import Refused
from reference.platform.world import Settlement

__all__: list[str] = []

_STATES = "v2.refund.shows-known-states"
_TEN = "v2.refund.lists-ten-at-a-time"
_EXACT = "v2.refund.goes-by-the-most-exact-number"
_NONE = "v2.refund.says-that-there-is-none"


@breaks(_STATES)
class CallsAnAbnormalRefundFailed(Platform):
    """Shows an abnormal refund as FAIL."""

    def v2_refund_status(self, refund: Entity) -> str:
        status = super().v2_refund_status(refund)
        return "FAIL" if status == "CHANGE" else status


@breaks(_STATES)
class NamesStatesAsApiv3Does(Platform):
    """Shows a closed refund as CLOSED."""

    def v2_refund_status(self, refund: Entity) -> str:
        status = super().v2_refund_status(refund)
        return "CLOSED" if status == "REFUNDCLOSE" else status


@breaks(_STATES)
class RevivesAbnormalRefunds(Platform):
    """Shows an abnormal refund as PROCESSING again after a week."""

    def v2_refund_status(self, refund: Entity) -> str:
        status = super().v2_refund_status(refund)
        return "PROCESSING" if status == "CHANGE" and self.now() - refund.created > 7 * 86_400 else status


@breaks(_STATES)
class PaysClosedRefundsLate(Platform):
    """Lets a closed refund be paid out after all."""

    def settle(self, mchid: str, out_refund_no: str, outcome: Settlement = "SUCCESS") -> Refusal | None:
        refund = self.store.refund(mchid, out_refund_no)
        if refund is not None and refund.state == "CLOSED" and outcome == "SUCCESS":
            refund.state = "PROCESSING"
        return super().settle(mchid, out_refund_no, outcome)


@breaks(_STATES)
class ReopensARepeatedRefund(Platform):
    """Shows a closed refund as PROCESSING once it was applied for again."""

    def v2_refund(self, call: Call) -> dict[str, str]:
        refund = self.store.refund(call.merchant.mchid, call.values["out_refund_no"])
        if refund is not None and refund.state == "CLOSED" and str(refund.draft["amount"]["refund"]) == call.values["refund_fee"]:
            refund.state = "PROCESSING"
        return super().v2_refund(call)


@breaks(_STATES)
class ListsRefundsAsUnderWay(Platform):
    """Shows every refund of an order's list as PROCESSING."""

    def v2_query_refunds(self, call: Call) -> dict[str, str]:
        shown = super().v2_query_refunds(call)
        if {"refund_id", "out_refund_no"} & call.values.keys():
            return shown
        return shown | {name: "PROCESSING" for name in shown if name.startswith("refund_status_")}


class _Lists(Platform):
    """Lists the refunds of an order otherwise."""

    def v2_refunds(self, call: Call, ask: Ask) -> Sequence[Entity]:
        found = super().v2_refunds(call, ask)
        return self.arranged(call, found) if len(found) > 1 else found

    def arranged(self, call: Call, refunds: Sequence[Entity]) -> Sequence[Entity]:
        """Return *refunds* as they are listed."""
        return refunds


@breaks(_TEN)
class ForgetsTheEleventhRefund(_Lists):
    """Knows the first ten refunds of an order only."""

    def arranged(self, call: Call, refunds: Sequence[Entity]) -> Sequence[Entity]:
        return refunds[:10]


@breaks(_TEN)
class ArrangesRefundsByState(_Lists):
    """Lists the refunds that are paid first, by one number of the order."""

    def arranged(self, call: Call, refunds: Sequence[Entity]) -> Sequence[Entity]:
        return sorted(refunds, key=lambda refund: refund.state) if "transaction_id" in call.values else refunds


@breaks(_TEN)
class TurnsTheSecondPageRound(_Lists):
    """Lists the refunds latest first when an offset is given."""

    def arranged(self, call: Call, refunds: Sequence[Entity]) -> Sequence[Entity]:
        return refunds[::-1] if "offset" in call.values else refunds


@breaks(_TEN)
class PagesFromOne(Platform):
    """Leaves out a refund more than the offset says."""

    def v2_query_refunds(self, call: Call) -> dict[str, str]:
        if call.values.get("offset", "0") not in {"0", "16"}:
            call.values["offset"] = str(int(call.values["offset"]) + 1)
        return super().v2_query_refunds(call)


@breaks(_TEN)
class CountsTheRefundsOfThePage(Platform):
    """Gives as total_refund_count the number of refunds on the page."""

    def v2_show_refunds(self, refunds: Sequence[Entity], order: Entity, *, total: int) -> dict[str, str]:
        return super().v2_show_refunds(refunds, order, total=len(refunds))


@breaks(_TEN)
class NumbersRefundsOn(Platform):
    """Numbers the refunds of the second page from ten."""

    def v2_query_refunds(self, call: Call) -> dict[str, str]:
        shown, offset = super().v2_query_refunds(call), int(call.values.get("offset", "0"))
        if not offset:
            return shown
        moved = {name: value for name, value in shown.items() if name[-1:].isdigit()}
        kept = {name: value for name, value in shown.items() if name not in moved}
        return kept | {f"{name.rpartition('_')[0]}_{int(name.rpartition('_')[2]) + offset}": value for name, value in moved.items()}


@breaks(_TEN)
class ShowsTheLastPageAgain(Platform):
    """Answers an offset beyond the last refund with the last page."""

    def v2_query_refunds(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_query_refunds(call)
        except Refused as refused:
            if refused.detail.get("field") != "offset":
                raise
            call.values["offset"] = "10"
            return super().v2_query_refunds(call)


@breaks(_TEN)
class FindsNoRefundsBeyond(Platform):
    """Answers REFUNDNOTEXIST to an offset beyond the last refund."""

    def v2_query_refunds(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_query_refunds(call)
        except Refused as refused:
            raise (Refused(refusals.REFUND_UNKNOWN) if refused.detail.get("field") == "offset" else refused) from None


@breaks(_TEN)
class RepeatsTheFirstFee(Platform):
    """Shows the fee of the first refund for all that follow on a page."""

    def v2_show_refunds(self, refunds: Sequence[Entity], order: Entity, *, total: int) -> dict[str, str]:
        shown = super().v2_show_refunds(refunds, order, total=total)
        return shown | {name: shown["refund_fee_0"] for name in shown if name.startswith("refund_fee_")}


class _Prefers(Platform):
    """Goes by another number than the most exact one."""

    def v2_refunds(self, call: Call, ask: Ask) -> Sequence[Entity]:
        values = call.values
        ignored = self.ignored(values)
        call.values = {name: value for name, value in values.items() if name not in ignored}
        try:
            return super().v2_refunds(call, ask)
        finally:
            call.values = values

    def ignored(self, values: Mapping[str, str]) -> set[str]:
        """Names of the elements that are overlooked."""
        return set()


@breaks(_EXACT)
class PrefersOutRefundNo(_Prefers):
    """Goes by out_refund_no before refund_id."""

    def ignored(self, values: Mapping[str, str]) -> set[str]:
        return {"refund_id"} if "out_refund_no" in values else set()


@breaks(_EXACT)
class PrefersTheTransaction(_Prefers):
    """Shows all refunds of an order when its transaction_id is given, too."""

    def ignored(self, values: Mapping[str, str]) -> set[str]:
        return {"refund_id", "out_refund_no"} if "transaction_id" in values else set()


@breaks(_EXACT)
class PrefersOutTradeNo(Platform):
    """Goes by out_trade_no before transaction_id."""

    def v2_query_refunds(self, call: Call) -> dict[str, str]:
        if "out_trade_no" in call.values:
            call.values.pop("transaction_id", None)
        return super().v2_query_refunds(call)


@breaks(_EXACT)
class FallsBackOnTheNextNumber(Platform):
    """Goes by the next number where there is no refund under the most exact one."""

    def v2_refunds(self, call: Call, ask: Ask) -> Sequence[Entity]:
        found = super().v2_refunds(call, ask)
        if not found and "refund_id" in call.values and "out_refund_no" in call.values:
            del call.values["refund_id"]
            return super().v2_refunds(call, ask)
        return found


@breaks(_EXACT)
class ShowsTheBrothersOfARefund(Platform):
    """Shows all refunds of the order a refund_id belongs to."""

    def v2_refunds(self, call: Call, ask: Ask) -> Sequence[Entity]:
        found = super().v2_refunds(call, ask)
        order = self.store.order(found[0].owner, found[0].data["out_trade_no"]) if "refund_id" in call.values and found else None
        return found if order is None else self.store.refunds_of(order)


@breaks(_EXACT)
class ShowsWhateverWasRefundedLast(Platform):
    """Shows the merchant's last refund when a query names nothing."""

    def v2_check_values(self, call: Call) -> None:
        numbers = {"refund_id", "out_refund_no", "transaction_id", "out_trade_no"}
        if call.operation.id == "refundquery" and not numbers & call.values.keys():
            refunds = [refund for refund in self.store.refunds() if refund.owner == call.merchant.mchid]
            call.values["out_refund_no"] = refunds[-1].number if refunds else "none"
        super().v2_check_values(call)


@breaks(_NONE)
class CallsAnUnknownRefundAnUnknownOrder(Platform):
    """Answers ORDERNOTEXIST to an out_refund_no nobody used."""

    def v2_err_code(self, refused: Refused) -> str:
        code = super().v2_err_code(refused)
        return "ORDERNOTEXIST" if code == "REFUNDNOTEXIST" else code


class _FindsNothing(Platform):
    """Answers otherwise when there is no refund."""

    def v2_query_refunds(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_query_refunds(call)
        except Refused as refused:
            if refused.refusal is not refusals.REFUND_UNKNOWN:
                raise
            return self.found_nothing(call, refused)

    def found_nothing(self, call: Call, refused: Refused) -> dict[str, str]:
        """Answer *call*."""
        raise refused


@breaks(_NONE)
class ListsNoRefundsWithSuccess(_FindsNothing):
    """Answers for an order without refunds with success and a refund_count of 0."""

    def found_nothing(self, call: Call, refused: Refused) -> dict[str, str]:
        if {"refund_id", "out_refund_no"} & call.values.keys():
            raise refused
        return {"refund_count": "0", "total_refund_count": "0"}


@breaks(_NONE)
class SupposesARefund(_FindsNothing):
    """Shows a refund_id nobody used as a refund under way."""

    def found_nothing(self, call: Call, refused: Refused) -> dict[str, str]:
        if "refund_id" not in call.values:
            raise refused
        return {"refund_count": "1", "refund_id_0": call.values["refund_id"], "refund_status_0": "PROCESSING"}


@breaks(_NONE)
class ReservesANumberThatWasAskedFor(_FindsNothing):
    """Takes no refund under a number that was asked for before."""

    asked: frozenset[str] = frozenset()

    def found_nothing(self, call: Call, refused: Refused) -> dict[str, str]:
        self.asked |= {call.values.get("out_refund_no", "")}
        raise refused

    def v2_refund(self, call: Call) -> dict[str, str]:
        if call.values["out_refund_no"] in self.asked:
            raise self.bad_parameter("out_refund_no", "used before", "body")
        return super().v2_refund(call)


@breaks(_NONE)
class CannotTellWhetherThereIsARefund(Platform):
    """Answers an order without refunds as one that is still being paid when an offset is given."""

    def v2_query_refunds(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_query_refunds(call)
        except Refused as refused:
            if refused.refusal is refusals.REFUND_UNKNOWN and "offset" in call.values:
                raise Refused(refusals.STILL_PAYING) from None
            raise


@breaks(_TEN)
class ShowsASingleRefundAtAnyOffset(Platform):
    """Shows the refund of an order that has one whatever the offset is."""

    def v2_query_refunds(self, call: Call) -> dict[str, str]:
        if len(self.v2_refunds(call, call.asks({}, order_params(call.values)))) == 1:
            call.values.pop("offset", None)
        return super().v2_query_refunds(call)


@breaks(_STATES)
class RemembersItsLists(Platform):
    """Lists several refunds as they were when they were listed first, until there is one more."""

    def v2_query_refunds(self, call: Call) -> dict[str, str]:
        shown = super().v2_query_refunds(call)
        if int(shown["refund_count"]) < 2:
            return shown
        kept: dict[str, dict[str, str]] = self.__dict__.setdefault("kept", {})
        return kept.setdefault(f"{shown['transaction_id']} {shown['total_refund_count']} {call.values.get('offset', '')}", shown)
