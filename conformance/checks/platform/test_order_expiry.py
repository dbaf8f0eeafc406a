"""Until when an order can be paid: time_expire, and the seven days after which it closes by itself."""

from collections.abc import Callable
from dataclasses import dataclass

from conformance.checks.platform.placing import HANDLES, Placement, handle_of, operation_of, refuses
from conformance.checks.platform.stages import Kind, kinds, shows
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.machines.order import PARAMETERS_CHANGED
from reference.oracles.times import format_rfc3339
from reference.platform.refusals import BAD_PARAMETER
from reference.rules import judges
from strategies import times
from strategies.cases import Order
from strategies.faults.body import Member
from strategies.faults.fields import faults_of

GROUP = "orders"

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_NO_HANDLE = tuple(dict.fromkeys(HANDLES.values()))
_NEVER_PAID = ("transaction_id", "success_time", "bank_type")


@dataclass(frozen=True, slots=True)
class _End:
    """An order of *kind* that can be paid for so many *seconds*."""

    kind: Kind
    seconds: int

    def order(self, platform: Platform) -> Order:
        """Return such an order, its end reckoned from now."""
        return self.kind.order(time_expire=format_rfc3339(platform.now() + self.seconds))

    def __str__(self) -> str:
        return f"{self.kind}, time_expire {self.seconds} s ahead"


def _pays(platform: Platform, order: Order, handle: str | None, *, because: str) -> None:
    refusal = platform.pay(order, handle)
    if refusal is not None:
        raise Violation(because, expected="a payment", got=f"refused: {refusal}")


def _cannot_pay(platform: Platform, order: Order, *handles: str, because: str) -> None:
    """Demand that no handle pays *order*, nor anything else, and that no payment shows."""
    for handle in (*handles, None):
        if platform.pay(order, handle) is None:
            raise Violation(because, expected="no payment", got="the order was paid")
    shows(platform, order, "NOTPAY", "CLOSED", because=because).lacks(*_NEVER_PAID, because=because)


@judges("v3.order.requires-rfc3339-time-expire")
def test_refuses_other_forms_of_time(platform: Platform) -> None:
    """A time_expire without zone, in another form, or that is no moment at all is refused and places nothing; RFC 3339 is accepted."""
    end = platform.now() + _HOUR
    faults = [Member("time_expire", text) for text in (*times.malformed(end).values(), end)]
    ways = kinds(platform)
    placements = [Placement(kind, fault) for kind in ways for fault in faults]
    placements += [Placement(kind, fault) for kind in ways for fault in faults_of(operation_of(kind), "time_expire", keywords={"type"})]
    try_all(platform, placements, lambda placement: refuses(platform, placement, BAD_PARAMETER))

    def accepted(kind: Kind) -> None:
        platform.place(kind.order(time_expire=format_rfc3339(end))).is_accepted(because="This is the documented form.")

    try_all(platform, ways, accepted)


@judges("v3.order.raises-a-near-time-expire")
def test_an_order_lives_a_minute_at_least(platform: Platform) -> None:
    """An end less than a minute ahead is refused, or moved: then the order can be paid after 30 seconds, but not after 90."""
    platform.needs("payer", "time-travel")

    def attempt(end: _End) -> None:
        early, late = end.order(platform), end.order(platform)
        answer = platform.place(early)
        if not answer.accepted:
            answer.is_refused(BAD_PARAMETER)
            platform.query(early).is_refused(because="The order was refused and exists all the same.")
            return
        handles = [str(answer[HANDLES[early.product]]), handle_of(platform, late)]
        platform.advance(30)
        _pays(platform, early, handles[0], because="An order that was accepted can be paid for a minute.")
        platform.advance(60)
        _cannot_pay(platform, late, handles[1], because="The order ended a minute after it was placed.")

    try_all(platform, [_End(kind, seconds) for kind in kinds(platform) for seconds in (-_HOUR, 1, 10, 29, 59)], attempt)


