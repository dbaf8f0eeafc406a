"""Whole histories: Hypothesis walks through orders and refunds, and the machine tables say what must come of every step."""

from conformance.checks.history import History, RunWalk
from conformance.checks.model import FINAL, LIFE, MONEY, READING, UNCHANGED
from conformance.targets.platform import Platform
from reference.rules import judges

GROUP = "invariants"


@judges(LIFE["order"], FINAL, MONEY, READING, UNCHANGED)
def test_histories_go_as_the_machines_say(platform: Platform, walk: RunWalk) -> None:
    """Any sequence of calls, payments, settlements and waiting is answered as the tables of orders and refunds predict, step by step."""
    platform.needs("payer")
    walk(lambda: History(platform))
