"""Faults in the cases the sandbox plays."""

from collections.abc import Mapping

from reference.machines import Entity
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2.deviations import Case
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []


@breaks("v2.sandbox.plays-its-cases")
class TakesCashForThreeFen(Platform):
    """The payer of 3 fen pays one of them in cash."""

    def v2_show_fees(self, order: Entity) -> dict[str, str]:
        shown = super().v2_show_fees(order)
        return shown | ({"cash_fee": "1", "coupon_fee": "2", "coupon_fee_1": "1"} if shown.get("coupon_count") == "2" else {})


@breaks("v2.sandbox.plays-its-cases")
class ForgetsItsCoupons(Platform):
    """A query in the sandbox tells of no coupon."""

    def v2_sandbox_query(self, call: Call) -> dict[str, str]:
        shown = {name: value for name, value in super().v2_sandbox_query(call).items() if not name.startswith("coupon_")}
        return shown | ({"cash_fee": shown["total_fee"]} if "cash_fee" in shown else {})


@breaks("v2.sandbox.plays-its-cases")
class GivesServiceProvidersNoCoupon(Platform):
    """A service provider's charge of 2 fen is paid without coupon."""

    def v2_sandbox_order(self, call: Call, case: Case | None) -> Entity:
        order = super().v2_sandbox_order(call, case)
        if call.merchant.sub_mchids and len(order.data.get("coupons", ())) == 1:
            order.data["coupons"] = []
        return order


@breaks("v2.sandbox.plays-its-cases")
class RefusesThreeFen(Platform):
    """Has no case for 3 fen."""

    def v2_sandbox_charge(self, call: Call) -> dict[str, str]:
        if call.values["total_fee"] == "3" and self.v2_case(call) is None:
            call.values["total_fee"] = "4"
        return super().v2_sandbox_charge(call)


@breaks("v2.sandbox.plays-its-cases")
class PaysWhileThePayerTypes(Platform):
    """Does not look at the header where the amount is a case by itself."""

    def v2_case(self, call: Call) -> Case | None:
        return None if call.values.get("total_fee") in {"1", "2"} else super().v2_case(call)


@breaks("v2.sandbox.plays-its-cases")
class CallsThePayingUserASystemError(Platform):
    """Says SYSTEMERROR in the sandbox while the payer types."""

    def v2_explain(self, call: Call, refused: Refused) -> dict[str, str]:
        content = super().v2_explain(call, refused)
        sandbox = call.operation.group == "sandbox"
        return content | ({"err_code": "SYSTEMERROR"} if sandbox and content["err_code"] == "USERPAYING" else {})


@breaks("v2.sandbox.plays-its-cases")
class TellsOfAPaymentWhileThePayerTypes(Platform):
    """Names a payment already while the payer types."""

    def v2_waiting(self, call: Call) -> dict[str, str]:
        return {**super().v2_waiting(call), **self._payment(call)}

    def _payment(self, call: Call) -> Mapping[str, str]:
        return {"transaction_id": f"4200{self.random.getrandbits(64):020d}"} if call.operation.group == "sandbox" else {}
