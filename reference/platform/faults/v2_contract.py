"""Faults that break what the contract says of every operation of APIv2 alike."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from reference.machines import Entity
from reference.oracles import v2
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.refusals import SYSTEM_ERROR
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []

_FITS = "v2.contract.answers-fit-the-contract"
_ANSWERS = "v2.contract.answers-every-allowed-request"
_REFUSES = "v2.contract.refuses-what-breaks-a-bound"


@breaks(_FITS)
class ForgetsTheShortUrl(Platform):
    """Says that a link was shortened, and not to what."""

    def v2_shorten(self, call: Call) -> dict[str, str]:
        super().v2_shorten(call)
        return {}


@breaks(_FITS)
class NamesNobody(Platform):
    """Says that it knows whose a code is, and not whose."""

    def v2_name_payer(self, call: Call) -> dict[str, str]:
        super().v2_name_payer(call)
        return {}


@breaks(_FITS)
class RefundsWithoutAnId(Platform):
    """Accepts the refunds of service providers without saying the refund_id."""

    def v2_show_refund(self, refund: Entity, order: Entity) -> dict[str, str]:
        shown = super().v2_show_refund(refund, order)
        return {name: value for name, value in shown.items() if name != "refund_id" or "sub_mchid" not in order.draft}


@breaks(_FITS)
class TellsRatiosInPercent(Platform):
    """Answers the question for a ratio with another element than max_ratio."""

    def v2_perform(self, call: Call) -> dict[str, str] | bytes:
        content = super().v2_perform(call)
        if isinstance(content, bytes) or "max_ratio" not in content:
            return content
        return {"ratio" if name == "max_ratio" else name: value for name, value in content.items()}


@breaks(_FITS)
class ForgetsTheTypeOfAReceiver(Platform):
    """Says whom it has struck from the receivers, and not what kind of account that is."""

    def v2_remove_receiver(self, call: Call) -> dict[str, str]:
        told = json.loads(super().v2_remove_receiver(call)["receiver"])
        return {"receiver": json.dumps({"account": told["account"]})}


@breaks(_FITS)
class ForgetsAttachInTheLastOrder(Platform):
    """Shows the last order of a combined one without its attach."""

    def v2_show_combined(self, whole: Entity) -> dict[str, str]:
        shown = super().v2_show_combined(whole)
        listed = json.loads(shown["sub_order_list"])
        del listed["order_list"][-1]["attach"]
        return shown | {"sub_order_list": json.dumps(listed, ensure_ascii=False)}


@breaks(_FITS)
class TellsSharesInYuan(Platform):
    """Shows the amount of a share as text, in yuan."""

    def v2_show_share(self, share: Entity) -> dict[str, Any]:
        shown = super().v2_show_share(share)
        return shown | {"amount": f"{shown['amount'] / 100:.2f}"}


@breaks(_FITS)
class ConfusesNumbersOfReturns(Platform):
    """Answers a return with its own number where the merchant's belongs."""

    def v2_show_return(self, found: Entity) -> dict[str, str]:
        shown = super().v2_show_return(found)
        return shown | {"out_return_no": shown["return_no"]}


@breaks(_FITS)
class SendsGroupPacketsToItself(Platform):
    """Answers a packet for several people with another payee than it was sent to."""

    def v2_sent(self, packet: Entity) -> dict[str, str]:
        sent = super().v2_sent(packet)
        return sent | {"re_openid": self.merchant(packet.owner).openid} if packet.draft["kind"] == "GROUP" else sent


class _Falls(Platform):
    """Fails on requests of one kind."""

    def falls(self, values: Mapping[str, str]) -> bool:
        raise NotImplementedError

    def v2_check(self, call: Call) -> None:
        super().v2_check(call)
        if self.falls(call.values):
            raise Refused(SYSTEM_ERROR)


@breaks(_ANSWERS)
class FailsOnPackedBillsOfV2(_Falls):
    """Fails when a bill is to be packed."""

    def falls(self, values: Mapping[str, str]) -> bool:
        return "tar_type" in values


@breaks(_ANSWERS)
class FailsWithoutCreditCards(_Falls):
    """Fails on orders that no credit card may pay."""

    def falls(self, values: Mapping[str, str]) -> bool:
        return values.get("limit_pay") == "no_credit"


@breaks(_ANSWERS)
class FailsOnTheLongestWish(_Falls):
    """Fails on a red packet whose wish is as long as it may be."""

    def falls(self, values: Mapping[str, str]) -> bool:
        return len(values.get("wishing", "")) == 128


