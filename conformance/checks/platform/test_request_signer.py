"""Who may sign a request, and that a request nobody may sign does nothing."""

from conformance.checks.keys import active_keys
from conformance.checks.platform.asking import asks, more_asks, order_of, same, try_faults
from conformance.checks.platform.stages import HALF_AN_HOUR, Kind, kinds, wait
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.identity import Merchant, stranger
from reference.oracles import oaep
from reference.rules import judges
from strategies.cases import Call, Fault, Role
from strategies.faults.authorization import BLANK, called, mixed_case
from strategies.faults.identity import Anonymous, Forged, NamesSomebodyElse

GROUP = "requests"

_IN_ANOTHERS_NAME = "One merchant acts in the name of another."
_IN_ANY_CASE = "Header names are the same in any case."


@judges("v3.request.refuses-missing-signature")
def test_refuses_a_missing_signature_and_changes_nothing(platform: Platform) -> None:
    """An unsigned request of any kind is refused and changes nothing."""
    try_faults(platform, more_asks(platform), lambda _ask: (Anonymous(), BLANK))


@judges("v3.request.refuses-foreign-key")
def test_refuses_every_key_but_the_merchants(platform: Platform) -> None:
    """A signature by a new key, by another merchant's or by the platform's own is refused under the merchant's mchid and serial_no."""
    identity = platform.identity
    keys = [stranger()]
    keys += [merchant.credential.private_key for merchant in (identity.other,) if merchant is not None]
    keys += [key.private_key for key in identity.platform if key.private_key is not None]
    try_faults(platform, more_asks(platform), lambda _ask: [Forged(key) for key in keys])


@judges("v3.request.signer-is-the-acting-merchant")
def test_refuses_to_act_for_another_merchant(platform: Platform) -> None:
    """A direct request that another merchant signed properly is refused for every product and places, closes and shows nothing."""
    platform.needs("other-merchant")

    def attempt(kind: Kind) -> None:
        for signer in _others(platform, kind.role):
            _acts_for_nobody_else(platform, kind, signer)

    try_all(platform, [kind for kind in kinds(platform) if kind.role == "merchant"], attempt)


@judges("v3.request.signer-is-the-acting-merchant")
def test_refuses_another_mchid_in_ones_own_order(platform: Platform) -> None:
    """A merchant's own order, right in all else, is not placed, shown or closed while the request names the mchid of another."""
    platform.needs("other-merchant")
    victim = platform.merchant("other").mchid
    try_all(platform, kinds(platform), lambda kind: _names_nobody_else(platform, kind, victim) if kind.role == "merchant" else None)


@judges("v3.request.partner-signs-as-sp-mchid")
def test_refuses_another_sp_mchid_in_ones_own_order(platform: Platform) -> None:
    """A service provider's own order, right in all else, is not placed, shown or closed while the request names another sp_mchid."""
    platform.needs("partner-merchant")
    victim = platform.merchant().mchid
    try_all(platform, kinds(platform), lambda kind: _names_nobody_else(platform, kind, victim) if kind.role == "partner" else None)


@judges("v3.request.signer-is-the-acting-merchant")
def test_refuses_to_reverse_for_another_merchant(platform: Platform) -> None:
    """A payment by code is neither made nor reversed for another merchant than the signing one."""
    platform.needs("other-merchant", "code-plans")
    for signer in _others(platform, "merchant"):
        order = order_of("codepay", "merchant")
        platform.place(order, signed_by=signer).is_refused(because=_IN_ANOTHERS_NAME)
        platform.query(order).is_refused(because="The order of a refused request exists.")
        platform.place(order).is_accepted()
        before = platform.query(order).is_accepted()
        platform.reverse(order, signed_by=signer).is_refused(because=_IN_ANOTHERS_NAME)
        same(before, platform.query(order))
        platform.reverse(order).is_accepted()


@judges("v3.request.partner-signs-as-sp-mchid")
def test_refuses_to_act_for_another_service_provider(platform: Platform) -> None:
    """A partner request signed by a direct merchant, or in the name of a sub-merchant, is refused for every product and does nothing."""
    platform.needs("partner-merchant")

    def attempt(kind: Kind) -> None:
        for signer in _others(platform, kind.role):
            _acts_for_nobody_else(platform, kind, signer)

    try_all(platform, [kind for kind in kinds(platform) if kind.role == "partner"], attempt)


