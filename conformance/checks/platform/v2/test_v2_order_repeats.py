"""Orders of APIv2 placed again, and until when one can be paid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.stages import wait
from conformance.checks.platform.v2.asking import order_of, roles
from conformance.checks.platform.v2.tills import HANDLES, cannot_be_paid, handle_of, must_be_paid, shows, unchanged
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from reference.oracles.times import format_rfc3339
from reference.rules import judges
from strategies.cases import Order, Product, Role
from strategies.orders import PREPAID
from strategies.v2 import orders

GROUP = "v2 orders"

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_REPEATED = ("OUT_TRADE_NO_USED", "INVALID_REQUEST")


@dataclass(frozen=True, slots=True)
class _Repeat:
    """An order placed again within *pause* seconds, after a failed attempt if *tried*, and paid through the *last* handle or the first."""

    product: Product
    role: Role
    pause: int = 0
    tried: bool = False
    last: bool = False

    def __str__(self) -> str:
        after = f"{' after a failed attempt' if self.tried else ''}{f', again after {self.pause} s' if self.pause else ''}"
        return f"{self.product} of a {self.role}{after}, paid through the {'last' if self.last else 'first'} handle"


@judges("v2.order.repeats-are-one-order")
def test_repeats_are_one_order(platform: Platform) -> None:
    """The same order again and again is the same order: one handle pays it, and none of the others pays any more."""
    platform.needs("payer")

    def attempt(case: _Repeat) -> None:
        order = order_of(case.product, case.role)
        answers = [platform.v2.place(order).is_accepted()]
        if case.tried:
            platform.fail(order)
        for _ in range(2):
            wait(platform, case.pause / 2)
            answers.append(_again(platform.v2.place(order)))
        _is_paid_once(platform, order, answers, last=case.last or (case.product == "h5" and case.pause > _MINUTE))

    ways = [(0, False, False), (0, True, True), (250, False, False), (250, True, True), (600, False, True)]
    try_all(platform, [_Repeat(product, role, *way) for product in PREPAID for role in roles(platform) for way in ways], attempt)


@judges("v2.order.repeats-are-one-order")
def test_repeats_at_once_are_one_order(platform: Platform) -> None:
    """Of several identical orders at the same moment all that are accepted are one order, which is paid once."""
    platform.needs("payer")

    def attempt(case: _Repeat) -> None:
        order = order_of(case.product, case.role)
        platform.calls.number(order)
        answers = platform.together(*[lambda: platform.v2.place(order)] * 4)
        accepted = [answer for answer in answers if answer.accepted] or [answers[0].is_accepted()]
        _is_paid_once(platform, order, [*accepted, *(_again(answer) for answer in answers)], last=case.last)

    try_all(
        platform, [_Repeat(product, role, last=last) for product in PREPAID for role in roles(platform) for last in (False, True)], attempt
    )


@judges("v2.order.repeats-are-one-order")
@given(order=orders.full(), partner=st.booleans())
def test_a_full_order_may_be_repeated(platform: Platform, order: Order, partner: bool) -> None:  # noqa: FBT001
    """Whatever optional members an order has, the same request is the same order."""
    platform.needs("payer")
    order = replace(order, role="partner") if partner and "partner" in roles(platform) else order
    answers = [platform.v2.place(order).is_accepted()]
    answers += [_again(platform.v2.place(order)) for _ in range(2)]
    _is_paid_once(platform, order, answers, last=partner)


@dataclass(frozen=True, slots=True)
class _End:
    """An order that can be paid for so many *seconds*; it is ordered *again* shortly before its end, or not."""

    product: Product
    role: Role
    seconds: int
    again: bool = False

    def order(self, platform: Platform) -> Order:
        """Return such an order, its end reckoned from now."""
        return order_of(self.product, self.role).but(time_expire=format_rfc3339(platform.now() + self.seconds))

    def __str__(self) -> str:
        return f"{self.product} of a {self.role}, time_expire {self.seconds} s ahead{', ordered again' if self.again else ''}"


@judges("v2.order.expires")
def test_nobody_pays_after_the_end(platform: Platform) -> None:
    """A minute before its time_expire an order is paid; a minute after it is not, through no handle, and shows no payment."""
    platform.needs("payer", "time-travel")

    def attempt(end: _End) -> None:
        early, late = end.order(platform), end.order(platform)
        answers = [platform.v2.place(order).is_accepted() for order in (early, late)][1:]
        platform.advance(end.seconds - _MINUTE)
        if end.again:
            answers += [_again(platform.v2.place(order)) for order in (early, late)][1:]
            platform.fail(late)
        must_be_paid(platform, early, because="An order can be paid until its time_expire.")
        shows(platform, early, "SUCCESS", because="The order was paid.").has("total_fee", str(early.total))
        platform.advance(_MINUTE + 61)
        for seconds in (0, _HOUR):
            platform.advance(seconds)
            cannot_be_paid(platform, late, [*_handles(answers), None], because="An order was paid after its time_expire.")
            shown = shows(platform, late, "NOTPAY", "CLOSED", because="Nobody has paid the order, whose time is over.")
            shown.lacks("transaction_id", "time_end", because="Nobody has paid.")

    ends = [(seconds, again) for seconds in (200, _HOUR, 3 * _DAY) for again in (False, True)]
    try_all(platform, [_End(product, role, *end) for product in PREPAID for role in roles(platform) for end in ends], attempt)


def _again(answer: AnswerV2) -> AnswerV2:
    """An order placed again is accepted, or refused because its number is used."""
    return answer if answer.accepted else answer.is_refused(*_REPEATED, because="The same order again is the same order.")


def _handles(answers: Sequence[AnswerV2]) -> list[str]:
    """Everything that was handed out, once each."""
    return list(dict.fromkeys(answer[name] for answer in answers for name in HANDLES if answer.accepted and answer.get(name)))


def _is_paid_once(platform: Platform, order: Order, answers: Sequence[AnswerV2], *, last: bool) -> None:
    accepted = [answer for answer in answers if answer.accepted]
    works = handle_of(accepted[-1 if last else 0], order.product)
    if last and len(accepted) == 1:
        # A platform that hands out once only may have handed out too long ago.
        must_be_paid(platform, order, because="The order can be paid.")
    else:
        must_be_paid(platform, order, works, because="Every handle of the order pays it.")
    paid = shows(platform, order, "SUCCESS", because="The order was paid.").has("total_fee", str(order.total))
    wait(platform, 1)
    cannot_be_paid(platform, order, [*_handles(answers), None], because="One order was paid twice.")
    unchanged(platform, order, paid, because="There is one payment and one transaction_id.")
