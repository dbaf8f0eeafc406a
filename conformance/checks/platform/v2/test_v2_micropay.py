"""Payment by payment code in APIv2: what a charge needs, what it answers, and that it charges once."""

from datetime import datetime

from conformance.checks.platform.v2.asking import NO_SUCH_ORDER, order_of, roles
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.oracles.times import BEIJING
from reference.rules import judges
from strategies.cases import Role
from strategies.orders import lean

GROUP = "v2 codepay"

_BAD_INPUT = ("LACK_PARAMS", "PARAM_ERROR", "INVALID_REQUEST")
_PARTIES = ("APPID_NOT_EXIST", "MCHID_NOT_EXIST", "APPID_MCHID_NOT_MATCH", "SIGNERROR")
_NEEDED = ("appid", "mch_id", "body", "out_trade_no", "total_fee", "spbill_create_ip", "auth_code")
_BAD_TOTALS = ("", "0", "-1", "0.01", "1.0", "1e2", "one", "+1")
_BAD_CODES = ("12345678901234567", "1234567890123456789", "13456789012345678a", "091234567890123456", "161234567890123456")
_CODE_REFUSED = ("AUTH_CODE_ERROR", "AUTH_CODE_INVALID", "AUTHCODEEXPIRE", "PARAM_ERROR")


@judges("v2.micropay.answers-a-paid-code")
def test_answers_with_the_payment(platform: Platform) -> None:
    """A charge without password is answered with the whole payment, and a query shows the same."""

    def attempt(role: Role) -> None:
        order = order_of("codepay", role)
        paid = platform.v2.place(order).is_accepted()
        paid.has("trade_type", "MICROPAY").has("total_fee", str(order.total)).has("out_trade_no", order.number or "")
        paid.has("attach", order.fields["attach"]).has("device_info", order.fields["scene_info"]["device_id"])
        if paid["is_subscribe"] not in {"Y", "N"} or len(paid["time_end"]) != len("20260615120000"):
            raise Violation("The payment is not told as documented.", expected="is_subscribe Y or N, time_end", got=paid.described)
        shown = platform.v2.query(order).is_accepted().has("trade_state", "SUCCESS")
        for name in ("transaction_id", "time_end", "openid", "bank_type", "total_fee"):
            shown.has(name, paid[name], because="The answer told of the payment.")

    try_all(platform, roles(platform), attempt)


@judges("v2.micropay.needs-its-fields")
def test_needs_its_fields(platform: Platform) -> None:
    """A charge that lacks a required field, signed as sent, is refused, and there is no order."""
    platform.needs("production")

    def attempt(case: tuple[Role, str]) -> None:
        role, name = case
        order = order_of("codepay", role)
        platform.v2.place(order, members={name: None}).is_refused(*_BAD_INPUT, *_PARTIES, because=f"It has no {name}.")
        platform.v2.query(order).is_refused(*NO_SUCH_ORDER, because="The order of a refused request exists.")
        platform.v2.place(order).is_accepted()

    try_all(platform, [(role, name) for role in roles(platform) for name in _NEEDED], attempt)


@judges("v2.micropay.refuses-a-bad-total-fee")
def test_refuses_a_bad_total_fee(platform: Platform) -> None:
    """A total_fee that is no whole number of fen from 1 charges nobody; 1 does."""

    def attempt(case: tuple[Role, str]) -> None:
        role, text = case
        order = order_of("codepay", role)
        platform.v2.place(order, members={"total_fee": text}).is_refused(*_BAD_INPUT, because=f"total_fee is {text!r}.")
        platform.v2.query(order).is_refused(*NO_SUCH_ORDER, because="The order of a refused request exists.")
        platform.v2.place(lean("codepay", role, total=1)).is_accepted(because="One fen is enough.")

    try_all(platform, [(role, text) for role in roles(platform) for text in _BAD_TOTALS], attempt)


@judges("v2.micropay.refuses-a-malformed-code")
def test_refuses_a_malformed_code(platform: Platform) -> None:
    """A payment code that is none charges nobody."""
    platform.needs("production")

    def attempt(case: tuple[Role, str]) -> None:
        role, code = case
        order = order_of("codepay", role)
        platform.v2.place(order, members={"auth_code": code}).is_refused(*_CODE_REFUSED, because=f"The payment code is {code}.")
        shown = platform.v2.query(order)
        if shown.accepted and shown.get("trade_state") == "SUCCESS":
            raise Violation("Somebody was charged by a code that is none.", expected="no payment", got=shown.described)

    try_all(platform, [(role, code) for role in roles(platform) for code in _BAD_CODES], attempt)


