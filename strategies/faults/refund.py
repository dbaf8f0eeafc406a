"""Faults in an application for a refund, beyond the bounds of single fields: numbers, amounts that do not fit, paying accounts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from strategies.cases import Call, Fault
from strategies.faults.fields import faults_of

__all__ = [
    "ACCOUNTS_NAMED_WRONGLY",
    "AMOUNTS",
    "CHARACTERS",
    "CURRENCIES",
    "FUNDS_ACCOUNTS",
    "LEGAL",
    "NUMBERS",
    "REASONS",
    "REFERENCES",
    "SUMS",
    "TOTALS",
    "Altered",
    "Paid",
]

LEGAL: Final = "_-|*@"
"""What an out_refund_no may hold besides ASCII letters and digits."""
CHARACTERS: Final = (
    *(chr(code) for code in range(0x20, 0x7F) if not chr(code).isalnum() and chr(code) not in LEGAL),
    *"\0\t\n\x7fé茶０Ａ٣²",
)
"""What an out_refund_no may not hold: the rest of ASCII, and letters and digits of other alphabets."""


class Altered(Fault):
    """Another value at one place of the body, such as ``amount.total``; *make* turns the whole body into it."""

    def __init__(self, place: str, label: str, make: Callable[[dict[str, Any]], Any]) -> None:
        self.name = f"{place}={label}"
        self.place = place
        self.make = make

    def in_call(self, call: Call) -> Call:
        """Put the value in its place."""
        outer, _, inner = self.place.partition(".")
        value = self.make(call.body)
        return replace(call, body=call.body | {outer: call.body[outer] | {inner: value} if inner else value})


class Paid(Altered):
    """The refund is paid from *accounts*: (account, amount in fen); with a *share* instead, amounts are made from that of the refund."""

    def __init__(self, label: str, share: Callable[[int], list[tuple[str, Any]]]) -> None:
        super().__init__("amount.from", label, lambda body: [_entry(*pair) for pair in share(body["amount"]["refund"])])


def _entry(account: str, amount: Any) -> dict[str, Any]:
    return {"account": account, "amount": amount}


def _with(character: str) -> tuple[Altered, ...]:
    label = f"{ord(character):02x}"
    return (
        Altered("out_refund_no", f"{label}-first", lambda body: character + body["out_refund_no"][1:]),
        Altered("out_refund_no", f"{label}-inside", lambda body: body["out_refund_no"][:-4] + character + body["out_refund_no"][-3:]),
        Altered("out_refund_no", f"{label}-last", lambda body: body["out_refund_no"][:-1] + character),
    )


NUMBERS: Final[tuple[Fault, ...]] = (
    *faults_of("refund_create", "out_refund_no", keywords={"required", "maxLength"}),
    Altered("out_refund_no", "empty", lambda _body: ""),
    Altered("out_refund_no", "blank", lambda _body: " "),
    *(fault for character in CHARACTERS for fault in _with(character)),
)
"""Every way in which an out_refund_no can be malformed: missing, empty, too long, or with a character that is not allowed."""
REFERENCES: Final[tuple[Fault, ...]] = (
    *faults_of("refund_create", keywords={"anyOf"}),
    Altered("out_trade_no", "null", lambda _body: None),
)
"""The order is not named at all."""
AMOUNTS: Final[tuple[Fault, ...]] = (
    *faults_of("refund_create", "amount.refund", "amount"),
    Altered("amount.refund", "half-a-fen", lambda _body: 0.5),
    Altered("amount.refund", "half-a-fen-more", lambda body: body["amount"]["refund"] - 0.5),
    Altered("amount.refund", "negative", lambda body: -body["amount"]["refund"]),
    Altered("amount.refund", "text", lambda body: str(body["amount"]["refund"])),
    Altered("amount.refund", "text-in-yuan", lambda body: f"{body['amount']['refund'] / 100:.2f}"),
    Altered("amount.refund", "empty-text", lambda _body: ""),
)
"""amount.refund is missing, or no whole number of fen, or less than one."""
TOTALS: Final[tuple[Fault, ...]] = (
    *faults_of("refund_create", "amount.total", keywords={"required", "minimum"}),
    Altered("amount.total", "a-fen-more", lambda body: body["amount"]["total"] + 1),
    Altered("amount.total", "a-fen-less", lambda body: body["amount"]["total"] - 1),
    Altered("amount.total", "in-yuan", lambda body: max(1, body["amount"]["total"] // 100)),
    Altered("amount.total", "hundredfold", lambda body: body["amount"]["total"] * 100),
    Altered("amount.total", "the-refund", lambda body: body["amount"]["refund"]),
    Altered("amount.total", "less-the-refund", lambda body: body["amount"]["total"] - body["amount"]["refund"]),
)
"""amount.total is missing or not the order's, for a refund of part of an order of 200 fen or more that is not half of it."""
CURRENCIES: Final[tuple[Fault, ...]] = (
    *faults_of("refund_create", "amount.currency", keywords={"required"}),
    *(
        Altered("amount.currency", code, lambda _body, code=code: code)  # type: ignore[misc]  # binds the code of this turn
        for code in ("USD", "HKD", "EUR", "JPY", "GBP", "TWD", "KRW", "MOP", "SGD", "AUD", "CAD", "CHF", "THB", "RUB", "XXX")
    ),
)
"""amount.currency is missing or another ISO code."""
SUMS: Final[tuple[Fault, ...]] = (
    Paid("one-account-a-fen-short", lambda refund: [("AVAILABLE", refund - 1)]),
    Paid("one-account-a-fen-over", lambda refund: [("AVAILABLE", refund + 1)]),
    Paid("other-account-a-fen-short", lambda refund: [("UNAVAILABLE", refund - 1)]),
    Paid("two-accounts-a-fen-short", lambda refund: [("AVAILABLE", refund - 2), ("UNAVAILABLE", 1)]),
    Paid("two-accounts-a-fen-over", lambda refund: [("AVAILABLE", refund), ("UNAVAILABLE", 1)]),
    Paid("two-accounts-each-in-full", lambda refund: [("AVAILABLE", refund), ("UNAVAILABLE", refund)]),
    Paid("first-account-alone-fits", lambda refund: [("UNAVAILABLE", refund), ("AVAILABLE", refund // 2)]),
    Paid("negative-part", lambda refund: [("AVAILABLE", refund + 1), ("UNAVAILABLE", -1)]),
    Paid("fractions", lambda refund: [("AVAILABLE", refund - 0.5), ("UNAVAILABLE", 0.5)]),
)
"""Paying accounts that are known and named once, whose amounts are not positive integers that give the refund."""
ACCOUNTS_NAMED_WRONGLY: Final[tuple[Fault, ...]] = (
    Paid("available-twice", lambda refund: [("AVAILABLE", refund - 1), ("AVAILABLE", 1)]),
    Paid("unavailable-twice", lambda refund: [("UNAVAILABLE", 1), ("UNAVAILABLE", refund - 1)]),
    Paid("twice-apart", lambda refund: [("AVAILABLE", 1), ("UNAVAILABLE", 1), ("AVAILABLE", refund - 2)]),
    Paid("unknown", lambda refund: [("OPERATION", refund)]),
    Paid("unknown-second", lambda refund: [("AVAILABLE", refund - 1), ("BASIC", 1)]),
    Paid("nameless", lambda refund: [("", refund)]),
)
"""Paying accounts of the right sum, one of them unknown or named twice."""
FUNDS_ACCOUNTS: Final[tuple[Fault, ...]] = (
    *faults_of("refund_create", "funds_account"),
    *(
        Altered("funds_account", word, lambda _body, word=word: word)  # type: ignore[misc]  # binds the word of this turn
        for word in ("UNAVAILABLE", "OPERATION", "BASIC", "ECNY_BASIC", "REFUND_SOURCE_UNSETTLED_FUNDS")
    ),
)
"""A funds_account that is no word of the request's list; some are words of the answer's."""
REASONS: Final[tuple[Fault, ...]] = faults_of("refund_create", "reason", keywords={"maxLength"})
"""A reason of more than 80 characters."""
