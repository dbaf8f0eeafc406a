"""Orders of APIv2: what they need, what they hand out, how they are shown and closed."""

from dataclasses import dataclass

from conformance.checks.platform.stages import wait
from conformance.checks.platform.v2.asking import NO_SUCH_ORDER, order_of, roles
from conformance.checks.platform.v2.tills import FIVE_MINUTES, HANDLES, cannot_be_paid, is_the_moment, unchanged
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies.cases import Order, Product, Refund, Role
from strategies.orders import PREPAID, lean

GROUP = "v2 orders"

_BAD_INPUT = ("LACK_PARAMS", "PARAM_ERROR", "INVALID_REQUEST")
_PARTIES = ("APPID_NOT_EXIST", "MCHID_NOT_EXIST", "APPID_MCHID_NOT_MATCH", "SIGNERROR")
_NEEDED = ("appid", "mch_id", "body", "out_trade_no", "total_fee", "spbill_create_ip", "notify_url", "trade_type")
_BAD_TOTALS = ("", "0", "-1", "0.01", "1.0", "1e2", "one", "+1", " 1", "1 ", "1,000", "0x10", "NaN")


@dataclass(frozen=True, slots=True)
class _Wrong:
    """An order with members that make it wrong."""

    product: Product
    role: Role
    members: dict[str, str | None]

    def __str__(self) -> str:
        told = ", ".join(f"no {name}" if value is None else f"{name} {value!r}" for name, value in self.members.items())
        return f"{self.product} of a {self.role}: {told}"


@judges("v2.order.hands-out-what-pays")
def test_hands_out_what_pays(platform: Platform) -> None:
    """A valid order is answered with its trade_type, a prepay_id and the link it is paid through; paying takes exactly total_fee."""
    platform.needs("payer")

    def attempt(case: tuple[Product, Role]) -> None:
        order = order_of(*case)
        answer = platform.v2.place(order).is_accepted()
        answer.has("trade_type", platform.v2.calls.place(order).members["trade_type"] or "")
        longest = 64
        if len(answer["prepay_id"]) > longest:
            raise Violation("The prepay_id is too long.", expected=f"at most {longest} characters", got=answer["prepay_id"])
        name = {"native": "code_url", "h5": "mweb_url"}.get(order.product, "prepay_id")
        refused = platform.pay(order, answer[name])
        if refused is not None:
            raise Violation(f"Nobody can pay through the {name} handed out.", expected="a payment", got=f"refused: {refused}")
        platform.v2.query(order).is_accepted().has("trade_state", "SUCCESS").has("total_fee", str(order.total))

    try_all(platform, [(product, role) for product in PREPAID for role in roles(platform)], attempt)


@judges("v2.order.needs-its-fields")
def test_needs_its_fields(platform: Platform) -> None:
    """An order that lacks a required field, signed as sent, is refused without a handle, and no order exists."""
    needed = {role: (*_NEEDED, "sub_mch_id") if role == "partner" else _NEEDED for role in roles(platform)}
    cases = [_Wrong(product, role, {name: None}) for product in PREPAID for role, names in needed.items() for name in names]

    def attempt(case: _Wrong) -> None:
        _is_refused(platform, case, *_BAD_INPUT, *_PARTIES, *(["NOAUTH"] if "sub_mch_id" in case.members else []))

    try_all(platform, cases, attempt)


@judges("v2.order.trade-type-decides-the-fields")
def test_trade_type_decides_the_fields(platform: Platform) -> None:
    """JSAPI needs an openid and NATIVE a product_id; a trade_type that is none is refused."""
    unknown = [{"trade_type": name} for name in ("jsapi", "native", "MICROPAY", "H5", "FREE")]
    cases = [_Wrong("app", role, dict(members)) for role in roles(platform) for members in unknown]
    cases += [_Wrong("jsapi", role, {"openid": None}) for role in roles(platform)]
    cases += [_Wrong("native", role, {"product_id": None}) for role in roles(platform)]
    try_all(platform, cases, lambda case: _is_refused(platform, case))


@judges("v2.order.refuses-a-bad-total-fee")
def test_refuses_a_bad_total_fee(platform: Platform) -> None:
    """A total_fee that is no whole number of fen from 1 is refused and orders nothing; 1 is accepted."""
    cases = [_Wrong(product, role, {"total_fee": text}) for product in PREPAID for role in roles(platform) for text in _BAD_TOTALS]
    try_all(platform, cases, lambda case: _is_refused(platform, case, *_BAD_INPUT))
    for product in PREPAID:
        platform.v2.place(lean(product, total=1)).is_accepted(because="One fen is enough.")


