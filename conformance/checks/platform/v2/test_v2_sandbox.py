"""The sandbox of APIv2: the key it hands out, how far it stands from production, and the cases it plays."""

from dataclasses import replace

from conformance.checks.platform.v2.asking import NO_SUCH_ORDER, order_of, roles
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Inconclusive, Violation
from reference.oracles.v2 import SignType
from reference.platform.v2.deviations import CASE_HEADER, CASES, COUPONS
from reference.rules import judges
from strategies.cases import Call, Order, Product, Role
from strategies.orders import lean
from strategies.v2 import signatures
from strategies.v2.cases import CallV2, FaultV2
from strategies.v2.named import Signed

GROUP = "v2 sandbox"

_KEY_LENGTH = 32
_SIGN_ERROR = "SIGNERROR"
_SIGN_TYPES: tuple[SignType, ...] = ("MD5", "HMAC-SHA256")
_SANDBOX = "/xdc/apiv2sandbox"
_ABSENT = (
    ("unifiedorder", f"{_SANDBOX}/pay/unifiedorder"),
    ("closeorder", f"{_SANDBOX}/pay/closeorder"),
    ("refund", f"{_SANDBOX}/secapi/pay/refund"),
    ("refund", f"{_SANDBOX}/pay/refund"),
    ("reverse", f"{_SANDBOX}/secapi/pay/reverse"),
    ("reverse", f"{_SANDBOX}/pay/reverse"),
)
_NO_V3: tuple[Product, ...] = ("native", "jsapi")
_RETIRED = {
    "micropay": "/sandboxnew/pay/micropay",
    "orderquery": "/sandboxnew/pay/orderquery",
    "unifiedorder": "/sandboxnew/pay/unifiedorder",
}


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

    keys = ["the production key", *(["the sandbox key of another merchant"] if platform.identity.other else [])]
    try:
        try_all(platform, [(role, kind, whose) for whose in keys for role in roles(platform) for kind in _SIGN_TYPES], attempt)
    finally:
        platform.sandbox.sign_type = None


@judges("v2.sandbox.knows-its-own-key-only")
def test_production_refuses_the_sandbox_key(platform: Platform) -> None:
    """The sandbox's key signs nothing in production, neither what is ordered nor what is asked."""
    platform.needs("production")

    def attempt(case: tuple[Role, str]) -> None:
        role, asked = case
        order = order_of("codepay" if asked == "charging" else "native", role)
        wrong = _signed_with(platform, role, "the sandbox key")
        if asked == "querying":
            platform.v2.place(order).is_accepted()
            platform.v2.query(order, broken_by=wrong).is_refused(_SIGN_ERROR, because="The sandbox's key is none here.").lacks(
                "trade_state"
            )
        else:
            platform.v2.place(order, broken_by=wrong).is_refused(_SIGN_ERROR, because="The sandbox's key is none here.")
            platform.v2.query(order).is_refused(*NO_SUCH_ORDER, because="The order of a refused request exists.")
            platform.v2.place(order).is_accepted(because="It is signed with the production key.")

    try_all(platform, [(role, asked) for role in roles(platform) for asked in ("charging", "ordering", "querying")], attempt)


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
        again = there.place(replace(order, fields=_fresh_code(platform, order))).is_accepted(because="The number is free on this side.")
        if again["transaction_id"] == first["transaction_id"]:
            raise Violation(
                "Both sides tell of one payment.", expected="two payments", got=f"transaction_id {first['transaction_id']} twice"
            )
        here.query(order).is_accepted().has("transaction_id", first["transaction_id"], because="The other side changes nothing here.")

    try_all(platform, [(role, begins) for role in roles(platform) for begins in ("sandbox", "production")], attempt)


@judges("v2.sandbox.plays-its-cases")
def test_plays_the_accepted_cases(platform: Platform) -> None:
    """1 fen is paid without coupon, 2 with a coupon of 1, 3 by coupons alone; the query agrees."""

    def attempt(case: tuple[Role, SignType]) -> None:
        role, platform.sandbox.sign_type = case
        for total in COUPONS:
            order = lean("codepay", role, total=total)
            paid = platform.sandbox.place(order).is_accepted(because=f"{total} fen is a case that succeeds.")
            asked = platform.sandbox.query(order).is_accepted().has("trade_state", "SUCCESS")
            _pays_as_documented(paid, total)
            _pays_as_documented(asked, total)
            for name in ("transaction_id", "out_trade_no", "total_fee"):
                asked.has(name, paid[name], because="The charge was answered so.")
            paid.has("out_trade_no", order.number or "")

    try:
        try_all(platform, [(role, kind) for kind in _SIGN_TYPES for role in roles(platform)], attempt)
    finally:
        platform.sandbox.sign_type = None


@judges("v2.sandbox.plays-its-cases")
def test_plays_the_paying_user(platform: Platform) -> None:
    """With the header of that case a charge is USERPAYING, and nothing is paid yet; without it the same charge is paid."""

    def attempt(case: tuple[Role, int]) -> None:
        role, total = case
        order = lean("codepay", role, total=total)
        answer = _in_case(platform, order, "MICROPAY_USERPAYING")
        answer.is_unknown("USERPAYING", because="The header names the payer who types the password.").lacks("transaction_id")
        platform.sandbox.place(lean("codepay", role, total=total)).is_accepted(because="The header is gone, and the case with it.")

    try_all(platform, [(role, total) for total in (1, 3) for role in roles(platform)], attempt)


