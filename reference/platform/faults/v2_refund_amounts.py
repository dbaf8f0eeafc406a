"""Faults in the amounts of a refund that is applied for through APIv2."""

from reference.machines import Case
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.v2_refunding import WeighsThroughApiv2, is_partner, named_order
from reference.platform.v2.reading import Call

__all__: list[str] = []

_AMOUNTS = "v2.refund.refuses-bad-amounts"


class _Rewrites(Platform):
    """Reads other fees than an application holds."""

    def v2_check_values(self, call: Call) -> None:
        if call.operation.id in {"refund", "refundv2"}:
            self.rewrite(call)
        super().v2_check_values(call)

    def rewrite(self, call: Call) -> None:
        """Change the fees of *call*."""

    def total(self, call: Call) -> str | None:
        """The total_fee of the order, None for an order that is unknown."""
        order = named_order(self, call)
        return None if order is None else str(order.draft["amount"]["total"])


@breaks(_AMOUNTS)
class RefundsEverythingForZero(_Rewrites):
    """Takes a refund_fee of 0 for the whole order."""

    def rewrite(self, call: Call) -> None:
        if call.values.get("refund_fee") == "0":
            call.values["refund_fee"] = call.values.get("total_fee", "0")


@breaks(_AMOUNTS)
class RefundsEverythingForNothing(_Rewrites):
    """Takes the whole order for the refund_fee where there is none."""

    def rewrite(self, call: Call) -> None:
        call.values.setdefault("refund_fee", call.values.get("total_fee", ""))


@breaks(_AMOUNTS)
class RoundsRefundFees(_Rewrites):
    """Rounds a refund_fee with decimals."""

    def rewrite(self, call: Call) -> None:
        call.values["refund_fee"] = call.values.get("refund_fee", "").partition(".")[0]


@breaks(_AMOUNTS)
class ReadsYuanInRefunds(_Rewrites):
    """Takes a total_fee with decimals for yuan."""

    def rewrite(self, call: Call) -> None:
        if "." in call.values.get("total_fee", ""):
            call.values["total_fee"] = str(round(float(call.values["total_fee"]) * 100))


@breaks(_AMOUNTS)
class NeedsNoTotalFee(_Rewrites):
    """Does without the total_fee."""

    def rewrite(self, call: Call) -> None:
        call.values.setdefault("total_fee", self.total(call) or "")


@breaks(_AMOUNTS)
class NeverComparesTotals(Platform):
    """Takes any total_fee in a refund."""

    overlooked = frozenset({"wrong-total"})


@breaks(_AMOUNTS)
class ComparesNoTotalsOfGoods(WeighsThroughApiv2):
    """Takes any total_fee at refundv2."""

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        goods = self.call is not None and self.call.operation.id == "refundv2"
        return super().overlooks(event, case) | ({"wrong-total"} if goods else set())


@breaks(_AMOUNTS)
class TakesTheRestForTheTotal(_Rewrites):
    """Takes what remains of a service provider's order as total_fee, too."""

    def rewrite(self, call: Call) -> None:
        order, total = named_order(self, call), self.total(call)
        if order is None or total is None or not is_partner(call):
            return
        taken = sum(refund.draft["amount"]["refund"] for refund in self.store.refunds_of(order))
        if call.values.get("total_fee") == str(int(total) - taken):
            call.values["total_fee"] = total


@breaks(_AMOUNTS)
class TakesTheRefundForTheTotal(_Rewrites):
    """Takes a total_fee that equals the refund_fee."""

    def rewrite(self, call: Call) -> None:
        if call.values.get("total_fee") == call.values.get("refund_fee"):
            call.values["total_fee"] = self.total(call) or ""


@breaks(_AMOUNTS)
class RefundsNoSingleFen(Platform):
    """Refuses to refund one fen."""

    def v2_refund(self, call: Call) -> dict[str, str]:
        if call.values["refund_fee"] == "1":
            raise self.bad_parameter("refund_fee", "too little", "body")
        return super().v2_refund(call)
