"""Faults in charging payment codes through APIv2."""

from reference.contract import Operation
from reference.machines import Entity, Refusal
from reference.machines.codepay import CODE_USED
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []


@breaks("v2.micropay.answers-a-paid-code")
class AnswersACodeWithItsNumberOnly(Platform):
    """Answers a charge with the transaction_id and nothing else of the payment."""

    def v2_charge(self, call: Call) -> dict[str, str]:
        return {name: value for name, value in super().v2_charge(call).items() if name in {"transaction_id", "out_trade_no"}}


@breaks("v2.micropay.answers-a-paid-code")
class ForgetsTheDevice(Platform):
    """Does not tell the device_info of a charge."""

    def v2_charge(self, call: Call) -> dict[str, str]:
        return {name: value for name, value in super().v2_charge(call).items() if name != "device_info"}


@breaks("v2.micropay.answers-a-paid-code")
class AnswersATillInGreenwich(Platform):
    """Tells the time of Greenwich in the answer to a charge."""

    def v2_charge(self, call: Call) -> dict[str, str]:
        told = super().v2_charge(call)
        return told | {"time_end": self.v2_moment(self.now() - 28_800)}


@breaks("v2.micropay.needs-its-fields")
class ChargesWithoutAnAddress(Platform):
    """Charges a code without spbill_create_ip."""

    def v2_check_values(self, call: Call) -> None:
        call.values.setdefault("spbill_create_ip", "127.0.0.1")
        super().v2_check_values(call)


@breaks("v2.micropay.refuses-a-bad-total-fee")
class ChargesYuan(Platform):
    """Takes the total_fee of a charge for yuan where it has a decimal point."""

    def v2_check_values(self, call: Call) -> None:
        if "." in call.values.get("total_fee", ""):
            call.values["total_fee"] = str(round(float(call.values["total_fee"]) * 100))
        super().v2_check_values(call)


@breaks("v2.micropay.refuses-a-malformed-code")
class ReadsAnyCode(Platform):
    """Charges whatever was scanned."""

    def v2_check_values(self, call: Call) -> None:
        code = call.values.get("auth_code", "")
        if code and not (code.isdigit() and len(code) == 18 and "10" <= code[:2] <= "15"):
            call.values["auth_code"] = f"13{int.from_bytes(code.encode()) % 10**16:016d}"
        super().v2_check_values(call)


@breaks("v2.micropay.reports-a-paying-user")
class CallsAPayingUserShortOfMoney(Platform):
    """Says NOTENOUGH while the payer is typing the password."""

    def v2_err_code(self, refused: Refused) -> str:
        code = super().v2_err_code(refused)
        return "NOTENOUGH" if code == "USERPAYING" else code


@breaks("v2.micropay.confirmation-pays-the-order")
class TellsWhenTheCodeWasRead(Platform):
    """Tells when the code was read for when the payer confirmed."""

    def v2_show_payment(self, order: Entity) -> dict[str, str]:
        return super().v2_show_payment(order) | {"time_end": self.v2_moment(order.created)}


@breaks("v2.micropay.confirmation-pays-the-order")
class TakesANoForAYes(Platform):
    """Takes the money when the payer declines."""

    def fail(self, mchid: str, out_trade_no: str) -> Refusal | None:
        return self.pay(mchid, out_trade_no)


@breaks("v2.micropay.confirmation-pays-the-order")
class TakesAWalkAwayForAYes(Platform):
    """Takes the money of a service provider's payer who walks away."""

    def cancel(self, mchid: str, out_trade_no: str) -> Refusal | None:
        provided = self.merchant(mchid).sub_mchids
        return self.pay(mchid, out_trade_no) if provided else super().cancel(mchid, out_trade_no)


@breaks("v2.micropay.a-code-pays-once")
class ChargesTheCodesOfOtherMerchants(Platform):
    """Charges a code again if another merchant charged it first."""

    def v2_charge(self, call: Call) -> dict[str, str]:
        code = call.values["auth_code"]
        if not any(
            order.owner == call.merchant.mchid and order.draft.get("payer", {}).get("auth_code") == code for order in self.store.orders()
        ):
            self.used_codes.discard(code)
        return super().v2_charge(call)


