"""Faults in what lets the payer pay."""

from typing import Any

from reference.machines import Case, Entity
from reference.machines.order import PARAMETERS_CHANGED
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Refused

__all__ = ["Ages", "Lasts"]


class _Answers(Platform):
    """Answers an order with other *content*."""

    def content(self, ask: Ask, handles: dict[str, Any]) -> Any:
        raise NotImplementedError

    def do_order_place(self, ask: Ask) -> tuple[int, Any]:
        status, handles = super().do_order_place(ask)
        return status, self.content(ask, handles)


@breaks("v3.order.answers-with-the-product-handle")
class CallsEveryHandlePrepayId(_Answers):
    """Answers every product with a prepay_id."""

    def content(self, ask: Ask, handles: dict[str, Any]) -> Any:
        return {"prepay_id": next(iter(handles.values()))}


@breaks("v3.order.answers-with-the-product-handle")
class WrapsHandles(_Answers):
    """Puts the handle into an object of its own."""

    def content(self, ask: Ask, handles: dict[str, Any]) -> Any:
        return {"data": handles}


@breaks("v3.order.answers-with-the-product-handle")
class HandsProvidersNothing(_Answers):
    """Answers a provider's H5 order with an empty h5_url."""

    def content(self, ask: Ask, handles: dict[str, Any]) -> Any:
        return {"h5_url": ""} if ask.operation.id == "partner_h5_create" else handles


@breaks("v3.order.answers-with-the-product-handle")
class MakesLongPrepayIds(_Answers):
    """Makes prepay_ids of 72 characters."""

    def content(self, ask: Ask, handles: dict[str, Any]) -> Any:
        return {name: value.ljust(72, "0") if name == "prepay_id" else value for name, value in handles.items()}


@breaks("v3.order.answers-with-the-product-handle")
class MakesHandlesOfNumbers(_Answers):
    """Answers an APP order with a prepay_id that is a number."""

    def content(self, ask: Ask, handles: dict[str, Any]) -> Any:
        return {"prepay_id": 123_456_789} if ask.operation.trade_type == "APP" else handles


@breaks("v3.order.answers-with-the-product-handle")
class ForgetsTheHandleOfOrdersWithGoods(_Answers):
    """Answers an order that lists goods with an empty object."""

    def content(self, ask: Ask, handles: dict[str, Any]) -> Any:
        return {} if "detail" in ask.fields else handles


@breaks("v3.order.answers-with-the-product-handle")
class AnswersOrdersWithoutBody(_Answers):
    """Answers a repeated Native order with 204 and nothing."""

    def do_order_place(self, ask: Ask) -> tuple[int, Any]:
        known = self.store.order(ask.merchant.mchid, ask.fields["out_trade_no"])
        status, content = Platform.do_order_place(self, ask)
        return (204, None) if known is not None and ask.operation.trade_type == "NATIVE" else (status, content)


@breaks("v3.order.answers-with-the-product-handle")
class MakesHandlesOfTheSecond(Platform):
    """Makes the same handle for all orders of one product in one second."""

    def new_credential(self, name: str) -> str:
        return f"{name}-{self.now()}"


class Lasts(Platform):
    """Does not mind the age of the handles of some orders."""

    def is_ageless(self, order: Entity) -> bool:
        """Tell whether the handles of *order* never expire."""
        raise NotImplementedError

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        """Overlook the age of the handle."""
        ageless = case.subject is not None and case.subject.machine == "order" and self.is_ageless(case.subject)
        return frozenset({"credential-stale"}) if ageless else frozenset()


@breaks("v3.order.handle-lives-two-hours")
class KeepsHandlesForEver(Lasts):
    """Lets a handle pay as long as its order is open."""

    def is_ageless(self, order: Entity) -> bool:
        return True


@breaks("v3.order.handle-lives-two-hours")
class KeepsCodesForEver(Lasts):
    """Lets a printed code pay as long as its order is open."""

    def is_ageless(self, order: Entity) -> bool:
        return bool(order.data["trade_type"] == "NATIVE")


@breaks("v3.order.handle-lives-two-hours")
class KeepsHandlesUntilTheEndOfTheirOrder(Lasts):
    """Lets a handle pay until time_expire."""

    def is_ageless(self, order: Entity) -> bool:
        return "time_expire" in order.data


