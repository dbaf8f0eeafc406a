"""A connection bears the merchant's certificate, and proves that it has the key to it."""

import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from conformance.targets.client_certificates import bearing
from conformance.targets.verdicts import NotApplicable
from reference.identity import Credential, bundled


def _server(folder: Path, own: Credential, trusted: Credential) -> ssl.SSLContext:
    """A server that lets in whoever proves to be *trusted*."""
    assert own.certificate is not None
    assert trusted.certificate is not None
    chain = folder / "server.pem"
    key = own.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain.write_bytes(own.certificate.public_bytes(Encoding.PEM) + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=trusted.certificate.public_bytes(Encoding.PEM).decode())
    return context


def test_the_server_sees_the_merchants_certificate(tmp_path: Path) -> None:
    """The other side of the handshake gets exactly the certificate of the credential."""
    credential, other = bundled().merchant.credentials
    client = bearing(credential)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    inside = client.wrap_bio(to_client, to_server)
    outside = _server(tmp_path, other, credential).wrap_bio(to_server, to_client, server_side=True)
    for _ in range(3):
        for side in (inside, outside):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue

    assert credential.certificate is not None
    assert outside.getpeercert(binary_form=True) == credential.certificate.public_bytes(Encoding.DER)


def test_a_key_without_certificate_cannot_be_shown() -> None:
    """Where only the key is known, what needs a certificate is not applicable."""
    with pytest.raises(NotApplicable, match="client-certificates"):
        bearing(replace(bundled().merchant.credential, certificate=None))
