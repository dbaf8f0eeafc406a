"""What an order or a charge of APIv2 may say: the bounds of its members, where it is announced, and whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from conformance.checks.platform.v2.asking import NO_SUCH_ORDER, order_of, roles
from conformance.checks.platform.v2.tills import HANDLES
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from reference.oracles.times import BEIJING
from reference.rules import judges
from strategies.cases import Product, Role
from strategies.notify_urls import UNUSABLE, WITH_QUERY
from strategies.orders import PREPAID
from strategies.v2.cases import FaultV2
from strategies.v2.fields import edges_of, faults_of
from strategies.v2.named import Asked

GROUP = "v2 orders"

_MEMBERS = ("out_trade_no", "body", "attach", "time_expire")
_KEYWORDS = ("maxLength", "pattern", "format")
_FEW = 4
_WITH_PARAMETERS = {name: url for name, url in WITH_QUERY.items() if name != "a question mark at the end"}
"""Nothing behind a question mark is no parameter yet."""
_NOWHERE = {name: url for name, url in UNUSABLE.items() if name != "empty"}
"""An empty element is an absent one."""
_PARTIES = ("NOAUTH", "APPID_NOT_EXIST", "MCHID_NOT_EXIST", "APPID_MCHID_NOT_MATCH", "SIGNERROR", "PARAM_ERROR", "INVALID_REQUEST")
_NOBODY = "1999999999"


@dataclass(frozen=True, slots=True)
class _Try:
    """An order with one *fault*; the same without it is tried afterwards, if *twin*."""

    product: Product
    role: Role
    fault: FaultV2
    twin: bool = True

    def __str__(self) -> str:
        return f"{self.product} of a {self.role}, {self.fault!r}"


@judges("v2.order.refuses-fields-out-of-bounds")
def test_orders_keep_their_bounds(platform: Platform) -> None:
    """A number, text or moment beyond its documented bound is refused and orders nothing; at the bound it is accepted."""
    _try_bounds(platform, "unifiedorder", PREPAID)
    behind = [_with(f"time_expire {ago} s ago", time_expire=_moment(platform, -ago)) for ago in (61, 3600, 7 * 86_400, 366 * 86_400)]
    try_all(platform, _spread(platform, behind, PREPAID), lambda case: _is_refused(platform, case))
    ahead = _with("time_expire two minutes ahead", time_expire=_moment(platform, 120))
    try_all(platform, _spread(platform, [ahead], PREPAID), lambda case: _is_accepted(platform, case))


@judges("v2.micropay.refuses-fields-out-of-bounds")
def test_charges_keep_their_bounds(platform: Platform) -> None:
    """A number, text or moment beyond its documented bound is refused and charges nobody; at the bound it is accepted."""
    _try_bounds(platform, "micropay", ("codepay",))


@judges("v2.order.refuses-a-bad-notify-url")
def test_refuses_an_address_that_cannot_be_called(platform: Platform) -> None:
    """A notify_url with parameters, too long, relative or of another scheme refuses the order; 256 characters are not too many."""
    cases = []
    for urls in (_WITH_PARAMETERS, _NOWHERE):
        cases += _spread(platform, [_with(f"notify_url: {name}", notify_url=url) for name, url in urls.items()], PREPAID)
    try_all(platform, cases, lambda case: _is_refused(platform, case))
    edges = edges_of("unifiedorder", "notify_url", keywords={"maxLength", "pattern"})
    try_all(platform, _spread(platform, edges, PREPAID), lambda case: _is_accepted(platform, case))


@judges("v2.order.refuses-unknown-parties")
def test_refuses_who_does_not_belong_together(platform: Platform) -> None:
    """An appid nobody has, another's appid, an unknown merchant and a sub-merchant of nobody's are refused, and no order exists."""
    platform.needs("production")  # the sandbox takes any appid
    cases = []
    for role in roles(platform):
        own = platform.merchant(role)
        strangers = {merchant.appid for merchant in platform.identity.merchants if merchant.appid != own.appid}
        faults = [_with("an appid nobody has", appid=_unlike(own.appid)), _with("an mch_id nobody has", mch_id=_NOBODY)]
        faults += [_with(f"another merchant's appid {appid}", appid=appid) for appid in sorted(strangers)]
        if role == "partner":
            faults.append(_with("a sub_mch_id nobody has", sub_mch_id=_NOBODY))
        cases += [_Try(product, role, fault) for product in (*PREPAID, "codepay") for fault in faults]
    try_all(platform, cases, lambda case: _is_refused(platform, case, *_PARTIES))


def _try_bounds(platform: Platform, operation: str, products: tuple[Product, ...]) -> None:
    cases = []
    for _, same in groupby(faults_of(operation, *_MEMBERS, keywords=_KEYWORDS), lambda fault: fault.bound):
        cases += _spread(platform, list(same), products)
    try_all(platform, cases, lambda case: _is_refused(platform, case))
    edges = edges_of(operation, *_MEMBERS, keywords=_KEYWORDS)
    try_all(platform, _spread(platform, edges, products), lambda case: _is_accepted(platform, case))


def _spread(platform: Platform, faults: Sequence[FaultV2], products: tuple[Product, ...]) -> list[_Try]:
    """Spread *faults* over products and roles: of a few each everywhere, of many each in two places, and some in every place.

    One twin in every place shows that the order is refused for nothing else.
    """
    places = [(product, role) for product in products for role in roles(platform)]
    stride = max(1, min(len(places), len(faults)) // 2) if len(faults) > _FEW else 1
    found = []
    for number, (product, role) in enumerate(places):
        chosen = [fault for position, fault in enumerate(faults) if (position + number) % stride == 0]
        found += [_Try(product, role, fault, twin=fault is chosen[0]) for fault in chosen]
    return found


def _is_refused(platform: Platform, case: _Try, *codes: str) -> None:
    """The order is refused without a handle and leaves nothing; without the fault it is accepted."""
    order = order_of(case.product, case.role)
    platform.v2.place(order, broken_by=case.fault).is_refused(*codes, because=f"{case}.").lacks(*HANDLES, "transaction_id")
    platform.v2.query(order).is_refused(*NO_SUCH_ORDER, because="The order of a refused request exists.")
    if case.twin:
        platform.v2.place(order).is_accepted()


def _is_accepted(platform: Platform, case: _Try) -> None:
    platform.v2.place(order_of(case.product, case.role), broken_by=case.fault).is_accepted(because="The value is within its bounds.")


def _with(name: str, **members: str) -> Asked:
    return Asked(name, lambda call: call.but(**members))


def _moment(platform: Platform, ahead: int) -> str:
    return f"{datetime.fromtimestamp(platform.now() + ahead, BEIJING):%Y%m%d%H%M%S}"


def _unlike(appid: str) -> str:
    """An appid of the same form that is another one."""
    return appid[:-4] + "".join("0" if digit != "0" else "1" for digit in appid[-4:])
