"""Faults in who may sign a request."""

from collections.abc import Mapping

from reference.contract import Operation
from reference.identity import Credential, Merchant
from reference.oracles import signature
from reference.oracles.authorization import Authorization
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.refusals import BAD_PARAMETER
from reference.platform.wire import Answer, Headers, Refused, Request

__all__: list[str] = []


class _LetsIn(Platform):
    """Lets in some requests without a signature, as the merchant they name, or the first one."""

    def authenticate(self, request: Request) -> Merchant:
        if request.header("Authorization") or not self.is_let_in(request):
            return super().authenticate(request)
        text = request.target.encode() + request.body
        return next((merchant for merchant in self.identity.merchants if merchant.mchid.encode() in text), self.identity.merchant)

    def is_let_in(self, request: Request) -> bool:
        """Tell whether this request need not be signed."""
        return True


@breaks("v3.request.refuses-missing-signature")
class LetsInUnsignedRequests(_LetsIn):
    """Serves whoever sends no Authorization header, or an empty one."""


@breaks("v3.request.refuses-missing-signature")
class LetsInUnsignedQueries(_LetsIn):
    """Serves queries without Authorization header."""

    def is_let_in(self, request: Request) -> bool:
        return request.method == "GET"


@breaks("v3.request.refuses-missing-signature")
class LetsInUnsignedEchoes(_LetsIn):
    """Serves the security echo without Authorization header."""

    def is_let_in(self, request: Request) -> bool:
        return request.path == "/v3/security/echo"


@breaks("v3.request.refuses-missing-signature")
class LetsInUnsignedPartners(_LetsIn):
    """Serves service providers without Authorization header."""

    def is_let_in(self, request: Request) -> bool:
        return "/partner/" in request.path


@breaks("v3.request.refuses-missing-signature")
class LetsInEmptyHeaders(_LetsIn):
    """Serves whoever sends an empty Authorization header."""

    def is_let_in(self, request: Request) -> bool:
        return request.header("Authorization") is not None


@breaks("v3.request.refuses-missing-signature")
class TakesAMissingSignatureForABadParameter(Platform):
    """Answers a request without Authorization header 400."""

    def authenticate(self, request: Request) -> Merchant:
        if not request.header("Authorization"):
            raise Refused(BAD_PARAMETER, signed=False)
        return super().authenticate(request)


@breaks("v3.request.refuses-foreign-key")
class NeverVerifies(Platform):
    """Reads the header, and verifies nothing."""

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:
        return True


@breaks("v3.request.refuses-foreign-key")
class NeverVerifiesQueries(Platform):
    """Verifies nothing where nothing is changed."""

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:
        return request.method == "GET" or super().is_signed(request, claim, credential)


@breaks("v3.request.refuses-foreign-key")
class AcceptsTheKeyOfAnyMerchant(Platform):
    """Accepts the signature of any merchant it knows."""

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:
        known = (known for merchant in self.identity.merchants for known in merchant.credentials)
        return any(super(AcceptsTheKeyOfAnyMerchant, self).is_signed(request, claim, each) for each in known)


@breaks("v3.request.refuses-foreign-key")
class AcceptsItsOwnKeys(Platform):
    """Accepts requests that one of the platform's own keys signed."""

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:
        message = self.signed_message(request, claim)
        own = (signature.verifies(key.public_key, message, claim.signature) for key in self.identity.platform)
        return super().is_signed(request, claim, credential) or any(own)


@breaks("v3.request.refuses-foreign-key")
class NeverVerifiesRefunds(Platform):
    """Verifies nothing where a refund is asked for."""

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:
        return request.path.startswith("/v3/refund/") or super().is_signed(request, claim, credential)


class _ActsAsNamed(Platform):
    """Acts as the merchant a request names, whoever signed it."""

    def read(self, request: Request, operation: Operation, path_params: Mapping[str, str], merchant: Merchant) -> Ask:
        if self.is_believed(operation):
            text = request.target.encode() + request.body
            merchant = next((named for named in self.identity.merchants if named.mchid.encode() in text), merchant)
        return super().read(request, operation, path_params, merchant)

    def is_believed(self, operation: Operation) -> bool:
        """Tell whether this operation takes the request's word for it."""
        return True


