"""TLS for a served platform: a throw-away authority made at each start, and the merchants' certificates asked for on the connection."""

import ipaddress
import ssl
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from reference.identity import Identity

__all__ = ["AUTHORITY", "server_context"]

AUTHORITY = "ca.pem"
"""The file a client trusts."""
_DAYS = 30


def server_context(folder: Path, names: Iterable[str], identity: Identity) -> ssl.SSLContext:
    """Return what offers TLS as each of *names*, hosts or addresses, and asks for a client certificate without demanding one.

    The authority that vouches for the server is written to *folder*; its key is forgotten, so nobody can issue anything by it later.
    Certificates of the *identity*'s merchants are anchors themselves: who issued them does not matter, and no other is taken.
    Raises OSError when *folder* cannot be written to.
    """
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _authority(authority_key)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / AUTHORITY).write_bytes(_pem(authority))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    secret = server_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    # OpenSSL takes a chain from a file only; the folder is its owner's alone, and gone at once.
    with tempfile.TemporaryDirectory() as private:
        chain = Path(private) / "chain.pem"
        chain.write_bytes(secret + _pem(_server(server_key, names, authority, authority_key)) + _pem(authority))
        context.load_cert_chain(chain)
    context.verify_mode = ssl.CERT_OPTIONAL
    # A merchant's certificate is trusted for itself, not for a chain that leads from it to somebody.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    known = [credential.certificate for merchant in identity.merchants for credential in merchant.credentials]
    anchors = "".join(_pem(certificate).decode() for certificate in known if certificate is not None)
    if anchors:
        context.load_verify_locations(cadata=anchors)
    return context


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = _name("wxconform throw-away authority")
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        _dated(key, name, name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _server(
    key: ec.EllipticCurvePrivateKey, names: Iterable[str], authority: x509.Certificate, authority_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    known = [_general(name) for name in dict.fromkeys(names)]
    return (
        _dated(key, _name("wxconform served platform"), authority.subject)
        .add_extension(x509.SubjectAlternativeName(known), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _dated(key: ec.EllipticCurvePrivateKey, subject: x509.Name, issuer: x509.Name) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A client's clock may be behind.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_DAYS))
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
