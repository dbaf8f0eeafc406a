"""Make a throw-away identity: keys, certificates, API keys and ids of both sides, as a folder."""

import secrets
import string
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

__all__ = ["make"]

_ALPHANUMERIC = string.ascii_letters + string.digits
_LABEL = b"TESTING KEY"


def make(folder: Path, *, valid_from: datetime | None = None, valid_years: int = 30) -> Path:
    """Write a throw-away merchant and platform identity into *folder* (made if missing) and return its ``identity.toml``.

    Private keys carry the PEM label ``TESTING KEY`` so that nobody, and no secret scanner, takes them for real ones.
    Certificates are valid from *valid_from* for *valid_years*; by default from three years ago, for virtual clocks stand in the past.
    Raises FileExistsError when *folder* already holds an identity.
    """
    target = folder / "identity.toml"
    if target.exists():
        raise FileExistsError(f"{target} already exists; name another folder, or delete it first")
    folder.mkdir(parents=True, exist_ok=True)
    start = valid_from or datetime.now(UTC) - timedelta(days=3 * 365)
    until = start + timedelta(days=365 * valid_years)
    text = ["# A throw-away identity for tests. Nothing in it is, or ever was, a real account."]
    for role in ("merchant", "partner", "other"):
        mchid = _digits("19", 10)
        for name in ("apiclient", "apiclient_next"):
            _pair(folder / role, name, mchid, start, until)
        values: dict[str, object] = {
            "mchid": mchid,
            "appid": "wx" + secrets.token_hex(8),
            "openid": "o" + _text(27),
            "payer_name": "王小明",
            "apiv3_key": _text(32),
            "apiv2_key": _text(32),
            "private_keys": [f"{role}/apiclient_key.pem", f"{role}/apiclient_next_key.pem"],
            "certificates": [f"{role}/apiclient_cert.pem", f"{role}/apiclient_next_cert.pem"],
        }
        if role == "partner":
            values["sub_mchids"] = [_digits("16", 10), _digits("16", 10)]
        text += _section(role, values)
    for name in ("platform_1", "platform_2", "public"):
        _pair(folder / "platform", name, "WeChat Pay test double", start, until)
    (folder / "platform" / "public_cert.pem").unlink()
    text += _section(
        "platform",
        {
            "certificates": ["platform/platform_1_cert.pem", "platform/platform_2_cert.pem"],
            "private_keys": ["platform/platform_1_key.pem", "platform/platform_2_key.pem"],
            "public_key_id": "PUB_KEY_ID_" + _digits("01", 34),
            "public_key": "platform/public_key.pem",
        },
    )
    target.write_text("\n".join(text) + "\n", encoding="utf-8")
    return target


def _section(name: str, values: Mapping[str, object]) -> list[str]:
    lines = [f"\n[{name}]"]
    for key, value in values.items():
        shown = "[" + ", ".join(f'"{item}"' for item in value) + "]" if isinstance(value, list) else f'"{value}"'
        lines.append(f"{key} = {shown}")
    return lines


def _pair(folder: Path, name: str, subject: str, start: datetime, until: datetime) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / f"{name}_key.pem"
    path.write_bytes(pem.replace(b"PRIVATE KEY", _LABEL))
    path.chmod(0o600)
    who = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test only"), x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    # A serial of exactly 40 hex digits: the length real API certificates have.
    serial = int.from_bytes(b"\x5a" + secrets.token_bytes(19))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(until)
        .sign(key, hashes.SHA256())
    )
    (folder / f"{name}_cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _digits(prefix: str, length: int) -> str:
    return prefix + "".join(secrets.choice(string.digits) for _ in range(length - len(prefix)))


def _text(length: int) -> str:
    return "".join(secrets.choice(_ALPHANUMERIC) for _ in range(length))
