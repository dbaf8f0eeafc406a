"""Keys and certificates."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles.keys import (
    KeyFileError,
    KeyRing,
    UnknownSerial,
    VerificationKey,
    load_certificate,
    load_private_key,
    load_public_key,
    same_serial,
    serial_no,
)
from tests.oracles.known import each, private, public
from vectors import Vector

SINCE = datetime(2024, 1, 1, tzinfo=UTC)
UNTIL = datetime(2029, 1, 1, tzinfo=UTC)
NOON = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
LOADERS: dict[str, Callable[[str], object]] = {
    "PRIVATE KEY": load_private_key,
    "PUBLIC KEY": load_public_key,
    "CERTIFICATE": load_certificate,
}
PUBLIC_ID = "PUB_KEY_ID_0000000000000024101100397200000006"


def _certificate(serial: int, key: RSAPrivateKey | ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), serial, SINCE, UNTIL)
    return builder.sign(key, hashes.SHA256())


def _pem(key: RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _public_pem(key: RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _certificate_pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


@each("v3_certificate_serial", "serial")
def test_serial_of_each_vector(vector: Vector) -> None:
    """Serial numbers are written as WeChat Pay writes them, the leading zero kept."""
    assert vector.key_material is not None
    path = Path(vector.folder) / str(vector.key_material.get("certificate_file", "none"))
    if not path.is_file():
        pytest.skip("the vector carries no certificate")

    assert serial_no(load_certificate(path.read_bytes())) == vector.expected["serial_no"]


def test_serial_is_40_digits_upper_case() -> None:
    """A serial number of 20 bytes has 40 digits whatever its first one."""
    assert serial_no(_certificate(0x0A << 152, private("gen-platform"))) == "0A" + "00" * 19


def test_loads_a_key_however_it_is_given() -> None:
    """A private key is read from text or bytes, trusted or checked, and under the label for test keys."""
    pem = _pem(private("gen-merchant"))
    numbers = private("gen-merchant").private_numbers()

    for form in (pem, pem.encode(), pem.replace("PRIVATE KEY", "TESTING KEY")):
        assert load_private_key(form, trusted=True).private_numbers() == numbers
    assert load_private_key(pem).private_numbers() == numbers
    assert load_public_key(_public_pem(private("gen-merchant"))).public_numbers() == public("gen-merchant").public_numbers()


def test_says_which_file_was_given_instead() -> None:
    """A file of another kind is refused with what it holds and which file to take."""
    key = private("gen-merchant")
    certificate = _certificate_pem(_certificate(1, key))

    with pytest.raises(KeyFileError, match=r"Expected a private key, got a certificate \(BEGIN CERTIFICATE\).*apiclient_key.pem"):
        load_private_key(certificate)
    with pytest.raises(KeyFileError, match=r"Expected a certificate, got a private key.*apiclient_cert.pem"):
        load_certificate(_pem(key))
    with pytest.raises(KeyFileError, match=r"Expected a public key, got a certificate.*pub_key.pem"):
        load_public_key(certificate)
    with pytest.raises(KeyFileError, match="got something else"):
        load_public_key("-----BEGIN CERTIFICATE REQUEST-----")
    with pytest.raises(KeyFileError, match="there is none"):
        load_private_key("MIIEvAIBADANBg")


def test_says_why_a_key_cannot_be_used() -> None:
    """Damaged, encrypted and non-RSA files are refused with the reason, never with the key."""
    encrypted = private("gen-merchant").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")).decode()
    elliptic = ec.generate_private_key(ec.SECP256R1())

    with pytest.raises(KeyFileError, match="has a password"):
        load_private_key(encrypted)
    for label, load in LOADERS.items():
        pem = f"-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n"
        with pytest.raises(KeyFileError, match="cannot be read"):
            load(pem)
    with pytest.raises(KeyFileError, match="not an RSA key"):
        load_private_key(_pem(elliptic))
    with pytest.raises(KeyFileError, match="not an RSA key"):
        load_public_key(_public_pem(elliptic))
    with pytest.raises(KeyFileError, match="not one of an RSA key"):
        load_certificate(_certificate_pem(_certificate(1, elliptic)))
    with pytest.raises(KeyFileError, match="not one of an RSA key"):
        VerificationKey.from_certificate(_certificate(1, elliptic))


def _ring() -> KeyRing:
    certificate = VerificationKey.from_certificate(_certificate(0x0C4AEF34 << 128, private("gen-platform")))
    return KeyRing((certificate, VerificationKey(PUBLIC_ID, public("gen-platform-next"))))


def test_chooses_by_serial() -> None:
    """Certificate and public key of one merchant are each chosen by their own name."""
    ring = _ring()

    assert ring.choose("0C4AEF34" + "0" * 32, NOON) == public("gen-platform")
    assert ring.choose(PUBLIC_ID, NOON) == public("gen-platform-next")
    assert len(ring) == 2
    assert [key.serial for key in ring] == ["0C4AEF34" + "0" * 32, PUBLIC_ID]


@pytest.mark.parametrize("serial", ["0c4aef34" + "0" * 32, "C4AEF34" + "0" * 32, "000C4AEF34" + "0" * 32])
def test_serial_numbers_are_compared_by_value(serial: str) -> None:
    """Letter case and leading zeros of a certificate's serial number do not matter."""
    assert _ring().choose(serial) == public("gen-platform")


def test_one_key_may_be_written_in_two_ways() -> None:
    """Two texts name one key when their serial numbers are equal in value, or when they are literally the same id of a public key."""
    assert same_serial("0C4AEF34", "c4aef34")
    assert same_serial(PUBLIC_ID, PUBLIC_ID)
    assert not same_serial(PUBLIC_ID, PUBLIC_ID.lower())
    assert not same_serial("0C4AEF34", "")


@pytest.mark.parametrize(
    "serial", [PUBLIC_ID.lower(), PUBLIC_ID.removeprefix("PUB_KEY_ID_"), PUBLIC_ID + "0", f" {PUBLIC_ID}", "", "0BAD", "0x0C4A"]
)
def test_unknown_serial_has_no_second_choice(serial: str) -> None:
    """An id in another case, without its prefix, or never heard of names no key."""
    with pytest.raises(UnknownSerial, match="known: 0C4AEF34"):
        _ring().choose(serial)


@given(st.text())
def test_never_raises_anything_else(serial: str) -> None:
    """Whatever a message names, it is a key of the ring or unknown."""
    with pytest.raises(UnknownSerial):
        KeyRing().choose(serial)


def test_certificates_hold_within_their_validity() -> None:
    """A certificate is chosen up to the bounds of its validity and not beyond; without a time it is not asked."""
    ring, serial, second = _ring(), "0C4AEF34" + "0" * 32, timedelta(seconds=1)

    for moment in (SINCE, UNTIL):
        assert ring.choose(serial, int(moment.timestamp())) == public("gen-platform")
    for moment in (SINCE - second, UNTIL + second):
        with pytest.raises(UnknownSerial, match="outside its validity"):
            ring.choose(serial, int(moment.timestamp()))
        assert ring.choose(serial) == public("gen-platform")
        assert ring.choose(PUBLIC_ID, int(moment.timestamp())) == public("gen-platform-next")


def test_refuses_two_keys_of_one_name() -> None:
    """One serial number stands for one key."""
    with pytest.raises(ValueError, match="Two verification keys"):
        KeyRing((VerificationKey("0A", public("gen-platform")), VerificationKey("a", public("gen-platform-next"))))
