"""Faults in what notifications say, on the envelope."""

import json
from dataclasses import replace
from typing import Any

from reference.identity import Merchant
from reference.machines import Entity
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.outbox import Delivery, Notice

__all__: list[str] = []


def _is_refund(event_type: str) -> bool:
    return event_type.startswith("REFUND")


@breaks("v3.notify.envelope-is-complete")
class LeavesCreateTimeOut(Platform):
    """Leaves create_time out of refund notifications."""

    def envelope(self, event_type: str, summary: str, resource: dict[str, Any]) -> dict[str, Any]:
        envelope = super().envelope(event_type, summary, resource)
        if _is_refund(event_type):
            del envelope["create_time"]
        return envelope


@breaks("v3.notify.envelope-is-complete")
class WritesCreateTimeAsApiv2Does(Platform):
    """Writes create_time as yyyyMMddHHmmss."""

    def envelope(self, event_type: str, summary: str, resource: dict[str, Any]) -> dict[str, Any]:
        envelope = super().envelope(event_type, summary, resource)
        return envelope | {"create_time": "".join(character for character in envelope["create_time"][:19] if character.isdigit())}


@breaks("v3.notify.envelope-is-complete")
class CallsBeijingTimeUtc(Platform):
    """Writes create_time as Beijing's clock shows it, and calls it UTC."""

    def envelope(self, event_type: str, summary: str, resource: dict[str, Any]) -> dict[str, Any]:
        envelope = super().envelope(event_type, summary, resource)
        return envelope | {"create_time": envelope["create_time"].replace("+08:00", "Z")}


@breaks("v3.notify.envelope-is-complete")
class NamesNotificationsAtLength(Platform):
    """Gives refund notifications an id of 41 characters."""

    def envelope(self, event_type: str, summary: str, resource: dict[str, Any]) -> dict[str, Any]:
        envelope = super().envelope(event_type, summary, resource)
        return envelope | {"id": "EV-2-" + envelope["id"]} if _is_refund(event_type) else envelope


@breaks("v3.notify.envelope-is-complete")
class NumbersNotificationsByTheSecond(Platform):
    """Makes a notification's id of the second."""

    def notice_id(self) -> str:
        return f"EV-{self.now()}"

    def enqueue(self, notice: Notice) -> None:
        super().enqueue(replace(notice, id=f"{notice.id}/{len(self.notices)}"))


@breaks("v3.notify.envelope-is-complete")
class NamesARefundLikeItsPayment(Platform):
    """Gives the notification of a refund the id of its order's."""

    def notify(self, merchant: Merchant, url: str, event_type: str, original_type: str, resource: dict[str, Any], summary: str) -> None:
        self.__dict__["told"] = str(resource.get("transaction_id"))
        super().notify(merchant, url, event_type, original_type, resource, summary)

    def notice_id(self) -> str:
        return str(self.__dict__["told"])

    def enqueue(self, notice: Notice) -> None:
        super().enqueue(replace(notice, id=f"{notice.id}/{len(self.notices)}"))


@breaks("v3.notify.envelope-is-complete")
class NamesAnotherResourceType(Platform):
    """Calls the resource type of an echo "encrypted-resource"."""

    def envelope(self, event_type: str, summary: str, resource: dict[str, Any]) -> dict[str, Any]:
        envelope = super().envelope(event_type, summary, resource)
        return envelope | {"resource_type": "encrypted-resource"} if event_type.startswith("SECURITY") else envelope


@breaks("v3.notify.envelope-is-complete")
class LeavesTheAlgorithmOut(Platform):
    """Leaves resource.algorithm out of payment notifications."""

    def envelope(self, event_type: str, summary: str, resource: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in resource.items() if name != "algorithm" or _is_refund(event_type)}
        return super().envelope(event_type, summary, kept)


