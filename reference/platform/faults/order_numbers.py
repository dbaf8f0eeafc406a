"""Faults in how the numbers of orders are read, and in whose they are."""

import re
from collections.abc import Mapping
from typing import Any

from reference.contract import Operation
from reference.machines import Entity, Refusal
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Request

__all__: list[str] = []


@breaks("v3.order.refuses-malformed-out-trade-no")
class TakesOrdersWithoutNumbers(Platform):
    """Makes up a number for an order that comes without one."""

    def without_nulls(self, value: Any) -> Any:
        fields = super().without_nulls(value)
        if isinstance(fields, dict) and "notify_url" in fields:
            fields.setdefault("out_trade_no", self.nonce())
        return fields


@breaks("v3.order.refuses-malformed-out-trade-no")
class TakesShortNumbers(Platform):
    """Takes numbers of fewer than six characters."""

    ignored_keywords = frozenset({("out_trade_no", "minLength")})


@breaks("v3.order.refuses-malformed-out-trade-no")
class TakesLongNumbers(Platform):
    """Takes numbers of more than 32 characters."""

    ignored_keywords = frozenset({("out_trade_no", "maxLength")})


@breaks("v3.order.refuses-malformed-out-trade-no")
class CutsLongNumbers(Platform):
    """Cuts a number to its first 32 characters and takes it."""

    def without_nulls(self, value: Any) -> Any:
        return _with_number(super().without_nulls(value), lambda number: number[:32])


@breaks("v3.order.refuses-malformed-out-trade-no")
class TrimsNumbers(Platform):
    """Strips white space from a number and takes the rest."""

    def without_nulls(self, value: Any) -> Any:
        return _with_number(super().without_nulls(value), str.strip)


@breaks("v3.order.refuses-malformed-out-trade-no")
class TakesAnySignInNumbers(Platform):
    """Looks at no character of a number."""

    ignored_keywords = frozenset({("out_trade_no", "pattern")})


@breaks("v3.order.refuses-malformed-out-trade-no")
class TakesLettersOfAnyScript(Platform):
    """Takes every letter and digit of Unicode for one of a number."""

    ignored_keywords = frozenset({("out_trade_no", "pattern")})

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        fields = super().read_body(request, operation)
        if not re.fullmatch(r"[\w\-|*]+", fields.get("out_trade_no", "A")):
            raise self.bad_parameter("out_trade_no", "of other characters than a number has", "body")
        return fields


@breaks("v3.order.refuses-malformed-out-trade-no")
class OverlooksALineFeedAfterNumbers(Platform):
    """Reads the end of a line for the end of the number."""

    ignored_keywords = frozenset({("out_trade_no", "pattern")})

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        fields = super().read_body(request, operation)
        if not re.match(r"^[0-9A-Za-z_\-|*]+$", fields.get("out_trade_no", "A")):
            raise self.bad_parameter("out_trade_no", "of other characters than a number has", "body")
        return fields


@breaks("v3.order.refuses-malformed-out-trade-no")
class TakesNumbersThatAreNumbers(Platform):
    """Takes a number written as a JSON number."""

    def without_nulls(self, value: Any) -> Any:
        fields = super().without_nulls(value)
        if isinstance(fields, dict) and isinstance(fields.get("out_trade_no"), int):
            fields["out_trade_no"] = str(fields["out_trade_no"]).rjust(6, "0")
        return fields


