"""Faults in how the scene, the payment limits and the goods of an order are checked."""

from ipaddress import IPv6Address
from typing import Any

from reference.contract import Operation, Problem
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Request

__all__: list[str] = []

_NAMES = {"goods_detail", "merchant_goods_id", "quantity", "unit_price"}


class _Overlooks(Platform):
    """Does not mind a problem that *is_overlooked*."""

    def is_overlooked(self, problem: Problem) -> bool:
        raise NotImplementedError

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        return tuple(item for item in super().minded(found, name) if not self.is_overlooked(item))


class _OverlooksFor(Platform):
    """Overlooks *bounds* in the orders of one *trade_type* or *mode*."""

    bounds: frozenset[tuple[str, str]]
    among: str

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        self.ignored_keywords = self.bounds if self.among in {operation.trade_type, operation.mode} else frozenset()
        return super().read_body(request, operation)


@breaks("v3.order.refuses-a-bad-payer-ip")
class TakesAnyAddress(Platform):
    """Takes any text for the payer's address."""

    ignored_keywords = frozenset({("payer_client_ip", "format"), ("payer_client_ip", "maxLength")})


@breaks("v3.order.refuses-a-bad-payer-ip")
class TakesAnyAddressOfNativeOrders(_OverlooksFor):
    """Takes any text for the address of who scans a code."""

    bounds, among = frozenset({("payer_client_ip", "format"), ("payer_client_ip", "maxLength")}), "NATIVE"


@breaks("v3.order.refuses-a-bad-payer-ip")
class TakesAddressesWithPorts(_Overlooks):
    """Takes an address with a port."""

    def is_overlooked(self, problem: Problem) -> bool:
        return problem.keyword == "format" and str(problem.value).endswith(":443")


@breaks("v3.order.refuses-a-bad-payer-ip")
class TakesListsOfAddresses(_Overlooks):
    """Takes what a chain of proxies wrote for one address."""

    def is_overlooked(self, problem: Problem) -> bool:
        return problem.keyword in {"format", "maxLength"} and "," in str(problem.value)


@breaks("v3.order.refuses-a-bad-payer-ip")
class TakesHostNames(_Overlooks):
    """Takes a host's name for its address."""

    def is_overlooked(self, problem: Problem) -> bool:
        return problem.keyword == "format" and str(problem.value).endswith(".example")


@breaks("v3.order.refuses-a-bad-payer-ip")
class CountsOnlyTheDotsOfAddresses(_Overlooks):
    """Takes four numbers with dots between them, however large."""

    def is_overlooked(self, problem: Problem) -> bool:
        parts = str(problem.value).split(".")
        return problem.keyword == "format" and len(parts) == 4 and all(part.isdigit() for part in parts)


@breaks("v3.order.refuses-a-bad-payer-ip")
class KnowsNoIpv6(Platform):
    """Refuses addresses of the sixth version."""

    def order_draft(self, ask: Ask) -> dict[str, Any]:
        address = ask.fields.get("scene_info", {}).get("payer_client_ip", "")
        if ":" in address and IPv6Address(address):
            raise self.bad_parameter("scene_info.payer_client_ip", "no address", "body")
        return super().order_draft(ask)


@breaks("v3.order.refuses-unknown-limit-pay")
class TakesAnyPaymentLimit(Platform):
    """Takes payment limits nobody knows."""

    ignored_keywords = frozenset({("limit_pay", "enum")})


@breaks("v3.order.refuses-unknown-limit-pay")
class LooksAtTheFirstPaymentLimitOnly(_Overlooks):
    """Checks the first payment limit of a list."""

    def is_overlooked(self, problem: Problem) -> bool:
        return problem.pointer[:1] == ("limit_pay",) and problem.pointer[-1] not in {"limit_pay", 0}


@breaks("v3.order.refuses-unknown-limit-pay")
class TakesOnePaymentLimitForAList(Platform):
    """Takes a payment limit that is no list for a list of one."""

    def without_nulls(self, value: Any) -> Any:
        fields = super().without_nulls(value)
        if isinstance(fields, dict) and isinstance(fields.get("limit_pay"), str):
            fields["limit_pay"] = [fields["limit_pay"]]
        return fields


