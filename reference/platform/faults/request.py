"""Faults in how requests are let in."""

from reference.platform.core import Platform
from reference.platform.faults.registry import breaks

__all__: list[str] = []


@breaks("v3.request.refuses-stale-timestamp")
class AcceptsAnyTimestamp(Platform):
    """Never looks at the timestamp."""

    def is_fresh(self, timestamp: str) -> bool:
        return True
