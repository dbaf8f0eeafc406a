"""Faults in what a refund looks like."""

from typing import Any

from reference.machines import Entity
from reference.oracles import times
from reference.platform.core import Platform
from reference.platform.faults.registry import breaks
from reference.platform.intake import Ask

__all__: list[str] = []


class _Without(Platform):
    """Shows a refund without some of its members."""

    def misses(self, refund: Entity) -> set[str]:
        return set()

    def show_refund(self, refund: Entity) -> dict[str, Any]:
        missing = self.misses(refund)
        return {name: value for name, value in super().show_refund(refund).items() if name not in missing}


@breaks("v3.refund.carries-its-required-members")
class ShowsNoTransactionId(_Without):
    """Leaves transaction_id out of refunds whose application did not name it."""

    def misses(self, refund: Entity) -> set[str]:
        return {"transaction_id"} - refund.draft.keys()


@breaks("v3.refund.carries-its-required-members")
class ShowsNoChannelOfABouncedRefund(_Without):
    """Leaves channel and user_received_account out of a refund that is ABNORMAL."""

    def misses(self, refund: Entity) -> set[str]:
        return {"channel", "user_received_account"} if refund.state == "ABNORMAL" else set()


@breaks("v3.refund.carries-its-required-members")
class ShowsNoSettlementOfSubMerchants(Platform):
    """Leaves the settled amounts out of a service provider's refunds."""

    def refund_amount(self, refund: Entity) -> dict[str, Any]:
        amount = super().refund_amount(refund)
        return amount if "sub_mchid" not in refund.draft else {name: amount[name] for name in amount if not name.startswith("settlement")}


@breaks("v3.refund.carries-its-required-members")
class AnswersAnApplicationBriefly(Platform):
    """Answers an application with refund_id and status, and leaves the rest to the query."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_refund_apply(ask)
        return status, {name: shown[name] for name in ("refund_id", "out_refund_no", "status", "amount")}


@breaks("v3.refund.carries-its-required-members")
class SwapsTheNumbers(Platform):
    """Shows out_trade_no where out_refund_no belongs when a refund is sent another way."""

    def do_refund_apply_abnormal(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_refund_apply_abnormal(ask)
        return status, shown | {"out_refund_no": shown["out_trade_no"]}


@breaks("v3.refund.carries-its-required-members")
class WritesTimesOfAnotherAge(Platform):
    """Shows create_time as fourteen digits, as APIv2 does."""

    def show_refund(self, refund: Entity) -> dict[str, Any]:
        shown = super().show_refund(refund)
        return shown | {"create_time": shown["create_time"][:19].replace("-", "").replace(":", "").replace("T", "")}


@breaks("v3.refund.carries-its-required-members")
class NamesRefundsAfterTheirOrder(Platform):
    """Gives all refunds of one order the same refund_id."""

    def show_refund(self, refund: Entity) -> dict[str, Any]:
        shown = super().show_refund(refund)
        return shown | {"refund_id": f"5030{shown['transaction_id'][4:]}"}


class _Stamps(Platform):
    """Shows another success_time, or none, where `stamp` says so."""

    def stamp(self, refund: Entity, settled: str | None) -> str | None:
        return settled

    def show_refund(self, refund: Entity) -> dict[str, Any]:
        shown = super().show_refund(refund)
        stamp = self.stamp(refund, shown.pop("success_time", None))
        return shown if stamp is None else shown | {"success_time": stamp}


@breaks("v3.refund.success-time-only-when-settled")
class StampsARefundAtItsStart(_Stamps):
    """Shows create_time as success_time while a refund is PROCESSING."""

    def stamp(self, refund: Entity, settled: str | None) -> str | None:
        return times.format_rfc3339(refund.created) if refund.state == "PROCESSING" else settled


@breaks("v3.refund.success-time-only-when-settled")
class StampsAClosedRefund(_Stamps):
    """Shows a success_time of a CLOSED refund."""

    def stamp(self, refund: Entity, settled: str | None) -> str | None:
        return times.format_rfc3339(self.now()) if refund.state == "CLOSED" else settled


@breaks("v3.refund.success-time-only-when-settled")
class StampsABouncedRefund(_Stamps):
    """Shows a success_time of an ABNORMAL refund."""

    def stamp(self, refund: Entity, settled: str | None) -> str | None:
        return times.format_rfc3339(self.now()) if refund.state == "ABNORMAL" else settled


@breaks("v3.refund.success-time-only-when-settled")
class NeverStampsARefund(_Stamps):
    """Shows no success_time of a refund that succeeded."""

    def stamp(self, refund: Entity, settled: str | None) -> str | None:
        return None


@breaks("v3.refund.success-time-only-when-settled")
class StampsARefundWithThePayment(_Stamps):
    """Shows the time of the payment as success_time of the refund."""

    def stamp(self, refund: Entity, settled: str | None) -> str | None:
        order = self.store.order(refund.owner, refund.data["out_trade_no"])
        return settled if settled is None or order is None else times.format_rfc3339(order.data["paid_at"] - 1)


@breaks("v3.refund.success-time-only-when-settled")
class StampsLocalTime(_Stamps):
    """Shows success_time without a time zone."""

    def stamp(self, refund: Entity, settled: str | None) -> str | None:
        return settled and settled[:19]


class _Words(Platform):
    """Calls states by other words."""

    words: dict[str, str]

    def refund_status(self, refund: Entity) -> str:
        state = super().refund_status(refund)
        return self.words.get(state, state)


@breaks("v3.refund.states-are-known")
class SaysClose(_Words):
    """Says CLOSE for CLOSED."""

    words = {"CLOSED": "CLOSE"}  # noqa: RUF012 - never written to


@breaks("v3.refund.states-are-known")
class SaysChange(_Words):
    """Says CHANGE for ABNORMAL, as APIv2 does."""

    words = {"ABNORMAL": "CHANGE"}  # noqa: RUF012 - never written to


@breaks("v3.refund.states-are-known")
class SaysAccepted(Platform):
    """Answers an application with the state ACCEPTED."""

    def do_refund_apply(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_refund_apply(ask)
        return status, shown | {"status": "ACCEPTED"}


@breaks("v3.refund.states-are-known")
class WritesStatesSmall(Platform):
    """Writes the state of a redirected refund in small letters."""

    def do_refund_apply_abnormal(self, ask: Ask) -> tuple[int, Any]:
        status, shown = super().do_refund_apply_abnormal(ask)
        return status, shown | {"status": shown["status"].lower()}
