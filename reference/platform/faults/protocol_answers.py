"""Faults in the dates and the amounts of answers."""

from typing import Any

from reference.identity import Merchant
from reference.machines import Entity
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks

__all__: list[str] = []


@breaks("v3.protocol.writes-dates-in-rfc3339")
class ShowsPaymentsWithoutZone(Platform):
    """Shows when an order was paid without saying where."""

    def payment_facts(self, order: Entity) -> dict[str, Any]:
        facts = super().payment_facts(order)
        return facts | {"success_time": facts["success_time"][:19]}


@breaks("v3.protocol.writes-dates-in-rfc3339")
class ShowsRefundTimesTheOldWay(Platform):
    """Shows when a refund was made as yyyyMMddHHmmss."""

    def show_refund(self, refund: Entity) -> dict[str, Any]:
        shown = super().show_refund(refund)
        return shown | {"create_time": "".join(character for character in shown["create_time"][:19] if character.isdigit())}


@breaks("v3.protocol.writes-dates-in-rfc3339")
class ShowsSettlementsInSeconds(Platform):
    """Shows when a refund was settled as a number."""

    def show_refund(self, refund: Entity) -> dict[str, Any]:
        shown = super().show_refund(refund)
        return shown | {"success_time": refund.data["settled_at"]} if "success_time" in shown else shown


@breaks("v3.protocol.writes-dates-in-rfc3339")
class ListsCertificatesWithASpace(Platform):
    """Writes a space between date and time of a certificate."""

    def certificate_item(self, merchant: Merchant, key: Any, certificate: Any) -> dict[str, Any]:
        item = super().certificate_item(merchant, key, certificate)
        return item | {"expire_time": item["expire_time"].replace("T", " ")}


@breaks("v3.protocol.writes-dates-in-rfc3339")
class SealsTimesWithoutZone(Platform):
    """Notifies refunds with times that name no zone."""

    def refund_resource(self, refund: Entity) -> dict[str, Any]:
        resource = super().refund_resource(refund)
        return resource | {name: value[:19] for name, value in resource.items() if name.endswith("_time")}


class _WritesAmounts(Platform):
    """Writes the amounts of paid orders in its own way."""

    def amount_written(self, amount: int, order: Entity) -> Any:
        raise NotImplementedError

    def order_amount(self, order: Entity) -> dict[str, Any]:
        amounts = super().order_amount(order)
        return {name: self.amount_written(value, order) if isinstance(value, int) else value for name, value in amounts.items()}


@breaks("v3.protocol.writes-amounts-as-integers")
class QuotesAmounts(_WritesAmounts):
    """Writes amounts in quotes."""

    def amount_written(self, amount: int, order: Entity) -> Any:
        return str(amount)


@breaks("v3.protocol.writes-amounts-as-integers")
class WritesProvidersAmountsWithAPoint(_WritesAmounts):
    """Writes amounts with a decimal point, for providers."""

    def amount_written(self, amount: int, order: Entity) -> Any:
        return float(amount) if order.draft["mode"] == "partner" else amount


@breaks("v3.protocol.writes-amounts-as-integers")
class WritesAmountsInYuan(_WritesAmounts):
    """Writes amounts of whole yuan in yuan."""

    def amount_written(self, amount: int, order: Entity) -> Any:
        return amount // 100 if amount % 100 == 0 else amount


@breaks("v3.protocol.writes-amounts-as-integers")
class WritesLargeAmountsWithAnExponent(_WritesAmounts):
    """Writes amounts of a million yuan and more as other numbers are written."""

    def amount_written(self, amount: int, order: Entity) -> Any:
        return float(amount) if amount >= 100_000_000 else amount


@breaks("v3.protocol.writes-amounts-as-integers")
class WritesRefundsWithAPoint(Platform):
    """Writes what the payer gets back with a decimal point."""

    def refund_amount(self, refund: Entity) -> dict[str, Any]:
        amount = super().refund_amount(refund)
        return amount | {"payer_refund": amount["payer_refund"] / 1}


@breaks("v3.protocol.writes-amounts-as-integers")
class SealsAmountsAsText(Platform):
    """Notifies refunds with amounts in quotes."""

    def refund_resource(self, refund: Entity) -> dict[str, Any]:
        resource = super().refund_resource(refund)
        return resource | {"amount": {name: str(value) for name, value in resource["amount"].items()}}