@breaks("v3.request.signer-is-the-acting-merchant")
class ActsForAnyMerchant(_ActsAsNamed):
    """Does for one direct merchant what another one signed."""

    def is_believed(self, operation: Operation) -> bool:
        return operation.mode == "direct"


@breaks("v3.request.signer-is-the-acting-merchant")
class ClosesForAnyMerchant(_ActsAsNamed):
    """Closes one merchant's order when another one signed."""

    def is_believed(self, operation: Operation) -> bool:
        return operation.id == "order_close"


@breaks("v3.request.signer-is-the-acting-merchant")
class ShowsOrdersToAnyMerchant(_ActsAsNamed):
    """Shows one merchant's order, found by its transaction_id, to another one."""

    def is_believed(self, operation: Operation) -> bool:
        return operation.id == "order_query_by_id"


@breaks("v3.request.signer-is-the-acting-merchant")
class ReversesForAnyMerchant(_ActsAsNamed):
    """Reverses one merchant's order when another one signed."""

    def is_believed(self, operation: Operation) -> bool:
        return operation.id == "order_reverse"


class _NeverCompares(Platform):
    """Does not compare the merchant that some requests name with the one that signed."""

    operations: tuple[str, ...] = ()

    def check_merchant(self, ask: Ask) -> None:
        if not ask.operation.id.endswith(self.operations):
            super().check_merchant(ask)


@breaks("v3.request.signer-is-the-acting-merchant")
class NeverComparesTheMerchantOfAnOrder(_NeverCompares):
    """Does not compare the mchid of an order with that of the signer."""

    operations = ("h5_create", "native_create")


@breaks("v3.request.signer-is-the-acting-merchant")
class NeverComparesTheMerchantOfAQuery(_NeverCompares):
    """Does not compare the mchid of a query with that of the signer."""

    operations = ("order_query",)


@breaks("v3.request.partner-signs-as-sp-mchid")
class NeverComparesTheProviderThatCloses(_NeverCompares):
    """Does not compare the sp_mchid of a closing with the mchid of the signer."""

    operations = ("partner_order_close",)


@breaks("v3.request.partner-signs-as-sp-mchid")
class AcceptsSubMerchantsAsSigners(Platform):
    """Takes a sub_mchid in the header for the service provider behind it."""

    def merchant_called(self, mchid: str) -> Merchant | None:
        behind = next((merchant for merchant in self.identity.merchants if mchid in merchant.sub_mchids), None)
        return super().merchant_called(mchid) or behind


@breaks("v3.request.partner-signs-as-sp-mchid")
class ActsForAnyServiceProvider(_ActsAsNamed):
    """Does for a service provider what any merchant signed."""

    def is_believed(self, operation: Operation) -> bool:
        return operation.mode == "partner"


@breaks("v3.request.partner-signs-as-sp-mchid")
class ClosesForAnyServiceProvider(_ActsAsNamed):
    """Closes a service provider's order when any merchant signed."""

    def is_believed(self, operation: Operation) -> bool:
        return operation.id == "partner_order_close"


class _KnowsOneSpelling(Platform):
    """Sees a header only if its name is written as in the documents."""

    names: tuple[str, ...] = ()

    def handle(self, method: str, target: str, headers: Headers, body: bytes) -> Answer:
        known = {name.lower(): name for name in self.names}
        seen = [(name, value) for name, value in headers if known.get(name.lower(), name) == name]
        return super().handle(method, target, seen, body)


@breaks("v3.request.header-names-in-any-case")
class KnowsOneSpellingOfAuthorization(_KnowsOneSpelling):
    """Sees Authorization only in that spelling."""

    names = ("Authorization",)


@breaks("v3.request.header-names-in-any-case")
class KnowsOneSpellingOfWechatpaySerial(_KnowsOneSpelling):
    """Sees Wechatpay-Serial only in that spelling."""

    names = ("Wechatpay-Serial",)


@breaks("v3.request.header-names-in-any-case")
class KnowsOneSpellingOfContentType(Platform):
    """Refuses a body that does not come with a Content-Type in that spelling."""

    def read(self, request: Request, operation: Operation, path_params: Mapping[str, str], merchant: Merchant) -> Ask:
        if operation.body is not None and not any(name == "Content-Type" for name, _ in request.headers):
            raise self.bad_parameter("Content-Type", "missing", "header")
        return super().read(request, operation, path_params, merchant)
