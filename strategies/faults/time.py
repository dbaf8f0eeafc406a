"""Faults in when a request claims to be made."""

from dataclasses import replace

from strategies.cases import Fault, Signing

__all__ = ["Skew"]


class Skew(Fault):
    """The timestamp is *seconds* ahead of the platform's clock (behind it when negative); the signature covers it."""

    def __init__(self, seconds: int) -> None:
        self.name = "skew"
        self.says = f"timestamp {seconds:+} s"
        self.seconds = seconds

    def in_signing(self, signing: Signing) -> Signing:
        """Shift the timestamp."""
        return replace(signing, timestamp=str(int(signing.timestamp) + self.seconds))
