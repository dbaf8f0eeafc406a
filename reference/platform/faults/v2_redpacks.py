"""Faults in what red packets of APIv2 may be sent, and how often."""

from collections.abc import Mapping
from typing import Any

from reference.identity import Merchant
from reference.machines import Case, Entity, Machine
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []

_BOUNDS = "v2.redpack.keeps-its-amount-bounds"
_NUMBERS = "v2.redpack.refuses-malformed-mch-billno"
_ONCE = "v2.redpack.sends-a-number-once"
_CHANGED = "v2.redpack.refuses-changed-parameters"
_LIMITS = "v2.redpack.limits-what-a-user-gets"


@breaks(_BOUNDS)
class SendsCentsFromMiniPrograms(Platform):
    """Has no lower bound for packets that a mini program hands over."""

    def v2_check_amount(self, call: Call, amount: int, heads: int) -> None:
        super().v2_check_amount(call, max(amount, 100) if call.operation.id == "sendminiprogramhb" else amount, heads)


@breaks(_BOUNDS)
class SendsAFenTooMuchForOthers(Platform):
    """Lets service providers send a fen more than 200 yuan."""

    def v2_check_amount(self, call: Call, amount: int, heads: int) -> None:
        super().v2_check_amount(call, amount - 1 if "sub_mch_id" in call.values and amount > 20_000 else amount, heads)


@breaks(_BOUNDS)
class ReadsScenesInSmallLetters(Platform):
    """Knows a scene_id in small letters, too."""

    def v2_check_values(self, call: Call) -> None:
        if "scene_id" in call.values:
            call.values["scene_id"] = call.values["scene_id"].upper()
        super().v2_check_values(call)


@breaks(_BOUNDS)
class SendsOnePacketForThree(Platform):
    """Sends one packet where a normal one is asked for several people."""

    def v2_check_values(self, call: Call) -> None:
        if call.operation.id == "sendredpack" and call.values.get("total_num", "").isdigit() and int(call.values["total_num"]) > 1:
            call.values["total_num"] = "1"
        super().v2_check_values(call)


@breaks(_NUMBERS)
class CutsLongBillnos(Platform):
    """Cuts an mch_billno that is too long."""

    def v2_check_values(self, call: Call) -> None:
        if "mch_billno" in call.values:
            call.values["mch_billno"] = call.values["mch_billno"][:28]
        super().v2_check_values(call)


@breaks(_NUMBERS)
class InventsBillnosForGroups(Platform):
    """Makes up the mch_billno of a group packet that has none."""

    def v2_check_values(self, call: Call) -> None:
        if call.operation.id == "sendgroupredpack":
            call.values.setdefault("mch_billno", self.nonce(28))
        super().v2_check_values(call)


@breaks(_NUMBERS)
class TakesDigitsOfAnyScript(Platform):
    """Takes letters and digits of any script for an mch_billno."""

    ignored_keywords = frozenset({("mch_billno", "pattern")})

    def v2_check_values(self, call: Call) -> None:
        super().v2_check_values(call)
        if not call.values.get("mch_billno", "x").isalnum():
            raise self.bad_parameter("mch_billno", "holds other characters than letters and digits", "body")


@breaks(_ONCE)
class SendsAgainWhatWasOpened(Platform):
    """Sends a packet anew when its number comes again after it was opened."""

    def v2_pay_out(self, call: Call, machine: Machine, number: str, draft: dict[str, Any], cost: int, **facts: Any) -> Entity:
        known = self.store.find(machine.name, call.merchant.mchid, number)
        if known is not None and known.state == "RECEIVED":
            known.state = "SENT"
            known.data["receipts"] = []
        return super().v2_pay_out(call, machine, number, draft, cost, **facts)


@breaks(_ONCE)
class TakesTheMoneyOfEachPacketAgain(Platform):
    """Takes the money again when a red packet is asked for again."""

    def v2_pay_out(self, call: Call, machine: Machine, number: str, draft: dict[str, Any], cost: int, **facts: Any) -> Entity:
        if machine.name == "redpack" and self.store.find(machine.name, call.merchant.mchid, number) is not None:
            self.v2_take(call.merchant.mchid, cost)
        return super().v2_pay_out(call, machine, number, draft, cost, **facts)


