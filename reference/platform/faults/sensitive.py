"""Faults in opening encrypted members."""

import base64
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from reference.identity import SigningKey
from reference.oracles import b64, oaep
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.wire import Refused, Request

__all__: list[str] = []

_SERIAL = "Wechatpay-Serial"


class _OpensOtherwise(Platform):
    """Tries something else with a ciphertext it would refuse."""

    def otherwise(self, request: Request, name: str, ciphertext: str) -> str | None:
        return None

    def decrypt(self, request: Request, name: str, ciphertext: str) -> str:
        try:
            return super().decrypt(request, name, ciphertext)
        except Refused:
            opened = self.otherwise(request, name, ciphertext)
            if opened is None:
                raise
            return opened

    def opened_by_any(self, ciphertext: str) -> str | None:
        """What any key of the platform makes of *ciphertext*."""
        for key in self.identity.platform:
            try:
                return oaep.decrypt(key.private_key, ciphertext) if key.private_key is not None else None
            except ValueError:
                continue
        return None

    def named(self, request: Request) -> SigningKey | None:
        """The key a request names."""
        return next((key for key in self.identity.platform if key.key_id == request.header(_SERIAL)), None)


@breaks("v3.sensitive.refuses-ciphertext-without-a-serial")
class AssumesTheKeyOfASecret(_OpensOtherwise):
    """Tries its own keys when a request with an encrypted member names none."""

    def otherwise(self, request: Request, name: str, ciphertext: str) -> str | None:
        return None if request.header(_SERIAL) else self.opened_by_any(ciphertext)


@breaks("v3.sensitive.refuses-ciphertext-without-a-serial")
class AssumesTheKeyOfACard(AssumesTheKeyOfASecret):
    """Tries its own keys when a request with card data names none."""

    def otherwise(self, request: Request, name: str, ciphertext: str) -> str | None:
        return None if name == "encrypted_echo_message" else super().otherwise(request, name, ciphertext)


@breaks("v3.sensitive.refuses-ciphertext-without-a-serial")
class AssumesTheKeyOfAnEcho(AssumesTheKeyOfASecret):
    """Tries its own keys when a security echo names none."""

    def otherwise(self, request: Request, name: str, ciphertext: str) -> str | None:
        return super().otherwise(request, name, ciphertext) if name == "encrypted_echo_message" else None


@breaks("v3.sensitive.refuses-ciphertext-without-a-serial")
class KeepsWhatHasNoKey(_OpensOtherwise):
    """Stores a ciphertext as it came when the request names no key."""

    def otherwise(self, request: Request, name: str, ciphertext: str) -> str | None:
        return None if request.header(_SERIAL) else ciphertext[:100]


@breaks("v3.sensitive.refuses-an-unknown-serial")
class TriesItsOwnKeysUnderAnyName(_OpensOtherwise):
    """Tries its own keys when a request names one it does not know."""

    def otherwise(self, request: Request, name: str, ciphertext: str) -> str | None:
        return self.opened_by_any(ciphertext) if request.header(_SERIAL) and self.named(request) is None else None


@breaks("v3.sensitive.refuses-an-unknown-serial")
class TakesTheMerchantsOwnSerial(_OpensOtherwise):
    """Takes the serial of a merchant's certificate for the announcement of its own."""

    def otherwise(self, request: Request, name: str, ciphertext: str) -> str | None:
        serials = {credential.serial_no for merchant in self.identity.merchants for credential in merchant.credentials}
        return self.opened_by_any(ciphertext) if request.header(_SERIAL) in serials else None


@breaks("v3.sensitive.refuses-an-unknown-serial")
class TakesAnyPublicKeyId(_OpensOtherwise):
    """Takes every id that begins with PUB_KEY_ID_ for its own."""

    def otherwise(self, request: Request, name: str, ciphertext: str) -> str | None:
        invented = (request.header(_SERIAL) or "").startswith("PUB_KEY_ID_") and self.named(request) is None
        return self.opened_by_any(ciphertext) if invented else None


@breaks("v3.sensitive.refuses-undecryptable-ciphertext")
class NeverOpensSecrets(Platform):
    """Stores every encrypted member as it came."""

    def decrypt(self, request: Request, name: str, ciphertext: str) -> str:
        return "x" if self.named_key(request) else super().decrypt(request, name, ciphertext)

    def named_key(self, request: Request) -> bool:
        """Tell whether a request names a key that is known."""
        return any(key.key_id == request.header(_SERIAL) for key in self.identity.platform)


