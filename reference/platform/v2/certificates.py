"""The client certificate of a connection, as whoever ended the TLS tells it: a header of the request (RFC 9440).

The platform's core has no sockets. In process the header is added by the caller, behind TLS by `reference.platform.asgi`, once the server
that ended it has made sure that the client holds the private key; such a header of a client's own is dropped there, with TLS and without.
Only in a private world, whose sole user is who opened it through the control API, it is believed: checks need no TLS there.
"""

import base64
import binascii

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from reference.platform.wire import Request

__all__ = ["CERTIFICATE_HEADER", "certificate_header", "shown_certificate"]

CERTIFICATE_HEADER = "Client-Cert"


def certificate_header(certificate: x509.Certificate) -> tuple[str, str]:
    """Return the header that says the connection bears *certificate*: its DER in base64 between colons."""
    return CERTIFICATE_HEADER, f":{base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()}:"


def shown_certificate(request: Request) -> x509.Certificate | None:
    """Return the certificate the connection of *request* bears, None for none and for what is no certificate."""
    text = request.header(CERTIFICATE_HEADER) or ""
    if len(text) < 2 or text[0] != ":" or text[-1] != ":":
        return None
    try:
        return x509.load_der_x509_certificate(base64.b64decode(text[1:-1], validate=True))
    except (ValueError, binascii.Error):
        return None
