"""Faults that break what the contract says of every operation alike."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reference.contract import Operation
from reference.identity import Merchant
from reference.machines import Entity
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask
from reference.platform.refusals import SYSTEM_ERROR
from reference.platform.wire import Refused, Request

__all__: list[str] = []

_FITS = "v3.contract.answers-fit-the-contract"
_ANSWERS = "v3.contract.answers-every-allowed-request"
_REFUSES = "v3.contract.refuses-what-breaks-a-bound"
_WHOLE = "v3.contract.whole-numbers-count-by-their-value"


@breaks(_FITS)
class NamesH5UrlsTheOldWay(Platform):
    """Answers an H5 order with mweb_url, as APIv2 did."""

    def do_order_place(self, ask: Ask) -> tuple[int, Any]:
        status, content = super().do_order_place(ask)
        return status, {"mweb_url" if name == "h5_url" else name: value for name, value in content.items()}


@breaks(_FITS)
class ForgetsWhereRefundsGo(Platform):
    """Shows a service provider's refunds without the account that receives them."""

    def show_refund(self, refund: Entity) -> dict[str, Any]:
        shown = super().show_refund(refund)
        return {name: value for name, value in shown.items() if name != "user_received_account" or "sub_mchid" not in refund.draft}


@breaks(_FITS)
class AcceptsOrdersWith201(Platform):
    """Answers an order from an app 201 Created."""

    def do_order_place(self, ask: Ask) -> tuple[int, Any]:
        status, content = super().do_order_place(ask)
        return 201 if ask.operation.trade_type == "APP" else status, content


class _Falls(Platform):
    """Fails on requests of one kind."""

    def falls(self, ask: Ask) -> bool:
        raise NotImplementedError

    def read(self, request: Request, operation: Operation, path_params: Mapping[str, str], merchant: Merchant) -> Ask:
        ask = super().read(request, operation, path_params, merchant)
        if self.falls(ask):
            raise Refused(SYSTEM_ERROR)
        return ask


@breaks(_ANSWERS)
class FailsWhenOnlyTheBalanceMayPay(_Falls):
    """Answers an order that may be paid from the balance only 500."""

    def falls(self, ask: Ask) -> bool:
        return "balance_only" in ask.fields.get("limit_pay", ())


@breaks(_ANSWERS)
class FailsOnGzip(_Falls):
    """Answers an application for a compressed bill 500."""

    def falls(self, ask: Ask) -> bool:
        return ask.params.get("tar_type") == "GZIP"


@breaks(_REFUSES)
class ListsCertificatesOfAnyAlgorithm(Platform):
    """Takes any algorithm_type."""

    ignored_keywords = frozenset({("algorithm_type", "enum")})


@breaks(_REFUSES)
class PaysOutAnyhow(Platform):
    """Takes any type of paying out an abnormal refund."""

    ignored_keywords = frozenset({("type", "enum")})


@breaks(_REFUSES)
class ReversesForAnyAppid(Platform):
    """Reverses an order without being told an appid."""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        if operation.event == "codepay.reverse":
            self.ignored_keywords = frozenset({("appid", "required")})
        try:
            return super().read_body(request, operation)
        finally:
            self.ignored_keywords = frozenset()


@breaks("v3.invariant.refusals-change-nothing")
class PlacesBeforeItLooks(Platform):
    """Writes an order down before it looks whether the appid is the merchant's."""

    def check_binding(self, merchant: Merchant, draft: Mapping[str, Any]) -> None:
        try:
            super().check_binding(merchant, draft)
        except Refused:
            number = draft["out_trade_no"]
            if self.store.order(merchant.mchid, number) is None:
                data = {"trade_type": draft["trade_type"]}
                self.store.save(Entity("order", merchant.mchid, number, "NOTPAY", self.now(), dict(draft), data))
            raise


class _Rewrites(Platform):
    """Reads amounts in its own way."""

    spelling = re.compile(b"(?!)")
    rewritten = b""

    def read_body(self, request: Request, operation: Operation) -> dict[str, Any]:
        return super().read_body(replace(request, body=self.spelling.sub(self.rewritten, request.body)), operation)


@breaks(_WHOLE)
class ReadsAmountsUpToTheExponent(_Rewrites):
    """Reads the digits of an amount and overlooks what follows them."""

    spelling = re.compile(rb'("(?:total|refund)": ?[0-9]+)[.eE][0-9.eE+-]*')
    rewritten = rb"\1"


@breaks(_WHOLE)
class TakesAmountsWithAPointForYuan(_Rewrites):
    """Takes an amount with a decimal point for one in yuan."""

    spelling = re.compile(rb'("(?:total|refund)": ?[0-9]+)\.0+\b')
    rewritten = rb"\g<1>00"
