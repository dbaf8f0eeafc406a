"""What faults in refunds through APIv2 are made of."""

from reference.machines import Case, Entity
from reference.platform.core import Platform
from reference.platform.faults.weighing import Weighs
from reference.platform.v2.reading import Call
from reference.platform.v2.translating import order_params

__all__ = ["WeighsThroughApiv2", "is_partner", "known", "made_up", "named_order"]


class WeighsThroughApiv2(Weighs):
    """Weighs wrongly where a refund is applied for through APIv2, and rightly where through APIv3; *call* is the request of APIv2."""

    call: Call | None = None

    def v2_refund(self, call: Call) -> dict[str, str]:
        self.call = call
        try:
            return super().v2_refund(call)
        finally:
            self.call = None

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        return self.overlooked if self.call is None else super().overlooks(event, case)

    def counted_refunds(self, order: Entity | None) -> tuple[Entity, ...]:
        refunds = super().counted_refunds(order)
        return refunds if self.call is None else tuple(map(self.seen, refunds))

    def seen(self, refund: Entity) -> Entity:
        """An earlier refund as it is seen when another one is applied for through APIv2."""
        return refund


def named_order(platform: Platform, call: Call) -> Entity | None:
    """The order a refund or a query names."""
    params = order_params(call.values)
    return platform.find_order(call.asks({}, params)) if params.keys() - {"sub_mchid"} else None


def known(platform: Platform, call: Call) -> Entity | None:
    """The refund there is under the number of an application."""
    return platform.store.refund(call.merchant.mchid, call.values["out_refund_no"])


def is_partner(call: Call) -> bool:
    """Tell whether a service provider asks."""
    return "sub_mch_id" in call.values


def made_up(platform: Platform, order: Entity, call: Call) -> dict[str, str]:
    """The answer to a refund of *order* that is nowhere written down."""
    shown = {name: call.values[name] for name in ("out_refund_no", "refund_fee", "total_fee")}
    return shown | {
        "refund_id": f"5030{platform.now():014d}0000000000",
        "transaction_id": order.data.get("transaction_id", "4200000000202606150000000000"),
        "out_trade_no": order.number,
        "cash_fee": call.values["total_fee"],
    }
