"""The reference platform (the mock): a sans-IO core, a virtual clock, a payer, an outbox, seeded faults."""

from reference.platform.core import NOON, Platform, Served
from reference.platform.outbox import LADDER, Delivery
from reference.platform.wire import Answer, Refused, Request

__all__ = ["LADDER", "NOON", "Answer", "Delivery", "Platform", "Refused", "Request", "Served"]
