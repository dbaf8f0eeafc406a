"""The APIv3 signature: what is signed, and whether it holds."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from reference.oracles import b64

__all__ = ["request_message", "response_message", "sign", "verifies"]

_PADDING = padding.PKCS1v15()
_HASH = hashes.SHA256()


def request_message(method: str, url: str, timestamp: str, nonce_str: str, body: bytes) -> bytes:
    """Return the bytes a merchant signs for an APIv3 request.

    Five lines, each ended by LF, the last one too. *url* is the path and query exactly as sent, percent-encoding included;
    *timestamp* is in seconds; *body* is the raw body, empty for GET. Source: APIv3 guide, "How to build the signature".
    """
    return _bytes(f"{method}\n{url}\n{timestamp}\n{nonce_str}\n") + body + b"\n"


def response_message(timestamp: str, nonce_str: str, body: bytes) -> bytes:
    """Return the bytes the platform signs for an answer or a notification.

    Three lines, each ended by LF. *timestamp* and *nonce_str* are the header values as received, never re-formatted;
    *body* is the raw body, empty for a 204. Source: APIv3 guide, "How to verify the signature".
    """
    return _bytes(f"{timestamp}\n{nonce_str}\n") + body + b"\n"


def sign(key: RSAPrivateKey, message: bytes) -> str:
    """Return the base64 of the RSASSA-PKCS1-v1_5 SHA-256 signature of *message*."""
    return b64.encode(key.sign(message, _PADDING, _HASH))


def verifies(key: RSAPublicKey, message: bytes, signature: str) -> bool:
    """Tell whether *signature* is the base64 of a signature of *message* by the owner of *key*.

    Whatever *signature* holds, the answer is True or False, never an exception.
    """
    try:
        key.verify(b64.decode(signature), message, _PADDING, _HASH)
    except (b64.NotBase64Error, InvalidSignature):
        return False
    return True


def _bytes(text: str) -> bytes:
    # A lone surrogate cannot come off the wire, but a verdict must not crash on one.
    return text.encode("utf-8", "surrogatepass")
