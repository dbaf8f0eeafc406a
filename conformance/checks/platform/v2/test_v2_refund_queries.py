"""Asking for refunds through APIv2: their states, pages of them, by which number they are found, and that there are none."""

from collections.abc import Callable, Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.refunding import every_kind, suited
from conformance.checks.platform.stages import Kind
from conformance.checks.platform.v2.refunding import (
    TOO_MUCH,
    Listed,
    apply,
    apply_for,
    listed,
    no_refunds,
    paid,
    query,
    query_by,
    refused,
    show,
)
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies import refunds
from strategies.cases import Order, Refund
from strategies.v2.refunds import FAMILIES

GROUP = "v2 refunds"

_NEXT: Mapping[str, frozenset[str]] = {
    "PROCESSING": frozenset({"PROCESSING", "SUCCESS", "REFUNDCLOSE", "CHANGE"}),
    "CHANGE": frozenset({"CHANGE", "SUCCESS", "REFUNDCLOSE"}),
    "SUCCESS": frozenset({"SUCCESS"}),
    "REFUNDCLOSE": frozenset({"REFUNDCLOSE"}),
}
_ACTS: Mapping[str, Callable[[Platform, Refund], object]] = {
    "settle": lambda platform, refund: platform.settle(refund, "SUCCESS"),
    "bounce": lambda platform, refund: platform.settle(refund, "ABNORMAL"),
    "close": lambda platform, refund: platform.settle(refund, "CLOSED"),
    "repeat": lambda platform, refund: platform.v2.refund(refund),
    "repeat by APIv3": lambda platform, refund: platform.refund(refund),
    "refund again": lambda platform, refund: platform.v2.refund(Refund(refund.order, 1)),
    "refund too much": lambda platform, refund: platform.v2.refund(Refund(refund.order, refund.order.total + 1)),
    "use the number again": lambda platform, refund: platform.v2.refund(Refund(refund.order, refund.amount + 1, number=refund.number)),
    "close the order": lambda platform, refund: platform.v2.close(refund.order),
    "ask for the order": lambda platform, refund: platform.v2.query(refund.order),
    "wait a minute": lambda platform, _refund: platform.advance(61),
    "wait a month": lambda platform, _refund: platform.advance(31 * 86_400),
}
_YEARS = 400 * 86_400
_MANY, _PAGE = 15, 10
_NEVER = "wxcneverused"
_BEYOND = ("16", "20", "150")
_UNKNOWN_IDS = ("50300000000201001010000000000", "50000000382019052709732678859")
_NO_ORDER = ("REFUNDNOTEXIST", "ORDERNOTEXIST", "INVALID_TRANSACTIONID")


@judges("v2.refund.shows-known-states")
@given(refund=refunds.full(), acts=st.lists(st.sampled_from(sorted(_ACTS)), min_size=2, max_size=7))
def test_a_refund_moves_forward_only(platform: Platform, refund: Refund, acts: list[str]) -> None:
    """Whatever is asked, decided or waited for, the next query shows one of the four states, and one that may follow."""
    platform.needs("payer", "settle", "time-travel")
    refund.order = suited(platform, refund.order)
    platform.v2.must_pay(refund.order)
    apply(platform, refund)
    _walk(platform, refund, acts)