@judges("v2.order.refuses-changed-parameters")
def test_refuses_changed_parameters(platform: Platform) -> None:
    """A number that waits for payment is not ordered again with another amount, text, payer or type; the first order is paid as ordered."""
    platform.needs("payer")

    def attempt(case: tuple[Product, Role, dict[str, str]]) -> None:
        product, role, members = case
        order = order_of(product, role)
        platform.v2.place(order).is_accepted()
        # An openid nobody has may be refused for its own sake.
        codes = ("OUT_TRADE_NO_USED", "INVALID_REQUEST", *(["PARAM_ERROR"] if "openid" in members else []))
        answer = platform.v2.place(order, members=members).is_refused(*codes)
        answer.lacks(*HANDLES, because="The order was refused.")
        _must_be_payable(platform, order)

    changes: list[dict[str, str]] = [{"total_fee": "99"}, {"total_fee": "101"}, {"body": "another"}]
    cases = [(product, role, change) for product in PREPAID for role in roles(platform) for change in changes]
    cases += [("jsapi", role, {"openid": f"{platform.merchant(role).openid[:-4]}wxyz"}) for role in roles(platform)]
    types: tuple[tuple[Product, str], ...] = (("app", "MWEB"), ("h5", "APP"), ("native", "APP"), ("jsapi", "MWEB"))
    cases += [(product, role, {"trade_type": other}) for product, other in types for role in roles(platform)]
    cases += [(product, role, {"trade_type": "NATIVE", "product_id": "P1"}) for product in ("app", "jsapi") for role in roles(platform)]
    try_all(platform, cases, attempt)


@judges("v2.order.refuses-a-finished-number")
def test_refuses_a_finished_number(platform: Platform) -> None:
    """The number of a paid, a refunded or a closed order is not ordered again, unchanged or changed, and that order stays as it is."""
    platform.needs("payer")

    def attempt(case: tuple[Product, Role, str]) -> None:
        product, role, state = case
        order = order_of(product, role)
        platform.v2.place(order).is_accepted()
        if state == "CLOSED":
            wait(platform, FIVE_MINUTES)
            platform.v2.close(order).is_accepted()
        else:
            platform.pay(order)
        if state == "REFUND":
            platform.v2.refund(Refund(order, 1)).is_accepted()
        before = platform.v2.query(order).is_accepted().has("trade_state", state)
        code = "ORDERCLOSED" if state == "CLOSED" else "ORDERPAID"
        for members in ({}, {"total_fee": "99"}, {"body": "another"}):
            answer = platform.v2.place(order, members=members).is_refused(code, "OUT_TRADE_NO_USED", "INVALID_REQUEST")
            answer.lacks(*HANDLES, because="The order was refused.")
        unchanged(platform, order, before, because="Ordering again changed an order that was finished.")

    states = ("SUCCESS", "REFUND", "CLOSED") if "client-certificates" in platform.capabilities else ("SUCCESS", "CLOSED")
    every = [(product, role, state) for product in PREPAID for role in roles(platform) for state in states]
    try_all(platform, every, attempt)


@judges("v2.query.says-that-there-is-no-order")
def test_says_that_there_is_no_order(platform: Platform) -> None:
    """A number under which nothing was ordered is ORDERNOTEXIST, and asking for it orders nothing."""

    def attempt(role: Role) -> None:
        order = order_of("native", role)
        for _ in range(2):
            platform.v2.query(order).is_refused(*NO_SUCH_ORDER).lacks("trade_state", "transaction_id")
        platform.v2.place(order).is_accepted(because="Asking for a number does not use it up.")

    try_all(platform, roles(platform), attempt)


@judges("v2.query.shows-a-payment-only-when-paid")
def test_shows_a_payment_only_when_paid(platform: Platform) -> None:
    """A query tells of the payment once there is one, of the moment it was made, always the same, and of none before."""
    platform.needs("payer")

    def attempt(case: tuple[Product, Role]) -> None:
        order = order_of(*case)
        platform.v2.place(order).is_accepted()
        platform.v2.query(order).is_accepted().has("trade_state", "NOTPAY").lacks("transaction_id", "time_end")
        wait(platform, 60)
        platform.pay(order)
        first = _paid(platform, platform.v2.query(order), order, "SUCCESS")
        is_the_moment(platform, first)
        wait(platform, 3600)
        again = [_paid(platform, platform.v2.query_by_id(order, first["transaction_id"]), order, "SUCCESS")]
        if "client-certificates" in platform.capabilities:
            platform.v2.refund(Refund(order, 1)).is_accepted()
            again.append(_paid(platform, platform.v2.query(order), order, "REFUND"))
        for answer in again:
            for name in ("transaction_id", "time_end", "openid", "bank_type", "trade_type"):
                answer.has(name, first[name], because="A payment does not change.")
        closed = order_of(*case)
        platform.v2.place(closed).is_accepted()
        wait(platform, FIVE_MINUTES)
        platform.v2.close(closed).is_accepted()
        platform.v2.query(closed).is_accepted().has("trade_state", "CLOSED").lacks("transaction_id", "time_end")

    try_all(platform, [(product, role) for product in PREPAID for role in roles(platform)], attempt)


