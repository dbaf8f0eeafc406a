"""What several faults of refunds are made of: requests read less strictly than the contract says."""

from typing import Any

from reference.contract import Operation
from reference.machines import Case, Refusal
from reference.platform.core import Platform
from reference.platform.wire import Request

__all__ = ["Lax", "Mends", "Overlooks"]


class Lax(Platform):
    """Overlooks bounds named in *lax* for refunds, and only there."""

    lax: frozenset[tuple[str, str]] = frozenset()

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        self.ignored_keywords = self.lax if operation.id == "refund_create" else frozenset()
        return super().read_body(request, operation)


class Mends(Platform):
    """Mends the amount of a refund request before looking at it."""

    def mend(self, amount: dict[str, Any]) -> dict[str, Any]:
        return amount

    def without_nulls(self, value: Any) -> Any:
        kept = super().without_nulls(value)
        if isinstance(kept, dict) and "out_refund_no" in kept and isinstance(kept.get("amount"), dict):
            return kept | {"amount": self.mend(kept["amount"])}
        return kept


class Overlooks(Platform):
    """Does not give *refusal* to an application where it `forgives`."""

    refusal: Refusal

    def forgives(self, case: Case) -> bool:
        return True

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        forgiven = event == "apply" and case.order is not None and self.forgives(case)
        return super().overlooks(event, case) | ({self.refusal.name} if forgiven else set())
