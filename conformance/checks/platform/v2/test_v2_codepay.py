"""Charges of APIv2 that fail, wait, are repeated at once or are made with an old code; and that nobody is notified of them."""

from collections.abc import Sequence
from typing import Literal

from conformance.checks.platform.stages import notified, wait
from conformance.checks.platform.v2.asking import roles
from conformance.checks.platform.v2.tills import HANDLES, OPEN, Plan, cannot_be_paid, charged, is_not_done, must_be_paid, shows, unchanged
from conformance.targets.calls import NOTIFY_URL
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Violation, shown
from reference.oracles import v2
from reference.oracles.errors import canonical
from reference.platform import Delivery
from reference.rules import judges
from strategies.cases import Order, Role
from strategies.orders import lean

GROUP = "v2 codepay"

_UNDECIDED = frozenset(map(canonical, ("SYSTEMERROR", "BANKERROR", "USERPAYING")))
_EXPIRED = ("AUTHCODEEXPIRE", "AUTH_CODE_INVALID", "AUTH_CODE_ERROR")
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_MALFORMED = "12345678901234567"

Failing = Literal["PAYERROR", "a malformed code", "a used code", "an old code", "no total_fee"]


@judges("v2.micropay.decided-failure-takes-no-money")
def test_a_decided_failure_takes_no_money(platform: Platform) -> None:
    """After a charge that is answered with a decided code nobody is charged, then or later, whatever the payer tries."""
    platform.needs("code-plans", "payer")
    failures: list[Failing] = ["PAYERROR", "a malformed code", "a used code", "no total_fee"]
    failures += ["an old code"] if {"code-ages", "time-travel"} <= platform.capabilities else []

    def attempt(case: tuple[Role, Failing, bool]) -> None:
        role, failing, again = case
        order = lean("codepay", role)
        members = _prepare(platform, order, failing)
        answer = platform.v2.place(order, members=members)
        if answer.accepted or not _is_decided(answer):
            raise Violation(f"A charge with {failing} has failed.", expected="a decided err_code", got=answer.described)
        if again:
            platform.fail(order)
        _takes_nothing(platform, order)

    cases = [(role, failing, again) for role in roles(platform) for failing in failures for again in (False, True)]
    try_all(platform, cases, attempt)


@judges("v2.micropay.decided-failure-takes-no-money")
def test_what_is_undecided_is_answered_as_undecided(platform: Platform) -> None:
    """A charge the payer may still confirm is not answered with a decided code; nor is one whose answer got lost, if it was charged."""
    platform.needs("code-plans", "payer")
    lost: list[Plan | Literal["before", "after"]] = ["before", "after"] if "loss" in platform.capabilities else []

    def attempt(case: tuple[Role, Plan | Literal["before", "after"]]) -> None:
        role, how = case
        order = lean("codepay", role)
        if how == "before" or how == "after":  # noqa: PLR1714 - narrows the type
            platform.lose_next(how)
        else:
            platform.plan_code(order, how)
        answer = platform.v2.place(order)
        if how in OPEN and answer.accepted:
            raise Violation("A charge nobody has confirmed is answered as paid.", expected="USERPAYING", got=answer.described)
        if _is_decided(answer):
            _takes_nothing(platform, order)
            return
        if how in OPEN:
            must_be_paid(platform, order, because="The payer cannot confirm what is not decided.")
            shows(platform, order, "SUCCESS", because="The payer has confirmed.")

    every: list[Plan | Literal["before", "after"]] = [*OPEN, *lost]
    try_all(platform, [(role, how) for role in roles(platform) for how in every], attempt)


