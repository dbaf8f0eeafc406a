"""The lives of orders, refunds, shares, red packets and transfers as tables, and the function that reads a table."""

from reference.machines.codepay import CODEPAY
from reference.machines.combine import COMBINE
from reference.machines.model import Case, Entity, Event, Machine, Move, Refusal, Repeat, decide
from reference.machines.order import ORDER
from reference.machines.receiver import RECEIVER
from reference.machines.redpack import REDPACK
from reference.machines.refund import REFUND
from reference.machines.sharing import FROZEN_FUNDS, SHARE, SHARING
from reference.machines.sharing_return import SHARING_RETURN
from reference.machines.transfer import BANK_TRANSFER, TRANSFER

_ALL = (ORDER, CODEPAY, COMBINE, REFUND, SHARING, SHARE, FROZEN_FUNDS, SHARING_RETURN, RECEIVER, REDPACK, TRANSFER, BANK_TRANSFER)
MACHINES = {machine.name: machine for machine in _ALL}

__all__ = [
    "BANK_TRANSFER",
    "CODEPAY",
    "COMBINE",
    "FROZEN_FUNDS",
    "MACHINES",
    "ORDER",
    "RECEIVER",
    "REDPACK",
    "REFUND",
    "SHARE",
    "SHARING",
    "SHARING_RETURN",
    "TRANSFER",
    "Case",
    "Entity",
    "Event",
    "Machine",
    "Move",
    "Refusal",
    "Repeat",
    "decide",
]
