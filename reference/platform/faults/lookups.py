"""Faults in which order a query finds."""

from typing import Any

from reference.machines import Entity
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.refusals import BAD_PARAMETER
from reference.platform.wire import Refused

__all__: list[str] = []


@breaks("v3.transaction.unknown-order-is-not-found")
class TakesUnknownForClosed(Platform):
    """Answers a query of an unknown number with a closed order."""

    def do_order(self, ask: Ask) -> tuple[int, Any]:
        if self.find_order(ask) is None and "out_trade_no" in ask.params:
            return 200, {"out_trade_no": ask.params["out_trade_no"], "trade_state": "CLOSED"}
        return super().do_order(ask)


@breaks("v3.transaction.unknown-order-is-not-found")
class BlamesTheNumber(Platform):
    """Answers a service provider's query of an unknown number 400 PARAM_ERROR."""

    def do_order(self, ask: Ask) -> tuple[int, Any]:
        if self.find_order(ask) is None and ask.operation.id == "partner_order_query":
            raise Refused(BAD_PARAMETER)
        return super().do_order(ask)


@breaks("v3.transaction.unknown-order-is-not-found")
class QueriesUseNumbersUp(Platform):
    """Reserves every number it is asked for, so that it cannot be ordered any more."""

    def do_order(self, ask: Ask) -> tuple[int, Any]:
        number = ask.params.get("out_trade_no")
        if number is not None and self.find_order(ask) is None:
            draft = {"amount": {"total": 0}, "mode": ask.operation.mode, "sub_mchid": "0"}
            self.store.save(Entity("order", ask.merchant.mchid, number, "CLOSED", self.now(), draft, {"trade_type": "JSAPI"}))
        return super().do_order(ask)


@breaks("v3.transaction.unknown-order-is-not-found")
class FindsByTheBeginning(Platform):
    """Finds an order by the beginning of its number."""

    def find_order(self, ask: Ask) -> Entity | None:
        number = ask.params.get("out_trade_no", "\0")
        alike = (order for order in self.store.orders() if order.number.startswith(number) and self.is_visible(ask, order))
        return super().find_order(ask) or next(alike, None)


@breaks("v3.transaction.unknown-transaction-id-is-not-found")
class ShowsTheLatestOrderInstead(Platform):
    """Shows the merchant's latest order for an unknown transaction_id."""

    def find_order(self, ask: Ask) -> Entity | None:
        latest = [order for order in self.store.orders() if "transaction_id" in ask.params and self.is_visible(ask, order)]
        return super().find_order(ask) or (latest[-1] if latest else None)


@breaks("v3.transaction.unknown-transaction-id-is-not-found")
class TakesNumbersForTransactionIds(Platform):
    """Finds an order by its out_trade_no where a transaction_id is asked for."""

    def find_order(self, ask: Ask) -> Entity | None:
        order = self.store.order(ask.merchant.mchid, ask.params.get("transaction_id", ""))
        return super().find_order(ask) or (order if order is not None and self.is_visible(ask, order) else None)


@breaks("v3.transaction.unknown-transaction-id-is-not-found")
class AnswersUnknownTransactionsEmpty(Platform):
    """Answers an unknown transaction_id 200 with nothing in it."""

    def do_order(self, ask: Ask) -> tuple[int, Any]:
        if "transaction_id" in ask.params and self.find_order(ask) is None:
            return 200, {}
        return super().do_order(ask)


@breaks("v3.transaction.unknown-transaction-id-is-not-found")
class ReadsOnlyTheBeginningOfTransactionIds(Platform):
    """Finds a service provider's payment by all but the last digit of its transaction_id."""

    def find_order(self, ask: Ask) -> Entity | None:
        asked = ask.params.get("transaction_id", "")[:-1]
        if not asked or ask.operation.mode != "partner":
            return super().find_order(ask)
        alike = (order for order in self.store.orders() if order.data.get("transaction_id", "").startswith(asked))
        return super().find_order(ask) or next((order for order in alike if self.is_visible(ask, order)), None)


@breaks("v3.transaction.both-queries-agree")
class RemembersThePaymentOnly(Platform):
    """Shows an order as it was when it was paid to those who ask by transaction_id."""

    def do_order(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_order(ask)
        return status, shown | {"trade_state": "SUCCESS"} if "transaction_id" in ask.params else shown


@breaks("v3.transaction.both-queries-agree")
class ForgetsAttachByTransactionId(Platform):
    """Leaves attach out when asked by transaction_id."""

    def do_order(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_order(ask)
        return status, {name: value for name, value in shown.items() if name != "attach" or "transaction_id" not in ask.params}


@breaks("v3.transaction.both-queries-agree")
class CountsInYuanByTransactionId(Platform):
    """Shows payer_total in yuan when a service provider asks by transaction_id."""

    def do_order(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_order(ask)
        if ask.operation.id == "partner_order_query_by_id":
            shown["amount"]["payer_total"] //= 100
        return status, shown


@breaks("v3.transaction.query-shows-the-order-asked-for")
class ShowsThePayersLatestOrder(Platform):
    """Shows, for a paid JSAPI order, the latest one the merchant placed in that way."""

    def find_order(self, ask: Ask) -> Entity | None:
        found = super().find_order(ask)
        if found is None or found.state != "SUCCESS" or found.data["trade_type"] != "JSAPI":
            return found
        return [order for order in self.store.orders() if order.data["trade_type"] == "JSAPI" and self.is_visible(ask, order)][-1]


@breaks("v3.transaction.query-shows-the-order-asked-for")
class NamesTheProviderOnly(Platform):
    """Shows the first of a service provider's sub-merchants' ids in place of the appid it ordered with."""

    def who(self, draft: dict[str, Any]) -> dict[str, Any]:
        shown = super().who(draft)
        return shown | {"sp_appid": shown["sub_mchid"]} if "sp_appid" in shown else shown


@breaks("v3.transaction.query-shows-the-order-asked-for")
class ShowsNoTotalBeforePayment(Platform):
    """Shows 0 fen as the total of an order that is not paid yet."""

    def order_amount(self, order: Entity) -> dict[str, Any]:
        shown = super().order_amount(order)
        return shown if "transaction_id" in order.data else shown | {"total": 0}


@breaks("v3.transaction.query-requires-mchid")
class GuessesTheMerchant(Platform):
    """Answers a query that does not name its merchant."""

    ignored_keywords = frozenset({("mchid", "required")})


@breaks("v3.transaction.query-requires-mchid")
class GuessesTheProvider(Platform):
    """Answers a query that does not name its service provider."""

    ignored_keywords = frozenset({("sp_mchid", "required")})


@breaks("v3.transaction.query-requires-mchid")
class GuessesTheSubMerchant(Platform):
    """Answers a query that does not name the sub-merchant."""

    ignored_keywords = frozenset({("sub_mchid", "required")})

    def is_visible(self, ask: Ask, order: Entity) -> bool:
        return order.owner == ask.merchant.mchid and ask.sub_mchid in {None, order.draft.get("sub_mchid")}


@breaks("v3.transaction.query-requires-mchid")
class AsksForNoMerchantByTransactionId(Platform):
    """Does not look at the parameters of a query by transaction_id."""

    def check_parameters(self, operation: Any, params: Any) -> None:
        if operation.id != "order_query_by_id":
            super().check_parameters(operation, params)
