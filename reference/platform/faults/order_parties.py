"""Faults in who may take part in an order."""

from collections.abc import Mapping
from typing import Any

from reference.contract import Operation, Problem
from reference.identity import Merchant
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.wire import Refused, Request

__all__: list[str] = []


@breaks("v3.order.jsapi-requires-openid")
class NeedsNoPayer(Platform):
    """Takes a JSAPI order without payer."""

    ignored_keywords = frozenset({("payer", "required")})

    def check_binding(self, merchant: Merchant, draft: Mapping[str, Any]) -> None:
        super().check_binding(merchant, {**draft, "trade_type": draft["trade_type"] if "payer" in draft else ""})


@breaks("v3.order.jsapi-requires-openid")
class NeedsNoOpenid(Platform):
    """Takes a payer without openid from a direct merchant."""

    ignored_keywords = frozenset({("openid", "required")})

    def is_payer(self, merchant: Merchant, openid: str | None, sub_openid: str | None) -> bool:
        return openid is None or super().is_payer(merchant, openid, sub_openid)


@breaks("v3.order.jsapi-requires-openid")
class NeedsNoOpenidFromProviders(Platform):
    """Takes a payer with neither openid from a service provider."""

    ignored_keywords = frozenset({("payer", "anyOf")})

    def is_payer(self, merchant: Merchant, openid: str | None, sub_openid: str | None) -> bool:
        return (openid is None and bool(merchant.sub_mchids)) or super().is_payer(merchant, openid, sub_openid)


@breaks("v3.order.refuses-a-foreign-openid")
class TakesAnyPayer(Platform):
    """Takes any openid."""

    def is_payer(self, merchant: Merchant, openid: str | None, sub_openid: str | None) -> bool:
        return True


@breaks("v3.order.refuses-a-foreign-openid")
class TakesPayersOfOtherMerchants(Platform):
    """Takes the openid of another merchant's app."""

    def is_payer(self, merchant: Merchant, openid: str | None, sub_openid: str | None) -> bool:
        return any(super(TakesPayersOfOtherMerchants, self).is_payer(other, openid, sub_openid) for other in self.identity.merchants)


@breaks("v3.order.refuses-a-foreign-openid")
class TakesAnyPayerOfAProvider(Platform):
    """Takes any sp_openid."""

    def is_payer(self, merchant: Merchant, openid: str | None, sub_openid: str | None) -> bool:
        return bool(merchant.sub_mchids) or super().is_payer(merchant, openid, sub_openid)


@breaks("v3.order.refuses-a-foreign-openid")
class ComparesOpenidsWithoutCase(Platform):
    """Takes an openid with other capital letters for the same."""

    def is_payer(self, merchant: Merchant, openid: str | None, sub_openid: str | None) -> bool:
        return (openid or "").lower() == merchant.openid.lower() or super().is_payer(merchant, openid, sub_openid)


@breaks("v3.order.refuses-a-foreign-openid")
class TakesAnEmptyOpenid(Platform):
    """Takes an empty openid for any payer."""

    def is_payer(self, merchant: Merchant, openid: str | None, sub_openid: str | None) -> bool:
        return not openid or super().is_payer(merchant, openid, sub_openid)


@breaks("v3.order.refuses-an-unbound-appid")
class TakesAnyApp(Platform):
    """Takes any appid."""

    def is_bound(self, merchant: Merchant, appid: str | None) -> bool:
        return True


@breaks("v3.order.refuses-an-unbound-appid")
class TakesAppsOfOtherMerchants(Platform):
    """Takes any appid that is bound to somebody."""

    def is_bound(self, merchant: Merchant, appid: str | None) -> bool:
        return any(super(TakesAppsOfOtherMerchants, self).is_bound(other, appid) for other in self.identity.merchants)


@breaks("v3.order.refuses-an-unbound-appid")
class TakesAnyAppOfAProvider(Platform):
    """Takes any sp_appid."""

    def is_bound(self, merchant: Merchant, appid: str | None) -> bool:
        return bool(merchant.sub_mchids) or super().is_bound(merchant, appid)


@breaks("v3.order.refuses-an-unbound-appid")
class TakesAnyAppOfASubMerchant(Platform):
    """Takes any sub_appid."""

    def is_bound_to_sub_merchant(self, sub_appid: str | None) -> bool:
        return True


@breaks("v3.order.refuses-an-unbound-appid")
class ChecksAppsOfJsapiOnly(Platform):
    """Looks at the appid of JSAPI orders only."""

    def check_binding(self, merchant: Merchant, draft: Mapping[str, Any]) -> None:
        if draft["trade_type"] == "JSAPI":
            super().check_binding(merchant, draft)


