"""Faults in asking for a client certificate."""

from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2 import refusals
from reference.platform.v2.certificates import shown_certificate
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []


@breaks("v2.certificate.refuses-money-going-out-without-it")
class RefundsWithoutACertificate(Platform):
    """Asks for no certificate when money goes out."""

    def v2_bears_certificate(self, call: Call) -> bool:
        return True


@breaks("v2.certificate.refuses-money-going-out-without-it")
class RefundsByAnyCertificate(Platform):
    """Looks whether there is a certificate, not whose."""

    def v2_bears_certificate(self, call: Call) -> bool:
        return shown_certificate(call.request) is not None


@breaks("v2.certificate.asks-for-none-elsewhere")
class AsksForACertificateAlways(Platform):
    """Asks for the merchant's certificate whatever is asked."""

    def v2_check_certificate(self, call: Call) -> None:
        if not self.v2_bears_certificate(call):
            raise Refused(refusals.CERTIFICATE_WRONG)


@breaks("v2.certificate.asks-for-none-elsewhere")
class RefusesACertificateThatIsNotNeeded(Platform):
    """Refuses a connection that bears a certificate nobody asked for."""

    def v2_check_certificate(self, call: Call) -> None:
        if not call.operation.client_cert and shown_certificate(call.request) is not None:
            raise Refused(refusals.CERTIFICATE_WRONG)
        super().v2_check_certificate(call)


@breaks("v2.certificate.refuses-money-going-out-without-it")
class SendsRedPacketsWithoutACertificate(Platform):
    """Asks for no certificate where the payee must open what was sent."""

    def v2_check_certificate(self, call: Call) -> None:
        if call.operation.group != "redpacks":
            super().v2_check_certificate(call)


@breaks("v2.certificate.refuses-money-going-out-without-it")
class PaysToCardsByAnyCertificate(Platform):
    """Looks whether there is a certificate, not whose, where a bank pays."""

    def v2_bears_certificate(self, call: Call) -> bool:
        any_will_do = call.operation.id == "pay_bank" and shown_certificate(call.request) is not None
        return any_will_do or super().v2_bears_certificate(call)


@breaks("v2.certificate.refuses-money-going-out-without-it")
class RefundsGoodsWithoutACertificate(Platform):
    """Asks for no certificate when an order with discounts on goods is refunded."""

    def v2_check_certificate(self, call: Call) -> None:
        if call.operation.id != "refundv2":
            super().v2_check_certificate(call)
