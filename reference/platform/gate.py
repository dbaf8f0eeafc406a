"""Who is asking: the Authorization header, the clock window, the signature."""

from reference.identity import Credential, Identity, Merchant
from reference.oracles import authorization, signature
from reference.oracles.authorization import Authorization, MalformedAuthorization
from reference.platform.refusals import SIGN_ERROR
from reference.platform.wire import Refused, Request

__all__ = ["WINDOW", "Gate"]

WINDOW = 300
"""Seconds a request's timestamp may differ from the platform's clock."""
_MOST_DIGITS = 100


class Gate:
    """Lets in requests that one of the known merchants signed, within the clock's window."""

    identity: Identity

    def now(self) -> int:
        """Return the platform's time in Unix seconds."""
        raise NotImplementedError

    def authenticate(self, request: Request) -> Merchant:
        """Return the merchant that signed *request*, or refuse with 401 SIGN_ERROR."""
        claim = self.read_authorization(request)
        if not self.is_fresh(claim.timestamp):
            raise self.unsigned("timestamp")
        merchant = self.merchant_called(claim.mchid)
        if merchant is None:
            raise self.unsigned("mchid")
        credentials = self.credentials_for(merchant, claim.serial_no)
        if not any(self.is_signed(request, claim, credential) for credential in credentials):
            raise self.unsigned("signature" if credentials else "serial_no")
        return merchant

    def read_authorization(self, request: Request) -> Authorization:
        """Read the Authorization header by its grammar."""
        try:
            return authorization.parse(request.header("Authorization") or "", lenient=True)
        except MalformedAuthorization as malformed:
            raise self.unsigned("Authorization", str(malformed)) from malformed

    def is_fresh(self, timestamp: str) -> bool:
        """Tell whether a request's timestamp is within the window; a malformed one is not."""
        is_number = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _MOST_DIGITS
        return is_number and abs(self.now() - int(timestamp)) <= WINDOW

    def merchant_called(self, mchid: str) -> Merchant | None:
        """The merchant with that id."""
        for merchant in self.identity.merchants:
            if merchant.mchid == mchid:
                return merchant
        return None

    def credentials_for(self, merchant: Merchant, serial_no: str) -> tuple[Credential, ...]:
        """The certificates the signature may be checked with: the one the header names, if the merchant has it."""
        named = serial_no.upper()
        return tuple([credential for credential in merchant.credentials if credential.serial_no == named])

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:
        """Tell whether *credential*'s key signed exactly this request."""
        return signature.verifies(credential.public_key, self.signed_message(request, claim), claim.signature)

    def signed_message(self, request: Request, claim: Authorization) -> bytes:
        """The bytes the signature must cover."""
        return signature.request_message(request.method, request.target, claim.timestamp, claim.nonce_str, request.body)

    def unsigned(self, field: str, issue: str = "invalid") -> Refused:
        """A 401: it carries no signature of the platform, for the asker is not known."""
        return Refused(SIGN_ERROR, {"field": field, "issue": issue, "location": "header"}, signed=False)
