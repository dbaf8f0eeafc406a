"""Where the platform keeps orders, refunds and notifications: plain objects with the few indexes that are asked for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from reference.machines import Entity

__all__ = ["Store"]


class Store:
    """All orders (however placed) and refunds of all merchants.

    Look-ups cost the same for ten orders and for a hundred thousand. *touched* collects what changed since the last `persist`.
    """

    def __init__(self) -> None:
        self._orders: dict[tuple[str, str], Entity] = {}
        self._refunds: dict[tuple[str, str], Entity] = {}
        self._by_transaction: dict[str, Entity] = {}
        self._by_refund_id: dict[str, Entity] = {}
        self._of_order: dict[tuple[str, str], list[Entity]] = defaultdict(list)
        self.touched: dict[tuple[str, str, str], Entity] = {}

    def order(self, owner: str, out_trade_no: str) -> Entity | None:
        """The order *owner* placed under that number."""
        return self._orders.get((owner, out_trade_no))

    def order_by_transaction(self, transaction_id: str) -> Entity | None:
        """The paid order with that transaction_id."""
        return self._by_transaction.get(transaction_id)

    def refund(self, owner: str, out_refund_no: str) -> Entity | None:
        """The refund *owner* asked for under that number."""
        return self._refunds.get((owner, out_refund_no))

    def refund_by_id(self, refund_id: str) -> Entity | None:
        """The refund with that refund_id."""
        return self._by_refund_id.get(refund_id)

    def refunds_of(self, order: Entity) -> tuple[Entity, ...]:
        """All refunds of *order*, oldest first."""
        return tuple(self._of_order.get(order.key, ()))

    def orders(self) -> Iterator[Entity]:
        """Every order."""
        return iter(self._orders.values())

    def refunds(self) -> Iterator[Entity]:
        """Every refund."""
        return iter(self._refunds.values())

    def save(self, entity: Entity) -> None:
        """Keep *entity* as it is now, new or changed."""
        if entity.machine == "refund":
            self._save_refund(entity)
            self.touched["refund", entity.owner, entity.number] = entity
            return
        self._orders[entity.owner, entity.number] = entity
        if "transaction_id" in entity.data:
            self._by_transaction[entity.data["transaction_id"]] = entity
        self.touched["order", entity.owner, entity.number] = entity

    def _save_refund(self, refund: Entity) -> None:
        if refund.key not in self._refunds:
            self._of_order[refund.owner, refund.data["out_trade_no"]].append(refund)
        self._refunds[refund.key] = refund
        self._by_refund_id[refund.data["refund_id"]] = refund

    def restore(self, entities: Iterable[Entity]) -> None:
        """Take over entities saved earlier, in the order they were first saved."""
        for entity in entities:
            self.save(entity)
        self.touched.clear()
