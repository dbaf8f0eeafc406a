"""Red packets and transfers to be paid out, valid ones and single faults on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, Self, TypeAlias

from hypothesis import strategies as st

from strategies.cases import NumberShape, Role
from strategies.text import texts

__all__ = [
    "BILLNO_LENGTH",
    "KINDS",
    "Act",
    "Kind",
    "Payout",
    "Step",
    "bad_billnos",
    "bank_transfers",
    "group_packets",
    "histories",
    "lean",
    "redpacks",
    "transfers",
]

Kind: TypeAlias = Literal["redpack", "group", "mini", "transfer", "bank"]
KINDS: Final[tuple[Kind, ...]] = ("redpack", "group", "mini", "transfer", "bank")
"""A packet for one person, one that several share, one a mini program hands over, a transfer to a balance, and one to a bank card."""

Act: TypeAlias = Literal["pay", "hold", "again", "change", "arrive", "fail", "share", "open", "hour", "days"]
"""What is done in a history of payouts: one is made, or made and held up; one of those made is asked for again, or for something else under
its number; it arrives, fails, or is opened by one person or the last; an hour passes, or so many days that what is unopened comes back."""

BILLNO_LENGTH: Final = 28
"""Characters an mch_billno may have."""
_ALNUM: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_WORDS: Final[Mapping[str, str]] = {"send_name": "龙井茶铺", "wishing": "新年 & <快乐>", "act_name": "抽奖 a=b+c", "remark": "100%"}
_PACKET: Final[Mapping[Kind, Mapping[str, str]]] = {
    "redpack": {**_WORDS, "client_ip": "203.0.113.7"},
    "group": {**_WORDS, "amt_type": "ALL_RAND"},
    "mini": {**_WORDS, "notify_way": "MINI_PROGRAM_JSAPI"},
    "transfer": {"check_name": "NO_CHECK", "desc": "提现 & <退款>", "spbill_create_ip": "203.0.113.7"},
    "bank": {"bank_code": "1002", "desc": "工资"},
}


@dataclass(eq=False, slots=True, repr=False)
class Payout:
    """A payout of *amount* fen: *members* are the request's apart from the number, the ids and the payee the target fills in.

    *number* is the mch_billno or partner_trade_no once minted, *payee* the openid that gets it. *heads* are the people a packet is for.
    """

    kind: Kind
    amount: int = 100
    heads: int = 1
    members: dict[str, str | None] = field(default_factory=dict)
    role: Role = "merchant"
    shape: NumberShape | None = None
    number: str | None = None
    payee: str | None = None

    @property
    def machine(self) -> str:
        """The machine it lives by."""
        return {"transfer": "transfer", "bank": "bank_transfer"}.get(self.kind, "redpack")

    def __repr__(self) -> str:
        who = "" if self.role == "merchant" else f" of a {self.role}"
        return f"{self.kind}{who} of {self.amount} fen{f' for {self.heads}' if self.heads > 1 else ''}"

    def but(self, **members: str | None) -> Self:
        """Return the same payout, number and payee included, with other members; None leaves a member out."""
        return replace(self, members={**self.members, **members})

    def of(self, amount: int) -> Self:
        """Return the same payout, number and payee included, of another *amount*."""
        return replace(self, amount=amount, members=dict(self.members))

    def fresh(self) -> Self:
        """Return an equal payout that will get a number and a payee of its own."""
        return replace(self, members=dict(self.members), number=None, payee=None)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a history: *act*, on a new payout of *kind* and *amount*, or on one made before, the *at*-th of them."""

    act: Act
    kind: Kind
    amount: int
    at: int

    def __repr__(self) -> str:
        if self.act in {"pay", "hold"}:
            return f"{self.act} {self.kind} {self.amount}"
        return self.act if self.act in {"hour", "days"} else f"{self.act} {self.at}"


def lean(kind: Kind, role: Role = "merchant", *, amount: int | None = None, heads: int | None = None, **members: str | None) -> Payout:
    """Return a valid payout, for lists that are tried to the end; *members* stand in the place of its own."""
    people = heads or (3 if kind == "group" else 1)
    return Payout(kind, amount or 100 * people, people, {**_PACKET[kind], **members}, role)


def redpacks(*, role: Role = "merchant") -> st.SearchStrategy[Payout]:
    """Draw a packet for one person: at and between the bounds of a packet without scene, with texts up to their documented lengths."""
    amounts = st.sampled_from((100, 101, 19_999, 20_000)) | st.integers(100, 20_000)
    names = {name: texts(max_characters=most, max_bytes=most) for name, most in (("send_name", 32), ("act_name", 32))}
    names |= {name: texts(max_characters=most, max_bytes=most) for name, most in (("wishing", 128), ("remark", 256))}
    return st.builds(lambda amount, members: lean("redpack", role, amount=amount, **members), amounts, st.fixed_dictionaries(names))


def group_packets(*, role: Role = "merchant", most_heads: int = 8) -> st.SearchStrategy[Payout]:
    """Draw a packet that three to *most_heads* people share, with a yuan a head or more."""
    return st.integers(3, most_heads).flatmap(
        lambda heads: st.integers(100 * heads, 2_000 * heads).map(lambda amount: lean("group", role, amount=amount, heads=heads))
    )


def transfers() -> st.SearchStrategy[Payout]:
    """Draw a transfer to a balance, of a fen or more, with a text of up to 100 characters."""
    amounts = st.sampled_from((1, 30, 100, 20_000)) | st.integers(1, 500_000)
    return st.builds(lambda amount, desc: lean("transfer", amount=amount, desc=desc), amounts, texts(max_characters=100, max_bytes=100))


def bank_transfers() -> st.SearchStrategy[Payout]:
    """Draw a transfer to a bank card."""
    return st.integers(1, 500_000).map(lambda amount: lean("bank", amount=amount))


def histories(*, most: int = 12) -> st.SearchStrategy[list[Step]]:
    """Draw what a merchant, its payees and the platform do with red packets and transfers, one after the other."""
    new = st.builds(Step, st.sampled_from(("pay", "hold")), *_sizes(), st.just(0))
    acts: tuple[Act, ...] = ("again", "change", "arrive", "fail", "share", "open", "hour", "days")
    old = st.builds(Step, st.sampled_from(acts), st.just("redpack"), st.just(100), st.integers(0, 3))
    return st.builds(lambda first, rest: [first, *rest], new, st.lists(new | old, max_size=most - 1))


def _sizes() -> tuple[st.SearchStrategy[Kind], st.SearchStrategy[int]]:
    kinds: tuple[Kind, ...] = ("redpack", "group", "mini", "transfer")
    return st.sampled_from(kinds), st.sampled_from((300, 301, 450, 700))


def bad_billnos() -> st.SearchStrategy[str]:
    """Draw a text that is no mch_billno: longer than 28 characters, or with one character that is neither ASCII letter nor digit."""
    good = st.text(_ALNUM, min_size=1, max_size=BILLNO_LENGTH - 1)
    other = st.sampled_from("-_|*@.:/+=&<>茶éＡ１٣\u200b")
    spoilt = st.builds(_with, good, other, st.integers(0, BILLNO_LENGTH - 1))
    return spoilt | st.text(_ALNUM, min_size=BILLNO_LENGTH + 1, max_size=64)


def _with(text: str, other: str, at: int) -> str:
    return text[:at] + other + text[at:]
