"""Faults in what notifications say, of the order or refund inside, and what they show outside."""

import json
from dataclasses import replace
from typing import Any

from reference.identity import Merchant
from reference.machines import Entity
from reference.oracles import aead, money
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.outbox import Delivery, Notice

__all__: list[str] = []


def _is_refund(event_type: str) -> bool:
    return event_type.startswith("REFUND")


@breaks("v3.notify.never-delivers-in-the-clear")
class PutsTheOrderNumberOnTheEnvelope(Platform):
    """Writes out_trade_no into the summary of a payment."""

    def notify(self, merchant: Merchant, url: str, event_type: str, original_type: str, resource: dict[str, Any], summary: str) -> None:
        told = summary if _is_refund(event_type) else f"{summary} {resource.get('out_trade_no', '')}"
        super().notify(merchant, url, event_type, original_type, resource, told)


@breaks("v3.notify.never-delivers-in-the-clear")
class PutsTheRefundOnTheEnvelope(Platform):
    """Writes the amount of a refund, in yuan, into its summary."""

    def notify(self, merchant: Merchant, url: str, event_type: str, original_type: str, resource: dict[str, Any], summary: str) -> None:
        told = f"{summary} ¥{money.to_yuan(resource['amount']['refund'])}" if _is_refund(event_type) else summary
        super().notify(merchant, url, event_type, original_type, resource, told)


@breaks("v3.notify.never-delivers-in-the-clear")
class SendsThePayerInAHeader(Platform):
    """Adds a header with the payer's openid for its own tracing."""

    def deliver(self, notice: Notice) -> Delivery:
        delivery = super().deliver(notice)
        return replace(delivery, headers=(*delivery.headers, ("X-Payer", self.merchant(notice.mchid).openid)))


@breaks("v3.notify.never-delivers-in-the-clear")
class OpensUpAfterThreeFailures(Platform):
    """Sends the plaintext beside the ciphertext once three attempts failed, to help a merchant who cannot decrypt."""

    def deliver(self, notice: Notice) -> Delivery:
        body = json.loads(notice.body)
        if notice.failures >= 3:
            sealed, key = body["resource"], self.merchant(notice.mchid).apiv3_key.encode()
            body["plaintext"] = json.loads(aead.decrypt(key, sealed["nonce"], sealed["associated_data"], sealed["ciphertext"]))
        return super().deliver(replace(notice, body=json.dumps(body, ensure_ascii=False)))


def _changed(resource: dict[str, Any], **amount: int) -> dict[str, Any]:
    return resource | {"amount": resource["amount"] | amount}


@breaks("v3.notify.tells-the-same-as-the-query")
class TellsAFenLessOfPartnerPayments(Platform):
    """Notifies a fen less than was paid to a sub-merchant."""

    def notify(self, merchant: Merchant, url: str, event_type: str, original_type: str, resource: dict[str, Any], summary: str) -> None:
        if event_type == "TRANSACTION.SUCCESS" and "sub_mchid" in resource:
            resource = _changed(resource, payer_total=resource["amount"]["payer_total"] - 1)
        super().notify(merchant, url, event_type, original_type, resource, summary)


@breaks("v3.notify.tells-the-same-as-the-query")
class TellsTheWholeForThePart(Platform):
    """Notifies a part refund with the amount of the whole order."""

    def notify(self, merchant: Merchant, url: str, event_type: str, original_type: str, resource: dict[str, Any], summary: str) -> None:
        if _is_refund(event_type):
            resource = _changed(resource, refund=resource["amount"]["total"])
        super().notify(merchant, url, event_type, original_type, resource, summary)


@breaks("v3.notify.tells-the-same-as-the-query")
class TellsAmountsInYuan(Platform):
    """Notifies amounts in yuan."""

    def notify(self, merchant: Merchant, url: str, event_type: str, original_type: str, resource: dict[str, Any], summary: str) -> None:
        if event_type == "TRANSACTION.SUCCESS":
            resource = resource | {"amount": resource["amount"] | {"total": resource["amount"]["total"] / 100}}
        super().notify(merchant, url, event_type, original_type, resource, summary)


