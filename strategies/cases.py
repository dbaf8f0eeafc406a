"""The things a check draws and a target sends: orders, refunds, calls, and single faults on them.

They leave out what must be unique or belongs to an identity: the target mints numbers and fills ids in when it sends
(a case is drawn, shrunk and replayed many times, and must never meet its own past).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from reference.identity import Credential
from strategies.algorithms import RIGHT

__all__ = ["Call", "Fault", "NumberShape", "Order", "Product", "Refund", "Role", "Signing", "Wire"]

Product = Literal["jsapi", "app", "h5", "native", "codepay"]
Role = Literal["merchant", "partner", "other"]


@dataclass(frozen=True, slots=True)
class NumberShape:
    """The form of a number under test: *length* characters, the last ones drawn as *tail*; the target makes the rest unique."""

    length: int
    tail: str = ""


@dataclass(eq=False, slots=True, repr=False)
class Order:
    """An order to be placed: *fields* are the body's members apart from the numbers and ids the target fills in.

    *number* is the out_trade_no once minted. *role* says who places it; *sub* picks the service provider's sub-merchant.
    """

    product: Product
    fields: dict[str, Any]
    role: Role = "merchant"
    sub: int = 0
    shape: NumberShape | None = None
    number: str | None = field(default=None, repr=False)

    @property
    def partner(self) -> bool:
        """Whether a service provider places it for a sub-merchant."""
        return self.role == "partner"

    @property
    def total(self) -> int:
        """The amount in fen."""
        return int(self.fields["amount"]["total"])

    def __repr__(self) -> str:
        others = ", ".join(f"{name}={value!r}" for name, value in self.fields.items() if name != "amount")
        who = " of a service provider" if self.partner else "" if self.role == "merchant" else f" of the {self.role} merchant"
        return f"{self.product} order{who} for {self.fields.get('amount', {}).get('total')} fen ({others})"

    def but(self, **fields: Any) -> Self:
        """Return the same order, number included, with other fields; None leaves a field out."""
        changed = {key: value for key, value in {**self.fields, **fields}.items() if value is not None}
        return replace(self, fields=changed)

    def fresh(self) -> Self:
        """Return an equal order that will get a number of its own."""
        return replace(self, fields=dict(self.fields), number=None)


@dataclass(eq=False, slots=True)
class Refund:
    """A refund of *amount* fen of *order*; *by* says how the order is named. *number* is the out_refund_no once minted."""

    order: Order
    amount: int
    fields: dict[str, Any] = field(default_factory=dict)
    by: Literal["out_trade_no", "transaction_id", "both"] = "out_trade_no"
    shape: NumberShape | None = None
    number: str | None = field(default=None, repr=False)

    def but(self, **fields: Any) -> Self:
        """Return the same refund, number included, with other fields; None leaves a field out."""
        changed = {key: value for key, value in {**self.fields, **fields}.items() if value is not None}
        return replace(self, fields=changed)


@dataclass(frozen=True, slots=True)
class Call:
    """A request before it is signed: the contract's *operation*, its parameters, its body.

    *body* is a JSON-able value, bytes to be sent as they are, or None. *headers* are sent besides the usual ones.
    *path* overrides the contract's, percent-encoded, query included; *method* overrides the contract's.
    """

    operation: str
    role: Role = "merchant"
    path_params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    path: str | None = None
    method: str | None = None


@dataclass(slots=True)  # made for every exchange, and freezing costs half of making one
class Signing:
    """How a request is signed: everything that goes into the signature and the Authorization header.

    *message* replaces the signed bytes; *header* replaces the whole Authorization value ("" sends none). *timestamp* in seconds.
    *algorithm* is one of `strategies.algorithms`.
    """

    method: str
    target: str
    body: bytes
    timestamp: str
    nonce_str: str
    mchid: str
    serial_no: str
    private_key: RSAPrivateKey
    algorithm: str = RIGHT
    scheme: str = "WECHATPAY2-SHA256-RSA2048"
    order: tuple[str, ...] = ("mchid", "nonce_str", "signature", "timestamp", "serial_no")
    message: bytes | None = None
    header: str | None = None


@dataclass(frozen=True, slots=True)
class Wire:
    """A request as it goes out."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    certificate: Credential | None = field(default=None, repr=False)
    """The client certificate the connection bears; APIv3 asks for none."""

    def with_header(self, name: str, value: str | None) -> Self:
        """Return the request with a header set, or left out for None."""
        kept = tuple((key, old) for key, old in self.headers if key.lower() != name.lower())
        return replace(self, headers=kept if value is None else (*kept, (name, value)))


class Fault:
    """One named deviation from a valid request; everything else stays right.

    A subclass overrides one of the three moments: *in_call* (what is asked, signed correctly), *in_signing* (how it is signed),
    *on_wire* (what happens to the signed request on its way). *says* describes it in a few words.
    """

    name: str = "fault"
    says: str = ""

    def in_call(self, call: Call) -> Call:
        """Change what is asked."""
        return call

    def in_signing(self, signing: Signing) -> Signing:
        """Change how it is signed."""
        return signing

    def on_wire(self, wire: Wire) -> Wire:
        """Change the signed request."""
        return wire

    def __repr__(self) -> str:
        return f"{self.name} ({self.says})" if self.says else self.name
