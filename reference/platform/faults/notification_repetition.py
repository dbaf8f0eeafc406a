"""Faults in what a repeated notification says, and in what an order looks like while nobody hears of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from reference.machines import Entity
from reference.oracles import aead, times
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.outbox import Delivery, Notice

__all__: list[str] = []


@breaks("v3.notify.signs-each-retry-afresh")
class SignsANotificationOnce(Platform):
    """Repeats a notification with the headers of its first attempt."""

    def deliver(self, notice: Notice) -> Delivery:
        delivery = super().deliver(notice)
        first = self.__dict__.setdefault("first_headers", {}).setdefault(notice.id, delivery.headers)
        return replace(delivery, headers=first)


@breaks("v3.notify.signs-each-retry-afresh")
class SignsEarlyRetriesAfresh(Platform):
    """Repeats a notification with the headers of its sixth attempt from then on."""

    def deliver(self, notice: Notice) -> Delivery:
        delivery = super().deliver(notice)
        if notice.failures < 5:
            return delivery
        kept = self.__dict__.setdefault("kept_headers", {}).setdefault(notice.id, delivery.headers)
        return replace(delivery, headers=kept)


@breaks("v3.notify.signs-each-retry-afresh")
class RenewsOnlyTheTimestamp(Platform):
    """Repeats a notification with a timestamp of now over the signature of the first attempt."""

    def deliver(self, notice: Notice) -> Delivery:
        delivery = super().deliver(notice)
        first = dict(self.__dict__.setdefault("first_headers", {}).setdefault(notice.id, delivery.headers))
        return replace(delivery, headers=tuple((first | {"Wechatpay-Timestamp": str(self.now())}).items()))


@breaks("v3.notify.signs-each-retry-afresh")
class SignsRefundRetriesForTheirFirstTime(Platform):
    """Repeats a refund notification with the time of its first attempt."""

    def deliver(self, notice: Notice) -> Delivery:
        if not notice.event_type.startswith("REFUND"):
            return super().deliver(notice)
        now, created = self.offset, self.__dict__.setdefault("created", {}).setdefault(notice.id, self.offset)
        self.offset = created
        try:
            delivery = super().deliver(notice)
        finally:
            self.offset = now
        return replace(delivery, at=self.now())


def _rewritten(platform: Platform, notice: Notice, rewrite: Callable[[dict[str, Any]], dict[str, Any]]) -> Notice:
    """Return *notice* with what it seals rewritten and sealed anew."""
    body, merchant = json.loads(notice.body), platform.merchant(notice.mchid)
    sealed = body["resource"]
    told = json.loads(aead.decrypt(merchant.apiv3_key.encode(), sealed["nonce"], sealed["associated_data"], sealed["ciphertext"]))
    plaintext = json.dumps(rewrite(told), ensure_ascii=False).encode()
    resealed = body | {"resource": platform.seal(merchant, plaintext, sealed["associated_data"], sealed["original_type"])}
    return replace(notice, body=json.dumps(resealed, ensure_ascii=False))


@breaks("v3.notify.retries-tell-the-same")
class TellsTheLatestOfAnOrder(Platform):
    """Repeats a payment notification with the order as it is by then."""

    def deliver(self, notice: Notice) -> Delivery:
        def latest(told: dict[str, Any]) -> dict[str, Any]:
            order = self.store.order(notice.mchid, told.get("out_trade_no", ""))
            return told if order is None or "trade_state" not in told else self.show_order(order)

        return super().deliver(_rewritten(self, notice, latest))


@breaks("v3.notify.retries-tell-the-same")
class TellsTheLatestOfARefund(Platform):
    """Repeats a refund notification with the refund as it is by then."""

    def deliver(self, notice: Notice) -> Delivery:
        def latest(told: dict[str, Any]) -> dict[str, Any]:
            refund = self.store.refund(notice.mchid, told.get("out_refund_no", ""))
            return told if refund is None else self.refund_resource(refund)

        return super().deliver(_rewritten(self, notice, latest))


@breaks("v3.notify.retries-tell-the-same")
class CountsEveryRetryAsATransaction(Platform):
    """Gives every retry of a payment a transaction_id of its own."""

    def deliver(self, notice: Notice) -> Delivery:
        def renumbered(told: dict[str, Any]) -> dict[str, Any]:
            return told | {"transaction_id": self.fresh_id("4200", self.store.order_by_transaction)} if "trade_state" in told else told

        return super().deliver(_rewritten(self, notice, renumbered) if notice.failures else notice)


@breaks("v3.notify.retries-tell-the-same")
class TellsTheTimeOfTheRetry(Platform):
    """Repeats a notification with the time of the retry as success_time, from the eighth attempt on."""

    def deliver(self, notice: Notice) -> Delivery:
        def later(told: dict[str, Any]) -> dict[str, Any]:
            return told | {"success_time": times.format_rfc3339(self.now())}

        return super().deliver(_rewritten(self, notice, later) if notice.failures >= 7 else notice)


@breaks("v3.notify.leaves-the-order-alone-when-undelivered")
class ClosesWhatNobodyHearsOf(Platform):
    """Closes a paid order once its notification is given up."""

    def delivered(self, notice_id: str, status: int | None) -> None:
        super().delivered(notice_id, status)
        notice = self.notices[notice_id]
        if notice.state == "given-up":
            self.__dict__.setdefault("unheard", set()).add(notice.url)

    def trade_state(self, order: Entity) -> str:
        unheard = order.draft.get("notify_url") in self.__dict__.get("unheard", ())
        return "CLOSED" if unheard else super().trade_state(order)


@breaks("v3.notify.leaves-the-order-alone-when-undelivered")
class ShowsAPaymentOnlyOnceItIsHeardOf(Platform):
    """Shows a paid order as unpaid while its notification fails."""

    def trade_state(self, order: Entity) -> str:
        failing = any(
            notice.failures and not notice.done and notice.url == order.draft.get("notify_url") for notice in self.notices.values()
        )
        return "NOTPAY" if failing else super().trade_state(order)


@breaks("v3.notify.leaves-the-order-alone-when-undelivered")
class ShowsARefundOnlyOnceItIsHeardOf(Platform):
    """Shows a settled refund as in process while its notification fails."""

    def refund_status(self, refund: Entity) -> str:
        failing = any(
            notice.failures and not notice.done and notice.url == refund.draft.get("notify_url") for notice in self.notices.values()
        )
        return "PROCESSING" if failing else super().refund_status(refund)
