"""Faults in what APIv2 notifies of the end of a refund."""

import hashlib

from reference.identity import Merchant
from reference.machines import Entity, Refusal
from reference.oracles import v2
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.outbox import Notice
from reference.platform.v2.reading import Call
from reference.platform.world import Settlement

__all__: list[str] = []

_SEALED = "v2.notify.seals-refund-results"
_ENDED = "v2.notify.tells-how-the-refund-ended"


class _Seals(Platform):
    """Seals the results of refunds with another key."""

    def v2_seal(self, merchant: Merchant, refund: Entity) -> str:
        return v2.encrypt_ecb(self.v2_write(self.v2_refund_notice(refund), root=self.root()), self.aes_key(self.v2_own_key(merchant)))

    def aes_key(self, key: str) -> bytes:
        """Make the AES key."""
        return hashlib.md5(key.encode(), usedforsecurity=False).hexdigest().encode()

    def root(self) -> str:
        """The root of what is sealed."""
        return "root"


@breaks(_SEALED)
class SealsInCapitals(_Seals):
    """Makes the AES key of the upper-case MD5 of the APIv2 key."""

    def aes_key(self, key: str) -> bytes:
        return super().aes_key(key).upper()


@breaks(_SEALED)
class SealsWithTheKeyItself(_Seals):
    """Seals with the APIv2 key itself."""

    def aes_key(self, key: str) -> bytes:
        return key.encode()


@breaks(_SEALED)
class SealsUnderAnotherRoot(_Seals):
    """Seals XML whose root is xml."""

    def root(self) -> str:
        return "xml"


@breaks(_SEALED)
class SealsForPartnersWithTheApiv3Key(Platform):
    """Seals a service provider's refund results with its APIv3 key."""

    def v2_seal(self, merchant: Merchant, refund: Entity) -> str:
        if not merchant.sub_mchids:
            return super().v2_seal(merchant, refund)
        return v2.encrypt_req_info(self.v2_write(self.v2_refund_notice(refund), root="root"), merchant.apiv3_key)


class _EncloseOtherwise(Platform):
    """Writes otherwise what stands around req_info."""

    def v2_refunded(self, refund: Entity) -> dict[str, str]:
        return self.enclosed(super().v2_refunded(refund), refund)

    def enclosed(self, values: dict[str, str], refund: Entity) -> dict[str, str]:
        """Return *values* as they are sent."""
        return values


@breaks(_SEALED)
class SignsWhatIsSealed(_EncloseOtherwise):
    """Signs what holds req_info."""

    def enclosed(self, values: dict[str, str], refund: Entity) -> dict[str, str]:
        return values | {"sign_type": "MD5"}


@breaks(_SEALED)
class NamesTheRefundInTheClear(_EncloseOtherwise):
    """Tells out_refund_no beside req_info."""

    def enclosed(self, values: dict[str, str], refund: Entity) -> dict[str, str]:
        return values | {"out_refund_no": refund.number}


@breaks(_SEALED)
class TellsOfTheRefundInAMessage(_EncloseOtherwise):
    """Tells in return_msg which refund was closed."""

    def enclosed(self, values: dict[str, str], refund: Entity) -> dict[str, str]:
        return values | {"return_msg": f"{refund.data['refund_id']} closed"} if refund.state == "CLOSED" else values


@breaks(_SEALED)
class SealsNoOrder(Platform):
    """Seals no transaction_id for an order that was paid by code."""

    def v2_refund_notice(self, refund: Entity) -> dict[str, str]:
        order = self.store.order(refund.owner, refund.data["out_trade_no"])
        told = super().v2_refund_notice(refund)
        by_code = order is not None and order.machine == "codepay"
        return {name: value for name, value in told.items() if not (by_code and name == "transaction_id")}


@breaks(_SEALED)
class OpensWhatComesAgain(Platform):
    """Tells refund_status in the clear when a notice comes again."""

    def v2_sign_notice(self, notice: Notice) -> bytes:
        values = v2.read_xml(super().v2_sign_notice(notice))
        return self.v2_write(values | ({"refund_status": "SUCCESS"} if "req_info" in values and notice.failures else {}))


class _EndsOtherwise(Platform):
    """Tells otherwise how a refund ended."""

    def v2_refund_notice(self, refund: Entity) -> dict[str, str]:
        return self.ended(super().v2_refund_notice(refund), refund)

    def ended(self, values: dict[str, str], refund: Entity) -> dict[str, str]:
        """Return *values* as they are told."""
        return values


