"""Faults in paying out a refund another way."""

from typing import Any

from reference.machines import Case, Entity, Refusal
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Refused
from reference.platform.world import Settlement

__all__: list[str] = []


class _Redirects(Platform):
    """Pays out refunds in one of *states* another way."""

    states: frozenset[str]

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        forgiven = event == "apply_abnormal" and case.subject is not None and case.subject.state in self.states
        return super().overlooks(event, case) | ({"not-abnormal"} if forgiven else set())


@breaks("v3.refund.abnormal-handling-needs-an-abnormal-refund")
class RedirectsPaidRefunds(_Redirects):
    """Pays out a refund that is SUCCESS once more."""

    states = frozenset({"SUCCESS"})


@breaks("v3.refund.abnormal-handling-needs-an-abnormal-refund")
class RedirectsOpenRefunds(_Redirects):
    """Pays out a refund another way while it is under way."""

    states = frozenset({"PROCESSING"})


@breaks("v3.refund.abnormal-handling-needs-an-abnormal-refund")
class RedirectsClosedRefunds(_Redirects):
    """Pays out a CLOSED refund."""

    states = frozenset({"CLOSED"})


@breaks("v3.refund.abnormal-handling-needs-an-abnormal-refund")
class RedirectsARefundTwice(_Redirects):
    """Pays out a refund another way again while it is on its way there."""

    states = frozenset({"PROCESSING"})

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        redirected = case.subject is not None and case.subject.data.get("redirected")
        if event == "apply_abnormal" and case.subject is not None:
            case.subject.data["redirected"] = case.subject.state == "ABNORMAL" or redirected
        return super().overlooks(event, case) if redirected else self.overlooked


@breaks("v3.refund.abnormal-handling-needs-an-abnormal-refund")
class RedirectsByRefundIdAlone(Platform):
    """Never compares out_refund_no with refund_id."""

    def is_called(self, ask: Ask, refund: Entity) -> bool:
        return True


@breaks("v3.refund.abnormal-handling-needs-an-abnormal-refund")
class RedirectsByNumberAlone(Platform):
    """Never looks at refund_id, and goes by out_refund_no."""

    def do_refund_apply_abnormal(self, ask: Ask) -> tuple[int, Any]:
        named = self.known_refund(ask, ask.fields["out_refund_no"])
        if named is not None:
            ask.params["refund_id"] = named.data["refund_id"]  # type: ignore[index]  # a dictionary of this request alone
        return super().do_refund_apply_abnormal(ask)


class _WhenRedirected(Platform):
    """Does something else with a refund once it was sent another way."""

    def then(self, refund: Entity, ask: Ask) -> None:
        return None

    def do_refund_apply_abnormal(self, ask: Ask) -> tuple[int, Any]:
        status, _ = super().do_refund_apply_abnormal(ask)
        refund = self.store.refund_by_id(ask.params["refund_id"])
        assert refund is not None  # an absent refund was refused
        self.then(refund, ask)
        return status, self.show_refund(refund)


@breaks("v3.refund.abnormal-refund-can-be-settled")
class ClosesARedirectedRefund(_WhenRedirected):
    """Closes a refund that is sent to the merchant's card."""

    def then(self, refund: Entity, ask: Ask) -> None:
        if ask.fields["type"] == "MERCHANT_BANK_CARD":
            refund.state = "CLOSED"


@breaks("v3.refund.abnormal-refund-can-be-settled")
class LeavesARedirectedRefundAbnormal(_WhenRedirected):
    """Accepts card data and leaves the refund ABNORMAL."""

    def then(self, refund: Entity, ask: Ask) -> None:
        if ask.fields["type"] == "USER_BANK_CARD":
            refund.state = "ABNORMAL"


@breaks("v3.refund.abnormal-refund-can-be-settled")
class MakesARedirectedRefundAnew(_WhenRedirected):
    """Gives a refund that is sent another way a new refund_id."""

    def then(self, refund: Entity, ask: Ask) -> None:
        refund.data["refund_id"] = self.fresh_id("5030", self.store.refund_by_id)
        self.store.save(refund)


