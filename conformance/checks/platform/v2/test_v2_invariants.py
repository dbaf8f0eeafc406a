"""What holds for every order and refund at every point of its life, whichever family asks: reading, refusals, money."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import permutations
from typing import Any, Final, Literal

from conformance.checks.doors import Door, Heard
from conformance.checks.model import V2
from conformance.checks.platform.stages import notified
from conformance.checks.platform.v2.asking import order_of, roles
from conformance.checks.platform.v2.points import Point, Reached, doors, points, told, unchanged
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Violation
from reference.oracles import v2
from reference.platform import Delivery
from reference.rules import judges
from strategies.cases import Order, Refund, Role
from strategies.v2.cases import CallV2
from strategies.v2.signatures import wrong_signs

GROUP = "v2 invariants"

_A_MINUTE: Final = 61
_EIGHT_DAYS: Final = 8 * 86_400
_ENDS: Final = ("closed", "partly refunded", "refunded in full", "charged and partly refunded", "reversed", "reversed while it waited")
_PAYABLE: Final = ("unpaid", "tried", "waiting for its payer")
_WAYS: Final[tuple[Literal["out_trade_no", "transaction_id", "both"], ...]] = ("transaction_id", "out_trade_no", "both")
_NOBODYS: Final = "wxcNobodyKnowsThis"


@judges(V2.reading)
def test_reading_changes_nothing(platform: Platform) -> None:
    """At every point of every life, queries of all kinds, for numbers known and unknown, leave everything as it was, and agree."""

    def attempt(point: Point) -> None:
        reached = point.order(platform)
        before = told(platform, reached)
        for call in _reading(platform, reached):
            first, again = (_read(platform, call) for _ in range(2))
            if first != again:
                raise Violation(f"Two {call.operation} with nothing between them differ.", expected=repr(first), got=repr(again))
            unchanged(platform, reached, before, because=f"A call of {call.operation} changed something.", everywhere=False)
        unchanged(platform, reached, before, because="Reading changed something.")

    try_all(platform, points(platform), attempt)


@judges(V2.reading)
def test_reading_by_other_ways_changes_nothing(platform: Platform) -> None:
    """Asking for bills, red packets, transfers and shares, by the numbers of orders or by none, leaves orders and refunds as they were."""

    def attempt(point: Point) -> None:
        reached = point.order(platform)
        before = told(platform, reached)
        for call in _asking_elsewhere(platform, reached):
            _quietly(platform, call)
        unchanged(platform, reached, before, because="Asking for something else changed it.")

    try_all(platform, points(platform, "unpaid", "paid", "refunded in every way", "waiting for its payer"), attempt)


def _reading(platform: Platform, reached: Reached) -> Iterator[CallV2]:
    order, calls = reached.order, platform.v2.calls
    sub = {name: value for name, value in calls.query(order).members.items() if name == "sub_mch_id"}

    def call(operation: str, **members: str) -> CallV2:
        return CallV2(operation, order.role, {**sub, **members})

    yield calls.query(order)
    yield call("orderquery", out_trade_no=_NOBODYS)
    yield call("refundquery", out_trade_no=order.number or "")
    yield call("refundquery", out_refund_no=_NOBODYS)
    known = platform.v2.query(order).get("transaction_id")
    if known is not None:
        yield calls.query_by_id(order, known)
        yield call("refundquery", transaction_id=known)
    for refund in reached.refunds[:1]:
        yield calls.query_refund(refund)
        yield call("refundquery", refund_id=platform.v2.query_refund(refund)["refund_id_0"])


def _read(platform: Platform, call: CallV2) -> Any:
    answer = platform.v2.send(call)
    return doors(platform)[0].value(answer) if answer.accepted else answer.code


def _asking_elsewhere(platform: Platform, reached: Reached) -> Iterator[CallV2]:
    order = reached.order
    sub = {name: value for name, value in platform.v2.calls.query(order).members.items() if name == "sub_mch_id"}
    number, known = order.number or _NOBODYS, platform.v2.query(order).get("transaction_id") or _NOBODYS
    yield CallV2("gethbinfo", order.role, {"mch_billno": number, "bill_type": "MCHT"})
    yield CallV2("gettransferinfo", order.role, {"partner_trade_no": number})
    yield CallV2("profitsharingquery", order.role, {**sub, "transaction_id": known, "out_order_no": number})
    yield CallV2("profitsharingorderamountquery", order.role, {"transaction_id": known})
    yield CallV2("profitsharingreturnquery", order.role, {**sub, "out_order_no": number, "out_return_no": number})
    yield CallV2("downloadbill", order.role, {"bill_date": "20260614", "bill_type": "ALL"})
    yield CallV2("querycombinedorder", order.role, {"combine_out_trade_no": number})


def _quietly(platform: Platform, call: CallV2) -> AnswerV2:
    """Send *call* and judge nothing of its answer: not every platform offers it."""
    observing, platform.observing = platform.observing, False
    try:
        return platform.v2.send(call)
    finally:
        platform.observing = observing


@judges(V2.life["order"])
def test_ends_are_never_left(platform: Platform) -> None:
    """A closed, refunded or reversed order stays what it is, whatever is asked through either family, tried by the payer, or waited for."""

    def attempt(point: Point) -> None:
        reached = point.order(platform)
        order = reached.order
        state = doors(platform)[0].order(order).state
        if state in {"USERPAYING", "NOTPAY"}:
            return  # a platform may wait for a payer who is typing, and not reverse meanwhile
        for door in doors(platform):
            door.place(order)
            door.close(order)
            if order.product == "codepay" and not reached.refunds:
                door.reverse(order)
            door.refund(Refund(order, 1))
            for act in (platform.pay, platform.fail, platform.cancel):
                act(order)
            platform.advance(_EIGHT_DAYS)
        for door in doors(platform):
            after = door.order(order).state
            if after != state:
                raise Violation(f"A final state was left, seen {door}.", expected=state, got=after)

    try_all(platform, points(platform, *_ENDS), attempt)


@judges(V2.unchanged)
def test_refusals_change_nothing(platform: Platform) -> None:
    """At every point of every life, what is refused for signature, members, state or amount changes nothing, and is not told."""

    def attempt(point: Point) -> None:
        reached = point.order(platform)
        platform.deliveries()
        before = told(platform, reached)
        for name, call in _refused(platform, reached):
            call().is_refused_anyhow(because=f"What must be refused was not: {name}.")
            unchanged(platform, reached, before, because=f"A refused call changed something: {name}.", everywhere=False)
        unchanged(platform, reached, before, because="A refused call changed something.")
        tales = platform.deliveries()
        if any(_is_about(platform, reached.order, tale) for tale in tales) or notified(platform, reached.order, tales):
            raise Violation("A refused call was announced to the merchant.", expected="no notification", got=repr(tales))
        if point.name in _PAYABLE and platform.pay(reached.order) is not None:
            raise Violation("After refused calls the payer cannot pay any more.", expected="a payment", got="a refusal")

    try_all(platform, points(platform), attempt)


def _is_about(platform: Platform, order: Order, tale: Delivery) -> bool:
    """Tell whether an APIv2 notification is about *order*."""
    try:
        values = v2.read_xml(tale.body)
        sealed = values.get("req_info")
        text = tale.body if sealed is None else v2.decrypt_req_info(sealed, platform.merchant(order.role).apiv2_key or "")
    except ValueError:
        return False
    return (order.number or "").encode() in text


def _refused(platform: Platform, reached: Reached) -> Iterator[tuple[str, Callable[[], AnswerV2]]]:
    """Calls about an order that are refused at every point of its life."""
    order, side = reached.order, platform.v2
    unsigned = wrong_signs()[0]
    forged = wrong_signs()[1]
    waits = order.product == "codepay"
    yield "an order without a sign", lambda: side.place(order, broken_by=unsigned)
    yield "an order with a wrong sign", lambda: side.place(order, broken_by=forged)
    if not waits:
        yield "an order of another amount", lambda: side.place(order, members={"total_fee": str(order.total + 1)})
    yield "an order without a body", lambda: side.place(order, members={"body": None})
    yield "a close with a wrong sign", lambda: side.close(order, broken_by=forged)
    yield "a close without a number", lambda: side.send(side.calls.close(order).but(out_trade_no=None))
    yield "a refund with a wrong sign", lambda: side.refund(Refund(order, 1), broken_by=forged)
    yield "a refund of more than the order", lambda: side.refund(Refund(order, order.total + 1))
    yield "a refund of nothing", lambda: side.refund(Refund(order, 0))
    yield "a refund of another total", lambda: side.send(side.calls.refund(Refund(order, 1)).but(total_fee=str(order.total + 1)))
    yield "a refund without a certificate", lambda: side.send(_bare(side.calls.refund(Refund(order, 1))))
    if order.product == "codepay":
        yield "closing what is paid by code", lambda: side.close(order)
        yield "a reverse with a wrong sign", lambda: side.reverse(order, broken_by=forged)
        yield "a reverse without a certificate", lambda: side.send(_bare(side.calls.reverse(order)))
    for refund in reached.refunds[:1]:
        changed = Refund(order, refund.amount + 1, number=refund.number)
        yield "a refund number for another amount", partial(side.refund, changed)


def _bare(call: CallV2) -> CallV2:
    return CallV2(call.operation, call.role, call.members, call.sign_type, "none")


@judges(V2.unchanged)
def test_refused_refunds_leave_nothing_behind(platform: Platform) -> None:
    """A refused refund is found through neither family, lowers nothing, and its number is still good for a right one."""

    def attempt(case: tuple[Point, int]) -> None:
        point, asking = case
        reached = point.order(platform)
        door = doors(platform)[asking]
        platform.advance(_A_MINUTE)
        left = reached.order.total - sum(refund.amount for refund in reached.refunds)
        refund = Refund(reached.order, left + 1)
        door.refund(refund).is_refused(because="More was refunded than is left.")
        for each in doors(platform):
            each.query_refund(refund).is_refused(because="A refused refund exists.")
        platform.advance(_A_MINUTE)
        right = Refund(reached.order, left, number=refund.number)
        doors(platform)[1 - asking].refund(right).is_accepted(because="A refused refund takes nothing, not even its number.")

    cases = points(platform, "paid", "partly refunded", "charged", "charged and partly refunded")
    try_all(platform, [(point, asking) for point in cases for asking in (0, 1)], attempt)


@judges(V2.money)
def test_what_is_left_is_what_was_not_refunded(platform: Platform) -> None:
    """After refunds in every state, through both families in turn, a fen more than is left is refused by both, and that much accepted."""
    platform.needs("payer", "settle", "time-travel", "client-certificates")

    def attempt(case: tuple[Role, str, tuple[str, ...], int]) -> None:
        role, product, states, first = case
        order = order_of(product, role)  # type: ignore[arg-type]  # one of the products
        platform.v2.must_pay(order)
        left = order.total
        for position, state in enumerate(states):
            platform.advance(_A_MINUTE)
            refund = Refund(order, 20, by=_WAYS[(position + len(states)) % len(_WAYS)])
            doors(platform)[(position + first) % 2].refund(refund).is_accepted(because="There is enough left.")
            if state != "PROCESSING":
                platform.settle(refund, state)  # type: ignore[arg-type]  # one of its three outcomes
            left -= 0 if state == "CLOSED" else 20
        _closes_the_books(platform, order, left, doors(platform)[first], doors(platform)[1 - first])

    mixes = (("PROCESSING",), ("SUCCESS", "ABNORMAL"), ("CLOSED", "PROCESSING"), ("ABNORMAL", "CLOSED"), ("CLOSED", "CLOSED", "SUCCESS"))
    cases = [
        (role, product, states, first)
        for role in roles(platform)
        for product in ("jsapi", "codepay")
        for states in mixes
        for first in (0, 1)
    ]
    try_all(platform, cases, attempt)


@judges(V2.money)
def test_what_was_reversed_is_not_refunded(platform: Platform) -> None:
    """After a reverse nothing is left to refund, through either family; what was refunded is not paid back by a reverse once more."""
    platform.needs("payer", "time-travel", "client-certificates")

    def attempt(case: tuple[Role, int, int]) -> None:
        role, reversing, refunding = case
        order = order_of("codepay", role)
        platform.v2.must_pay(order)
        platform.advance(_A_MINUTE)
        _reverse(platform, doors(platform)[reversing], order)
        for amount in (1, order.total):
            platform.advance(_A_MINUTE)
            refund = Refund(order, amount)
            doors(platform)[refunding].refund(refund).is_refused(because="What was reversed was refunded, too.")
            doors(platform)[1 - refunding].query_refund(refund).is_refused(because="A refused refund exists.")

    try_all(platform, [(role, one, other) for role in roles(platform) for one in (0, 1) for other in (0, 1)], attempt)


def _reverse(platform: Platform, door: Door, order: Order) -> None:
    """Reverse a code payment, again where the answer asks for that."""
    answer = door.reverse(order)
    for _ in range(2):
        if not door.leaves_open(answer):
            break
        platform.advance(_A_MINUTE)
        answer = door.reverse(order)
    answer.is_accepted(because="A paid code can be reversed.")


@judges(V2.money)
def test_an_order_is_charged_once(platform: Platform) -> None:
    """Whatever is repeated through either family, an order has one transaction_id, both tell its amount, and nobody pays it twice."""
    platform.needs("payer", "time-travel", "code-plans", "client-certificates")

    def attempt(case: tuple[Role, str, int]) -> None:
        role, product, first = case
        order = order_of(product, role)  # type: ignore[arg-type]  # one of the products
        door, other = doors(platform)[first], doors(platform)[1 - first]
        if product == "codepay":
            platform.plan_code(order, "USERPAYING")
        door.place(order)
        if platform.pay(order) is not None:
            raise Violation("The payer cannot pay an order just placed.", expected="a payment", got="a refusal")
        paid = door.order(order)
        for again in (door, other):
            again.place(order)
            if platform.pay(order) is None:
                raise Violation("An order was paid twice.", expected="one payment", got="two payments")
            if again.order(order) != paid or paid.total != order.total:
                raise Violation("A payment changed, or is of another amount.", expected=repr(paid), got=repr(again.order(order)))

    try_all(
        platform, [(role, product, first) for role in roles(platform) for product in ("native", "codepay") for first in (0, 1)], attempt
    )


@judges(V2.money)
def test_races_end_in_one_outcome(platform: Platform) -> None:
    """Refunds and closes of both families at the moment of paying leave what their answers say, and exactly the rest to be refunded."""
    platform.needs("payer", "time-travel", "client-certificates")

    def attempt(names: tuple[str, ...]) -> None:
        order = order_of("native")
        platform.v2.place(order).is_accepted()
        platform.advance(_A_MINUTE * 6)
        one, other = doors(platform)
        refunds = {"refund 60 through v2": (one, Refund(order, 60)), "refund 50 through v3": (other, Refund(order, 50))}
        for _, refund in refunds.values():
            platform.calls.refund_number(refund)
        acts: dict[str, Callable[[], Heard | str | None]] = {
            "pay": lambda: platform.pay(order),
            "close": lambda: one.close(order),
            **{name: partial(door.refund, refund) for name, (door, refund) in refunds.items()},
        }
        outcomes = dict(zip(names, platform.together(*[acts[name] for name in names]), strict=True))
        _comes_to_rest(platform, order, outcomes, refunds)

    names = ("pay", "close", "refund 60 through v2", "refund 50 through v3")
    try_all(platform, tuple(permutations(names)), attempt)


def _comes_to_rest(platform: Platform, order: Order, outcomes: dict[str, Any], refunds: dict[str, tuple[Door, Refund]]) -> None:
    one, other = doors(platform)
    paid = outcomes["pay"] is None
    taken = 0
    for name, (door, refund) in refunds.items():
        found, answer = one.query_refund(refund).accepted, outcomes[name]
        untrue = (answer.accepted and not found) or (door.refuses(answer) and found)
        if untrue or found is not other.query_refund(refund).accepted:
            raise Violation(f"After a race it is not as answered: {name}.", expected=answer.described, got=f"found: {found}")
        taken += refund.amount if found else 0
    if taken > order.total or (taken and not paid) or (paid and outcomes["close"].accepted):
        got = f"paid {paid}, {taken} fen refunded, close: {outcomes['close'].described}"
        raise Violation("A race ended in what cannot be.", expected="one outcome", got=got)
    if paid:
        _closes_the_books(platform, order, order.total - taken, one, other)


def _closes_the_books(platform: Platform, order: Order, left: int, one: Door, other: Door) -> None:
    """A fen more than what is left is refused through both doors; exactly that much is accepted, and nothing after it."""
    for door in (one, other):
        platform.advance(_A_MINUTE)
        door.refund(Refund(order, left + 1)).is_refused(because=f"More was refunded than the {left} fen that are left.")
    platform.advance(_A_MINUTE)
    one.refund(Refund(order, left)).is_accepted(because=f"The {left} fen that are left can be refunded.")
    platform.advance(_A_MINUTE)
    other.refund(Refund(order, 1)).is_refused(because="More was refunded than was paid.")
    for door in (one, other):
        if door.order(order).total != order.total:
            raise Violation(
                f"An order is of another amount after its refunds, {door}.", expected=f"{order.total} fen", got=repr(door.order(order))
            )
