"""Who speaks with whom: the keys, certificates and ids of merchants and of the platform."""

from reference.identity.folder import IdentityError, bundled, read, stranger
from reference.identity.make import make
from reference.identity.model import Credential, Identity, Merchant, PlatformKeys, SigningKey

__all__ = ["Credential", "Identity", "IdentityError", "Merchant", "PlatformKeys", "SigningKey", "bundled", "make", "read", "stranger"]
