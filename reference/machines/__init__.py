"""The lives of orders and refunds as tables, and the function that reads a table."""

from reference.machines.codepay import CODEPAY
from reference.machines.combine import COMBINE
from reference.machines.model import Case, Entity, Event, Machine, Move, Refusal, Repeat, decide
from reference.machines.order import ORDER
from reference.machines.refund import REFUND

MACHINES = {machine.name: machine for machine in (ORDER, CODEPAY, REFUND, COMBINE)}

__all__ = ["CODEPAY", "COMBINE", "MACHINES", "ORDER", "REFUND", "Case", "Entity", "Event", "Machine", "Move", "Refusal", "Repeat", "decide"]
