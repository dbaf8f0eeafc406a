"""Red packets of APIv2: sent to one person or shared out among several, opened, or back with the merchant after a day."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from reference.machines import REDPACK, Entity
from reference.machines.redpack import A_DAY
from reference.platform.bills import beijing
from reference.platform.v2 import refusals
from reference.platform.v2.payouts import V2Payouts
from reference.platform.v2.reading import Call
from reference.platform.v2.translating import number
from reference.platform.wire import Refused

__all__ = ["V2Redpacks"]

_LEAST: Final = 100
_MOST: Final = 20_000
_FEWEST: Final = 3
_ON_THE_WAY_BACK: Final = 3600
"""Seconds in which the money of an unopened red packet comes back."""
_ROW: Final = "hblist/"


class V2Redpacks(V2Payouts):
    """Sends red packets, and shows them."""

    def v2_handlers(self) -> Mapping[str, Callable[[Call], dict[str, str] | bytes]]:
        """What answers each operation, those of red packets too."""
        return {
            **super().v2_handlers(),
            "sendredpack": self.v2_send_redpack,
            "sendgroupredpack": self.v2_send_redpack,
            "sendminiprogramhb": self.v2_hand_over_redpack,
            "gethbinfo": self.v2_show_redpack,
        }

    # sending

    def v2_send_redpack(self, call: Call) -> dict[str, str]:
        """Send a red packet, or answer for the same one again."""
        packet = self.v2_redpack(call)
        return self.v2_sent(packet)

    def v2_hand_over_redpack(self, call: Call) -> dict[str, str]:
        """Send a red packet that a mini program opens with the package it is given."""
        packet = self.v2_redpack(call)
        sent = self.v2_sent(packet)
        return sent | {"package": f"sendid={sent['send_listid']}&ver=8&sign={packet.data['token']}&mchid={packet.owner}&spid="}

    def v2_redpack(self, call: Call) -> Entity:
        """Return the red packet *call* asks for."""
        amount, heads = number(call.values, "total_amount"), number(call.values, "total_num")
        group = call.operation.id == "sendgroupredpack"
        if group and heads < _FEWEST:
            raise self.bad_parameter("total_num", f"fewer than {_FEWEST}", "body")
        self.v2_check_amount(call, amount, heads if group else 1)
        own = {"total_amount": amount, "total_num": heads, "kind": "GROUP" if group else "NORMAL", "by": call.operation.id}
        facts = self.v2_of_today(call.merchant.mchid, call.values["re_openid"])
        part = amount // heads if group else amount
        return self.v2_pay_out(call, REDPACK, call.values["mch_billno"], self.v2_draft(call, **own), amount, part=part, **facts)

    def v2_check_amount(self, call: Call, amount: int, heads: int) -> None:
        """Refuse less than a yuan a head, and more than 200 yuan; a scene has bounds of the merchant's setting, which are wide here."""
        scene = "scene_id" in call.values
        if (amount < _LEAST * heads and (heads > 1 or not scene)) or (amount > _MOST * heads and not scene):
            raise Refused(refusals.AMOUNT_LIMIT, {"field": "total_amount"})

    def v2_of_today(self, owner: str, openid: str) -> dict[str, int]:
        """What the merchant has sent today, in fen, and what the user of *openid* has got of it, in fen and in packets."""
        counted = [packet for packet in self.store.belonging("redpack", owner, self.v2_day()) if packet.state != "FAILED"]
        theirs = [packet for packet in counted if packet.draft["re_openid"] == openid]
        return {
            "sent": sum(packet.draft["total_amount"] for packet in counted),
            "received": sum(packet.draft["total_amount"] // packet.data["heads"] for packet in theirs),
            "packets": len(theirs),
        }

    def v2_day(self) -> str:
        """Today in Beijing."""
        return f"{beijing(self.now()):%Y%m%d}"

    def v2_begin(self, payout: Entity) -> None:
        """Write down what a red packet has from the beginning: its id, and how many people it is for."""
        super().v2_begin(payout)
        if payout.machine != "redpack":
            return
        payout.data |= {
            "send_listid": self.fresh_id("1000", lambda found: self.store.by_id("redpack", found)),
            "token": self.nonce(),
            "day": self.v2_day(),
            "sent_at": self.now(),
            "heads": payout.draft["total_num"] if payout.draft["kind"] == "GROUP" else 1,
            "receipts": [],
        }

    def v2_sent(self, packet: Entity) -> dict[str, str]:
        """Return the answer to sending *packet*; one that is on its way, or did not get there, is no success."""
        if packet.state == "SENDING":
            raise Refused(refusals.STILL_SENDING)
        if packet.state == "FAILED":
            raise Refused(refusals.SEND_FAILED)
        return {
            "mch_billno": packet.number,
            "re_openid": packet.draft["re_openid"],
            "total_amount": str(packet.draft["total_amount"]),
            "send_listid": packet.data["send_listid"],
        }

    # what becomes of them

    def expect(self, subject: Entity) -> None:
        """Remember what befalls *subject*: a red packet nobody opens goes back after a day."""
        super().expect(subject)
        if subject.machine != "redpack":
            return
        if subject.state == "SENT":
            self.watch(subject, "expire", subject.data["sent_at"] + self.v2_life_of_a_redpack())
        elif subject.state == "RFUND_ING":
            self.watch(subject, "come_back", subject.data["expired_at"] + _ON_THE_WAY_BACK)

    def v2_life_of_a_redpack(self) -> int:
        """For how many seconds a red packet can be opened."""
        return A_DAY

    def follow(self, event: str, subject: Entity, facts: Mapping[str, Any]) -> None:
        """Write down what came with *event*: who got how much of a red packet, and what went back."""
        super().follow(event, subject, facts)
        if subject.machine != "redpack":
            return
        if event in {"share", "open"}:
            self.v2_receive(subject, str(facts.get("openid", "")))
        elif event == "deliver":
            subject.data["sent_at"] = self.now()
            self.expect(subject)
        elif event == "expire":
            subject.data["expired_at"] = self.now()
            self.expect(subject)
        elif event == "come_back":
            left = self.v2_left(subject)
            subject.data |= {"refunded_at": self.now(), "refund_amount": left}
            self.v2_give_back(subject, left)

    def v2_receive(self, packet: Entity, openid: str) -> None:
        """Give the next share of *packet* to the user of *openid*; without one it is who the packet was sent to, or somebody else."""
        receipts = packet.data["receipts"]
        if not openid:
            openid = f"o{self.nonce(27)}" if receipts else packet.draft["re_openid"]
        receipts.append({"openid": openid, "amount": self.v2_packet_share(packet), "at": self.now()})

    def v2_packet_share(self, packet: Entity) -> int:
        """What the next who opens *packet* finds, in fen: all that is left for the last, else up to twice the average, at least a fen."""
        left, others = self.v2_left(packet), packet.data["heads"] - len(packet.data["receipts"]) - 1
        return left if others == 0 else self.random.randint(1, min(2 * left // (others + 1), left - others))

    def v2_left(self, packet: Entity) -> int:
        """What nobody has received of *packet*, in fen."""
        total: int = packet.draft["total_amount"]
        received: int = sum(receipt["amount"] for receipt in packet.data["receipts"])
        return total - received

    # showing

    def v2_show_redpack(self, call: Call) -> dict[str, str]:
        """Show a red packet, and who opened it."""
        packet = self.v2_payout(call, "redpack", call.values["mch_billno"])
        shown = {
            "mch_billno": packet.number,
            "detail_id": packet.data["send_listid"],
            "status": self.v2_redpack_status(packet),
            "send_type": "API",
            "hb_type": packet.draft["kind"],
            "total_num": str(packet.draft["total_num"]),
            "total_amount": str(packet.draft["total_amount"]),
            "reason": packet.data.get("reason", ""),
            "send_time": self.v2_spaced_moment(packet.data["sent_at"]),
            **{name: packet.draft[name] for name in ("wishing", "remark", "act_name")},
        }
        if "refunded_at" in packet.data:
            shown |= {"refund_time": self.v2_spaced_moment(packet.data["refunded_at"]), "refund_amount": str(packet.data["refund_amount"])}
        return {name: value for name, value in shown.items() if value} | self.v2_show_receipts(packet)

    def v2_redpack_status(self, packet: Entity) -> str:
        """The state of *packet*."""
        return packet.state

    def v2_show_receipts(self, packet: Entity) -> dict[str, str]:
        """Who opened *packet*: elements inside an element, each named by its way from the root."""
        shown: dict[str, str] = {}
        for position, receipt in enumerate(packet.data["receipts"]):
            row = {"openid": receipt["openid"], "amount": str(receipt["amount"]), "rcv_time": self.v2_spaced_moment(receipt["at"])}
            shown |= {f"{_ROW}{position}/{name}": value for name, value in row.items()}
        return shown

    def v2_write(self, values: Mapping[str, str], *, root: str = "xml") -> bytes:
        """Return the message of *values* as XML, the one list of APIv2 that is made of elements inside elements too."""
        write = super().v2_write
        written = write({name: value for name, value in values.items() if not name.startswith(_ROW)}, root=root)
        rows: dict[str, dict[str, str]] = {}
        for way, value in values.items():
            if way.startswith(_ROW):
                position, _, name = way.removeprefix(_ROW).partition("/")
                rows.setdefault(position, {})[name] = value
        if not rows:
            return written
        inside = b"".join(write(row, root="hbinfo") for row in rows.values())
        return b"%b<hblist>%b</hblist></%b>" % (written.removesuffix(f"</{root}>".encode()), inside, root.encode())