@judges("v2.refund.shows-known-states")
def test_every_refund_moves_forward_only(platform: Platform) -> None:
    """Refunds of every kind of order keep what they ended as, and an abnormal one only ever ends better; lists show the same state."""
    platform.needs("payer", "settle", "time-travel")
    ends = (("settle", "SUCCESS"), ("close", "REFUNDCLOSE"), ("bounce", "CHANGE"))

    def attempt(case: tuple[Kind, int]) -> None:
        kind, turn = case
        refund = Refund(paid(platform, kind), 60)
        end, state = ends[turn % 3]
        apply_for(platform, refund, family=FAMILIES[turn // 3 % 2])
        _walk(platform, refund, ("wait a minute", "repeat", end))
        if show(platform, refund)["refund_status"] not in {state, "SUCCESS"}:
            raise Violation("A refund is not what the banks made of it.", expected=state, got=show(platform, refund)["refund_status"])
        other = Refund(refund.order, 7)
        apply_for(platform, other, family="v2")
        for acts in ((), (end,)):
            _walk(platform, other, acts)
        _walk(platform, refund, ("repeat", "refund again", "use the number again", "wait a month", "bounce", "close", "settle", "close"))
        _walk(platform, refund, ("refund too much", "close the order", "repeat"))
        platform.advance(_YEARS)
        _walk(platform, refund, ("repeat",))

    try_all(platform, [(kind, turn) for turn, kind in enumerate(every_kind(platform))], attempt)


def _walk(platform: Platform, refund: Refund, acts: Sequence[str]) -> None:
    before = _state(platform, refund)
    for act in acts:
        _ACTS[act](platform, refund)
        after = _state(platform, refund)
        if after not in _NEXT[before]:
            raise Violation(f"A refund took a step it cannot take (to {act}).", expected=f"what follows {before}", got=after)
        before = after
    number = refund.number
    listed_as = next((each["refund_status"] for each in _page(platform, refund.order) if each["out_refund_no"] == number), before)
    if listed_as != before:
        raise Violation("A list shows another state.", expected=before, got=listed_as)


def _state(platform: Platform, refund: Refund) -> str:
    state = show(platform, refund)["refund_status"]
    if state not in _NEXT:
        raise Violation("A refund is in a state APIv2 does not know.", expected=" or ".join(_NEXT), got=state)
    return state


def _page(platform: Platform, order: Order) -> Sequence[Listed]:
    return listed(query(platform, order, out_trade_no=order.number))


@judges("v2.refund.lists-ten-at-a-time")
def test_lists_ten_refunds_at_a_time(platform: Platform) -> None:
    """Fifteen refunds of an order, by whichever number of it, come as ten and five: each once, in one order, with their own amounts."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(case: tuple[Kind, int]) -> None:
        kind, turn = case
        order = paid(platform, kind, 10_000)
        transaction_id = platform.v2.transaction_id(order)
        amounts: dict[str, int] = {}
        for number in range(_MANY):
            refund = Refund(order, 11 + number)
            apply_for(
                platform, refund, family=FAMILIES[number % 4 == 3], outcome=(None, "SUCCESS", "CLOSED", "ABNORMAL")[(number + turn) % 4]
            )
            amounts[refund.number or ""] = refund.amount
            if number == 0:
                query(platform, order, out_trade_no=order.number, offset="2").is_refused("PARAM_ERROR", because="There is one refund.")
        goods = turn > 0
        first = _pages(platform, order, amounts, goods=goods, out_trade_no=order.number)
        platform.advance(3600)
        for again in (
            _pages(platform, order, amounts, goods=not goods, transaction_id=transaction_id),
            _pages(platform, order, amounts, out_trade_no=order.number),
        ):
            if again != first:
                raise Violation("The order of the list changes.", expected=", ".join(first), got=", ".join(again))
        for offset in _BEYOND:
            for members in ({"out_trade_no": order.number}, {"transaction_id": transaction_id}):
                beyond = query_by(platform, order, {**members, "offset": offset})
                beyond.is_refused("PARAM_ERROR", because=f"There are {_MANY} refunds.")

    kinds = every_kind(platform)
    try_all(platform, [(kinds[turn % len(kinds)], turn) for turn in (0, 6, 4)], attempt)


def _pages(platform: Platform, order: Order, amounts: Mapping[str, int], *, goods: bool = False, **members: str | None) -> list[str]:
    found = _ten(query(platform, order, goods=goods, **members), _PAGE)
    explicit = _ten(query(platform, order, goods=goods, **members, offset="0"), _PAGE)
    entries = [*found, *_ten(query(platform, order, goods=goods, **members, offset=str(_PAGE)), _MANY - _PAGE)]
    overlapping = _ten(query(platform, order, goods=goods, **members, offset="3"), _PAGE)
    told = {entry["out_refund_no"]: entry["refund_fee"] for entry in entries}
    if len(told) != _MANY or told != {number: str(amount) for number, amount in amounts.items()}:
        raise Violation("The pages do not hold each refund once.", expected=f"{_MANY} refunds with their amounts", got=str(told))
    numbers = [entry["out_refund_no"] for entry in entries]
    for other, expected in ((explicit, numbers[:_PAGE]), (overlapping, numbers[3 : 3 + _PAGE])):
        if [entry["out_refund_no"] for entry in other] != expected:
            raise Violation(
                "The order of the list changes.", expected=", ".join(expected), got=", ".join(e["out_refund_no"] for e in other)
            )
    return numbers


def _ten(answer: AnswerV2, count: int) -> Sequence[Listed]:
    entries = listed(answer)
    if len(entries) != count:
        raise Violation("A page has not the refunds it should have.", expected=f"{count} refunds", got=f"{len(entries)} refunds")
    answer.has("total_refund_count", str(_MANY), because="It counts all refunds of the order.")
    return entries


@judges("v2.refund.goes-by-the-most-exact-number")
def test_goes_by_the_most_exact_number(platform: Platform) -> None:
    """Of several numbers the most exact one decides, or the query is refused where they contradict it; without any it is refused."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        order, other = paid(platform, kind), paid(platform, kind)
        one, two, foreign = Refund(order, 10), Refund(order, 20), Refund(other, 30)
        ids = [apply(platform, refund)["refund_id"] for refund in (one, two, foreign)]
        own = {
            "refund_id": ids[0],
            "out_refund_no": one.number,
            "transaction_id": platform.v2.transaction_id(order),
            "out_trade_no": order.number,
        }
        theirs = {
            "refund_id": ids[2],
            "out_refund_no": foreign.number,
            "transaction_id": platform.v2.transaction_id(other),
            "out_trade_no": other.number,
        }
        brother = own | {"refund_id": ids[1], "out_refund_no": two.number}
        names = tuple(own)
        for first, name in enumerate(names):
            expected = [one.number] if first < 2 else [one.number, two.number]
            for rest in _subsets(names[first + 1 :]):
                _shows(platform, order, {name: own[name]} | {each: own[each] for each in rest}, expected)
                if rest:
                    _shows(platform, order, {name: own[name]} | {each: theirs[each] for each in rest}, expected, or_refuses=True)
                    unknown = {name: _unknown(name)} | {each: own[each] for each in rest}
                    query_by(platform, order, unknown).is_refused(because=f"There is nothing under the {name}.")
        mixed = {"refund_id": own["refund_id"], "out_refund_no": brother["out_refund_no"], "out_trade_no": order.number}
        _shows(platform, order, mixed, [one.number], or_refuses=True)
        query(platform, order).is_refused(because="The query names nothing.")

    try_all(platform, every_kind(platform)[::2], attempt)


def _subsets(names: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(name for place, name in enumerate(names) if chosen >> place & 1) for chosen in range(2 ** len(names))]


def _unknown(name: str) -> str:
    return {"refund_id": _UNKNOWN_IDS[0], "transaction_id": "4200000000201001010000000000"}.get(name, _NEVER)


def _shows(
    platform: Platform, order: Order, members: Mapping[str, str | None], expected: Sequence[str | None], *, or_refuses: bool = False
) -> None:
    answer = query_by(platform, order, members, goods=len(members) == 2)
    if or_refuses and not answer.accepted:
        answer.is_refused()
        return
    found = [entry["out_refund_no"] for entry in listed(answer)]
    if sorted(found) != sorted(map(str, expected)):
        raise Violation(
            f"A query by {', '.join(members)} shows other refunds.", expected=", ".join(map(str, expected)), got=", ".join(found)
        )


@judges("v2.refund.says-that-there-is-none")
def test_says_that_there_is_no_refund(platform: Platform) -> None:
    """A number never used, and an order without refunds, are REFUNDNOTEXIST; asking creates nothing, and refused refunds are none."""
    platform.needs("payer", "time-travel")

    def attempt(case: tuple[Kind, int]) -> None:
        kind, turn = case
        order, unknown = paid(platform, kind), kind.order()
        unknown.number = platform.mint.number()
        refund, beyond = Refund(order, 100), Refund(order, 101)
        for draft in (refund, beyond):
            platform.calls.refund_number(draft)
        refused(platform, beyond, *TOO_MUCH)
        for number in (refund.number, beyond.number, order.number):
            _is_none(query(platform, order, out_refund_no=number))
            _is_none(query(platform, order, goods=True, out_refund_no=number))
        _is_none(query(platform, order, refund_id=_UNKNOWN_IDS[turn % 2]))
        _is_none(query(platform, order, transaction_id=platform.v2.transaction_id(order)))
        _is_none(query(platform, order, out_trade_no=order.number, offset="0" if turn % 2 else None))
        _is_none(query(platform, order, out_trade_no=unknown.number), *_NO_ORDER)
        _is_none(query(platform, order, transaction_id=_unknown("transaction_id")), *_NO_ORDER)
        if kind.product != "codepay":
            open_order = kind.order()
            platform.v2.place(open_order).is_accepted()
            _is_none(query(platform, order, out_trade_no=open_order.number), *_NO_ORDER)
            platform.v2.query(open_order).is_accepted().has("trade_state", "NOTPAY", because="Asking changes nothing.")
        no_refunds(platform, order)
        platform.v2.query(unknown).is_refused("ORDERNOTEXIST", because="Asking for refunds orders nothing.")
        apply(platform, refund, because="Asking for a number does not use it.")

    try_all(platform, [(kind, turn) for turn, kind in enumerate(every_kind(platform))], attempt)


def _is_none(answer: AnswerV2, *codes: str) -> None:
    answer.is_refused(*codes or ("REFUNDNOTEXIST",), because="There is no such refund.").lacks("refund_id_0", because="There is no refund.")
    answer.has("result_code", "FAIL")
    if answer.code is None:
        raise Violation("The answer does not say that there is no refund.", expected="err_code REFUNDNOTEXIST", got=answer.described)
