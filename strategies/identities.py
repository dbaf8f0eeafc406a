"""Who is told and who signs: the merchants an identity can receive for, the platform's keys, and well-formed ids of strangers."""

from dataclasses import dataclass
from typing import Literal

from hypothesis import strategies as st

from reference.identity import Identity, Merchant, SigningKey

__all__ = ["Receiver", "other", "receivers", "receivers_of", "signing_keys", "signing_keys_of"]


@dataclass(frozen=True, slots=True)
class Receiver:
    """A merchant as notifications address it: with a *sub_mchid* the service provider of that sub-merchant, else itself."""

    merchant: Merchant
    sub_mchid: str | None = None

    @property
    def mode(self) -> Literal["direct", "partner"]:
        """Whose notifications it receives."""
        return "direct" if self.sub_mchid is None else "partner"


def receivers_of(identity: Identity) -> tuple[Receiver, ...]:
    """Return everyone notifications can be sealed for: each direct merchant, and the service provider for each sub-merchant."""
    direct = (Receiver(merchant) for merchant in identity.merchants if not merchant.sub_mchids)
    return (*direct, *(Receiver(merchant, sub) for merchant in identity.merchants for sub in merchant.sub_mchids))


def receivers(identity: Identity) -> st.SearchStrategy[Receiver]:
    """Draw one of `receivers_of`."""
    return st.sampled_from(receivers_of(identity))


def signing_keys_of(identity: Identity) -> tuple[SigningKey, ...]:
    """Return the keys of the platform that can sign: certificates and the public key. Raises ValueError when it has none of them."""
    keys = tuple(key for key in identity.platform if key.private_key is not None)
    if not keys:
        raise ValueError(f"The identity {identity.name!r} holds no private key of the platform; notifications need a test identity.")
    return keys


def signing_keys(identity: Identity) -> st.SearchStrategy[SigningKey]:
    """Draw one of `signing_keys_of`."""
    return st.sampled_from(signing_keys_of(identity))


def other(known: str) -> str:
    """Return an id of the same form that is not *known*: its last character is another one of its kind."""
    last = known[-1]
    kind = next(letters for letters in ("0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", last) if last in letters)
    return known[:-1] + kind[(kind.index(last) + 1) % len(kind)] if len(kind) > 1 else known + "0"
