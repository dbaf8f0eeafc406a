"""A transport that plays an APIv2 platform: it keeps what it gets and answers what a test tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.targets.platform import Platform
from conformance.targets.transport import Reply
from reference.identity import bundled
from reference.oracles import v2
from strategies.cases import Wire

__all__ = ["KEY", "Answering", "signed", "target"]

KEY = bundled().merchant.apiv2_key or ""
"""The key of the merchant that asks."""


@dataclass
class Answering:
    """Answers every request with *status* and *body*, and keeps it in *got*."""

    body: bytes = b""
    status: int = 200
    got: list[Wire] = field(default_factory=list)
    concurrent = False
    shows_certificates = True

    def send(self, wire: Wire) -> Reply:
        """Keep the request and answer it."""
        self.got.append(wire)
        return Reply(self.status, (("Content-Type", "text/xml"),), self.body)

    def close(self) -> None:
        """Nothing to let go of."""


def target(transport: Answering) -> Platform:
    """A target around *transport*, whose time stands still."""
    return Platform("answering", bundled(), transport, seed=3, clock=lambda: 1_781_496_000)


def signed(values: Mapping[str, str], sign_type: v2.SignType = "MD5") -> bytes:
    """Return the answer of *values*, signed for the merchant that asks."""
    return v2.write_xml(v2.signed({"return_code": "SUCCESS", **values}, KEY, sign_type))
