"""Faults in whether what happened is announced, and in whether what is announced happened."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reference.identity import Merchant
from reference.machines import CODEPAY, REFUND, Entity, Machine, Move
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.outbox import Delivery, Notice

__all__: list[str] = []


@breaks("v3.notify.announces-payments-and-refunds")
class AnnouncesNoClosedRefunds(Platform):
    """Says nothing of refunds that were closed."""

    def announce(self, event_type: str, subject: Entity) -> None:
        if event_type != "REFUND.CLOSED":
            super().announce(event_type, subject)


@breaks("v3.notify.announces-payments-and-refunds")
class AnnouncesNoBouncedRefunds(Platform):
    """Says nothing of refunds that bounced."""

    def announce(self, event_type: str, subject: Entity) -> None:
        if event_type != "REFUND.ABNORMAL":
            super().announce(event_type, subject)


@breaks("v3.notify.announces-payments-and-refunds")
class AnnouncesNoPartnerPayments(Platform):
    """Says nothing of payments to a sub-merchant."""

    def announce(self, event_type: str, subject: Entity) -> None:
        if subject.machine == "refund" or "sub_mchid" not in subject.draft:
            super().announce(event_type, subject)


@breaks("v3.notify.announces-payments-and-refunds")
class AnnouncesNoPaymentAfterAFailure(Platform):
    """Says nothing of a payment whose first attempt failed."""

    def try_change(self, event: str, subject: Entity | None, machine: Machine | None = None, **facts: Any) -> Any:
        if event == "fail" and subject is not None:
            subject.draft = {name: value for name, value in subject.draft.items() if name != "notify_url"}
        return super().try_change(event, subject, machine, **facts)


@breaks("v3.notify.announces-payments-and-refunds")
class AnnouncesOneRefundPerOrder(Platform):
    """Says nothing of the second refund of an order and later ones."""

    def announce(self, event_type: str, subject: Entity) -> None:
        order = self.store.order(subject.owner, subject.data.get("out_trade_no", ""))
        if order is None or self.store.refunds_of(order)[0] is subject:
            super().announce(event_type, subject)


@breaks("v3.notify.announces-payments-and-refunds")
class AnnouncesNoRefundOfACodePayment(Platform):
    """Says nothing of the refund of a code payment, as it says nothing of the payment."""

    def announce(self, event_type: str, subject: Entity) -> None:
        order = self.store.order(subject.owner, subject.data.get("out_trade_no", ""))
        if order is None or order.machine != CODEPAY.name:
            super().announce(event_type, subject)


@breaks("v3.notify.announces-payments-and-refunds")
class AnnouncesARefundOnce(Platform):
    """Says nothing of a bounced refund that was paid out another way."""

    def announce(self, event_type: str, subject: Entity) -> None:
        if not subject.data.get("announced"):
            super().announce(event_type, subject)
        subject.data["announced"] = True


@breaks("v3.notify.announces-payments-and-refunds")
class AnnouncesOnlyPaymentsWithinAnHour(Platform):
    """Says nothing of an order that was paid more than an hour after it was placed."""

    def announce(self, event_type: str, subject: Entity) -> None:
        if subject.machine == "refund" or self.now() - subject.created <= 3_600:
            super().announce(event_type, subject)


@breaks("v3.notify.announces-payments-and-refunds")
class AnnouncesNoRefundAfterAMonth(Platform):
    """Says nothing of the refund of an order that is more than thirty days old."""

    def announce(self, event_type: str, subject: Entity) -> None:
        order = self.store.order(subject.owner, subject.data.get("out_trade_no", ""))
        if order is None or self.now() - order.created <= 30 * 86_400:
            super().announce(event_type, subject)


@breaks("v3.notify.announces-payments-and-refunds")
class AnnouncesNoSmallChange(Platform):
    """Says nothing of orders of one fen."""

    def announce(self, event_type: str, subject: Entity) -> None:
        if subject.machine == "refund" or subject.draft["amount"]["total"] > 1:
            super().announce(event_type, subject)


def _pretend_paid(order: Entity) -> Entity:
    """Return *order* as it would look if it were paid, without touching it."""
    data = order.data | {"transaction_id": "4" * 28, "paid_at": order.created, "payer_total": 1, "payer": {"openid": "o"}}
    return replace(order, state="SUCCESS", data=data)


@breaks("v3.notify.announces-only-what-happened")
class AnnouncesOrdersAsTheyArePlaced(Platform):
    """Sends the payment notification when an app order is placed."""

    def new_order(self, machine: str, ask: Ask, draft: dict[str, Any], state: str) -> Entity:
        order = super().new_order(machine, ask, draft, state)
        if draft["trade_type"] == "APP":
            self.announce("TRANSACTION.SUCCESS", _pretend_paid(order))
        return order


@breaks("v3.notify.announces-only-what-happened")
class AnnouncesFailedAttempts(Platform):
    """Sends the payment notification when the payer's attempt failed."""

    def change(self, machine: Machine, event: str, subject: Entity | None, draft: Mapping[str, Any], **facts: Any) -> Move:
        moved = super().change(machine, event, subject, draft, **facts)
        if event == "fail" and subject is not None:
            self.announce("TRANSACTION.SUCCESS", _pretend_paid(subject))
        return moved