@breaks("v3.order.refuses-unknown-limit-pay")
class IgnoresPaymentLimitsOfProviders(_OverlooksFor):
    """Looks at no payment limit of a service provider."""

    bounds, among = frozenset({("limit_pay", "enum"), ("limit_pay", "type")}), "partner"


@breaks("v3.order.refuses-unknown-limit-pay")
class KnowsNoLimitToTheBalance(Platform):
    """Refuses the payment limit balance_only."""

    def order_draft(self, ask: Ask) -> dict[str, Any]:
        if "balance_only" in ask.fields.get("limit_pay", ()):
            raise self.bad_parameter("limit_pay", "unknown", "body")
        return super().order_draft(ask)


@breaks("v3.order.requires-goods-members")
class TakesGoodsWithoutId(Platform):
    """Takes goods without an id."""

    ignored_keywords = frozenset({("merchant_goods_id", "required")})


@breaks("v3.order.requires-goods-members")
class TakesGoodsWithoutQuantity(Platform):
    """Takes goods without a quantity."""

    ignored_keywords = frozenset({("quantity", "required")})


@breaks("v3.order.requires-goods-members")
class TakesGoodsWithoutPriceAtTheTill(_OverlooksFor):
    """Takes goods without a price when a payment code is charged."""

    bounds, among = frozenset({("unit_price", "required")}), "MICROPAY"


@breaks("v3.order.requires-goods-members")
class LooksAtTheFirstGoodsOnly(_Overlooks):
    """Asks for the members of the first row of goods only."""

    def is_overlooked(self, problem: Problem) -> bool:
        return problem.keyword == "required" and problem.pointer[-1] in _NAMES and 0 not in problem.pointer


@breaks("v3.order.refuses-bad-goods-values")
class TakesNoGoods(Platform):
    """Takes a quantity of none, and fewer."""

    ignored_keywords = frozenset({("quantity", "minimum")})


@breaks("v3.order.refuses-bad-goods-values")
class TakesPricesBelowNothing(Platform):
    """Takes a negative unit_price."""

    ignored_keywords = frozenset({("unit_price", "minimum")})


@breaks("v3.order.refuses-bad-goods-values")
class TakesHalfPieces(_Overlooks):
    """Takes fractions in rows of goods."""

    def is_overlooked(self, problem: Problem) -> bool:
        return problem.pointer[-1] in _NAMES and problem.keyword == "type" and isinstance(problem.value, float)


@breaks("v3.order.refuses-bad-goods-values")
class ReadsGoodsFromText(_Overlooks):
    """Takes quantities and prices written as text."""

    def is_overlooked(self, problem: Problem) -> bool:
        return problem.pointer[-1] in {"quantity", "unit_price"} and problem.keyword == "type" and isinstance(problem.value, str)


@breaks("v3.order.refuses-bad-goods-values")
class TakesNumbersForGoods(_Overlooks):
    """Takes a number for the id of goods, as the query page types it."""

    def is_overlooked(self, problem: Problem) -> bool:
        return problem.pointer[-1] == "merchant_goods_id" and isinstance(problem.value, int)


@breaks("v3.order.refuses-bad-goods-values")
class ChecksTheFirstGoodsOnly(_Overlooks):
    """Checks the values of the first row of goods only."""

    def is_overlooked(self, problem: Problem) -> bool:
        return problem.keyword in {"minimum", "type"} and problem.pointer[-1] in _NAMES and 1 in problem.pointer


@breaks("v3.order.refuses-bad-goods-values")
class RefusesFreeGoods(Platform):
    """Refuses goods for nothing."""

    def order_draft(self, ask: Ask) -> dict[str, Any]:
        rows = ask.fields.get("detail", {}).get("goods_detail", ())
        if any(row["unit_price"] == 0 for row in rows):
            raise self.bad_parameter("detail.goods_detail.unit_price", "too small", "body")
        return super().order_draft(ask)
