"""Faults by which asking about payouts, shares and combined orders of APIv2, or a call that is refused, changes them."""

from collections.abc import Mapping
from typing import Any

from reference.machines import COMBINE, SHARE, SHARING_RETURN, Case, Entity, Machine, Move, Repeat
from reference.machines.sharing import COUNTED
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2.reading import Call
from reference.platform.wire import Refused

__all__: list[str] = []

_READING = "v2.invariant.reading-changes-nothing"
_UNCHANGED = "v2.invariant.refusals-change-nothing"


@breaks(_READING)
class DeliversPacketsThatAreAskedAbout(Platform):
    """Sends a red packet that was held up because somebody asked what became of it."""

    def v2_show_redpack(self, call: Call) -> dict[str, str]:
        shown = super().v2_show_redpack(call)
        packet = self.v2_payout(call, "redpack", call.values["mch_billno"])
        if packet.state == "SENDING":
            packet.state = "SENT"
        return shown


@breaks(_READING)
class CreditsSharesThatAreAskedAbout(Platform):
    """Credits the shares of a service provider when it asks for them, and not before."""

    def v2_query_sharing(self, call: Call) -> dict[str, str]:
        shown = super().v2_query_sharing(call)
        sharing = self.known_sharing(call, call.values["out_order_no"])
        assert sharing is not None  # it was shown
        for share in self.store.belonging("share", sharing.owner, sharing.number):
            if share.state == "PENDING" and "sub_mch_id" in call.values:
                self.change(SHARE, "credit", share, {})
        return shown


@breaks(_READING)
class SettlesReturnsByTheSecondQuestion(Platform):
    """Makes a return when what is left of the order is asked for."""

    def v2_tell_unsplit(self, call: Call) -> dict[str, str]:
        for made in self.store.every("sharing_return"):
            if made.owner == call.merchant.mchid and made.state == "PROCESSING":
                self.change(SHARING_RETURN, "settle", made, {})
        return super().v2_tell_unsplit(call)


class _AfterRefusing(Platform):
    """Does something to what a refused call was about."""

    def regret(self, machine: Machine, case: Case, refusal: str) -> None:
        raise NotImplementedError

    def happen(self, machine: Machine, event: str, case: Case) -> Move | Repeat:
        try:
            return super().happen(machine, event, case)
        except Refused as refused:
            self.regret(machine, case, refused.refusal.name)
            raise


@breaks(_UNCHANGED)
class SendsPacketsItRefuses(_AfterRefusing):
    """Sends a red packet that was held up when its number is refused for another amount."""

    def regret(self, machine: Machine, case: Case, refusal: str) -> None:
        if machine.name == "redpack" and refusal == "payout-changed" and case.subject is not None and case.subject.state == "SENDING":
            case.subject.state = "SENT"


@breaks(_UNCHANGED)
class TakesOverTheWordsOfARefusedReturn(_AfterRefusing):
    """Shows a return with the amount that was refused under its number."""

    def regret(self, machine: Machine, case: Case, refusal: str) -> None:
        if machine.name == "sharing_return" and refusal == "return-changed" and case.subject is not None:
            case.subject.draft["amount"] = case.draft["amount"]


@breaks(_UNCHANGED)
class CountsRefusedSharings(_AfterRefusing):
    """Takes a fen from the order when a sharing is refused for more than is left."""

    def regret(self, machine: Machine, case: Case, refusal: str) -> None:
        if machine.name == "sharing" and refusal == "over-share" and case.order is not None:
            shares = [share for share in self.shares_of(case.order) if share.state in COUNTED]
            for share in shares[:1]:
                share.draft["amount"] += 1


@breaks(_UNCHANGED)
class ClosesBasketsWithoutASign(Platform):
    """Closes the combined order a badly signed call names, and refuses it."""

    def v2_is_signed(self, values: Mapping[str, str], key: str, sign_type: Any) -> bool:
        signed = super().v2_is_signed(values, key, sign_type)
        if not signed and "combine_out_trade_no" in values and "notify_url" not in values:
            whole: Entity | None = self.store.find("combine", values.get("combine_mch_id", ""), values["combine_out_trade_no"])
            if whole is not None and whole.state == "NOTPAY":
                self.change(COMBINE, "close", whole, {})
        return signed


@breaks(_UNCHANGED)
class TakesMoneyBeforeItLooks(Platform):
    """Takes what a transfer costs out of the account before it looks at whether the number was used, and keeps it."""

    def v2_pay_out(self, call: Call, machine: Machine, number: str, draft: dict[str, Any], cost: int, **facts: Any) -> Entity:
        try:
            return super().v2_pay_out(call, machine, number, draft, cost, **facts)
        except Refused:
            if machine.name == "transfer" and self.store.find(machine.name, call.merchant.mchid, number) is not None:
                self.v2_take(call.merchant.mchid, cost)
            raise


@breaks("v2.invariant.money-is-conserved")
class KeepsReversedMoneyFrozen(Platform):
    """Gives the payer the money of a reversed order back, and keeps it frozen for sharing, too."""

    def release(self, order: Entity) -> None:
        if order.state != "REVOKED":
            super().release(order)
