"""Faults in when a request claims to be made."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from reference.oracles.times import BEIJING, format_rfc3339
from strategies.cases import Fault, Signing

__all__ = ["Skew", "Timed", "not_in_seconds"]


class Skew(Fault):
    """The timestamp is *seconds* ahead of the platform's clock (behind it when negative); the signature covers it."""

    def __init__(self, seconds: int) -> None:
        self.name = "skew"
        self.says = f"timestamp {seconds:+} s"
        self.seconds = seconds

    def in_signing(self, signing: Signing) -> Signing:
        """Shift the timestamp."""
        return replace(signing, timestamp=str(int(signing.timestamp) + self.seconds))


class Timed(Fault):
    """The timestamp is the present time, but written another way; the signature covers it as written."""

    def __init__(self, name: str, write: Callable[[int], str]) -> None:
        self.name = f"timestamp {name}"
        self.write = write

    def in_signing(self, signing: Signing) -> Signing:
        """Write the time otherwise."""
        return replace(signing, timestamp=self.write(int(signing.timestamp)))


def not_in_seconds() -> tuple[Timed, ...]:
    """Every way to write the present time that is not a plain number of seconds."""
    return tuple(Timed(name, write) for name, write in _FORMS.items())


_FORMS: Final[dict[str, Callable[[int], str]]] = {
    "in milliseconds": lambda now: f"{now}000",
    "in microseconds": lambda now: f"{now}000000",
    "in nanoseconds": lambda now: f"{now}000000000",
    "in minutes": lambda now: str(now // 60),
    "with a fraction": lambda now: f"{now}.5",
    "with a fraction of zero": lambda now: f"{now}.0",
    "negative": lambda now: f"-{now}",
    "in hexadecimal": lambda now: f"{now:x}",
    "in hexadecimal with 0x": lambda now: f"{now:#x}",
    "in exponent form": lambda now: f"{now}e0",
    "with separators": lambda now: f"{now:,}".replace(",", "_"),
    "with a unit": lambda now: f"{now}s",
    "as a date with zone": format_rfc3339,
    "as a date in UTC": lambda now: datetime.fromtimestamp(now, UTC).isoformat().replace("+00:00", "Z"),
    "as digits of a date": lambda now: f"{datetime.fromtimestamp(now, BEIJING):%Y%m%d%H%M%S}",
    "as a date of HTTP": lambda now: f"{datetime.fromtimestamp(now, UTC):%a, %d %b %Y %H:%M:%S} GMT",
    "as a word": lambda _now: "now",
    "as zero": lambda _now: "0",
    "beyond all numbers": lambda _now: "9" * 400,
}
