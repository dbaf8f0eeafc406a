"""Payouts of APIv2 at a platform under judgement: from drafts to calls, and the calls sent."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from conformance.targets.v2.answer import AnswerV2
from conformance.targets.verdicts import Violation
from reference.oracles import keys, oaep
from strategies.cases import Role
from strategies.v2.cases import CallV2, FaultV2
from strategies.v2.payouts import Kind, Payout

if TYPE_CHECKING:
    from conformance.targets.platform import Platform

__all__ = ["ASKING", "SENDING", "Payouts"]

SENDING: Final[Mapping[Kind, str]] = {
    "redpack": "sendredpack",
    "group": "sendgroupredpack",
    "mini": "sendminiprogramhb",
    "transfer": "transfers",
    "bank": "pay_bank",
}
"""The operation that sends each kind of payout."""
ASKING: Final[Mapping[Kind, str]] = {
    "redpack": "gethbinfo",
    "group": "gethbinfo",
    "mini": "gethbinfo",
    "transfer": "gettransferinfo",
    "bank": "query_bank",
}
"""The operation that asks about each kind of payout."""
_CARD: Final = "6222020200112233446"
_NAME: Final = "王小明"


class Payouts:
    """Sends payouts to *platform* and asks about them. A draft gets its number, and a red packet its payee, when it is first sent.

    Red packets go to people nobody has heard of, each to another, for a user may get ten a day; transfers go to the merchant's payer.
    """

    def __init__(self, platform: "Platform") -> None:
        self.platform = platform

    def send(self, payout: Payout, *, broken_by: FaultV2 | None = None, role: Role | None = None) -> AnswerV2:
        """Send *payout*."""
        return self.platform.v2.send(self.sending(payout, role), broken_by=broken_by, label=f"send {payout!r}")

    def query(self, payout: Payout, *, role: Role | None = None) -> AnswerV2:
        """Ask about *payout*, as the merchant that sent it or as another *role*."""
        return self.platform.v2.send(self.asking(payout, role), label=f"query {payout.kind}")

    def let(self, payout: Payout, event: str, **facts: str) -> str | None:
        """Let an event of its machine befall *payout*; return the reason it did not, None if it did."""
        return self.platform.let(payout.machine, event, self.number(payout), role=payout.role, **facts)

    def sending(self, payout: Payout, role: Role | None = None) -> CallV2:
        """Return the call that sends *payout*. A card number and a name are sealed anew in every call."""
        own: dict[str, str | None] = {"amount": str(payout.amount), "partner_trade_no": self.number(payout)}
        if payout.machine == "redpack":
            own = {"total_amount": str(payout.amount), "total_num": str(payout.heads), "mch_billno": self.number(payout)}
            own["re_openid"] = self.payee(payout)
        elif payout.kind == "transfer":
            own["openid"] = self.payee(payout)
        else:
            own |= {"enc_bank_no": self.sealed(_CARD), "enc_true_name": self.sealed(_NAME)}
        return CallV2(SENDING[payout.kind], role or payout.role, {**own, **payout.members})

    def asking(self, payout: Payout, role: Role | None = None) -> CallV2:
        """Return the call that asks about *payout*."""
        acting = role or payout.role
        number = {"mch_billno": self.number(payout), "bill_type": "MCHT"}
        if payout.machine != "redpack":
            number = {"partner_trade_no": self.number(payout)}
        return CallV2(ASKING[payout.kind], acting, number)

    def number(self, payout: Payout) -> str:
        """The number of *payout*, minted at first need."""
        if payout.number is None:
            payout.number = self.platform.mint.number(payout.shape)
        return payout.number

    def payee(self, payout: Payout) -> str:
        """Who gets *payout*, decided at first need."""
        if payout.payee is None:
            payout.payee = self.platform.merchant(payout.role).openid if payout.machine != "redpack" else self.somebody()
        return payout.payee

    def somebody(self) -> str:
        """Return the openid of somebody nobody has heard of."""
        return f"o{self.platform.mint.number().rjust(27, '0')}"

    def bank_key_answer(self) -> AnswerV2:
        """Ask for the key that seals card numbers and names."""
        return self.platform.v2.send(CallV2("getpublickey", members={"sign_type": "MD5"}), label="get the bank key")

    @cached_property
    def bank_key(self) -> RSAPublicKey:
        """The key that seals card numbers and names."""
        return self.read_bank_key(self.bank_key_answer().is_accepted())

    def read_bank_key(self, answer: AnswerV2) -> RSAPublicKey:
        """Return the key *answer* hands out."""
        try:
            return keys.load_public_key(answer["pub_key"].encode())
        except keys.KeyFileError as error:
            raise Violation(f"pub_key cannot be read: {error}", expected="an RSA public key in PEM", got=answer.described) from None

    def sealed(self, text: str) -> str:
        """Return *text* sealed for the platform."""
        return oaep.encrypt(self.bank_key, text)
