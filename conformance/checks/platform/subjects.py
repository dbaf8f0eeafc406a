"""Every operation of the contract, with a valid call of it and a look at what that call would change."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from conformance.checks.platform.placing import every_kind, operation_of
from conformance.checks.platform.stages import HALF_AN_HOUR, Kind, wait
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from reference.oracles.times import BEIJING
from strategies.cases import Call, Refund, Role

__all__ = ["TAKES_A_BODY", "Standing", "Subject", "subjects"]

TAKES_A_BODY = "POST"
"""The method of the operations that take a body."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an operation can be called: *call* gives a valid call, *look* what the last one given would change, None for nothing."""

    call: Callable[[], Call]
    look: Callable[[], Any] = lambda: None


@dataclass(frozen=True, slots=True)
class Subject:
    """An *operation* as a merchant of some *role* calls it; *begin* makes all that a valid call of it takes.

    *path* is the contract's, with names in braces where numbers stand.
    """

    operation: str
    role: Role
    begin: Callable[[Platform], Standing]
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.operation} of a {self.role}"


def subjects(platform: Platform) -> Iterator[Subject]:
    """Yield every operation this platform's powers allow to be called validly, those that move its clock by days last."""

    def subject(operation: str, role: Role, begin: Callable[[Platform], Standing]) -> Subject:
        known = platform.contract.operations[operation]
        return Subject(operation, role, begin, known.method, known.path)

    powers = platform.capabilities
    for kind in every_kind(platform):
        yield subject(operation_of(kind), kind.role, _placing(kind))
    roles: list[Role] = ["merchant", "partner"] if "partner-merchant" in powers else ["merchant"]
    for role in roles:
        mode = "partner_" if role == "partner" else ""
        yield subject(f"{mode}order_query", role, _querying(Kind("native", role)))
        yield subject(f"{mode}order_close", role, _closing(Kind("jsapi", role)))
        yield subject("certificates_list", role, _asking(Call("certificates_list", role)))
        yield subject("security_echo", role, _asking(Call("security_echo", role, body={"echo_message": "回显"})))
        if "code-plans" in powers:
            yield subject(f"{mode}order_reverse", role, _reversing(Kind("codepay", role)))
        if "payer" in powers:
            yield subject(f"{mode}order_query_by_id", role, _querying_by_id(Kind("app", role)))
            yield subject("refund_create", role, _refunding(Kind("h5", role)))
            yield subject("refund_query", role, _querying_a_refund(Kind("jsapi", role)))
        if {"payer", "settle"} <= powers:
            yield subject("refund_apply_abnormal", role, _paying_out(Kind("app", role)))
    if {"payer", "time-travel"} <= powers:
        for role in roles:
            yield subject("tradebill_apply", role, _billing("tradebill_apply", role))
            yield subject("fundflowbill_apply", role, _billing("fundflowbill_apply", role))
            yield subject("bill_download", role, _downloading(role))


def _asking(call: Call) -> Callable[[Platform], Standing]:
    return lambda _platform: Standing(lambda: call)


def _placing(kind: Kind) -> Callable[[Platform], Standing]:
    def begin(platform: Platform) -> Standing:
        placed = [kind.order()]

        def call() -> Call:
            placed.append(kind.order())
            return platform.calls.place(placed[-1])

        return Standing(call, lambda: _seen(platform.query(placed[-1])))

    return begin


def _querying(kind: Kind) -> Callable[[Platform], Standing]:
    def begin(platform: Platform) -> Standing:
        order = kind.order()
        platform.place(order).is_accepted()
        return Standing(lambda: platform.calls.query(order, None))

    return begin


def _querying_by_id(kind: Kind) -> Callable[[Platform], Standing]:
    def begin(platform: Platform) -> Standing:
        order = kind.order()
        platform.must_pay(order)
        known = platform.transaction_id(order)
        return Standing(lambda: platform.calls.query_by_id(order, known, None))

    return begin


def _closing(kind: Kind) -> Callable[[Platform], Standing]:
    def begin(platform: Platform) -> Standing:
        order = kind.order()
        platform.place(order).is_accepted()
        wait(platform, HALF_AN_HOUR)
        return Standing(lambda: platform.calls.close(order, None), lambda: _seen(platform.query(order)))

    return begin


def _reversing(kind: Kind) -> Callable[[Platform], Standing]:
    def begin(platform: Platform) -> Standing:
        order = kind.order()
        platform.place(order).is_accepted()
        wait(platform, HALF_AN_HOUR)
        return Standing(lambda: platform.calls.reverse(order, None), lambda: _seen(platform.query(order)))

    return begin


def _refunding(kind: Kind) -> Callable[[Platform], Standing]:
    def begin(platform: Platform) -> Standing:
        order = kind.order(1000)
        platform.must_pay(order)
        asked = [Refund(order, 1)]

        def call() -> Call:
            asked.append(Refund(order, 1))
            return platform.calls.refund(asked[-1], None, None)

        def look() -> Any:
            return _seen(platform.query_refund(asked[-1])), _seen(platform.query(order))

        return Standing(call, look)

    return begin


def _querying_a_refund(kind: Kind) -> Callable[[Platform], Standing]:
    def begin(platform: Platform) -> Standing:
        order = kind.order()
        platform.must_pay(order)
        refund = Refund(order, 1)
        platform.refund(refund).is_accepted()
        return Standing(lambda: platform.calls.query_refund(refund, None))

    return begin


def _paying_out(kind: Kind) -> Callable[[Platform], Standing]:
    def begin(platform: Platform) -> Standing:
        order = kind.order()
        platform.must_pay(order)
        refund = Refund(order, 1)
        refund_id = str(platform.refund(refund).is_accepted()["refund_id"])
        platform.settle(refund, "ABNORMAL")
        body = {"type": "MERCHANT_BANK_CARD"}
        return Standing(lambda: platform.calls.apply_abnormal(refund, refund_id, body, {}), lambda: _seen(platform.query_refund(refund)))

    return begin


def _billing(operation: str, role: Role) -> Callable[[Platform], Standing]:
    def begin(platform: Platform) -> Standing:
        query = {"bill_date": _billed_day(platform, role)}
        return Standing(lambda: Call(operation, role, query=query))

    return begin


def _downloading(role: Role) -> Callable[[Platform], Standing]:
    def begin(platform: Platform) -> Standing:
        day = _billed_day(platform, role)

        def call() -> Call:
            url = str(platform.send(Call("tradebill_apply", role, query={"bill_date": day})).is_accepted()["download_url"])
            return Call("bill_download", role, query={name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()})

        return Standing(call)

    return begin


def _billed_day(platform: Platform, role: Role) -> str:
    """Let an order be paid, the next morning come, and return the day of the payment."""
    platform.must_pay(Kind("native", role).order())
    day = datetime.fromtimestamp(platform.now(), BEIJING).date()
    ready = datetime.combine(day + timedelta(days=1), time(10, 30), BEIJING)
    platform.advance(ready.timestamp() - platform.now())
    return day.isoformat()


def _seen(answer: Answer) -> Any:
    return answer.json if answer.accepted else None
