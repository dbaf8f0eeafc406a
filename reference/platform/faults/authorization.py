"""Faults in reading the Authorization header."""

import re
from collections.abc import Mapping

from reference.identity import Credential
from reference.oracles.authorization import NAMES, RSA, Authorization
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.refusals import BAD_PARAMETER, SYSTEM_ERROR
from reference.platform.wire import Answer, Headers, Refused, Request

__all__: list[str] = []


class _Rewrites(Platform):
    """Puts the Authorization header right before it is read."""

    def read_authorization(self, request: Request) -> Authorization:
        header = self.rewrite(request.header("Authorization") or "")
        return super().read_authorization(Request(request.method, request.target, [("Authorization", header)], request.body))

    def rewrite(self, header: str) -> str:
        """Return the header as it should have been."""
        raise NotImplementedError


@breaks("v3.authorization.refuses-another-scheme")
class AcceptsAnyScheme(_Rewrites):
    """Takes any word for the scheme."""

    def rewrite(self, header: str) -> str:
        return re.sub(r"^\S+(?= )", RSA, header)


@breaks("v3.authorization.refuses-another-scheme")
class AcceptsTheBrandScheme(_Rewrites):
    """Takes the scheme for brands on every path."""

    def rewrite(self, header: str) -> str:
        return header.replace("WECHATPAY-BRAND-SHA256-RSA2048", RSA)


@breaks("v3.authorization.refuses-another-scheme")
class AcceptsNoScheme(_Rewrites):
    """Does without a scheme."""

    def rewrite(self, header: str) -> str:
        return header if " " in header else f"{RSA} {header}"


@breaks("v3.authorization.refuses-another-scheme")
class AcceptsBearer(_Rewrites):
    """Takes Bearer for the scheme."""

    def rewrite(self, header: str) -> str:
        return re.sub("^Bearer", RSA, header)


@breaks("v3.authorization.refuses-another-scheme")
class ComparesTheBeginningOfTheScheme(_Rewrites):
    """Takes every scheme that begins like its own."""

    def rewrite(self, header: str) -> str:
        return re.sub(r"^WECHATPAY2\S*", RSA, header)


class _DoesWithout(Platform):
    """Does without one parameter of the header."""

    parameter = ""

    def read_authorization(self, request: Request) -> Authorization:
        found = dict(re.findall(r'(\w+)="([^"]*)"', request.header("Authorization") or ""))
        if found.get(self.parameter) or any(not found.get(name) for name in NAMES if name != self.parameter):
            return super().read_authorization(request)
        return Authorization(RSA, **{**found, self.parameter: self.instead(found)})

    def instead(self, found: Mapping[str, str]) -> str:
        """What stands for the missing parameter."""
        return ""


@breaks("v3.authorization.refuses-missing-parameter")
class DoesWithoutAMchid(_DoesWithout):
    """Finds the merchant by its certificate when the header does not name it."""

    parameter = "mchid"

    def instead(self, found: Mapping[str, str]) -> str:
        serial_no = found["serial_no"]
        owners = (it for it in self.identity.merchants if any(credential.serial_no == serial_no for credential in it.credentials))
        return next((merchant.mchid for merchant in owners), "")


@breaks("v3.authorization.refuses-missing-parameter")
class DoesWithoutASerial(_DoesWithout):
    """Takes the merchant's current certificate when the header names none."""

    parameter = "serial_no"

    def instead(self, found: Mapping[str, str]) -> str:
        merchant = self.merchant_called(found["mchid"])
        return merchant.credential.serial_no if merchant else ""


@breaks("v3.authorization.refuses-missing-parameter")
class DoesWithoutATimestamp(_DoesWithout):
    """Takes a request without timestamp for one of now."""

    parameter = "timestamp"

    def instead(self, found: Mapping[str, str]) -> str:
        return str(self.now())


