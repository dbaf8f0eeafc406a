"""Requests at the ready to be broken, each with what shows that its refusal changed nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from conformance.checks.platform.stages import HALF_AN_HOUR, wait
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.machines import Refusal
from reference.platform.refusals import SIGN_ERROR
from strategies import orders
from strategies.cases import Call, Fault, NumberShape, Order, Product, Refund, Role

__all__ = ["Ask", "Asked", "asks", "at_one_moment", "more_asks", "order_of", "refuses", "same", "try_faults"]

_TIMES_TO_TRY = 5
_FACTS = ("trade_state", "status", "amount", "out_trade_no", "out_refund_no", "transaction_id", "refund_id", "success_time")


@dataclass(frozen=True, slots=True)
class Asked:
    """A valid request: *untouched* raises Violation if anything came of it."""

    call: Call
    untouched: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Ask:
    """A kind of request; *prepare* brings the platform to where one is valid. *order* says that its body is an order with 茶 in it."""

    name: str
    prepare: Callable[[Platform], Asked]
    role: Role = "merchant"
    body: bool = True
    order: bool = False
    query: bool = False

    def __str__(self) -> str:
        return self.name


def asks(platform: Platform) -> tuple[Ask, ...]:
    """One of each kind that a signature treats differently: with a body and Chinese in it, with a query, with neither."""
    role: Role = "partner" if "partner" in platform.roles else "merchant"
    return (
        Ask("place an order", partial(_place, product="jsapi", role="merchant"), order=True),
        Ask("query an order", partial(_query, role=role), role, body=False, query=True),
        Ask("close an order", partial(_close, role="merchant")),
        Ask("list certificates", lambda _platform: Asked(Call("certificates_list"), lambda: None), body=False),
    )


def more_asks(platform: Platform) -> tuple[Ask, ...]:
    """Those of `asks`, and more of the kinds money depends on, for merchants and their service providers."""
    more: list[Ask] = []
    if "partner" in platform.roles:
        more += [
            Ask("place an order for a sub-merchant", partial(_place, product="native", role="partner"), "partner", order=True),
            Ask("query an order as a merchant", partial(_query, role="merchant"), body=False, query=True),
        ]
    if "payer" in platform.capabilities:
        more.append(Ask("refund", _refund))
    return (*asks(platform), *more)


def refuses(platform: Platform, asked: Asked, fault: Fault, *refusals: Refusal, because: str = "") -> None:
    """Demand that *asked*, broken by *fault*, is refused (401 SIGN_ERROR) and changes nothing, and is accepted without the fault."""
    answer = platform.send(asked.call, broken_by=fault)
    answer.is_refused(*refusals or (SIGN_ERROR,), because=because or "A request that cannot be verified was not refused.")
    asked.untouched()
    platform.send(asked.call).is_accepted(because="The same request without the fault is valid.")


@dataclass(frozen=True, slots=True)
class _Broken:
    ask: Ask
    fault: Fault

    def __str__(self) -> str:
        return f"{self.ask}: {self.fault!r}"


def try_faults(platform: Platform, which: Iterable[Ask], faults: Callable[[Ask], Iterable[Fault]], *refusals: Refusal) -> None:
    """Try every one of the *faults* on a fresh request of every kind, as `refuses`."""
    cases = [_Broken(ask, fault) for ask in which for fault in faults(ask)]
    try_all(platform, cases, lambda case: refuses(platform, case.ask.prepare(platform), case.fault, *refusals))


def at_one_moment(platform: Platform, send: Callable[[], Answer]) -> Answer:
    """Return an answer given within the second in which its request was signed, for what depends on single seconds."""
    for _ in range(_TIMES_TO_TRY):
        answer = send()
        if platform.now() == answer.exchange.at:
            break
    return answer


def same(before: Answer, after: Answer) -> None:
    """Demand that a query shows what it showed before of an order's or a refund's state, money and ids."""
    for name in _FACTS:
        if before.get(name) != after.get(name):
            got = f"{name} {after.get(name)!r}, {after.status}"
            raise Violation("A refused request had an effect.", expected=f"{name} {before.get(name)!r}", got=got)


def order_of(product: Product, role: Role, *, tail: str = "") -> Order:
    """Return an order with Chinese in its body and a number that ends in *tail*."""
    order = orders.lean(product, role, total=1000).but(description="龙井茶 & 点心", attach="自定义/数据")
    order.shape = NumberShape(24, tail) if tail else None
    return order


def _place(platform: Platform, product: Product, role: Role) -> Asked:
    order = order_of(product, role)
    return Asked(platform.calls.place(order), lambda: _unknown(platform, order))


def _query(platform: Platform, role: Role) -> Asked:
    # Not every platform takes "|" in a number, and none has to.
    order = next(order for order in (order_of("jsapi", role, tail=tail) for tail in ("|*-_", "*-_", "")) if platform.place(order).accepted)
    return Asked(platform.calls.query(order, None), lambda: None)


def _close(platform: Platform, role: Role) -> Asked:
    order = order_of("app", role)
    platform.place(order).is_accepted()
    wait(platform, HALF_AN_HOUR)
    return Asked(platform.calls.close(order, None), lambda: _shows(platform.query(order), "trade_state", "NOTPAY"))


def _refund(platform: Platform) -> Asked:
    order = order_of("jsapi", "merchant")
    platform.must_pay(order)
    refund = Refund(order, 300, {"reason": "退茶"})

    def untouched() -> None:
        platform.query_refund(refund).is_refused(because="A refused refund exists.")
        _shows(platform.query(order), "trade_state", "SUCCESS")

    return Asked(platform.calls.refund(refund, None, None), untouched)


def _unknown(platform: Platform, order: Order) -> None:
    platform.query(order).is_refused(because="The order of a refused request exists.")


def _shows(answer: Answer, name: str, value: Any) -> None:
    found = answer.is_accepted(because="What was there before a refused request is there after it.").get(name)
    if found != value:
        raise Violation("A refused request had an effect.", expected=f"{name} {value}", got=f"{name} {found}")
