"""Faults in what a request does that cannot be verified."""

from contextlib import suppress

from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.request_lenience import is_made_by
from reference.platform.wire import Answer, Headers, Refused, Request

__all__: list[str] = []


class _DoesItAnyway(Platform):
    """Refuses what it cannot verify, and does it all the same."""

    paths: tuple[str, ...] = ("",)

    def handle(self, method: str, target: str, headers: Headers, body: bytes) -> Answer:
        answer = super().handle(method, target, headers, body)
        request = Request(method, target, headers, body)
        if answer.status == 401 and method == "POST" and request.path.endswith(self.paths) and self.is_done_anyway(request):
            self.do(request)
        return answer

    def is_done_anyway(self, request: Request) -> bool:
        """Tell whether this request is carried out."""
        return True

    def do(self, request: Request) -> None:
        """Carry *request* out as the merchant it names."""
        named = (merchant for merchant in self.identity.merchants if merchant.mchid.encode() in request.target.encode() + request.body)
        with suppress(Refused):
            operation, params = self.find(request)
            self.perform(self.read(request, operation, params, next(named, self.identity.merchant)))


@breaks("v3.request.unverified-request-changes-nothing")
class PlacesUnverifiedOrders(_DoesItAnyway):
    """Places an order whose request it refuses."""

    paths = ("/jsapi", "/app", "/h5", "/native")


@breaks("v3.request.unverified-request-changes-nothing")
class PlacesStaleOrders(_DoesItAnyway):
    """Places an order whose request is signed, but out of date."""

    paths = ("/native",)

    def is_done_anyway(self, request: Request) -> bool:
        with suppress(Refused):
            claim = self.read_authorization(request)
            return not self.is_fresh(claim.timestamp)
        return False


@breaks("v3.request.unverified-request-changes-nothing")
class ChargesUnverifiedCodes(_DoesItAnyway):
    """Charges a payment code whose request it refuses."""

    paths = ("/codepay",)


@breaks("v3.request.unverified-request-changes-nothing")
class ClosesUnverified(_DoesItAnyway):
    """Closes an order though it refuses to."""

    paths = ("/close",)


@breaks("v3.request.unverified-request-changes-nothing")
class ReversesUnverified(_DoesItAnyway):
    """Reverses an order though it refuses to."""

    paths = ("/reverse",)


@breaks("v3.request.unverified-request-changes-nothing")
class RefundsUnverified(_DoesItAnyway):
    """Refunds though it refuses to."""

    paths = ("/refunds",)


@breaks("v3.request.unverified-request-changes-nothing")
class PaysOutUnverified(_DoesItAnyway):
    """Pays a bounced refund out though it refuses to."""

    paths = ("/apply-abnormal-refund",)


@breaks("v3.request.unverified-request-changes-nothing")
class NotifiesUnverifiedEchoes(_DoesItAnyway):
    """Sends the notification of an echo though it refuses the request."""

    paths = ("/echo",)


@breaks("v3.request.unverified-request-changes-nothing")
class BelievesATamperedBodyAfterAll(_DoesItAnyway):
    """Carries out what the merchant signed in another form, though it refuses it."""

    def is_done_anyway(self, request: Request) -> bool:
        with suppress(Refused):
            claim = self.read_authorization(request)
            return self.is_fresh(claim.timestamp) and is_made_by(self.identity.merchant.credential, claim.signature)
        return False
