"""Requests that must be refused, each for one cause, and the codes that name it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from conformance.checks.platform.placing import operation_of
from conformance.checks.platform.refunding import A_MINUTE, paid
from conformance.checks.platform.stages import SETTLED, STAGES, Kind, wait
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.verdicts import Violation
from strategies.cases import Fault, Order, Refund
from strategies.faults.fields import FieldFault, faults_of
from strategies.faults.identity import Anonymous, NamesSomebodyElse
from strategies.faults.named import Signed
from strategies.faults.time import Skew

__all__ = [
    "NOT_FOUND",
    "NO_TRANSACTION",
    "ORDER_PAID",
    "PARAMETER",
    "SIGNATURES",
    "UNSIGNED",
    "Cause",
    "Tried",
    "names",
    "of_closing",
    "of_placing",
    "of_refunding",
]

PARAMETER = frozenset({"PARAM_ERROR", "INVALID_REQUEST"})
NOT_FOUND = frozenset(
    {
        "NOT_FOUND",
        "ORDER_NOT_EXIST",
        "ORDER_NOT_EXISTS",
        "ORDER_NOT_FOUND",
        "REFUNDNOTEXIST",
        "REFUND_NOT_EXIST",
        "REFUND_NOT_EXISTS",
        "RESOURCE_NOT_EXIST",
        "RESOURCE_NOT_EXISTS",
        "RESOURCE_NOT_FOUND",
    }
)
ORDER_PAID = frozenset({"ORDER_PAID", "INVALID_REQUEST"})
UNSIGNED = frozenset({"SIGN_ERROR"})
NO_TRANSACTION = "4200000000202606150000000000"
"""A transaction_id of the usual form that stands for no payment."""
_NUMBER_USED = frozenset({"OUT_TRADE_NO_USED", "INVALID_REQUEST", "ORDER_PAID", "ORDER_CLOSED"})
_FOREIGN_APPID = frozenset({"APPID_MCHID_NOT_MATCH"})
_NO_ORDER = NOT_FOUND | {"INVALID_REQUEST"}
_SHORT = frozenset({"NOT_ENOUGH"})
_TOO_MUCH = PARAMETER | {"NOT_ENOUGH", "RULE_LIMIT"}
_OF_IDS = {
    "appid": frozenset({"APPID_MCHID_NOT_MATCH", "APPID_NOT_EXIST"}),
    "mchid": frozenset({"MCH_NOT_EXISTS", "NO_AUTH", "SIGN_ERROR"}),
    "openid": frozenset({"OPENID_MISMATCH"}),
    "auth_code": frozenset({"AUTH_CODE_ERROR", "AUTH_CODE_INVALID"}),
}
"""The end of a field's name -> the codes that name what is wrong with it besides those for any parameter."""

SIGNATURES: tuple[Fault, ...] = (
    Anonymous(),
    Skew(-3600),
    Skew(3600),
    Signed("other-message", "signs another message", lambda signing: replace(signing, message=b"another\n")),
    Signed("no-certificate", "an unknown serial_no", lambda signing: replace(signing, serial_no="F" * 40)),
)
"""Ways in which a request is not signed."""