@breaks(_ONCE)
class NamesAGroupPacketAnew(Platform):
    """Gives a group packet another send_listid when it is asked for again."""

    def v2_sent(self, packet: Entity) -> dict[str, str]:
        sent = super().v2_sent(packet)
        if packet.draft["kind"] == "GROUP":
            packet.data["send_listid"] = self.fresh_id("1000", lambda found: self.store.by_id("redpack", found))
        return sent


@breaks(_ONCE)
class TakesTheMoneyOnDeliveryToo(Platform):
    """Takes the money when a packet is sent, and again when one that was held up is delivered."""

    def follow(self, event: str, subject: Entity, facts: Mapping[str, Any]) -> None:
        super().follow(event, subject, facts)
        if event == "deliver":
            self.v2_take(subject.owner, subject.data["cost"])


@breaks(_CHANGED)
class ChangesWhatCameBack(Platform):
    """Takes another request for the same one when the packet has come back."""

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        if event == "send" and case.subject is not None and case.subject.state == "REFUND":
            return frozenset({"payout-changed"})
        return super().overlooks(event, case)


@breaks(_CHANGED)
class TellsTheSecondWinnerToo(Platform):
    """Answers for the same packet when only the payee is another."""

    def overlooks(self, event: str, case: Case) -> frozenset[str]:
        known = case.subject
        if event == "send" and known is not None and case.draft.get("re_openid") != known.draft.get("re_openid"):
            return frozenset({"payout-changed"})
        return super().overlooks(event, case)


@breaks(_CHANGED)
class RefusesAndChangesAllTheSame(Platform):
    """Refuses another amount under a used number, and writes it down nevertheless."""

    def v2_pay_out(self, call: Call, machine: Machine, number: str, draft: dict[str, Any], cost: int, **facts: Any) -> Entity:
        try:
            return super().v2_pay_out(call, machine, number, draft, cost, **facts)
        except Refused:
            known = self.store.find(machine.name, call.merchant.mchid, number)
            if known is not None and machine.name == "redpack":
                known.draft["total_amount"] = draft["total_amount"]
            raise


@breaks(_CHANGED)
class PaysForARefusedPacket(Platform):
    """Takes the money of a packet that it refuses because its number was used."""

    def v2_pay_out(self, call: Call, machine: Machine, number: str, draft: dict[str, Any], cost: int, **facts: Any) -> Entity:
        try:
            return super().v2_pay_out(call, machine, number, draft, cost, **facts)
        except Refused as refused:
            if refused.refusal.name == "payout-changed" and machine.name == "redpack":
                self.v2_take(call.merchant.mchid, cost)
            raise


@breaks(_LIMITS)
class SendsElevenADay(Platform):
    """Sends a user eleven packets a day."""

    def v2_of_today(self, owner: str, openid: str) -> dict[str, int]:
        today = super().v2_of_today(owner, openid)
        return today | {"packets": today["packets"] - 1}


@breaks(_LIMITS)
class LimitsMerchantsOnly(Platform):
    """Counts nothing of what a service provider sends."""

    def v2_of_today(self, owner: str, openid: str) -> dict[str, int]:
        today = super().v2_of_today(owner, openid)
        return dict.fromkeys(today, 0) if self.merchant(owner).sub_mchids else today


@breaks(_LIMITS)
class CountsPacketsNotMoney(Platform):
    """Counts the packets of a user, not the money in them."""

    def v2_of_today(self, owner: str, openid: str) -> dict[str, int]:
        return super().v2_of_today(owner, openid) | {"received": 0}


@breaks(_LIMITS)
class CountsByGreenwichDays(Platform):
    """Counts packets from midnight in Greenwich, which is eight in Beijing."""

    def v2_day(self) -> str:
        return str(self.now() // 86_400)


@breaks(_LIMITS)
class CountsTheMerchantForTheUser(Platform):
    """Counts the packets of all users where it should count those of one."""

    def v2_of_today(self, owner: str, openid: str) -> dict[str, int]:
        return super().v2_of_today(owner, openid) | {"packets": len(self.store.belonging("redpack", owner, self.v2_day()))}


@breaks(_LIMITS)
class SendsAsFastAsAsked(Platform):
    """Knows no rate."""

    def throttle(self, merchant: Merchant) -> None:
        return None