class _OrdersForItself(Platform):
    """Takes partner orders that lack a party."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        self.ignored_keywords = frozenset((name, "required") for name in self.missing) if operation.event == "order.place" else frozenset()
        return super().read_body(request, operation)

    missing: tuple[str, ...]


@breaks("v3.order.partner-order-names-all-parties")
class NeedsNoSubMerchant(_OrdersForItself):
    """Takes a provider's order without a sub-merchant, for the provider."""

    missing = ("sub_mchid",)


@breaks("v3.order.partner-order-names-all-parties")
class NeedsNoProvider(_OrdersForItself):
    """Takes a partner order that does not name its provider."""

    missing = ("sp_mchid",)


@breaks("v3.order.partner-order-names-all-parties")
class NeedsNoAppOfTheProvider(_OrdersForItself):
    """Takes a partner order without sp_appid."""

    missing = ("sp_appid",)


@breaks("v3.order.partner-order-names-all-parties")
class TakesDirectOrdersOnThePartnerPath(Platform):
    """Takes a direct order sent to the partner path for the provider's own."""

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        direct = any(item.pointer in {("mchid",), ("appid",)} and item.keyword == "additionalProperties" for item in found)
        return () if direct else super().minded(found, name)


@breaks("v3.order.partner-is-not-its-own-sub-merchant")
class LetsProvidersCollectForThemselves(Platform):
    """Takes a provider for its own sub-merchant."""

    def check_merchant(self, ask: Ask) -> None:
        if ask.sub_mchid != ask.merchant.mchid:
            super().check_merchant(ask)


@breaks("v3.order.partner-is-not-its-own-sub-merchant")
class TakesAnySubMerchant(Platform):
    """Takes orders for merchants that are nobody's sub-merchants."""

    def check_merchant(self, ask: Ask) -> None:
        try:
            super().check_merchant(ask)
        except Refused as refused:
            if refused.detail.get("field") != "sub_mchid" or ask.operation.event != "order.place":
                raise


@breaks("v3.order.partner-is-not-its-own-sub-merchant")
class TakesAnyKnownMerchantForASubMerchant(Platform):
    """Takes native orders for any merchant it knows."""

    def check_merchant(self, ask: Ask) -> None:
        known = any(merchant.mchid == ask.sub_mchid for merchant in self.identity.merchants)
        if not (known and ask.operation.id == "partner_native_create"):
            super().check_merchant(ask)


@breaks("v3.order.h5-requires-scene")
class NeedsNoScene(Platform):
    """Takes an H5 order without scene."""

    ignored_keywords = frozenset({("scene_info", "required")})


@breaks("v3.order.h5-requires-scene")
class NeedsNoPayersAddress(Platform):
    """Takes an H5 order without the payer's address."""

    ignored_keywords = frozenset({("payer_client_ip", "required")})


@breaks("v3.order.h5-requires-scene")
class NeedsNoKindOfScene(Platform):
    """Takes an H5 order that does not say which kind of scene it is."""

    ignored_keywords = frozenset({("type", "required")})


@breaks("v3.order.h5-requires-scene")
class NeedsNoH5InfoFromProviders(Platform):
    """Takes a provider's H5 order without h5_info."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        self.ignored_keywords = frozenset({("h5_info", "required")}) if operation.mode == "partner" else frozenset()
        return super().read_body(request, operation)


@breaks("v3.order.h5-refuses-unknown-scene-type")
class TakesAnyScene(Platform):
    """Takes any kind of scene."""

    ignored_keywords = frozenset({("type", "enum")})


@breaks("v3.order.h5-refuses-unknown-scene-type")
class ComparesTheStartOfScenes(Platform):
    """Takes a kind of scene that starts like a known one."""

    def minded(self, found: tuple[Problem, ...], name: str | None = None) -> tuple[Problem, ...]:
        return tuple(item for item in super().minded(found, name) if not str(item.value).startswith(("iOS", "Android", "Wap")))


@breaks("v3.order.h5-refuses-unknown-scene-type")
class KnowsNoAndroid(Platform):
    """Refuses H5 orders from Android."""

    def order_draft(self, ask: Ask) -> dict[str, Any]:
        if ask.fields.get("scene_info", {}).get("h5_info", {}).get("type") == "Android":
            raise self.bad_parameter("scene_info.h5_info.type", "unknown", "body")
        return super().order_draft(ask)