@breaks("v3.order.handle-lives-two-hours")
class KeepsHandlesOfProviders(Lasts):
    """Lets a provider's handles pay as long as the order is open."""

    def is_ageless(self, order: Entity) -> bool:
        return (order.draft["mode"], order.data["trade_type"] == "MWEB") == ("partner", False)


class Ages(Platform):
    """Takes handles for older, by *seconds*, than they are."""

    seconds: int
    products: frozenset[str]

    def credential(self, order: Entity, name: str) -> str:
        """Write down another moment of handing out."""
        known = set(order.data.get("credentials", {}))
        current = super().credential(order, name)
        if current not in known and order.data["trade_type"] in self.products:
            order.data["credentials"][current] -= self.seconds
        return current


@breaks("v3.order.handle-lives-two-hours")
class KeepsHandlesForAnHour(Ages):
    """Lets a handle pay for an hour only."""

    seconds, products = 3600, frozenset({"JSAPI", "APP", "NATIVE"})


@breaks("v3.order.handle-lives-two-hours")
class KeepsAppHandlesForTenMinutesMore(Ages):
    """Lets the handle of an APP order pay ten minutes too long."""

    seconds, products = -600, frozenset({"APP"})


@breaks("v3.order.handle-lives-two-hours")
class ClosesOrdersWithTheirHandle(Platform):
    """Closes an order when its handle has expired."""

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Any:
        refusal = super().pay(mchid, out_trade_no, credential)
        order = self.store.order(mchid, out_trade_no)
        if refusal is not None and refusal.name == "credential-stale" and order is not None and order.data["trade_type"] != "MWEB":
            order.state = "CLOSED"
        return refusal


@breaks("v3.order.h5-url-lives-five-minutes")
class KeepsH5UrlsForTwoHours(Ages):
    """Lets an h5_url pay as long as a prepay_id."""

    seconds, products = -(7200 - 300), frozenset({"MWEB"})


@breaks("v3.order.h5-url-lives-five-minutes")
class KeepsH5UrlsForAMinute(Ages):
    """Lets an h5_url pay for a minute only."""

    seconds, products = 240, frozenset({"MWEB"})


@breaks("v3.order.h5-url-lives-five-minutes")
class KeepsH5UrlsOfProviders(Lasts):
    """Lets a provider's h5_url pay as long as its order is open."""

    def is_ageless(self, order: Entity) -> bool:
        return (order.draft["mode"], order.data["trade_type"]) == ("partner", "MWEB")


@breaks("v3.order.h5-url-lives-five-minutes")
class ClosesH5OrdersWithTheirUrl(Platform):
    """Closes an H5 order when its h5_url has expired."""

    def pay(self, mchid: str, out_trade_no: str, credential: str | None = None) -> Any:
        refusal = super().pay(mchid, out_trade_no, credential)
        order = self.store.order(mchid, out_trade_no)
        if refusal is not None and refusal.name == "credential-stale" and order is not None and order.data["trade_type"] == "MWEB":
            order.state = "CLOSED"
        return refusal


@breaks("v3.order.renews-an-expired-handle")
class HandsOutTheExpiredHandle(Platform):
    """Answers every repeat with the first handle, expired or not."""

    def credential(self, order: Entity, name: str) -> str:
        issued = order.data.get("credentials", {})
        return next(iter(issued)) if issued and name != "h5_url" else super().credential(order, name)


@breaks("v3.order.renews-an-expired-handle")
class RenewsHandlesOnce(Platform):
    """Hands out two handles for an order, and then the second again."""

    def credential(self, order: Entity, name: str) -> str:
        issued = list(order.data.get("credentials", {}))
        return issued[1] if len(issued) > 1 and name != "h5_url" else super().credential(order, name)


@breaks("v3.order.renews-an-expired-handle")
class RefusesRepeatsAfterTwoHours(Platform):
    """Refuses to place an order again once its handle has expired."""

    def held_against(self, order: Entity, draft: dict[str, Any]) -> dict[str, Any]:
        if self.now() - order.created > 7200:
            raise Refused(PARAMETERS_CHANGED)
        return draft


@breaks("v3.order.renews-an-expired-handle")
class ForgetsItsHandlesAfterADay(Platform):
    """Makes handles for an order of more than a day that pay nothing."""

    def credential(self, order: Entity, name: str) -> str:
        old = self.now() - order.created > 86_400 and name != "h5_url"
        return self.new_credential(name) if old else super().credential(order, name)