@breaks("v3.notify.envelope-is-complete")
class ForgetsTheIdOfRetries(Platform):
    """Leaves the id out of retries."""

    def deliver(self, notice: Notice) -> Delivery:
        body = json.loads(notice.body)
        if notice.failures:
            del body["id"]
        return super().deliver(replace(notice, body=json.dumps(body, ensure_ascii=False)))


@breaks("v3.notify.envelope-is-complete")
class BindsALongText(Platform):
    """Binds associated_data of more than 16 characters to a refund."""

    def notify(self, merchant: Merchant, url: str, event_type: str, original_type: str, resource: dict[str, Any], summary: str) -> None:
        long = f"{original_type} of {merchant.mchid}" if _is_refund(event_type) else original_type
        super().notify(merchant, url, event_type, long, resource, summary)


@breaks("v3.notify.envelope-says-what-it-holds")
class SaysNothingOnTheEnvelope(Platform):
    """Leaves the summary out of refund notifications."""

    def envelope(self, event_type: str, summary: str, resource: dict[str, Any]) -> dict[str, Any]:
        envelope = super().envelope(event_type, summary, resource)
        return {name: value for name, value in envelope.items() if name != "summary" or not _is_refund(event_type)}


@breaks("v3.notify.envelope-says-what-it-holds")
class TellsTheWholeStoryOnTheEnvelope(Platform):
    """Writes a summary of more than 64 characters."""

    def envelope(self, event_type: str, summary: str, resource: dict[str, Any]) -> dict[str, Any]:
        return super().envelope(event_type, f"{summary}，" * 20, resource)


@breaks("v3.notify.envelope-says-what-it-holds")
class CallsRefundsTransactions(Platform):
    """Gives refunds the original type of payments."""

    def envelope(self, event_type: str, summary: str, resource: dict[str, Any]) -> dict[str, Any]:
        return super().envelope(event_type, summary, resource | {"original_type": "transaction"})


@breaks("v3.notify.envelope-says-what-it-holds")
class LeavesTheOriginalTypeOut(Platform):
    """Leaves resource.original_type out."""

    def envelope(self, event_type: str, summary: str, resource: dict[str, Any]) -> dict[str, Any]:
        return super().envelope(event_type, summary, {name: value for name, value in resource.items() if name != "original_type"})


@breaks("v3.notify.names-the-event")
class CallsClosedRefundsAbnormal(Platform):
    """Calls a closed refund REFUND.ABNORMAL."""

    def envelope(self, event_type: str, summary: str, resource: dict[str, Any]) -> dict[str, Any]:
        return super().envelope("REFUND.ABNORMAL" if event_type == "REFUND.CLOSED" else event_type, summary, resource)


@breaks("v3.notify.names-the-event")
class CallsPartnerPaymentsOtherwise(Platform):
    """Calls the payment of a sub-merchant's order PARTNER_TRANSACTION.SUCCESS."""

    def notify(self, merchant: Merchant, url: str, event_type: str, original_type: str, resource: dict[str, Any], summary: str) -> None:
        partner = event_type == "TRANSACTION.SUCCESS" and "sub_mchid" in resource
        super().notify(merchant, url, f"PARTNER_{event_type}" if partner else event_type, original_type, resource, summary)


@breaks("v3.notify.names-the-event")
class CallsAnEchoByItsOtherName(Platform):
    """Calls an echo's notification SECURITY.ECHO."""

    def envelope(self, event_type: str, summary: str, resource: dict[str, Any]) -> dict[str, Any]:
        return super().envelope("SECURITY.ECHO" if event_type == "SECURITY_ECHO.SUCCESS" else event_type, summary, resource)


@breaks("v3.notify.names-the-event")
class NamesARefundPaidOutByItsFirstEvent(Platform):
    """Calls a bounced refund that was paid out another way REFUND.ABNORMAL still."""

    def announce(self, event_type: str, subject: Entity) -> None:
        subject.data.setdefault("first_event", event_type)
        super().announce(subject.data["first_event"], subject)
