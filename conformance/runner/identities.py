"""Whose keys a run uses: a folder, the settings of a target, or the bundled test identity."""

from pathlib import Path

from conformance.runner.config import TargetSettings
from conformance.targets.verdicts import ConfigurationError
from reference.identity import Credential, Identity, IdentityError, Merchant, PlatformKeys, SigningKey, bundled, read
from reference.identity.folder import (
    load_certificate,
    load_private_key,
    load_public_key,
    public_key_of,
    require_apiv2_key,
    require_apiv3_key,
)
from reference.oracles.keys import serial_no

__all__ = ["identity_for"]

_OWN_KEYS = ("mchid", "appid", "merchant_key", "merchant_cert", "apiv3_key")


def identity_for(folder: str | None, settings: TargetSettings | None) -> Identity:
    """Return the identity a run signs with. Raises ConfigurationError, naming the value at fault."""
    try:
        if folder is not None:
            return read(Path(folder))
        if settings is not None and "identity" in settings.values:
            return read(settings.path("identity"))
        if settings is not None and settings.values.keys() & set(_OWN_KEYS):
            return _from_settings(settings)
    except IdentityError as error:
        raise ConfigurationError(str(error)) from error
    return bundled()


def _from_settings(settings: TargetSettings) -> Identity:
    where = f"[targets.{settings.name}]"
    missing = [key for key in _OWN_KEYS if key not in settings.values]
    if missing:
        raise ConfigurationError(f"{missing[0]} is missing in {where}. An identity of your own needs {', '.join(_OWN_KEYS)}.")
    key = load_private_key(settings.path("merchant_key"), f"merchant_key in {where}")
    certificate = load_certificate(settings.path("merchant_cert"), f"merchant_cert in {where}")
    if certificate.public_key() != key.public_key():
        raise ConfigurationError(
            f"merchant_key and merchant_cert in {where} do not belong together.\n"
            "Take apiclient_key.pem and apiclient_cert.pem from the same download."
        )
    merchant = Merchant(
        mchid=settings.values["mchid"],
        appid=settings.values["appid"],
        openid=settings.values.get("openid", ""),
        credentials=(Credential(serial_no(certificate), key, certificate),),
        apiv3_key=require_apiv3_key(f"apiv3_key in {where}", settings.values["apiv3_key"]),
        apiv2_key=require_apiv2_key(f"apiv2_key in {where}", settings.values["apiv2_key"]) if "apiv2_key" in settings.values else None,
        payer_name=settings.values.get("payer_name"),
    )
    return Identity(settings.name, merchant, _platform_keys(settings, where))


def _platform_keys(settings: TargetSettings, where: str) -> PlatformKeys:
    names = settings.values.get("platform_certs", [])
    certificates = [load_certificate(settings.folder / str(name), f"platform_certs in {where}") for name in names]
    keys = tuple(SigningKey(serial_no(each), public_key_of(each), certificate=each) for each in certificates)
    public = None
    if "platform_public_key" in settings.values:
        if "platform_public_key_id" not in settings.values:
            raise ConfigurationError(
                f"platform_public_key_id is missing in {where}; it stands beside the public key on the merchant platform."
            )
        path = settings.path("platform_public_key")
        public = SigningKey(settings.values["platform_public_key_id"], load_public_key(path, f"platform_public_key in {where}"))
    if not keys and public is None:
        raise ConfigurationError(
            f"{where} names neither platform_certs nor platform_public_key; the platform's answers could not be verified."
        )
    return PlatformKeys(keys, public)