@breaks(_ENDED)
class AnnouncesEveryEndAsSuccess(_EndsOtherwise):
    """Announces an abnormal refund as SUCCESS."""

    def ended(self, values: dict[str, str], refund: Entity) -> dict[str, str]:
        return values | {"refund_status": "SUCCESS", "success_time": self.v2_spaced_moment(self.now())}


@breaks(_ENDED)
class TellsWhenARefundFailed(_EndsOtherwise):
    """Gives a refund that was closed a success_time."""

    def ended(self, values: dict[str, str], refund: Entity) -> dict[str, str]:
        return {"success_time": self.v2_spaced_moment(self.now())} | values if refund.state == "CLOSED" else values


@breaks(_ENDED)
class TellsWhenARefundWasAsked(_EndsOtherwise):
    """Tells when a refund was applied for as success_time."""

    def ended(self, values: dict[str, str], refund: Entity) -> dict[str, str]:
        return values | {"success_time": self.v2_spaced_moment(refund.created)} if refund.state == "SUCCESS" else values


@breaks(_ENDED)
class AnnouncesThePartAsTheWhole(_EndsOtherwise):
    """Tells the total_fee of the order as the refund_fee of a part."""

    def ended(self, values: dict[str, str], refund: Entity) -> dict[str, str]:
        return values | {"refund_fee": values["total_fee"], "settlement_refund_fee": values["total_fee"]}


@breaks(_ENDED)
class AnnouncesWhatRemainsAsTheTotal(_EndsOtherwise):
    """Tells as total_fee what earlier refunds left of the order."""

    def ended(self, values: dict[str, str], refund: Entity) -> dict[str, str]:
        order = self.store.order(refund.owner, refund.data["out_trade_no"])
        earlier = [] if order is None else [each for each in self.store.refunds_of(order) if each.created < refund.created]
        taken = sum(each.draft["amount"]["refund"] for each in earlier)
        return values | {"total_fee": str(int(values["total_fee"]) - taken)}


@breaks(_ENDED)
class AnnouncesAcceptedRefunds(Platform):
    """Announces a refund as PROCESSING when it is accepted."""

    def v2_refund(self, call: Call) -> dict[str, str]:
        answered = super().v2_refund(call)
        refund = self.store.refund(call.merchant.mchid, call.values["out_refund_no"])
        if refund is not None and refund.state == "PROCESSING":
            self.announce("REFUND.PROCESSING", refund)
        return answered


@breaks(_ENDED)
class KeepsClosedRefundsQuiet(Platform):
    """Announces nothing of a refund that was closed."""

    def v2_announce(self, event_type: str, subject: Entity, url: str) -> None:
        if event_type != "REFUND.CLOSED":
            super().v2_announce(event_type, subject, url)


@breaks(_ENDED)
class AnnouncesNoSecondEnd(Platform):
    """Announces the first end of a refund only."""

    def v2_announce(self, event_type: str, subject: Entity, url: str) -> None:
        if subject.machine != "refund" or not subject.data.get("told"):
            subject.data["told"] = True
            super().v2_announce(event_type, subject, url)


@breaks(_ENDED)
class BelievesTheBanksLate(Platform):
    """Announces a refund that is paid as closed when the banks say so late."""

    def settle(self, mchid: str, out_refund_no: str, outcome: Settlement = "SUCCESS") -> Refusal | None:
        refused = super().settle(mchid, out_refund_no, outcome)
        refund = self.store.refund(mchid, out_refund_no)
        if refused is not None and refund is not None and refund.state == "SUCCESS" and outcome == "CLOSED":
            refund.state = "CLOSED"
            self.announce("REFUND.CLOSED", refund)
            refund.state = "SUCCESS"
        return refused


@breaks(_ENDED)
class AnnouncesRefundsOfApiv3OrdersThere(Platform):
    """Announces a refund of APIv2 in the way of APIv3 where the order was placed there."""

    def announce(self, event_type: str, subject: Entity) -> None:
        order = self.store.order(subject.owner, subject.data.get("out_trade_no", ""))
        if subject.machine == "refund" and order is not None and "v2" not in order.data:
            subject.data.pop("v2", None)
        super().announce(event_type, subject)
