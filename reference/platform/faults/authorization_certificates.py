"""Faults in choosing the certificate that the Authorization header names."""

from collections.abc import Callable

from reference.identity import Credential, Merchant
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks

__all__: list[str] = []


class _Compares(Platform):
    """Finds a merchant's certificate by another comparison of serial numbers."""

    same: Callable[[str, str], bool]

    def credentials_for(self, merchant: Merchant, serial_no: str) -> tuple[Credential, ...]:
        alike = type(self).same
        return tuple(credential for credential in merchant.credentials if alike(credential.serial_no, serial_no))


@breaks("v3.authorization.refuses-unknown-serial")
class IgnoresTheSerial(_Compares):
    """Tries every certificate of the merchant, whatever serial_no says."""

    same = staticmethod(lambda _known, _sent: True)


@breaks("v3.authorization.refuses-unknown-serial")
class ComparesTheFirstDigitsOfASerial(_Compares):
    """Compares only the first digits of a serial_no."""

    same = staticmethod(lambda known, sent: known[:8] == sent[:8])


@breaks("v3.authorization.refuses-unknown-serial")
class ComparesTheLastDigitsOfASerial(_Compares):
    """Compares only the last digits of a serial_no."""

    same = staticmethod(lambda known, sent: known[-8:] == sent[-8:])


@breaks("v3.authorization.refuses-unknown-serial")
class AcceptsItsOwnSerials(Platform):
    """Tries the merchant's certificate when serial_no is one of the platform's."""

    def credentials_for(self, merchant: Merchant, serial_no: str) -> tuple[Credential, ...]:
        own = any(key.key_id == serial_no for key in self.identity.platform)
        return (merchant.credential,) if own else super().credentials_for(merchant, serial_no)


@breaks("v3.authorization.serial-selects-the-key")
class TriesEveryCertificate(Platform):
    """Tries every certificate of the merchant, if serial_no is one of them."""

    def credentials_for(self, merchant: Merchant, serial_no: str) -> tuple[Credential, ...]:
        return merchant.credentials if super().credentials_for(merchant, serial_no) else ()


@breaks("v3.authorization.serial-selects-the-key")
class TriesTheOldCertificateToo(Platform):
    """Tries the merchant's first certificate under the name of the second."""

    def credentials_for(self, merchant: Merchant, serial_no: str) -> tuple[Credential, ...]:
        found = super().credentials_for(merchant, serial_no)
        return (*found, merchant.credential) if found else ()


@breaks("v3.authorization.serial-belongs-to-mchid")
class LooksForASerialAmongAllMerchants(Platform):
    """Finds a certificate by its serial_no alone, whosever it is."""

    def credentials_for(self, merchant: Merchant, serial_no: str) -> tuple[Credential, ...]:
        return tuple(credential for it in self.identity.merchants for credential in it.credentials if credential.serial_no == serial_no)


@breaks("v3.authorization.serial-belongs-to-mchid")
class TakesAProvidersCertificateForAnyMerchant(Platform):
    """Lets a service provider sign for every merchant."""

    def credentials_for(self, merchant: Merchant, serial_no: str) -> tuple[Credential, ...]:
        providers = tuple(credential for it in self.identity.merchants if it.sub_mchids for credential in it.credentials)
        return super().credentials_for(merchant, serial_no) + tuple(it for it in providers if it.serial_no == serial_no)


@breaks("v3.authorization.accepts-both-certificates")
class KnowsTheCurrentCertificateOnly(Platform):
    """Knows only the current certificate of a merchant."""

    def credentials_for(self, merchant: Merchant, serial_no: str) -> tuple[Credential, ...]:
        return tuple(it for it in super().credentials_for(merchant, serial_no) if it is merchant.credential)


@breaks("v3.authorization.accepts-both-certificates")
class KnowsTheNewestCertificateOnly(Platform):
    """Forgets a merchant's old certificate as soon as the new one was used."""

    def credentials_for(self, merchant: Merchant, serial_no: str) -> tuple[Credential, ...]:
        found = super().credentials_for(merchant, serial_no)
        newest = merchant.credentials[-1]
        if newest in found:
            self.changed = self.changed | {merchant.mchid}
        return tuple(it for it in found if it is newest or merchant.mchid not in self.changed)

    changed: frozenset[str] = frozenset()