@judges("v3.order.not-payable-after-time-expire")
def test_nobody_pays_after_the_end(platform: Platform) -> None:
    """Until its end an order can be paid; a minute after it cannot, by no handle, and it shows no payment however often it is tried."""
    platform.needs("payer", "time-travel")

    def attempt(end: _End) -> None:
        early, late = end.order(platform), end.order(platform)
        for order in (early, late):
            platform.place(order).is_accepted()
        platform.advance(end.seconds - _MINUTE)
        # Handles are fetched anew, for they may be older than they work.
        handles = [handle_of(platform, order) for order in (early, late)]
        _pays(platform, early, handles[0], because="An order can be paid until its end.")
        platform.advance(_MINUTE + 61)
        _cannot_pay(platform, late, handles[1], because="The order was paid after its end.")
        again = platform.place(late)
        if again.accepted:
            _cannot_pay(platform, late, str(again[HANDLES[late.product]]), because="Ordering again does not move the end.")
        platform.advance(_HOUR)
        _cannot_pay(platform, late, handles[1], because="The order was paid after its end.")

    try_all(platform, [_End(kind, seconds) for kind in kinds(platform) for seconds in (200, _HOUR, 3 * _DAY)], attempt)


@judges("v3.order.not-payable-after-time-expire")
def test_nobody_pays_after_the_end_of_a_repeated_order(platform: Platform) -> None:
    """An order that was repeated, or whose payment failed, ends no later than one that was not."""
    platform.needs("payer", "time-travel")

    def attempt(end: _End) -> None:
        order = end.order(platform)
        first = handle_of(platform, order)
        platform.advance(end.seconds - 100)
        platform.fail(order)
        second = handle_of(platform, order)
        platform.advance(100 + 61)
        _cannot_pay(platform, order, first, second, because="The order was paid after its end.")

    try_all(platform, [_End(kind, seconds) for kind in kinds(platform) for seconds in (280, 1800)], attempt)


@dataclass(frozen=True, slots=True)
class _Moved:
    """An order whose time_expire is moved from *first* to *second* seconds ahead by ordering again."""

    kind: Kind
    first: int
    second: int

    def __str__(self) -> str:
        return f"{self.kind}, time_expire moved from {self.first} to {self.second} s ahead"


@judges("v3.order.keeps-time-expire")
def test_ordering_again_does_not_move_the_end(platform: Platform) -> None:
    """A used number with another time_expire is refused; the order can be paid until its first end and no longer."""
    platform.needs("payer", "time-travel")

    def attempt(moved: _Moved) -> None:
        placed = platform.now()
        orders = [moved.kind.order(time_expire=format_rfc3339(placed + moved.first)) for _ in range(2)]
        for order in orders:
            handle_of(platform, order)
            other = order.but(time_expire=format_rfc3339(placed + moved.second))
            platform.place(other).is_refused(PARAMETERS_CHANGED, BAD_PARAMETER).lacks(*_NO_HANDLE)
        early, late = orders
        platform.advance(moved.first - 30)
        _pays(platform, early, None, because="The order can be paid until its first end.")
        platform.advance(30 + 61)
        _cannot_pay(platform, late, because="The order can be paid until its first end and no longer.")

    ends = ((600, 4 * _HOUR), (4 * _HOUR, 600), (_HOUR, _HOUR + 1), (_HOUR, 7200))
    try_all(platform, [_Moved(kind, *end) for kind in kinds(platform) for end in ends], attempt)


@judges("v3.order.closes-after-seven-days")
def test_an_unpaid_order_closes_after_seven_days(platform: Platform) -> None:
    """An order without time_expire is open, and payable after ordering again, for seven days less an hour; an hour later it is closed."""
    platform.needs("payer", "time-travel")
    _judge_a_week(platform, lambda _order: None)


@judges("v3.order.closes-after-seven-days")
def test_an_order_with_failed_attempts_closes_too(platform: Platform) -> None:
    """Attempts to pay that failed or were given up keep no order open."""
    platform.needs("payer", "time-travel")

    def try_in_vain(order: Order) -> None:
        platform.fail(order)
        platform.cancel(order)

    _judge_a_week(platform, try_in_vain)


def _judge_a_week(platform: Platform, first: Callable[[Order], None]) -> None:
    def attempt(kind: Kind) -> None:
        early, late = kind.order(), kind.order()
        for order in (early, late):
            platform.place(order).is_accepted()
            first(order)
        platform.advance(7 * _DAY - _HOUR)
        for order in (early, late):
            shows(platform, order, "NOTPAY", because="An order is open for seven days.")
        _pays(platform, early, handle_of(platform, early), because="An order can be paid for seven days, after ordering again.")
        platform.advance(2 * _HOUR)
        shows(platform, late, "CLOSED", because="An order that nobody paid is closed after seven days.")
        _cannot_pay(platform, late, because="A closed order was paid.")
        shows(platform, early, "SUCCESS", because="An order that was paid stays paid.")

    try_all(platform, kinds(platform), attempt)
