"""Faults in what becomes of red packets of APIv2."""

from dataclasses import replace
from typing import Any

from reference.machines import Case, Entity, Machine, Move, Refusal, Repeat
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.v2.reading import Call
from reference.platform.world import Due

__all__: list[str] = []

_STATES = "v2.redpack.shows-known-states"
_BACK = "v2.redpack.comes-back-unopened"
_SHARED = "v2.redpack.shares-a-group-packet-out"
_A_DAY = 86_400


@breaks(_STATES)
class SpellsTheWayBackRightly(Platform):
    """Calls a packet on its way back REFUNDING, not as the documents spell it."""

    def v2_redpack_status(self, packet: Entity) -> str:
        status = super().v2_redpack_status(packet)
        return "REFUNDING" if status == "RFUND_ING" else status


@breaks(_STATES)
class BooksSentForReceived(Platform):
    """Shows a service provider's packet as received once it is sent."""

    def v2_redpack_status(self, packet: Entity) -> str:
        return "RECEIVED" if packet.state == "SENT" and "sub_mch_id" in packet.draft else super().v2_redpack_status(packet)


@breaks(_STATES)
class FailsWithoutAReason(Platform):
    """Does not say why a packet failed."""

    def v2_show_redpack(self, call: Call) -> dict[str, str]:
        return {name: value for name, value in super().v2_show_redpack(call).items() if name != "reason"}


@breaks(_STATES)
class CallsEveryPacketNormal(Platform):
    """Shows a packet that several share as one for one person."""

    def v2_show_redpack(self, call: Call) -> dict[str, str]:
        return super().v2_show_redpack(call) | {"hb_type": "NORMAL"}


@breaks(_STATES)
class ShowsPacketsToEverybody(Platform):
    """Shows a packet to whoever knows its number."""

    def v2_payout(self, call: Call, machine: str, number: str) -> Entity:
        found = (packet for packet in self.store.every("redpack") if packet.number == number and machine == "redpack")
        return next(found, None) or super().v2_payout(call, machine, number)


@breaks(_STATES)
class SendsAFailedPacketAfterAll(Platform):
    """Delivers a packet that had failed when its number comes again."""

    def v2_sent(self, packet: Entity) -> dict[str, str]:
        if packet.state == "FAILED":
            packet.state = "SENT"
            self.store.save(packet)
        return super().v2_sent(packet)


@breaks(_STATES)
class ForgetsADayLater(Platform):
    """Shows a packet that came back as failed the day after."""

    def v2_redpack_status(self, packet: Entity) -> str:
        late = packet.state == "REFUND" and self.now() - packet.data["refunded_at"] > 4 * _A_DAY
        return "FAILED" if late else super().v2_redpack_status(packet)


@breaks(_BACK)
class WaitsForThreeDays(Platform):
    """Keeps unopened packets for 72 hours, as pages of 2016 have it."""

    def v2_life_of_a_redpack(self) -> int:
        return 3 * _A_DAY


@breaks(_BACK)
class StartsTheDayAnew(Platform):
    """Counts the 24 hours from the last time the packet was asked for."""

    def v2_pay_out(self, call: Call, machine: Machine, number: str, draft: dict[str, Any], cost: int, **facts: Any) -> Entity:
        packet = super().v2_pay_out(call, machine, number, draft, cost, **facts)
        if packet.state == "SENT" and packet.data["sent_at"] != self.now():
            packet.data["sent_at"] = self.now()
            self.expect(packet)
        return packet

    def befall(self, due: Due) -> None:
        packet = self.store.find(due.kind, due.owner, due.number)
        if due.event == "expire" and packet is not None and due.moment < packet.data["sent_at"] + _A_DAY:
            return
        super().befall(due)


@breaks(_BACK)
class GivesBackWhatWasReceived(Platform):
    """Gives all of a packet back, also what some have received of it."""

    def v2_left(self, packet: Entity) -> int:
        return int(packet.draft["total_amount"])


@breaks(_BACK)
class KeepsWhatMiniProgramsSent(Platform):
    """Keeps the money of unopened packets that a mini program handed over."""

    def v2_give_back(self, payout: Entity, amount: int) -> None:
        if payout.draft.get("by") != "sendminiprogramhb":
            super().v2_give_back(payout, amount)


