"""Faults in the sandbox's key, and in how far the sandbox stands from production."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reference.contract import Operation, load
from reference.identity import Merchant
from reference.machines import Entity
from reference.oracles import v2
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.refusals import SIGN_ERROR
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused, Request

__all__: list[str] = []


@breaks("v2.sandbox.hands-out-its-key")
class HandsOutTheProductionKey(Platform):
    """Signs in the sandbox with the production key, and hands that out."""

    def v2_hand_out_key(self, call: Call) -> dict[str, str]:
        self.v2_sandbox_keys[call.merchant.mchid] = (call.merchant.apiv2_key or "", self.now())
        return super().v2_hand_out_key(call)


@breaks("v2.sandbox.hands-out-its-key")
class HandsOutAShortKey(Platform):
    """The sandbox key has 31 characters."""

    def v2_hand_out_key(self, call: Call) -> dict[str, str]:
        if self.v2_sandbox_key(call.merchant) is None:
            self.v2_sandbox_keys[call.merchant.mchid] = (self.nonce()[:31], self.now())
        return super().v2_hand_out_key(call)


@breaks("v2.sandbox.hands-out-its-key")
class HandsOutANewKeyAndKeepsTheOld(Platform):
    """From the second time on the key that is handed out signs nothing."""

    def v2_hand_out_key(self, call: Call) -> dict[str, str]:
        again = self.v2_sandbox_key(call.merchant) is not None
        return super().v2_hand_out_key(call) | ({"sandbox_signkey": self.nonce()} if again else {})


@breaks("v2.sandbox.hands-out-its-key")
class HandsTheKeyToAnyMerchant(Platform):
    """Looks whether a merchant signed, not which."""

    def v2_authenticate(self, request: Request, operation: Operation) -> Call:
        values = self.v2_read(request)
        merchant = self.merchant_of_v2(values.get("mch_id", ""))
        if operation.id != "getsignkey" or merchant is None:
            return super().v2_authenticate(request, operation)
        keys = [known.apiv2_key for known in self.identity.merchants if known.apiv2_key]
        if not any(v2.verify(values, key, "MD5") for key in keys):
            raise Refused(SIGN_ERROR, {"field": "sign"})
        return Call(operation, merchant, {name: value for name, value in values.items() if value}, request, merchant.apiv2_key or "", "MD5")


@breaks("v2.sandbox.hands-out-its-key")
class HandsOutTheKeyForHmac(Platform):
    """Takes a key request that is signed by HMAC-SHA256."""

    def v2_sign_type(self, operation: Operation, values: Any) -> v2.SignType:
        if operation.id == "getsignkey" and len(values.get("sign", "")) == 64:
            return "HMAC-SHA256"
        return super().v2_sign_type(operation, values)


@breaks("v2.sandbox.hands-out-its-key")
class GivesServiceProvidersNoKey(Platform):
    """Refuses the key to a service provider."""

    def v2_hand_out_key(self, call: Call) -> dict[str, str]:
        if call.merchant.sub_mchids:
            raise Refused(SIGN_ERROR, {"field": "sign"})
        return super().v2_hand_out_key(call)


@breaks("v2.sandbox.knows-its-own-key-only")
class TakesTheProductionKeyInTheSandbox(Platform):
    """A charge in the sandbox may be signed with the production key, too."""

    def v2_is_signed(self, values: Any, key: str, sign_type: v2.SignType) -> bool:
        merchant = self.merchant_of_v2(values.get("mch_id", ""))
        own = merchant.apiv2_key if merchant is not None and "auth_code" in values else None
        return super().v2_is_signed(values, key, sign_type) or bool(own and v2.verify(values, own, sign_type))


@breaks("v2.sandbox.knows-its-own-key-only")
class AnswersTheProductionKeyInTheSandbox(Platform):
    """A query of the sandbox may be signed with the production key by HMAC-SHA256."""

    def v2_is_signed(self, values: Any, key: str, sign_type: v2.SignType) -> bool:
        merchant = self.merchant_of_v2(values.get("mch_id", ""))
        own = merchant.apiv2_key if merchant is not None and "auth_code" not in values and sign_type != "MD5" else None
        return super().v2_is_signed(values, key, sign_type) or bool(own and v2.verify(values, own, sign_type))


@breaks("v2.sandbox.knows-its-own-key-only")
class TakesTheSandboxKeyInProduction(Platform):
    """A query of production may be signed with the sandbox's key."""

    def v2_is_signed(self, values: Any, key: str, sign_type: v2.SignType) -> bool:
        merchant = self.merchant_of_v2(values.get("mch_id", ""))
        known = self.v2_sandbox_key(merchant) if merchant is not None and "total_fee" not in values else None
        return super().v2_is_signed(values, key, sign_type) or bool(known and v2.verify(values, known, sign_type))


