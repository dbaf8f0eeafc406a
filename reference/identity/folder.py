"""Read an identity folder, and say plainly what is wrong with one."""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from reference.identity.model import Credential, Identity, Merchant, PlatformKeys, SigningKey
from reference.oracles import keys

__all__ = [
    "IdentityError",
    "bundled",
    "load_certificate",
    "load_private_key",
    "load_public_key",
    "public_key_of",
    "read",
    "require_apiv2_key",
    "require_apiv3_key",
    "stranger",
]


Loaded = TypeVar("Loaded")


class IdentityError(ValueError):
    """An identity cannot be used; the message names the value, what was expected and the remedy."""


@cache
def bundled() -> Identity:
    """Return the identity that comes with the suite, whose keys are public test keys."""
    return read(Path(str(resources.files("reference.identity") / "bundled")))


@cache
def stranger() -> RSAPrivateKey:
    """Return a sound test key that belongs to nobody: what it signs must be refused."""
    pem = resources.files("reference.identity").joinpath("bundled/stranger/apiclient_key.pem").read_bytes()
    return keys.load_private_key(pem, trusted=True)


def read(folder: Path) -> Identity:
    """Read ``identity.toml`` and the files it names from *folder*.

    Raises IdentityError for anything missing, unreadable, or not belonging together.
    """
    path = folder / "identity.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise IdentityError(
            f"{folder} holds no identity.toml. Make one with `wxconform identity {folder}`, or name another folder."
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise IdentityError(
            f"{path} cannot be read as TOML: {error}. Correct it, or make a new one with `wxconform identity DIR`."
        ) from error
    if "merchant" not in values or "platform" not in values:
        raise IdentityError(f"{path} lacks a [merchant] or [platform] section. See `wxconform identity DIR` for a complete example.")
    others = {role: _merchant(folder, role, values[role]) for role in ("partner", "other") if role in values}
    return Identity(
        name=folder.name,
        merchant=_merchant(folder, "merchant", values["merchant"]),
        platform=_platform(folder, values["platform"]),
        **others,
    )


def require_apiv3_key(name: str, value: str) -> str:
    """Return *value* if it is an APIv3 key: exactly 32 bytes."""
    length = len(value.encode())
    if length != 32:
        raise IdentityError(
            f"{name} is {length} bytes long; an APIv3 key has exactly 32.\n"
            "Copy it again from the merchant platform (account centre, API security); a lost or extra character is the usual cause."
        )
    return value


def require_apiv2_key(name: str, value: str) -> str:
    """Return *value* if it is an APIv2 key: exactly 32 letters and digits."""
    if len(value) != 32 or not (value.isascii() and value.isalnum()):
        raise IdentityError(
            f"{name} has {len(value)} characters; an APIv2 key has exactly 32, letters and digits only.\n"
            "Copy it again from the merchant platform (account centre, API security), or leave it out if APIv2 is not used."
        )
    return value


def load_private_key(path: Path, name: str) -> RSAPrivateKey:
    """Load an RSA private key in PEM form; the label ``TESTING KEY`` is read as ``PRIVATE KEY``."""
    # Checking the primes costs 40 ms each time; a wrong key shows itself when it is matched with its certificate.
    return _load(path, name, lambda pem: keys.load_private_key(pem, trusted=True))


def load_certificate(path: Path, name: str) -> x509.Certificate:
    """Load an X.509 certificate in PEM form."""
    return _load(path, name, keys.load_certificate)


def _load(path: Path, name: str, parse: Callable[[bytes], Loaded]) -> Loaded:
    try:
        return parse(path.read_bytes())
    except OSError as error:
        raise IdentityError(
            f"{name} cannot be read.\n{path}: {error.strerror or error}. "
            "Check the path (relative ones start at identity.toml) and its permissions."
        ) from error
    except keys.KeyFileError as error:
        raise IdentityError(f"{name} is not usable.\n{path}: {error}") from error


