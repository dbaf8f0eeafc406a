"""Faults in how notifications go out: where to, in which form, under which signature."""

import json
from dataclasses import replace

from reference.machines import Entity
from reference.oracles import signature
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.outbox import Delivery, Notice

__all__: list[str] = []


def _with_headers(delivery: Delivery, **changed: str | None) -> Delivery:
    """Return *delivery* with other headers (``_`` stands for ``-``); None leaves one out."""
    named = {name.replace("_", "-"): value for name, value in changed.items()}
    kept = [(name, named.get(name, value)) for name, value in delivery.headers]
    return replace(delivery, headers=tuple((name, value) for name, value in kept if value is not None))


@breaks("v3.notify.delivers-json-by-post")
class PostsRefundNoticesToTheOrder(Platform):
    """Posts what happens to a refund to the notify_url of its order."""

    def announce(self, event_type: str, subject: Entity) -> None:
        order = self.store.order(subject.owner, subject.data.get("out_trade_no", ""))
        if subject.machine == "refund" and order is not None and "notify_url" in subject.draft and "notify_url" in order.draft:
            subject = replace(subject, draft=subject.draft | {"notify_url": order.draft["notify_url"]})
        super().announce(event_type, subject)


@breaks("v3.notify.delivers-json-by-post")
class TidiesTheNotifyUrl(Platform):
    """Drops the slash at the end of a notify_url."""

    def enqueue(self, notice: Notice) -> None:
        super().enqueue(replace(notice, url=notice.url.rstrip("/")))


@breaks("v3.notify.delivers-json-by-post")
class LowersTheNotifyUrl(Platform):
    """Writes a notify_url in small letters."""

    def enqueue(self, notice: Notice) -> None:
        super().enqueue(replace(notice, url=notice.url.lower()))


@breaks("v3.notify.delivers-json-by-post")
class CallsPartnerNoticesText(Platform):
    """Sends the notifications of service providers as text/plain."""

    def deliver(self, notice: Notice) -> Delivery:
        delivery = super().deliver(notice)
        partner = self.identity.partner
        ours = partner is not None and notice.mchid == partner.mchid
        return _with_headers(delivery, Content_Type="text/plain; charset=utf-8") if ours else delivery


@breaks("v3.notify.delivers-json-by-post")
class CallsRetriesAForm(Platform):
    """Sends every retry as a form."""

    def deliver(self, notice: Notice) -> Delivery:
        delivery = super().deliver(notice)
        return _with_headers(delivery, Content_Type="application/x-www-form-urlencoded") if notice.failures else delivery


@breaks("v3.notify.delivers-json-by-post")
class WritesNotificationsInGbk(Platform):
    """Writes the body of a notification in GB 18030, and signs it so."""

    def deliver(self, notice: Notice) -> Delivery:
        delivery = super().deliver(notice)
        body = notice.body.encode("gb18030")
        headers = (("Content-Type", "application/json"), *self.signed_headers(self.notifying_key(), body))
        return replace(delivery, headers=headers, body=body)


@breaks("v3.notify.signs-every-delivery")
class LeavesRefundNoticesUnsigned(Platform):
    """Sends the notifications of refunds without signature."""

    def deliver(self, notice: Notice) -> Delivery:
        delivery = super().deliver(notice)
        return _with_headers(delivery, Wechatpay_Signature=None) if notice.event_type.startswith("REFUND") else delivery


@breaks("v3.notify.signs-every-delivery")
class LeavesRetriesUnsigned(Platform):
    """Sends retries without signature headers."""

    def deliver(self, notice: Notice) -> Delivery:
        delivery = super().deliver(notice)
        unsigned = tuple(pair for pair in delivery.headers if not pair[0].startswith("Wechatpay"))
        return replace(delivery, headers=unsigned) if notice.failures else delivery


@breaks("v3.notify.signs-every-delivery")
class ForgetsTheSerialOfNotifications(Platform):
    """Leaves Wechatpay-Serial out of the notifications of service providers."""

    def deliver(self, notice: Notice) -> Delivery:
        delivery = super().deliver(notice)
        partner = self.identity.partner
        return _with_headers(delivery, Wechatpay_Serial=None) if partner is not None and notice.mchid == partner.mchid else delivery


@breaks("v3.notify.signs-every-delivery")
class NamesAnotherKeyOfItsOwn(Platform):
    """Names the serial of another key of its own than the one that signed a notification."""

    def deliver(self, notice: Notice) -> Delivery:
        delivery = super().deliver(notice)
        others = [key.key_id for key in self.identity.platform if key.key_id != self.notifying_key().key_id]
        return _with_headers(delivery, Wechatpay_Serial=others[-1])


@breaks("v3.notify.signs-every-delivery")
class SignsNotificationsWithAMerchantsKey(Platform):
    """Signs the security echo's notification with the merchant's own key."""

    def deliver(self, notice: Notice) -> Delivery:
        delivery = super().deliver(notice)
        if not notice.event_type.startswith("SECURITY"):
            return delivery
        headers = dict(delivery.headers)
        message = self.message(headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"], delivery.body)
        key = self.merchant(notice.mchid).credential.private_key
        return _with_headers(delivery, Wechatpay_Signature=signature.sign(key, message))


@breaks("v3.notify.signs-every-delivery")
class SignsTheBodyAsItWouldWriteIt(Platform):
    """Signs a notification's body as JSON with spaces, and sends it without."""

    def deliver(self, notice: Notice) -> Delivery:
        delivery = super().deliver(notice)
        written = json.dumps(json.loads(notice.body), ensure_ascii=False).encode()
        return replace(delivery, headers=(delivery.headers[0], *self.signed_headers(self.notifying_key(), written)))


@breaks("v3.notify.signs-every-delivery")
class SignsOnlyTheBeginningOfLongBodies(Platform):
    """Signs the first kilobyte of a notification's body, and no more."""

    def deliver(self, notice: Notice) -> Delivery:
        delivery = super().deliver(notice)
        return replace(delivery, headers=(delivery.headers[0], *self.signed_headers(self.notifying_key(), delivery.body[:1024])))


@breaks("v3.notify.signs-every-delivery")
class SignsWithoutTheLastLineFeed(Platform):
    """Signs a notification without the LF behind its body."""

    def deliver(self, notice: Notice) -> Delivery:
        delivery = super().deliver(notice)
        headers, key = dict(delivery.headers), self.notifying_key().private_key
        assert key is not None  # the platform is ours
        message = self.message(headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"], delivery.body)
        return _with_headers(delivery, Wechatpay_Signature=signature.sign(key, message[:-1]))
