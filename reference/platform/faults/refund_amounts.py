"""Faults in the amounts of one refund: what is accepted, and what is shown."""

from typing import Any

from reference.contract.fields import Problem
from reference.machines import Case, Entity
from reference.machines.refund import COUNTED
from reference.platform.core import Platform
from reference.platform.faults.refund_lenience import Lax, Mends
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask

__all__: list[str] = []


@breaks("v3.refund.refuses-bad-amount")
class RefundsNothing(Lax):
    """Accepts refunds of zero fen and less."""

    lax = frozenset({("refund", "minimum")})


@breaks("v3.refund.refuses-bad-amount")
class RefundsNegativeAmounts(Platform):
    """Accepts a refund of a negative amount, which gives the order more to refund."""

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        kept = super().minded(found, name)
        return tuple(problem for problem in kept if problem.keyword != "minimum" or problem.value == 0)


@breaks("v3.refund.refuses-bad-amount")
class ReadsAmountsFromText(Mends):
    """Accepts amount.refund as a text of digits."""

    def mend(self, amount: dict[str, Any]) -> dict[str, Any]:
        text = amount.get("refund")
        return amount | {"refund": int(text)} if isinstance(text, str) and text.isdigit() else amount


@breaks("v3.refund.refuses-bad-amount")
class DropsFractionsOfAFen(Mends):
    """Accepts a fraction as amount.refund and rounds it up."""

    def mend(self, amount: dict[str, Any]) -> dict[str, Any]:
        fen = amount.get("refund")
        return amount | {"refund": int(fen) + 1} if isinstance(fen, float) else amount


@breaks("v3.refund.refuses-bad-amount")
class RefundsAllWithoutAnAmount(Mends):
    """Refunds the whole order when amount.refund is missing."""

    def mend(self, amount: dict[str, Any]) -> dict[str, Any]:
        return {"refund": amount.get("total")} | amount


@breaks("v3.refund.refuses-bad-amount")
class RefusesToRefundAFen(Mends):
    """Demands at least two fen for a refund."""

    def mend(self, amount: dict[str, Any]) -> dict[str, Any]:
        return amount | {"refund": 0} if amount.get("refund") == 1 else amount


@breaks("v3.refund.total-equals-the-order")
class NeverComparesTheTotal(Platform):
    """Accepts any amount.total."""

    overlooked = frozenset({"wrong-total"})


@breaks("v3.refund.total-equals-the-order")
class FillsInAMissingTotal(Lax):
    """Takes the order's total when amount.total is missing."""

    lax = frozenset({("total", "required")})

    def check_refund_draft(self, ask: Ask, draft: dict[str, Any]) -> None:  # type: ignore[override]  # writes into the draft it is shown
        order = self.refunded_order(ask, draft)
        draft["amount"] = {"total": order.draft["amount"]["total"] if order else 0} | draft["amount"]
        super().check_refund_draft(ask, draft)


class _OverlooksTotals(Platform):
    """Overlooks a wrong total where `forgives` says so."""

    def forgives(self, case: Case, total: int) -> bool:
        return False

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        forgiven = event == "apply" and case.order is not None and self.forgives(case, case.draft["amount"]["total"])
        return super().overlooks(event, case) | ({"wrong-total"} if forgiven else set())


@breaks("v3.refund.total-equals-the-order")
class TakesWhatRemainsForTheTotal(_OverlooksTotals):
    """Accepts what remains of the order as amount.total of a later refund."""

    def forgives(self, case: Case, total: int) -> bool:
        return bool(total == _total(case) - sum(item.draft["amount"]["refund"] for item in case.refunds if item.state in COUNTED))


@breaks("v3.refund.total-equals-the-order")
class ForgivesAGreaterTotal(_OverlooksTotals):
    """Accepts an amount.total above the order's."""

    def forgives(self, case: Case, total: int) -> bool:
        return total > _total(case)


@breaks("v3.refund.total-equals-the-order")
class ForgivesTheRefundAsTotal(_OverlooksTotals):
    """Accepts an amount.total that equals amount.refund."""

    def forgives(self, case: Case, total: int) -> bool:
        return bool(total == case.draft["amount"]["refund"])


@breaks("v3.refund.requires-cny")
class RefundsInAnyCurrency(Lax):
    """Never looks at amount.currency of a refund."""

    lax = frozenset({("currency", "enum")})


@breaks("v3.refund.requires-cny")
class AssumesCny(Lax):
    """Accepts a refund without amount.currency."""

    lax = frozenset({("currency", "required")})


@breaks("v3.refund.requires-cny")
class RefundsInHongKongDollars(Mends):
    """Takes HKD for CNY."""

    def mend(self, amount: dict[str, Any]) -> dict[str, Any]:
        return amount | {"currency": "CNY"} if amount.get("currency") == "HKD" else amount


class _Shows(Platform):
    """Shows other amounts of a refund."""

    def instead(self, refund: Entity, amount: dict[str, Any]) -> dict[str, Any]:
        return {}

    def refund_amount(self, refund: Entity) -> dict[str, Any]:
        amount = super().refund_amount(refund)
        return amount | self.instead(refund, amount)


@breaks("v3.refund.amounts-add-up")
class ShowsTheTotalAsPaidBack(_Shows):
    """Shows the order's total as payer_refund of a partial refund."""

    def instead(self, refund: Entity, amount: dict[str, Any]) -> dict[str, Any]:
        return {"payer_refund": amount["total"]}


@breaks("v3.refund.amounts-add-up")
class ShowsAmountsInYuan(_Shows):
    """Shows the settled amount in yuan, with a fraction."""

    def instead(self, refund: Entity, amount: dict[str, Any]) -> dict[str, Any]:
        return {"settlement_refund": amount["refund"] / 100}


@breaks("v3.refund.amounts-add-up")
class ShowsADiscountNobodyGave(_Shows):
    """Shows what was not refunded as a discount."""

    def instead(self, refund: Entity, amount: dict[str, Any]) -> dict[str, Any]:
        return {"discount_refund": amount["total"] - amount["refund"]}


@breaks("v3.refund.amounts-add-up")
class SettlesMoreThanTheRefund(_Shows):
    """Shows a settlement_refund above the refund once it is settled."""

    def instead(self, refund: Entity, amount: dict[str, Any]) -> dict[str, Any]:
        return {"settlement_refund": amount["total"] + 1} if refund.state == "SUCCESS" else {}


@breaks("v3.refund.amounts-add-up")
class ShowsNothingRefundedOfAClosedRefund(_Shows):
    """Shows a CLOSED refund with an amount of zero."""

    def instead(self, refund: Entity, amount: dict[str, Any]) -> dict[str, Any]:
        return {"refund": 0, "payer_refund": 0} if refund.state == "CLOSED" else {}


def _total(case: Case) -> int:
    assert case.order is not None  # asked of known orders only
    return int(case.order.draft["amount"]["total"])
