"""Faults in showing APIv2 orders: their states, which order is meant, how coupons are counted and fees add up."""

from collections.abc import Mapping

from reference.machines import Entity
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2 import refusals
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__ = ["TakesTheLast"]


class _ShowsStates(Platform):
    """Shows some orders in another state."""

    def state_of(self, order: Entity) -> str | None:
        raise NotImplementedError

    def v2_show_order(self, order: Entity) -> dict[str, str]:
        state = self.state_of(order)
        return super().v2_show_order(order) | ({} if state is None else {"trade_state": state})


@breaks("v2.query.shows-a-known-state")
class CallsSettledRefundsRefunded(_ShowsStates):
    """Shows REFUNDED, which nobody knows, once a service provider's refund was paid out."""

    def state_of(self, order: Entity) -> str | None:
        settled = any(refund.state == "SUCCESS" for refund in self.store.refunds_of(order))
        return "REFUNDED" if settled and order.draft["mode"] == "partner" else None


@breaks("v2.query.shows-a-known-state")
class CallsClosedOrdersRevoked(_ShowsStates):
    """Shows an order that was closed because nobody paid for a week as REVOKED."""

    def state_of(self, order: Entity) -> str | None:
        return "REVOKED" if order.state == "CLOSED" and self.now() - order.created > 86_400 else None


@breaks("v2.query.shows-a-known-state")
class RemembersThatThePayerTried(_ShowsStates):
    """Shows USERPAYING for an APP order whose payer gave up."""

    def cancel(self, mchid: str, out_trade_no: str) -> None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None:
            order.data["tried"] = True
        super().cancel(mchid, out_trade_no)

    def state_of(self, order: Entity) -> str | None:
        tried = order.state == "NOTPAY" and order.data["trade_type"] == "APP" and "tried" in order.data
        return "USERPAYING" if tried else None


@breaks("v2.query.shows-a-known-state")
class FindsPaidOrdersOnly(Platform):
    """Says ORDERNOTEXIST of a scanned order nobody has paid."""

    def v2_query(self, call: Call) -> dict[str, str]:
        shown = super().v2_query(call)
        if shown["trade_type"] == "NATIVE" and shown["trade_state"] == "NOTPAY":
            raise Refused(refusals.ORDER_UNKNOWN)
        return shown


@breaks("v2.query.shows-a-known-state")
class AnswersAFailedPaymentAsAFailedQuery(Platform):
    """Answers the query of a code payment that failed with result_code FAIL."""

    def v2_query(self, call: Call) -> dict[str, str]:
        shown = super().v2_query(call)
        if shown["trade_state"] == "PAYERROR":
            raise Refused(refusals.CODE_DECLINED)
        return shown


@breaks("v2.query.shows-a-known-state")
class DoesNotNameWhatWasAskedForById(Platform):
    """Leaves out_trade_no out where it is asked by transaction_id."""

    def v2_query(self, call: Call) -> dict[str, str]:
        shown = super().v2_query(call)
        return {name: value for name, value in shown.items() if name != "out_trade_no" or "out_trade_no" in call.values}


@breaks("v2.query.prefers-the-transaction-id")
class PrefersTheMerchantsNumber(Platform):
    """Goes by out_trade_no where both numbers are given."""

    def v2_query(self, call: Call) -> dict[str, str]:
        if "out_trade_no" in call.values:
            call.values.pop("transaction_id", None)
        return super().v2_query(call)


@breaks("v2.query.prefers-the-transaction-id")
class RepeatsTheNumberAskedFor(Platform):
    """Shows the order of the transaction_id under the out_trade_no that was asked for."""

    def v2_query(self, call: Call) -> dict[str, str]:
        shown = super().v2_query(call)
        return shown | {name: call.values[name] for name in ("out_trade_no",) if name in call.values}


@breaks("v2.query.prefers-the-transaction-id")
class PrefersTheNumberOfAPaidOrder(Platform):
    """Goes by out_trade_no where both numbers are given by a service provider and both are paid."""

    def v2_query(self, call: Call) -> dict[str, str]:
        order = self.store.order(call.merchant.mchid, call.values.get("out_trade_no", ""))
        if order is not None and order.state == "SUCCESS" and "sub_mch_id" in call.values:
            call.values.pop("transaction_id", None)
        return super().v2_query(call)


class TakesTheLast(Platform):
    """Takes the merchant's last order for the one that is meant where no number is given."""

    operation: str

    def v2_check_values(self, call: Call) -> None:
        """Add the number."""
        if call.operation.id == self.operation and not {"transaction_id", "out_trade_no"} & call.values.keys():
            own = [order.number for order in self.store.orders() if order.owner == call.merchant.mchid]
            call.values["out_trade_no"] = own[-1] if own else ""
        super().v2_check_values(call)


@breaks("v2.query.prefers-the-transaction-id")
class ShowsTheLastOrder(TakesTheLast):
    """Shows the last order where no number is given."""

    operation = "orderquery"


class _Shows(Platform):
    """Shows the fees of some orders otherwise."""

    def shows(self, order: Entity, fees: dict[str, str]) -> Mapping[str, str]:
        raise NotImplementedError

    def v2_show_fees(self, order: Entity) -> dict[str, str]:
        return dict(self.shows(order, super().v2_show_fees(order)))


