"""What lets the payer pay: prepay_id, code_url and h5_url, and how long each of them works."""

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.placing import HANDLES, handle_of
from conformance.checks.platform.stages import Kind, kinds, shows
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.oracles.times import format_rfc3339
from reference.rules import judges
from strategies import orders
from strategies.cases import Order, Product

GROUP = "orders"

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_LASTING: tuple[Product, ...] = ("jsapi", "app", "native")
"""The products whose handle works for two hours."""


@judges("v3.order.answers-with-the-product-handle")
@given(order=orders.full(), partner=st.booleans())
def test_answers_with_the_handle_of_the_product(platform: Platform, order: Order, partner: bool) -> None:  # noqa: FBT001
    """An accepted order, whatever it says, is answered with the handle of its product, a text that is not empty."""
    _has_its_handle(platform, replace(order, role="partner") if partner and "partner-merchant" in platform.capabilities else order)


@judges("v3.order.answers-with-the-product-handle")
def test_every_product_has_its_handle(platform: Platform) -> None:
    """Every product, direct and by a provider, is answered with its own handle, when the order is repeated too."""

    def attempt(kind: Kind) -> None:
        order = kind.order()
        _has_its_handle(platform, order)
        _has_its_handle(platform, order)
        shows(platform, order, "NOTPAY", because="Asking for a handle pays nothing.")

    try_all(platform, kinds(platform), attempt)


@judges("v3.order.answers-with-the-product-handle")
def test_no_two_orders_share_a_handle(platform: Platform) -> None:
    """Orders alike in all but their number, of one merchant and of several, are paid by handles of their own."""
    owners: dict[str, str] = {}

    def attempt(kind: Kind) -> None:
        for order in (kind.order(), kind.order(), kind.order(total=101)):
            handle = handle_of(platform, order)
            owner = owners.setdefault(handle, str(order.number))
            if owner != order.number:
                raise Violation("A handle pays one order.", expected="a handle of its own", got=f"{handle}, which pays {owner} already")

    others = [
        Kind(kind.product, "other") for kind in kinds(platform) if "other-merchant" in platform.capabilities and kind.role == "merchant"
    ]
    try_all(platform, [*kinds(platform), *others], attempt)


def _has_its_handle(platform: Platform, order: Order) -> None:
    answer = platform.place(order).is_accepted()
    name = HANDLES[order.product]
    handle = answer[name]
    longest = 64 if name == "prepay_id" else None
    if not isinstance(handle, str) or not handle.strip() or (longest is not None and len(handle) > longest):
        limit = f" of at most {longest} characters" if longest else ""
        raise Violation(f"{name} is what lets the payer pay.", expected=f"{name}, a text{limit}", got=answer.described)


@dataclass(frozen=True, slots=True)
class _Life:
    """An order of *kind* that itself can be paid for *seconds*, or as long as any."""

    kind: Kind
    seconds: int | None = None

    def order(self, platform: Platform) -> Order:
        """Return such an order, its end reckoned from now."""
        end = None if self.seconds is None else format_rfc3339(platform.now() + self.seconds)
        return self.kind.order(time_expire=end)

    def __str__(self) -> str:
        return f"{self.kind}, {'no time_expire' if self.seconds is None else f'time_expire {self.seconds} s ahead'}"


def _lives(platform: Platform, *products: Product) -> list[_Life]:
    return [_Life(kind, seconds) for kind in kinds(platform, *products) for seconds in (None, 3 * _HOUR, 5 * _DAY)]


def _works_until(platform: Platform, life: _Life, young: int, old: int) -> None:
    """Demand that a handle pays when *young* seconds old, and not any more when *old*, without harm to its order."""
    paid, left = life.order(platform), life.order(platform)
    handles = [handle_of(platform, order) for order in (paid, left)]
    platform.advance(young)
    refusal = platform.pay(paid, handles[0])
    if refusal is not None:
        raise Violation(f"A handle of {young} s still works.", expected="a payment", got=f"refused: {refusal}")
    shows(platform, paid, "SUCCESS", because="The order was paid.").has("amount.total", paid.total)
    platform.advance(old - young)
    for _ in range(2):
        if platform.pay(left, handles[1]) is None:
            raise Violation(f"A handle of {old} s has expired.", expected="a refusal", got="a payment")
    unpaid = shows(platform, left, "NOTPAY", because="An order outlives its handle.")
    unpaid.lacks("transaction_id", "success_time", because="Nothing was paid.")


@judges("v3.order.handle-lives-two-hours")
def test_a_handle_works_for_two_hours(platform: Platform) -> None:
    """A prepay_id or code_url pays after 1 h 55 min and no longer after 2 h 5 min, whatever time_expire says; the order stays open."""
    platform.needs("payer", "time-travel")
    try_all(platform, _lives(platform, *_LASTING), lambda life: _works_until(platform, life, 115 * _MINUTE, 125 * _MINUTE))


@judges("v3.order.h5-url-lives-five-minutes")
def test_an_h5_url_works_for_five_minutes(platform: Platform) -> None:
    """An h5_url pays after four minutes and no longer after six, whatever time_expire says; the order stays open."""
    platform.needs("payer", "time-travel")
    try_all(platform, _lives(platform, "h5"), lambda life: _works_until(platform, life, 4 * _MINUTE, 6 * _MINUTE))


@dataclass(frozen=True, slots=True)
class _Renewal:
    """A handle renewed after each of these *pauses*, in seconds."""

    life: _Life
    pauses: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.life}, renewed after {', '.join(map(str, self.pauses))} s"


@judges("v3.order.renews-an-expired-handle")
def test_ordering_again_renews_the_handle(platform: Platform) -> None:
    """Once its handle has expired, the same order placed again gives one that pays the same order, time after time."""
    platform.needs("payer", "time-travel")
    soon, later, twice = (125 * _MINUTE,), (6 * _HOUR, 2 * _DAY), (125 * _MINUTE, 3 * _HOUR, 125 * _MINUTE)
    lives = _lives(platform, *_LASTING)
    cases = [_Renewal(life, pauses) for life in lives for pauses in (soon, later, twice) if (life.seconds or 7 * _DAY) > sum(pauses)]

    def attempt(renewal: _Renewal) -> None:
        order = renewal.life.order(platform)
        first = latest = handle_of(platform, order)
        for pause in renewal.pauses:
            platform.advance(pause)
            latest = handle_of(platform, order)
        platform.advance(_MINUTE)
        refusal = platform.pay(order, latest)
        if refusal is not None:
            raise Violation("A handle just renewed pays its order.", expected="a payment", got=f"refused: {refusal}")
        shows(platform, order, "SUCCESS", because="The order was paid.").has("amount.total", order.total)
        if platform.pay(order, first) is None:
            raise Violation("The order was charged a second time.", expected="a refusal", got="a payment")

    try_all(platform, cases, attempt)
