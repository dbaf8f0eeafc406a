"""Faults in verifying the URL of a request."""

import re
from collections.abc import Iterable
from urllib.parse import unquote

from reference.identity import Credential
from reference.oracles.authorization import Authorization
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.faults.request_lenience import AlsoAccepts, is_made_by, message
from reference.platform.wire import Request

__all__: list[str] = []


@breaks("v3.request.verifies-the-url-as-sent")
class VerifiesTheDecodedUrl(Platform):
    """Verifies the URL percent-decoded, so that a correct signature fails where something is encoded."""

    def signed_message(self, request: Request, claim: Authorization) -> bytes:
        return message(request, claim, target=unquote(request.target))


@breaks("v3.request.verifies-the-url-as-sent")
class AlsoVerifiesTheDecodedUrl(AlsoAccepts):
    """Accepts a signature over the percent-decoded URL, too."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        yield message(request, claim, target=unquote(request.target))


@breaks("v3.request.verifies-the-url-as-sent")
class VerifiesEscapesInCapitals(Platform):
    """Writes the escapes of a URL in capitals before it verifies."""

    def signed_message(self, request: Request, claim: Authorization) -> bytes:
        return message(request, claim, target=re.sub("%[0-9a-fA-F]{2}", lambda found: found[0].upper(), request.target))


@breaks("v3.request.verifies-the-url-as-sent")
class VerifiesUnreservedCharactersDecoded(Platform):
    """Decodes characters that need no escape before it verifies."""

    def signed_message(self, request: Request, claim: Authorization) -> bytes:
        return message(request, claim, target=re.sub("%(?:2[dDeE]|5[fF]|7[eE]|[3-7][0-9a-fA-F])", _unreserved, request.target))


@breaks("v3.request.verifies-the-url-as-sent")
class VerifiesASortedQuery(Platform):
    """Sorts the parameters of a query before it verifies."""

    def signed_message(self, request: Request, claim: Authorization) -> bytes:
        path, mark, query = request.target.partition("?")
        return message(request, claim, target=f"{path}{mark}{'&'.join(sorted(query.split('&')))}")


@breaks("v3.request.signature-covers-url")
class IgnoresTheQuery(AlsoAccepts):
    """Accepts a signature over the path alone."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        yield message(request, claim, target=request.path)


@breaks("v3.request.signature-covers-url")
class BelievesQueriesAboutAnyOrder(Platform):
    """Looks at who made the signature of a query, not at which order it was made for."""

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:
        if request.method == "GET" and "/out-trade-no/" in request.path:
            return is_made_by(credential, claim.signature)
        return super().is_signed(request, claim, credential)


@breaks("v3.request.signature-covers-url")
class IgnoresTheNumberThatIsClosed(Platform):
    """Looks at who made the signature for closing an order, not at which order it was made for."""

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:
        if request.path.endswith("/close"):
            return is_made_by(credential, claim.signature)
        return super().is_signed(request, claim, credential)


@breaks("v3.request.signature-covers-url")
class TakesOneProductForAnother(AlsoAccepts):
    """Accepts a signature for one product's URL at that of another."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        head, _, product = request.target.rpartition("/")
        if product in {"jsapi", "app", "h5", "native"}:
            for other in ("jsapi", "app", "h5", "native"):
                yield message(request, claim, target=f"{head}/{other}")


@breaks("v3.request.signature-covers-url")
class IgnoresParametersItDoesNotKnow(AlsoAccepts):
    """Accepts parameters that were added to a signed query."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        path, _, query = request.target.partition("?")
        known = [parameter for parameter in query.split("&") if not parameter.startswith("attach=")]
        yield message(request, claim, target=f"{path}?{'&'.join(known)}" if known else path)


@breaks("v3.request.signature-covers-url")
class IgnoresTheOrderOfParameters(AlsoAccepts):
    """Accepts the parameters of a signed query in another order."""

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        path, _, query = request.target.partition("?")
        yield message(request, claim, target=f"{path}?{'&'.join(query.split('&')[::-1])}")


def _unreserved(found: re.Match[str]) -> str:
    plain = unquote(found[0])
    return plain if plain.isalnum() or plain in "-._~" else found[0]
