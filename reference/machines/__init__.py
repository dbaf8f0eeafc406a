"""The lives of orders, refunds and shares as tables, and the function that reads a table."""

from reference.machines.codepay import CODEPAY
from reference.machines.model import Case, Entity, Event, Machine, Move, Refusal, Repeat, decide
from reference.machines.order import ORDER
from reference.machines.receiver import RECEIVER
from reference.machines.refund import REFUND
from reference.machines.sharing import FROZEN_FUNDS, SHARE, SHARING
from reference.machines.sharing_return import SHARING_RETURN

MACHINES = {machine.name: machine for machine in (ORDER, CODEPAY, REFUND, SHARING, SHARE, FROZEN_FUNDS, SHARING_RETURN, RECEIVER)}

__all__ = [
    "CODEPAY",
    "FROZEN_FUNDS",
    "MACHINES",
    "ORDER",
    "RECEIVER",
    "REFUND",
    "SHARE",
    "SHARING",
    "SHARING_RETURN",
    "Case",
    "Entity",
    "Event",
    "Machine",
    "Move",
    "Refusal",
    "Repeat",
    "decide",
]
