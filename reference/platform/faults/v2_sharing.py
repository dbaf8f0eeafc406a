"""Faults in how profit sharing is signed, of which orders it is, and to whom."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from reference.contract import Operation, Schema
from reference.machines import Entity
from reference.machines.sharing import MOST_RECEIVERS
from reference.oracles import v2
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2.certificates import shown_certificate
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []


@breaks("v2.sharing.takes-hmac-only")
class TakesMd5WhereNoMoneyMoves(Platform):
    """Takes MD5, too, where no certificate is asked for."""

    def v2_sign_type(self, operation: Operation, values: Mapping[str, str]) -> v2.SignType:
        if operation.group == "sharing" and not operation.client_cert and values.get("sign_type") == "MD5":
            return "MD5"
        return super().v2_sign_type(operation, values)

    def v2_check_values(self, call: Call) -> None:
        if call.operation.group == "sharing":
            call.values["sign_type"] = "HMAC-SHA256"
        super().v2_check_values(call)


@breaks("v2.sharing.takes-hmac-only")
class SharesWithoutASignType(Platform):
    """Takes a sharing that names no sign_type for signed by HMAC-SHA256."""

    def v2_sign_type(self, operation: Operation, values: Mapping[str, str]) -> v2.SignType:
        if operation.group == "sharing" and "sign_type" not in values:
            return "HMAC-SHA256"
        return super().v2_sign_type(operation, values)

    def v2_check_values(self, call: Call) -> None:
        if call.operation.group == "sharing":
            call.values.setdefault("sign_type", "HMAC-SHA256")
        super().v2_check_values(call)


@breaks("v2.sharing.takes-hmac-only")
class TakesReturnsOfServiceProvidersByMd5(Platform):
    """Takes a return of a service provider whatever it was signed by."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        lax = "out_return_no" in values and "sub_mch_id" in values
        return super().v2_is_signed(values, key, sign_type) or (lax and v2.verify(values, key, "MD5"))


