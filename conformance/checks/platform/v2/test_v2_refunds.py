"""Applying for a refund through APIv2: what is accepted and how it is told, what is refused and leaves nothing."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.refunding import every_kind, share, suited
from conformance.checks.platform.stages import Kind
from conformance.checks.platform.v2.refunding import (
    STATUSES,
    Listed,
    apply,
    ask_for,
    leaves_nothing,
    no_refunds,
    paid,
    query,
    refused,
    show,
)
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Violation, shown
from reference.oracles.times import BEIJING
from reference.oracles.v2_amounts import refund_problems
from reference.rules import judges
from strategies import refunds
from strategies.cases import NumberShape, Order, Refund
from strategies.refunds import NAMINGS, Outcome
from strategies.v2.cases import FaultV2
from strategies.v2.refunds import NUMBERS, REFUND_FEES, TOTAL_FEES, single_characters

GROUP = "v2 refunds"

_OUTCOMES: tuple[Outcome, ...] = ("SUCCESS", "ABNORMAL", "CLOSED")
_NO_REFERENCE = ("LACK_PARAMS", "PARAM_ERROR")
_UNPAID = ("ORDER_NOT_READY", "ORDERNOTEXIST", "TRADE_STATE_ERROR", "ERROR", "INVALID_REQUEST")
_BAD_AMOUNT = ("REFUND_FEE_MISMATCH", "PARAM_ERROR", "INVALID_REQUEST", "LACK_PARAMS", "ERROR")
_UNKNOWN_TRANSACTIONS = ("4200000000201001010000000000", "1008450740201411110005820873")
_SPACED = "%Y-%m-%d %H:%M:%S"
_LONGEST_ID = 32


@judges("v2.refund.accepts-and-names-the-refund")
def test_accepts_and_names_a_refund(platform: Platform) -> None:
    """A refund of an order of any kind is answered with its id and amounts, is PROCESSING, and then what the banks decide."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(case: tuple[Kind, int]) -> None:
        kind, turn = case
        order = paid(platform, kind, 300)
        first = Refund(order, 100, by=NAMINGS[turn % 2])
        _lives(platform, first, _OUTCOMES[turn % 3], goods=turn % 2 == 1)
        known = show(platform, first)
        _lives(platform, Refund(order, 50, by=NAMINGS[(turn + 1) % 2]), _OUTCOMES[(turn + 1) % 3], goods=turn % 2 == 0)
        if show(platform, first) != known:
            raise Violation("A refund changed with another one.", expected=str(dict(known)), got=str(dict(show(platform, first))))

    try_all(platform, [(kind, turn) for turn, kind in enumerate(every_kind(platform))], attempt)


@judges("v2.refund.accepts-and-names-the-refund")
@given(refund=refunds.full(), outcome=st.sampled_from(_OUTCOMES))
def test_accepts_whatever_is_valid(platform: Platform, refund: Refund, outcome: Outcome) -> None:
    """From a fen to everything, with whatever text for a reason, a refund is accepted, shown as it was asked for, and ends."""
    platform.needs("payer", "settle", "time-travel")
    refund.order = suited(platform, refund.order)
    platform.v2.must_pay(refund.order)
    _lives(platform, refund, outcome)


def _lives(platform: Platform, refund: Refund, outcome: Outcome, *, goods: bool = False) -> None:
    """Apply for *refund*, let the banks decide on it, pay it out in the end if it was abnormal, and look at it all along."""
    order = platform.v2.query(refund.order).is_accepted()
    answer = apply(platform, refund, goods=goods)
    asked = {"out_refund_no": refund.number or "", "refund_fee": str(refund.amount)}
    whole = {"total_fee": str(refund.order.total), "out_trade_no": refund.order.number or ""}
    # A query of the order need not tell what of it was cash; the refund must.
    whole |= {"transaction_id": order["transaction_id"], "cash_fee": order.get("cash_fee") or answer["cash_fee"]}
    for name, value in (asked | whole).items():
        answer.has(name, value, because="The answer tells of the refund that was asked for.")
    _adds_up(answer.result.values)
    if len(answer["refund_id"]) > _LONGEST_ID:
        raise Violation("The refund_id is too long.", expected=f"at most {_LONGEST_ID} characters", got=answer["refund_id"])
    asked["refund_id"] = answer["refund_id"]
    began = platform.now()
    before = _shown(platform, refund, asked, whole)
    if before["refund_status"] not in {"PROCESSING", "SUCCESS"}:
        raise Violation("A refund just accepted has ended.", expected="PROCESSING or SUCCESS", got=before["refund_status"])
    _ends_in_time(before, began, platform.now())
    platform.advance(3600)
    for end in (outcome, "SUCCESS") if outcome == "ABNORMAL" else (outcome,):
        began = platform.now()
        if platform.settle(refund, end) is None:
            after = _shown(platform, refund, asked, whole)
            if after["refund_status"] != STATUSES[end]:
                raise Violation("A refund is not what the banks made of it.", expected=STATUSES[end], got=after["refund_status"])
            _ends_in_time(after, began, platform.now())
        platform.advance(600)
    platform.v2.query(refund.order).is_accepted().has("trade_state", "REFUND", because="The order has a refund.")