@breaks("v3.order.refuses-malformed-out-trade-no")
class TakesAnyNumberFromProviders(Platform):
    """Looks at the numbers of direct merchants only."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        bounds = ("pattern", "minLength", "maxLength") if operation.mode == "partner" else ()
        self.ignored_keywords = frozenset(("out_trade_no", bound) for bound in bounds)
        return super().read_body(request, operation)


@breaks("v3.order.refuses-malformed-out-trade-no")
class RefusesStarsInNumbers(Platform):
    """Refuses a number with an asterisk."""

    def known_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        if "*" in draft["out_trade_no"]:
            raise self.bad_parameter("out_trade_no", "of other characters than a number has", "body")
        return super().known_order(ask, draft)


@breaks("v3.order.refuses-malformed-out-trade-no")
class RefusesNumbersOf32Characters(Platform):
    """Takes 31 characters at most."""

    def known_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        if len(draft["out_trade_no"]) > 31:
            raise self.bad_parameter("out_trade_no", "too long", "body")
        return super().known_order(ask, draft)


@breaks("v3.order.refuses-malformed-out-trade-no")
class ShowsNumbersInCapitals(Platform):
    """Shows a number in capital letters, however it was written."""

    def show_order(self, order: Entity) -> dict[str, Any]:
        return super().show_order(order) | {"out_trade_no": order.number.upper()}


@breaks("v3.order.refuses-a-number-used-by-another-sub-merchant")
class AnswersForAnotherSubMerchant(Platform):
    """Hands the order of one sub-merchant out to another."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        return draft | {"sub_mchid": order.draft["sub_mchid"]} if "sub_mchid" in draft else draft


@breaks("v3.order.refuses-a-number-used-by-another-sub-merchant")
class LetsASubMerchantTakeANumberOver(Platform):
    """Forgets the order of one sub-merchant when another uses its number."""

    def known_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        known = super().known_order(ask, draft)
        return known if known is None or known.draft.get("sub_mchid") == draft.get("sub_mchid") else None


@breaks("v3.order.refuses-a-number-used-by-another-sub-merchant")
class LetsASubMerchantReuseAClosedNumber(Platform):
    """Gives the number of a closed order to another sub-merchant."""

    def known_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        known = super().known_order(ask, draft)
        another = known is not None and known.draft.get("sub_mchid") != draft.get("sub_mchid")
        return None if another and known is not None and known.state == "CLOSED" else known


@breaks("v3.order.refuses-a-number-used-by-another-sub-merchant")
class GivesSubMerchantsTheirProducts(Platform):
    """Gives a number to another sub-merchant when it is used through another product."""

    def known_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        known = super().known_order(ask, draft)
        if known is None or known.draft.get("sub_mchid") == draft.get("sub_mchid"):
            return known
        return known if known.draft["trade_type"] == draft["trade_type"] else None


@breaks("v3.order.refuses-a-number-used-by-another-sub-merchant")
class ShowsOrdersToEverySubMerchant(Platform):
    """Shows a provider's order under whichever sub-merchant it is asked for."""

    def is_visible(self, ask: Ask, order: Entity) -> bool:
        return order.owner == ask.merchant.mchid


@breaks("v3.order.keeps-numbers-of-merchants-apart")
class SharesNumbersAmongMerchants(Platform):
    """Refuses a number that any merchant used before."""

    def known_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        return next((order for order in self.store.orders() if order.number == draft["out_trade_no"]), None)


@breaks("v3.order.keeps-numbers-of-merchants-apart")
class SharesNumbersWithProviders(Platform):
    """Refuses a direct merchant's number that a service provider used before."""

    def known_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        others = (order for order in self.store.orders() if order.number == draft["out_trade_no"])
        of_providers = (order for order in others if order.draft["mode"] == "partner")
        return super().known_order(ask, draft) or next(of_providers, None)


@breaks("v3.order.keeps-numbers-of-merchants-apart")
class ClosesOrdersOfEveryMerchant(Platform):
    """Closes all orders of a number, whoever placed them."""

    def do_order_close(self, ask: Ask) -> tuple[int, Any]:
        answer = super().do_order_close(ask)
        for order in self.store.orders():
            if order.number == ask.params["out_trade_no"]:
                order.state = "CLOSED"
        return answer


@breaks("v3.order.keeps-numbers-of-merchants-apart")
class TakesAPaymentForEveryMerchant(Platform):
    """Marks all orders of a number paid when one of them is."""

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Refusal | None:
        refusal = super().pay(mchid, out_trade_no, credential)
        for order in [order for order in self.store.orders() if order.number == out_trade_no and order.state == "NOTPAY"]:
            super().pay(order.owner, out_trade_no)
        return refusal


def _with_number(fields: Any, change: Any) -> Any:
    if isinstance(fields, dict) and isinstance(fields.get("out_trade_no"), str):
        fields["out_trade_no"] = change(fields["out_trade_no"])
    return fields
