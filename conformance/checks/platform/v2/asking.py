"""Requests of APIv2 that change something, each with a look at whether it did; and the list of faults tried on them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from conformance.checks.platform.stages import wait
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.oracles.v2 import SignType
from strategies.cases import Order, Product, Refund, Role
from strategies.orders import lean
from strategies.v2.cases import CallV2, FaultV2

__all__ = ["NO_SUCH_ORDER", "AskV2", "Prepared", "asks", "order_of", "roles", "try_faults"]

NO_SUCH_ORDER = ("ORDERNOTEXIST",)
"""What a query of an order that was never placed is answered with."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A valid *call*; *unchanged* raises Violation when something was done."""

    call: CallV2
    unchanged: Callable[[], object]


@dataclass(frozen=True, slots=True)
class AskV2:
    """A request that changes something, as a merchant of some *role* makes it."""

    name: str
    role: Role
    prepare: Callable[[Platform], Prepared]

    def __str__(self) -> str:
        return self.name if self.role == "merchant" else f"{self.name} of a {self.role}"


@dataclass(frozen=True, slots=True)
class _Attempt:
    ask: AskV2
    fault: FaultV2
    sign_type: SignType

    def __str__(self) -> str:
        return f"{self.ask}, {self.fault!r}{'' if self.sign_type == 'MD5' else f', {self.sign_type}'}"


def order_of(product: Product, role: Role = "merchant") -> Order:
    """Return an order whose members tell apart what is signed: Chinese text, characters that mean something in XML and in URLs."""
    return lean(product, role, attach="龙井 & <茶> a=b+c/100%", goods_tag="WXG")


def roles(platform: Platform) -> tuple[Role, ...]:
    """The merchant, and the service provider where there is one."""
    return tuple(role for role in platform.roles if role != "other")


def asks(platform: Platform) -> list[AskV2]:
    """Every request this platform's powers allow to be made validly: ordering, closing, charging a code, reversing, refunding."""
    found = []
    certified = "client-certificates" in platform.capabilities
    ordered: tuple[Product, ...] = ("jsapi", "app", "h5", "native") if platform.v2.offers("unifiedorder") else ()
    for role in roles(platform):
        found += [AskV2(f"ordering {product}", role, _placing(product, role)) for product in (*ordered, "codepay")]
        found += [AskV2("closing", role, _closing(role))] if platform.v2.offers("closeorder") else []
        if certified:
            found.append(AskV2("reversing", role, _reversing(role)))
        if certified and "payer" in platform.capabilities:
            found.append(AskV2("refunding", role, _refunding(role)))
    return found


def try_faults(
    platform: Platform,
    faults: Iterable[FaultV2],
    *codes: str,
    because: str,
    some: Iterable[AskV2] | None = None,
    sign_types: tuple[SignType, ...] = ("MD5",),
) -> None:
    """Try every one of *faults* on every request: it is refused without effect, and the same request without it is accepted."""
    every = tuple(faults)

    def attempt(case: _Attempt) -> None:
        platform.v2.sign_type = case.sign_type
        prepared = case.ask.prepare(platform)
        platform.v2.send(prepared.call, broken_by=case.fault).is_refused_anyhow(*codes, because=because)
        prepared.unchanged()
        platform.v2.send(prepared.call).is_taken(because="The same request without the fault is valid.")

    chosen = asks(platform) if some is None else list(some)
    try:
        try_all(platform, [_Attempt(ask, fault, kind) for kind in sign_types for fault in every for ask in chosen], attempt)
    finally:
        platform.v2.sign_type = None


def _placing(product: Product, role: Role) -> Callable[[Platform], Prepared]:
    def prepare(platform: Platform) -> Prepared:
        order = order_of(product, role)
        query = platform.v2.calls.query(order)
        return Prepared(
            platform.v2.calls.place(order),
            lambda: platform.v2.send(query).is_refused(*NO_SUCH_ORDER, because="The order of a refused request exists."),
        )

    return prepare


def _closing(role: Role) -> Callable[[Platform], Prepared]:
    def prepare(platform: Platform) -> Prepared:
        order = order_of("native", role)
        platform.v2.place(order).is_accepted()
        # A close may be refused within five minutes of ordering.
        wait(platform, 301)
        return Prepared(platform.v2.calls.close(order), lambda: _in_state(platform, order, "NOTPAY"))

    return prepare


def _reversing(role: Role) -> Callable[[Platform], Prepared]:
    def prepare(platform: Platform) -> Prepared:
        order = order_of("codepay", role)
        platform.v2.place(order).is_accepted()
        wait(platform, 20)
        return Prepared(platform.v2.calls.reverse(order), lambda: _in_state(platform, order, "SUCCESS"))

    return prepare


def _refunding(role: Role) -> Callable[[Platform], Prepared]:
    def prepare(platform: Platform) -> Prepared:
        order = order_of("jsapi", role)
        platform.v2.must_pay(order)
        refund = Refund(order, 1)
        return Prepared(
            platform.v2.calls.refund(refund),
            lambda: platform.v2.query_refund(refund).is_refused("REFUNDNOTEXIST", because="The refund of a refused request exists."),
        )

    return prepare


def _in_state(platform: Platform, order: Order, state: str) -> None:
    shown = platform.v2.query(order).is_accepted().get("trade_state")
    if shown != state:
        raise Violation("A refused request changed the order.", expected=f"trade_state {state}", got=f"trade_state {shown}")