@judges("v2.micropay.sends-no-notification")
def test_a_charge_is_not_notified(platform: Platform) -> None:
    """Paid at once, confirmed or failed, even with a notify_url in the request, a charge is not notified within a day."""
    platform.needs("code-plans", "payer", "notifications", "time-travel")

    def attempt(case: tuple[Role, Plan, bool]) -> None:
        role, plan, named = case
        order = lean("codepay", role, attach="no notice")
        platform.plan_code(order, plan)
        answer = platform.v2.place(order, members={"notify_url": NOTIFY_URL} if named else None)
        if named and not answer.accepted and _is_decided(answer) and plan != "PAYERROR":
            return  # a request with an element too many may be refused
        deliveries = platform.advance(30)
        if plan in OPEN:
            must_be_paid(platform, order, because="The payer cannot confirm what is not decided.")
        deliveries += platform.advance(_DAY)
        for told in _told_of(platform, order, deliveries):
            raise Violation("A code payment was notified.", expected="no notification", got=told)

    plans: tuple[Plan, ...] = ("SUCCESS", "USERPAYING", "PAYERROR")
    cases = [(role, plan, named) for role in roles(platform) for plan in plans for named in (False, True)]
    try_all(platform, cases, attempt)


@judges("v2.micropay.refuses-an-expired-code")
def test_refuses_an_expired_code(platform: Platform) -> None:
    """A code that was opened ten minutes ago, an hour ago or yesterday charges nobody; one opened just now does."""
    platform.needs("code-ages", "time-travel")

    def attempt(case: tuple[Role, int]) -> None:
        role, age = case
        old, fresh = lean("codepay", role), lean("codepay", role)
        platform.show_code(old)
        platform.advance(age)
        for _ in range(2):
            platform.v2.place(old).is_refused(*_EXPIRED, because=f"The payment code was opened {age} s ago.")
            shown_now = platform.v2.query(old)
            if shown_now.accepted and (shown_now.get("transaction_id") or shown_now.get("trade_state") == "SUCCESS"):
                raise Violation("Somebody was charged by an expired code.", expected="no payment", got=shown_now.described)
            platform.advance(_MINUTE)
        platform.show_code(fresh)
        platform.advance(10)
        platform.v2.place(fresh).is_accepted(because="The payment code was opened ten seconds ago.")

    try_all(platform, [(role, age) for role in roles(platform) for age in (600, _HOUR, _DAY)], attempt)


@judges("v2.micropay.charges-a-number-once")
def test_a_number_is_one_order_whoever_scans(platform: Platform) -> None:
    """The number of a unified order is not charged by code, nor that of a code payment ordered again; who has paid pays nothing more."""
    platform.needs("payer", "production")

    def attempt(case: tuple[Role, bool, bool]) -> None:
        role, by_code, waits = case
        first, second = lean("codepay" if by_code else "native", role), lean("native" if by_code else "codepay", role)
        if by_code and waits:
            platform.plan_code(first, "USERPAYING")
        placed = platform.v2.place(first)
        if not by_code:
            placed.is_accepted()
        if not waits and not by_code:
            must_be_paid(platform, first, because="The order can be paid.")
        before = platform.v2.query(first).is_accepted(because="The order exists.")
        second.number = first.number
        platform.v2.place(second).is_refused(because="The number belongs to another order.").lacks("transaction_id", *HANDLES)
        # Whoever is asked for the password may give up by himself.
        unchanged(platform, first, before, state=not waits or not by_code, because="Using its number again changed an order.")

    waiting = (False, True) if "code-plans" in platform.capabilities else (False,)
    try_all(platform, [(role, by_code, waits) for role in roles(platform) for by_code in (False, True) for waits in waiting], attempt)


@judges("v2.micropay.charges-once-at-once")
def test_charges_at_once_charge_once(platform: Platform) -> None:
    """Of several charges of one number at the same moment, with one code or several, one charges, and all that say so name it."""
    platform.needs("production")

    def attempt(case: tuple[Role, bool, int]) -> None:
        role, alike, many = case
        order = lean("codepay", role)
        platform.calls.number(order)
        charges = [order] * many if alike else [order.but(payer=None) for _ in range(many)]
        for each in charges:
            platform.calls.auth_code(each)
        answers = platform.together(*[lambda each=each: platform.v2.place(each) for each in charges])
        _charged_once(platform, order, answers)

    try_all(platform, [(role, alike, many) for role in roles(platform) for alike in (True, False) for many in (2, 5)], attempt)