@dataclass(frozen=True, slots=True)
class Tried:
    """The answer to a request that must be refused; *done* tells whether a query shows that it was carried out all the same."""

    answer: Answer
    done: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason to refuse: *provoke* makes all it takes and sends the request; *codes* name the reason, none leaves the name open."""

    name: str
    provoke: Callable[[Platform], Tried]
    codes: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.name


def names(answer: Answer, codes: frozenset[str], *, because: str) -> Answer:
    """Demand that *answer* is a refusal with one of *codes*."""
    answer.is_refused(because=because)
    if answer.code not in codes:
        raise Violation(because, expected=f"4xx {' or '.join(sorted(codes))}", got=answer.described)
    return answer


def of_placing(platform: Platform, kind: Kind, *, every: int = 1) -> Iterator[Cause]:
    """Yield why an order of *kind* is refused; of the faults in single fields only *every* so many."""
    for field in _fields(operation_of(kind), every, len(str(kind))):
        yield _placing(kind, field, _named(field))
    for unsigned in SIGNATURES:
        yield _placing(kind, unsigned, UNSIGNED)
    appid = "sp_appid" if kind.role == "partner" else "appid"
    yield _placing(kind, NamesSomebodyElse(appid, "wx0000000000000000"), _FOREIGN_APPID | PARAMETER | _OF_IDS["appid"])
    if "other-merchant" in platform.capabilities:
        yield _placing(kind, NamesSomebodyElse(appid, platform.merchant("other").appid), _FOREIGN_APPID)
    for name, reach in STAGES.items():
        powers = {"unpaid": set(), "tried": {"payer"}, "refund settled": {"payer", "settle"}}.get(name, {"payer"})
        if powers <= platform.capabilities and not (kind.product == "codepay" and name in {"unpaid", "tried", "closed"}):
            yield Cause(f"{kind}, changed when {name}", partial(_place_changed, kind, reach), _NUMBER_USED)


def of_refunding(platform: Platform, kind: Kind, *, every: int = 1) -> Iterator[Cause]:
    """Yield why a refund of an order of *kind* is refused; of the faults in single fields only *every* so many."""
    for field in _fields("refund_create", every, len(str(kind))):
        yield _refunding(kind, field, _named(field))
    for unsigned in SIGNATURES:
        yield _refunding(kind, unsigned, UNSIGNED)
    for taken in (0, 1, 60, 99):
        yield Cause(f"{kind}, refunded too much after {taken} fen", partial(_refund_too_much, kind, taken), _TOO_MUCH)
    yield Cause(f"{kind}, a used refund number", partial(_refund_changed, kind), PARAMETER)
    yield Cause(f"{kind}, refunded without an order", partial(_refund_nothing, kind), _NO_ORDER)
    yield Cause(f"{kind}, refunded by an unknown transaction_id", partial(_refund_no_transaction, kind), _NO_ORDER)
    if "balance" in platform.capabilities:
        yield Cause(f"{kind}, refunded without funds", partial(_refund_without_funds, kind), _SHORT)


def of_closing(platform: Platform, kind: Kind) -> Iterator[Cause]:
    """Yield why an order of *kind* that is paid is not closed."""
    for name in SETTLED if "settle" in platform.capabilities else SETTLED[:-1]:
        yield Cause(f"{kind}, closed when {name}", partial(_close_when, kind, name), ORDER_PAID)


def _fields(operation: str, every: int, turn: int) -> tuple[FieldFault, ...]:
    """One fault of every bound of every field, another at every *turn*; and of these only *every* so many."""
    grouped: dict[tuple[str, str], list[FieldFault]] = {}
    for fault in faults_of(operation):
        grouped.setdefault((fault.field, fault.bound.keyword), []).append(fault)
    return tuple(faults[turn % len(faults)] for faults in grouped.values())[turn % every :: every]


def _named(fault: FieldFault) -> frozenset[str]:
    return PARAMETER.union(*(codes for name, codes in _OF_IDS.items() if fault.field.endswith(name)))


def _placing(kind: Kind, fault: Fault, codes: frozenset[str]) -> Cause:
    def provoke(platform: Platform) -> Tried:
        order = kind.order()
        answer = platform.place(order, broken_by=fault)
        return Tried(answer, lambda: platform.query(order).accepted)

    return Cause(f"{kind}, {fault!r}", provoke, codes)


def _place_changed(kind: Kind, reach: Callable[[Platform, Order], object], platform: Platform) -> Tried:
    order = kind.order()
    reach(platform, order)
    answer = platform.place(order.but(amount={"total": order.total + 1, "currency": "CNY"}))
    return Tried(answer, lambda: platform.query(order).get("amount.total") == order.total + 1)


def _refunding(kind: Kind, fault: Fault, codes: frozenset[str]) -> Cause:
    return Cause(f"refund of a {kind}, {fault!r}", lambda platform: _refund(platform, Refund(paid(platform, kind), 1), fault), codes)


def _refund(platform: Platform, refund: Refund, fault: Fault | None = None, transaction_id: str | None = None) -> Tried:
    wait(platform, A_MINUTE)
    answer = platform.refund(refund, broken_by=fault, transaction_id=transaction_id)
    return Tried(answer, lambda: platform.query_refund(refund).get("amount.refund") == refund.amount)


def _refund_too_much(kind: Kind, taken: int, platform: Platform) -> Tried:
    order = paid(platform, kind)
    if taken:
        platform.refund(Refund(order, taken)).is_accepted()
    return _refund(platform, Refund(order, order.total - taken + 1))


def _refund_changed(kind: Kind, platform: Platform) -> Tried:
    refund = Refund(paid(platform, kind), 40)
    platform.refund(refund).is_accepted()
    return _refund(platform, replace(refund, amount=41))


def _refund_nothing(kind: Kind, platform: Platform) -> Tried:
    return _refund(platform, Refund(kind.order(), 1))


def _refund_no_transaction(kind: Kind, platform: Platform) -> Tried:
    return _refund(platform, Refund(kind.order(), 1, by="transaction_id"), transaction_id=NO_TRANSACTION)


def _refund_without_funds(kind: Kind, platform: Platform) -> Tried:
    refund = Refund(paid(platform, kind), 50)
    platform.fund(49, kind.role)
    try:
        return _refund(platform, refund)
    finally:
        platform.fund(None, kind.role)


def _close_when(kind: Kind, stage: str, platform: Platform) -> Tried:
    order = kind.order()
    STAGES[stage](platform, order)
    answer = platform.close(order)
    return Tried(answer, lambda: platform.query(order).get("trade_state") == "CLOSED")
