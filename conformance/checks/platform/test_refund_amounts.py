"""How much can be refunded: amounts of one refund, and of all refunds of an order together."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.refunding import (
    A_MINUTE,
    MERCHANT_CARD,
    apply,
    carry_out,
    every_kind,
    leaves_nothing,
    paid,
    refused,
    settle,
    share,
    show,
    suited,
    take_the_rest,
    turned_down,
)
from conformance.checks.platform.stages import Kind
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.machines import Refusal
from reference.machines.refund import COUNTED, TOO_MUCH, WRONG_TOTAL
from reference.platform.refusals import BAD_PARAMETER
from reference.rules import judges
from strategies import refunds
from strategies.cases import Fault, Order, Refund
from strategies.faults.refund import AMOUNTS, CURRENCIES, TOTALS, Altered
from strategies.refunds import NAMINGS, Outcome, Part

GROUP = "refunds"


def _refused_each(platform: Platform, kind: Kind, refusal: Refusal, first: tuple[Fault, ...], later: tuple[Fault, ...]) -> None:
    """A refund of a paid order, *first* or after 300 of its 1000 fen, is refused for each fault; then the rest is still left."""
    order = paid(platform, kind, 1000)
    for amount, tried in ((300, first), (200, later)):
        refund = Refund(order, amount)
        for fault in tried:
            turned_down(platform, refund, refusal, broken_by=fault)
        leaves_nothing(platform, refund)
        platform.advance(A_MINUTE)
        apply(platform, Refund(order, amount))
        platform.advance(A_MINUTE)
    take_the_rest(platform, order, 500)


@judges("v3.refund.refuses-bad-amount")
def test_refuses_what_is_no_amount(platform: Platform) -> None:
    """amount.refund that is missing, zero, negative, a fraction or no number is refused; one fen and the whole order are accepted."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        order = paid(platform, kind)
        refund = Refund(order, 2)
        for fault in AMOUNTS:
            turned_down(platform, refund, BAD_PARAMETER, broken_by=fault)
        leaves_nothing(platform, refund)
        for amount in (1, 99):
            platform.advance(A_MINUTE)
            apply(platform, Refund(order, amount)).has("amount.refund", amount)

    try_all(platform, every_kind(platform), attempt)


@judges("v3.refund.total-equals-the-order")
def test_refuses_another_total_than_the_orders(platform: Platform) -> None:
    """amount.total that is missing or not the order's total is refused, for the first refund of an order and for later ones."""
    platform.needs("payer", "time-travel")
    remaining = Altered("amount.total", "what-remains", lambda _body: 700)
    taken = Altered("amount.total", "what-was-refunded", lambda _body: 300)

    def attempt(kind: Kind) -> None:
        _refused_each(platform, kind, WRONG_TOTAL, TOTALS, (TOTALS[0], remaining, taken))

    try_all(platform, every_kind(platform), attempt)


