"""Which days a bill can be asked for, and when it is there."""

from datetime import date, timedelta

from conformance.checks.platform.billing import (
    APPLICATIONS,
    apply_for,
    at,
    busy,
    fetch,
    read,
    roles,
    start_a_day,
    today,
    travel,
)
from conformance.checks.platform.refunding import apply
from conformance.checks.platform.stages import Kind
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.oracles import bills
from reference.platform.refusals import BAD_PARAMETER, BILL_CREATING, BILL_MISSING
from reference.rules import judges
from strategies import days
from strategies.cases import Order, Refund, Role

GROUP = "bills"

_UNTIL_TEN = ("00:01", "02:00", "07:59", "08:01", "09:01", "09:55")
_FROM_TEN = ("10:01", "11:30", "16:01", "23:55")


@judges("v3.bill.refuses-a-malformed-date")
def test_refuses_a_malformed_date(platform: Platform) -> None:
    """The day of a payment, written any other way than yyyy-MM-dd, or bent into no day at all, gets no bill; written rightly it does."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(case: tuple[str, Role]) -> None:
        application, role = case
        day, _, _ = busy(platform, role)
        for form in days.malformed(day).values():
            answer = apply_for(platform, application, form, role)
            _is_refused(answer.is_refused(BAD_PARAMETER, because=f"bill_date {form!r} is no day written yyyy-MM-dd."))
        apply_for(platform, application, day, role).is_accepted(because="The day is written as documented.")

    try_all(platform, [(application, role) for application in APPLICATIONS for role in roles(platform)], attempt)


@judges("v3.bill.refuses-today-and-later")
def test_refuses_a_day_that_is_not_over(platform: Platform) -> None:
    """At every hour in Beijing there is no bill of today, of tomorrow or of any later day, whatever was paid today."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(case: tuple[str, Role]) -> None:
        application, role = case
        day = start_a_day(platform) + timedelta(days=1)
        for clock in ("00:10", "07:50", "08:10", "10:30", "23:50"):
            travel(platform, at(day, clock))
            order = Kind("app", role).order(500)
            platform.must_pay(order)
            apply(platform, Refund(order, 200), outcome="SUCCESS")
            for later in (0, 1, 2, 30, 365):
                _is_refused(_not_yet(apply_for(platform, application, today(platform) + timedelta(days=later), role)))

    try_all(platform, [(application, role) for application in APPLICATIONS for role in roles(platform)], attempt)


@judges("v3.bill.refuses-a-date-too-old")
def test_reaches_back_three_months(platform: Platform) -> None:
    """The bill of a day with payments is given until 88 days later, and no more once it is 93 days past."""
    platform.needs("payer", "settle", "time-travel")
    first = {role: busy(platform, role)[0] for role in roles(platform)}

    def attempt(case: tuple[int, str, Role]) -> None:
        after, application, role = case
        travel(platform, at(first[role] + timedelta(days=after), "12:00"))
        answer = apply_for(platform, application, first[role], role)
        if after <= 88:
            answer.is_accepted(because=f"The day is {after} days past.")
        else:
            _is_refused(answer.is_refused(BAD_PARAMETER, BILL_MISSING, because=f"The day is {after} days past."))

    afters = (30, 62, 88, 93, 120)
    # Both bills of a merchant on one day, for the clock goes on to the other merchant's.
    try_all(platform, [(after, application, role) for after in afters for role in roles(platform) for application in APPLICATIONS], attempt)


@judges("v3.bill.says-when-a-bill-is-not-ready")
def test_gives_a_whole_bill_or_none(platform: Platform) -> None:
    """From midnight to ten a bill is whole or being created; after ten it is given, whole, with the last payment before midnight."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(role: Role) -> None:
        day = start_a_day(platform)
        paid = [_pay(platform, role)]
        for clock in ("18:00", "23:50"):
            travel(platform, at(day, clock))
            paid.append(_pay(platform, role))
        for clock in (*_UNTIL_TEN, *_FROM_TEN):
            travel(platform, at(day + timedelta(days=1), clock))
            for application in APPLICATIONS:
                answer = apply_for(platform, application, day, role)
                if answer.accepted or clock in _FROM_TEN:
                    _is_whole(platform, application, day, role, paid)
                else:
                    _is_being_created(answer)

    try_all(platform, roles(platform), attempt)


@judges("v3.bill.says-when-there-is-nothing-to-bill")
def test_has_no_bill_of_a_quiet_day(platform: Platform) -> None:
    """A past day without payment or refund has no bill, of any type, plain or compressed; the busy day beside it has one."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(role: Role) -> None:
        day, order, refund = busy(platform, role)
        travel(platform, at(day + timedelta(days=11), "12:00"))
        platform.place(Kind("native", role).order()).is_accepted()
        travel(platform, at(day + timedelta(days=14), "12:00"))
        # Nobody but this check would have done anything on those days, and what falls due by itself is over.
        for quiet in (day + timedelta(days=9), day + timedelta(days=10), day + timedelta(days=11)):
            for more in ({}, {"bill_type": "ALL"}, {"bill_type": "SUCCESS"}, {"bill_type": "REFUND"}, {"tar_type": "GZIP"}):
                answer = apply_for(platform, "tradebill_apply", quiet, role, **more)
                _is_refused(answer)
                _has_code(answer, "NO_STATEMENT_EXIST", "Nothing happened on that day.")
        apply_for(platform, "tradebill_apply", day, role).is_accepted(because=f"{order.number} and {refund.number} happened on that day.")

    try_all(platform, roles(platform), attempt)


def _not_yet(answer: Answer) -> Answer:
    return answer.is_refused(BAD_PARAMETER, BILL_CREATING, BILL_MISSING, because="That day is not over in Beijing.")


def _is_refused(answer: Answer) -> None:
    answer.is_refused(because="There is no such bill.").lacks("download_url", because="A refusal leads to no bill.")


def _has_code(answer: Answer, code: str, because: str) -> None:
    if answer.code != code:
        raise Violation(f"{because} The code tells the merchant something else.", expected=code, got=answer.described)


def _is_being_created(answer: Answer) -> None:
    answer.is_refused(because="A bill is whole or not yet there.")
    _has_code(answer, "STATEMENT_CREATING", "The bill of yesterday will come.")


def _pay(platform: Platform, role: Role) -> Order:
    order = Kind("native", role).order(500)
    platform.must_pay(order)
    return order


def _is_whole(platform: Platform, application: str, day: date, role: Role, paid: list[Order]) -> None:
    text = fetch(platform, application, day, role)
    trade = application == "tradebill_apply"
    read(bills.parse_trade_bill if trade else bills.parse_fund_flow_bill, text)
    missing = [order.number for order in paid if trade and f"`{order.number}" not in text]
    if missing:
        raise Violation("A bill is given that lacks payments.", expected=f"{len(paid)} payments", got=f"without {missing[0]}")
