"""A request that cannot be verified changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from conformance.checks.platform.asking import Asked, order_of, same
from conformance.checks.platform.stages import HALF_AN_HOUR, Kind, kinds, wait
from conformance.targets.inbox import Inbox
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.identity import stranger
from reference.platform.refusals import SIGN_ERROR
from reference.rules import judges
from strategies.cases import Call, Fault, Order, Refund
from strategies.faults.identity import Anonymous, Forged
from strategies.faults.named import Sent, named
from strategies.faults.signature import layouts
from strategies.faults.time import Skew

GROUP = "requests"

_UNBELIEVED = (
    Forged(stranger()),
    Anonymous(),
    Skew(-3600),
    Sent("blank-added", "a blank added to the body after signing", lambda wire: replace(wire, body=wire.body + b" ")),
    *named(layouts(), "no-last-newline"),
)
"""Every way a request can fail to be believed: its key, its absence of one, its time, its body, its message."""


@dataclass(frozen=True, slots=True)
class _Attack:
    """A request that changes something, sent in a way that must not be believed."""

    name: str
    prepare: Callable[[Platform], Asked]
    fault: Fault

    def __str__(self) -> str:
        return f"{self.name}: {self.fault!r}"


@judges("v3.request.unverified-request-changes-nothing")
def test_an_unverified_order_is_not_placed(platform: Platform) -> None:
    """A refused order of any product cannot be found or paid, and its number is free for an order of another amount."""

    def attempt(kind: Kind) -> None:
        for fault in _UNBELIEVED:
            order = order_of(kind.product, kind.role)
            platform.place(order, broken_by=fault).is_refused(SIGN_ERROR)
            platform.query(order).is_refused(because="The order of a refused request exists.")
            if "payer" in platform.capabilities and platform.pay(order) is None:
                raise Violation("The order of a refused request was paid.", expected="nothing to pay", got="a payment")
            other = order.but(amount={"total": 7, "currency": "CNY"})
            platform.place(other).is_accepted(because="The number of a refused order is free.")
            total = platform.query(other).is_accepted(because="The order was placed.").get("amount.total")
            if total != 7:
                raise Violation("A refused order left its amount behind.", expected="amount.total 7", got=f"amount.total {total}")

    try_all(platform, kinds(platform), attempt)


@judges("v3.request.unverified-request-changes-nothing")
def test_an_unverified_code_payment_is_not_charged(platform: Platform) -> None:
    """A refused payment by code cannot be found, and its payment code still pays another order."""
    platform.needs("code-plans")

    def attempt(kind: Kind) -> None:
        for fault in _UNBELIEVED:
            order = order_of(kind.product, kind.role)
            call = platform.calls.place(order)
            platform.send(call, broken_by=fault).is_refused(SIGN_ERROR)
            platform.query(order).is_refused(because="The order of a refused request exists.")
            other = replace(order.fresh(), fields={**order.fields, "payer": call.body["payer"]})
            platform.place(other).is_accepted(because="The code was not charged.")

    try_all(platform, kinds(platform, "codepay"), attempt)


@judges("v3.request.unverified-request-changes-nothing")
def test_an_unverified_request_does_not_change_what_is(platform: Platform) -> None:
    """After a refused closing, refund, reversal or second payout, order and refund show what they showed, and the real one still works."""
    platform.needs("payer", "settle")

    def attempt(attack: _Attack) -> None:
        asked = attack.prepare(platform)
        platform.send(asked.call, broken_by=attack.fault).is_refused(SIGN_ERROR)
        asked.untouched()
        platform.send(asked.call).is_accepted(because="Nothing has happened yet.")

    kept = {"close": _closing, "refund": _refunding, "refund the rest": _refunding_the_rest, "pay out a bounced refund": _paying_out}
    till = {"reverse": _reversing} if "code-plans" in platform.capabilities else {}
    attacks = [
        _Attack(f"{name} ({kind})", partial(prepare, kind=kind), fault)
        for kind in kinds(platform, "jsapi")
        for name, prepare in kept.items()
        for fault in _UNBELIEVED
    ]
    attacks += [
        _Attack(f"{name} ({kind})", partial(prepare, kind=kind), fault)
        for kind in kinds(platform, "codepay")
        for name, prepare in till.items()
        for fault in _UNBELIEVED
    ]
    try_all(platform, attacks, attempt)


@judges("v3.request.unverified-request-changes-nothing")
def test_an_unverified_echo_notifies_nobody(platform: Platform) -> None:
    """After a refused echo with a notify_url nothing arrives there; after the real one something does."""
    platform.needs("notifications", "time-travel")
    with Inbox(platform) as inbox:
        for fault in _UNBELIEVED:
            address = inbox.address("merchant")
            call = Call("security_echo", body={"echo_message": "x", "notify_url": address})
            platform.send(call, broken_by=fault).is_refused(SIGN_ERROR)
            inbox.wait(60)
            if inbox.at(address):
                raise Violation("A refused request notifies.", expected="no notification", got=inbox.at(address)[0].described)
            platform.send(call).is_accepted()
            inbox.expect(address)


def _closing(platform: Platform, kind: Kind) -> Asked:
    order = order_of(kind.product, kind.role)
    platform.place(order).is_accepted()
    wait(platform, HALF_AN_HOUR)
    before = platform.query(order).is_accepted()
    return Asked(platform.calls.close(order, None), lambda: same(before, platform.query(order)))


def _refunding(platform: Platform, kind: Kind) -> Asked:
    order = order_of(kind.product, kind.role)
    platform.must_pay(order)
    return _refund_of(platform, order, Refund(order, 300))


def _refunding_the_rest(platform: Platform, kind: Kind) -> Asked:
    order = order_of(kind.product, kind.role)
    platform.must_pay(order)
    platform.refund(Refund(order, 400)).is_accepted()
    return _refund_of(platform, order, Refund(order, 600))


def _refund_of(platform: Platform, order: Order, refund: Refund) -> Asked:
    before = platform.query(order).is_accepted()

    def untouched() -> None:
        platform.query_refund(refund).is_refused(because="The refund of a refused request exists.")
        same(before, platform.query(order))

    return Asked(platform.calls.refund(refund, None, None), untouched)


def _paying_out(platform: Platform, kind: Kind) -> Asked:
    order = order_of(kind.product, kind.role)
    platform.must_pay(order)
    refund = Refund(order, 400)
    refund_id = str(platform.refund(refund).is_accepted()["refund_id"])
    platform.settle(refund, "ABNORMAL")
    before = platform.query_refund(refund).is_accepted()
    call = platform.calls.apply_abnormal(refund, refund_id, {"type": "MERCHANT_BANK_CARD"}, {})
    return Asked(call, lambda: same(before, platform.query_refund(refund)))


def _reversing(platform: Platform, kind: Kind) -> Asked:
    order = order_of(kind.product, kind.role)
    platform.place(order).is_accepted()
    before = platform.query(order).is_accepted()
    return Asked(platform.calls.reverse(order, None), lambda: same(before, platform.query(order)))
