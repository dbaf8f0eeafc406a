"""Who takes part in an order: the payer, the app, the provider and its sub-merchant, and the scene of a payment in a browser."""

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.checks.platform.placing import Placement, every_kind, operation_of, refuses, try_bounds
from conformance.checks.platform.stages import Kind, kinds
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from reference.machines import Refusal
from reference.platform.refusals import APPID_MISMATCH, BAD_PARAMETER, SUB_MERCHANT
from reference.rules import judges
from strategies.cases import Call
from strategies.faults.body import InDirectMode, Member
from strategies.faults.fields import faults_of

GROUP = "orders"

_FOREIGN_OPENID = Refusal(
    "foreign-openid",
    400,
    "PARAM_ERROR",
    "The payer is not one of this appid.",
    (400, 403),
    ("PARAM_ERROR", "INVALID_REQUEST", "OPENID_MISMATCH"),
)


@judges("v3.order.jsapi-requires-openid")
def test_a_jsapi_order_names_its_payer(platform: Platform) -> None:
    """A JSAPI order without payer, without openid, or with one that is no text is refused; a provider's with neither openid, too."""

    def attempt(placement: Placement) -> None:
        refuses(platform, placement, BAD_PARAMETER)

    try_all(platform, list(_nameless(platform)), attempt)


def _nameless(platform: Platform) -> Iterator[Placement]:
    for kind in kinds(platform, "jsapi"):
        openid = "payer.sp_openid" if kind.role == "partner" else "payer.openid"
        for fault in faults_of(operation_of(kind), "payer", openid, keywords={"required", "anyOf", "type"}):
            yield Placement(kind, fault)
        yield Placement(kind, Member("payer", {}))


@judges("v3.order.refuses-a-foreign-openid")
def test_refuses_a_payer_of_another_app(platform: Platform) -> None:
    """A JSAPI order for an openid of another merchant's app, or of none, is refused and does not exist; the app's own payer may order."""

    def attempt(placement: Placement) -> None:
        order = placement.kind.order()
        answer = platform.place(order, broken_by=placement.fault)
        # Older pages list this one code under 500.
        if (answer.status, answer.code) != (500, "OPENID_MISMATCH"):
            answer.is_refused(_FOREIGN_OPENID)
        platform.query(order).is_refused(because="The order was refused and exists all the same.")
        platform.place(order).is_accepted(because="The app's own payer may order, under the same number too.")

    try_all(platform, list(_foreign_payers(platform)), attempt)


def _foreign_payers(platform: Platform) -> Iterator[Placement]:
    for kind in kinds(platform, "jsapi"):
        own = platform.merchant(kind.role).openid
        others = [merchant.openid for merchant in platform.identity.merchants if merchant.openid != own]
        for openid in (*others, own[:-4] + "wxyz", own.swapcase(), own[:-1], ""):
            yield Placement(kind, Member("payer", {"sp_openid" if kind.role == "partner" else "openid": openid}))


@judges("v3.order.refuses-an-unbound-appid")
def test_refuses_an_appid_of_somebody_else(platform: Platform) -> None:
    """An order for an app that is not bound to its merchant, another merchant's or nobody's, is refused and does not exist."""
    try_all(platform, list(_foreign_apps(platform)), lambda placement: refuses(platform, placement, APPID_MISMATCH))


def _foreign_apps(platform: Platform) -> Iterator[Placement]:
    for kind in every_kind(platform):
        own = platform.merchant(kind.role).appid
        others = [merchant.appid for merchant in platform.identity.merchants if merchant.appid != own]
        for appid in (*others, own[:-4] + "0000", own[:-1]):
            yield Placement(kind, Member("sp_appid" if kind.role == "partner" else "appid", appid))
        if kind.role == "partner":
            # Which app is a sub-merchant's is not known here, but another merchant's is not.
            for appid in others:
                yield Placement(kind, Member("sub_appid", appid))


@judges("v3.order.partner-order-names-all-parties")
def test_a_partner_order_names_everybody(platform: Platform) -> None:
    """A provider's order without its app, itself or the sub-merchant is refused and exists neither for the sub-merchant nor for itself."""
    platform.needs("partner-merchant")
    ways = [kind for kind in every_kind(platform) if kind.role == "partner"]
    parties = ("sp_appid", "sp_mchid", "sub_mchid")
    faults = [(kind, fault) for kind in ways for fault in faults_of(operation_of(kind), *parties, keywords={"required", "type"})]
    placements = [Placement(kind, fault) for kind, fault in faults] + [Placement(kind, InDirectMode()) for kind in ways]

    def attempt(placement: Placement) -> None:
        order = placement.kind.order()
        platform.place(order, broken_by=placement.fault).is_refused(BAD_PARAMETER)
        direct = Call("order_query", "partner", {"out_trade_no": str(order.number)}, {"mchid": platform.merchant("partner").mchid})
        platform.send(direct, label="query order as a direct merchant").is_refused(because="The order was refused and exists all the same.")
        platform.query(order).is_refused(because="The order was refused and exists all the same.")
        platform.place(order).is_accepted(because="With all its parties the same order is valid.")

    try_all(platform, placements, attempt)


@dataclass(frozen=True, slots=True)
class _Stranger:
    """A provider's order of *kind* for a merchant that is not its sub-merchant."""

    kind: Kind
    mchid: str

    def __str__(self) -> str:
        return f"{self.kind}, sub_mchid {self.mchid}"


@judges("v3.order.partner-is-not-its-own-sub-merchant")
def test_refuses_a_sub_merchant_that_is_none(platform: Platform) -> None:
    """A provider's order for itself, for a merchant of its own or for nobody is refused and exists for none of them."""
    platform.needs("partner-merchant")
    provider = platform.merchant("partner")
    strangers = [merchant.mchid for merchant in platform.identity.merchants if merchant is not provider]
    nobody = provider.mchid[:-3] + ("000" if not provider.mchid.endswith("000") else "001")
    names = [provider.mchid, *strangers, nobody]
    cases = [_Stranger(kind, mchid) for kind in every_kind(platform) if kind.role == "partner" for mchid in names]

    def attempt(stranger: _Stranger) -> None:
        order = stranger.kind.order()
        platform.place(order, broken_by=Member("sub_mchid", stranger.mchid)).is_refused(SUB_MERCHANT)
        query = {"sp_mchid": provider.mchid, "sub_mchid": stranger.mchid}
        asked = Call("partner_order_query", "partner", {"out_trade_no": str(order.number)}, query)
        platform.send(asked, label=f"query order of {stranger.mchid}").is_refused(because="The order was refused and exists all the same.")
        platform.query(order).is_refused(because="The order was refused and exists all the same.")
        platform.place(order).is_accepted(because="For a sub-merchant of the provider the same order is valid.")

    try_all(platform, cases, attempt)


@judges("v3.order.h5-requires-scene")
def test_an_h5_order_describes_its_scene(platform: Platform) -> None:
    """An H5 order without scene, payer's address or kind of scene is refused and does not exist."""
    scene = ("scene_info", "scene_info.payer_client_ip", "scene_info.h5_info", "scene_info.h5_info.type")
    try_bounds(platform, *scene, keywords={"required"}, products=("h5",))


@judges("v3.order.h5-refuses-unknown-scene-type")
def test_refuses_an_unknown_kind_of_scene(platform: Platform) -> None:
    """An h5_info.type that is none of iOS, Android and Wap is refused and places nothing; each of the three is accepted."""
    try_bounds(platform, "scene_info.h5_info.type", keywords={"enum"}, products=("h5",))
