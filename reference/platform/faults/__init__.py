"""Seeded faults: what the suite must be able to catch."""

from reference.platform.faults.registry import SeededFault, UnknownFault, breaks, find, seeded_faults

__all__ = ["SeededFault", "UnknownFault", "breaks", "find", "seeded_faults"]