@breaks("v2.sandbox.knows-its-own-key-only")
class RefundsByTheSandboxKey(Platform):
    """A refund of production may be signed with the sandbox's key."""

    def v2_is_signed(self, values: Any, key: str, sign_type: v2.SignType) -> bool:
        merchant = self.merchant_of_v2(values.get("mch_id", ""))
        known = self.v2_sandbox_key(merchant) if merchant is not None and "refund_fee" in values else None
        return super().v2_is_signed(values, key, sign_type) or bool(known and v2.verify(values, known, sign_type))


@breaks("v2.sandbox.knows-its-own-key-only")
class RefundsWhatTheSandboxWasPaid(Platform):
    """Looks for the order of a refund in the sandbox, too."""

    def refunded_order(self, ask: Ask, draft: Mapping[str, Any]) -> Entity | None:
        found = super().refunded_order(ask, draft)
        return found or self.v2_sandbox_orders.order(ask.merchant.mchid, draft.get("out_trade_no", ""))


@breaks("v2.sandbox.knows-its-own-key-only")
class HasOneSandboxKeyForAll(Platform):
    """Every merchant gets the same sandbox key."""

    def v2_sandbox_key(self, merchant: Merchant) -> str | None:
        return next((key for key, _ in self.v2_sandbox_keys.values()), None)


@breaks("v2.sandbox.knows-its-own-key-only")
class KeepsSandboxOrdersWithTheRest(Platform):
    """Sandbox and production share one store of orders."""

    def __init__(self, *options: Any, **more: Any) -> None:
        super().__init__(*options, **more)
        self.v2_sandbox_orders = self.store


@breaks("v2.sandbox.knows-its-own-key-only")
class ShowsSandboxOrdersInProduction(Platform):
    """Production shows a paid order of the sandbox when it has none of that number."""

    def v2_query(self, call: Call) -> dict[str, str]:
        order = self.v2_sandbox_orders.order(call.merchant.mchid, call.values.get("out_trade_no", ""))
        ours = self.store.order(call.merchant.mchid, call.values.get("out_trade_no", ""))
        return super().v2_query(call) if order is None or ours is not None else self.v2_show_order(order)


@breaks("v2.sandbox.knows-its-own-key-only")
class ShowsProductionOrdersInTheSandbox(Platform):
    """The sandbox shows a service provider's order of production when it has none of that number."""

    def v2_sandbox_query(self, call: Call) -> dict[str, str]:
        order = self.store.order(call.merchant.mchid, call.values["out_trade_no"])
        ours = self.v2_sandbox_orders.order(call.merchant.mchid, call.values["out_trade_no"])
        foreign = order is not None and ours is None and call.merchant.sub_mchids
        return self.v2_show_order(order) if order is not None and foreign else super().v2_sandbox_query(call)


@breaks("v2.sandbox.offers-code-payments-only")
class OrdersInTheSandbox(Platform):
    """The sandbox takes orders, and keeps them with the real ones."""

    def v2_served(self) -> dict[str, Operation]:
        return {**super().v2_served(), **_moved("unifiedorder", "/xdc/apiv2sandbox/pay/unifiedorder")}


@breaks("v2.sandbox.offers-code-payments-only")
class RefundsInTheSandbox(Platform):
    """The sandbox says yes to any refund, by the path of the guide for coupons."""

    def v2_served(self) -> dict[str, Operation]:
        return {**super().v2_served(), **_moved("refund", "/xdc/apiv2sandbox/secapi/pay/refund")}

    def v2_refund(self, call: Call) -> dict[str, str]:
        if call.operation.sign_key is None:
            return super().v2_refund(call)
        return {"out_refund_no": call.values["out_refund_no"], "refund_id": self.nonce()}


@breaks("v2.sandbox.offers-code-payments-only")
class KeepsTheOldSandbox(Platform):
    """The sandbox of former years still charges codes."""

    def v2_served(self) -> dict[str, Operation]:
        return {**super().v2_served(), **_moved("sandbox_micropay", "/sandboxnew/pay/micropay")}


@breaks("v2.sandbox.offers-code-payments-only")
class StillHandsOutTheOldKey(Platform):
    """The sandbox of former years still hands out a key to whoever signs with the production key."""

    def v2_served(self) -> dict[str, Operation]:
        moved = _moved("getsignkey", "/sandboxnew/pay/getsignkey")
        return {**super().v2_served(), **{path: replace(operation, sign_key=None) for path, operation in moved.items()}}


@breaks("v2.sandbox.offers-code-payments-only")
class HasASandboxOfApiv3(Platform):
    """Below /v3/sandboxnew there is all of APIv3 once more."""

    def find(self, request: Request) -> tuple[Operation, Mapping[str, str]]:
        target = request.target.replace("/v3/sandboxnew/", "/v3/", 1)
        return super().find(Request(request.method, target, request.headers, request.body))


def _moved(operation: str, path: str) -> dict[str, Operation]:
    return {path: replace(load("v2").operations[operation], path=path, sign_key="sandbox_signkey", client_cert=False)}