@judges("v3.refund.requires-cny")
def test_refuses_another_currency(platform: Platform) -> None:
    """amount.currency that is missing or not CNY is refused, for the first refund of an order and for later ones."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        _refused_each(platform, kind, BAD_PARAMETER, (*CURRENCIES[:4], *share(platform, kind, CURRENCIES[4:])), CURRENCIES[:3])

    try_all(platform, every_kind(platform), attempt)


@judges("v3.refund.refuses-more-than-remaining")
@given(order=refunds.any_kind(), data=st.data())
def test_refuses_one_fen_more_than_remains(platform: Platform, order: Order, data: st.DataObject) -> None:
    """After any refunds, open or settled, one fen more than remains is refused and exactly the rest accepted; then nothing is left."""
    platform.needs("payer", "settle", "time-travel")
    order = suited(platform, order)
    plan = data.draw(st.just(()) | refunds.plans(order.total), "earlier refunds")
    platform.must_pay(order)
    carry_out(platform, order, plan)
    left = order.total - sum(part.amount for part in plan)
    naming = data.draw(st.sampled_from(NAMINGS), "by")
    refused(platform, Refund(order, left + 1, by=naming), TOO_MUCH, because=f"{left} fen remain of the order.")
    take_the_rest(platform, order, left)
    platform.advance(A_MINUTE)
    refused(platform, Refund(order, 1, by=naming), TOO_MUCH, because="Nothing remains of the order.")


@judges("v3.refund.refuses-more-than-remaining")
def test_weighs_all_refunds_of_an_order_together(platform: Platform) -> None:
    """Every kind of order, refunded in a dozen parts over a year's time, open or settled, yields not a fen more than was paid."""
    platform.needs("payer", "settle", "time-travel")
    pauses = (61, 3600, 86_400, 61, 8 * 86_400, 61, 31 * 86_400, 61, 100 * 86_400, 61, 61, 61)

    def attempt(case: tuple[Kind, Outcome | None]) -> None:
        kind, outcome = case
        order = paid(platform, kind, 1300)
        for amount in (1301, 2600, 10**12):
            refused(platform, Refund(order, amount), TOO_MUCH, because="The order's total is 1300 fen.")
        platform.advance(A_MINUTE)
        plan = [Part(100, NAMINGS[turn % 2], outcome, pause) for turn, pause in enumerate(pauses)]
        carry_out(platform, order, tuple(plan[:6]))
        refused(platform, Refund(order, 701), TOO_MUCH, because="700 fen remain of the order.")
        platform.advance(A_MINUTE)
        carry_out(platform, order, tuple(plan[6:]))
        for amount, naming in ((101, NAMINGS[0]), (1300, NAMINGS[1])):
            refused(platform, Refund(order, amount, by=naming), TOO_MUCH, because="100 fen remain of the order.")
        platform.advance(A_MINUTE)
        take_the_rest(platform, order, 100)
        platform.advance(A_MINUTE)
        refused(platform, Refund(order, 1), TOO_MUCH, because="Nothing remains of the order.")

    outcomes: tuple[Outcome | None, ...] = (None, "SUCCESS")
    kinds = every_kind(platform)[::2]
    try_all(platform, [(kind, outcomes[turn % 2]) for turn, kind in enumerate((*kinds, kinds[-1]))], attempt)


