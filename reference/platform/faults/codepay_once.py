"""Faults in charging a code once, and in what else a code payment is spared."""

from typing import Any

from reference.machines import Entity, Refusal
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.refusals import BAD_PARAMETER
from reference.platform.wire import Refused

__all__: list[str] = []


class _ChargesAgain(Platform):
    """Charges some numbers again."""

    def do_codepay_submit(self, ask: Ask) -> tuple[int, Any]:
        order = self.store.order(ask.merchant.mchid, ask.fields["out_trade_no"])
        if order is not None and order.state in {"SUCCESS", "REFUND"} and self.charges(order, ask):
            self.take_payment(order)
            return 200, self.show_order(order)
        return super().do_codepay_submit(ask)

    def charges(self, order: Entity, ask: Ask) -> bool:
        """Tell whether this paid order is charged again."""
        return True


@breaks("v3.codepay.charges-a-number-once")
class ChargesAFreshCode(_ChargesAgain):
    """Charges a paid number again by another code."""

    def charges(self, order: Entity, ask: Ask) -> bool:
        return bool(order.draft["payer"] != ask.fields["payer"])


@breaks("v3.codepay.charges-a-number-once")
class ChargesTheSameRequestAgain(_ChargesAgain):
    """Charges a code again when exactly the same request is repeated."""

    def charges(self, order: Entity, ask: Ask) -> bool:
        return bool(order.draft["payer"] == ask.fields["payer"])


@breaks("v3.codepay.charges-a-number-once")
class ChargesConfirmedOrdersAgain(_ChargesAgain):
    """Charges an order again when the request is repeated after a confirmation."""

    def charges(self, order: Entity, ask: Ask) -> bool:
        return bool(order.state == "SUCCESS" and "confirmed" in order.data)

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        order = self.store.order(mchid, out_trade_no)
        if order is not None:
            order.data["confirmed"] = True
        return super().pay(mchid, out_trade_no, credential)


@breaks("v3.codepay.charges-a-number-once")
class ChargesRefundedNumbersAgain(_ChargesAgain):
    """Charges a refunded number of a service provider again."""

    def charges(self, order: Entity, ask: Ask) -> bool:
        return order.state == "REFUND" and order.draft["mode"] == "partner"


@breaks("v3.codepay.charges-a-number-once")
class RepeatingConfirms(Platform):
    """Takes a repeated request for the payer's confirmation."""

    def do_codepay_submit(self, ask: Ask) -> tuple[int, Any]:
        self.pay(ask.merchant.mchid, ask.fields["out_trade_no"])
        return super().do_codepay_submit(ask)


@breaks("v3.codepay.a-code-pays-one-order")
class CodesPayEverything(Platform):
    """Charges a code as often as it is shown."""

    def is_used(self, code: str) -> bool:
        return False


@breaks("v3.codepay.a-code-pays-one-order")
class CodesLiveOnAfterAReverse(Platform):
    """Charges a code again once the order it paid was reversed."""

    def is_used(self, code: str) -> bool:
        by_it = [order for order in self.store.orders() if order.draft.get("payer", {}).get("auth_code") == code]
        return super().is_used(code) and any(order.state != "REVOKED" for order in by_it)


@breaks("v3.codepay.a-code-pays-one-order")
class CodesPayOncePerMerchant(Platform):
    """Charges a code once for every merchant."""

    def do_codepay_submit(self, ask: Ask) -> tuple[int, Any]:
        code = ask.fields["payer"]["auth_code"]
        charged = {order.owner for order in self.store.orders() if order.draft.get("payer", {}).get("auth_code") == code}
        if ask.merchant.mchid not in charged:
            self.used_codes.discard(code)
        return super().do_codepay_submit(ask)


@breaks("v3.codepay.a-code-pays-one-order")
class CodesReviveByTheNextDay(Platform):
    """Charges a code again a day later."""

    def is_used(self, code: str) -> bool:
        by_it = [order for order in self.store.orders() if order.draft.get("payer", {}).get("auth_code") == code]
        return super().is_used(code) and any(self.now() - order.created < 86_400 for order in by_it)


class _Announces(Platform):
    """Notifies the merchant of some code payments."""

    def take_payment(self, order: Entity) -> None:
        super().take_payment(order)
        if order.machine == "codepay" and self.announces(order):
            merchant = self.merchant(order.owner)
            url = "https://merchant.example/wechatpay/notify"
            self.notify(merchant, url, "TRANSACTION.SUCCESS", "transaction", self.show_order(order), "支付成功")

    def announces(self, order: Entity) -> bool:
        """Tell whether this payment is announced."""
        return True


@breaks("v3.codepay.sends-no-payment-notice")
class AnnouncesCharges(_Announces):
    """Notifies the merchant of a code that was paid at once."""

    def announces(self, order: Entity) -> bool:
        return self.now() == order.created


@breaks("v3.codepay.sends-no-payment-notice")
class AnnouncesConfirmations(_Announces):
    """Notifies a service provider when the payer has confirmed."""

    def announces(self, order: Entity) -> bool:
        return self.now() > order.created and order.draft["mode"] == "partner"


class _ClosesCharges(Platform):
    """Closes some code payments."""

    closed_in: frozenset[str] = frozenset()

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.machine == "codepay" and order.state in self.closed_in:
            self.close_charge(order)
            return 204, None
        return super().do_order_close(ask)

    def close_charge(self, order: Entity) -> None:
        """Close *order*, which is over by that."""
        order.state = "REVOKED"


@breaks("v3.codepay.cannot-be-closed")
class ClosesWaitingCharges(_ClosesCharges):
    """Closes a code payment the payer has not confirmed yet."""

    closed_in = frozenset({"USERPAYING"})


@breaks("v3.codepay.cannot-be-closed")
class SaysPaidChargesAreClosed(_ClosesCharges):
    """Answers the close of a paid code 204 and does nothing."""

    closed_in = frozenset({"SUCCESS"})

    def close_charge(self, order: Entity) -> None:
        self.store.save(order)


@breaks("v3.codepay.cannot-be-closed")
class SaysReversedChargesAreClosed(_ClosesCharges):
    """Answers the close of a reversed code payment 204."""

    closed_in = frozenset({"REVOKED"})


@breaks("v3.codepay.cannot-be-closed")
class RefusedClosesEndCharges(Platform):
    """Refuses to close a waiting code payment and fails it."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        order = self.find_order(ask)
        if order is not None and order.machine == "codepay" and order.state in {"NOTPAY", "USERPAYING"}:
            order.state = "PAYERROR"
            raise Refused(BAD_PARAMETER)
        return super().do_order_close(ask)
