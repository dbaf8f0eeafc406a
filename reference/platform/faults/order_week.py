"""Faults in when an order that nobody paid closes by itself."""

from reference.machines import Entity, Refusal
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks

__all__: list[str] = []


@breaks("v3.order.closes-after-seven-days")
class NeverClosesByItself(Platform):
    """Leaves orders open for ever."""

    def watch_expiry(self, order: Entity) -> None:
        pass


@breaks("v3.order.closes-after-seven-days")
class ClosesAfterADay(Platform):
    """Closes an order that was not paid for a day."""

    def watch_expiry(self, order: Entity) -> None:
        order.created -= 6 * 86_400
        super().watch_expiry(order)
        order.created += 6 * 86_400


@breaks("v3.order.closes-after-seven-days")
class ClosesAfterEightDays(Platform):
    """Closes an order a day late."""

    def watch_expiry(self, order: Entity) -> None:
        order.created += 86_400
        super().watch_expiry(order)
        order.created -= 86_400


@breaks("v3.order.closes-after-seven-days")
class NeverClosesH5Orders(Platform):
    """Leaves H5 orders open for ever."""

    def watch_expiry(self, order: Entity) -> None:
        if order.data["trade_type"] != "MWEB":
            super().watch_expiry(order)


@breaks("v3.order.closes-after-seven-days")
class NeverClosesProvidersOrders(Platform):
    """Leaves the orders of service providers open for ever."""

    def watch_expiry(self, order: Entity) -> None:
        if order.draft["mode"] != "partner":
            super().watch_expiry(order)


@breaks("v3.order.closes-after-seven-days")
class ShowsOldOrdersClosedButTakesTheirMoney(Platform):
    """Shows an order of seven days as closed, and lets it be paid."""

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None and order.state == "CLOSED" and self.now() - order.created >= 7 * 86_400:
            order.state = "NOTPAY"
        return super().pay(mchid, out_trade_no, credential)


@breaks("v3.order.closes-after-seven-days")
class KeepsTriedOrdersOpen(Platform):
    """Never closes an order that somebody tried to pay."""

    def fail(self, mchid: str, out_trade_no: str) -> Refusal | None:
        self.diary = [due for due in self.diary if (due.owner, due.number) != (mchid, out_trade_no)]
        return super().fail(mchid, out_trade_no)