@breaks("v3.refund.abnormal-refund-can-be-settled")
class SendsTheWholeOrderElsewhere(_WhenRedirected):
    """Turns a partial refund into a full one when it is sent another way."""

    def then(self, refund: Entity, ask: Ask) -> None:
        amount = refund.draft["amount"]
        refund.draft = refund.draft | {"amount": amount | {"refund": amount["total"]}}


@breaks("v3.refund.abnormal-refund-can-be-settled")
class NeverEndsARedirectedRefund(_WhenRedirected):
    """Keeps a refund that was sent another way in PROCESSING for ever."""

    def then(self, refund: Entity, ask: Ask) -> None:
        refund.data["redirected"] = True

    def settle(self, mchid: str, out_refund_no: str, outcome: Settlement = "SUCCESS") -> Refusal | None:
        refund = self.store.refund(mchid, out_refund_no)
        return None if refund is not None and refund.data.get("redirected") else super().settle(mchid, out_refund_no, outcome)


@breaks("v3.refund.abnormal-refund-can-be-settled")
class RedirectsOnce(_WhenRedirected):
    """Refuses to send a refund another way a second time, though it bounced again."""

    def then(self, refund: Entity, ask: Ask) -> None:
        refund.data["redirected"] = True

    def read(self, *args: Any) -> Ask:
        ask = super().read(*args)
        refund = self.store.refund_by_id(ask.params.get("refund_id", ""))
        if refund is not None and refund.data.get("redirected"):
            raise self.bad_parameter("refund_id", "was sent another way before", "url")
        return ask


class _RefusesToRedirect(Platform):
    """Refuses to pay out some ABNORMAL refunds."""

    def refuses(self, ask: Ask) -> bool:
        return False

    def do_refund_apply_abnormal(self, ask: Ask) -> tuple[int, Any]:
        if self.refuses(ask):
            raise self.bad_parameter("type", "not possible", "body")
        return super().do_refund_apply_abnormal(ask)


@breaks("v3.refund.abnormal-refund-can-be-settled")
class DemandsACardOfTheMerchant(_RefusesToRedirect):
    """Demands card data for the merchant's own card."""

    def refuses(self, ask: Ask) -> bool:
        return "bank_account" not in ask.fields


@breaks("v3.refund.abnormal-refund-can-be-settled")
class RedirectsNothingForProviders(_RefusesToRedirect):
    """Refuses to pay out the ABNORMAL refunds of a service provider."""

    def refuses(self, ask: Ask) -> bool:
        return ask.sub_mchid is not None


@breaks("v3.refund.abnormal-refund-can-be-settled")
class ReadsCardsUnderCertificatesOnly(Platform):
    """Knows no public key when it opens card data."""

    def decrypt(self, request: Any, name: str, ciphertext: str) -> str:
        if (request.header("Wechatpay-Serial") or "").startswith("PUB_KEY_ID_"):
            raise self.bad_parameter(name, "cannot be decrypted", "body")
        return super().decrypt(request, name, ciphertext)


@breaks("v3.refund.user-card-needs-card-data")
class NeedsNoBank(Platform):
    """Pays out to a card of no bank."""

    ignored_keywords = frozenset({("bank_type", "requiredIf")})


@breaks("v3.refund.user-card-needs-card-data")
class NeedsNoName(Platform):
    """Pays out to a card of nobody."""

    ignored_keywords = frozenset({("real_name", "requiredIf")})


@breaks("v3.refund.user-card-needs-card-data")
class NeedsNoCard(Platform):
    """Pays out to the payer's card without knowing it."""

    ignored_keywords = frozenset({(name, "requiredIf") for name in ("bank_type", "bank_account", "real_name")})


@breaks("v3.refund.user-card-needs-card-data")
class PaysOutAnywhere(Platform):
    """Takes any word as destination."""

    ignored_keywords = frozenset({("type", "enum")})


@breaks("v3.refund.user-card-needs-card-data")
class MovesARefundItRefusesToSend(Platform):
    """Refuses incomplete card data and takes the refund out of ABNORMAL all the same."""

    def read(self, *args: Any) -> Ask:
        try:
            return super().read(*args)
        except Refused:
            _, operation, params, merchant = args
            refund = self.store.refund_by_id(params.get("refund_id", "")) if operation.id == "refund_apply_abnormal" else None
            if refund is not None and refund.owner == merchant.mchid and refund.state == "ABNORMAL":
                refund.state = "PROCESSING"
            raise
