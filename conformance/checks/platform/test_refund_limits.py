"""How long a reason may be, how often, how late, how fast and with how little money an order is refunded."""

from conformance.checks.platform.refunding import (
    A_MINUTE,
    apply,
    carry_out,
    every_kind,
    leaves_nothing,
    paid,
    refused,
    show,
    take_the_rest,
    turned_down,
)
from conformance.checks.platform.stages import Kind, shows
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Inconclusive, Violation
from reference.machines import Refusal
from reference.machines.refund import FUNDS_SHORT, MOST_PARTIAL_REFUNDS, TOO_MANY
from reference.platform.refusals import BAD_PARAMETER, RATE_LIMITED
from reference.rules import judges
from strategies import orders
from strategies.cases import Order, Refund
from strategies.faults.refund import REASONS
from strategies.refunds import NAMINGS, Outcome, Part

GROUP = "refunds"

_HOUR = 3600
_DAY = 24 * _HOUR
_TOO_SOON = Refusal("too-soon", 429, "FREQUENCY_LIMITED", "", (429,), ("FREQUENCY_LIMITED", "INVALID_REQUEST"))
_PER_SECOND = 3


@judges("v3.refund.limits-reason-to-80-characters")
def test_a_reason_has_at_most_80_characters(platform: Platform) -> None:
    """A reason of 81 characters or more, Latin or Chinese, is refused and nothing is refunded; one of 80 bytes or less is accepted."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        order = paid(platform, kind)
        for amount in (100, 1):
            refund = Refund(order, amount)
            for fault in REASONS:
                turned_down(platform, refund, BAD_PARAMETER, broken_by=fault)
            leaves_nothing(platform, refund)
        for reason in ("x" * 80, "商品已售完" * 5, "退"):
            platform.advance(A_MINUTE)
            apply(platform, Refund(order, 20, {"reason": reason}), because=f"{reason} has {len(reason)} characters.")
        platform.advance(A_MINUTE)
        take_the_rest(platform, order, 40)

    try_all(platform, every_kind(platform), attempt)


@judges("v3.refund.refuses-the-51st", "v3.refund.repeats-refund-once")
def test_an_order_takes_fifty_partial_refunds(platform: Platform) -> None:
    """The fiftieth partial refund is accepted and the next refused with money remaining; repeating an earlier one is no new one."""
    platform.needs("payer", "settle", "time-travel")
    outcomes: tuple[Outcome | None, ...] = (None, "SUCCESS")

    def attempt(case: tuple[Kind, int]) -> None:
        kind, turn = case
        order = paid(platform, kind, 1000)
        parts = [Part(1, NAMINGS[part % 2], outcomes[turn % 2 if turn < 2 else part % 2]) for part in range(MOST_PARTIAL_REFUNDS)]
        earlier = carry_out(platform, order, tuple(parts))
        for amount in (1, 7):
            refused(platform, Refund(order, amount), TOO_MANY, because="An order takes 50 partial refunds.")
        again, known = platform.refund(earlier[8]), show(platform, earlier[8])
        if again.get("refund_id") != known["refund_id"]:
            raise Violation(
                "A repeated request counts as another refund.",
                expected=f"refund_id {known['refund_id']}",
                got=again.described,
                rule="v3.refund.repeats-refund-once",
            )
        platform.advance(31 * _DAY)
        refused(platform, Refund(order, 1), TOO_MANY, because="An order takes 50 partial refunds, however late.")

    try_all(platform, [(kind, turn) for turn, kind in enumerate(every_kind(platform)[::3])], attempt)


@judges("v3.refund.refuses-after-a-year")
def test_an_order_can_be_refunded_for_365_days(platform: Platform) -> None:
    """Counted from the payment, a refund at 364 days and 23 hours is accepted and one at 365 days and 1 hour refused."""
    platform.needs("payer", "time-travel")
    waiting = [kind.order() for kind in every_kind(platform) if kind.product in orders.PREPAID and kind.product != "h5"]
    for order in waiting:
        platform.place(order).is_accepted()
    platform.advance(_HOUR + 1800)
    for order in waiting:
        if platform.pay(order) is not None:
            raise Inconclusive("an order cannot be paid an hour and a half after it was placed")
    paid_orders = waiting + [paid(platform, kind) for kind in every_kind(platform)]
    platform.advance(200 * _DAY)
    for order in paid_orders[::2]:
        apply(platform, Refund(order, 10))
    platform.advance(164 * _DAY + 23 * _HOUR)
    for turn, order in enumerate(paid_orders):
        apply(platform, Refund(order, 30, by=NAMINGS[turn % 2]), because="The order was paid 364 days and 23 hours ago.")
    platform.advance(2 * _HOUR)
    for turn, order in enumerate(paid_orders):
        refused(platform, Refund(order, 30, by=NAMINGS[turn % 2]), because="The order was paid 365 days and 1 hour ago.")


@judges("v3.refund.spacing-leaves-no-trace")
def test_a_refund_within_a_minute_of_another_is_taken_or_put_off(platform: Platform) -> None:
    """A second refund at once is accepted and exists, or is put off and leaves nothing; a minute later the same request is accepted."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        order = paid(platform, kind)
        apply(platform, Refund(order, 30))
        for pause, amount in ((0, 20), (59, 10)):
            refund = Refund(order, amount)
            platform.advance(pause)
            quick = platform.refund(refund)
            if not quick.accepted:
                quick.is_refused(_TOO_SOON, because="Refunds of one order may be a minute apart; nothing else is wrong with this one.")
                leaves_nothing(platform, refund)
            platform.advance(A_MINUTE)
            again = platform.refund(refund)
            if again.status == 429:
                raise Violation("A refund is put off a minute after the other one.", expected="a 2xx answer", got=again.described)
            again.is_accepted(because="A minute has passed since the other refund.")
            if quick.accepted:
                again.has("refund_id", quick["refund_id"], because="The refund was accepted before.")
            show(platform, refund).has("refund_id", again["refund_id"])
            platform.advance(A_MINUTE)
        take_the_rest(platform, order, 40)

    try_all(platform, every_kind(platform), attempt)


