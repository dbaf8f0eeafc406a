"""What happens to a request that comes too soon after others: it is told so, and nothing else happens."""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TypeVar

import pytest

from conformance.checks.platform.placing import every_kind
from conformance.checks.platform.refunding import A_MINUTE, paid, take_the_rest
from conformance.checks.platform.refunding import every_kind as refundable
from conformance.checks.platform.stages import Kind, wait
from conformance.checks.platform.subjects import TAKES_A_BODY, Subject, subjects
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Inconclusive, Violation
from reference.oracles import aead
from reference.rules import judges
from strategies.cases import Call, Refund, Role

GROUP = "errors"

Case = TypeVar("Case")

_TOLD = "v3.error.throttles-with-429"
_DONE = "v3.error.executes-no-throttled-request"


@judges(_TOLD)
def test_says_that_a_request_comes_too_soon(platform: Platform) -> None:
    """Every operation, asked more often than a merchant may, is answered 429 with a code for that, once and again."""
    platform.needs("rate-limit")
    told = 0

    def attempt(subject: Subject) -> None:
        nonlocal told
        for answer in _too_soon(platform, subject.begin(platform).call()):
            if 300 <= answer.status < 400:
                raise Inconclusive(f"the platform redirects ({answer.status}), which WeChat Pay does when it throttles")
            if answer.accepted and answer.code is None:
                continue
            told += 1
            if answer.status != 429 or answer.code != "FREQUENCY_LIMITED":
                raise Violation("The answer does not say that there were too many.", expected="429 FREQUENCY_LIMITED", got=answer.described)

    try_all(platform, subjects(platform), attempt)
    if not told:
        pytest.skip("nothing was throttled, though the rate was limited")


@judges(_DONE)
def test_does_nothing_too_soon(platform: Platform) -> None:
    """No order, payment, close, reversal or refund comes of requests answered 429; the same request is accepted and done afterwards."""
    platform.needs("rate-limit")

    def attempt(subject: Subject) -> None:
        standing = subject.begin(platform)
        call = standing.call()
        before = standing.look()
        _demand_429(_too_soon(platform, call, times=3))
        found = standing.look()
        if found != before:
            raise Violation("A request answered 429 was carried out.", expected=repr(before), got=repr(found))
        platform.send(call).is_accepted(because="The request is valid, and does not come too soon any more.")
        if before == standing.look() and subject.operation != "security_echo":
            raise Violation("A request accepted after a 429 had no effect.", expected="its effect in a query", got=repr(before))

    _try_throttled(platform, (subject for subject in subjects(platform) if subject.method == TAKES_A_BODY), attempt)


@judges(_DONE)
def test_a_throttled_refund_is_made_once(platform: Platform) -> None:
    """Refused for its rate and asked for again, first and after another, a refund takes its amount once and leaves the rest."""
    platform.needs("rate-limit", "payer")

    def attempt(kind: Kind) -> None:
        order = paid(platform, kind)
        for amount in (40, 30):
            wait(platform, A_MINUTE)
            refund = Refund(order, amount)
            call = platform.calls.refund(refund, None, None)
            _demand_429(_too_soon(platform, call, times=2))
            platform.query_refund(refund).is_refused(because="The refund was answered 429 and exists.")
            first = platform.send(call).is_accepted(because="The refund is valid under the number it was throttled with.")
            wait(platform, A_MINUTE)
            _demand_429(_too_soon(platform, call))
            platform.send(call).is_accepted().has("refund_id", first["refund_id"], because="There is one refund under one number.")
        wait(platform, A_MINUTE)
        platform.refund(Refund(order, 31)).is_refused(because="30 fen of the order are left.")
        wait(platform, A_MINUTE)
        take_the_rest(platform, order, 30)

    _try_throttled(platform, refundable(platform), attempt)


@judges(_DONE)
def test_a_throttled_order_cannot_be_paid(platform: Platform) -> None:
    """An order answered 429 is not there to be paid; placed again under its number, for another amount even, it is paid once."""
    platform.needs("rate-limit", "payer")

    def attempt(kind: Kind) -> None:
        order = kind.order()
        _demand_429(_too_soon(platform, platform.calls.place(order), times=2))
        if platform.pay(order) is None:
            raise Violation("An order answered 429 was paid.", expected="no order", got="a payment")
        dearer = order.but(amount={"total": order.total + 1, "currency": "CNY"})
        platform.must_pay(dearer)
        platform.query(dearer).is_accepted().has("amount.total", dearer.total, because="A throttled request leaves nothing behind.")

    _try_throttled(platform, [kind for kind in every_kind(platform) if kind.product != "codepay"], attempt)


@judges(_DONE)
def test_a_throttled_echo_notifies_nobody(platform: Platform) -> None:
    """An echo answered 429 sends no notification, and the same echo sends it afterwards."""
    platform.needs("rate-limit", "notifications", "time-travel")

    def attempt(role: Role) -> None:
        text = platform.mint.number()
        call = Call("security_echo", role, body={"echo_message": text, "notify_url": "https://merchant.example/wechatpay/echo"})
        _demand_429(_too_soon(platform, call, times=2))
        if _echoes(platform, role, text):
            raise Violation("An echo answered 429 was notified.", expected="no notification", got=text)
        platform.send(call).is_accepted()

    roles: list[Role] = ["merchant", "partner"] if "partner-merchant" in platform.capabilities else ["merchant"]
    _try_throttled(platform, roles, attempt)


def _echoes(platform: Platform, role: Role, text: str) -> bool:
    """Tell whether *text* is notified now; what cannot be read is no evidence here."""
    key = platform.merchant(role).apiv3_key.encode()
    for delivery in platform.deliveries():
        try:
            sealed = json.loads(delivery.body)["resource"]
            opened = aead.decrypt(key, sealed["nonce"], sealed.get("associated_data"), sealed["ciphertext"])
        except (ValueError, KeyError, TypeError):
            continue
        if text.encode() in opened:
            return True
    return False


def _too_soon(platform: Platform, call: Call, times: int = 2) -> list[Answer]:
    """Send *call* a few times while no merchant may send anything, and return the answers."""
    platform.limit(0)
    try:
        return [platform.send(call, label=f"{call.operation.replace('_', ' ')}, too soon") for _ in range(times)]
    finally:
        platform.limit(None)


class _NotThrottledError(Exception):
    """Requests over the limit were not answered 429, which says nothing of throttled requests."""


def _demand_429(answers: list[Answer]) -> None:
    if answers[0].status != 429 or any(answer.accepted for answer in answers):
        raise _NotThrottledError


def _try_throttled(platform: Platform, cases: Iterable[Case], attempt: Callable[[Case], object]) -> None:
    """Try every one of *cases* that is throttled; the check is not exercised when none is."""
    exercised = 0

    def each(case: Case) -> None:
        nonlocal exercised
        with suppress(_NotThrottledError):
            attempt(case)
            exercised += 1

    try_all(platform, cases, each)
    if not exercised:
        pytest.skip("no request was answered 429, though the rate was limited")
