"""Faults in what is said of requests with two things wrong."""

from typing import Any

from reference.contract import Operation
from reference.identity import Merchant
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.rewording import reworded
from reference.platform.refusals import BAD_PARAMETER, SYSTEM_ERROR
from reference.platform.wire import Refused, Request

__all__: list[str] = []

_SEVERAL = "v3.error.names-one-of-several-faults"


@breaks(_SEVERAL)
class InventsACodeForTwoBadFields(Platform):
    """Names two bad fields of one order MULTIPLE_ERRORS."""

    def minded(self, found: Any, name: str | None = None) -> Any:
        left = super().minded(found, name)
        if len({problem.pointer[:1] for problem in left}) > 1:
            raise reworded(Refused(BAD_PARAMETER), code="MULTIPLE_ERRORS")
        return left


@breaks(_SEVERAL)
class FailsOnTwoBadFieldsOfARefund(Platform):
    """Answers two bad fields of a refund 500."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        failing = operation.id == "refund_create"
        self.two_are_too_many = failing
        return super().read_body(request, operation)

    two_are_too_many = False

    def minded(self, found: Any, name: str | None = None) -> Any:
        left = super().minded(found, name)
        if self.two_are_too_many and len(left) > 1:
            raise Refused(SYSTEM_ERROR)
        return left


@breaks(_SEVERAL)
class ForbidsBadBodiesOfTheUnsigned(Platform):
    """Names a request whose signature and body are both bad NO_AUTH."""

    def authenticate(self, request: Request) -> Merchant:
        try:
            return super().authenticate(request)
        except Refused:
            self.read_body_of_the_unsigned(request)
            raise

    def read_body_of_the_unsigned(self, request: Request) -> None:
        """Refuse a bad body in other words."""
        found, _ = self.find(request)
        try:
            self.read_body(request, found)
        except Refused as refused:
            raise reworded(refused, code="NO_AUTH") from None


@breaks(_SEVERAL)
class TakesBadRefundsOfUnknownOrdersForShortFunds(Platform):
    """Names a bad field of a refund of an unknown order NOT_ENOUGH."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        try:
            return super().read_body(request, operation)
        except Refused as refused:
            if operation.id == "refund_create" and not any(order.number in request.body.decode() for order in self.store.orders()):
                raise reworded(refused, code="NOT_ENOUGH") from None
            raise


@breaks(_SEVERAL)
class ClosesPaidOrdersOfNobody(Platform):
    """Answers the close of a paid order that names no merchant RULE_LIMIT."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        try:
            return super().read_body(request, operation)
        except Refused as refused:
            paid = (order.number for order in self.store.orders() if "transaction_id" in order.data)
            if operation.event == "order.close" and any(number in request.path for number in paid):
                raise reworded(refused, code="RULE_LIMIT") from None
            raise


@breaks(_SEVERAL)
class OverlooksBadFieldsOfUsedNumbers(Platform):
    """Accepts a bad field in an order under a number that is closed."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        try:
            return super().read_body(request, operation)
        except Refused as refused:
            closed = (order.number for order in self.store.orders() if order.state == "CLOSED")
            if operation.event == "order.place" and any(number.encode() in request.body for number in closed):
                raise reworded(refused, status=200) from None
            raise
