"""Faults in how the amount of an order is checked."""

import json
from typing import Any

from reference.contract import Operation, Problem
from reference.machines import Entity
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Refused, Request

__all__: list[str] = []


@breaks("v3.order.refuses-bad-total")
class TakesOrdersForNothing(Platform):
    """Takes a total of zero, and any below."""

    ignored_keywords = frozenset({("total", "minimum")})


@breaks("v3.order.refuses-bad-total")
class TakesNegativeTotals(Platform):
    """Refuses a total of zero only."""

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        return tuple(item for item in super().minded(found, name) if not (item.pointer == ("amount", "total") and _is_negative(item.value)))


@breaks("v3.order.refuses-bad-total")
class TakesFractionsOfAFen(Platform):
    """Takes any JSON number for a total."""

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        return tuple(item for item in super().minded(found, name) if not (item.keyword == "type" and isinstance(item.value, float)))


class _Converts(Platform):
    """Converts the total of an order before it is checked."""

    def converted(self, total: Any) -> Any:
        raise NotImplementedError

    def without_nulls(self, value: Any) -> Any:
        fields = super().without_nulls(value)
        amount = fields.get("amount") if isinstance(fields, dict) else None
        if isinstance(amount, dict) and "total" in amount:
            amount["total"] = self.converted(amount["total"])
        return fields


@breaks("v3.order.refuses-bad-total")
class ReadsTotalsFromText(_Converts):
    """Takes a total written as text."""

    def converted(self, total: Any) -> Any:
        return int(total) if isinstance(total, str) and total.isdigit() else total


@breaks("v3.order.refuses-bad-total")
class CutsFractionsOff(_Converts):
    """Cuts a fraction of a fen off, and takes the rest."""

    def converted(self, total: Any) -> Any:
        return int(total) if isinstance(total, float) else total


@breaks("v3.order.refuses-bad-total")
class TakesTrueForOneFen(_Converts):
    """Reads true as 1."""

    def converted(self, total: Any) -> Any:
        return int(total) if isinstance(total, bool) else total


@breaks("v3.order.refuses-bad-total")
class MakesZeroOneFen(_Converts):
    """Raises a total of zero to one fen."""

    def converted(self, total: Any) -> Any:
        return total or 1


@breaks("v3.order.refuses-bad-total")
class ForgetsTheTotalOfH5Orders(Platform):
    """Takes an H5 order without a total."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        self.ignored_keywords = frozenset({("total", "required")}) if operation.trade_type == "MWEB" else frozenset()
        fields = super().read_body(request, operation)
        if operation.trade_type == "MWEB":
            fields["amount"].setdefault("total", 1)
        return fields


@breaks("v3.order.refuses-bad-total")
class RefusesOrdersOfOneFen(Platform):
    """Takes two fen and more."""

    def check_binding(self, merchant: Any, draft: Any) -> None:
        super().check_binding(merchant, draft)
        if draft["amount"]["total"] < 2:
            raise self.bad_parameter("amount.total", "too small", "body")


@breaks("v3.order.refuses-bad-total")
class KeepsOrdersItRefuses(Platform):
    """Refuses a bad total and keeps the order all the same."""

    def read(self, request: Request, operation: Operation, path_params: Any, merchant: Any) -> Ask:
        try:
            return super().read(request, operation, path_params, merchant)
        except Refused as refused:
            if refused.detail.get("field") == "/amount/total":
                draft = json.loads(request.body) | {"amount": {"total": 1}, "mode": operation.mode}
                data = {"trade_type": operation.trade_type}
                self.store.save(Entity("order", merchant.mchid, draft["out_trade_no"], "NOTPAY", self.now(), draft, data))
            raise


@breaks("v3.order.refuses-bad-total")
class RoundsTotalsToTens(_Converts):
    """Rounds a total of more than a yuan to ten fen."""

    def converted(self, total: Any) -> Any:
        return round(total, -1) if isinstance(total, int) and total > 100 else total


@breaks("v3.order.refuses-foreign-currency")
class TakesAnyCurrency(Platform):
    """Looks at no currency."""

    ignored_keywords = frozenset({("currency", "enum")})


@breaks("v3.order.refuses-foreign-currency")
class TakesHongKongDollars(Platform):
    """Takes HKD beside CNY."""

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        return tuple(item for item in super().minded(found, name) if item.value != "HKD")


@breaks("v3.order.refuses-foreign-currency")
class TakesRmbForCny(Platform):
    """Takes RMB for another name of CNY."""

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        return tuple(item for item in super().minded(found, name) if item.value != "RMB")


@breaks("v3.order.refuses-foreign-currency")
class AsksForACurrency(Platform):
    """Refuses an order that names no currency."""

    def order_draft(self, ask: Ask) -> dict[str, Any]:
        if "currency" not in ask.fields["amount"]:
            raise self.bad_parameter("amount.currency", "missing", "body")
        return super().order_draft(ask)


def _is_negative(value: Any) -> bool:
    return isinstance(value, int) and value < 0
