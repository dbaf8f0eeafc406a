"""Faults in what APIv2 notifies of a payment."""

from reference.identity import Merchant
from reference.machines import Entity, Refusal
from reference.oracles import v2
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.outbox import Notice
from reference.platform.v2.reading import Call

__all__: list[str] = []

_SIGNED = "v2.notify.posts-signed-xml"
_AGREES = "v2.notify.agrees-with-the-query"


@breaks(_SIGNED)
class SignsPartnersNoticesWithTheApiv3Key(Platform):
    """Signs a service provider's payment notices with the APIv3 key."""

    def v2_own_key(self, merchant: Merchant) -> str:
        return merchant.apiv3_key if merchant.sub_mchids else super().v2_own_key(merchant)


class _SignsOtherwise(Platform):
    """Writes a payment notice otherwise."""

    def v2_sign_notice(self, notice: Notice) -> bytes:
        body = super().v2_sign_notice(notice)
        values = v2.read_xml(body)
        return self.v2_write(self.posted(values, notice)) if "sign" in values else body

    def posted(self, values: dict[str, str], notice: Notice) -> dict[str, str]:
        """Return the signed *values* as they go out."""
        return values


@breaks(_SIGNED)
class AddsToASignedNotice(_SignsOtherwise):
    """Adds the merchant's name after signing."""

    def posted(self, values: dict[str, str], notice: Notice) -> dict[str, str]:
        return values | {"merchant_name": "茶"}


@breaks(_SIGNED)
class SignsTheFirstDeliveryOnly(_SignsOtherwise):
    """Leaves out the sign of a payment notice that comes again."""

    def posted(self, values: dict[str, str], notice: Notice) -> dict[str, str]:
        return {name: value for name, value in values.items() if name != "sign"} if notice.failures else values


@breaks(_SIGNED)
class EscapesAttachTwice(_SignsOtherwise):
    """Escapes attach, which is written in CDATA, once more."""

    def posted(self, values: dict[str, str], notice: Notice) -> dict[str, str]:
        return values | {"attach": values.get("attach", "").replace("<", "&lt;")}


@breaks(_SIGNED)
class SendsAnnouncementsAsJson(Platform):
    """Announces the orders of HMAC-SHA256 in the way of APIv3."""

    def announce(self, event_type: str, subject: Entity) -> None:
        known = subject.data.get("v2", {})
        if subject.machine == "order" and known.get("sign_type") == "HMAC-SHA256":
            del subject.data["v2"]
            super().announce(event_type, subject)
            subject.data["v2"] = known
            return
        super().announce(event_type, subject)


class _TellsOtherwise(Platform):
    """Tells otherwise of a payment."""

    def v2_paid(self, order: Entity) -> dict[str, str]:
        told = super().v2_paid(order)
        return {name: value for name, value in self.told(told, order).items() if value}

    def told(self, values: dict[str, str], order: Entity) -> dict[str, str]:
        """Return *values* as they are told; what is empty is left out."""
        return values


@breaks(_SIGNED)
class AnnouncesPaymentsInYuan(_TellsOtherwise):
    """Tells the total_fee in yuan."""

    def told(self, values: dict[str, str], order: Entity) -> dict[str, str]:
        return values | {"total_fee": f"{int(values['total_fee']) / 100:.2f}"}


@breaks(_SIGNED)
class ForgetsTheAttachOfAPartner(_TellsOtherwise):
    """Tells a service provider no attach."""

    def told(self, values: dict[str, str], order: Entity) -> dict[str, str]:
        return values | {"attach": ""} if "sub_mch_id" in values else values


@breaks(_SIGNED)
class CutsTheAttachOfANotice(_TellsOtherwise):
    """Cuts attach to a hundred characters."""

    def told(self, values: dict[str, str], order: Entity) -> dict[str, str]:
        return values | {"attach": values.get("attach", "")[:100]}


@breaks(_SIGNED)
class AnnouncesNoPayer(_TellsOtherwise):
    """Tells no openid of a payment in an app."""

    def told(self, values: dict[str, str], order: Entity) -> dict[str, str]:
        return values | {"openid": ""} if values["trade_type"] == "APP" else values


