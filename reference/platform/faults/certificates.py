"""Faults in the list of platform certificates."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from cryptography.x509.oid import NameOID

from reference.identity import Merchant, SigningKey
from reference.oracles import times
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Request

__all__: list[str] = []


class _Items(Platform):
    """Changes the items of the list."""

    def do_certificates(self, ask: Ask) -> tuple[int, Any]:
        status, content = super().do_certificates(ask)
        return status, {"data": self.changed(ask, content["data"])}

    def changed(self, ask: Ask, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the list as this platform gives it."""
        raise NotImplementedError


@breaks("v3.certificates.items-decrypt-with-the-api-key")
class EncryptsCertificatesForSomebodyElse(Platform):
    """Encrypts certificates with the APIv3 key of one merchant for all."""

    def certificate_item(self, merchant: Merchant, key: SigningKey, certificate: Certificate) -> dict[str, Any]:
        return super().certificate_item(self.identity.merchant, key, certificate)


@breaks("v3.certificates.items-decrypt-with-the-api-key")
class NamesAnotherCipher(_Items):
    """Calls the cipher of its certificates SM4."""

    def changed(self, ask: Ask, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [item | {"encrypt_certificate": item["encrypt_certificate"] | {"algorithm": "AEAD_SM4_GCM"}} for item in items]


@breaks("v3.certificates.items-decrypt-with-the-api-key")
class SharesTheNonceOfTheFirstItem(_Items):
    """Shows the nonce of the first item on every one."""

    def changed(self, ask: Ask, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        nonce = items[0]["encrypt_certificate"]["nonce"]
        return [item | {"encrypt_certificate": item["encrypt_certificate"] | {"nonce": nonce}} for item in items]


@breaks("v3.certificates.items-decrypt-with-the-api-key")
class ForgetsTheAssociatedData(_Items):
    """Does not show the associated_data it used."""

    def changed(self, ask: Ask, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [item | {"encrypt_certificate": item["encrypt_certificate"] | {"associated_data": ""}} for item in items]


@breaks("v3.certificates.items-decrypt-with-the-api-key")
class SendsCertificatesInDer(Platform):
    """Encrypts certificates in DER, not in PEM."""

    def certificate_item(self, merchant: Merchant, key: SigningKey, certificate: Certificate) -> dict[str, Any]:
        sealed = self.seal(merchant, certificate.public_bytes(Encoding.DER), "certificate")
        return super().certificate_item(merchant, key, certificate) | {"encrypt_certificate": sealed}


@breaks("v3.certificates.items-decrypt-with-the-api-key")
class SendsACertificateTwiceInOneItem(Platform):
    """Sends the certificate twice in one item."""

    def certificate_item(self, merchant: Merchant, key: SigningKey, certificate: Certificate) -> dict[str, Any]:
        sealed = self.seal(merchant, certificate.public_bytes(Encoding.PEM) * 2, "certificate")
        return super().certificate_item(merchant, key, certificate) | {"encrypt_certificate": sealed}


class _Serials(Platform):
    """Writes serial_no in another way."""

    def certificate_item(self, merchant: Merchant, key: SigningKey, certificate: Certificate) -> dict[str, Any]:
        return super().certificate_item(merchant, key, certificate) | {"serial_no": self.serial_of(key, certificate)}

    def serial_of(self, key: SigningKey, certificate: Certificate) -> str:
        """Return the serial_no this platform writes."""
        raise NotImplementedError


@breaks("v3.certificates.serial-no-is-the-certificates-own")
class ListsSerialsInDecimal(_Serials):
    """Writes serial_no in decimal."""

    def serial_of(self, key: SigningKey, certificate: Certificate) -> str:
        return str(certificate.serial_number)


@breaks("v3.certificates.serial-no-is-the-certificates-own")
class ListsSerialsInSmallLetters(_Serials):
    """Writes serial_no in small letters."""

    def serial_of(self, key: SigningKey, certificate: Certificate) -> str:
        return key.key_id.lower()


@breaks("v3.certificates.serial-no-is-the-certificates-own")
class ListsSerialsWithColons(_Serials):
    """Writes serial_no with colons between its bytes."""

    def serial_of(self, key: SigningKey, certificate: Certificate) -> str:
        return ":".join(key.key_id[index : index + 2] for index in range(0, len(key.key_id), 2))


@breaks("v3.certificates.serial-no-is-the-certificates-own")
class ListsOneSerialForAll(_Serials):
    """Writes the serial_no of the current certificate on every item."""

    def serial_of(self, key: SigningKey, certificate: Certificate) -> str:
        return self.active_keys()[0].key_id


@breaks("v3.certificates.serial-no-is-the-certificates-own")
class ListsACertificateTwice(_Items):
    """Lists the current certificate twice."""

    def changed(self, ask: Ask, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [*items, items[0]]


@breaks("v3.certificates.list-is-signed-by-a-listed-key")
class SignsTheListWithThePublicKey(Platform):
    """Signs the list with the public key when none is announced."""

    def answering_key(self, request: Request) -> SigningKey:
        public = self.identity.platform.public_key
        listing = request.path == "/v3/certificates" and request.header("Wechatpay-Serial") is None
        return public if listing and public is not None else super().answering_key(request)


@breaks("v3.certificates.list-is-signed-by-a-listed-key")
class SignsTheListWithAnUnlistedCertificate(Platform):
    """Signs the list with a certificate it does not list, until that one takes over."""

    def answering_key(self, request: Request) -> SigningKey:
        return self.identity.platform.certificates[-1] if request.path == "/v3/certificates" else super().answering_key(request)


@breaks("v3.certificates.list-is-signed-by-a-listed-key")
class LeavesTheSigningCertificateOut(_Items):
    """Lists old certificates only, as soon as there are any."""

    def changed(self, ask: Ask, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return items[1:] or items


class _Times(Platform):
    """Writes other times of validity."""

    def certificate_item(self, merchant: Merchant, key: SigningKey, certificate: Certificate) -> dict[str, Any]:
        item = super().certificate_item(merchant, key, certificate)
        return item | self.times_of(item["effective_time"], item["expire_time"])

    def times_of(self, begins: str, ends: str) -> dict[str, str]:
        """Return the times this platform writes."""
        raise NotImplementedError


@breaks("v3.certificates.lists-only-usable-certificates")
class ListsAnExpiredCertificate(_Times):
    """Lists certificates whose time has passed."""

    def times_of(self, begins: str, ends: str) -> dict[str, str]:
        return {"expire_time": times.format_rfc3339(self.now() - 86_400)}


@breaks("v3.certificates.lists-only-usable-certificates")
class WritesValidityWithoutZone(_Times):
    """Writes the times of validity without a zone."""

    def times_of(self, begins: str, ends: str) -> dict[str, str]:
        return {"effective_time": begins[:19], "expire_time": ends[:19]}


@breaks("v3.certificates.lists-only-usable-certificates")
class SwapsTheTimesOfValidity(_Times):
    """Writes the beginning of validity as its end."""

    def times_of(self, begins: str, ends: str) -> dict[str, str]:
        return {"effective_time": ends, "expire_time": begins}


@breaks("v3.certificates.lists-only-usable-certificates")
class WritesValidityInUnixSeconds(_Times):
    """Writes the times of validity in Unix seconds."""

    def times_of(self, begins: str, ends: str) -> dict[str, str]:
        return {"expire_time": str(int(times.parse_rfc3339(ends).timestamp()))}


@breaks("v3.certificates.lists-only-usable-certificates")
class ListsNothing(_Items):
    """Lists no certificate to a merchant that has some."""

    def changed(self, ask: Ask, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return []


@breaks("v3.certificates.lists-only-usable-certificates")
class KeepsAnExpiredCertificateListed(_Items):
    """Goes on listing an old certificate as expired once the next one took over."""

    def changed(self, ask: Ask, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        expired = {"expire_time": times.format_rfc3339(self.now() - 60)}
        return [items[0], *(item | expired for item in items[1:])]


@breaks("v3.certificates.rotates")
class DropsTheOldCertificate(_Items):
    """Lists only the current certificate after a change."""

    def changed(self, ask: Ask, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return items[:1]


@breaks("v3.certificates.rotates")
class ListsTheNewCertificateLate(_Items):
    """Signs with a new certificate before it lists it."""

    def changed(self, ask: Ask, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return items[-1:]


@breaks("v3.certificates.rotates")
class DropsTheOldCertificateOfPartners(_Items):
    """Lists only the current certificate after a change to service providers."""

    def changed(self, ask: Ask, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return items[:1] if ask.merchant.sub_mchids else items


class _Adds(_Items):
    """Lists a further certificate that usual clients cannot use."""

    def changed(self, ask: Ask, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        certificate = self.further()
        serial_no = f"{certificate.serial_number:040X}"
        key = SigningKey(serial_no, self.active_keys()[0].public_key, None, certificate)
        return [*items, self.certificate_item(ask.merchant, key, certificate)]

    def further(self) -> Certificate:
        """Return that certificate."""
        raise NotImplementedError


@breaks("v3.certificates.default-list-is-rsa")
class ListsAnEllipticCertificate(_Adds):
    """Lists a certificate with an elliptic key, too."""

    def further(self) -> Certificate:
        return _certificate_of(256)


@breaks("v3.certificates.default-list-is-rsa")
class ListsAWeakCertificate(_Adds):
    """Lists a certificate with an RSA key of 1024 bits, too."""

    def further(self) -> Certificate:
        return _certificate_of(1024)


@breaks("v3.certificates.default-list-is-rsa")
class ListsAnEllipticCertificateAsRsa(ListsAnEllipticCertificate):
    """Lists a certificate with an elliptic key when asked for RSA."""

    def changed(self, ask: Ask, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return super().changed(ask, items) if "algorithm_type" in ask.params else items


@cache
def _certificate_of(bits: int) -> Certificate:
    """Return a certificate with a small key: an elliptic one of 256 bits, else an RSA one."""
    key: Any = ec.generate_private_key(ec.SECP256R1()) if bits == 256 else rsa.generate_private_key(65537, bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test only")])
    start = datetime(2024, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), start, start + timedelta(days=7300))
    return builder.sign(key, hashes.SHA256())