@breaks("v2.micropay.a-code-pays-once")
class FreesTheCodesOfReversedOrders(Platform):
    """Charges a code again once the order it paid was reversed."""

    def v2_charge(self, call: Call) -> dict[str, str]:
        for order in self.store.orders():
            if order.state == "REVOKED":
                self.used_codes.discard(order.draft["payer"]["auth_code"])
        return super().v2_charge(call)


@breaks("v2.micropay.a-code-pays-once")
class ChargesUsedCodes(Platform):
    """Charges a code again."""

    def is_used(self, auth_code: str) -> bool:
        return False


@breaks("v2.micropay.charges-a-number-once")
class ChargesANumberAgain(Platform):
    """Answers a number that was paid with another payment."""

    def v2_charge(self, call: Call) -> dict[str, str]:
        order = self.store.order(call.merchant.mchid, call.values["out_trade_no"])
        if order is None or order.state != "SUCCESS":
            return super().v2_charge(call)
        return self.v2_show_payment(order) | {"transaction_id": f"42{self.random.randrange(10**26):026d}"}


@breaks("v2.micropay.charges-a-number-once")
class ChargesRefundedNumbers(Platform):
    """Charges a number again by a fresh code, at another price, once it was refunded."""

    def v2_charge(self, call: Call) -> dict[str, str]:
        order = self.store.order(call.merchant.mchid, call.values["out_trade_no"])
        if order is None or order.state != "REFUND" or call.values["total_fee"] == str(order.draft["amount"]["total"]):
            return super().v2_charge(call)
        self.take_payment(order)
        return self.v2_show_payment(order)


@breaks("v2.micropay.needs-its-fields")
class ChargesForAProviderItself(Platform):
    """Takes the charge of a service provider that names no sub-merchant for its own."""

    def v2_needs_sub_merchant(self, operation: Operation) -> bool:
        return operation.id != "micropay" and super().v2_needs_sub_merchant(operation)


@breaks("v2.micropay.answers-a-paid-code")
class UsesUpWhatIsAskedAbout(Platform):
    """Takes a code whose payer was asked for as used."""

    def v2_name_payer(self, call: Call) -> dict[str, str]:
        told = super().v2_name_payer(call)
        self.used_codes.add(call.values["auth_code"])
        return told


@breaks("v2.micropay.answers-a-paid-code")
class NamesAnotherPayerOfACode(Platform):
    """Tells a service provider another openid of a code than of its payment."""

    def v2_name_payer(self, call: Call) -> dict[str, str]:
        told = super().v2_name_payer(call)
        return told | ({"openid": told["openid"][::-1]} if "sub_mch_id" in call.values else {})


@breaks("v2.micropay.charges-a-number-once")
class ChargesOrderedNumbers(Platform):
    """Charges the number of a unified order as if nothing was ordered."""

    def v2_charge(self, call: Call) -> dict[str, str]:
        order = self.store.order(call.merchant.mchid, call.values["out_trade_no"])
        if order is None or order.machine == "codepay":
            return super().v2_charge(call)
        self.take_payment(order)
        order.state = "SUCCESS"
        return self.v2_show_payment(order)


@breaks("v2.micropay.charges-a-number-once")
class OrdersScannedNumbers(Platform):
    """Hands a link out for the number of a code payment."""

    def v2_place(self, call: Call) -> dict[str, str]:
        order = self.store.order(call.merchant.mchid, call.values["out_trade_no"])
        if order is None or order.machine == "order":
            return super().v2_place(call)
        return {"trade_type": call.values["trade_type"], "prepay_id": self.new_credential("prepay_id")}


@breaks("v2.micropay.refuses-a-malformed-code")
class KnowsCodesOfThirteenOnly(Platform):
    """Takes only codes that begin with 13, as in the documents' example."""

    def v2_charge(self, call: Call) -> dict[str, str]:
        if not call.values["auth_code"].startswith("13"):
            raise Refused(CODE_USED)
        return super().v2_charge(call)
