"""What lets an APIv2 order be paid, its prepay_id or link: one for each order, and for so long."""

from dataclasses import dataclass

from conformance.checks.platform.v2.asking import order_of, roles
from conformance.checks.platform.v2.tills import cannot_be_paid, handle_of, must_be_paid, shows
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.oracles.times import format_rfc3339
from reference.rules import judges
from strategies.cases import Order, Product, Role
from strategies.orders import PREPAID

GROUP = "v2 orders"

_MINUTE, _DAY = 60, 86_400


@judges("v2.order.hands-out-what-pays")
def test_no_two_orders_share_a_handle(platform: Platform) -> None:
    """Orders alike in all but their number, of one merchant and of several, are paid by handles of their own."""
    owners: dict[str, str] = {}

    def attempt(case: tuple[Product, Role]) -> None:
        for order in (order_of(*case), order_of(*case)):
            handle = handle_of(platform.v2.place(order).is_accepted(), order.product)
            owner = owners.setdefault(handle, str(order.number))
            if owner != order.number:
                raise Violation("A handle pays one order.", expected="a handle of its own", got=f"{handle}, which pays {owner} already")

    try_all(platform, [(product, role) for product in PREPAID for role in roles(platform)], attempt)


@dataclass(frozen=True, slots=True)
class _Life:
    """An order that itself can be paid for *seconds*, or as long as any."""

    product: Product
    role: Role
    seconds: int | None = None

    def order(self, platform: Platform) -> Order:
        """Return such an order, its end reckoned from now."""
        order = order_of(self.product, self.role)
        return order if self.seconds is None else order.but(time_expire=format_rfc3339(platform.now() + self.seconds))

    def __str__(self) -> str:
        return f"{self.product} of a {self.role}, {'no time_expire' if self.seconds is None else f'time_expire {self.seconds} s ahead'}"


@judges("v2.order.handles-end-in-time")
def test_a_handle_pays_for_so_long(platform: Platform) -> None:
    """A prepay_id or code_url pays at 1 h 55 min and not at 2 h 5 min, a mweb_url at four minutes and not at six; the order stays open."""
    platform.needs("payer", "time-travel")

    def attempt(life: _Life) -> None:
        young, old = (4, 6) if life.product == "h5" else (115, 125)
        paid, left = life.order(platform), life.order(platform)
        handles = [handle_of(platform.v2.place(order).is_accepted(), life.product) for order in (paid, left)]
        platform.advance(young * _MINUTE)
        must_be_paid(platform, paid, handles[0], because=f"A handle of {young} minutes still works.")
        shows(platform, paid, "SUCCESS", because="The order was paid.").has("total_fee", str(paid.total))
        platform.advance((old - young) * _MINUTE)
        cannot_be_paid(platform, left, handles[1:] * 2, because=f"A handle of {old} minutes has expired.")
        shows(platform, left, "NOTPAY", because="An order outlives its handle.").lacks("transaction_id", "time_end")

    lives = [_Life(product, role, seconds) for product in PREPAID for role in roles(platform) for seconds in (None, 3 * _DAY)]
    try_all(platform, lives, attempt)