@judges("v3.refund.never-exceeds-the-order")
@given(order=refunds.any_kind(), shares=st.lists(st.integers(30, 100), min_size=2, max_size=5), before=st.booleans())
def test_refunds_at_the_same_moment_stay_within_the_order(platform: Platform, order: Order, shares: list[int], before: bool) -> None:  # noqa: FBT001 - drawn
    """Of refunds sent together those accepted sum to at most what remains, the others leave nothing, and then the rest is refundable."""
    platform.needs("payer", "time-travel")
    order = suited(platform, order)
    platform.must_pay(order)
    platform.advance(A_MINUTE)
    left = order.total
    if before and left > 1:
        apply(platform, Refund(order, 1))
        platform.advance(A_MINUTE)
        left -= 1
    drafts = [Refund(order, max(1, left * share // 100), number=platform.mint.number()) for share in shares]
    answers = platform.together(*[_applying(platform, refund) for refund in drafts])
    taken = sum(_taken(platform, refund, answer) for refund, answer in zip(drafts, answers, strict=True))
    if taken > left:
        raise Violation("Refunds sent together take more than remained.", expected=f"at most {left} fen", got=f"{taken} fen")
    platform.advance(A_MINUTE)
    take_the_rest(platform, order, left - taken)


def _applying(platform: Platform, refund: Refund) -> Any:
    return lambda: platform.refund(refund)


def _taken(platform: Platform, refund: Refund, answer: Answer) -> int:
    """Return the fen *refund* took, and demand that it did what its answer says; the query decides where the answer does not."""
    if 400 <= answer.status < 500:
        leaves_nothing(platform, refund)
        return 0
    found = platform.query_refund(refund)
    if answer.accepted:
        found.is_accepted(because="The refund was accepted.")
    return refund.amount if found.accepted and found.get("status") in COUNTED else 0


@judges("v3.refund.closed-refund-frees-its-amount")
def test_the_amount_of_a_closed_refund_is_free_again(platform: Platform) -> None:
    """The amount of a CLOSED refund, a part or all of the order, can be refunded once more under a new number; nothing beyond it."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(case: tuple[Kind, int, int]) -> None:
        kind, earlier, amount = case
        order = paid(platform, kind)
        before = (Part(earlier, outcome="SUCCESS"),) if earlier else ()
        carry_out(platform, order, (*before, Part(amount, outcome="CLOSED"), Part(amount, outcome="CLOSED")))
        refused(platform, Refund(order, 101 - earlier), TOO_MUCH, because=f"{100 - earlier} fen remain of the order.")
        platform.advance(A_MINUTE)
        apply(platform, Refund(order, amount), because="A closed refund has given its amount back.")
        platform.advance(A_MINUTE)
        take_the_rest(platform, order, 100 - earlier - amount)

    cases = [(kind, earlier, amount) for kind in every_kind(platform) for earlier, amount in ((0, 100), (30, 40))]
    try_all(platform, cases, attempt)


@judges("v3.refund.abnormal-refund-still-counts")
def test_the_amount_of_an_abnormal_refund_stays_taken(platform: Platform) -> None:
    """While a refund is ABNORMAL, and when it is sent another way or settled after all, its amount cannot be refunded again."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(case: tuple[Kind, int]) -> None:
        kind, amount = case
        order = paid(platform, kind)
        refund = Refund(order, amount)
        refund_id = str(apply(platform, refund, outcome="ABNORMAL")["refund_id"])
        _nothing_more(platform, order, 100 - amount)
        platform.apply_abnormal(refund, refund_id, MERCHANT_CARD).is_accepted(because="The refund is ABNORMAL.")
        _nothing_more(platform, order, 100 - amount)
        if show(platform, refund)["status"] == "PROCESSING":
            settle(platform, refund, "SUCCESS")
        _nothing_more(platform, order, 100 - amount)
        take_the_rest(platform, order, 100 - amount)

    kinds = every_kind(platform)
    try_all(platform, [*((kind, 60) for kind in kinds), *((kind, 100) for kind in kinds[::3])], attempt)


def _nothing_more(platform: Platform, order: Order, left: int) -> None:
    platform.advance(A_MINUTE)
    refused(platform, Refund(order, left + 1), TOO_MUCH, because=f"{left} fen remain of the order beside the abnormal refund.")
    platform.advance(A_MINUTE)


@judges("v3.refund.amounts-add-up")
@given(refund=refunds.full(), outcome=st.sampled_from((None, "SUCCESS", "ABNORMAL", "CLOSED")))
def test_the_amounts_of_a_refund_fit_together(platform: Platform, refund: Refund, outcome: Outcome | None) -> None:
    """The amounts in the answers to apply, repeat and query, in every state, are those asked for and keep their order of size."""
    platform.needs("payer", "settle")
    refund.order = suited(platform, refund.order)
    platform.must_pay(refund.order)
    order = platform.query(refund.order).is_accepted()
    without_coupons = order.get("amount.payer_total") == refund.order.total and not order.get("promotion_detail")
    _add_up(apply(platform, refund, outcome=outcome), refund, without_coupons=without_coupons)
    _add_up(show(platform, refund), refund, without_coupons=without_coupons)
    if outcome != "CLOSED":
        again = platform.refund(refund)
        if again.accepted:
            _add_up(again, refund, without_coupons=without_coupons)


_AT_MOST = (
    ("refund", "total"),
    ("payer_refund", "refund"),
    ("discount_refund", "refund"),
    ("settlement_refund", "refund"),
    ("settlement_total", "total"),
    ("payer_total", "total"),
)


def _add_up(answer: Answer, refund: Refund, *, without_coupons: bool) -> None:
    for name in sorted({name for pair in _AT_MOST for name in pair}):
        value = answer.get(f"amount.{name}")
        if value is not None and (type(value) is not int or value < 0):
            raise Violation("An amount is no whole number of fen.", expected=f"amount.{name} of 0 or more", got=repr(value))
    for smaller, greater in _AT_MOST:
        low, high = answer.get(f"amount.{smaller}"), answer.get(f"amount.{greater}")
        if low is not None and high is not None and low > high:
            raise Violation(f"amount.{smaller} exceeds amount.{greater}.", expected=f"at most {high}", got=str(low))
    expected = {"refund": refund.amount, "total": refund.order.total}
    if without_coupons:
        expected |= {"payer_refund": refund.amount, "discount_refund": 0}
    for name, value in expected.items():
        answer.has(f"amount.{name}", value)
