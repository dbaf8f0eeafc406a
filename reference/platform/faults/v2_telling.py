"""Faults in what APIv2 tells of a payment or a refund: who paid, in which currency, what of it is cash, whose it is."""

from collections.abc import Mapping

from reference.machines import Entity
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2.reading import Call

__all__: list[str] = []

_PAYMENT = "v2.query.shows-a-payment-only-when-paid"
_REFUND = "v2.refund.accepts-and-names-the-refund"
_FITS = "v2.contract.answers-fit-the-contract"


class _TellsOfPayments(Platform):
    """Tells some things of some payments otherwise, wherever it tells of them."""

    def told(self, order: Entity, shown: Mapping[str, str]) -> Mapping[str, str]:
        raise NotImplementedError

    def v2_show_payment(self, order: Entity) -> dict[str, str]:
        shown = super().v2_show_payment(order)
        return {**shown, **self.told(order, shown)}


@breaks(_PAYMENT)
class NamesAnotherPayer(_TellsOfPayments):
    """Names another payer than the one a service provider's JSAPI order is for."""

    def told(self, order: Entity, shown: Mapping[str, str]) -> Mapping[str, str]:
        mistaken = order.draft["mode"] == "partner" and shown["trade_type"] == "JSAPI"
        return {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"} if mistaken else {}


@breaks(_PAYMENT)
class CallsPaidAppOrdersScanned(_TellsOfPayments):
    """Calls an APP order NATIVE once it is paid."""

    def told(self, order: Entity, shown: Mapping[str, str]) -> Mapping[str, str]:
        return {"trade_type": "NATIVE"} if shown["trade_type"] == "APP" else {}


@breaks("v2.query.amounts-fit-together")
class TellsDollars(_TellsOfPayments):
    """Tells the fees of a payment by code in another currency."""

    def told(self, order: Entity, shown: Mapping[str, str]) -> Mapping[str, str]:
        return {"fee_type": "USD"} if shown["trade_type"] == "MICROPAY" else {}


@breaks(_FITS)
class HidesTheBankBehindCoupons(_TellsOfPayments):
    """Names no bank where coupons paid a part."""

    def told(self, order: Entity, shown: Mapping[str, str]) -> Mapping[str, str]:
        return {"bank_type": ""} if "coupons" in order.data else {}


@breaks(_FITS)
class ForgetsWhoFollows(_TellsOfPayments):
    """Does not say whether a service provider's payer follows the account."""

    def told(self, order: Entity, shown: Mapping[str, str]) -> Mapping[str, str]:
        return {"is_subscribe": ""} if order.draft["mode"] == "partner" else {}


@breaks(_FITS)
class AnswersAsTheFirstMerchant(Platform):
    """Repeats the first merchant's mch_id, whoever asks for an order."""

    def v2_caller(self, call: Call) -> dict[str, str]:
        ids = super().v2_caller(call)
        return ids | ({"mch_id": self.identity.merchants[0].mchid} if call.operation.id == "orderquery" else {})


@breaks(_FITS)
class AnswersForTheFirstSubMerchant(Platform):
    """Repeats another sub_mch_id than was asked for where refunds are shown."""

    def v2_caller(self, call: Call) -> dict[str, str]:
        ids = super().v2_caller(call)
        return ids | ({"sub_mch_id": "1900000000"} if "sub_mch_id" in ids and "refund" in call.operation.id else {})


@breaks(_FITS)
class AnswersClosesWithoutANonce(Platform):
    """Answers a close without nonce_str."""

    def v2_signed(self, call: Call, values: Mapping[str, str]) -> dict[str, str]:
        bare = {name: value for name, value in values.items() if name != "nonce_str" or call.operation.id != "closeorder"}
        return super().v2_signed(call, bare)


@breaks(_REFUND)
class SettlesAPartAsTheWhole(Platform):
    """Answers a refund with a settlement_refund_fee of the whole order."""

    def v2_show_refund(self, refund: Entity, order: Entity) -> dict[str, str]:
        shown = super().v2_show_refund(refund, order)
        return shown | {"settlement_refund_fee": shown["total_fee"]}


@breaks(_REFUND)
class ReturnsNoCash(Platform):
    """Answers the refund of a payment by code with no cash_refund_fee, and no coupons either."""

    def v2_show_refund(self, refund: Entity, order: Entity) -> dict[str, str]:
        shown = super().v2_show_refund(refund, order)
        return shown | ({"cash_refund_fee": "0"} if order.machine == "codepay" else {})


@breaks(_REFUND)
class ListsRefundsAsUnsettled(Platform):
    """Lists a refund under way with a settlement_refund_fee of 0."""

    def v2_show_listed(self, refund: Entity) -> dict[str, str]:
        shown = super().v2_show_listed(refund)
        return shown | ({"settlement_refund_fee": "0"} if refund.state == "PROCESSING" else {})


@breaks("v2.notify.seals-refund-results")
class SealsForNoSubMerchant(Platform):
    """Does not say on the outside whose refund it is that a service provider is told of."""

    def v2_refunded(self, refund: Entity) -> dict[str, str]:
        return {name: value for name, value in super().v2_refunded(refund).items() if name != "sub_mch_id"}


@breaks("v2.notify.tells-how-the-refund-ended")
class AnnouncesMoreToSettleThanThereWas(Platform):
    """Adds the refund to the settlement_total_fee of its order."""

    def v2_refund_notice(self, refund: Entity) -> dict[str, str]:
        told = super().v2_refund_notice(refund)
        return told | {"settlement_total_fee": str(int(told["total_fee"]) + int(told["refund_fee"]))}


@breaks("v2.notify.tells-how-the-refund-ended")
class AnnouncesThePartAsAllThereWasToSettle(Platform):
    """Gives the refund itself as the settlement_total_fee of its order."""

    def v2_refund_notice(self, refund: Entity) -> dict[str, str]:
        told = super().v2_refund_notice(refund)
        return told | {"settlement_total_fee": told["refund_fee"]}


@breaks(_FITS)
class NamesNoPayerOfApiv3Orders(_TellsOfPayments):
    """Names the payer of what was ordered through APIv2 only."""

    def told(self, order: Entity, shown: Mapping[str, str]) -> Mapping[str, str]:
        return {} if "v2" in order.data else {"openid": ""}


class _TellsTheFirstSubMerchant(Platform):
    """Names a service provider's first sub-merchant in place of the one an order is for."""

    def first(self, mchid: str, told: dict[str, str]) -> dict[str, str]:
        return told | ({"sub_mch_id": self.merchant(mchid).sub_mchids[0]} if "sub_mch_id" in told else {})


@breaks("v2.notify.posts-signed-xml")
class AnnouncesPaymentsForTheFirstSubMerchant(_TellsTheFirstSubMerchant):
    """Announces every payment as one for the first sub-merchant."""

    def v2_paid(self, order: Entity) -> dict[str, str]:
        return self.first(order.owner, super().v2_paid(order))


@breaks("v2.notify.seals-refund-results")
class AnnouncesRefundsForTheFirstSubMerchant(_TellsTheFirstSubMerchant):
    """Announces every refund as one for the first sub-merchant."""

    def v2_refunded(self, refund: Entity) -> dict[str, str]:
        return self.first(refund.owner, super().v2_refunded(refund))
