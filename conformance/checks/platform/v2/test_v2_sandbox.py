"""The sandbox of APIv2: the key it hands out, and how far it stands from production."""

from dataclasses import replace

from conformance.checks.platform.v2.asking import NO_SUCH_ORDER, asks, order_of, roles, try_faults
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Violation
from reference.oracles.v2 import SignType
from reference.rules import judges
from strategies.cases import Order, Product, Refund, Role
from strategies.orders import lean
from strategies.v2 import signatures
from strategies.v2.cases import CallV2, FaultV2
from strategies.v2.named import Signed

GROUP = "v2 sandbox"

_KEY_LENGTH = 32
_SIGN_ERROR = "SIGNERROR"
_SIGN_TYPES: tuple[SignType, ...] = ("MD5", "HMAC-SHA256")
_SANDBOX_KEY = "the sandbox key"


@judges("v2.sandbox.hands-out-its-key")
def test_hands_out_its_key(platform: Platform) -> None:
    """The merchant that asks by its production key gets a key of 32 characters, which is another one and signs in the sandbox."""
    known = {key for merchant in platform.identity.merchants for key in (merchant.apiv2_key, merchant.apiv3_key)}

    def attempt(role: Role) -> None:
        platform.sandbox.key(platform.merchant(role))  # whoever has no sandbox is told apart here
        told = _asked_for_key(platform, role).is_accepted(because="It is signed with the merchant's production key.")
        told.lacks("sign", because="Nobody signs it.")
        key, named = told["sandbox_signkey"], told.get("mch_id")
        if len(key) != _KEY_LENGTH or key in known:
            what = f"{len(key)} characters" if len(key) != _KEY_LENGTH else "a key of production"
            raise Violation("What is handed out is no sandbox key.", expected="32 characters that are no other key", got=what)
        if named not in {None, platform.merchant(role).mchid}:
            raise Violation("The key is somebody else's.", expected=f"mch_id {platform.merchant(role).mchid}", got=f"mch_id {named}")
        _charge(platform, role).is_accepted(because="It is signed with the key that was handed out.")

    try_all(platform, roles(platform), attempt)


@judges("v2.sandbox.hands-out-its-key")
def test_hands_it_to_nobody_else(platform: Platform) -> None:
    """Wrongly signed, signed by HMAC, or signed with another key, the request gets no key; rightly signed it does."""

    def attempt(case: tuple[Role, FaultV2]) -> None:
        role, fault = case
        platform.sandbox.key(platform.merchant(role))
        because = "The request is not the merchant's own, signed by MD5."
        _asked_for_key(platform, role, fault).is_refused(because=because).lacks("sandbox_signkey", because=because)
        _asked_for_key(platform, role).is_accepted(because="The same request without the fault is valid.")

    by_hmac = Signed("signed by HMAC-SHA256", lambda signing: replace(signing, algorithm="HMAC-SHA256"))
    named = {"sign_type": "HMAC-SHA256"}
    saying_so = Signed(
        "sign_type HMAC-SHA256", lambda signing: replace(signing, algorithm="HMAC-SHA256", members={**signing.members, **named})
    )
    every = []
    for role in roles(platform):
        others = {
            f"the key of {merchant.mchid}": merchant.apiv2_key
            for merchant in platform.identity.merchants
            if merchant.apiv2_key and merchant is not platform.merchant(role)
        }
        every += [(role, fault) for fault in (by_hmac, saying_so, *signatures.keys(others), *signatures.wrong_signs())]
    try_all(platform, every, attempt)


@judges("v2.sandbox.knows-its-own-key-only")
def test_the_sandbox_takes_its_own_key_only(platform: Platform) -> None:
    """Signed with the sandbox key a charge and a query are served, with the production key or another merchant's they are refused."""

    def attempt(case: tuple[Role, SignType, str]) -> None:
        role, platform.sandbox.sign_type, whose = case
        wrong = _signed_with(platform, role, whose)
        order = lean("codepay", role, total=1)
        platform.sandbox.place(order, broken_by=wrong).is_refused(_SIGN_ERROR, because=f"It is signed with {whose}.")
        platform.sandbox.query(order).is_refused(*NO_SUCH_ORDER, because="The order of a refused request exists.")
        platform.sandbox.place(order).is_accepted(because="It is signed with the sandbox's key.")
        platform.sandbox.query(order, broken_by=wrong).is_refused(_SIGN_ERROR, because=f"It is signed with {whose}.").lacks("trade_state")
        platform.sandbox.query(order).is_accepted(because="It is signed with the sandbox's key.").has("trade_state", "SUCCESS")

    other = platform.identity.other
    keys = ["the production key", *(["the sandbox key of another merchant"] if other is not None and other.apiv2_key else [])]
    try:
        try_all(platform, [(role, kind, whose) for whose in keys for role in roles(platform) for kind in _SIGN_TYPES], attempt)
    finally:
        platform.sandbox.sign_type = None


