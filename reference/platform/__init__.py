"""The reference platform (the mock): a sans-IO core, a virtual clock, a payer, an outbox, seeded faults."""

from reference.platform.core import NOON, Platform, Served
from reference.platform.outbox import ACCEPTANCE, LADDER, Delivery, Said
from reference.platform.wire import Answer, Refused, Request

__all__ = ["ACCEPTANCE", "LADDER", "NOON", "Answer", "Delivery", "Platform", "Refused", "Request", "Said", "Served"]
