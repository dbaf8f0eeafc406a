"""Amounts: whole fen in the API, yuan as text in bills. Nothing here passes through a float."""

import re

__all__ = ["MoneyError", "to_fen", "to_yuan"]

_YUAN = re.compile(r"(-?)([0-9]{1,18})(?:\.([0-9]{1,18}))?")


class MoneyError(ValueError):
    """A text is not an amount of yuan in whole fen."""


def to_fen(yuan: str) -> int:
    """Return the fen in an amount of yuan such as ``0.01``, ``-19.9`` or ``12.340``.

    Raises MoneyError for anything but plain digits, and for fractions of a fen: nothing is ever rounded.
    """
    match = _YUAN.fullmatch(yuan)
    if match is None:
        raise MoneyError(f"{yuan!r} is not an amount of yuan; expected digits, such as 12.34.")
    sign, whole, fraction = match[1], match[2], (match[3] or "").ljust(2, "0")
    if fraction[2:].strip("0"):
        raise MoneyError(f"{yuan!r} holds a fraction of a fen; expected at most two decimals.")
    fen = int(whole + fraction[:2])
    return -fen if sign else fen


def to_yuan(fen: int) -> str:
    """Return *fen* as yuan with two decimals, as bills print them: ``1234`` is ``12.34``."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02d}"
