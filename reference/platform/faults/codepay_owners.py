"""Faults in who may reverse a code payment."""

from typing import Any

from reference.identity import Merchant
from reference.machines import Entity
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Request

__all__: list[str] = []


class _ReversesForOthers(Platform):
    """Reverses other merchants' orders in some cases."""

    def do_codepay_reverse(self, ask: Ask) -> tuple[int, Any]:
        number = ask.params["out_trade_no"]
        other = next((order for order in self.store.orders() if order.number == number and self.is_open_to(ask, order)), None)
        if self.find_order(ask) is None and other is not None and other.machine == "codepay":
            other.state = "REVOKED"
            return 200, self.who(other.draft) | {"out_trade_no": other.number}
        return super().do_codepay_reverse(ask)

    def is_open_to(self, ask: Ask, order: Entity) -> bool:
        """Tell whether the asker may reverse this order of somebody else."""
        return True


@breaks("v3.codepay.others-cannot-reverse")
class ReversesForAnybody(_ReversesForOthers):
    """Reverses any merchant's paid order of the number, whoever asks."""

    def is_open_to(self, ask: Ask, order: Entity) -> bool:
        return order.state == "SUCCESS"


@breaks("v3.codepay.others-cannot-reverse")
class ReversesForAnySubMerchant(_ReversesForOthers):
    """Reverses a service provider's waiting order whatever sub-merchant of its own it names."""

    def is_open_to(self, ask: Ask, order: Entity) -> bool:
        return order.owner == ask.merchant.mchid and order.state == "USERPAYING"


@breaks("v3.codepay.others-cannot-reverse")
class BelievesWhomAReverseNames(Platform):
    """Reverses the orders of the merchant a reverse names, whoever signed it."""

    def check_merchant(self, ask: Ask) -> None:
        named = self.place_of(ask, ask.operation.acting_merchant)
        order = self.store.order(str(named), ask.params.get("out_trade_no", ""))
        if ask.operation.event == "codepay.reverse" and order is not None and named != ask.merchant.mchid:
            order.state = "REVOKED"
        super().check_merchant(ask)


@breaks("v3.codepay.reverse-needs-a-valid-signature")
class ReversesForTheUnsigned(Platform):
    """Reverses without an Authorization header for the merchant the body names."""

    def authenticate(self, request: Request) -> Merchant:
        if request.path.endswith("/reverse") and request.header("Authorization") is None:
            for merchant in self.identity.merchants:
                if merchant.mchid.encode() in request.body:
                    return merchant
        return super().authenticate(request)


@breaks("v3.codepay.reverse-needs-a-valid-signature")
class ReversesForAnySignature(Platform):
    """Takes any signature for a service provider's reverse."""

    def authenticate(self, request: Request) -> Merchant:
        if request.path.endswith("/reverse") and "/partner/" in request.path and request.header("Authorization") is not None:
            merchant = self.merchant_called(self.read_authorization(request).mchid)
            if merchant is not None:
                return merchant
        return super().authenticate(request)


@breaks("v3.codepay.reverse-needs-a-valid-signature")
class ReversesBeforeItLooks(Platform):
    """Answers an unsigned reverse 401, after carrying it out."""

    def authenticate(self, request: Request) -> Merchant:
        parts = request.path.split("/")
        if parts[-1] == "reverse" and request.header("Authorization") is None:
            for order in self.store.orders():
                if order.number == parts[-2] and order.machine == "codepay":
                    order.state = "REVOKED"
        return super().authenticate(request)