def _shown(platform: Platform, refund: Refund, asked: dict[str, str], whole: dict[str, str]) -> Listed:
    answer, entry = platform.v2.query_refund(refund), show(platform, refund, goods=refund.amount == 50)
    by_id = show(platform, refund, refund_id=asked["refund_id"])
    if by_id != entry:
        raise Violation("A query by refund_id shows another refund.", expected=str(dict(entry)), got=str(dict(by_id)))
    for name, value in whole.items():
        answer.has(name, value, because="The query tells of the order that was refunded.")
    for name, value in asked.items():
        if entry[name] != value:
            raise Violation("A query shows another refund than was accepted.", expected=f"{name} {value}", got=entry[name])
    _adds_up(entry)
    if entry["refund_status"] != "SUCCESS" and "refund_success_time" in entry:
        raise Violation("A refund that did not succeed has a refund_success_time.", expected="none", got=entry["refund_success_time"])
    return entry


def _adds_up(values: Mapping[str, str]) -> None:
    for problem in refund_problems(values):
        raise Violation(f"A refund contradicts itself: {problem}", expected="fees that fit together", got=shown(dict(values)))


def _ends_in_time(entry: Listed, began: int, ended: int) -> None:
    if entry["refund_status"] != "SUCCESS":
        return
    told = entry.get("refund_success_time", "")
    early, late = (f"{datetime.fromtimestamp(moment, BEIJING):{_SPACED}}" for moment in (began, ended + 1))
    if len(told) != len(early) or not early <= told <= late:
        raise Violation("A refund does not tell when it succeeded.", expected=f"refund_success_time {early} to {late}", got=told or "none")


@judges("v2.refund.refuses-malformed-out-refund-no")
def test_refuses_a_malformed_number(platform: Platform) -> None:
    """An out_refund_no that is absent, empty, too long or holds another character is refused, and nothing is refunded."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        order = paid(platform, kind)
        for fault in (*NUMBERS, *share(platform, kind, single_characters())):
            ask_for(platform, Refund(order, 1), broken_by=fault).is_refused(because="The out_refund_no is malformed.")
        no_refunds(platform, order)
        apply(platform, Refund(order, 100))

    try_all(platform, every_kind(platform), attempt)


@judges("v2.refund.refuses-malformed-out-refund-no")
def test_accepts_every_well_formed_number(platform: Platform) -> None:
    """Numbers of 1 and of 64 characters, in either letter case, with `_` and `-` first, inside and last, name their refund."""
    platform.needs("payer", "time-travel")
    shapes = [
        NumberShape(64),
        NumberShape(64, "_-"),
        NumberShape(63, "aZ"),
        NumberShape(20, "a_Z-9"),
        NumberShape(20, "_"),
        NumberShape(20, "-"),
    ]

    def attempt(kind: Kind) -> None:
        order = paid(platform, kind)
        for shape in shapes:
            refund = Refund(order, 1, shape=shape)
            _is_named(platform, refund)
            _is_named(platform, Refund(order, 1, number=f"{refund.number}"[::-1]))
        single = Refund(order, 1, number="7")
        if not platform.v2.query_refund(single).accepted:  # such a number can be used once in the life of a platform
            _is_named(platform, single)

    try_all(platform, [kind for kind in every_kind(platform) if kind.product in {"jsapi", "codepay"}], attempt)


def _is_named(platform: Platform, refund: Refund) -> None:
    if refund.number is None or not platform.v2.query_refund(refund).accepted:  # a palindrome was used the other way round
        platform.calls.refund_number(refund)
        apply(platform, refund, because=f"{refund.number} is a well-formed out_refund_no.").has("out_refund_no", refund.number or "")
    show(platform, refund)


@judges("v2.refund.refuses-what-was-not-paid")
def test_refuses_what_names_no_order(platform: Platform) -> None:
    """A refund that names no order, or one that does not exist, is refused; named either way, the order it means is refunded."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        bystander, order = paid(platform, kind), kind.order()
        call = platform.v2.calls.refund(Refund(bystander, 100)).but(out_trade_no=None)
        platform.v2.send(call).is_refused(*_NO_REFERENCE, because="The refund names no order.")
        refused(platform, Refund(order, 100), "ORDERNOTEXIST", because="There is no order under this out_trade_no.")
        for transaction_id in _UNKNOWN_TRANSACTIONS:
            invented = Refund(order, 100, by="transaction_id")
            because = "There is no such transaction_id."
            refused(platform, invented, "INVALID_TRANSACTIONID", "ORDERNOTEXIST", transaction_id=transaction_id, because=because)
        no_refunds(platform, bystander)
        platform.v2.must_pay(order)
        for naming in NAMINGS:
            apply(platform, Refund(order, 50, by=naming))

    try_all(platform, every_kind(platform), attempt)


