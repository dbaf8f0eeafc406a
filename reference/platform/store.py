"""Where the platform keeps orders, refunds and whatever else has a life: plain objects with the few indexes that are asked for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from reference.machines import Entity

__all__ = ["Store", "kind_of"]

_IDS: Final[Mapping[str, str]] = {
    "order": "transaction_id",
    "refund": "refund_id",
    "sharing": "order_id",
    "sharing_return": "return_id",
    "redpack": "send_listid",
    "transfer": "payment_no",
    "bank_transfer": "payment_no",
}
"""The id the platform gives a kind, by which it is found too."""
_PARENTS: Final[Mapping[str, str]] = {
    "refund": "out_trade_no",
    "sharing": "out_trade_no",
    "share": "out_order_no",
    "sharing_return": "out_order_no",
    "redpack": "day",
}
"""The number of what a kind belongs to, as it stands in its data; a red packet counts for the day it is sent on."""


def kind_of(machine: str) -> str:
    """Return the kind of the entities that live by *machine*: numbers are unique within a kind, and all orders are of one."""
    return "order" if machine == "codepay" else machine


class Store:
    """All entities of all merchants, by kind, owner and number.

    Look-ups cost the same for ten orders and for a hundred thousand. *touched* collects what changed since the last `persist`.
    """

    def __init__(self) -> None:
        self._kept: dict[str, dict[tuple[str, str], Entity]] = defaultdict(dict)
        self._by_id: dict[tuple[str, str], Entity] = {}
        self._belonging: dict[tuple[str, str, str], list[Entity]] = defaultdict(list)
        self._orders, self._refunds = self._kept["order"], self._kept["refund"]
        self.touched: dict[tuple[str, str, str], Entity] = {}

    def find(self, kind: str, owner: str, number: str) -> Entity | None:
        """The entity of *kind* that *owner* made under that number."""
        return self._kept[kind].get((owner, number))

    def by_id(self, kind: str, platform_id: str) -> Entity | None:
        """The entity of *kind* the platform gave that id."""
        return self._by_id.get((kind, platform_id))

    def belonging(self, kind: str, owner: str, parent: str) -> tuple[Entity, ...]:
        """All entities of *kind* that belong to what *owner* calls *parent*, oldest first."""
        return tuple(self._belonging.get((kind, owner, parent), ()))

    def every(self, kind: str) -> Iterator[Entity]:
        """Every entity of *kind*, oldest first."""
        return iter(self._kept[kind].values())

    def order(self, owner: str, out_trade_no: str) -> Entity | None:
        """The order *owner* placed under that number."""
        return self._orders.get((owner, out_trade_no))

    def order_by_transaction(self, transaction_id: str) -> Entity | None:
        """The paid order with that transaction_id."""
        return self._by_id.get(("order", transaction_id))

    def refund(self, owner: str, out_refund_no: str) -> Entity | None:
        """The refund *owner* asked for under that number."""
        return self._refunds.get((owner, out_refund_no))

    def refund_by_id(self, refund_id: str) -> Entity | None:
        """The refund with that refund_id."""
        return self._by_id.get(("refund", refund_id))

    def refunds_of(self, order: Entity) -> tuple[Entity, ...]:
        """All refunds of *order*, oldest first."""
        return tuple(self._belonging.get(("refund", order.owner, order.number), ()))

    def orders(self) -> Iterator[Entity]:
        """Every order."""
        return iter(self._orders.values())

    def refunds(self) -> Iterator[Entity]:
        """Every refund."""
        return iter(self._refunds.values())

    def save(self, entity: Entity) -> None:
        """Keep *entity* as it is now, new or changed."""
        kind = kind_of(entity.machine)
        kept = self._kept[kind]
        if kind in _PARENTS and entity.key not in kept:
            self._belonging[kind, entity.owner, entity.data[_PARENTS[kind]]].append(entity)
        kept[entity.owner, entity.number] = entity
        name = _IDS.get(kind)
        if name is not None and name in entity.data:
            self._by_id[kind, entity.data[name]] = entity
        self.touched[kind, entity.owner, entity.number] = entity

    def restore(self, entities: Iterable[Entity]) -> None:
        """Take over entities saved earlier, in the order they were first saved."""
        for entity in entities:
            self.save(entity)
        self.touched.clear()

    def all(self) -> Iterator[Entity]:
        """Every entity of every kind."""
        for kept in self._kept.values():
            yield from kept.values()