@judges("v2.sandbox.knows-its-own-key-only")
def test_production_refuses_the_sandbox_key(platform: Platform) -> None:
    """The sandbox's key signs nothing in production, whatever is asked to be done."""
    platform.needs("production")
    because = "The sandbox's key is none here."
    for role in roles(platform):
        own = [ask for ask in asks(platform) if ask.role == role]
        try_faults(platform, [_signed_with(platform, role, _SANDBOX_KEY)], _SIGN_ERROR, because=because, some=own)


@judges("v2.sandbox.knows-its-own-key-only")
def test_production_shows_nothing_to_the_sandbox_key(platform: Platform) -> None:
    """Whoever asks production with the sandbox's key gets to see no order."""
    platform.needs("production")

    def attempt(case: tuple[Product, Role]) -> None:
        product, role = case
        order = order_of(product, role)
        platform.v2.place(order).is_accepted()
        wrong = _signed_with(platform, role, _SANDBOX_KEY)
        platform.v2.query(order, broken_by=wrong).is_refused(_SIGN_ERROR, because="The sandbox's key is none here.").lacks("trade_state")
        platform.v2.query(order).is_accepted()

    products: tuple[Product, ...] = ("native", "codepay")
    try_all(platform, [(product, role) for product in products for role in roles(platform)], attempt)


@judges("v2.sandbox.knows-its-own-key-only")
def test_neither_side_knows_the_others_orders(platform: Platform) -> None:
    """An order of the sandbox does not exist in production, and one of production not in the sandbox; the same number is free there."""
    platform.needs("production")

    def attempt(case: tuple[Role, str]) -> None:
        role, begins = case
        order = lean("codepay", role, total=2)
        here, there = (platform.sandbox, platform.v2) if begins == "sandbox" else (platform.v2, platform.sandbox)
        first = here.place(order).is_accepted()
        there.query(order).is_refused(*NO_SUCH_ORDER, because=f"It is an order of the {begins}.").lacks("trade_state", "transaction_id")
        if begins == "sandbox" and "client-certificates" in platform.capabilities:
            refund = there.refund(Refund(order, 1)).is_refused(because="No money was paid in production, so none is given back.")
            refund.lacks("refund_id", because="The refund was refused.")
        again = there.place(replace(order, fields=_fresh_code(platform, order))).is_accepted(because="The number is free on this side.")
        if again["transaction_id"] == first["transaction_id"]:
            raise Violation(
                "Both sides tell of one payment.", expected="two payments", got=f"transaction_id {first['transaction_id']} twice"
            )
        here.query(order).is_accepted().has("transaction_id", first["transaction_id"], because="The other side changes nothing here.")

    try_all(platform, [(role, begins) for role in roles(platform) for begins in ("sandbox", "production")], attempt)


@judges("v2.sandbox.knows-its-own-key-only")
def test_the_sandbox_knows_no_order_that_waits(platform: Platform) -> None:
    """An order of production that nobody has paid yet does not exist in the sandbox either, whichever family placed it."""
    platform.needs("production")

    def attempt(case: tuple[Role, str]) -> None:
        role, family = case
        order = order_of("native", role)
        if family == "APIv2":
            platform.v2.place(order).is_accepted()
        else:
            platform.place(order).is_accepted()
        platform.sandbox.query(order).is_refused(*NO_SUCH_ORDER, because="It is an order of production.").lacks("trade_state")

    families = ("APIv2", *(["APIv3"] if "apiv3" in platform.capabilities else []))
    try_all(platform, [(role, family) for role in roles(platform) for family in families], attempt)


def _asked_for_key(platform: Platform, role: Role, fault: FaultV2 | None = None) -> AnswerV2:
    return platform.sandbox.send(CallV2("getsignkey", role), broken_by=fault)


def _charge(platform: Platform, role: Role) -> AnswerV2:
    return platform.sandbox.place(lean("codepay", role, total=1))


def _signed_with(platform: Platform, role: Role, whose: str) -> Signed:
    merchant = platform.merchant(role)
    key = merchant.apiv2_key or ""
    if whose == _SANDBOX_KEY:
        key = platform.sandbox.key(merchant)
    elif whose == "the sandbox key of another merchant":
        key = platform.sandbox.key(platform.merchant("other"))
    return Signed(f"signed with {whose}", lambda signing: replace(signing, key=key))


def _fresh_code(platform: Platform, order: Order) -> dict[str, object]:
    return {**order.fields, "payer": {"auth_code": platform.mint.auth_code()}}
