"""Keys and certificates: reading PEM, naming certificates, and choosing the key that verifies a message."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

__all__ = [
    "PUBLIC_KEY_PREFIX",
    "KeyFileError",
    "KeyRing",
    "UnknownSerial",
    "VerificationKey",
    "load_certificate",
    "load_private_key",
    "load_public_key",
    "same_serial",
    "serial_no",
]

PUBLIC_KEY_PREFIX = "PUB_KEY_ID_"
"""How the id of a WeChat Pay public key begins; a certificate's serial number is hexadecimal instead."""

_LABEL = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")
_HEX = re.compile(r"[0-9A-Fa-f]+")


class KeyFileError(ValueError):
    """A PEM text does not hold what was expected; the message says what it holds and which file to take instead."""


class UnknownSerial(LookupError):  # noqa: N818  # it names the finding: no usable key has that serial
    """No usable verification key has the serial number or id a message names."""


def load_private_key(pem: str | bytes, *, trusted: bool = False) -> RSAPrivateKey:
    """Return the RSA private key in *pem*; the label ``TESTING KEY`` counts as ``PRIVATE KEY``.

    *trusted* skips the check of the key's primes, which costs 40 ms; use it for keys that are known to be sound. Raises KeyFileError.
    """
    data = _require(pem, "a private key", "Take apiclient_key.pem, which the certificate tool wrote beside the certificate.")
    try:
        key = serialization.load_pem_private_key(
            data.replace(b"TESTING KEY", b"PRIVATE KEY"), password=None, unsafe_skip_rsa_key_validation=trusted
        )
    except TypeError:
        raise KeyFileError("The private key has a password; apiclient_key.pem has none. Take the file as it was issued.") from None
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"The private key cannot be read: {error}") from None
    if not isinstance(key, RSAPrivateKey):
        raise KeyFileError("The private key is not an RSA key; APIv3 signs with RSA.")
    return key


def load_public_key(pem: str | bytes) -> RSAPublicKey:
    """Return the RSA public key in *pem*. Raises KeyFileError."""
    data = _require(pem, "a public key", "Take pub_key.pem, downloaded from the merchant platform beside its PUB_KEY_ID.")
    try:
        key = serialization.load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"The public key cannot be read: {error}") from None
    if not isinstance(key, RSAPublicKey):
        raise KeyFileError("The public key is not an RSA key; APIv3 signs with RSA.")
    return key


def load_certificate(pem: str | bytes) -> x509.Certificate:
    """Return the certificate in *pem*. Raises KeyFileError, also when the certificate is not one of an RSA key."""
    data = _require(pem, "a certificate", "Take apiclient_cert.pem, or the platform certificate decrypted from /v3/certificates.")
    try:
        certificate = x509.load_pem_x509_certificate(data)
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"The certificate cannot be read: {error}") from None
    if not isinstance(key, RSAPublicKey):
        raise KeyFileError("The certificate is not one of an RSA key; APIv3 signs with RSA.")
    return certificate


def serial_no(certificate: x509.Certificate) -> str:
    """Return the serial number as WeChat Pay writes it: upper-case hexadecimal, two digits a byte, so leading zeros are kept.

    Issued certificates have 20 bytes, hence 40 digits. Source: APIv3 guide, "How to look at the certificate's serial number".
    """
    digits = f"{certificate.serial_number:X}"
    return digits.zfill(len(digits) + len(digits) % 2)


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A key that verifies messages of the platform, and the serial number or id messages name it by.

    *not_before* and *not_after* are Unix seconds, both inclusive; public keys with an id of their own have no such bounds.
    """

    serial: str
    key: RSAPublicKey
    not_before: int | None = None
    not_after: int | None = None

    @classmethod
    def from_certificate(cls, certificate: x509.Certificate) -> "VerificationKey":
        """Return the key of a platform certificate, bound to its validity."""
        key = certificate.public_key()
        if not isinstance(key, RSAPublicKey):
            raise KeyFileError("The certificate is not one of an RSA key; APIv3 signs with RSA.")
        bounds = (int(moment.timestamp()) for moment in (certificate.not_valid_before_utc, certificate.not_valid_after_utc))
        return cls(serial_no(certificate), key, *bounds)

    def is_valid_at(self, now: int) -> bool:
        """Tell whether *now* (Unix seconds) is within the key's validity."""
        return (self.not_before is None or self.not_before <= now) and (self.not_after is None or now <= self.not_after)


class KeyRing:
    """The verification keys of one merchant: platform certificates, public keys, or both while they are being exchanged."""

    def __init__(self, keys: Iterable[VerificationKey] = ()) -> None:
        """Hold *keys*; two of one serial number or id raise ValueError."""
        self._keys: dict[str | int, VerificationKey] = {}
        for key in keys:
            if self._keys.setdefault(_identity(key.serial), key) is not key:
                raise ValueError(f"Two verification keys have the serial {key.serial!r}; expected each once.")

    def __iter__(self) -> Iterator[VerificationKey]:
        return iter(self._keys.values())

    def __len__(self) -> int:
        return len(self._keys)

    def choose(self, serial: str, now: int | None = None) -> RSAPublicKey:
        """Return the key that *serial*, the value of Wechatpay-Serial, names.

        Ids of public keys are compared literally; serial numbers by value, so case and leading zeros do not matter.
        With *now* (Unix seconds) a certificate outside its validity is as good as unknown. Raises UnknownSerial: there is no second choice.
        """
        key = self._keys.get(_identity(serial))
        if key is None:
            known = ", ".join(each.serial for each in self) or "none"
            raise UnknownSerial(f"No verification key has the serial {serial!r}; known: {known}.")
        if now is not None and not key.is_valid_at(now):
            raise UnknownSerial(f"The certificate {key.serial} is outside its validity.")
        return key.key


def same_serial(one: str, other: str) -> bool:
    """Tell whether two texts name one key: serial numbers by value, whatever their case and leading zeros, ids of public keys literally."""
    return _identity(one) == _identity(other)


@lru_cache(maxsize=256)
def _identity(serial: str) -> str | int:
    return int(serial, 16) if _HEX.fullmatch(serial) else serial


def _require(pem: str | bytes, wanted: str, remedy: str) -> bytes:
    data = pem.encode() if isinstance(pem, str) else pem
    label = _LABEL.search(data)
    if label is None:
        raise KeyFileError(f"Expected {wanted} in PEM form, with a BEGIN line; there is none. {remedy}")
    kind = _kind(label[1].decode())
    if kind != wanted:
        raise KeyFileError(f"Expected {wanted}, got {kind} (BEGIN {label[1].decode()}). {remedy}")
    return data


def _kind(label: str) -> str:
    if label.endswith(("PRIVATE KEY", "TESTING KEY")):
        return "a private key"
    if label.endswith("PUBLIC KEY"):
        return "a public key"
    return "a certificate" if label == "CERTIFICATE" else "something else"
