"""Faults in keeping merchants apart."""

from typing import Any

from reference.machines import Entity
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.refusals import FOREIGN_MERCHANT
from reference.platform.wire import Refused

__all__: list[str] = []


def _of_anybody(platform: Platform, ask: Ask) -> Entity | None:
    """Return any merchant's order of the number asked for."""
    number = ask.params.get("out_trade_no")
    return next((order for order in platform.store.orders() if order.number == number), None)


@breaks("v3.transaction.hides-orders-of-others")
class ShowsAnybodysPayment(Platform):
    """Shows any merchant's order to whoever knows its transaction_id."""

    def is_visible(self, ask: Ask, order: Entity) -> bool:
        return "transaction_id" in ask.params or super().is_visible(ask, order)


@breaks("v3.transaction.hides-orders-of-others")
class ShowsAnybodysNumber(Platform):
    """Shows any merchant's order to whoever knows its out_trade_no."""

    def do_order(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask) or _of_anybody(self, ask)
        return super().do_order(ask) if order is None else (200, self.show_order(order))


@breaks("v3.transaction.hides-orders-of-others")
class BelievesWhomAQueryNames(Platform):
    """Shows the orders of the merchant a query names, whoever signed it."""

    def check_merchant(self, ask: Ask) -> None:
        if ask.operation.shows != "order" or ask.operation.event is not None:
            super().check_merchant(ask)

    def find_order(self, ask: Ask) -> Entity | None:
        named = ask.params.get("mchid") or ask.params.get("sp_mchid") or ask.merchant.mchid
        if "transaction_id" in ask.params or ask.operation.event is not None:
            return super().find_order(ask)
        return self.store.order(named, ask.params["out_trade_no"])


@breaks("v3.transaction.hides-orders-of-others")
class RefusesWithDetails(Platform):
    """Refuses a query for another merchant's order, and says what it is in the refusal's detail."""

    def do_order(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask) or _of_anybody(self, ask)
        if order is not None and order.owner != ask.merchant.mchid:
            raise Refused(FOREIGN_MERCHANT, {"field": "out_trade_no", "value": str(self.show_order(order))})
        return super().do_order(ask)


@breaks("v3.transaction.hides-orders-of-others")
class ShowsDirectOrdersToProviders(Platform):
    """Shows a service provider every direct merchant's closed orders."""

    def do_order(self, ask: Ask) -> tuple[int, Any]:
        order = _of_anybody(self, ask)
        if order is not None and order.state == "CLOSED" and ask.operation.mode == "partner":
            return 200, self.show_order(order)
        return super().do_order(ask)


@breaks("v3.transaction.hides-orders-of-others")
class MixesUpOrdersOfOneNumber(Platform):
    """Shows, of two merchants' orders of one number, the paid one."""

    def find_order(self, ask: Ask) -> Entity | None:
        found = super().find_order(ask)
        alike = (order for order in self.store.orders() if found is not None and order.number == found.number)
        return found and next((order for order in alike if order.state == "SUCCESS"), found)


@breaks("v3.transaction.hides-orders-of-other-sub-merchants")
class OverlooksTheSubMerchant(Platform):
    """Shows an order to a service provider whatever sub-merchant of its own it names."""

    def is_visible(self, ask: Ask, order: Entity) -> bool:
        return order.owner == ask.merchant.mchid


@breaks("v3.transaction.hides-orders-of-other-sub-merchants")
class OverlooksTheSubMerchantByTransactionId(Platform):
    """Shows an order by its transaction_id whatever sub-merchant is named."""

    def is_visible(self, ask: Ask, order: Entity) -> bool:
        return super().is_visible(ask, order) or ("transaction_id" in ask.params and order.owner == ask.merchant.mchid)


@breaks("v3.transaction.hides-orders-of-other-sub-merchants")
class OverlooksTheSubMerchantAtTheTill(Platform):
    """Shows a refunded code payment whatever sub-merchant is named."""

    def is_visible(self, ask: Ask, order: Entity) -> bool:
        refunded = order.machine == "codepay" and order.state == "REFUND" and order.owner == ask.merchant.mchid
        return refunded or super().is_visible(ask, order)


@breaks("v3.transaction.hides-orders-of-other-sub-merchants")
class TakesTheProviderForASubMerchant(Platform):
    """Shows an order to a service provider that names itself as the sub-merchant."""

    def check_merchant(self, ask: Ask) -> None:
        if ask.sub_mchid != ask.merchant.mchid:
            super().check_merchant(ask)

    def is_visible(self, ask: Ask, order: Entity) -> bool:
        own = order.owner == ask.merchant.mchid == ask.sub_mchid
        return own or super().is_visible(ask, order)


@breaks("v3.transaction.others-cannot-close")
class ClosesAnybodysNumber(Platform):
    """Closes any merchant's order of the number, whoever asks."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask) or _of_anybody(self, ask)
        if order is not None and order.machine == "order" and order.state == "NOTPAY":
            order.state = "CLOSED"
            return 204, None
        return super().do_order_close(ask)


@breaks("v3.transaction.others-cannot-close")
class BelievesWhomACloseNames(Platform):
    """Closes the orders of the merchant a close names, whoever signed it."""

    def check_merchant(self, ask: Ask) -> None:
        named = self.place_of(ask, ask.operation.acting_merchant)
        order = self.store.order(str(named), ask.params.get("out_trade_no", ""))
        if ask.operation.event == "order.close" and order is not None and order.state == "NOTPAY":
            order.state = "CLOSED"
        super().check_merchant(ask)


@breaks("v3.transaction.others-cannot-close")
class ClosesForTheWrongSubMerchant(Platform):
    """Closes a service provider's order whatever sub-merchant of its own it names."""

    def is_visible(self, ask: Ask, order: Entity) -> bool:
        own = order.owner == ask.merchant.mchid and ask.operation.event == "order.close"
        return own or super().is_visible(ask, order)


@breaks("v3.transaction.others-cannot-close")
class AnswersForeignClosesAsDone(Platform):
    """Answers 204 to a close that names another merchant than the one that signed it, and does nothing."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        named = self.place_of(ask, ask.operation.acting_merchant)
        return (204, None) if named != ask.merchant.mchid else super().do_order_close(ask)

    def check_merchant(self, ask: Ask) -> None:
        if ask.operation.event != "order.close":
            super().check_merchant(ask)