@judges("v2.sandbox.plays-its-cases")
def test_tells_of_the_other_cases(platform: Platform) -> None:
    """What the other three cases answer is only reported; whether they are answered at all is not judged."""
    platform.observing = False
    for name in (name for name in CASES if name != "MICROPAY_USERPAYING"):
        try:
            answer = _in_case(platform, lean("codepay", total=1), name)
        except Inconclusive as doubt:
            said = str(doubt)
        else:
            said = answer.code or answer.result.verdict
        platform.sandbox.noticed.cases[name] = said


@judges("v2.query.says-that-there-is-no-order")
def test_says_that_there_is_no_order(platform: Platform) -> None:
    """A number nothing was charged under is ORDERNOTEXIST in the sandbox, too, and asking for it uses nothing up."""

    def attempt(role: Role) -> None:
        order = lean("codepay", role, total=1)
        platform.sandbox.query(order).is_refused(*NO_SUCH_ORDER).lacks("trade_state", "transaction_id")
        platform.sandbox.place(order).is_accepted(because="Asking for a number does not use it up.")

    try_all(platform, roles(platform), attempt)


@judges("v2.sandbox.offers-code-payments-only")
def test_offers_code_payments_only(platform: Platform) -> None:
    """Ordering, closing, refunding and reversing are not done by the sandbox."""
    platform.observing = False  # any way to refuse will do

    def attempt(case: tuple[str, str]) -> None:
        operation, path = case
        order = lean("codepay", total=1)
        platform.sandbox.place(order).is_accepted()
        fields = {"out_trade_no": platform.mint.number() if operation == "unifiedorder" else order.number or ""}
        if operation == "unifiedorder":
            call = platform.sandbox.calls.place(lean("native", total=1))
            fields |= {name: value for name, value in call.members.items() if value is not None and name != "out_trade_no"}
        if operation == "refund":
            fields |= {"out_refund_no": platform.mint.number(), "total_fee": "1", "refund_fee": "1"}
        _is_not_done(platform.sandbox.send_elsewhere(operation, path, **fields))
        platform.sandbox.query(order).is_accepted().has("trade_state", "SUCCESS")

    try_all(platform, _ABSENT, attempt)


@judges("v2.sandbox.offers-code-payments-only")
def test_the_old_sandboxes_are_gone(platform: Platform) -> None:
    """The sandbox of former years, and one of APIv3, do nothing."""
    platform.needs("production", "apiv3")
    platform.observing = False  # any way to refuse will do

    def attempt(operation: str) -> None:
        calls = platform.sandbox.calls
        order = lean("native" if operation == "unifiedorder" else "codepay", total=1)
        call = calls.query(order) if operation == "orderquery" else calls.place(order)
        members = {name: value for name, value in call.members.items() if value is not None}
        _is_not_done(platform.sandbox.send_elsewhere(operation, _RETIRED[operation], **members))

    try_all(platform, _RETIRED, attempt)
    for product in _NO_V3:
        body = platform.calls.place(lean(product)).body
        answer = platform.send(Call(f"{product}_create", body=body, path=f"/v3/sandboxnew/pay/transactions/{product}"))
        if answer.status < 300:
            raise Violation("There is no sandbox of APIv3.", expected="404, or a refusal", got=answer.described)


def _asked_for_key(platform: Platform, role: Role, fault: FaultV2 | None = None) -> AnswerV2:
    return platform.sandbox.send(CallV2("getsignkey", role), broken_by=fault)


def _charge(platform: Platform, role: Role) -> AnswerV2:
    return platform.sandbox.place(lean("codepay", role, total=1))


def _signed_with(platform: Platform, role: Role, whose: str) -> Signed:
    merchant = platform.merchant(role)
    key = merchant.apiv2_key or ""
    if whose == "the sandbox key":
        key = platform.sandbox.key(merchant)
    elif whose == "the sandbox key of another merchant":
        key = platform.sandbox.key(platform.merchant("other"))
    return Signed(f"signed with {whose}", lambda signing: replace(signing, key=key))


def _fresh_code(platform: Platform, order: Order) -> dict[str, object]:
    return {**order.fields, "payer": {"auth_code": platform.mint.auth_code()}}


def _in_case(platform: Platform, order: Order, name: str) -> AnswerV2:
    call = replace(platform.sandbox.calls.place(order), headers=((CASE_HEADER, name),))
    return platform.sandbox.send(call, label=f"place codepay order, {name}")


def _pays_as_documented(answer: AnswerV2, total: int) -> None:
    by_coupons = sum(fee for _, fee in COUPONS[total])
    answer.has("total_fee", str(total)).has("cash_fee", str(total - by_coupons), because=f"Of {total} fen coupons pay {by_coupons}.")
    told = answer.get("coupon_fee") or "0"
    if told != str(by_coupons):
        raise Violation(f"{total} fen are not paid as documented.", expected=f"coupon_fee {by_coupons}", got=f"coupon_fee {told}")


def _is_not_done(answer: AnswerV2) -> None:
    if answer.accepted:
        raise Violation("The sandbox does what it does not offer.", expected="404, or a refusal", got=answer.described)
