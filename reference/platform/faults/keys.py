"""Faults in which key signs an answer, and what the answer says about it."""

from typing import Any

from reference.contract import Operation
from reference.identity import Merchant, SigningKey
from reference.oracles import signature
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.refusals import KEY_UNKNOWN, SYSTEM_ERROR
from reference.platform.wire import Refused, Request

__all__: list[str] = []

_SERIAL = "Wechatpay-Serial"


class _Names(Platform):
    """Says that another key made the signature."""

    def signed_headers(self, key: SigningKey, body: bytes) -> list[tuple[str, str]]:
        headers = super().signed_headers(key, body)
        return [(name, self.named(key) if name == _SERIAL else value) for name, value in headers]

    def named(self, key: SigningKey) -> str:
        """Return the name this platform gives *key*."""
        raise NotImplementedError


@breaks("v3.keys.serial-names-the-signing-key")
class NamesTheMerchantsCertificate(_Names):
    """Names the merchant's certificate in the place of the platform's."""

    def named(self, key: SigningKey) -> str:
        return self.identity.merchant.credential.serial_no


@breaks("v3.keys.serial-names-the-signing-key")
class NamesThePublicKeyAlways(_Names):
    """Names the public key, whichever key signed."""

    def named(self, key: SigningKey) -> str:
        public = self.identity.platform.public_key
        return key.key_id if public is None else public.key_id


@breaks("v3.keys.serial-names-the-signing-key")
class NamesTheCertificateForThePublicKey(_Names):
    """Names a certificate when the public key signed."""

    def named(self, key: SigningKey) -> str:
        return key.key_id if key.certificate is not None else self.identity.platform.certificates[0].key_id


@breaks("v3.keys.serial-names-the-signing-key")
class NamesTheOldCertificateAfterTheChange(_Names):
    """Goes on naming the first certificate when the next one signs."""

    def named(self, key: SigningKey) -> str:
        return key.key_id if key.certificate is None else self.identity.platform.certificates[0].key_id


@breaks("v3.keys.serial-names-the-signing-key")
class WritesASerialInDecimal(_Names):
    """Writes the serial number of its certificate in decimal."""

    def named(self, key: SigningKey) -> str:
        return key.key_id if key.certificate is None else str(key.certificate.serial_number)


class _Answers(Platform):
    """Chooses the key of an answer in another way."""

    def answering_key(self, request: Request) -> SigningKey:
        return self.chosen(request, super().answering_key(request))

    def chosen(self, request: Request, usual: SigningKey) -> SigningKey:
        """Return the key this platform chooses."""
        raise NotImplementedError


@breaks("v3.keys.answers-with-the-announced-key")
class AlwaysAnswersWithItsCurrentKey(_Answers):
    """Never looks at the key a request announces."""

    def chosen(self, request: Request, usual: SigningKey) -> SigningKey:
        return self.active_keys()[0]


@breaks("v3.keys.answers-with-the-announced-key")
class NeverAnswersWithThePublicKey(_Answers):
    """Answers with a certificate when the public key is announced."""

    def chosen(self, request: Request, usual: SigningKey) -> SigningKey:
        return usual if usual.certificate is not None else self.active_keys()[0]


@breaks("v3.keys.answers-with-the-announced-key")
class LooksAtTheAnnouncedKeyOfOrdersOnly(_Answers):
    """Looks at the key a request announces only where an order is placed."""

    def chosen(self, request: Request, usual: SigningKey) -> SigningKey:
        placing = request.path.rpartition("/")[2] in {"jsapi", "app", "h5", "native"}
        return usual if placing else self.active_keys()[0]


@breaks("v3.keys.answers-with-the-announced-key")
class LooksAtNoAnnouncedKeyWhenClosing(_Answers):
    """Does not look at the key that a request to close an order announces."""

    def chosen(self, request: Request, usual: SigningKey) -> SigningKey:
        return self.active_keys()[0] if request.path.endswith("/close") else usual


@breaks("v3.keys.answers-with-the-announced-key")
class StaysWithTheKeyOnceAnnounced(_Answers):
    """Goes on with the first public key that was announced, whatever is announced later."""

    stays: SigningKey | None = None

    def chosen(self, request: Request, usual: SigningKey) -> SigningKey:
        if self.stays is None and usual.certificate is None:
            self.stays = usual
        return self.stays or usual


@breaks("v3.keys.answers-with-the-announced-key")
class ForgetsTheOldCertificateAtTheChange(_Answers):
    """Answers with the new certificate when the old one is announced."""

    def chosen(self, request: Request, usual: SigningKey) -> SigningKey:
        old = usual.certificate is not None and usual is not self.active_keys()[0]
        return self.active_keys()[0] if old else usual


@breaks("v3.keys.answers-with-an-active-key-by-default")
class SignsWithACertificateNotYetInUse(_Answers):
    """Signs with the next certificate before it is listed, when none is announced."""

    def chosen(self, request: Request, usual: SigningKey) -> SigningKey:
        return usual if request.header(_SERIAL) else self.identity.platform.certificates[-1]