@breaks("v2.sharing.takes-hmac-only")
class VerifiesListsAsItWouldWriteThem(Platform):
    """Verifies a list of receivers as it would have written it, too."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: v2.SignType) -> bool:
        if super().v2_is_signed(values, key, sign_type):
            return True
        try:
            written = json.dumps(json.loads(values["receivers"]), ensure_ascii=False)
        except (KeyError, ValueError):
            return False
        return super().v2_is_signed({**values, "receivers": written}, key, sign_type)


@breaks("v2.sharing.takes-hmac-only")
class ReadsListsOnOneLineOnly(Platform):
    """Finds no JSON in a list that goes over several lines."""

    def v2_fits(self, call: Call, name: str, schema: Schema) -> bool:
        return super().v2_fits(call, name, schema) and not (name == "receivers" and "\n" in call.values[name])


@breaks("v2.sharing.needs-a-marked-order")
class SharesEveryOrder(Platform):
    """Freezes the money of every order, placed for sharing or not."""

    def is_for_sharing(self, order: Entity) -> bool:
        return True


@breaks("v2.sharing.needs-a-marked-order")
class SharesEveryCodePayment(Platform):
    """Shares orders paid by code without their being placed for that."""

    def is_for_sharing(self, order: Entity) -> bool:
        return order.machine == "codepay" or super().is_for_sharing(order)


@breaks("v2.sharing.needs-a-marked-order")
class TakesANoForAMark(Platform):
    """Takes profit_sharing N for Y: what counts is that it was said."""

    def is_for_sharing(self, order: Entity) -> bool:
        return "settle_info" in order.draft


@breaks("v2.sharing.needs-a-marked-order")
class OverlooksMarksOfApiv3(Platform):
    """Shares only what was placed through APIv2."""

    def is_for_sharing(self, order: Entity) -> bool:
        return "v2" in order.data and super().is_for_sharing(order)


@breaks("v2.sharing.needs-a-marked-order")
class SharesReversedOrders(Platform):
    """Shares what the payer got back by a reversal."""

    overlooked = frozenset({"sharing-unpaid"})

    def sharing_facts(self, call: Call, order: Entity | None, receivers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        facts = super().sharing_facts(call, order, receivers)
        if order is not None and order.state == "REVOKED":
            facts |= {"funds": "FROZEN", "left": self.held(order)}
        return facts


@breaks("v2.sharing.needs-a-marked-order")
class SharesWhatNeverWas(Platform):
    """Says that it shared an order that does not exist."""

    def v2_share(self, call: Call) -> dict[str, str]:
        try:
            return super().v2_share(call)
        except Refused as refused:
            if refused.refusal.name != "order-unknown":
                raise
            return {"transaction_id": call.values["transaction_id"], "out_order_no": call.values["out_order_no"], "order_id": "30080000"}


@breaks("v2.sharing.needs-an-added-receiver")
class SharesToAnybody(Platform):
    """Shares to whoever is named."""

    overlooked = frozenset({"receiver-not-added"})


@breaks("v2.sharing.needs-an-added-receiver")
class SharesToRemovedReceivers(Platform):
    """Remembers receivers that were removed."""

    def is_receiver(self, call: Call, receiver: Mapping[str, Any]) -> bool:
        return self.store.find("receiver", call.merchant.mchid, self.receiver_number(call, receiver)) is not None


@breaks("v2.sharing.needs-an-added-receiver")
class LooksAtTheFirstReceiverOnly(Platform):
    """Looks only whether the first of the receivers was added."""

    def sharing_facts(self, call: Call, order: Entity | None, receivers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        facts = super().sharing_facts(call, order, receivers)
        known = [share["account"] for share in receivers[:1]]
        return facts | {"strangers": [account for account in facts.get("strangers", ()) if account in known]}


@breaks("v2.sharing.needs-an-added-receiver")
class SharesToReceiversOfOthers(Platform):
    """Knows receivers whoever added them."""

    def is_receiver(self, call: Call, receiver: Mapping[str, Any]) -> bool:
        return any(known.state == "ADDED" and known.draft["account"] == receiver["account"] for known in self.store.every("receiver"))


@breaks("v2.sharing.needs-an-added-receiver")
class LetsSubMerchantsHaveReceiversInCommon(Platform):
    """Takes the receivers of one sub-merchant for those of all."""

    def receiver_number(self, call: Call, receiver: Mapping[str, Any]) -> str:
        return f"{receiver['type']}/{receiver['account']}"


@breaks("v2.sharing.needs-an-added-receiver")
class RefusesToAddAgain(Platform):
    """Refuses to add a receiver that was added."""

    def v2_add_receiver(self, call: Call) -> dict[str, str]:
        if self.is_receiver(call, self.v2_asked_receiver(call)):
            raise self.bad_parameter("receiver", "was added before", "body")
        return super().v2_add_receiver(call)


@breaks("v2.sharing.needs-an-added-receiver")
class TakesFromWhomItRemoves(Platform):
    """Lets what a receiver has not been credited yet fail when it is removed."""

    def v2_remove_receiver(self, call: Call) -> dict[str, str]:
        answer = super().v2_remove_receiver(call)
        account = self.v2_asked_receiver(call)["account"]
        for share in list(self.store.every("share")):
            if share.owner == call.merchant.mchid and share.draft["account"] == account and share.state == "PENDING":
                self.let("share", "fail", share.owner, share.number)
        return answer


@breaks("v2.sharing.needs-an-added-receiver")
class GivesToTheReceiversItKnows(Platform):
    """Shares to those receivers that were added, and leaves the others out."""

    def v2_asked_shares(self, call: Call) -> list[dict[str, Any]]:
        asked = super().v2_asked_shares(call)
        return [share for share in asked if self.may_be_given(call, share)] or asked


@breaks("v2.certificate.refuses-money-going-out-without-it")
class SharesWithoutACertificate(Platform):
    """Asks for no certificate when an order is shared once."""

    def v2_check_certificate(self, call: Call) -> None:
        if call.operation.id != "profitsharing":
            super().v2_check_certificate(call)


@breaks("v2.certificate.refuses-money-going-out-without-it")
class ReturnsByAnyCertificate(Platform):
    """Looks whether there is a certificate when a share is taken back, not whose."""

    def v2_bears_certificate(self, call: Call) -> bool:
        known = call.operation.id == "profitsharingreturn" and shown_certificate(call.request) is not None
        return known or super().v2_bears_certificate(call)


@breaks("v2.sharing.needs-an-added-receiver")
class SharesToAnyNumber(Platform):
    """Gives shares to as many receivers as a list holds."""

    def v2_asked_shares(self, call: Call) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = json.loads(call.values["receivers"])
        return listed if len(listed) > MOST_RECEIVERS else super().v2_asked_shares(call)


@breaks("v2.sharing.needs-an-added-receiver")
class SharesToNobody(Platform):
    """Takes a list of nobody for a sharing."""

    def v2_asked_shares(self, call: Call) -> list[dict[str, Any]]:
        return [] if json.loads(call.values["receivers"]) == [] else super().v2_asked_shares(call)
