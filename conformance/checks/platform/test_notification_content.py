"""What notifications say: the envelope around them, and the order or refund sealed inside."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.notices import Notified, Occasion, announced, brief, echoes, judge_each, paid_out, payments, refunds
from conformance.checks.platform.refunding import apply
from conformance.checks.platform.stages import Kind, kinds
from conformance.targets.answer import Answer
from conformance.targets.inbox import Inbox, Letter
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.contract import Problem, problems
from reference.oracles import money, times
from reference.rules import judges
from strategies import orders
from strategies.cases import Order, Refund, Role

GROUP = "notifications"

_COMPLETE = "v3.notify.envelope-is-complete"
_DESCRIBED = "v3.notify.envelope-says-what-it-holds"
_EVENT = "v3.notify.names-the-event"
_SUMMARISING = frozenset({("summary",), ("resource", "original_type")})
_TELLING = 2_084_937_561
"""An amount in fen that no other number of a message is."""
_SLACK = 300
"""Seconds by which create_time may miss the event or the delivery, for clocks that are not one."""


@judges(_COMPLETE)
def test_puts_every_notification_into_a_complete_envelope(platform: Platform) -> None:
    """The envelope of every payment, refund and echo, of repetitions too, has the members and lengths agreed, made when it says."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    def attempt(occasion: Occasion) -> None:
        with Inbox(platform) as inbox:
            notified = announced(inbox, occasion, 500, 500, 500, 200)
            inbox.wait(300)
            for letter in notified.letters:
                for problem in _problems_of(platform, letter, notified.role):
                    if problem.pointer not in _SUMMARISING and problem.pointer != ("event_type",):
                        raise Violation(
                            f"{'.'.join(map(str, problem.pointer))} {problem.issue}.", expected="as agreed", got=letter.described
                        )
                _nonce_has_twelve_bytes(letter)
                _is_of_its_time(letter, notified.at)

    try_all(platform, (*brief(platform), *paid_out(platform), *echoes(platform)), attempt)


@judges(_DESCRIBED)
def test_says_on_the_envelope_what_it_holds(platform: Platform) -> None:
    """Every envelope has a summary of 1 to 64 characters and the original type: transaction for payments, refund for refunds."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    def judge(_inbox: Inbox, notified: Notified) -> None:
        for letter in notified.letters:
            summary, sealed = letter.envelope.get("summary"), letter.envelope.get("resource")
            kind = sealed.get("original_type") if isinstance(sealed, dict) else None
            if not isinstance(summary, str) or not 1 <= len(summary) <= 64:
                raise Violation("The envelope has no summary.", expected="1 to 64 characters", got=repr(summary))
            expected = _ORIGINAL_TYPES.get(notified.event_type.partition(".")[0])
            if not isinstance(kind, str) or not kind or kind != (expected or kind):
                raise Violation("The envelope does not say what it holds.", expected=f"original_type {expected}", got=repr(kind))

    judge_each(platform, (*brief(platform), *paid_out(platform), *echoes(platform)), judge)


@judges(_EVENT)
def test_names_the_event(platform: Platform) -> None:
    """event_type says what happened: a payment, an echo, or a refund of the state in which the query shows it."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    def judge(inbox: Inbox, notified: Notified) -> None:
        inbox.wait(60)
        if notified.letters:
            _is_called(notified.letters[-1], notified.event_type)
        for letter in notified.letters[:-1]:
            _is_called(letter, notified.event_type, "REFUND.ABNORMAL" if notified.refund else notified.event_type)

    judge_each(platform, (*brief(platform), *paid_out(platform), *echoes(platform)), judge)


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


_ORIGINAL_TYPES = {"TRANSACTION": "transaction", "REFUND": "refund"}
_REFUND_NUMBERS = ("transaction_id", "out_trade_no", "refund_id", "out_refund_no")
_SECRET = ("transaction_id", "out_trade_no", "out_refund_no", "refund_id", "attach")


def _problems_of(platform: Platform, letter: Letter, role: Role) -> tuple[Problem, ...]:
    event = letter.event_type
    mode: Literal["direct", "partner"] = "partner" if role == "partner" else "direct"
    known = any(webhook.event_type == event for webhook in platform.contract.webhooks.values())
    webhook = platform.contract.webhook(event if known else "TRANSACTION.SUCCESS", mode)
    return problems(webhook.envelope, letter.envelope)


def _nonce_has_twelve_bytes(letter: Letter) -> None:
    nonce = letter.envelope["resource"]["nonce"]
    if len(nonce.encode()) != 12:
        raise Violation("resource.nonce has not 12 bytes.", expected="12 bytes", got=f"{nonce!r}")


def _is_of_its_time(letter: Letter, happened: int) -> None:
    made = times.parse_rfc3339(letter.envelope["create_time"]).timestamp()
    # A letter about an earlier event of the same refund may have come before; only the later end holds for all.
    if made > letter.delivery.at + _SLACK or (letter.delivery.at >= happened and made < happened - _SLACK):
        raise Violation(
            "create_time is not when the notification was made.",
            expected=f"between {times.format_rfc3339(happened)} and {times.format_rfc3339(letter.delivery.at)}",
            got=str(letter.envelope["create_time"]),
        )


def _is_called(letter: Letter, *event_types: str) -> None:
    if letter.event_type not in event_types:
        raise Violation("The event is not called what it is.", expected=f"event_type {event_types[0]}", got=f"{letter.event_type!r}")


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
