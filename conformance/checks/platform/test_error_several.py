"""Requests with two things wrong: one of them is named."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

from conformance.checks.platform.causes import PARAMETER
from conformance.checks.platform.placing import every_kind, operation_of
from conformance.checks.platform.refunding import A_MINUTE, paid
from conformance.checks.platform.stages import STAGES, Kind, kinds, wait
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies.cases import Fault, Order, Refund
from strategies.faults.fields import faults_of
from strategies.faults.identity import Anonymous, NamesNobody, NamesSomebodyElse
from strategies.faults.several import Both
from strategies.faults.time import Skew

GROUP = "errors"

_Ask = Callable[[Platform, Fault | None], Answer]
_OF_AN_ORDER = ("description:minLength", "amount.total:minimum", "amount.currency:enum", "attach:maxLength", "out_trade_no:pattern")
_OF_A_REFUND = ("amount.refund:minimum", "amount.currency:enum", "reason:maxLength", "out_refund_no:maxLength", "funds_account:enum")
_UNSIGNED: tuple[Fault, ...] = (Anonymous(), Skew(3600))


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two things wrong with one request: each of them *alone*, and both *together*."""

    name: str
    alone: tuple[Callable[[Platform], Answer], Callable[[Platform], Answer]]
    together: Callable[[Platform], Answer]

    def __str__(self) -> str:
        return self.name


@judges("v3.error.names-one-of-several-faults")
def test_names_one_of_two_faults_of_an_order(platform: Platform) -> None:
    """An order with two faults, in fields, ids, number or signature, is refused with the code that one of them alone brings."""
    pairs = (pair for kind in every_kind(platform, "jsapi", "native") for pair in _of_placing(platform, kind))
    try_all(platform, pairs, lambda pair: _names_one(platform, pair))


@judges("v3.error.names-one-of-several-faults")
def test_names_one_of_two_faults_of_a_refund(platform: Platform) -> None:
    """A refund with two faults, in fields, amount, number, order or signature, is refused with the code that one of them alone brings."""
    platform.needs("payer")
    pairs = (pair for kind in kinds(platform, "jsapi") for pair in _of_refunding(kind))
    try_all(platform, pairs, lambda pair: _names_one(platform, pair))


@judges("v3.error.names-one-of-several-faults")
def test_names_one_of_two_faults_of_what_is_asked_of_an_order(platform: Platform) -> None:
    """A query or a close with two faults, in ids, number, state or signature, is refused with the code that one of them alone brings."""
    platform.needs("payer")
    pairs = (pair for kind in kinds(platform, "app", "native") for pair in _of_the_rest(kind))
    try_all(platform, pairs, lambda pair: _names_one(platform, pair))


def _names_one(platform: Platform, pair: _Pair) -> None:
    """Demand that both faults together bring the code of one of them; a fault the platform overlooks has none."""
    alone = [ask(platform) for ask in pair.alone]
    if any(answer.accepted for answer in alone):
        return
    answer = pair.together(platform).is_refused(because="Two faults are refused no less than one.")
    if _meant(answer) not in {_meant(each) for each in alone}:
        expected = " or ".join(sorted({str(each.code) for each in alone}))
        raise Violation("The refusal explains neither of two faults.", expected=expected, got=answer.described)


def _meant(answer: Answer) -> str | None:
    return "PARAM_ERROR" if answer.code in PARAMETER else answer.code


def _of_placing(platform: Platform, kind: Kind) -> Iterator[_Pair]:
    prefix = "sp_" if kind.role == "partner" else ""
    ids = [NamesSomebodyElse(f"{prefix}appid", "wx0000000000000000")]
    if kind.role == "partner":
        ids.append(NamesSomebodyElse("sub_mchid", "1999999999"))
    faults = (*_fields(operation_of(kind), _OF_AN_ORDER), *ids, *_UNSIGNED)
    # Every second pair, and the others for the other kinds of order: what two faults do to each other seldom depends on the product.
    yield from list(_combined(f"{kind}, ", partial(_place, kind), faults))[len(str(kind)) % 2 :: 2]
    names = ("paid", "refunded") if "payer" in platform.capabilities else ()
    for name in names if kind.product == "codepay" else ("unpaid", "closed", *names):
        again = partial(_place_again, kind, name)
        yield from _in_vain(f"{kind} in use, {name}, ", again, partial(_place, kind), (*faults[:4:3], *ids, *_UNSIGNED))