@breaks("v3.authorization.refuses-missing-parameter")
class DoesWithoutANonce(_DoesWithout):
    """Reads a missing nonce_str as an empty one."""

    parameter = "nonce_str"


@breaks("v3.authorization.refuses-missing-parameter")
class DoesWithoutASignature(_DoesWithout):
    """Verifies a signature only if there is one."""

    parameter = "signature"

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:
        return not claim.signature or super().is_signed(request, claim, credential)


@breaks("v3.authorization.refuses-malformed-header")
class ReadsParametersWithoutQuotes(_Rewrites):
    """Does without quotes."""

    def rewrite(self, header: str) -> str:
        return header if '"' in header else re.sub(r"(?<=[ ,])(\w+)=([^,]*)", r'\1="\2"', header)


@breaks("v3.authorization.refuses-malformed-header")
class ReadsSemicolonsAsCommas(_Rewrites):
    """Takes semicolons for commas."""

    def rewrite(self, header: str) -> str:
        return header.replace(";", ",")


@breaks("v3.authorization.refuses-malformed-header")
class DoesWithoutTheLastQuote(_Rewrites):
    """Does without the quote at the end."""

    def rewrite(self, header: str) -> str:
        return header if not header or header.endswith('"') else header + '"'


class _Answers(Platform):
    """Answers a malformed header in another way."""

    def read_authorization(self, request: Request) -> Authorization:
        try:
            return super().read_authorization(request)
        except Refused:
            if not request.header("Authorization"):
                raise
            raise self.refusal() from None

    def refusal(self) -> Refused:
        """The other answer."""
        raise NotImplementedError


@breaks("v3.authorization.refuses-malformed-header")
class FailsOnAMalformedHeader(_Answers):
    """Answers a malformed header 500."""

    def refusal(self) -> Refused:
        return Refused(SYSTEM_ERROR, signed=False)


@breaks("v3.authorization.refuses-malformed-header")
class TakesAMalformedHeaderForABadParameter(_Answers):
    """Answers a malformed header 400 PARAM_ERROR."""

    def refusal(self) -> Refused:
        return Refused(BAD_PARAMETER, signed=False)


@breaks("v3.authorization.refuses-malformed-header")
class AnswersAMalformedHeaderWithWords(Platform):
    """Answers a malformed header 401, but not in JSON."""

    def handle(self, method: str, target: str, headers: Headers, body: bytes) -> Answer:
        answer = super().handle(method, target, headers, body)
        sent = Request(method, target, headers, body).header("Authorization") or ""
        if answer.status == 401 and sent and not all(f'{name}="' in sent for name in NAMES):
            return Answer(401, [("Content-Type", "text/plain")], b"Unauthorized")
        return answer


@breaks("v3.authorization.accepts-any-parameter-order")
class ReadsParametersByPosition(Platform):
    """Reads the parameters in the order of the guide, whatever their names are."""

    def read_authorization(self, request: Request) -> Authorization:
        claim = super().read_authorization(request)
        header = request.header("Authorization") or ""
        return Authorization(claim.scheme, *re.findall(r'="([^"]*)"', header))


@breaks("v3.authorization.accepts-any-parameter-order")
class WantsTheSignatureLast(Platform):
    """Finds no signature at the beginning of the header."""

    def read_authorization(self, request: Request) -> Authorization:
        claim = super().read_authorization(request)
        if (request.header("Authorization") or "").startswith(f"{RSA} signature="):
            raise self.unsigned("Authorization")
        return claim


@breaks("v3.authorization.accepts-any-parameter-order")
class WantsTheSerialAfterTheTimestamp(Platform):
    """Finds serial_no only where it comes after timestamp and mchid."""

    def read_authorization(self, request: Request) -> Authorization:
        claim = super().read_authorization(request)
        header = request.header("Authorization") or ""
        if header.index("serial_no=") < min(header.index("timestamp="), header.index("mchid=")):
            raise self.unsigned("serial_no")
        return claim
