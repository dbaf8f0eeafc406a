"""Faults in charging payment codes through APIv2: failures that charge, notices nobody asked for, old codes, charges at once."""

from collections.abc import Mapping

from reference.machines import Entity, Refusal
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2 import refusals
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []

_CASH_DESK = "https://merchant.example/wechatpay/notify"


class _Charges(Platform):
    """Knows the order a charge is about."""

    def charged(self, call: Call) -> Entity | None:
        return self.store.order(call.merchant.mchid, call.values.get("out_trade_no", ""))


@breaks("v2.micropay.decided-failure-takes-no-money")
class LetsADeclinedPayerTryAgain(_Charges):
    """Says NOTENOUGH of a charge of a service provider, and lets the payer pay it by other means."""

    def v2_charge(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_charge(call)
        except Refused:
            order = self.charged(call)
            if order is not None and order.state == "PAYERROR" and "sub_mch_id" in call.values:
                order.state = "USERPAYING"
                raise Refused(refusals.CODE_DECLINED) from None
            raise


@breaks("v2.micropay.decided-failure-takes-no-money")
class CallsALostChargeDeclined(_Charges):
    """Says NOTENOUGH of a charge that was made and whose answer got lost."""

    def v2_explain(self, call: Call, refused: Refused) -> dict[str, str]:
        order = self.charged(call)
        lost = call.operation.id == "micropay" and order is not None and order.state == "SUCCESS"
        made = super().v2_explain(call, refused)
        return made | ({"err_code": "NOTENOUGH"} if lost and made["err_code"] == "SYSTEMERROR" else {})


@breaks("v2.micropay.decided-failure-takes-no-money")
class ChargesBeforeItLooksAtTheCode(_Charges):
    """Refuses a used code after the money was taken."""

    def v2_charge(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_charge(call)
        except Refused as refused:
            if refused.refusal.name == "code-used":
                call.values["auth_code"] = f"13{self.random.randrange(10**16):016d}"
                super().v2_charge(call)
            raise


@breaks("v2.micropay.decided-failure-takes-no-money")
class CallsAnOpenChargeClosed(_Charges):
    """Says ORDERCLOSED of a charge the payer may still confirm."""

    def v2_explain(self, call: Call, refused: Refused) -> dict[str, str]:
        order = self.charged(call)
        still_open = call.operation.id == "micropay" and order is not None and order.state == "NOTPAY"
        return super().v2_explain(call, refused) | ({"err_code": "ORDERCLOSED"} if still_open else {})


@breaks("v2.micropay.sends-no-notification")
class NotifiesOfConfirmations(Platform):
    """Notifies the merchant once the payer has typed the password."""

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        refusal = super().pay(mchid, out_trade_no, credential)
        order = self.store.order(mchid, out_trade_no)
        if refusal is None and order is not None and order.machine == "codepay" and "v2" in order.data:
            self.v2_announce("TRANSACTION.SUCCESS", order, _CASH_DESK)
        return refusal


@breaks("v2.micropay.sends-no-notification")
class HearsTheNotifyUrlOfACharge(_Charges):
    """Notifies of a charge where the request has a notify_url, which means nothing there."""

    def v2_charge(self, call: Call) -> dict[str, str]:
        told = super().v2_charge(call)
        order = self.charged(call)
        if order is not None and "notify_url" in call.values:
            self.v2_announce("TRANSACTION.SUCCESS", order, call.values["notify_url"])
        return told


@breaks("v2.micropay.sends-no-notification")
class NotifiesTheTillsOfAProvider(_Charges):
    """Notifies a service provider of every charge that succeeds at once."""

    def v2_charge(self, call: Call) -> dict[str, str]:
        told = super().v2_charge(call)
        order = self.charged(call)
        if order is not None and "sub_mch_id" in call.values:
            self.v2_announce("TRANSACTION.SUCCESS", order, _CASH_DESK)
        return told


@breaks("v2.micropay.refuses-an-expired-code")
class CodesNeverExpire(Platform):
    """Charges a code however long ago it was opened."""

    def is_expired(self, code: str) -> bool:
        return False


@breaks("v2.micropay.refuses-an-expired-code")
class CodesLiveOnAtAProvider(Platform):
    """Does not look at the age of a code that a service provider charges."""

    def v2_charge(self, call: Call) -> dict[str, str]:
        if "sub_mch_id" in call.values:
            self.codes_shown.pop(call.values["auth_code"], None)
        return super().v2_charge(call)


@breaks("v2.micropay.refuses-an-expired-code")
class ASecondTryRefreshesACode(Platform):
    """Takes a code that was refused as expired for a fresh one when it is charged again."""

    def v2_charge(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_charge(call)
        except Refused as refused:
            if refused.refusal.name == "code-expired":
                self.codes_shown.pop(call.values["auth_code"])
            raise


@breaks("v2.micropay.refuses-an-expired-code")
class CodesExpireForAnHour(Platform):
    """Forgets after half a day when a code was opened."""

    def is_expired(self, code: str) -> bool:
        return super().is_expired(code) and self.now() - self.codes_shown[code] < 43_200


class _AtOnce(_Charges):
    """Does something else with a charge of a number that was charged in this second."""

    def v2_charge(self, call: Call) -> dict[str, str]:
        order = self.charged(call)
        known = order is not None and order.created == self.now()
        if not known or order is None or self.is_repeat(order, call.values):
            return super().v2_charge(call)
        return self.charges_again(call, order)

    def is_repeat(self, order: Entity, values: Mapping[str, str]) -> bool:
        return bool(order.draft["payer"]["auth_code"] == values["auth_code"])

    def charges_again(self, call: Call, order: Entity) -> dict[str, str]:
        raise NotImplementedError

    def charges_rightly(self, call: Call) -> dict[str, str]:
        return super().v2_charge(call)


@breaks("v2.micropay.charges-once-at-once")
class ChargesEveryCodeOfASecond(_AtOnce):
    """Answers a second code under a number charged in this second with a payment of its own."""

    def charges_again(self, call: Call, order: Entity) -> dict[str, str]:
        return self.v2_show_payment(order) | {"transaction_id": f"42{self.random.randrange(10**26):026d}"}


@breaks("v2.micropay.charges-once-at-once")
class ChargesARepeatOfASecondAnew(_AtOnce):
    """Takes the money a second time when a paid number is charged again in the same second, and refuses that."""

    def is_repeat(self, order: Entity, values: Mapping[str, str]) -> bool:
        return order.state != "SUCCESS"

    def charges_again(self, call: Call, order: Entity) -> dict[str, str]:
        self.take_payment(order)
        return super().charges_rightly(call)


@breaks("v2.micropay.charges-once-at-once")
class AsksTwoPayersForOneNumber(_AtOnce):
    """Asks both payers for the password where two codes are charged under one number at once."""

    def charges_again(self, call: Call, order: Entity) -> dict[str, str]:
        if order.state == "USERPAYING":
            order.data["asked_two"] = True
        return self.charges_rightly(call)

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        refusal = super().pay(mchid, out_trade_no, credential)
        order = self.store.order(mchid, out_trade_no)
        if refusal is None or order is None or not order.data.pop("asked_two", False):
            return refusal
        self.take_payment(order)
        return None