@judges("v2.close.ends-an-unpaid-order")
def test_closing_ends_an_unpaid_order(platform: Platform) -> None:
    """A closed order is CLOSED and cannot be paid through what it handed out."""
    platform.needs("payer")

    def attempt(case: tuple[Product, Role]) -> None:
        order = order_of(*case)
        handed = platform.v2.place(order).is_accepted()
        wait(platform, FIVE_MINUTES)
        platform.v2.close(order).is_accepted()
        platform.v2.query(order).is_accepted().has("trade_state", "CLOSED")
        handles = [handed[name] for name in HANDLES if handed.get(name)]
        cannot_be_paid(platform, order, [*handles, None], because="A closed order was paid.")
        platform.v2.query(order).is_accepted().has("trade_state", "CLOSED")

    try_all(platform, [(product, role) for product in PREPAID for role in roles(platform)], attempt)


@judges("v2.close.refuses-a-paid-order")
def test_closing_refuses_a_paid_order(platform: Platform) -> None:
    """A paid order, refunded or not, is ORDERPAID to whoever closes it, and stays as it is."""
    platform.needs("payer")

    def attempt(case: tuple[Product, Role, str]) -> None:
        product, role, state = case
        order = order_of(product, role)
        platform.v2.must_pay(order)
        if state == "REFUND":
            platform.v2.refund(Refund(order, 1)).is_accepted()
        before = platform.v2.query(order).is_accepted().has("trade_state", state)
        for seconds in (0, FIVE_MINUTES):
            wait(platform, seconds)
            platform.v2.close(order).is_refused("ORDERPAID", *(["TRADE_STATE_ERROR"] if state == "REFUND" else []))
            unchanged(platform, order, before, because="A close that was refused changed the order.")

    states = ("SUCCESS", "REFUND") if "client-certificates" in platform.capabilities else ("SUCCESS",)
    try_all(platform, [(product, role, state) for product in PREPAID for role in roles(platform) for state in states], attempt)


@judges("v2.close.answers-for-what-is-not-open")
def test_closing_answers_for_what_is_not_open(platform: Platform) -> None:
    """Closing twice is a success or ORDERCLOSED; closing a number never ordered is ORDERNOTEXIST and orders nothing."""

    def attempt(case: tuple[Product, Role]) -> None:
        order = order_of(*case)
        platform.v2.close(order).is_refused(*NO_SUCH_ORDER)
        platform.v2.query(order).is_refused(*NO_SUCH_ORDER)
        platform.v2.place(order).is_accepted()
        wait(platform, FIVE_MINUTES)
        platform.v2.close(order).is_accepted()
        again = platform.v2.close(order)
        if not again.accepted:
            again.is_refused("ORDERCLOSED")
        platform.v2.query(order).is_accepted().has("trade_state", "CLOSED")

    try_all(platform, [(product, role) for product in PREPAID for role in roles(platform)], attempt)


def _is_refused(platform: Platform, case: _Wrong, *codes: str) -> None:
    """The order is refused without a handle and leaves nothing; without what is wrong it is accepted."""
    order = order_of(case.product, case.role)
    platform.v2.place(order, members=case.members).is_refused(*codes, because=f"{case}.").lacks(*HANDLES)
    platform.v2.query(order).is_refused(*NO_SUCH_ORDER, because="The order of a refused request exists.")
    platform.v2.place(order).is_accepted()


def _must_be_payable(platform: Platform, order: Order) -> None:
    refused = platform.pay(order)
    if refused is not None:
        raise Violation("The order cannot be paid any more.", expected="a payment", got=f"refused: {refused}")
    platform.v2.query(order).is_accepted().has("trade_state", "SUCCESS").has("total_fee", str(order.total))


def _paid(platform: Platform, answer: AnswerV2, order: Order, state: str) -> AnswerV2:
    """The answer tells of the payment of *order*, which is in *state*."""
    answer.is_accepted().has("trade_state", state).has("total_fee", str(order.total)).has("out_trade_no", order.number or "")
    answer.has("attach", order.fields["attach"])
    for name, value in platform.v2.calls.place(order).members.items():
        if name in {"openid", "trade_type"} and value:
            answer.has(name, value, because="It was ordered so.")
    for name in ("transaction_id", "openid", "trade_type", "bank_type", "time_end"):
        answer.has(name, answer[name])
    return answer