@judges("v3.request.partner-signs-as-sp-mchid")
def test_refuses_a_sub_merchant_as_the_signer(platform: Platform) -> None:
    """With the service provider's certificate, but a sub_mchid as mchid of the header, an order of no product is placed."""
    platform.needs("partner-merchant")

    def attempt(kind: Kind) -> None:
        for sub_mchid in platform.merchant(kind.role).sub_mchids:
            order = order_of(kind.product, kind.role)
            answer = platform.place(order, broken_by=called(sub_mchid, "of-a-sub-merchant"))
            answer.is_refused(because="A sub-merchant acts as the service provider.")
            platform.query(order).is_refused(because="The order of a refused request exists.")
            platform.place(order).is_accepted()

    try_all(platform, [kind for kind in kinds(platform) if kind.role == "partner"], attempt)


@judges("v3.request.header-names-in-any-case")
def test_reads_header_names_in_any_case(platform: Platform) -> None:
    """Header names in small letters, capitals or both make no difference to any kind of request."""

    def attempt(way: Fault) -> None:
        for ask in asks(platform):
            platform.send(ask.prepare(platform).call, broken_by=way, label=ask.name).is_accepted(because=_IN_ANY_CASE)

    try_all(platform, mixed_case(), attempt)


@judges("v3.request.header-names-in-any-case")
def test_finds_the_announced_key_in_any_case(platform: Platform) -> None:
    """A secret is opened, and the answer signed with the same key, however the name of Wechatpay-Serial is written."""

    def attempt(way: Fault) -> None:
        for key in active_keys(platform):
            body = {"echo_message": "x", "encrypted_echo_message": oaep.encrypt(key.public_key, "悄悄话")}
            call = Call("security_echo", body=body, headers={"Wechatpay-Serial": key.key_id})
            usual = platform.send(call).is_accepted()
            answer = platform.send(call, broken_by=way).is_accepted(because=_IN_ANY_CASE)
            before, after = (it.exchange.reply.header("Wechatpay-Serial") for it in (usual, answer))
            if before != after:
                raise Violation("The announced key is not seen.", expected=f"an answer signed with {before}", got=f"one with {after}")

    try_all(platform, mixed_case(), attempt)


def _others(platform: Platform, role: Role) -> list[Merchant]:
    """Every merchant that is not the one of *role*."""
    identity = platform.identity
    return [merchant for merchant in identity.merchants if merchant.mchid != platform.merchant(role).mchid]


def _names_nobody_else(platform: Platform, kind: Kind, victim: str) -> None:
    fault = NamesSomebodyElse("sp_mchid" if kind.role == "partner" else "mchid", victim)
    order = order_of(kind.product, kind.role)
    platform.place(order, broken_by=fault).is_refused(because=_IN_ANOTHERS_NAME)
    platform.query(order).is_refused(because="The order of a refused request exists.")
    platform.place(order).is_accepted()
    wait(platform, HALF_AN_HOUR)
    before = platform.query(order).is_accepted()
    platform.query(order, broken_by=fault).is_refused(because=_IN_ANOTHERS_NAME)
    platform.close(order, broken_by=fault).is_refused(because=_IN_ANOTHERS_NAME)
    same(before, platform.query(order))
    platform.close(order).is_accepted()


def _acts_for_nobody_else(platform: Platform, kind: Kind, signer: Merchant) -> None:
    order = order_of(kind.product, kind.role)
    platform.place(order, signed_by=signer).is_refused(because=_IN_ANOTHERS_NAME)
    platform.query(order).is_refused(because="The order of a refused request exists.")
    platform.place(order).is_accepted()
    wait(platform, HALF_AN_HOUR)
    before = platform.query(order).is_accepted()
    platform.query(order, signed_by=signer).is_refused(because=_IN_ANOTHERS_NAME)
    platform.close(order, signed_by=signer).is_refused(because=_IN_ANOTHERS_NAME)
    same(before, platform.query(order))
    if "payer" in platform.capabilities:
        platform.pay(order)
        paid = platform.query(order).is_accepted()
        platform.query_by_id(order, str(paid.get("transaction_id")), signed_by=signer).is_refused(because=_IN_ANOTHERS_NAME)
    else:
        platform.close(order).is_accepted()
