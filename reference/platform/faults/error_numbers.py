"""Faults in what is said of numbers: unknown ones, and those of orders that cannot be closed."""

from typing import Any

from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.rewording import Misnaming, reworded
from reference.platform.intake import Ask
from reference.platform.refusals import BAD_PARAMETER, SYSTEM_ERROR
from reference.platform.wire import Refused, Request

__all__: list[str] = []

_UNKNOWN = "v3.error.answers-404-to-unknown-numbers"
_CLOSE_PAID = "v3.error.names-a-paid-order-when-closing"
_CLOSE_CODE = "v3.error.names-a-code-payment-when-closing"
_CLOSE_UNKNOWN = "v3.error.names-an-unknown-order-when-closing"


@breaks(_UNKNOWN)
class ShowsNothingOfUnknownOrders(Platform):
    """Answers a query for an unknown order with an empty object."""

    def do_order(self, ask: Ask) -> tuple[int, Any]:
        return (200, {}) if self.find_order(ask) is None else super().do_order(ask)


@breaks(_UNKNOWN)
class TakesUnknownRefundsForBadParameters(Platform):
    """Answers a query for an unknown refund 400 PARAM_ERROR."""

    def do_refund(self, ask: Ask) -> tuple[int, Any]:
        if self.known_refund(ask, ask.params["out_refund_no"]) is None:
            raise Refused(BAD_PARAMETER)
        return super().do_refund(ask)


@breaks(_UNKNOWN)
class TakesUnknownPaymentsForPermissions(Misnaming):
    """Names an unknown transaction_id NO_AUTH."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "NO_AUTH" if "/id/" in request.path and refused.refusal.name == "order-unknown" else None


@breaks(_UNKNOWN)
class FindsOrdersByTheNumbersOfTheirRefunds(Platform):
    """Shows an order that is asked for by the number of its refund."""

    def find_order(self, ask: Ask) -> Any:
        refund = self.store.refund(ask.merchant.mchid, ask.params.get("out_trade_no", ""))
        return super().find_order(ask) if refund is None else self.store.order(refund.owner, refund.data["out_trade_no"])


@breaks(_UNKNOWN)
class TellsOthersThatAnOrderIsPaid(Platform):
    """Says ORDER_PAID to a merchant that asks for another's paid order."""

    def do_order(self, ask: Ask) -> tuple[int, Any]:
        wanted = ask.params.get("out_trade_no")
        others = (order for order in self.store.orders() if order.number == wanted and order.owner != ask.merchant.mchid)
        if any("transaction_id" in order.data for order in others):
            raise reworded(Refused(BAD_PARAMETER), code="ORDER_PAID")
        return super().do_order(ask)


@breaks(_CLOSE_PAID)
class TakesPaidOrdersForUnknownOnes(Misnaming):
    """Names a paid order that is to be closed ORDER_NOT_EXIST."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "ORDER_NOT_EXIST" if request.path.endswith("/close") and refused.refusal.name == "order-paid" else None


@breaks(_CLOSE_PAID)
class TakesRefundedOrdersForClosedOnes(Platform):
    """Names a refunded order that is to be closed ORDER_CLOSED."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.machine == "order" and order.state == "REFUND":
            raise reworded(Refused(BAD_PARAMETER), code="ORDER_CLOSED")
        return super().do_order_close(ask)


@breaks(_CLOSE_PAID)
class TakesAProvidersPaidOrdersForBadParameters(Misnaming):
    """Names a service provider's paid order that is to be closed PARAM_ERROR."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        closes = request.path.startswith("/v3/pay/partner/") and request.path.endswith("/close")
        return "PARAM_ERROR" if closes and refused.refusal.name == "order-paid" else None


@breaks(_CLOSE_CODE)
class TakesCodePaymentsForUnknownOrders(Misnaming):
    """Names a code payment that is to be closed ORDER_NOT_EXIST."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "ORDER_NOT_EXIST" if refused.refusal.name == "only-reversible" else None


@breaks(_CLOSE_CODE)
class FailsToCloseReversedOrders(Platform):
    """Answers the close of a reversed code payment SYSTEM_ERROR."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.state == "REVOKED":
            raise Refused(SYSTEM_ERROR)
        return super().do_order_close(ask)


@breaks(_CLOSE_UNKNOWN)
class ClosesWhatDoesNotExist(Platform):
    """Answers the close of an unknown order 204."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        return (204, None) if self.find_order(ask) is None else super().do_order_close(ask)


@breaks(_CLOSE_UNKNOWN)
class TakesUnknownOrdersForClosedOnes(Misnaming):
    """Names a service provider's unknown order that is to be closed ORDER_CLOSED."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        closes = request.path.startswith("/v3/pay/partner/") and request.path.endswith("/close")
        return "ORDER_CLOSED" if closes and refused.refusal.name == "order-unknown" else None