@judges("v2.micropay.charges-once-at-once")
def test_charges_at_once_are_confirmed_once(platform: Platform) -> None:
    """Of several charges of one number at the same moment that wait for a password, one is confirmed, and nobody pays a second time."""
    platform.needs("code-plans", "payer")

    def attempt(case: tuple[Role, bool]) -> None:
        role, alike = case
        order = lean("codepay", role)
        platform.calls.number(order)
        charges = [order, order if alike else order.but(payer=None)]
        for each in charges:
            platform.plan_code(each, "USERPAYING")
        for answer in platform.together(*[lambda each=each: platform.v2.place(each) for each in charges]):
            is_not_done(answer, because="Nobody has confirmed.")
        must_be_paid(platform, order, because="The payer cannot confirm what is not decided.")
        paid = shows(platform, order, "SUCCESS", because="The payer has confirmed.").has("total_fee", str(order.total))
        wait(platform, 1)
        for each in charges:
            _names(platform.v2.place(each), paid["transaction_id"])
        cannot_be_paid(platform, order, because="One number was paid twice.")
        unchanged(platform, order, paid, because="One number has one payment.")

    try_all(platform, [(role, alike) for role in roles(platform) for alike in (True, False)], attempt)


def _prepare(platform: Platform, order: Order, failing: Failing) -> dict[str, str | None]:
    """See to it that charging *order* fails, and return the members that differ for it."""
    if failing == "a malformed code":
        return {"auth_code": _MALFORMED}
    if failing == "no total_fee":
        return {"total_fee": None}
    if failing == "a used code":
        used = charged(platform, order.role)
        return {"auth_code": platform.calls.auth_code(used)}
    if failing == "an old code":
        platform.show_code(order)
        platform.advance(600)
        return {}
    platform.plan_code(order, "PAYERROR")
    return {}


def _is_decided(answer: AnswerV2) -> bool:
    """Whether the answer is a failure and says that nothing can come of it."""
    if answer.accepted or answer.status != 200 or answer.result.verdict == "malformed":
        return False
    return answer.code is None or canonical(answer.code) not in _UNDECIDED


def _takes_nothing(platform: Platform, order: Order) -> None:
    """Nobody pays *order*, now or later, and no query says so."""
    for seconds in (0, _MINUTE, _DAY):
        wait(platform, seconds)
        cannot_be_paid(platform, order, because="The payer paid after a charge was answered with a decided code.")
        answer = platform.v2.query(order)
        if answer.accepted and (answer.get("trade_state") in {"SUCCESS", "REFUND"} or answer.get("transaction_id")):
            raise Violation("A charge answered with a decided code was made.", expected="no payment", got=answer.described)


def _charged_once(platform: Platform, order: Order, answers: Sequence[AnswerV2]) -> None:
    accepted = [answer for answer in answers if answer.accepted]
    if not accepted:
        answers[0].is_accepted(because="One of several charges must succeed.")
    paid = shows(platform, order, "SUCCESS", because="The number was charged.").has("total_fee", str(order.total))
    for answer in answers:
        _names(answer, paid["transaction_id"])
    wait(platform, 1)
    unchanged(platform, order, paid, because="One number has one payment.")


def _names(answer: AnswerV2, transaction_id: str) -> None:
    """The answer names the one payment there is, or is no success."""
    if answer.accepted:
        answer.has("transaction_id", transaction_id, because="One number has one payment.")
    else:
        is_not_done(answer, because="A charge is made or refused.")


def _told_of(platform: Platform, order: Order, deliveries: Sequence[Delivery]) -> list[str]:
    """What *deliveries* say of *order*, in XML or sealed."""
    found = [shown(str(resource)) for resource in notified(platform, order, deliveries)]
    for delivery in deliveries:
        try:
            values = v2.read_xml(delivery.body)
        except v2.MalformedXmlError:
            continue
        if values.get("out_trade_no") == order.number:
            found.append(shown(delivery.body.decode("utf-8", "replace")))
    return found
