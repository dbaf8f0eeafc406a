"""What faults in verifying requests are made of: other messages that count as signed, too."""

from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from reference.identity import Credential
from reference.oracles import b64, signature
from reference.oracles.authorization import Authorization
from reference.platform.core import Platform
from reference.platform.wire import Request

__all__ = ["AlsoAccepts", "is_made_by", "message"]


class AlsoAccepts(Platform):
    """Accepts signatures over other messages besides the right one."""

    def is_signed(self, request: Request, claim: Authorization, credential: Credential) -> bool:
        """Tell whether the right message or another one is signed."""
        key = credential.public_key
        return super().is_signed(request, claim, credential) or any(
            signature.verifies(key, other, claim.signature) for other in self.others(request, claim)
        )

    def others(self, request: Request, claim: Authorization) -> Iterable[bytes]:
        """The other messages."""
        raise NotImplementedError


def message(
    request: Request,
    claim: Authorization,
    *,
    method: str | None = None,
    target: str | None = None,
    timestamp: str | None = None,
    nonce_str: str | None = None,
    body: bytes | None = None,
) -> bytes:
    """Return the message of *request* with some of its lines replaced."""
    return signature.request_message(
        request.method if method is None else method,
        request.target if target is None else target,
        claim.timestamp if timestamp is None else timestamp,
        claim.nonce_str if nonce_str is None else nonce_str,
        request.body if body is None else body,
    )


def is_made_by(credential: Credential, made: str) -> bool:
    """Tell whether *credential*'s key made this signature, whatever it covers."""
    try:
        credential.public_key.recover_data_from_signature(b64.decode(made), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, b64.NotBase64Error):
        return False
    return True
