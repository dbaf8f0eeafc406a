"""Faults in verifying the body of a request."""

import json
from collections.abc import Iterable

from reference.identity import Credential
from reference.oracles.authorization import Authorization
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.request_lenience import AlsoAccepts, is_made_by, message
from reference.platform.wire import Request

__all__: list[str] = []


@breaks("v3.request.verifies-the-body-as-received")
class VerifiesTheBodyWrittenAnew(Platform):
    """Parses the body and verifies what it writes itself."""

    def signed_message(self, request: Request, claim: Authorization) -> bytes:
        return message(request, claim, body=_written_anew(request.body))


@breaks("v3.request.verifies-the-body-as-received")
class VerifiesTheBodyTrimmed(Platform):
    """Trims the body before it verifies."""

    def signed_message(self, request: Request, claim: Authorization) -> bytes:
        return message(request, claim, body=request.body.strip())


@breaks("v3.request.verifies-the-body-as-received")
class VerifiesTheBodyWithoutItsLastNewline(Platform):
    """Takes a LF at the end of the body for the end of the message."""

    def signed_message(self, request: Request, claim: Authorization) -> bytes:
        return message(request, claim, body=request.body.removesuffix(b"\n"))


@breaks("v3.request.verifies-the-body-as-received")
class VerifiesTheBodyWithoutCarriageReturns(Platform):
    """Turns CRLF into LF before it verifies."""

    def signed_message(self, request: Request, claim: Authorization) -> bytes:
        return message(request, claim, body=request.body.replace(b"\r\n", b"\n"))


@breaks("v3.request.verifies-the-body-as-received")
class VerifiesEscapesAsCharacters(Platform):
    """Writes escaped characters out before it verifies, where the body holds any."""

    def signed_message(self, request: Request, claim: Authorization) -> bytes:
        return message(request, claim, body=_written_anew(request.body) if b"\\u" in request.body else request.body)


@breaks("v3.request.verifies-the-body-as-received")
class VerifiesSlashesWithoutEscape(Platform):
    """Takes the backslash before a slash away before it verifies."""

    def signed_message(self, request: Request, claim: Authorization) -> bytes:
        return message(request, claim, body=request.body.replace(b"\\/", b"/"))


@breaks("v3.request.verifies-the-body-as-received")
class VerifiesTheFirstKilobytes(Platform):
    """Verifies no more than the first four thousand bytes of a body."""

    def signed_message(self, request: Request, claim: Authorization) -> bytes:
        return message(request, claim, body=request.body[:4000])


@breaks("v3.request.signature-covers-exact-body")
class BelievesAnyBodyOfAnOrder(Platform):
    """Looks at who made the signature of an order, not at what it covers."""

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:
        if request.body and request.path.rpartition("/")[2] in {"jsapi", "app", "h5", "native", "codepay"}:
            return is_made_by(credential, claim.signature)
        return super().is_signed(request, claim, credential)


@breaks("v3.request.signature-covers-exact-body")
class AcceptsASignatureOverNoBody(AlsoAccepts):
    """Accepts a signature over an empty body, whatever body is sent."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        yield message(request, claim, body=b"")


@breaks("v3.request.signature-covers-exact-body")
class AcceptsTheSameJsonWrittenOtherwise(AlsoAccepts):
    """Accepts a body that says the same as the signed one, written otherwise."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        yield message(request, claim, body=_written_anew(request.body))


@breaks("v3.request.signature-covers-exact-body")
class IgnoresBlanksAroundTheBody(AlsoAccepts):
    """Accepts blanks and newlines before and after the signed body."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        yield message(request, claim, body=request.body.strip())


@breaks("v3.request.signature-covers-exact-body")
class DoesNotCoverTheBodyOfARefund(Platform):
    """Looks at who made the signature of a refund, not at which amount it was made for."""

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:
        if request.body and request.path.startswith("/v3/refund/"):
            return is_made_by(credential, claim.signature)
        return super().is_signed(request, claim, credential)


@breaks("v3.request.signature-covers-exact-body")
class ComparesAmericanCharactersOnly(AlsoAccepts):
    """Accepts a signature over the body with question marks for everything that is not ASCII."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        text = request.body.decode("utf-8", "replace")
        yield message(request, claim, body=text.encode("ascii", "replace"))
        yield message(request, claim, body=text.replace("茶", "?", 1).encode())


def _written_anew(body: bytes) -> bytes:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":")).encode()
    except ValueError:
        return body
