"""What notifications say of the order or refund sealed inside, and what they show outside."""

from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.notices import Notified, Occasion, announced, brief, judge_each, payments, refunds
from conformance.checks.platform.refunding import apply
from conformance.checks.platform.stages import Kind, kinds
from conformance.targets.answer import Answer
from conformance.targets.inbox import Inbox, Letter
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.oracles import money, times
from reference.rules import judges
from strategies import orders
from strategies.cases import Order, Refund, Role

GROUP = "notifications"

_TELLING = 2_084_937_561
"""An amount in fen that no other number of a message is."""


@judges("v3.notify.never-delivers-in-the-clear")
def test_keeps_order_data_out_of_the_clear(platform: Platform) -> None:
    """Outside the ciphertext, in headers and envelope, no delivery shows a number, payer or amount of its event, however often it comes."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    def attempt(kind: Kind) -> None:
        with Inbox(platform) as inbox:
            order = kind.order(_TELLING, notify_url=inbox.address(kind.role, 500, None, 404, 500, 200), attach="confidential-attach")
            platform.must_pay(order)
            paid = platform.query(order).is_accepted()
            inbox.wait(3_600)
            address = inbox.address(kind.role, 500, None, 404, 500, 200)
            refund = Refund(order, _TELLING - 1, {"notify_url": address})
            refunded = apply(platform, refund, outcome="SUCCESS")
            inbox.wait(3_600)
            told = {*_secrets(paid), *_secrets(refunded)}
            for letter in (*inbox.at(order.fields["notify_url"]), *inbox.at(address)):
                _hides(letter, told)

    try_all(platform, kinds(platform), attempt)


@judges("v3.notify.tells-the-same-as-the-query")
def test_tells_of_a_payment_what_the_query_tells(platform: Platform) -> None:
    """The notification of every payment names the ids, numbers, amounts and time of the query made right after it."""
    platform.needs("payer", "time-travel", "notifications")
    judge_each(platform, payments(platform), lambda _inbox, notified: _tells_the_payment(platform, notified))


@judges("v3.notify.tells-the-same-as-the-query")
@given(order=orders.full(), direct=st.booleans())
def test_tells_the_same_of_any_order(platform: Platform, order: Order, direct: bool) -> None:  # noqa: FBT001
    """Whatever an order holds, its notification and its query agree."""
    platform.needs("payer", "time-travel", "notifications")
    role: Role = "merchant" if direct or "partner-merchant" not in platform.capabilities else "partner"

    def happen(inbox: Inbox, address: str) -> tuple[Order, None]:
        placed = Order(order.product, {**order.fields, "notify_url": address}, role)
        inbox.platform.must_pay(placed)
        return placed, None

    with Inbox(platform) as inbox:
        _tells_the_payment(platform, announced(inbox, Occasion("payment", role, "TRANSACTION.SUCCESS", happen)))


@judges("v3.notify.tells-the-same-as-the-query")
def test_tells_of_each_of_many_its_own(platform: Platform) -> None:
    """Payments and refunds of both merchants, all pending at once and repeated together, are each told as they are queried."""
    platform.needs("payer", "settle", "time-travel", "notifications")
    with Inbox(platform) as inbox:
        begun = [occasion.begin(inbox, 500, 500, 200) for occasion in brief(platform)]
        inbox.wait(120)
        for notified in begun:
            (_tells_the_payment if notified.refund is None else _tells_the_refund)(platform, notified)


@judges("v3.notify.tells-the-same-as-the-query")
def test_tells_of_a_refund_what_the_query_tells(platform: Platform) -> None:
    """The notification of every refund names the merchants, the order's and its own numbers, the amounts and time of the query."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    judge_each(platform, refunds(platform), lambda _inbox, notified: _tells_the_refund(platform, notified))