@breaks("v3.sensitive.refuses-undecryptable-ciphertext")
class OpensTheAccountOnly(NeverOpensSecrets):
    """Opens bank_account and stores real_name as it came."""

    def decrypt(self, request: Request, name: str, ciphertext: str) -> str:
        return super().decrypt(request, name, ciphertext) if name == "real_name" else Platform.decrypt(self, request, name, ciphertext)


@breaks("v3.sensitive.refuses-undecryptable-ciphertext")
class TakesPlainText(_OpensOtherwise):
    """Takes a member that is no base64 for plain text."""

    def otherwise(self, request: Request, name: str, ciphertext: str) -> str | None:
        try:
            b64.decode(ciphertext)
        except ValueError:
            return ciphertext if self.named(request) and ciphertext else None
        return None


@breaks("v3.sensitive.refuses-undecryptable-ciphertext")
class TakesAnEmptyMember(_OpensOtherwise):
    """Takes an empty text for an encrypted member without content."""

    def otherwise(self, request: Request, name: str, ciphertext: str) -> str | None:
        return "" if not ciphertext and self.named(request) else None


class _OpensPadding(_OpensOtherwise):
    """Opens another padding too."""

    scheme: padding.AsymmetricPadding

    def otherwise(self, request: Request, name: str, ciphertext: str) -> str | None:
        key = self.named(request)
        if key is None or key.private_key is None:
            return None
        try:
            return self.text(key.private_key.decrypt(b64.decode(ciphertext), self.scheme))
        except ValueError:
            return None

    def text(self, plaintext: bytes) -> str:
        """The plaintext, if it is one."""
        return plaintext.decode()


@breaks("v3.sensitive.refuses-undecryptable-ciphertext")
class OpensPkcs1Padding(_OpensPadding):
    """Opens PKCS#1 v1.5 too."""

    scheme = padding.PKCS1v15()

    def text(self, plaintext: bytes) -> str:
        # OpenSSL answers a wrong padding with random bytes; a text has the length of a secret and is UTF-8.
        if len(plaintext) > 100:
            raise ValueError(plaintext)
        return super().text(plaintext)


@breaks("v3.sensitive.refuses-undecryptable-ciphertext")
class OpensOaepSha256(_OpensPadding):
    """Opens OAEP with SHA-256 too."""

    scheme = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


@breaks("v3.sensitive.refuses-undecryptable-ciphertext")
class OpensWithAnyOfItsKeys(_OpensOtherwise):
    """Tries every key it has when the one a request names does not open a member."""

    def otherwise(self, request: Request, name: str, ciphertext: str) -> str | None:
        return self.opened_by_any(ciphertext) if self.named(request) else None


@breaks("v3.sensitive.refuses-undecryptable-ciphertext")
class OpensBase64OfBase64(_OpensOtherwise):
    """Undoes base64 as often as it takes."""

    def otherwise(self, request: Request, name: str, ciphertext: str) -> str | None:
        key = self.named(request)
        try:
            inner = base64.b64decode(ciphertext, validate=True).decode("ascii")
            return None if key is None or key.private_key is None else oaep.decrypt(key.private_key, inner)
        except ValueError:
            return None


@breaks("v3.sensitive.refuses-undecryptable-ciphertext")
class SendsMoneyBeforeOpening(Platform):
    """Refuses card data it cannot open after it has moved the refund."""

    def open_sensitive(self, request: Request, operation: Any, fields: Any) -> dict[str, str]:
        try:
            return super().open_sensitive(request, operation, fields)
        except Refused:
            refund_id = request.path.split("/")[-2]
            refund = self.store.refund_by_id(refund_id)
            if refund is not None and request.header(_SERIAL) in {key.key_id for key in self.identity.platform}:
                refund.state = "PROCESSING"
            raise


@breaks("v3.sensitive.refuses-undecryptable-ciphertext")
class KnowsOneCertificate(Platform):
    """Opens nothing that is encrypted with a certificate after the first."""

    def decrypt(self, request: Request, name: str, ciphertext: str) -> str:
        if request.header(_SERIAL) in {key.key_id for key in self.identity.platform.certificates[1:]}:
            raise self.bad_parameter(name, "cannot be decrypted", "body")
        return super().decrypt(request, name, ciphertext)