@breaks("v3.notify.tells-the-same-as-the-query")
class ForgetsTheSubMerchantOfARefund(Platform):
    """Notifies a sub-merchant's refund as if it were the service provider's own."""

    def who_refunds(self, refund: Entity) -> dict[str, Any]:
        return {"mchid": refund.owner}


@breaks("v3.notify.tells-the-same-as-the-query")
class TellsTheFirstSubMerchant(Platform):
    """Notifies every payment to a service provider as one of its first sub-merchant."""

    def notify(self, merchant: Merchant, url: str, event_type: str, original_type: str, resource: dict[str, Any], summary: str) -> None:
        if "sub_mchid" in resource:
            resource = resource | {"sub_mchid": merchant.sub_mchids[0]}
        super().notify(merchant, url, event_type, original_type, resource, summary)


@breaks("v3.notify.tells-the-same-as-the-query")
class LeavesTheTransactionOutOfRefunds(Platform):
    """Leaves transaction_id out of refund notifications."""

    def notify(self, merchant: Merchant, url: str, event_type: str, original_type: str, resource: dict[str, Any], summary: str) -> None:
        if _is_refund(event_type):
            resource = {name: value for name, value in resource.items() if name != "transaction_id"}
        super().notify(merchant, url, event_type, original_type, resource, summary)


@breaks("v3.notify.tells-the-same-as-the-query")
class TellsAnotherTime(Platform):
    """Notifies the moment in UTC under Beijing's offset."""

    def notify(self, merchant: Merchant, url: str, event_type: str, original_type: str, resource: dict[str, Any], summary: str) -> None:
        if "success_time" in resource:
            resource = resource | {"success_time": resource["success_time"].replace("+08:00", "+00:00")}
        super().notify(merchant, url, event_type, original_type, resource, summary)


@breaks("v3.notify.tells-the-same-as-the-query")
class ForgetsWhatTheMerchantAttached(Platform):
    """Leaves attach out of notifications."""

    def notify(self, merchant: Merchant, url: str, event_type: str, original_type: str, resource: dict[str, Any], summary: str) -> None:
        kept = {name: value for name, value in resource.items() if name != "attach"}
        super().notify(merchant, url, event_type, original_type, kept, summary)


@breaks("v3.notify.refund-notice-carries-refund-status")
class TellsStatusLikeTheQuery(Platform):
    """Calls the state of a refund status in its notification, as the query does."""

    def refund_resource(self, refund: Entity) -> dict[str, Any]:
        resource = super().refund_resource(refund)
        return {"status" if name == "refund_status" else name: value for name, value in resource.items()}


@breaks("v3.notify.refund-notice-carries-refund-status")
class SpellsClosedOtherwise(Platform):
    """Spells the state of a closed refund CLOSE."""

    def refund_resource(self, refund: Entity) -> dict[str, Any]:
        resource = super().refund_resource(refund)
        return resource | {"refund_status": "CLOSE"} if refund.state == "CLOSED" else resource


@breaks("v3.notify.refund-notice-carries-refund-status")
class TellsEveryRefundAsSuccess(Platform):
    """Notifies a bounced refund under its right event with refund_status SUCCESS."""

    def refund_resource(self, refund: Entity) -> dict[str, Any]:
        resource = super().refund_resource(refund)
        return resource | {"refund_status": "SUCCESS"} if refund.state == "ABNORMAL" else resource


@breaks("v3.notify.refund-notice-carries-refund-status")
class TellsNoTimeOfARefund(Platform):
    """Leaves success_time out of the notification of a refund of a sub-merchant."""

    def refund_resource(self, refund: Entity) -> dict[str, Any]:
        resource = super().refund_resource(refund)
        return {name: value for name, value in resource.items() if name != "success_time" or "mchid" in resource}
