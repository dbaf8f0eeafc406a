"""The lives of orders, refunds, red packets and transfers as tables, and the function that reads a table."""

from reference.machines.codepay import CODEPAY
from reference.machines.model import Case, Entity, Event, Machine, Move, Refusal, Repeat, decide
from reference.machines.order import ORDER
from reference.machines.redpack import REDPACK
from reference.machines.refund import REFUND
from reference.machines.transfer import BANK_TRANSFER, TRANSFER

MACHINES = {machine.name: machine for machine in (ORDER, CODEPAY, REFUND, REDPACK, TRANSFER, BANK_TRANSFER)}

__all__ = [
    "BANK_TRANSFER",
    "CODEPAY",
    "MACHINES",
    "ORDER",
    "REDPACK",
    "REFUND",
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
