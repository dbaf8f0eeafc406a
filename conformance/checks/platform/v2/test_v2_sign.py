"""The signature of APIv2: whose it is, what it covers, how it is made; and what the platform signs itself."""

from dataclasses import dataclass, replace

from conformance.checks.platform.v2.asking import AskV2, asks, order_of, roles, try_faults
from conformance.checks.platform.v2.touring import tour
from conformance.targets.calls import NOTIFY_URL
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import NotApplicable, Violation, shown
from reference.oracles import v2
from reference.oracles.v2 import SignType
from reference.rules import judges
from strategies.cases import Product, Refund, Role
from strategies.v2 import signatures
from strategies.v2.cases import CallV2, SigningV2
from strategies.v2.named import Signed

GROUP = "v2 signatures"

_SIGN_ERROR = "SIGNERROR"
_MISSING = ("LACK_PARAMS", "PARAM_ERROR")
_BOTH: tuple[SignType, ...] = ("MD5", "HMAC-SHA256")
_DIGITS = {"MD5": 32, "HMAC-SHA256": 64}
_NAMED = ("no sign_type", "sign_type MD5", "sign_type HMAC-SHA256")


@judges("v2.sign.accepts-md5-and-hmac")
def test_accepts_both_algorithms(platform: Platform) -> None:
    """Every request is accepted when it is signed by MD5, with and without saying so, and by HMAC-SHA256."""

    def attempt(case: tuple[AskV2, str]) -> None:
        ask, named = case
        call = ask.prepare(platform).call
        if named == "sign_type MD5":
            call = call.but(sign_type="MD5")
        kind: SignType = "HMAC-SHA256" if named == "sign_type HMAC-SHA256" else "MD5"
        platform.v2.send(replace(call, sign_type=kind), label=f"{ask}, {named}").is_taken(because="Its signature is right.")

    try_all(platform, [(ask, named) for ask in asks(platform) for named in _NAMED], attempt)


@judges("v2.sign.refuses-a-wrong-signature")
def test_refuses_a_wrong_sign(platform: Platform) -> None:
    """Without sign, with a digit of it changed, cut off or added, and with one made otherwise, nothing is done."""
    because = "A request whose sign is wrong was not refused as such."
    try_faults(platform, signatures.wrong_signs(), _SIGN_ERROR, *_MISSING, because=because)


@judges("v2.sign.refuses-a-wrong-signature")
def test_refuses_values_changed_after_signing(platform: Platform) -> None:
    """A member that was changed, taken away or added after signing makes the request a stranger's."""
    because = "A request changed after it was signed was not refused as such."
    own = {"ordering": ("total_fee", "body", "out_trade_no", "attach"), "refunding": ("refund_fee", "out_refund_no")}
    for ask in asks(platform):
        names = own.get(ask.name.partition(" ")[0], ("out_trade_no",))
        try_faults(platform, signatures.changed_values(*names), _SIGN_ERROR, *_MISSING, because=because, some=[ask])


@judges("v2.sign.refuses-another-string")
def test_refuses_another_string(platform: Platform) -> None:
    """The right key over a string that is put together otherwise is refused, by MD5 and by HMAC-SHA256."""
    because = "A sign over another string than the documented one was not refused."
    ordering = [ask for ask in asks(platform) if ask.name in {"ordering jsapi", "ordering native", "ordering codepay"}]
    try_faults(platform, signatures.other_strings(), _SIGN_ERROR, because=because, some=ordering, sign_types=_BOTH)


@judges("v2.sign.leaves-empty-out-and-zero-in")
def test_leaves_empty_values_out(platform: Platform) -> None:
    """Empty elements are accepted unsigned, and refused when they are in the signed string."""

    def with_empty(signing: SigningV2) -> SigningV2:
        pairs = sorted(pair for pair in signing.members.items())
        return replace(signing, text="&".join(f"{name}={value}" for name, value in pairs) + f"&key={signing.key}")

    def attempt(case: tuple[Product, Role, SignType]) -> None:
        product, role, kind = case
        call = replace(platform.v2.calls.place(order_of(product, role)).but(goods_tag="", device_info=""), sign_type=kind)
        fault = Signed("empty elements signed", with_empty)
        platform.v2.send(call, broken_by=fault).is_refused_anyhow(_SIGN_ERROR, because="Empty elements are no part of the signed string.")
        platform.v2.send(call).is_accepted(because="Empty elements are no part of the signed string.")

    products: tuple[Product, ...] = ("jsapi", "native", "codepay")
    try_all(platform, [(product, role, kind) for product in products for role in roles(platform) for kind in _BOTH], attempt)


@judges("v2.sign.leaves-empty-out-and-zero-in")
def test_leaves_zero_in(platform: Platform) -> None:
    """A refund query from offset 0 is accepted when the zero is signed, and refused when it is left out."""
    platform.needs("payer", "client-certificates")

    def without_zero(signing: SigningV2) -> SigningV2:
        rest = {name: value for name, value in signing.members.items() if value != "0"}
        return replace(signing, text=v2.string_sign_temp(rest, signing.key))

    def attempt(case: tuple[Role, SignType]) -> None:
        role, kind = case
        order = order_of("native", role)
        platform.v2.must_pay(order)
        refund = Refund(order, 1)
        platform.v2.refund(refund).is_accepted()
        call = replace(platform.v2.calls.query_refund(refund).but(offset="0"), sign_type=kind)
        platform.v2.send(call, broken_by=Signed("zero left out", without_zero)).is_refused_anyhow(_SIGN_ERROR, because="A zero is a value.")
        platform.v2.send(call).is_accepted(because="A zero is a value.")

    try_all(platform, [(role, kind) for role in roles(platform) for kind in _BOTH], attempt)


