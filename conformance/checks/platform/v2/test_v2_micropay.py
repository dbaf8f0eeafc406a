"""Payment by payment code in APIv2: what a charge needs, what it answers, and that it charges once."""

from conformance.checks.platform.stages import wait
from conformance.checks.platform.v2.asking import NO_SUCH_ORDER, order_of, roles
from conformance.checks.platform.v2.tills import State, charged, is_the_moment, shows, unchanged
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies.cases import Refund, Role
from strategies.orders import lean
from strategies.v2.cases import CallV2

GROUP = "v2 codepay"

_DAY = 86_400
_BAD_INPUT = ("LACK_PARAMS", "PARAM_ERROR", "INVALID_REQUEST")
_PARTIES = ("APPID_NOT_EXIST", "MCHID_NOT_EXIST", "APPID_MCHID_NOT_MATCH", "SIGNERROR")
_NEEDED = ("appid", "mch_id", "body", "out_trade_no", "total_fee", "spbill_create_ip", "auth_code")
_BAD_TOTALS = ("", "0", "-1", "0.01", "1.0", "1e2", "one", "+1")
_BAD_CODES = ("12345678901234567", "1234567890123456789", "13456789012345678a", "091234567890123456", "161234567890123456")
_GOOD_BEGINNINGS = ("10", "11", "12", "13", "14", "15")
_CODE_REFUSED = ("AUTH_CODE_ERROR", "AUTH_CODE_INVALID", "AUTHCODEEXPIRE", "PARAM_ERROR")


@judges("v2.micropay.answers-a-paid-code")
def test_answers_with_the_payment(platform: Platform) -> None:
    """A charge without password is answered with the whole payment, and a query shows the same."""

    def attempt(role: Role) -> None:
        order = order_of("codepay", role)
        paid = platform.v2.place(order).is_accepted()
        paid.has("trade_type", "MICROPAY").has("total_fee", str(order.total)).has("out_trade_no", order.number or "")
        paid.has("attach", order.fields["attach"]).has("device_info", order.fields["scene_info"]["device_id"])
        if paid["is_subscribe"] not in {"Y", "N"}:
            raise Violation("The payment is not told as documented.", expected="is_subscribe Y or N", got=paid["is_subscribe"])
        is_the_moment(platform, paid)
        shown = platform.v2.query(order).is_accepted().has("trade_state", "SUCCESS")
        for name in ("transaction_id", "time_end", "openid", "bank_type", "total_fee"):
            shown.has(name, paid[name], because="The answer told of the payment.")

    try_all(platform, roles(platform), attempt)


@judges("v2.micropay.answers-a-paid-code")
def test_a_code_whose_payer_is_known_is_charged(platform: Platform) -> None:
    """Asking whose a code is uses nothing up: it is charged afterwards, and the payment tells the same openid."""
    platform.needs("production")

    def attempt(role: Role) -> None:
        order = order_of("codepay", role)
        members = {**platform.v2.calls.sub_merchant(order), "auth_code": platform.calls.auth_code(order)}
        payer = platform.v2.send(CallV2("authcodetoopenid", role, members), label="ask whose code it is")
        paid = platform.v2.place(order).is_accepted(because="Asking whose a code is does not use it.")
        if payer.accepted:
            paid.has("openid", payer["openid"], because="The code is of the payer who was named.")

    try_all(platform, roles(platform), attempt)


