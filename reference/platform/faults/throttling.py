"""Faults in what happens to requests that come too soon."""

from typing import Any

from reference.identity import Merchant
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.rewording import Misnaming, reworded
from reference.platform.intake import Ask
from reference.platform.wire import Answer, Refused, Request

__all__: list[str] = []

_TOLD = "v3.error.throttles-with-429"
_DONE = "v3.error.executes-no-throttled-request"


@breaks(_TOLD)
class ForbidsWhatComesTooSoon(Platform):
    """Answers too many requests 403 RULE_LIMIT."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        too_soon = refused.refusal.name == "rate-limited"
        return super().refuse(request, reworded(refused, status=403, code="RULE_LIMIT") if too_soon else refused)


@breaks(_TOLD)
class IsUnavailableToTheHasty(Platform):
    """Answers too many requests of a service provider 503."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        too_soon = refused.refusal.name == "rate-limited" and "/partner/" in request.path
        return super().refuse(request, reworded(refused, status=503, code="SERVICE_UNAVAILABLE") if too_soon else refused)


@breaks(_TOLD)
class FindsNothingForTheHasty(Platform):
    """Answers too many queries 404."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        too_soon = refused.refusal.name == "rate-limited" and request.method == "GET"
        return super().refuse(request, reworded(refused, status=404, code="ORDER_NOT_EXIST") if too_soon else refused)


@breaks(_TOLD)
class ThanksTheHasty(Platform):
    """Answers too many refunds 200, with the code of the limit."""

    def refuse(self, request: Request, refused: Refused) -> Answer:
        too_soon = refused.refusal.name == "rate-limited" and request.path.startswith("/v3/refund/")
        return super().refuse(request, reworded(refused, status=200) if too_soon else refused)


@breaks(_TOLD)
class CallsTheHastyAFailure(Misnaming):
    """Names too many requests SYSTEM_ERROR."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "SYSTEM_ERROR" if refused.refusal.name == "rate-limited" else None


@breaks(_TOLD)
class CallsHastyBillsMissing(Misnaming):
    """Names too many applications for bills NO_STATEMENT_EXIST."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "NO_STATEMENT_EXIST" if refused.refusal.name == "rate-limited" and request.path.startswith("/v3/bill/") else None


class _Late(Platform):
    """Notices that some requests came too soon only when they are done."""

    late: Refused | None = None

    def throttle(self, merchant: Merchant) -> None:
        try:
            super().throttle(merchant)
        except Refused as refused:
            self.late = refused

    def perform(self, ask: Ask) -> tuple[int, Any]:
        late, self.late = self.late, None
        if late is not None and not self.is_done_first(ask):
            raise late
        answered = super().perform(ask)
        if late is not None:
            raise late
        return answered

    def is_done_first(self, ask: Ask) -> bool:
        """Tell whether *ask* is done before anybody sees that it came too soon."""
        raise NotImplementedError


@breaks(_DONE)
class PlacesThrottledOrders(_Late):
    """Places an order and then answers that it came too soon."""

    def is_done_first(self, ask: Ask) -> bool:
        return ask.operation.event == "order.place"


@breaks(_DONE)
class MakesThrottledRefunds(_Late):
    """Makes a refund and then answers that it came too soon."""

    def is_done_first(self, ask: Ask) -> bool:
        return ask.operation.event == "refund.apply"


@breaks(_DONE)
class MakesFurtherThrottledRefunds(_Late):
    """Makes a further refund of an order and then answers that it came too soon."""

    def is_done_first(self, ask: Ask) -> bool:
        order = self.store.order(ask.merchant.mchid, ask.fields.get("out_trade_no", ""))
        return ask.operation.event == "refund.apply" and order is not None and order.state == "REFUND"


@breaks(_DONE)
class ClosesThrottledOrdersOfProviders(_Late):
    """Closes a service provider's order and then answers that the close came too soon."""

    def is_done_first(self, ask: Ask) -> bool:
        return ask.operation.id == "partner_order_close"


@breaks(_DONE)
class ReversesThrottledOrders(_Late):
    """Reverses a code payment and then answers that the reversal came too soon."""

    def is_done_first(self, ask: Ask) -> bool:
        return ask.operation.event == "codepay.reverse"


@breaks(_DONE)
class ChargesThrottledCodes(_Late):
    """Charges a payment code and then answers that it came too soon."""

    def is_done_first(self, ask: Ask) -> bool:
        return ask.operation.event == "codepay.submit"


@breaks(_DONE)
class PaysOutThrottledRefunds(_Late):
    """Pays a bounced refund out another way and then answers that this came too soon."""

    def is_done_first(self, ask: Ask) -> bool:
        return ask.operation.event == "refund.apply_abnormal"


@breaks(_DONE)
class NotifiesThrottledEchoes(_Late):
    """Notifies an echo and then answers that it came too soon."""

    def is_done_first(self, ask: Ask) -> bool:
        return ask.operation.shows == "echo"


@breaks(_DONE)
class DoesWhatIsAskedTooSoonTwice(_Late):
    """Places an order when it is asked for too soon once more."""

    asked: frozenset[str] = frozenset()

    def is_done_first(self, ask: Ask) -> bool:
        number = ask.fields.get("out_trade_no", "")
        again = number in self.asked
        self.asked |= {number}
        return again and ask.operation.event == "order.place"


@breaks(_DONE)
class UsesThrottledNumbersUp(Platform):
    """Does not take a refund number again that was asked for too soon."""

    spoilt: frozenset[bytes] = frozenset()

    def refuse(self, request: Request, refused: Refused) -> Answer:
        if refused.refusal.name == "rate-limited" and request.path == "/v3/refund/domestic/refunds":
            self.spoilt |= {request.body}
        return super().refuse(request, refused)

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        if ask.request.body in self.spoilt:
            raise self.bad_parameter("out_refund_no", "was used", "body")
        return super().do_refund_apply(ask)
