"""Typed identities of both sides."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

__all__ = ["Credential", "Identity", "Merchant", "PlatformKeys", "SigningKey"]


@dataclass(frozen=True, slots=True)
class Credential:
    """One merchant API certificate and its private key; *serial_no* is upper-case hex."""

    serial_no: str
    private_key: RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate | None = field(default=None, repr=False)
    public_key: RSAPublicKey = field(init=False, repr=False, compare=False)
    """The key the platform verifies this merchant's requests with."""

    def __post_init__(self) -> None:
        # Derived once: OpenSSL keeps what it has worked out for a key with the object.
        object.__setattr__(self, "public_key", self.private_key.public_key())


@dataclass(frozen=True, slots=True)
class Merchant:
    """A merchant as the platform knows it: *credentials* are its valid API certificates, the current one first.

    *sub_mchids* is not empty for a service provider. *openid* is a payer of *appid*; *apiv3_key* is 32 bytes of text.
    *apiv2_key* is the 32 characters APIv2 signs with; None for a merchant that does not use APIv2. *payer_name* is the name of the payer,
    None where it is not known.
    """

    mchid: str
    appid: str
    openid: str
    credentials: tuple[Credential, ...]
    apiv3_key: str = field(repr=False)
    sub_mchids: tuple[str, ...] = ()
    apiv2_key: str | None = field(default=None, repr=False)
    payer_name: str | None = None

    @property
    def credential(self) -> Credential:
        """The certificate the merchant signs with now."""
        return self.credentials[0]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key the platform signs with: *key_id* is a certificate serial number or a ``PUB_KEY_ID_…``.

    *private_key* is known only where we play the platform; *certificate* is None for a public key.
    """

    key_id: str
    public_key: RSAPublicKey = field(repr=False)
    private_key: RSAPrivateKey | None = field(default=None, repr=False)
    certificate: x509.Certificate | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PlatformKeys:
    """All keys of the platform: certificates in the order they take over, and the public key."""

    certificates: tuple[SigningKey, ...]
    public_key: SigningKey | None = None

    def __iter__(self) -> Iterator[SigningKey]:
        yield from self.certificates
        if self.public_key is not None:
            yield self.public_key


@dataclass(frozen=True, slots=True)
class Identity:
    """Everything a run signs and verifies with.

    *merchant* acts directly; *partner* is a service provider; *other* is a second direct merchant, for judging isolation.
    A real account may lack the last two, and never has the platform's private keys.
    """

    name: str
    merchant: Merchant
    platform: PlatformKeys
    partner: Merchant | None = None
    other: Merchant | None = None
    merchants: tuple[Merchant, ...] = field(init=False, repr=False, compare=False)
    """Every merchant whose keys are known."""

    def __post_init__(self) -> None:
        known = tuple(merchant for merchant in (self.merchant, self.partner, self.other) if merchant is not None)
        object.__setattr__(self, "merchants", known)

    def secrets(self) -> tuple[str, ...]:
        """What must never reach an artefact besides private keys, which are recognised by their PEM form."""
        keys = (key for merchant in self.merchants for key in (merchant.apiv3_key, merchant.apiv2_key))
        return tuple(key for key in keys if key)