def _merchant(folder: Path, role: str, values: Mapping[str, Any]) -> Merchant:
    text = {key: _text(role, values, key) for key in ("mchid", "appid", "openid", "apiv3_key")}
    key_files, certificates = (_texts(role, values, key) for key in ("private_keys", "certificates"))
    if len(key_files) != len(certificates):
        raise IdentityError(
            f"[{role}] names {len(key_files)} private_keys and {len(certificates)} certificates; each key needs its certificate."
        )
    return Merchant(
        mchid=text["mchid"],
        appid=text["appid"],
        openid=text["openid"],
        apiv3_key=require_apiv3_key(f"apiv3_key in [{role}]", text["apiv3_key"]),
        credentials=tuple(_credential(folder, role, key, certificate) for key, certificate in zip(key_files, certificates, strict=True)),
        sub_mchids=tuple(values.get("sub_mchids", ())),
        apiv2_key=require_apiv2_key(f"apiv2_key in [{role}]", _text(role, values, "apiv2_key")) if "apiv2_key" in values else None,
        payer_name=_text(role, values, "payer_name") if "payer_name" in values else None,
    )


def _credential(folder: Path, role: str, key_file: str, certificate_file: str) -> Credential:
    key = load_private_key(folder / key_file, f"private_keys in [{role}]")
    certificate = load_certificate(folder / certificate_file, f"certificates in [{role}]")
    if certificate.public_key() != key.public_key():
        raise IdentityError(
            f"A key and a certificate of [{role}] do not belong together.\n{key_file} is not the private key of {certificate_file}. "
            "Take both files from the same download of the certificate tool."
        )
    return Credential(keys.serial_no(certificate), key, certificate)


def _platform(folder: Path, values: Mapping[str, Any]) -> PlatformKeys:
    """Read the platform's keys; a real account knows only certificates or the public key, never a private one."""
    certificates = [load_certificate(folder / name, "certificates in [platform]") for name in values.get("certificates", ())]
    private: list[RSAPrivateKey | None] = [
        load_private_key(folder / name, "private_keys in [platform]") for name in values.get("private_keys", ())
    ]
    private += [None] * (len(certificates) - len(private))
    signing = []
    for certificate, key in zip(certificates, private, strict=True):
        if key is not None and certificate.public_key() != key.public_key():
            raise IdentityError(f"A key and a certificate of [platform] do not belong together: certificate {keys.serial_no(certificate)}.")
        signing.append(SigningKey(keys.serial_no(certificate), public_key_of(certificate), key, certificate))
    public = None
    if "public_key" in values:
        path = folder / _text("platform", values, "public_key")
        public = _public_key(path, _text("platform", values, "public_key_id"))
    if not signing and public is None:
        raise IdentityError(
            "[platform] names neither certificates nor a public_key; answers could not be verified. Give at least one of them."
        )
    return PlatformKeys(tuple(signing), public)


def load_public_key(path: Path, name: str) -> RSAPublicKey:
    """Load an RSA public key in PEM form."""
    return _load(path, name, keys.load_public_key)


def _public_key(path: Path, key_id: str) -> SigningKey:
    if not key_id.startswith(keys.PUBLIC_KEY_PREFIX):
        raise IdentityError(
            f"public_key_id in [platform] is {key_id!r}; it begins with {keys.PUBLIC_KEY_PREFIX}. Copy it whole from the merchant platform."
        )
    if b"PUBLIC KEY" in _load(path, "public_key in [platform]", bytes):
        return SigningKey(key_id, load_public_key(path, "public_key in [platform]"))
    private = load_private_key(path, "public_key in [platform]")
    return SigningKey(key_id, private.public_key(), private)


def public_key_of(certificate: x509.Certificate) -> RSAPublicKey:
    """Return the RSA key of a certificate that `load_certificate` took."""
    key = certificate.public_key()
    assert isinstance(key, RSAPublicKey)  # load_certificate takes no other
    return key


def _text(role: str, values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    if not isinstance(value, str) or not value:
        raise IdentityError(f"{key} in [{role}] is {value!r}; a text was expected. See `wxconform identity DIR` for a complete example.")
    return value


def _texts(role: str, values: Mapping[str, Any], key: str) -> list[str]:
    value = values.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        raise IdentityError(f"{key} in [{role}] is {value!r}; a list of file names was expected.")
    return value
