"""The sandbox of APIv2: the cases it plays, and what it does not offer."""

from dataclasses import replace

from conformance.checks.platform.v2.asking import NO_SUCH_ORDER, roles
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Inconclusive, Violation
from reference.oracles.v2 import SignType
from reference.platform.v2.deviations import CASE_HEADER, CASES, COUPONS
from reference.rules import judges
from strategies.cases import Call, Order, Product, Role
from strategies.orders import lean

GROUP = "v2 sandbox"

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
    "getsignkey": "/sandboxnew/pay/getsignkey",
    "micropay": "/sandboxnew/pay/micropay",
    "orderquery": "/sandboxnew/pay/orderquery",
    "unifiedorder": "/sandboxnew/pay/unifiedorder",
    "closeorder": "/sandboxnew/pay/closeorder",
}


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

    try_all(platform, [(role, total) for total in COUPONS for role in roles(platform)], attempt)


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

    def attempt(case: tuple[str, str, Role]) -> None:
        operation, path, role = case
        order = lean("codepay", role, total=1)
        platform.sandbox.place(order).is_accepted()
        fields = {"out_trade_no": platform.mint.number() if operation == "unifiedorder" else order.number or ""}
        if operation == "unifiedorder":
            call = platform.sandbox.calls.place(lean("native", role, total=1))
            fields |= {name: value for name, value in call.members.items() if value is not None and name != "out_trade_no"}
        if operation == "refund":
            fields |= {"out_refund_no": platform.mint.number(), "total_fee": "1", "refund_fee": "1"}
        _is_not_done(platform.sandbox.send_elsewhere(operation, path, fields, role=role))
        platform.sandbox.query(order).is_accepted().has("trade_state", "SUCCESS")

    try_all(platform, [(operation, path, role) for operation, path in _ABSENT for role in roles(platform)], attempt)


@judges("v2.sandbox.offers-code-payments-only")
def test_the_old_sandboxes_are_gone(platform: Platform) -> None:
    """The sandbox of former years, and one of APIv3, do nothing."""
    platform.needs("production", "apiv3")
    platform.observing = False  # any way to refuse will do

    def attempt(case: tuple[str, bool]) -> None:
        operation, sandbox_key = case
        members: dict[str, str] = {}
        if operation != "getsignkey":
            calls, order = platform.sandbox.calls, lean("native" if operation == "unifiedorder" else "codepay", total=1)
            call = calls.place(order) if operation in {"micropay", "unifiedorder"} else calls.query(order)
            if call.operation == "orderquery":
                platform.sandbox.place(order).is_accepted()
            members = {name: value for name, value in call.members.items() if value is not None}
        _is_not_done(platform.sandbox.send_elsewhere(operation, _RETIRED[operation], members, sandbox_key=sandbox_key))

    try_all(platform, [(operation, whose) for operation in _RETIRED for whose in (True, False)], attempt)
    for product in _NO_V3:
        body = platform.calls.place(lean(product)).body
        answer = platform.send(Call(f"{product}_create", body=body, path=f"/v3/sandboxnew/pay/transactions/{product}"))
        if answer.status < 300:
            raise Violation("There is no sandbox of APIv3.", expected="404, or a refusal", got=answer.described)


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
