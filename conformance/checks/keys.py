"""The platform's keys as a merchant gets to know them."""

from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from reference.identity import SigningKey
from strategies.cases import Role

__all__ = ["active_keys", "listed_keys"]


def active_keys(platform: Platform, role: Role = "merchant") -> tuple[SigningKey, ...]:
    """Return the keys a merchant can announce: the certificates it is shown, and the public key it was given."""
    public = platform.identity.platform.public_key
    return (*listed_keys(platform, platform.certificates(role=role)), *(() if public is None else (public,)))


def listed_keys(platform: Platform, answer: Answer) -> tuple[SigningKey, ...]:
    """Return the platform's certificates that *answer*, a certificate list, names."""
    items = answer.get("data")
    named = {item.get("serial_no") for item in items if isinstance(item, dict)} if isinstance(items, list) else set()
    return tuple(key for key in platform.identity.platform.certificates if key.key_id in named)