@judges("v2.refund.refuses-what-was-not-paid")
def test_refuses_what_was_not_paid(platform: Platform) -> None:
    """An order nobody paid, tried, closed or forgotten for a week, is not refunded and stays as it is; paid afterwards, it can be."""
    platform.needs("payer", "time-travel")
    tried: tuple[Callable[[Order], object], ...] = (lambda _order: None, platform.fail, platform.cancel)

    def attempt(case: tuple[Kind, int, str]) -> None:
        kind, turn, fate = case
        order = kind.order()
        platform.v2.place(order).is_accepted()
        tried[turn % len(tried)](order)
        if fate == "closed":
            platform.advance(600)
            platform.v2.close(order).is_accepted(because="An unpaid order can be closed.")
        if fate == "forgotten":
            platform.advance(8 * 86_400)
        _stays(platform, order, platform.v2.query(order).is_accepted()["trade_state"], goods=turn % 2 == 1)
        if fate == "open":
            if platform.pay(order) is not None:
                raise Violation("A refund that was refused made the order unpayable.", expected="a payment", got="a refusal")
            apply(platform, Refund(order, 100))

    kinds = [kind for kind in every_kind(platform) if kind.product != "codepay"]
    try_all(platform, [(kind, turn, fate) for turn, kind in enumerate(kinds) for fate in ("open", "closed", "forgotten")], attempt)


@judges("v2.refund.refuses-what-was-not-paid")
def test_refuses_a_code_payment_that_is_not_paid(platform: Platform) -> None:
    """A code payment that waits for the payer, failed or was reversed is not refunded and stays as it is."""
    platform.needs("payer", "code-plans", "time-travel")

    def attempt(kind: Kind) -> None:
        for plan in ("USERPAYING", "PAYERROR"):
            order = kind.order()
            platform.plan_code(order, "USERPAYING" if plan == "USERPAYING" else "PAYERROR")
            platform.v2.place(order)
            _stays(platform, order, platform.v2.query(order).is_accepted()["trade_state"])
        order = paid(platform, kind)
        platform.advance(30)
        reversed_ = platform.v2.reverse(order)
        if reversed_.accepted:
            _stays(platform, order, platform.v2.query(order).is_accepted()["trade_state"])

    try_all(platform, [kind for kind in every_kind(platform) if kind.product == "codepay"], attempt)


def _stays(platform: Platform, order: Order, state: str, *, goods: bool = False) -> None:
    for amount in (100, 1):
        refused(platform, Refund(order, amount), *_UNPAID, goods=goods, because=f"The order is {state}.")
    platform.v2.query(order).is_accepted().has("trade_state", state, because="A refund that was refused changed the order.")


@judges("v2.refund.refuses-bad-amounts")
def test_refuses_what_is_no_amount(platform: Platform) -> None:
    """A refund_fee that is no whole number of fen from 1, or another total_fee than the order's, is refused; 1 fen is accepted."""
    platform.needs("payer", "time-travel")
    faults = (*REFUND_FEES, *TOTAL_FEES)

    def attempt(case: tuple[Kind, int]) -> None:
        kind, turn = case
        order = paid(platform, kind)
        _refused_each(platform, order, faults, goods=turn % 2 == 1)
        no_refunds(platform, order)
        apply(platform, Refund(order, 1), because="One fen is enough.").has("refund_fee", "1")

    try_all(platform, [(kind, turn) for turn, kind in enumerate(every_kind(platform))], attempt)


@judges("v2.refund.refuses-bad-amounts")
def test_refuses_another_total_later_too(platform: Platform) -> None:
    """After a refund total_fee is still the order's: what remains, what was refunded and the rest of the list are refused."""
    platform.needs("payer", "time-travel")

    def attempt(case: tuple[Kind, int]) -> None:
        kind, turn = case
        order = paid(platform, kind, 1000)
        apply(platform, Refund(order, 300))
        for total in ("700", "300"):
            refund = Refund(order, 10, by=NAMINGS[turn % 2])
            call = platform.v2.calls.refund(refund, platform.v2.transaction_id(order))
            platform.advance(61)
            platform.v2.send(call.but(total_fee=total)).is_refused(*_BAD_AMOUNT, because=f"The order's total is 1000 fen, not {total}.")
        _refused_each(platform, order, TOTAL_FEES, goods=False)
        entries = query(platform, order, out_trade_no=order.number)
        _counts(entries, 1)
        apply(platform, Refund(order, 1, by=NAMINGS[turn % 2]))

    try_all(platform, [(kind, turn) for turn, kind in enumerate(every_kind(platform)[::2])], attempt)


def _counts(answer: AnswerV2, count: int) -> None:
    answer.is_accepted().has("refund_count", str(count), because="Refunds that were refused do not exist.")


def _refused_each(platform: Platform, order: Order, faults: Sequence[FaultV2], *, goods: bool) -> None:
    refund, by_id = Refund(order, 2), Refund(order, 3, by="transaction_id")
    transaction_id = platform.v2.transaction_id(order)
    for draft, tried in ((refund, faults), (by_id, faults[-6:])):
        for fault in tried:
            answer = ask_for(platform, draft, broken_by=fault, transaction_id=transaction_id, goods=goods)
            answer.is_refused(*_BAD_AMOUNT, because="An amount is wrong.")
        leaves_nothing(platform, draft)
