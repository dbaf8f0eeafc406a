"""Faults in what a reverse through APIv2 says of orders that are not reversed."""

from reference.machines import Entity
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.v2_reversing import DONE, Reverses
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []

_SAYS = "v2.reverse.says-whether-to-repeat"


@breaks(_SAYS)
class ReversesUnifiedOrdersInWords(Reverses):
    """Says of any order that was not paid by code that it was reversed."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        return DONE if order.machine == "order" else self.reverses_rightly(call, order)


@breaks(_SAYS)
class ClosesPaidUnifiedOrders(Reverses):
    """Closes the order of a service provider that is to be reversed, and keeps what was paid."""

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        if order.machine != "order" or "sub_mch_id" not in call.values:
            return self.reverses_rightly(call, order)
        order.state = "CLOSED"
        return DONE


@breaks(_SAYS)
class RefusesAndAsksAgain(Platform):
    """Asks whoever was refused for the age of an order to call again."""

    def v2_explain(self, call: Call, refused: Refused) -> dict[str, str]:
        told = super().v2_explain(call, refused)
        return told | ({"recall": "Y"} if refused.refusal.name == "reverse-expired" else {})