@breaks("v3.keys.answers-with-an-active-key-by-default")
class SignsWithWhateverKeyIsAnnounced(_Answers):
    """Signs with any key of the platform that is announced, in use or not."""

    def chosen(self, request: Request, usual: SigningKey) -> SigningKey:
        announced = request.header(_SERIAL)
        return next((key for key in self.identity.platform if key.key_id == announced), usual)


@breaks("v3.keys.answers-with-an-active-key-by-default")
class RepeatsAnUnknownSerial(Platform):
    """Names the key a request announced, even if there is no such key."""

    announced = ""

    def answering_key(self, request: Request) -> SigningKey:
        self.announced = request.header(_SERIAL) or ""
        return super().answering_key(request)

    def signed_headers(self, key: SigningKey, body: bytes) -> list[tuple[str, str]]:
        headers = super().signed_headers(key, body)
        return [(name, (self.announced or value) if name == _SERIAL else value) for name, value in headers]


@breaks("v3.keys.answers-with-an-active-key-by-default")
class DemandsAnAnnouncedKey(Platform):
    """Refuses a query that announces no key."""

    def perform(self, ask: Ask) -> tuple[int, Any]:
        if ask.operation.method == "GET" and not ask.request.header(_SERIAL):
            raise Refused(KEY_UNKNOWN)
        return super().perform(ask)


@breaks("v3.keys.answers-with-an-active-key-by-default")
class FailsOnAnUnknownKey(Platform):
    """Fails when a request announces a key it does not know."""

    def answering_key(self, request: Request) -> SigningKey:
        announced = request.header(_SERIAL)
        if announced and all(key.key_id != announced for key in self.active_keys()):
            return self.identity.platform.certificates[-1]
        return super().answering_key(request)

    def perform(self, ask: Ask) -> tuple[int, Any]:
        announced = ask.request.header(_SERIAL)
        if announced and all(key.key_id != announced for key in self.identity.platform):
            raise Refused(SYSTEM_ERROR)
        return super().perform(ask)


@breaks("v3.keys.answers-with-an-active-key-by-default")
class SignsWithTheMerchantsKeyByDefault(Platform):
    """Signs with the merchant's own key, under the platform's name, when none is announced."""

    announces = False

    def answering_key(self, request: Request) -> SigningKey:
        self.announces = bool(request.header(_SERIAL))
        return super().answering_key(request)

    def signed_headers(self, key: SigningKey, body: bytes) -> list[tuple[str, str]]:
        headers = dict(super().signed_headers(key, body))
        if not self.announces:
            message = self.message(headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"], body)
            headers["Wechatpay-Signature"] = signature.sign(self.identity.merchant.credential.private_key, message)
        return list(headers.items())


class _WithPublicKeyOnly(Platform):
    """Behaves in another way while only the public key is in use."""

    @property
    def has_only_the_public_key(self) -> bool:
        """Whether there are no certificates."""
        return all(key.certificate is None for key in self.active_keys())


@breaks("v3.keys.public-key-only-merchant-has-no-certificates")
class ListsCertificatesNobodyUses(_WithPublicKeyOnly):
    """Lists a certificate to a merchant that has none."""

    def do_certificates(self, ask: Ask) -> tuple[int, Any]:
        if not self.has_only_the_public_key:
            return super().do_certificates(ask)
        key = self.identity.platform.certificates[0]
        assert key.certificate is not None  # it is one
        return 200, {"data": [self.certificate_item(ask.merchant, key, key.certificate)]}


@breaks("v3.keys.public-key-only-merchant-has-no-certificates")
class FailsWithoutCertificates(_WithPublicKeyOnly):
    """Fails when a merchant without certificates asks for them."""

    def do_certificates(self, ask: Ask) -> tuple[int, Any]:
        if self.has_only_the_public_key:
            raise Refused(SYSTEM_ERROR)
        return super().do_certificates(ask)


@breaks("v3.keys.public-key-only-merchant-has-no-certificates")
class SignsWithACertificateAllTheSame(_WithPublicKeyOnly):
    """Signs queries with a certificate though the merchant has none."""

    def answering_key(self, request: Request) -> SigningKey:
        if self.has_only_the_public_key and request.method == "GET":
            return self.identity.platform.certificates[0]
        return super().answering_key(request)


@breaks("v3.keys.public-key-only-merchant-has-no-certificates")
class ServesNobodyWithoutCertificates(_WithPublicKeyOnly):
    """Refuses the orders of a merchant without certificates."""

    def read(self, request: Request, operation: Operation, path_params: Any, merchant: Merchant) -> Ask:
        if self.has_only_the_public_key and operation.event == "order.place":
            raise Refused(KEY_UNKNOWN)
        return super().read(request, operation, path_params, merchant)
