"""Connections that bear a merchant's certificate, as some operations of APIv2 demand."""

import ssl
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from conformance.targets.verdicts import NotApplicable
from reference.identity import Credential

__all__ = ["bearing"]


def bearing(credential: Credential) -> ssl.SSLContext:
    """Return what makes connections that bear *credential*. Raises NotApplicable where only its key is known."""
    if credential.certificate is None:
        raise NotApplicable({"client-certificates"})
    pem = credential.certificate.public_bytes(serialization.Encoding.PEM)
    key = credential.private_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    context = ssl.create_default_context()
    # OpenSSL takes a chain from a file only; the folder is its owner's alone, and gone at once.
    with tempfile.TemporaryDirectory() as folder:
        chain = Path(folder) / "chain.pem"
        chain.write_bytes(pem + key)
        context.load_cert_chain(chain)
    return context