def _of_refunding(kind: Kind) -> Iterator[_Pair]:
    faults = (*_fields("refund_create", _OF_A_REFUND), *_UNSIGNED)
    good = partial(_refund, kind)
    yield from _combined(f"refund of a {kind}, ", good, faults)
    for name, bad in {"too much": _refund_too_much, "unpaid": _refund_unpaid, "unknown": _refund_unknown, "used": _refund_used}.items():
        yield from _in_vain(f"refund of a {kind}, {name}, ", partial(bad, kind), good, faults[1:])


def _of_the_rest(kind: Kind) -> Iterator[_Pair]:
    mchid = "sp_mchid" if kind.role == "partner" else "mchid"
    faults = (NamesNobody(mchid), NamesSomebodyElse(mchid, "1999999999"), *_UNSIGNED)
    asked: dict[str, tuple[_Ask, _Ask]] = {
        "close paid": (partial(_close, kind, "paid"), partial(_close, kind, "unpaid")),
        "query unknown": (
            lambda platform, fault: platform.query(kind.order(), broken_by=fault),
            lambda platform, fault: platform.query(_placed(platform, kind), broken_by=fault),
        ),
    }
    for name, (bad, good) in asked.items():
        yield from _combined(f"{name} {kind}, ", good, faults[::2])
        yield from _in_vain(f"{name} {kind}, ", bad, good, faults)


def _combined(name: str, ask: _Ask, faults: tuple[Fault, ...]) -> Iterator[_Pair]:
    """Every two of *faults* in what is asked for in vain for no other reason."""
    for first, second in combinations(faults, 2):
        both = Both(first, second)
        yield _Pair(f"{name}{both!r}", (_with(ask, first), _with(ask, second)), _with(ask, both))


def _in_vain(name: str, bad: _Ask, good: _Ask, faults: tuple[Fault, ...]) -> Iterator[_Pair]:
    """Every one of *faults* in a request that is in vain by itself."""
    for fault in faults:
        yield _Pair(f"{name}{fault!r}", (_with(bad, None), _with(good, fault)), _with(bad, fault))


def _with(ask: _Ask, fault: Fault | None) -> Callable[[Platform], Answer]:
    return lambda platform: ask(platform, fault)


def _fields(operation: str, wanted: tuple[str, ...]) -> tuple[Fault, ...]:
    """The first field fault of *operation* whose name begins with each of *wanted*, if it has one."""
    known = faults_of(operation)
    found = (next((fault for fault in known if fault.name.startswith(beginning)), None) for beginning in wanted)
    return tuple(fault for fault in found if fault is not None)


def _place(kind: Kind, platform: Platform, fault: Fault | None) -> Answer:
    return platform.place(kind.order(), broken_by=fault)


def _placed(platform: Platform, kind: Kind) -> Order:
    order = kind.order()
    platform.place(order).is_accepted()
    return order


def _place_again(kind: Kind, stage: str, platform: Platform, fault: Fault | None) -> Answer:
    order = kind.order()
    STAGES[stage](platform, order)
    return platform.place(order.but(description="另一种茶"), broken_by=fault)


def _refund(kind: Kind, platform: Platform, fault: Fault | None) -> Answer:
    return _apply(platform, Refund(paid(platform, kind), 1), fault)


def _refund_too_much(kind: Kind, platform: Platform, fault: Fault | None) -> Answer:
    return _apply(platform, Refund(paid(platform, kind), 101), fault)


def _refund_unpaid(kind: Kind, platform: Platform, fault: Fault | None) -> Answer:
    return _apply(platform, Refund(_placed(platform, kind), 1), fault)


def _refund_unknown(kind: Kind, platform: Platform, fault: Fault | None) -> Answer:
    return _apply(platform, Refund(kind.order(), 1), fault)


def _refund_used(kind: Kind, platform: Platform, fault: Fault | None) -> Answer:
    refund = Refund(paid(platform, kind), 40)
    platform.refund(refund).is_accepted()
    return _apply(platform, replace(refund, amount=41), fault)


def _apply(platform: Platform, refund: Refund, fault: Fault | None) -> Answer:
    wait(platform, A_MINUTE)
    return platform.refund(refund, broken_by=fault)


def _close(kind: Kind, stage: str, platform: Platform, fault: Fault | None) -> Answer:
    order = kind.order()
    STAGES[stage](platform, order)
    return platform.close(order, broken_by=fault)
