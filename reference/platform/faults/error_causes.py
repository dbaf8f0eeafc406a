"""Faults in which code a refused order or refund has."""

from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.rewording import Misnaming
from reference.platform.intake import Ask
from reference.platform.refusals import SUB_MERCHANT
from reference.platform.wire import Refused, Request

__all__: list[str] = []

_ORDER = "v3.error.names-the-cause-of-a-refused-order"
_SUB = "v3.error.names-an-unknown-sub-merchant"
_REFUND = "v3.error.names-the-cause-of-a-refused-refund"


def _places(request: Request) -> bool:
    return request.method == "POST" and "/transactions/" in request.path and "/out-trade-no/" not in request.path


def _field(refused: Refused) -> str:
    return str(refused.detail.get("field", ""))


@breaks(_ORDER)
class TakesMissingFieldsForBadSignatures(Misnaming):
    """Names a missing field of an order SIGN_ERROR."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "SIGN_ERROR" if _places(request) and refused.detail.get("issue") == "is required" else None


@breaks(_ORDER)
class TakesChangedOrdersForUnknownOnes(Misnaming):
    """Names a changed order under a used number ORDER_NOT_EXIST."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "ORDER_NOT_EXIST" if refused.refusal.name == "parameters-changed" else None


@breaks(_ORDER)
class TakesForeignAppidsForBadParameters(Misnaming):
    """Names the appid of another merchant PARAM_ERROR."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "PARAM_ERROR" if refused.refusal.name == "appid-mismatch" else None


@breaks(_ORDER)
class TakesUsedNumbersForBadParameters(Misnaming):
    """Names the number of a paid order that is ordered again PARAM_ERROR."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "PARAM_ERROR" if _places(request) and refused.refusal.name == "order-paid" else None


@breaks(_ORDER)
class TakesClosedNumbersForPermissions(Misnaming):
    """Names the number of a service provider's closed order NO_AUTH."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "NO_AUTH" if "/partner/" in request.path and refused.refusal.name == "order-closed" else None


@breaks(_ORDER)
class TakesLongTextsForRules(Misnaming):
    """Names an overlong attach RULE_LIMIT."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "RULE_LIMIT" if _field(refused) == "/attach" else None


@breaks(_ORDER)
class InventsACodeForGoods(Misnaming):
    """Names what is wrong with the goods of an H5 order GOODS_ERROR."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "GOODS_ERROR" if request.path.endswith("/h5") and _field(refused).startswith("/detail") else None


@breaks(_ORDER)
class TakesBadSignaturesForPermissions(Misnaming):
    """Names a bad signature of an order at the till NO_AUTH."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "NO_AUTH" if request.path.endswith("/codepay") and refused.refusal.name == "sign-error" else None


@breaks(_SUB)
class TakesUnknownSubMerchantsForBadSignatures(Misnaming):
    """Names an unknown sub-merchant SIGN_ERROR."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "SIGN_ERROR" if refused.refusal.name == SUB_MERCHANT.name else None


@breaks(_SUB)
class TakesItselfForAnUnknownOrder(Misnaming):
    """Names the provider's own mchid, given for a sub-merchant, ORDER_NOT_EXIST."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        own = self.identity.partner is not None and refused.detail.get("value") == self.identity.partner.mchid
        return "ORDER_NOT_EXIST" if own and refused.refusal.name == SUB_MERCHANT.name else None


@breaks(_SUB)
class ServesAnySubMerchantAtTheTill(Platform):
    """Charges payment codes for whatever sub-merchant is named."""

    def check_merchant(self, ask: Ask) -> None:
        if ask.operation.id != "partner_codepay_create":
            super().check_merchant(ask)


@breaks(_REFUND)
class TakesTooMuchForNoOrder(Misnaming):
    """Names a refund of more than is left ORDER_NOT_EXIST."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "ORDER_NOT_EXIST" if refused.refusal.name == "over-refund" else None


@breaks(_REFUND)
class TakesShortFundsForBadRequests(Misnaming):
    """Names a refund the balance does not cover INVALID_REQUEST."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "INVALID_REQUEST" if refused.refusal.name == "funds-short" else None


@breaks(_REFUND)
class TakesUnknownOrdersForPaidOnes(Misnaming):
    """Names the unknown order of a refund ORDER_PAID."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "ORDER_PAID" if refused.refusal.name == "order-not-paid" else None


@breaks(_REFUND)
class TakesUsedRefundNumbersForUnknownOnes(Misnaming):
    """Names a refund number used for another amount RESOURCE_NOT_EXISTS."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "RESOURCE_NOT_EXISTS" if refused.refusal.name == "refund-changed" else None


@breaks(_REFUND)
class TakesLongReasonsForRules(Misnaming):
    """Names an overlong reason of a refund RULE_LIMIT."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        return "RULE_LIMIT" if _field(refused) == "/reason" else None


@breaks(_REFUND)
class TakesBadSignaturesForBadRefunds(Misnaming):
    """Names a bad signature of a refund PARAM_ERROR."""

    def code_for(self, request: Request, refused: Refused) -> str | None:
        refunds = request.method == "POST" and request.path == "/v3/refund/domestic/refunds"
        return "PARAM_ERROR" if refunds and refused.refusal.name == "sign-error" else None
