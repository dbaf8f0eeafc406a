"""Which notify_url a platform takes, and which it must not."""

from collections.abc import Mapping
from dataclasses import dataclass

from conformance.checks.platform.stages import Kind, kinds
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from reference.machines.order import ORDER_UNKNOWN
from reference.machines.refund import UNKNOWN as REFUND_UNKNOWN
from reference.platform.refusals import BAD_PARAMETER
from reference.rules import judges
from strategies.cases import Order, Product, Refund
from strategies.notify_urls import UNUSABLE, WITH_QUERY

GROUP = "notifications"

_GOOD = "https://merchant.example/wechatpay/notify"


@dataclass(frozen=True, slots=True)
class _Try:
    kind: Kind
    name: str
    url: str

    def __str__(self) -> str:
        return f"{self.kind}, {self.name}"


def _tries(platform: Platform, urls: Mapping[str, str], *products: Product) -> list[_Try]:
    return [_Try(kind, name, url) for kind in kinds(platform, *products) for name, url in urls.items()]


@judges("v3.notify.refuses-a-notify-url-with-a-query")
def test_places_no_order_whose_notify_url_has_a_query(platform: Platform) -> None:
    """Anything behind a question mark, or the mark alone, refuses the order of every product; the same one without it is placed."""

    def attempt(case: _Try) -> None:
        _is_not_placed(platform, case.kind.order(notify_url=case.url), "A notify_url has no query.")

    try_all(platform, _tries(platform, WITH_QUERY), attempt)


@judges("v3.notify.refuses-a-notify-url-with-a-query")
def test_takes_no_refund_whose_notify_url_has_a_query(platform: Platform) -> None:
    """A refund whose notify_url has a query is refused and does not exist; the same one without it is taken."""
    platform.needs("payer")

    def attempt(case: _Try) -> None:
        order: Order = case.kind.order()
        platform.must_pay(order)
        refund = Refund(order, 60)
        platform.refund(refund.but(notify_url=case.url)).is_refused(BAD_PARAMETER, because="A notify_url has no query.")
        platform.calls.refund_number(refund)
        platform.query_refund(refund).is_refused(REFUND_UNKNOWN, because="The refund was refused.")
        platform.refund(refund.but(notify_url=_GOOD)).is_accepted()

    try_all(platform, _tries(platform, WITH_QUERY, "jsapi", "native", "codepay"), attempt)


@judges("v3.notify.refuses-an-unusable-notify-url")
def test_places_no_order_whose_notify_url_cannot_be_called(platform: Platform) -> None:
    """Empty, relative, without host, of another scheme, behind a space or beyond 256 characters: the order is refused and not placed."""

    def attempt(case: _Try) -> None:
        _is_not_placed(platform, case.kind.order(notify_url=case.url), "Nobody can be notified at such an address.")

    try_all(platform, _tries(platform, UNUSABLE), attempt)


def _is_not_placed(platform: Platform, order: Order, because: str) -> None:
    platform.calls.number(order)
    platform.place(order).is_refused(BAD_PARAMETER, because=because)
    platform.query(order).is_refused(ORDER_UNKNOWN, because="The order was refused.")
    platform.place(order.but(notify_url=_GOOD)).is_accepted()