@breaks(_SIGNED)
class AnnouncesTimesForPeople(_TellsOtherwise):
    """Tells time_end with blanks and colons."""

    def told(self, values: dict[str, str], order: Entity) -> dict[str, str]:
        return values | {"time_end": self.v2_spaced_moment(order.data["paid_at"])}


class _AnnouncesTheUnpaid(Platform):
    """Announces an order nobody paid."""

    def announce_unpaid(self, order: Entity | None, result_code: str) -> None:
        """Announce *order* with what there is to tell of it."""
        if order is None or "v2" not in order.data or "notify_url" not in order.draft:
            return
        levels = {"return_code": "SUCCESS", "result_code": result_code, "sign_type": order.data["v2"]["sign_type"]}
        body = self.v2_write(levels | self.v2_owner(order.draft) | self.v2_show_numbers(order)).decode()
        notice = Notice(self.notice_id(), order.owner, order.draft["notify_url"], "TRANSACTION.SUCCESS", body, self.now())
        notice.content_type, notice.signed = "text/xml; charset=utf-8", False
        self.enqueue(notice)


@breaks(_SIGNED)
class AnnouncesAttemptsInVain(_AnnouncesTheUnpaid):
    """Announces that an attempt to pay failed."""

    def fail(self, mchid: str, out_trade_no: str) -> Refusal | None:
        self.announce_unpaid(self.store.order(mchid, out_trade_no), "FAIL")
        return super().fail(mchid, out_trade_no)


@breaks(_SIGNED)
class AnnouncesWhatWasClosed(_AnnouncesTheUnpaid):
    """Announces an order as paid that was closed."""

    def v2_close(self, call: Call) -> dict[str, str]:
        answered = super().v2_close(call)
        self.announce_unpaid(self.store.order(call.merchant.mchid, call.values["out_trade_no"]), "SUCCESS")
        return answered


@breaks(_SIGNED)
class TidiesNotifyUrls(Platform):
    """Posts to a notify_url without the slash at its end."""

    def v2_announce(self, event_type: str, subject: Entity, url: str) -> None:
        super().v2_announce(event_type, subject, url.rstrip("/"))


@breaks(_AGREES)
class TellsTheTimeOfDelivery(_SignsOtherwise):
    """Tells when a notice was sent as time_end."""

    def v2_sign_notice(self, notice: Notice) -> bytes:
        values = v2.read_xml(notice.body.encode())
        if "time_end" in values:
            notice.body = self.v2_write(values | {"time_end": self.v2_moment(self.now())}).decode()
        return super().v2_sign_notice(notice)


@breaks(_AGREES)
class AnnouncesBeforeItBooks(Platform):
    """Shows an order as unpaid for half a minute after it announced the payment."""

    def v2_show_order(self, order: Entity) -> dict[str, str]:
        shown = super().v2_show_order(order)
        early = self.now() - order.data.get("paid_at", 0) < 30 and order.state == "SUCCESS"
        return shown | {"trade_state": "NOTPAY"} if early and order.machine == "order" else shown


@breaks(_AGREES)
class AnnouncesAnotherTransactionToPartners(_TellsOtherwise):
    """Tells a service provider another transaction_id than a query."""

    def told(self, values: dict[str, str], order: Entity) -> dict[str, str]:
        return values | {"transaction_id": f"1{values['transaction_id'][1:]}"} if "sub_mch_id" in values else values


@breaks(_AGREES)
class ShowsAnotherPayerAfterARefund(Platform):
    """Shows another openid of an order with refunds than its notice told."""

    def v2_show_order(self, order: Entity) -> dict[str, str]:
        shown = super().v2_show_order(order)
        return shown | {"openid": shown["openid"][::-1]} if self.store.refunds_of(order) else shown


@breaks(_AGREES)
class NamesProductsOtherwise(_TellsOtherwise):
    """Announces an order in a browser as H5."""

    def told(self, values: dict[str, str], order: Entity) -> dict[str, str]:
        return values | {"trade_type": "H5"} if values["trade_type"] == "MWEB" else values
