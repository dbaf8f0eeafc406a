"""The world of a served platform, reached through its control API."""

from typing import Self

from conformance.targets.world import World

__all__ = ["HttpWorld"]


class HttpWorld(World):
    """Powers over a served platform."""

    @classmethod
    def of(cls, base_url: str) -> Self | None:
        """Return the world behind *base_url*, or None when it has no control API."""
        del base_url
        return None
