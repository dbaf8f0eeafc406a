"""Faults in how requests are let in: the message that is verified, and the algorithm."""

import base64
import hashlib
from collections.abc import Callable, Iterable
from contextlib import suppress

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding

from reference.identity import Credential
from reference.oracles import signature
from reference.oracles.authorization import Authorization
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.request_lenience import AlsoAccepts, is_made_by, message
from reference.platform.wire import Request

__all__: list[str] = []

_SHA256 = hashes.SHA256()


@breaks("v3.request.refuses-another-message-layout")
class AcceptsAMissingLastNewline(AlsoAccepts):
    """Accepts a message without its last LF."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        yield message(request, claim)[:-1]


@breaks("v3.request.refuses-another-message-layout")
class AcceptsAGetWithoutBodyLine(AlsoAccepts):
    """Accepts a message without the line of the body, but only for requests without one."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        if not request.body:
            yield message(request, claim)[:-1]


@breaks("v3.request.refuses-another-message-layout")
class AcceptsAFurtherNewline(AlsoAccepts):
    """Accepts a message with a further LF at its end."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        yield message(request, claim) + b"\n"


@breaks("v3.request.refuses-another-message-layout")
class AcceptsCarriageReturns(AlsoAccepts):
    """Accepts a message whose lines end in CRLF."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        lines = (request.method, request.target, claim.timestamp, claim.nonce_str)
        yield b"".join(line.encode() + b"\r\n" for line in lines) + request.body + b"\r\n"


@breaks("v3.request.refuses-another-message-layout")
class AcceptsAFullUrl(AlsoAccepts):
    """Accepts a message that names scheme and host."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        for origin in ("https://api.mch.weixin.qq.com", "api.mch.weixin.qq.com"):
            yield message(request, claim, target=origin + request.target)


@breaks("v3.request.refuses-another-message-layout")
class AcceptsTimestampAndNonceSwapped(AlsoAccepts):
    """Accepts a message with nonce_str before timestamp."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        yield message(request, claim, timestamp=claim.nonce_str, nonce_str=claim.timestamp)


@breaks("v3.request.signature-covers-method")
class AcceptsAnyMethodInTheMessage(AlsoAccepts):
    """Accepts a signature over any method of HTTP."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            yield message(request, claim, method=method)


@breaks("v3.request.signature-covers-method")
class AcceptsSmallLettersInTheMethod(AlsoAccepts):
    """Accepts a signature over the method in small letters, for requests with a body."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        if request.body:
            yield message(request, claim, method=request.method.lower())


@breaks("v3.request.signature-covers-timestamp-and-nonce")
class BelievesAnySignatureOnQueries(Platform):
    """Looks at who made the signature of a GET, not at what it covers."""

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:
        if request.method == "GET":
            return is_made_by(credential, claim.signature)
        return super().is_signed(request, claim, credential)


@breaks("v3.request.signature-covers-timestamp-and-nonce")
class ForgivesASecond(AlsoAccepts):
    """Accepts a signature over a timestamp a second away from the one shown."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        for seconds in (-1, 1):
            yield message(request, claim, timestamp=str(int(claim.timestamp) + seconds))


@breaks("v3.request.signature-covers-timestamp-and-nonce")
class AcceptsARenewedTimestamp(AlsoAccepts):
    """Accepts a signature an hour old under a timestamp of now."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        yield message(request, claim, timestamp=str(int(claim.timestamp) - 3600))


@breaks("v3.request.signature-covers-timestamp-and-nonce")
class IgnoresTheCaseOfTheNonce(AlsoAccepts):
    """Accepts a nonce_str in other letters than the signed one."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        yield message(request, claim, nonce_str=claim.nonce_str.swapcase())


class _OtherAlgorithm(Platform):
    """Accepts the right message signed by another algorithm."""

    padding: AsymmetricPadding = padding.PKCS1v15()
    digest: hashes.HashAlgorithm = _SHA256

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:
        if super().is_signed(request, claim, credential):
            return True
        with suppress(InvalidSignature, ValueError):
            made = base64.b64decode(claim.signature)
            credential.public_key.verify(made, self.signed_message(request, claim), self.padding, self.digest)
            return True
        return False


@breaks("v3.request.refuses-other-signature-algorithms")
class AcceptsPss(_OtherAlgorithm):
    """Accepts signatures with PSS padding."""

    padding = padding.PSS(padding.MGF1(_SHA256), padding.PSS.AUTO)


@breaks("v3.request.refuses-other-signature-algorithms")
class AcceptsSha1(_OtherAlgorithm):
    """Accepts signatures over SHA-1."""

    digest = hashes.SHA1()  # noqa: S303 - this is the fault


@breaks("v3.request.refuses-other-signature-algorithms")
class AcceptsMd5OfQueries(_OtherAlgorithm):
    """Accepts signatures over MD5, on requests without a body."""

    digest = hashes.MD5()  # noqa: S303 - this is the fault

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:
        if request.body:
            return Platform.is_signed(self, request, claim, credential)
        return super().is_signed(request, claim, credential)


class _OtherWriting(Platform):
    """Accepts the right signature written down otherwise."""

    octets: Callable[[str], bytes]

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:
        if super().is_signed(request, claim, credential):
            return True
        with suppress(ValueError):
            made = base64.b64encode(type(self).octets(claim.signature)).decode()
            return signature.verifies(credential.public_key, self.signed_message(request, claim), made)
        return False


@breaks("v3.request.refuses-other-signature-algorithms")
class AcceptsHexadecimal(_OtherWriting):
    """Accepts a signature in hexadecimal."""

    octets = staticmethod(bytes.fromhex)


@breaks("v3.request.refuses-other-signature-algorithms")
class AcceptsBase64Twice(_OtherWriting):
    """Accepts a signature that was encoded in base64 twice."""

    octets = staticmethod(lambda text: base64.b64decode(base64.b64decode(text)))


@breaks("v3.request.refuses-other-signature-algorithms")
class AcceptsSignaturesOfAnotherLength(Platform):
    """Lets in any base64 that is not as long as a signature, instead of refusing what it cannot verify."""

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:
        with suppress(ValueError):
            if len(base64.b64decode(claim.signature, validate=True)) != credential.public_key.key_size // 8:
                return True
        return super().is_signed(request, claim, credential)


@breaks("v3.request.refuses-other-signature-algorithms")
class AcceptsAPlainDigest(Platform):
    """Accepts the digest of the message in the place of its signature."""

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:
        digest = hashlib.sha256(self.signed_message(request, claim)).digest()
        return claim.signature == base64.b64encode(digest).decode() or super().is_signed(request, claim, credential)