@breaks("v3.notify.announces-only-what-happened")
class AnnouncesClosedOrders(Platform):
    """Sends the payment notification when an order is closed."""

    def change(self, machine: Machine, event: str, subject: Entity | None, draft: Mapping[str, Any], **facts: Any) -> Move:
        moved = super().change(machine, event, subject, draft, **facts)
        if event == "close" and subject is not None and machine is not REFUND:
            self.announce("TRANSACTION.SUCCESS", _pretend_paid(subject))
        return moved


@breaks("v3.notify.announces-only-what-happened")
class AnnouncesOrdersGivenUp(Platform):
    """Sends the payment notification when an order times out unpaid."""

    def change(self, machine: Machine, event: str, subject: Entity | None, draft: Mapping[str, Any], **facts: Any) -> Move:
        moved = super().change(machine, event, subject, draft, **facts)
        if event == "time_out" and subject is not None:
            self.announce("TRANSACTION.SUCCESS", _pretend_paid(subject))
        return moved


@breaks("v3.notify.announces-only-what-happened")
class AnnouncesRefundsAsTheyAreAccepted(Platform):
    """Sends REFUND.SUCCESS as soon as a refund is accepted."""

    def new_refund(self, ask: Ask, draft: dict[str, Any], order: Entity, state: str) -> Entity:
        refund = super().new_refund(ask, draft, order, state)
        self.announce("REFUND.SUCCESS", replace(refund, state="SUCCESS"))
        return refund


@breaks("v3.notify.announces-only-what-happened")
class AnnouncesBouncedRefundsAsSuccess(Platform):
    """Sends REFUND.SUCCESS for a refund of a sub-merchant that bounced."""

    def announce(self, event_type: str, subject: Entity) -> None:
        wrong = event_type == "REFUND.ABNORMAL" and "sub_mchid" in subject.draft
        super().announce("REFUND.SUCCESS" if wrong else event_type, subject)


@breaks("v3.notify.announces-only-what-happened")
class AnnouncesTheStateBeforeThePayment(Platform):
    """Puts the order as it was before the payment into the notification of the payment."""

    def notify(self, merchant: Merchant, url: str, event_type: str, original_type: str, resource: dict[str, Any], summary: str) -> None:
        told = resource | {"trade_state": "NOTPAY"} if "trade_state" in resource else resource
        super().notify(merchant, url, event_type, original_type, told, summary)


@breaks("v3.notify.announces-only-what-happened")
class AnnouncesTheOrderAsItIsWhenDelivered(Platform):
    """Writes a payment notification when it is first delivered, with the order as it is by then."""

    def deliver(self, notice: Notice) -> Delivery:
        if notice.failures or notice.event_type != "TRANSACTION.SUCCESS":
            return super().deliver(notice)
        order = next(order for order in self.store.orders() if order.draft.get("notify_url") == notice.url)
        plaintext = json.dumps(self.show_order(order), ensure_ascii=False).encode()
        body = json.loads(notice.body) | {"resource": self.seal(self.merchant(notice.mchid), plaintext, "transaction", "transaction")}
        return super().deliver(replace(notice, body=json.dumps(body, ensure_ascii=False)))