@judges("v2.micropay.reports-a-paying-user")
def test_reports_a_paying_user(platform: Platform) -> None:
    """A payer who types the password is USERPAYING, in the answer and in a query, and has paid nothing yet."""
    platform.needs("code-plans")

    def attempt(role: Role) -> None:
        order = order_of("codepay", role)
        platform.plan_code(order, "USERPAYING")
        platform.v2.place(order).is_unknown("USERPAYING").lacks("transaction_id")
        shown = platform.v2.query(order).is_accepted(because="The order exists.").lacks("transaction_id")
        if shown["trade_state"] not in {"USERPAYING", "NOTPAY"}:
            raise Violation("The payer is still typing.", expected="trade_state USERPAYING", got=shown["trade_state"])

    try_all(platform, roles(platform), attempt)


@judges("v2.micropay.confirmation-pays-the-order")
def test_confirming_pays_the_order(platform: Platform) -> None:
    """What the payer confirms is SUCCESS for what was ordered, at that moment; what the payer declines never is."""
    platform.needs("code-plans", "payer", "time-travel")

    def attempt(role: Role) -> None:
        order = order_of("codepay", role)
        platform.plan_code(order, "USERPAYING")
        before = platform.v2.place(order).is_unknown("USERPAYING")
        platform.advance(7)
        confirmed = f"{datetime.fromtimestamp(platform.now(), BEIJING):%Y%m%d%H%M%S}"
        if platform.pay(order) is not None:
            raise Violation("The payer cannot confirm.", expected="a payment", got=before.described)
        paid = platform.v2.query(order).is_accepted().has("trade_state", "SUCCESS").has("total_fee", str(order.total))
        if paid["time_end"] < confirmed:
            raise Violation("The payment is older than its confirmation.", expected=f"time_end {confirmed}", got=paid["time_end"])
        declined = order_of("codepay", role)
        platform.plan_code(declined, "USERPAYING")
        platform.v2.place(declined).is_unknown("USERPAYING")
        platform.fail(declined)
        shown = platform.v2.query(declined).is_accepted().lacks("transaction_id")
        if shown["trade_state"] not in {"PAYERROR", "NOTPAY", "CLOSED", "REVOKED"}:
            raise Violation("The payer declined.", expected="trade_state PAYERROR", got=shown["trade_state"])

    try_all(platform, roles(platform), attempt)


@judges("v2.micropay.a-code-pays-once")
def test_a_code_pays_once(platform: Platform) -> None:
    """A code that paid an order, or waits for its password, pays no second one, and the first order stays as it is."""
    platform.needs("code-plans")

    def attempt(case: tuple[Role, str]) -> None:
        role, state = case
        first, second = order_of("codepay", role), order_of("codepay", role)
        platform.plan_code(first, "SUCCESS" if state == "SUCCESS" else "USERPAYING")
        platform.v2.place(first)
        code = platform.v2.calls.place(first).members["auth_code"]
        platform.v2.place(second, members={"auth_code": code}).is_refused(*_CODE_REFUSED, because="The payment code was used.")
        shown = platform.v2.query(second)
        if shown.accepted and shown.get("trade_state") in {"SUCCESS", "USERPAYING"}:
            raise Violation("One code paid two orders.", expected="no second payment", got=shown.described)
        platform.v2.query(first).is_accepted().has("trade_state", state)

    try_all(platform, [(role, state) for role in roles(platform) for state in ("SUCCESS", "USERPAYING")], attempt)


@judges("v2.micropay.charges-a-number-once")
def test_charges_a_number_once(platform: Platform) -> None:
    """A number that was paid is not charged again, unchanged, with a fresh code or with another amount."""
    platform.needs("production")

    def attempt(case: tuple[Role, dict[str, str]]) -> None:
        role, members = case
        order = order_of("codepay", role)
        paid = platform.v2.place(order).is_accepted()
        again = platform.v2.place(order, members=members)
        if members or not again.accepted:
            again.is_refused("ORDERPAID", "OUT_TRADE_NO_USED", because="The number was paid.")
        else:
            again.has("transaction_id", paid["transaction_id"], because="It is the same payment.")
        shown = platform.v2.query(order).is_accepted().has("trade_state", "SUCCESS").has("total_fee", str(order.total))
        shown.has("transaction_id", paid["transaction_id"], because="The number was paid once.")

    changes: list[dict[str, str]] = [{}, {"total_fee": "99"}, {"auth_code": "134567890123456789"}]
    try_all(platform, [(role, change) for role in roles(platform) for change in changes], attempt)