@breaks(_BACK)
class LetsLatecomersOpen(Platform):
    """Lets a packet be opened that is on its way back."""

    def let(self, machine: str, event: str, mchid: str, number: str, **facts: Any) -> Refusal | None:
        packet = self.store.find("redpack", mchid, number) if machine == "redpack" else None
        if event == "open" and packet is not None and packet.state in {"RFUND_ING", "REFUND"}:
            self.v2_receive(packet, "")
            return None
        return super().let(machine, event, mchid, number, **facts)


@breaks(_BACK)
class TellsWhenItWasSentForWhenItCameBack(Platform):
    """Tells the moment of sending as that of coming back."""

    def v2_show_redpack(self, call: Call) -> dict[str, str]:
        shown = super().v2_show_redpack(call)
        return shown | ({"refund_time": shown["send_time"]} if "refund_time" in shown else {})


@breaks(_SHARED)
class SharesAmongTwo(Platform):
    """Lets two people share a packet."""

    def v2_check_values(self, call: Call) -> None:
        if call.operation.id == "sendgroupredpack" and call.values.get("total_num") == "2":
            call.values["total_num"] = "3"
        super().v2_check_values(call)


@breaks(_SHARED)
class CountsTheYuanOfTheFirstThreeOnly(Platform):
    """Demands a yuan for each of three heads, however many there are."""

    def v2_check_amount(self, call: Call, amount: int, heads: int) -> None:
        super().v2_check_amount(call, amount, min(heads, 3) if amount < 100 * heads else heads)


@breaks(_SHARED)
class LosesFenInSharing(Platform):
    """Shares evenly, and loses what does not come out even."""

    def v2_packet_share(self, packet: Entity) -> int:
        return int(packet.draft["total_amount"]) // int(packet.data["heads"])


@breaks(_SHARED)
class LeavesTheLastWithoutAShare(Platform):
    """Gives the last but one of more than four people all that is left."""

    def v2_packet_share(self, packet: Entity) -> int:
        waiting = packet.data["heads"] - len(packet.data["receipts"])
        return self.v2_left(packet) if packet.data["heads"] > 4 and waiting == 2 else super().v2_packet_share(packet)


@breaks(_SHARED)
class SharesEqually(Platform):
    """Takes a group packet whose amt_type it does not know."""

    def v2_check_values(self, call: Call) -> None:
        if call.values.get("amt_type", "").startswith("ALL_"):
            call.values["amt_type"] = "ALL_RAND"
        super().v2_check_values(call)


@breaks(_SHARED)
class ShowsOneReceiverTooFew(Platform):
    """Does not show the last who opened a packet."""

    def v2_show_receipts(self, packet: Entity) -> dict[str, str]:
        shown = super().v2_show_receipts(packet)
        last = f"/{len(packet.data['receipts']) - 1}/"
        return shown if packet.draft["kind"] != "GROUP" else {name: value for name, value in shown.items() if last not in name}


@breaks(_SHARED)
class SharesMoreThanThereIs(Platform):
    """Gives the last who opens a shared packet a fen of its own besides."""

    def v2_packet_share(self, packet: Entity) -> int:
        share = super().v2_packet_share(packet)
        return share + 1 if share == self.v2_left(packet) and packet.draft["kind"] == "GROUP" else share


class _SendsAnew(Platform):
    """Knows nothing of a packet that is on its way back when its number comes again, if *changed* even for other parameters."""

    changed = False

    def happen(self, machine: Machine, event: str, case: Case) -> Move | Repeat:
        gone = machine.name == "redpack" and event == "send" and case.subject is not None and case.subject.state == "RFUND_ING"
        same = gone and case.subject is not None and case.subject.draft == case.draft
        return super().happen(machine, event, replace(case, subject=None) if gone and same is not self.changed else case)


@breaks("v2.redpack.sends-a-number-once")
class SendsAnewWhatIsOnItsWayBack(_SendsAnew):
    """Sends a packet again that is on its way back."""


@breaks("v2.redpack.refuses-changed-parameters")
class FreesTheNumberOfWhatIsOnItsWayBack(_SendsAnew):
    """Sends another packet under the number of one that is on its way back."""

    changed = True


@breaks("v2.redpack.sends-a-number-once")
class CallsAPacketOtherwiseWhenAsked(Platform):
    """Shows a packet for several people under another number than it was sent under."""

    def v2_show_redpack(self, call: Call) -> dict[str, str]:
        shown = super().v2_show_redpack(call)
        return shown if shown["hb_type"] == "NORMAL" else shown | {"detail_id": shown["detail_id"][::-1]}
