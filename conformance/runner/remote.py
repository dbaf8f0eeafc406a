"""Platforms reached over HTTP."""

from collections.abc import Callable
from pathlib import Path

from conformance.targets.http_transport import HttpTransport
from conformance.targets.http_world import HttpWorld, PrivateWorld
from conformance.targets.offers import Offers
from conformance.targets.platform import Platform
from conformance.targets.remote_clock import remote_clock
from reference.identity import Identity

__all__ = ["remote"]


def remote(name: str, base_url: str, identity: Identity, ca: Path | None = None) -> Callable[[int, str | None], Platform]:
    """Return what makes a platform for each check: in a world of its own where the target offers that, else in the one there is.

    *ca* is the authority that vouches for the target, if this machine knows it not.
    """
    shared = HttpWorld.of(base_url, ca)
    if shared is not None:
        shared.close()
        powers = shared.powers

        def alone(seed: int, _fault: str | None) -> Platform:
            world = PrivateWorld(base_url, seed, powers, ca=ca)
            return Platform(name, identity, world.transport, world=world, seed=seed)

        return alone
    transport = HttpTransport(base_url, ca=ca)
    try:
        clock = remote_clock(transport)
    finally:
        transport.close()
    offers = Offers(lambda: HttpTransport(base_url, ca=ca))
    return lambda _seed, _fault: Platform(name, identity, HttpTransport(base_url, ca=ca), clock=clock, offers=offers)
