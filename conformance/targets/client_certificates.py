"""What secures connections: whom they trust, and the merchant's certificate they bear, as some operations of APIv2 demand."""

import ssl
import tempfile
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from conformance.targets.verdicts import ConfigurationError, NotApplicable
from reference.identity import Credential

__all__ = ["bearing", "trusting"]


@cache
def trusting(ca: Path) -> ssl.SSLContext:
    """Return what makes connections to whom the authority in *ca*, a file in PEM form, vouches for. Raises ConfigurationError."""
    return _trusting(ca)


def bearing(credential: Credential, ca: Path | None = None) -> ssl.SSLContext:
    """Return what makes connections that bear *credential*, to whom *ca* vouches for, by default to whom this machine trusts.

    Raises NotApplicable where only the key of the credential is known.
    """
    if credential.certificate is None:
        raise NotApplicable({"client-certificates"})
    pem = credential.certificate.public_bytes(serialization.Encoding.PEM)
    key = credential.private_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    context = _trusting(ca)
    # OpenSSL takes a chain from a file only; the folder is its owner's alone, and gone at once.
    with tempfile.TemporaryDirectory() as folder:
        chain = Path(folder) / "chain.pem"
        chain.write_bytes(pem + key)
        context.load_cert_chain(chain)
    return context


def _trusting(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"--ca {ca} holds no certificate that can be trusted: {error.strerror or error}.\n"
            "Name the file in PEM form of the authority that vouches for the platform; `wxconform serve --tls DIR` writes DIR/ca.pem."
        ) from error