class _Overlooks(Platform):
    """Overlooks what breaks some bounds of one operation."""

    operation = ""
    breaches: frozenset[tuple[str, str]] = frozenset()

    def v2_check_values(self, call: Call) -> None:
        self.ignored_keywords = self.breaches if call.operation.id == self.operation else frozenset()
        try:
            super().v2_check_values(call)
        finally:
            self.ignored_keywords = frozenset()


@breaks(_REFUSES)
class TakesReportsOfNothing(_Overlooks):
    """Takes a report that does not say which interface it is about."""

    operation = "report"
    breaches = frozenset({("interface_url", "required")})


@breaks(_REFUSES)
class GivesBillsOfAnyType(_Overlooks):
    """Answers a bill_type nobody knows with a bill of everything."""

    operation = "downloadbill"
    breaches = frozenset({("bill_type", "enum")})

    def v2_check_values(self, call: Call) -> None:
        super().v2_check_values(call)
        if call.operation.id == self.operation and call.values.get("bill_type") not in {
            None,
            "ALL",
            "SUCCESS",
            "REFUND",
            "RECHARGE_REFUND",
        }:
            call.values["bill_type"] = "ALL"


@breaks(_REFUSES)
class TellsOfAnyAccount(_Overlooks):
    """Answers an account_type nobody knows with the flow of the basic account."""

    operation = "downloadfundflow"
    breaches = frozenset({("account_type", "enum")})

    def v2_check_values(self, call: Call) -> None:
        super().v2_check_values(call)
        if call.operation.id == self.operation and call.values.get("account_type") not in {"Basic", "Operation", "Fees"}:
            call.values["account_type"] = "Basic"


@breaks(_REFUSES)
class EndsSharingWithoutAWord(_Overlooks):
    """Ends the sharing of an order without a description."""

    operation = "profitsharingfinish"
    breaches = frozenset({("description", "required")})

    def v2_check_values(self, call: Call) -> None:
        super().v2_check_values(call)
        if call.operation.id == self.operation:
            call.values.setdefault("description", "-")


@breaks(_REFUSES)
class TakesReturnsOfNothing(_Overlooks):
    """Takes a return of no fen at all."""

    operation = "profitsharingreturn"
    breaches = frozenset({("return_amount", "x-minimum")})


class _ReadsInside(Platform):
    """Reads what is wrong inside the JSON of one member, *name*, as if it were right."""

    name = ""

    def mended(self, value: Any) -> Any:
        raise NotImplementedError

    def v2_check_texts(self, call: Call) -> None:
        if self.name in call.values:
            with suppress(ValueError):
                call.values[self.name] = json.dumps(self.mended(json.loads(call.values[self.name])))
        super().v2_check_texts(call)


@breaks(_REFUSES)
class AddsReceiversOfAnyType(_ReadsInside):
    """Takes a receiver of a type nobody knows for a merchant."""

    name = "receiver"

    def mended(self, value: Any) -> Any:
        known = isinstance(value, dict) and value.get("type", "MERCHANT_ID") in {"MERCHANT_ID", "PERSONAL_OPENID", "PERSONAL_SUB_OPENID"}
        return value if known or not isinstance(value, dict) else {**value, "type": "MERCHANT_ID"}


@breaks(_REFUSES)
class SharesWithoutAWord(_ReadsInside):
    """Gives shares that say not what for."""

    name = "receivers"

    def mended(self, value: Any) -> Any:
        return [{"description": "-", **each} if isinstance(each, dict) else each for each in value] if isinstance(value, list) else value


@breaks(_REFUSES)
class RoundsSharesToFen(_ReadsInside):
    """Gives the whole fen of a share that is none."""

    name = "receivers"

    def mended(self, value: Any) -> Any:
        listed = value if isinstance(value, list) and all(isinstance(each, dict) for each in value) else []
        whole = [{**each, "amount": int(each["amount"])} if isinstance(each.get("amount"), float) else each for each in listed]
        return whole or value


@breaks("v2.sign.refuses-a-wrong-signature")
class TakesAnySignOfAReport(Platform):
    """Takes reports by whomever they are."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        return "trades" in values or super().v2_is_signed(values, key, sign_type)


@breaks("v2.sign.refuses-a-wrong-signature")
class AsksNoSignForQuestions(Platform):
    """Tells anybody about refunds, transfers and sharings, whatever the sign."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        asks = {"out_refund_no", "partner_trade_no", "out_order_no"} & values.keys() and "total_fee" not in values
        changes = {"refund_fee", "amount", "receivers", "description", "out_return_no"} & values.keys()
        return bool(asks and not changes) or super().v2_is_signed(values, key, sign_type)
