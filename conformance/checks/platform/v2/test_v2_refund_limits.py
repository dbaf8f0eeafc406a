"""How late, how often, how fast and with how little money an order is refunded through APIv2."""

from conformance.checks.platform.refunding import A_MINUTE, every_kind
from conformance.checks.platform.stages import Kind
from conformance.checks.platform.v2.refunding import (
    TOO_FAST,
    TOO_MUCH,
    apply,
    apply_for,
    ask_for,
    leaves_nothing,
    no_refunds,
    paid,
    refused,
    show,
    take_the_rest,
)
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Inconclusive, Violation
from reference.machines.refund import MOST_PARTIAL_REFUNDS
from reference.rules import judges
from strategies.cases import Refund
from strategies.refunds import NAMINGS

GROUP = "v2 refunds"

_ONCE = "v2.refund.repeats-refund-once"
_TOO_LATE = ("TRADE_OVERDUE", "ORDERNOTEXIST", "INVALID_REQUEST", "ERROR")
_DAY = 86_400
_IN_TIME, _OVERDUE = 363, 366
"""Days after the payment on which a refund is accepted, and refused."""
_PER_SECOND = 3


@judges("v2.refund.ends-after-a-year")
def test_an_order_is_refunded_within_a_year(platform: Platform) -> None:
    """A refund 363 days after the payment is accepted and one 366 days after it refused, whatever was refunded in between."""
    platform.needs("payer", "time-travel")
    waiting = [kind.order() for kind in every_kind(platform)]
    for order in waiting:
        platform.v2.place(order).is_accepted()
        if order.product != "codepay" and platform.pay(order) is not None:
            raise Inconclusive("an order just placed cannot be paid")
    ids = [platform.v2.transaction_id(order) for order in waiting]
    platform.advance(200 * _DAY)
    for order, transaction_id in zip(waiting[::2], ids[::2], strict=True):
        apply(platform, Refund(order, 10), transaction_id=transaction_id)
    platform.advance((_IN_TIME - 200) * _DAY - 2 * A_MINUTE * len(waiting))
    for turn, (order, transaction_id) in enumerate(zip(waiting, ids, strict=True)):
        if turn % 4 < 2:
            because = f"The order was paid {_IN_TIME} days ago."
            apply(platform, Refund(order, 30, by=NAMINGS[turn % 2]), transaction_id=transaction_id, because=because)
    platform.advance((_OVERDUE - _IN_TIME) * _DAY + 2 * A_MINUTE * len(waiting))
    for turn, (order, transaction_id) in enumerate(zip(waiting, ids, strict=True)):
        late = Refund(order, 1 + turn % 2 * 29, by=NAMINGS[(turn // 2) % 2])
        because = f"The order was paid {_OVERDUE} days ago."
        refused(platform, late, *_TOO_LATE, transaction_id=transaction_id, goods=turn % 3 == 2, because=because)


@judges("v2.refund.ends-after-a-year")
def test_the_year_begins_with_the_payment(platform: Platform) -> None:
    """An order that was paid five days after it was placed is refunded 363 days after the payment."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        order = kind.order()
        platform.v2.place(order).is_accepted()
        platform.advance(5 * _DAY)
        if platform.pay(order) is not None:
            raise Inconclusive("an order of five days cannot be paid")
        platform.advance(_IN_TIME * _DAY)
        apply(platform, Refund(order, 30), because=f"The order was paid {_IN_TIME} days ago.")

    try_all(platform, [kind for kind in every_kind(platform) if kind.product in {"jsapi", "native"}], attempt)


@judges("v2.refund.ends-after-fifty-parts", _ONCE)
def test_an_order_is_refunded_in_fifty_parts(platform: Platform) -> None:
    """The fiftieth refund of an order is accepted and the next refused, however small and however late; refused attempts do not count."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(case: tuple[Kind, int]) -> None:
        kind, turn = case
        order = paid(platform, kind, 1000)
        transaction_id = platform.v2.transaction_id(order)
        earlier: Refund | None = None
        for part in range(MOST_PARTIAL_REFUNDS):
            if part % 10 == 5:
                refused(platform, Refund(order, 1001), *TOO_MUCH, because="The order's total is 1000 fen.")
            refund = Refund(order, 1, by=NAMINGS[part % 2])
            if turn == 1 and part % 5 == 4:
                apply_for(platform, refund, family="v3", outcome="SUCCESS")
            else:
                because = f"It is the refund number {part + 1} of the order."
                apply(platform, refund, outcome=(None, "SUCCESS")[(part + turn) % 2], transaction_id=transaction_id, because=because)
            earlier = earlier or refund
        for amount in (1, 7, 950):
            refused(platform, Refund(order, amount), because="The order was refunded in 50 parts.")
        assert earlier is not None  # there were fifty
        _is_no_other(platform, earlier)
        platform.advance(31 * _DAY)
        by_id = Refund(order, 1, by="transaction_id")
        refused(platform, by_id, transaction_id=transaction_id, goods=True, because="The order was refunded in 50 parts, a month ago.")

    try_all(platform, [(kind, turn) for turn, kind in enumerate(every_kind(platform)[::4])], attempt)


def _is_no_other(platform: Platform, earlier: Refund) -> None:
    known, again = show(platform, earlier)["refund_id"], ask_for(platform, earlier)
    if again.get("refund_id") != known:
        raise Violation("A repeated request counts as another refund.", expected=f"refund_id {known}", got=again.described, rule=_ONCE)


@judges("v2.refund.puts-off-without-a-trace")
def test_a_refund_within_a_minute_is_taken_or_put_off(platform: Platform) -> None:
    """A second refund at once is accepted and exists, or is put off and leaves nothing; a minute later the same request is accepted."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        order = paid(platform, kind)
        apply(platform, Refund(order, 30))
        for pause, amount in ((0, 20), (30, 10)):
            refund = Refund(order, amount)
            platform.advance(pause)
            _put_off(platform, refund, platform.v2.refund(refund), "Refunds of one order may be a minute apart; nothing else is wrong.")
        take_the_rest(platform, order, 40)

    try_all(platform, every_kind(platform), attempt)


@judges("v2.refund.puts-off-without-a-trace")
def test_a_refund_beyond_the_rate_is_put_off(platform: Platform) -> None:
    """Refunds beyond the rate set for a second are accepted, or put off and leave nothing; later the same requests are accepted."""
    platform.needs("payer", "time-travel", "rate-limit")

    def attempt(kind: Kind) -> None:
        drafts = [Refund(paid(platform, kind), 60) for _ in range(3 * _PER_SECOND)]
        platform.advance(A_MINUTE)
        try:
            platform.limit(_PER_SECOND)
            answers = [platform.v2.refund(refund) for refund in drafts]
        finally:
            platform.limit(None)
        for refund, answer in zip(drafts, answers, strict=True):
            _put_off(platform, refund, answer, "The refund is beyond the rate; nothing else is wrong.")
        take_the_rest(platform, drafts[-1].order, 40)

    try_all(platform, [kind for kind in every_kind(platform) if kind.product in {"jsapi", "codepay"}], attempt)


def _put_off(platform: Platform, refund: Refund, quick: AnswerV2, because: str) -> None:
    if not quick.accepted:
        quick.is_refused(*TOO_FAST, because=because)
        leaves_nothing(platform, refund)
    again = ask_for(platform, refund).is_accepted(because="The refund was only put off, and a minute has passed.")
    if quick.accepted:
        again.has("refund_id", quick["refund_id"], because="The refund was accepted before.")
    show(platform, refund)
    platform.advance(A_MINUTE)


@judges("v2.refund.short-funds-leave-no-refund")
def test_a_refund_without_funds_can_be_repeated(platform: Platform) -> None:
    """A refund beyond the merchant's funds is NOTENOUGH and leaves nothing; once there are funds the same request is accepted."""
    platform.needs("payer", "time-travel", "balance")

    def attempt(case: tuple[Kind, int]) -> None:
        kind, turn = case
        order = paid(platform, kind)
        try:
            _too_poor(platform, kind, Refund(order, 60, by=NAMINGS[turn % 2]), first=True)
            _too_poor(platform, kind, Refund(order, 40, by=NAMINGS[(turn + 1) % 2]), first=False)
        finally:
            platform.fund(None, kind.role)

    try_all(platform, [(kind, turn) for turn, kind in enumerate(every_kind(platform))], attempt)


def _too_poor(platform: Platform, kind: Kind, refund: Refund, *, first: bool) -> None:
    for balance in (0, refund.amount - 1, 0):
        platform.fund(balance, kind.role)
        because = f"The merchant has {balance} fen for a refund of {refund.amount}."
        answer = refused(platform, refund, "NOTENOUGH", because=because)
        answer.has("return_code", "SUCCESS").has("result_code", "FAIL").has("err_code", "NOTENOUGH")
    if first:
        no_refunds(platform, refund.order)
    platform.fund(refund.amount, kind.role)
    apply(platform, refund, because="The merchant has the money now.").has("refund_fee", str(refund.amount))
    show(platform, refund)
