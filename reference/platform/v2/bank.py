"""Transfers of APIv2 to a bank card: card number and name come sealed, under a key the platform hands out."""

import hashlib
from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reference.identity import SigningKey
from reference.machines import BANK_TRANSFER, Entity
from reference.oracles import oaep
from reference.platform.v2 import refusals
from reference.platform.v2.payouts import V2Payouts
from reference.platform.v2.reading import Call
from reference.platform.v2.translating import number
from reference.platform.wire import Refused

__all__ = ["V2Bank"]

_LEAST_FEE = 100
_MOST_FEE = 2500


class V2Bank(V2Payouts):
    """Pays to cards, and shows what became of it."""

    def v2_handlers(self) -> Mapping[str, Callable[[Call], dict[str, str] | bytes]]:
        """What answers each operation, those of transfers to cards too."""
        return {
            **super().v2_handlers(),
            "getpublickey": self.v2_hand_out_bank_key,
            "pay_bank": self.v2_pay_bank,
            "query_bank": self.v2_show_bank_transfer,
        }

    def v2_hand_out_bank_key(self, call: Call) -> dict[str, str]:  # noqa: ARG002 - it is the same for every merchant
        """Hand out the key that seals card numbers and names, as PKCS#1 PEM."""
        return {"pub_key": self.v2_bank_key().public_key.public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()}

    def v2_bank_key(self) -> SigningKey:
        """The pair that seals and opens: that of the platform's public key, which never rotates, or else its oldest."""
        public = self.identity.platform.public_key
        known = ([public] if public is not None else []) + list(self.identity.platform.certificates)
        return next(key for key in known if key.private_key is not None)

    def v2_open(self, call: Call, name: str) -> str:
        """Return what the member *name* holds sealed, or refuse."""
        key = self.v2_bank_key().private_key
        assert key is not None  # v2_bank_key gives no other
        try:
            return oaep.decrypt(key, call.values[name])
        except oaep.DecryptionError:
            raise self.bad_parameter(name, "cannot be decrypted", "body") from None

    def v2_pay_bank(self, call: Call) -> dict[str, str]:
        """Pay to a card, or answer for the same payment again. Two sealings of one text differ, so the text is compared."""
        amount = number(call.values, "amount")
        sealed = {name: hashlib.md5(self.v2_open(call, f"enc_{name}").encode(), usedforsecurity=False) for name in ("bank_no", "true_name")}
        own = {f"{name}_md5": digest.hexdigest() for name, digest in sealed.items()}
        draft = self.v2_draft(call, amount=amount, **own)
        del draft["enc_bank_no"], draft["enc_true_name"]
        transfer = self.v2_pay_out(call, BANK_TRANSFER, call.values["partner_trade_no"], draft, amount + self.v2_fee(amount))
        if transfer.state == "FAILED":
            raise Refused(refusals.SEND_FAILED)
        return self.v2_show_accepted(transfer)

    def v2_fee(self, amount: int) -> int:
        """What paying *amount* to a card costs besides, in fen: a thousandth of it, at least 1 and at most 25 yuan."""
        return min(_MOST_FEE, max(_LEAST_FEE, -(-amount // 1000)))

    def v2_begin(self, payout: Entity) -> None:
        """Write down what a transfer has from the beginning: its id."""
        super().v2_begin(payout)
        if payout.machine == "bank_transfer":
            payout.data["payment_no"] = self.fresh_id("1040", lambda found: self.store.by_id("bank_transfer", found))

    def v2_show_accepted(self, transfer: Entity) -> dict[str, str]:
        """What is known of *transfer* from the beginning."""
        amount = transfer.draft["amount"]
        return {
            "partner_trade_no": transfer.number,
            "payment_no": transfer.data["payment_no"],
            "amount": str(amount),
            "cmms_amt": str(transfer.data["cost"] - amount),
        }

    def v2_show_bank_transfer(self, call: Call) -> dict[str, str]:
        """Show a payment to a card; card and name by their digests."""
        transfer = self.v2_payout(call, "bank_transfer", call.values["partner_trade_no"])
        shown = self.v2_show_accepted(transfer) | {
            "bank_no_md5": transfer.draft["bank_no_md5"],
            "true_name_md5": transfer.draft["true_name_md5"],
            "status": transfer.state,
            "create_time": self.v2_spaced_moment(transfer.created),
            "reason": transfer.data.get("reason", ""),
        }
        if "paid_at" in transfer.data:
            shown["pay_succ_time"] = self.v2_spaced_moment(transfer.data["paid_at"])
        return {name: value for name, value in shown.items() if value}