@judges("v3.refund.limits-the-rate")
def test_a_refund_beyond_the_rate_is_put_off(platform: Platform) -> None:
    """Of refunds beyond the limit set for a second, the surplus is answered 429 and leaves nothing; later the same request is accepted."""
    platform.needs("payer", "time-travel", "rate-limit")

    def attempt(kind: Kind) -> None:
        drafts = [Refund(paid(platform, kind), 60) for _ in range(3 * _PER_SECOND)]
        platform.advance(1)
        began = platform.now()
        try:
            platform.limit(_PER_SECOND)
            answers = [platform.refund(refund) for refund in drafts]
        finally:
            platform.limit(None)
        allowed = _PER_SECOND * (platform.now() - began + 1)
        if allowed >= len(drafts):
            raise Inconclusive("the refunds did not go out within two seconds")
        if sum(answer.accepted for answer in answers) > allowed:
            raise Violation("Refunds are not throttled.", expected=f"at most {_PER_SECOND} a second", got=f"{len(drafts)} accepted")
        platform.advance(A_MINUTE)
        for refund, answer in zip(drafts, answers, strict=True):
            _put_off(platform, refund, answer)

    try_all(platform, [kind for kind in every_kind(platform) if kind.product in {"jsapi", "codepay"}], attempt)


def _put_off(platform: Platform, refund: Refund, answer: Answer) -> None:
    if not answer.accepted:
        answer.is_refused(RATE_LIMITED, because="The refund is beyond the rate; nothing else is wrong with it.")
        leaves_nothing(platform, refund)
        apply(platform, refund, because="The refund was only put off.")
        platform.advance(A_MINUTE)
        take_the_rest(platform, refund.order, 40)


@judges("v3.refund.short-funds-leave-no-refund")
def test_a_refund_without_funds_is_refused_and_can_be_repeated(platform: Platform) -> None:
    """A refund beyond the merchant's funds is refused as such and leaves nothing; with the funds the same request is accepted."""
    platform.needs("payer", "time-travel", "balance")

    def attempt(kind: Kind) -> None:
        order = paid(platform, kind)
        try:
            _too_poor(platform, kind, Refund(order, 60, by=NAMINGS[0]), order, "SUCCESS")
            platform.advance(A_MINUTE)
            _too_poor(platform, kind, Refund(order, 40, by=NAMINGS[1]), order, "REFUND")
        finally:
            platform.fund(None, kind.role)

    try_all(platform, every_kind(platform), attempt)


def _too_poor(platform: Platform, kind: Kind, refund: Refund, order: Order, state: str) -> None:
    for balance in (0, refund.amount - 1):
        platform.fund(balance, kind.role)
        refused(platform, refund, FUNDS_SHORT, because=f"The merchant has {balance} fen for a refund of {refund.amount}.")
    shows(platform, order, state, because="A refund that was refused changed the order.")
    platform.fund(refund.amount, kind.role)
    platform.advance(A_MINUTE)
    apply(platform, refund, because="The merchant has the money now.")
    show(platform, refund)
