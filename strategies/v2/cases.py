"""A call of APIv2 before it is signed, how it is signed, and a single fault on the way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

from reference.oracles import v2
from strategies.cases import Role, Wire
from strategies.v2 import algorithms

__all__ = ["HIDDEN", "CallV2", "FaultV2", "Shown", "SigningV2"]

HIDDEN: Final = "[redacted]"
"""Stands for the key in a signed string that is shown."""

Shown: TypeAlias = Literal["own", "none"] | Role
"""Whose client certificate a connection bears: the caller's own where the operation demands one, nobody's, or that of another role."""


@dataclass(frozen=True, slots=True)
class CallV2:
    """A request before it is signed: the contract's *operation* and its *members*.

    The target adds appid, mch_id and whatever every request of the operation has; None leaves such a member out. *method* and *target*
    override the contract's; *headers* are sent besides the usual ones.
    """

    operation: str
    role: Role = "merchant"
    members: Mapping[str, str | None] = field(default_factory=dict)
    sign_type: v2.SignType = "MD5"
    certificate: Shown = "own"
    method: str | None = None
    target: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def but(self, **members: str | None) -> "CallV2":
        """Return the same call with other members; None leaves one out."""
        return replace(self, members={**self.members, **members})


@dataclass(frozen=True, slots=True)
class SigningV2:
    """How a request is signed: *members* without their sign, the *key*, and one of `strategies.v2.algorithms`.

    *text* replaces the signed string; *write* makes the body of the signed members. *sandbox_key* is the sandbox's, where that is due.
    """

    mch_id: str
    members: Mapping[str, str]
    key: str = field(repr=False)
    algorithm: str = "MD5"
    text: str | None = field(default=None, repr=False)
    write: Callable[[Mapping[str, str]], bytes] = field(default=v2.write_xml, repr=False)
    sandbox_key: str | None = field(default=None, repr=False)

    @property
    def signed_text(self) -> str:
        """The string that is signed, with the key in it."""
        return v2.string_sign_temp(self.members, self.key) if self.text is None else self.text

    @property
    def message(self) -> bytes:
        """The string that is signed, as it may be shown: without the key."""
        return self.signed_text.replace(self.key, HIDDEN).encode("utf-8", "surrogatepass")

    @property
    def sign(self) -> str:
        """The sign; "" for none."""
        return algorithms.make(self.algorithm, self.key, self.signed_text)

    @property
    def body(self) -> bytes:
        """The message with its sign."""
        sign = self.sign
        return self.write({**self.members, "sign": sign} if sign else self.members)


class FaultV2:
    """One named deviation from a valid request; everything else stays right.

    A subclass overrides one of the three moments: *in_call* (what is asked, signed correctly), *in_signing* (how it is signed and written),
    *on_wire* (what happens to the signed request on its way). *says* describes it in a few words.
    """

    name: str = "fault"
    says: str = ""

    def in_call(self, call: CallV2) -> CallV2:
        """Change what is asked."""
        return call

    def in_signing(self, signing: SigningV2) -> SigningV2:
        """Change how it is signed."""
        return signing

    def on_wire(self, wire: Wire) -> Wire:
        """Change the signed request."""
        return wire

    def __repr__(self) -> str:
        return f"{self.name} ({self.says})" if self.says else self.name