@judges("v2.sign.refuses-a-wrong-sign-type")
def test_refuses_a_wrong_sign_type(platform: Platform) -> None:
    """A sign_type nobody knows, one that names another algorithm than was used, and one that was not signed are refused."""
    because = "sign_type and sign do not go together."
    try_faults(platform, signatures.sign_types(), _SIGN_ERROR, "PARAM_ERROR", "INVALID_REQUEST", because=because)


@judges("v2.sign.refuses-other-keys")
def test_refuses_other_keys(platform: Platform) -> None:
    """The APIv3 key, another merchant's APIv2 key, and the right key in other letter case sign nothing."""
    because = "It is not signed with the merchant's own APIv2 key."
    for role in roles(platform):
        acting = platform.merchant(role)
        others = ({"the APIv3 key": acting.apiv3_key} if acting.apiv3_key else {}) | {
            f"the APIv2 key of {merchant.mchid}": merchant.apiv2_key
            for merchant in platform.identity.merchants
            if merchant is not acting and merchant.apiv2_key is not None
        }
        own = [ask for ask in asks(platform) if ask.role == role]
        try_faults(platform, signatures.keys(others), _SIGN_ERROR, because=because, some=own, sign_types=_BOTH)


@dataclass(frozen=True, slots=True)
class _Nonce:
    """A nonce_str, or none."""

    name: str
    text: str | None


_BAD_NONCES = (_Nonce("no nonce_str", None), _Nonce("an empty nonce_str", ""), _Nonce("33 characters", "x" * 33))


@judges("v2.sign.needs-a-nonce")
def test_needs_a_nonce(platform: Platform) -> None:
    """A nonce_str that is absent, empty or too long is refused, though it is signed as sent; one character and 32 are enough."""

    def attempt(case: tuple[AskV2, _Nonce]) -> None:
        ask, nonce = case
        prepared = ask.prepare(platform)
        call = prepared.call.but(nonce_str=nonce.text)
        platform.v2.send(call, label=f"{ask}, {nonce.name}").is_refused_anyhow(*_MISSING, because=f"It has {nonce.name}.")
        prepared.unchanged()
        good = "a" if nonce.text is None else "Z" * 32
        platform.v2.send(prepared.call.but(nonce_str=good)).is_taken(because=f"A nonce_str may have {len(good)} characters.")

    try_all(platform, [(ask, nonce) for ask in asks(platform) for nonce in _BAD_NONCES], attempt)


@judges("v2.sign.signs-its-answers")
def test_signs_its_answers(platform: Platform) -> None:
    """Every answer with return_code SUCCESS, refusals too, is signed by the algorithm of its request."""
    tour(platform)


@judges("v2.sign.notifies-by-the-orders-algorithm")
def test_notifies_by_the_orders_algorithm(platform: Platform) -> None:
    """The payment notice of an order is signed by the algorithm the order was placed with, and says so if it says anything."""
    platform.needs("payer", "notifications")

    def attempt(case: tuple[Product, Role, SignType]) -> None:
        product, role, kind = case
        order = order_of(product, role)
        platform.v2.send(replace(platform.v2.calls.place(order), sign_type=kind)).is_accepted()
        platform.pay(order)
        sent = [delivery for delivery in platform.deliveries() if delivery.body.startswith(b"<")]
        if not sent:
            raise Violation("No payment notice in XML was sent.", expected="a notice of APIv2", got="none")
        key = platform.merchant(role).apiv2_key or ""
        for delivery in sent:
            values = v2.read_xml(delivery.body)
            named = values.get("sign_type") or kind
            if named != kind or len(values.get("sign", "")) != _DIGITS[kind] or not v2.verify(values, key, kind):
                raise Violation(
                    f"The order was signed by {kind}, and its notice is not.",
                    expected=f"a sign of {_DIGITS[kind]} digits by {kind}",
                    got=shown(delivery.body.decode("utf-8", "replace")),
                )

    products: tuple[Product, ...] = ("jsapi", "app", "h5", "native")
    try_all(platform, [(product, role, kind) for product in products for role in roles(platform) for kind in _BOTH], attempt)


@judges("v2.sign.leaves-known-operations-unsigned")
def test_hands_the_sandbox_key_out_unsigned(platform: Platform) -> None:
    """The answer that hands out the sandbox's key has no sign; nor has that of any other known operation, whenever it is asked."""

    def attempt(role: Role) -> None:
        answer = platform.v2.send(CallV2("getsignkey", role))
        if not answer.accepted:
            raise NotApplicable({"a sandbox key"})
        answer.lacks("sign", because="Its caller knows no key yet by which to verify.")

    try_all(platform, roles(platform), attempt)


@judges("v2.sign.leaves-known-operations-unsigned")
def test_notifies_of_refunds_unsigned(platform: Platform) -> None:
    """The notice of a refund has no sign: what it says is encrypted."""
    platform.needs("payer", "settle", "notifications", "time-travel", "client-certificates")

    def attempt(case: tuple[Product, Role]) -> None:
        order = order_of(*case)
        platform.v2.must_pay(order)
        platform.deliveries()
        refund = Refund(order, 1, {"notify_url": NOTIFY_URL})
        platform.v2.refund(refund).is_accepted()
        platform.settle(refund)
        notices = [delivery.body for delivery in platform.deliveries() if b"<req_info>" in delivery.body]
        if not notices:
            raise NotApplicable({"refund notices of APIv2"})
        for body in notices:
            if v2.read_xml(body).get("sign"):
                raise Violation("The notice of a refund is signed.", expected="no sign", got=shown(body.decode("utf-8", "replace")))

    try_all(platform, [(product, role) for product in ("native", "jsapi") for role in roles(platform)], attempt)
