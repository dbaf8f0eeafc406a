"""What an odd APIv2 message is: a name, a sentence, its bytes, and what must become of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from reference.oracles.v2 import write_xml
from reference.oracles.v2_xml import Flaw

__all__ = ["NOWHERE", "Canary", "HostileXml", "carries", "ended", "piece", "remade", "whole"]


@dataclass(frozen=True, slots=True)
class Canary:
    """What no reader may touch: a *file* and a *url*, both as URLs."""

    file: str
    url: str


NOWHERE: Final = Canary("file:///nowhere/wxc-canary", "http://127.0.0.1:9/wxc-canary")
"""A file that is not there, and a port nobody listens on."""

_Write: TypeAlias = Callable[[str, Canary], bytes]
"""Makes the odd message of the valid one."""


@dataclass(frozen=True, slots=True)
class HostileXml:
    """One odd message; *says* describes it in a sentence.

    *refused* is what stands against it; None means that it is read, as its members and nothing else. *more* are members it carries
    besides those it is made of.
    """

    name: str
    says: str
    write: _Write
    refused: Flaw | None
    more: Mapping[str, str] = field(default_factory=dict)

    def members(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return what the message made of *values* carries: *values* and *more*."""
        return {**values, **self.more}

    def raw(self, members: Mapping[str, str], canary: Canary = NOWHERE) -> bytes:
        """Return the message that carries *members*, signed or not."""
        plain = {name: value for name, value in members.items() if name not in self.more}
        return self.write(write_xml(plain).decode(), canary)


def ended(valid: str, text: str) -> str:
    """Return the message *valid* with *text* after its last element."""
    return f"{valid.removesuffix('</xml>')}{text}</xml>"


def whole(name: str, says: str, raw: bytes, refused: Flaw) -> HostileXml:
    """Return a case that is *raw* instead of any valid message."""
    return HostileXml(name, says, lambda _text, _canary: raw, refused)


def remade(
    name: str, says: str, make: Callable[[str], str | bytes], refused: Flaw | None, more: Mapping[str, str] | None = None
) -> HostileXml:
    """Return a case that *make* makes of the text of the valid message."""

    def write(text: str, _canary: Canary) -> bytes:
        made = make(text)
        return made if isinstance(made, bytes) else made.encode()

    return HostileXml(name, says, write, refused, more or {})


def piece(name: str, says: str, text: str, refused: Flaw | None, more: Mapping[str, str] | None = None) -> HostileXml:
    """Return a case in which *text* stands after the last element."""
    return remade(name, says, lambda valid: ended(valid, text), refused, more)


def carries(name: str, says: str, text: str, **more: str) -> HostileXml:
    """Return a case in which *text* stands after the last element and carries the members *more*."""
    return piece(name, says, text, None, more)
