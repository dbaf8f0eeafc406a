"""The target `sandbox`: of the official sandbox, or of an imitation, nothing but its two operations is there."""

import time
from functools import cached_property
from typing import NoReturn

from conformance.targets.pacing import Lane, PacedTransport
from conformance.targets.platform import Platform
from conformance.targets.transport import Transport
from conformance.targets.v2.noticed import Noticed
from conformance.targets.v2.sandbox import SandboxKeys, SandboxV2
from conformance.targets.verdicts import NotOffered
from reference.contract import load
from reference.identity import Identity

__all__ = ["SandboxPlatform"]

_BELOW = "/xdc/"
"""Where the sandbox is; nothing else of its host is ever asked."""


class SandboxPlatform(Platform):
    """A sandbox under judgement. Its APIv2 is the sandbox's, and APIv3 it has none.

    *lane*, *keys* and *noticed* are shared by all checks of a run: one pace, one key, one list of what was noticed.
    """

    def __init__(self, name: str, identity: Identity, inner: Transport, *, lane: Lane, keys: SandboxKeys, noticed: Noticed) -> None:
        patient = frozenset(operation.path for operation in load("v2").operations.values() if operation.path.startswith(_BELOW))
        transport = PacedTransport(inner, lane, below=_BELOW, patient=patient)
        super().__init__(name, identity, transport, clock=lambda: int(time.time()))
        self._sandbox_keys = keys
        self._noticed = noticed

    @property
    def offered(self) -> frozenset[str]:
        """Of what other targets offer, APIv2 alone."""
        return frozenset({"apiv2", "sandbox"})

    @cached_property
    def v2(self) -> SandboxV2:
        """The sandbox: what any check asks of APIv2 is asked there."""
        return self.sandbox

    @cached_property
    def sandbox(self) -> SandboxV2:
        """The sandbox."""
        return SandboxV2(self, self._sandbox_keys, self._noticed)

    def send(self, *_call: object, **_how: object) -> NoReturn:
        """Refuse: there is no sandbox of APIv3."""
        raise NotOffered({"apiv3"})

    send_again = send
