"""What several faults of reversing through APIv2 are made of: a look at the order before it is reversed."""

from reference.machines import Entity, Refusal
from reference.platform.core import Platform
from reference.platform.v2.reading import Call
from reference.platform.v2.translating import order_params
from reference.platform.wire import Refused

__all__ = ["DONE", "PaysReversed", "Reverses"]

DONE = {"recall": "N"}
"""What the answer to a reverse says besides."""


class Reverses(Platform):
    """Does something else with some reverses."""

    def v2_reverse(self, call: Call) -> dict[str, str]:
        order = self.find_order(call.asks({}, order_params(call.values)))
        return super().v2_reverse(call) if order is None else self.reverses(call, order)

    def v2_explain(self, call: Call, refused: Refused) -> dict[str, str]:
        """Say what is wrong, and note whose reverse nobody was told the result of."""
        told = super().v2_explain(call, refused)
        order = self.store.order(call.merchant.mchid, call.values.get("out_trade_no", ""))
        if told.get("recall") == "Y" and order is not None:
            order.data["untold"] = True
        return told

    def reverses(self, call: Call, order: Entity) -> dict[str, str]:
        """Reverse *order*, in some way."""
        return self.reverses_rightly(call, order)

    def reverses_rightly(self, call: Call, order: Entity) -> dict[str, str]:
        """Reverse *order*, and note when it was reversed first."""
        told = super().v2_reverse(call)
        order.data.setdefault("reversed_at", self.now())
        return told


class PaysReversed(Reverses):
    """Lets some reversed orders be paid."""

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        """Let the payer pay."""
        order = self.store.order(mchid, out_trade_no)
        if order is None or order.state != "REVOKED" or "reversed_at" not in order.data or not self.is_payable(order):
            return super().pay(mchid, out_trade_no, credential)
        order.state = "SUCCESS"
        self.take_payment(order)
        return None

    def is_payable(self, order: Entity) -> bool:
        """Tell whether this reversed order can be paid."""
        raise NotImplementedError
