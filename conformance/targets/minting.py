"""Numbers that nobody has used before: out_trade_no, out_refund_no, nonce_str."""

import secrets
from random import Random
from threading import Lock

from strategies.cases import NumberShape

__all__ = ["Mint"]

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Mint:
    """Mints unique numbers: with a *seed* the same ones in every run (for a platform that starts empty), else new ones."""

    def __init__(self, seed: int | None = None) -> None:
        self._count = 0
        self._counting = Lock()
        self._prefix = "" if seed is not None else _in_base62(secrets.randbits(40)).rjust(7, "0")
        self._random = Random(seed)  # noqa: S311 - unique is enough, and repeatable is wanted
        self.minted: list[str] = []

    def number(self, shape: NumberShape | None = None) -> str:
        """Return a number of *shape*, or of the usual form.

        A shape too short to be unique among all numbers of the run (a single character) is filled from its tail.
        """
        with self._counting:  # numbers are minted from several threads when requests go out together
            self._count += 1
            unique = self._prefix + _in_base62(self._count)
        self.minted.append(self._shaped(unique, shape))
        return self.minted[-1]

    @staticmethod
    def _shaped(unique: str, shape: NumberShape | None) -> str:
        if shape is None:
            return f"wxc{unique.rjust(12, '0')}"
        room = shape.length - len(shape.tail)
        return unique[-room:].rjust(room, "0") + shape.tail if room > 0 else shape.tail[: shape.length]

    def nonce_str(self) -> str:
        """Return a fresh nonce_str of 32 characters."""
        return f"{self._random.getrandbits(128):032X}"

    def auth_code(self) -> str:
        """Return a payment code of 18 digits."""
        self._count += 1
        return f"13{self._count:016d}" if not self._prefix else f"13{self._random.randrange(10**16):016d}"


def _in_base62(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _LETTERS[rest] + digits
    return digits or "0"