@judges("v3.notify.refund-notice-carries-refund-status")
def test_tells_the_state_of_a_refund(platform: Platform) -> None:
    """refund_status is the state the query shows and the event names, and only a success has a success_time."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    def judge(_inbox: Inbox, notified: Notified) -> None:
        status = notified.query(platform)["status"]
        for letter in notified.told()[-1:]:
            told = letter.resource.get("refund_status")
            if told != status:
                raise Violation("The notification of a refund tells another state.", expected=f"refund_status {status}", got=repr(told))
            if status == "SUCCESS" and not letter.resource.get("success_time"):
                raise Violation("A refund notified as SUCCESS has no success_time.", expected="success_time", got="none")
        for letter in notified.letters:
            named = str(letter.event_type).partition(".")[2]
            if letter.resource.get("refund_status") != named:
                raise Violation(
                    "Event and content tell of different states.", expected=named, got=f"{letter.resource.get('refund_status')!r}"
                )

    judge_each(platform, refunds(platform), judge)


_REFUND_NUMBERS = ("transaction_id", "out_trade_no", "refund_id", "out_refund_no")
_SECRET = ("transaction_id", "out_trade_no", "out_refund_no", "refund_id", "attach")


def _secrets(answer: Answer) -> Iterator[str]:
    for name in _SECRET:
        if answer.get(name):
            yield str(answer[name])
    payer = answer.get("payer")
    if isinstance(payer, dict):
        yield from (str(value) for value in payer.values() if value)
    amount = answer.get("amount")
    if isinstance(amount, dict):
        for value in amount.values():
            if isinstance(value, int) and value > 1_000_000:
                yield from (str(value), money.to_yuan(value))


def _hides(letter: Letter, told: set[str]) -> None:
    sealed = letter.envelope.get("resource")
    ciphertext = str(sealed.get("ciphertext")) if isinstance(sealed, dict) else ""
    headers = " ".join(f"{name} {value}" for name, value in letter.delivery.headers if name.lower() != "wechatpay-signature")
    clear = letter.delivery.body.decode("utf-8", "replace").replace(ciphertext, "") + headers
    shown = sorted(secret for secret in told if secret in clear)
    if shown:
        raise Violation("A notification shows in the clear what must be sealed.", expected="ciphertext only", got=f"{shown[0]} in {clear}")


def _tells_the_payment(platform: Platform, notified: Notified) -> None:
    shown = notified.query(platform)
    assert notified.order is not None  # a payment has one
    expected = _of_merchants(platform, notified.role, notified.order)
    prefix = "sp_" if notified.role == "partner" else ""
    expected |= {f"{prefix}appid": platform.merchant(notified.role).appid}
    expected |= {name: shown[name] for name in ("out_trade_no", "transaction_id", "trade_state", "trade_type")}
    expected |= {name: shown[name] for name in ("attach", "bank_type", "payer", "sub_appid") if shown.get(name)}
    for letter in notified.told():
        _agrees(letter, expected | _amounts(shown, "total", "payer_total"), shown)


def _tells_the_refund(platform: Platform, notified: Notified) -> None:
    shown = notified.query(platform)
    expected = _of_merchants(platform, notified.role, notified.order) | {name: shown[name] for name in _REFUND_NUMBERS}
    expected |= {name: shown[name] for name in ("user_received_account",) if shown.get(name)}
    for letter in notified.told():
        _agrees(letter, expected | _amounts(shown, "total", "refund", "payer_total", "payer_refund"), shown)


def _of_merchants(platform: Platform, role: Role, order: Order | None) -> dict[str, Any]:
    merchant = platform.merchant(role)
    if role != "partner":
        return {"mchid": merchant.mchid}
    assert order is not None  # a sub-merchant's
    return {"sp_mchid": merchant.mchid, "sub_mchid": merchant.sub_mchids[order.sub]}


def _amounts(shown: Answer, *names: str) -> dict[str, Any]:
    return {f"amount.{name}": shown[f"amount.{name}"] for name in names if shown.get(f"amount.{name}") is not None}


def _agrees(letter: Letter, expected: Mapping[str, Any], shown: Answer) -> None:
    for name, value in {**expected, **_currencies(letter, shown)}.items():
        told = _member(letter.resource, name)
        if told != value or type(told) is not type(value):
            raise Violation("The notification tells something else than the query.", expected=f"{name} {value!r}", got=f"{name} {told!r}")
    if shown.get("success_time"):
        told = letter.resource.get("success_time")
        if _moment(told) != _moment(shown["success_time"]):
            raise Violation("Notification and query name different times.", expected=str(shown["success_time"]), got=repr(told))


def _currencies(letter: Letter, shown: Answer) -> dict[str, Any]:
    names = ("amount.currency", "amount.payer_currency")
    return {name: shown[name] for name in names if shown.get(name) and _member(letter.resource, name)}


def _member(value: Any, name: str) -> Any:
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _moment(text: Any) -> float | None:
    try:
        return times.parse_rfc3339(text).timestamp()
    except (times.TimeError, TypeError):
        return None
