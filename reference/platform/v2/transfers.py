"""Transfers of APIv2 into a person's balance."""

from collections.abc import Callable, Mapping

from reference.identity import Merchant
from reference.machines import TRANSFER, Entity
from reference.platform.refusals import SYSTEM_ERROR
from reference.platform.v2 import refusals
from reference.platform.v2.payouts import V2Payouts
from reference.platform.v2.reading import Call
from reference.platform.v2.translating import number
from reference.platform.wire import Refused

__all__ = ["V2Transfers"]


class V2Transfers(V2Payouts):
    """Pays people, and shows what was paid."""

    def v2_handlers(self) -> Mapping[str, Callable[[Call], dict[str, str] | bytes]]:
        """What answers each operation, those of transfers too."""
        return {**super().v2_handlers(), "transfers": self.v2_transfer, "gettransferinfo": self.v2_show_transfer}

    def v2_transfer(self, call: Call) -> dict[str, str]:
        """Pay somebody, or answer for the same payment again; one the platform has not finished is a failure of the platform."""
        draft = self.v2_draft(call, amount=number(call.values, "amount"))
        name = self.v2_payee_name(call.merchant, call.values["openid"])
        transfer = self.v2_pay_out(call, TRANSFER, call.values["partner_trade_no"], draft, draft["amount"], name=name)
        if transfer.state == "PROCESSING":
            raise Refused(SYSTEM_ERROR)
        if transfer.state == "FAILED":
            raise Refused(refusals.SEND_FAILED)
        shown = {
            "partner_trade_no": transfer.number,
            "payment_no": transfer.data["payment_no"],
            "payment_time": self.v2_spaced_moment(transfer.data["paid_at"]),
        }
        return shown | ({"device_info": call.values["device_info"]} if "device_info" in call.values else {})

    def v2_payee_name(self, merchant: Merchant, openid: str) -> str | None:
        """The name of the user of *openid*; None for somebody who never gave it."""
        return merchant.payer_name if openid == merchant.openid else None

    def v2_begin(self, payout: Entity) -> None:
        """Write down what a transfer has from the beginning: its id."""
        super().v2_begin(payout)
        if payout.machine == "transfer":
            payout.data["payment_no"] = self.fresh_id("1010", lambda found: self.store.by_id("transfer", found))

    def v2_show_transfer(self, call: Call) -> dict[str, str]:
        """Show a payment."""
        transfer = self.v2_payout(call, "transfer", call.values["partner_trade_no"])
        shown = {
            "partner_trade_no": transfer.number,
            "detail_id": transfer.data["payment_no"],
            "status": self.v2_transfer_status(transfer),
            "reason": transfer.data.get("reason", ""),
            "openid": transfer.draft["openid"],
            "transfer_name": transfer.draft.get("re_user_name", ""),
            "payment_amount": str(transfer.draft["amount"]),
            "transfer_time": self.v2_spaced_moment(transfer.created),
            "desc": transfer.draft["desc"],
        }
        if "paid_at" in transfer.data:
            shown["payment_time"] = self.v2_spaced_moment(transfer.data["paid_at"])
        return {name: value for name, value in shown.items() if value}

    def v2_transfer_status(self, transfer: Entity) -> str:
        """The state of *transfer*."""
        return transfer.state