@breaks("v2.query.counts-its-coupons")
class CountsCouponsFromOne(_Shows):
    """Numbers coupons from 1."""

    def shows(self, order: Entity, fees: dict[str, str]) -> Mapping[str, str]:
        return {_renumbered(name, 1): value for name, value in fees.items()}


@breaks("v2.query.counts-its-coupons")
class ShowsTenCouponsAtMost(_Shows):
    """Leaves the eleventh coupon out, and counts it."""

    def shows(self, order: Entity, fees: dict[str, str]) -> Mapping[str, str]:
        return {name: value for name, value in fees.items() if not name.endswith("_10")}


@breaks("v2.query.counts-its-coupons")
class TellsTheTypeOfTheFirstCoupon(_Shows):
    """Tells the type of the first coupon only."""

    def shows(self, order: Entity, fees: dict[str, str]) -> Mapping[str, str]:
        return {name: value for name, value in fees.items() if not name.startswith("coupon_type_") or name.endswith("_0")}


@breaks("v2.query.counts-its-coupons")
class CallsEveryCouponCash(_Shows):
    """Tells of every coupon that the merchant has paid for it in advance."""

    def shows(self, order: Entity, fees: dict[str, str]) -> Mapping[str, str]:
        return {name: "CASH" if name.startswith("coupon_type_") else value for name, value in fees.items()}


@breaks("v2.query.counts-its-coupons")
class SharesTheFeeOutAlike(_Shows):
    """Shows of two coupons one with a fen too much and one with a fen too little."""

    def shows(self, order: Entity, fees: dict[str, str]) -> Mapping[str, str]:
        if fees.get("coupon_count") != "2" or fees["coupon_fee_0"] == "1":
            return fees
        return fees | {"coupon_fee_0": str(int(fees["coupon_fee_0"]) - 1), "coupon_fee_1": str(int(fees["coupon_fee_1"]) + 1)}


@breaks("v2.query.counts-its-coupons")
class CountsCashCouponsOnly(_Shows):
    """Counts the coupons a merchant has paid for in advance, and shows all."""

    def shows(self, order: Entity, fees: dict[str, str]) -> Mapping[str, str]:
        cash = [name for name, value in fees.items() if name.startswith("coupon_type_") and value == "CASH"]
        return fees | ({"coupon_count": str(len(cash))} if "coupon_count" in fees else {})


@breaks("v2.query.counts-its-coupons")
class ShowsACouponOfNothing(_Shows):
    """Shows a coupon of no fee where there is none."""

    def shows(self, order: Entity, fees: dict[str, str]) -> Mapping[str, str]:
        return fees if "coupon_count" in fees else fees | {"coupon_count": "0", "coupon_fee": "0", "coupon_fee_0": "0"}


@breaks("v2.query.counts-its-coupons")
class NotifiesOfOneCoupon(Platform):
    """Tells of the first coupon only in a notification."""

    def v2_paid(self, order: Entity) -> dict[str, str]:
        told = super().v2_paid(order)
        return {name: value for name, value in told.items() if not _is_numbered(name) or name.endswith("_0")}


@breaks("v2.query.amounts-fit-together")
class CallsAllOfItCash(_Shows):
    """Shows the whole order as cash, coupons or not."""

    def shows(self, order: Entity, fees: dict[str, str]) -> Mapping[str, str]:
        return fees | {"cash_fee": fees["total_fee"]}


@breaks("v2.query.amounts-fit-together")
class RefundsTheCashFee(_Shows):
    """Takes refunds off cash_fee."""

    def shows(self, order: Entity, fees: dict[str, str]) -> Mapping[str, str]:
        refunded = sum(refund.draft["amount"]["refund"] for refund in self.store.refunds_of(order))
        return fees | {"cash_fee": str(int(fees["cash_fee"]) - refunded)} if refunded else fees


@breaks("v2.query.amounts-fit-together")
class ShowsYuanInCash(Platform):
    """Answers a code payment with a cash_fee in yuan."""

    def v2_charge(self, call: Call) -> dict[str, str]:
        told = super().v2_charge(call)
        return told | {"cash_fee": f"{int(told['cash_fee']) / 100:.2f}"}


@breaks("v2.query.amounts-fit-together")
class SettlesMoreThanTheOrder(_Shows):
    """Shows a settlement_total_fee with the coupons on top of the order."""

    def shows(self, order: Entity, fees: dict[str, str]) -> Mapping[str, str]:
        settled = int(fees["total_fee"]) + int(fees.get("coupon_fee", "0"))
        return fees | {"settlement_total_fee": str(settled)}


@breaks("v2.query.amounts-fit-together")
class NotifiesWithoutTheCouponFee(Platform):
    """Leaves coupon_fee out of the notification of a service provider's order."""

    def v2_paid(self, order: Entity) -> dict[str, str]:
        told = super().v2_paid(order)
        return {name: value for name, value in told.items() if name != "coupon_fee" or order.draft["mode"] != "partner"}


def _is_numbered(name: str) -> bool:
    return name.startswith("coupon_") and name[-1].isdigit()


def _renumbered(name: str, first: int) -> str:
    if not _is_numbered(name):
        return name
    stem, _, number = name.rpartition("_")
    return f"{stem}_{int(number) + first}"