@judges("v2.micropay.needs-its-fields")
def test_needs_its_fields(platform: Platform) -> None:
    """A charge that lacks a required field, signed as sent, is refused, and there is no order."""
    platform.needs("production")

    def attempt(case: tuple[Role, str]) -> None:
        role, name = case
        order = order_of("codepay", role)
        codes = (*_BAD_INPUT, *_PARTIES, *(["NOAUTH"] if name == "sub_mch_id" else []))
        platform.v2.place(order, members={name: None}).is_refused(*codes, because=f"It has no {name}.")
        platform.v2.query(order).is_refused(*NO_SUCH_ORDER, because="The order of a refused request exists.")
        platform.v2.place(order).is_accepted()

    needed = {role: (*_NEEDED, "sub_mch_id") if role == "partner" else _NEEDED for role in roles(platform)}
    try_all(platform, [(role, name) for role, names in needed.items() for name in names], attempt)


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
    """A payment code that is none charges nobody; one that begins with 10 to 15 is one."""
    platform.needs("production")

    def attempt(case: tuple[Role, str]) -> None:
        role, code = case
        order = order_of("codepay", role)
        platform.v2.place(order, members={"auth_code": code}).is_refused(*_CODE_REFUSED, because=f"The payment code is {code}.")
        shown = platform.v2.query(order)
        if shown.accepted and shown.get("trade_state") == "SUCCESS":
            raise Violation("Somebody was charged by a code that is none.", expected="no payment", got=shown.described)

    try_all(platform, [(role, code) for role in roles(platform) for code in _BAD_CODES], attempt)

    def accept(case: tuple[Role, str]) -> None:
        role, beginning = case
        code = f"{beginning}{platform.mint.auth_code()[2:]}"
        platform.v2.place(lean("codepay", role), members={"auth_code": code}).is_accepted(
            because=f"A payment code may begin with {beginning}."
        )

    try_all(platform, [(role, beginning) for role in roles(platform) for beginning in _GOOD_BEGINNINGS], accept)


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
        platform.advance(17)
        if platform.pay(order) is not None:
            raise Violation("The payer cannot confirm.", expected="a payment", got=before.described)
        paid = platform.v2.query(order).is_accepted().has("trade_state", "SUCCESS").has("total_fee", str(order.total))
        is_the_moment(platform, paid)
        platform.advance(_DAY)
        unchanged(platform, order, paid, because="A payment does not change.")
        for act in (platform.fail, platform.cancel):
            declined = order_of("codepay", role)
            platform.plan_code(declined, "USERPAYING")
            platform.v2.place(declined).is_unknown("USERPAYING")
            platform.advance(17)
            act(declined)
            for seconds in (0, _DAY):
                platform.advance(seconds)
                shows(platform, declined, "PAYERROR", "NOTPAY", "CLOSED", "REVOKED", because="The payer declined.").lacks("transaction_id")

    try_all(platform, roles(platform), attempt)


@judges("v2.micropay.a-code-pays-once")
def test_a_code_pays_once(platform: Platform) -> None:
    """A code that paid an order, or waits for its password, pays no second one of any merchant, and the first order stays as it is."""
    platform.needs("code-plans")

    def attempt(case: tuple[Role, Role, State]) -> None:
        role, other, state = case
        first = charged(platform, role, state)
        before = platform.v2.query(first).is_accepted()
        code = platform.calls.auth_code(first)
        for seconds in (0, 30):
            wait(platform, seconds)
            second = order_of("codepay", other)
            platform.v2.place(second, members={"auth_code": code}).is_refused(*_CODE_REFUSED, because="The payment code was used.")
            shown = platform.v2.query(second)
            if shown.accepted and shown.get("trade_state") in {"SUCCESS", "USERPAYING"}:
                raise Violation("One code paid two orders.", expected="no second payment", got=shown.described)
        unchanged(platform, first, before, because="Using a code again changed its order.", state=state != "USERPAYING")

    states: list[State] = ["SUCCESS", "USERPAYING"]
    states += ["REFUND", "REVOKED"] if {"client-certificates", "payer"} <= platform.capabilities else []
    everybody = [role for role in platform.roles if platform.merchant(role).apiv2_key is not None]
    try_all(platform, [(role, other, state) for role in roles(platform) for other in everybody for state in states], attempt)


@judges("v2.micropay.charges-a-number-once")
def test_charges_a_number_once(platform: Platform) -> None:
    """A number that was paid, and perhaps refunded, is not charged again, unchanged, with a fresh code or with another amount."""
    platform.needs("production")

    def attempt(case: tuple[Role, str, tuple[str, ...], int]) -> None:
        role, state, changed, later = case
        order = order_of("codepay", role)
        paid = platform.v2.place(order).is_accepted()
        if state == "REFUND":
            platform.v2.refund(Refund(order, 1)).is_accepted()
        wait(platform, later)
        changes = {"total_fee": "99", "auth_code": platform.mint.auth_code()}
        members = {name: changes[name] for name in changed}
        again = platform.v2.place(order, members=members)
        if members or not again.accepted:
            again.is_refused("ORDERPAID", "OUT_TRADE_NO_USED", because="The number was paid.")
        else:
            again.has("transaction_id", paid["transaction_id"], because="It is the same payment.")
        shown = platform.v2.query(order).is_accepted().has("trade_state", state).has("total_fee", str(order.total))
        for name in ("transaction_id", "time_end"):
            shown.has(name, paid[name], because="The number was paid once.")

    states = ("SUCCESS", "REFUND") if "client-certificates" in platform.capabilities else ("SUCCESS",)
    changes: list[tuple[str, ...]] = [(), ("total_fee",), ("auth_code",), ("total_fee", "auth_code")]
    ways = [(state, changed, later) for state in states for changed in changes for later in (0, _DAY)]
    try_all(platform, [(role, *way) for role in roles(platform) for way in ways], attempt)
