"""Requests and answers as bytes: what goes in and out of the platform's core."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from reference.machines import Refusal

__all__ = ["Answer", "Headers", "Refused", "Request"]

Headers = Sequence[tuple[str, str]]


@dataclass(slots=True)  # made for every exchange, and freezing costs half of making one
class Request:
    """One HTTP request: *target* is path and query exactly as received, *headers* keep order and case."""

    method: str
    target: str
    headers: Headers
    body: bytes

    @property
    def path(self) -> str:
        """The path, percent-encoding kept."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters, decoded; of a repeated name the last one counts."""
        text = self.target.partition("?")[2]
        return dict(parse_qsl(text, keep_blank_values=True)) if text else {}

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        wanted = name.lower()
        for key, value in self.headers:
            if key.lower() == wanted:
                return value
        return None


@dataclass(slots=True)  # made for every exchange, and freezing costs half of making one
class Answer:
    """One HTTP answer."""

    status: int
    headers: Headers
    body: bytes


@dataclass
class Refused(Exception):  # noqa: N818 - a refusal is an answer of the protocol, not an error of ours
    """The request is refused; *detail* is the documented ``detail`` member of the error body."""

    refusal: Refusal
    detail: dict[str, object] = field(default_factory=dict)
    signed: bool = True
