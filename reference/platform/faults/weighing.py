"""What faults in the sums of refunds are made of."""

from reference.machines import Case, Entity
from reference.machines.refund import COUNTED, remaining
from reference.platform.core import Platform

__all__ = ["Weighs", "amount", "total"]


class Weighs(Platform):
    """Weighs a refund against less than was taken from its order: only the refunds for which `counts` holds."""

    def counts(self, refund: Entity, case: Case) -> bool:
        """Tell whether *refund* is weighed."""
        return True

    def margin(self, case: Case) -> int:
        """Fen a refund may exceed what remains."""
        return 0

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        forgiven: set[str] = set()
        if event == "apply" and case.order is not None:
            taken = sum(amount(refund) for refund in case.refunds if refund.state in COUNTED and self.counts(refund, case))
            if case.draft["amount"]["refund"] <= remaining(total(case), taken) + self.margin(case):
                forgiven = {"over-refund"}
        return super().overlooks(event, case) | forgiven


def total(case: Case) -> int:
    """The amount of the order in fen."""
    assert case.order is not None  # asked of known orders only
    return int(case.order.draft["amount"]["total"])


def amount(refund: Entity) -> int:
    """The amount of a refund in fen."""
    return int(refund.draft["amount"]["refund"])
