"""A merchant at a reference platform, for tests of what is around the platform."""

from conformance.targets.platform import Platform
from conformance.targets.transport import DirectTransport, Transport
from conformance.targets.world import DirectWorld
from reference.identity import Identity, bundled
from reference.platform import Platform as ReferencePlatform

__all__ = ["shop_at"]


def shop_at(platform: ReferencePlatform, transport: Transport | None = None, identity: Identity | None = None) -> Platform:
    """Return a merchant's view of *platform*, reached directly or through *transport*; its numbers are new each time."""
    return Platform("shop", identity or bundled(), transport or DirectTransport(platform), world=DirectWorld(platform))
