"""Faults in what lets an APIv2 order be paid: whose it is, and for how long."""

from reference.machines import Entity
from reference.platform.core import Platform
from reference.platform.faults.order_handles import Ages, Lasts
from reference.platform.faults.registry import breaks

__all__: list[str] = []

_ENDS = "v2.order.handles-end-in-time"


@breaks("v2.order.hands-out-what-pays")
class MakesPrepayIdsOfTheSecond(Platform):
    """Makes one prepay_id for all orders of one second."""

    def new_credential(self, name: str) -> str:
        return f"wx{self.now()}" if name == "prepay_id" else super().new_credential(name)


@breaks(_ENDS)
class KeepsCodesOfV2(Lasts):
    """Lets the code_url of APIv2 pay as long as its order is open."""

    def is_ageless(self, order: Entity) -> bool:
        return "v2" in order.data and bool(order.data["trade_type"] == "NATIVE")


@breaks(_ENDS)
class KeepsPrepayIdsUntilTheEndOfTheirOrder(Lasts):
    """Lets a service provider's prepay_id pay until time_expire."""

    def is_ageless(self, order: Entity) -> bool:
        return "time_expire" in order.data and order.draft["mode"] == "partner"


@breaks(_ENDS)
class KeepsMwebUrlsForTwoHours(Ages):
    """Lets a mweb_url pay as long as a prepay_id."""

    seconds, products = -(7200 - 300), frozenset({"MWEB"})


@breaks(_ENDS)
class KeepsPrepayIdsForHalfAnHour(Ages):
    """Lets the prepay_id of an APP order pay for half an hour only."""

    seconds, products = 5400, frozenset({"APP"})
