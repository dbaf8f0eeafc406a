"""How notifications arrive: where, in which form, signed, and whether they arrive at all."""

import re
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.notices import Notified, Occasion, announced, brief, echoes, judge_each, paid_out, payments, refunds
from conformance.checks.platform.refunding import apply
from conformance.checks.platform.stages import Kind, kinds
from conformance.targets.inbox import Inbox, Letter
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.oracles.message_check import Outcome, Reason
from reference.rules import judges
from strategies import orders
from strategies.cases import Order, Refund

GROUP = "notifications"

_SIGNED = "v3.notify.signs-every-delivery"
_FRESH = "v3.notify.signs-each-retry-afresh"
_PATHS = ("", "/", "/WeChat/Pay.V3", "/a-b_c~d/e.php", "/%E9%80%9A%E7%9F%A5", "/" + "x" * 150)
_DAY = 86_400


@judges("v3.notify.delivers-json-by-post")
def test_posts_json_to_the_notify_url(platform: Platform) -> None:
    """Every payment, refund and echo arrives as a JSON object in UTF-8 at exactly its notify_url, and nothing about it elsewhere."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    def judge(inbox: Inbox, notified: Notified) -> None:
        for letter in notified.letters:
            _is_json(letter)
        _is_nowhere_else(inbox, notified)

    judge_each(platform, (*brief(platform), *paid_out(platform), *echoes(platform)), judge)


@judges("v3.notify.delivers-json-by-post")
def test_posts_json_again(platform: Platform) -> None:
    """Every repetition of an unacknowledged notification is JSON at the notify_url too."""
    platform.needs("payer", "settle", "time-travel", "notifications")
    with Inbox(platform) as inbox:
        begun = [occasion.begin(inbox, 500) for occasion in brief(platform)]
        inbox.wait(90_000)
        for notified in begun:
            for letter in notified.letters:
                _is_json(letter)
            _is_nowhere_else(inbox, notified)


@judges("v3.notify.delivers-json-by-post")
def test_posts_to_the_url_as_it_was_written(platform: Platform) -> None:
    """Capitals, percent-encodings, a slash at the end and a long path of a notify_url reach the delivery unchanged."""
    platform.needs("payer", "settle", "time-travel", "notifications")
    first = {occasion.event_type: occasion for occasion in reversed(brief(platform))}
    chosen = (first["TRANSACTION.SUCCESS"], first["REFUND.SUCCESS"])

    def attempt(case: tuple[Occasion, str]) -> None:
        occasion, path = case
        with Inbox(platform) as inbox:
            notified = announced(inbox, occasion, path=path)
            _is_nowhere_else(inbox, notified)
            notified.told()

    try_all(platform, [(occasion, path) for occasion in chosen for path in _PATHS], attempt)


@judges(_SIGNED)
def test_signs_every_delivery(platform: Platform) -> None:
    """Every payment, refund and echo, at its first and its following attempts, carries a signature that holds for exactly this message."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    def attempt(occasion: Occasion) -> None:
        with Inbox(platform) as inbox:
            notified = announced(inbox, occasion, 500, 503, 200)
            inbox.wait(60)
            for letter in notified.letters:
                _is_signed(letter)

    try_all(platform, (*brief(platform), *paid_out(platform), *echoes(platform)), attempt)


@judges(_SIGNED)
@given(order=orders.full(), direct=st.booleans())
def test_signs_whatever_the_order_holds(platform: Platform, order: Order, direct: bool) -> None:  # noqa: FBT001
    """Long texts, quotes and Chinese in an order never keep the signature of its notification from holding."""
    platform.needs("payer", "time-travel", "notifications")
    placed = order if direct or "partner-merchant" not in platform.capabilities else Order(order.product, order.fields, "partner")
    with Inbox(platform) as inbox:
        address = inbox.address(placed.role)
        platform.must_pay(placed.but(notify_url=address))
        inbox.expect(address)
        for letter in inbox.at(address):
            _is_signed(letter)


@judges("v3.notify.announces-payments-and-refunds")
def test_announces_every_payment_and_every_refund(platform: Platform) -> None:
    """Whatever the product, the merchant, the outcome and what came before: what happened is delivered to its notify_url."""
    platform.needs("payer", "settle", "time-travel", "notifications")
    judge_each(platform, (*payments(platform), *refunds(platform)), lambda _inbox, notified: _is_announced(notified))


@judges("v3.notify.announces-payments-and-refunds")
@given(order=orders.any_product(), share=st.sampled_from((1, 2, 50)), outcome=st.sampled_from(("SUCCESS", "ABNORMAL", "CLOSED")))
def test_announces_whatever_the_amount(platform: Platform, order: Order, share: int, outcome: str) -> None:
    """From 1 fen to the most there is, the payment is announced, and so is the refund of the whole or a part of it."""
    platform.needs("payer", "settle", "time-travel", "notifications")
    with Inbox(platform) as inbox:
        paid = Occasion("payment", order.role, "TRANSACTION.SUCCESS", lambda _inbox, address: (_paid(platform, order, address), None))
        first = announced(inbox, paid)
        _is_announced(first)
        assert first.order is not None  # it was just placed
        refund = Refund(first.order, max(1, order.total // share))
        event = f"REFUND.{outcome}"
        back = Occasion("refund", order.role, event, lambda _inbox, address: (first.order, _refunded(platform, refund, address, outcome)))
        _is_announced(announced(inbox, back))


@judges("v3.notify.announces-only-what-happened")
def test_announces_no_payment_nobody_made(platform: Platform) -> None:
    """Placed, tried, cancelled, closed, refused or given up: as long as nobody pays no TRANSACTION.SUCCESS is delivered, for days."""
    platform.needs("payer", "time-travel", "notifications")
    with Inbox(platform) as inbox:
        begun: list[tuple[str, Order, str]] = []
        for kind in kinds(platform):
            for name, acts in _UNPAID.items():
                address = inbox.address(kind.role)
                order = kind.order(notify_url=address)
                platform.place(order).is_accepted()
                for act in acts:
                    act(platform, order)
                begun.append((f"{kind}, {name}", order, address))
        for seconds in (0, _DAY, 7 * _DAY):
            inbox.wait(seconds)
        for name, order, address in begun:
            for letter in inbox.at(address):
                if _claims_payment(letter):
                    raise Violation(
                        f"A payment is announced that nobody made: {name}.",
                        expected="no TRANSACTION.SUCCESS",
                        got=f"{letter.described}; the query says {platform.query(order).described}",
                    )


@judges("v3.notify.announces-only-what-happened")
def test_announces_no_refund_that_did_not_succeed(platform: Platform) -> None:
    """In process, bounced, closed, or refused: no REFUND.SUCCESS is delivered for a refund that the query does not call SUCCESS."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    def attempt(case: tuple[Kind, str]) -> None:
        kind, fate = case
        with Inbox(platform) as inbox:
            order = kind.order()
            platform.must_pay(order)
            address = inbox.address(kind.role)
            refund = Refund(order, 101 if fate == "refused" else 60, {"notify_url": address})
            platform.refund(refund)
            if fate in {"ABNORMAL", "CLOSED"}:
                platform.settle(refund, fate)  # type: ignore[arg-type]  # one of the two
            for seconds in (0, 60, 3 * _DAY):
                inbox.wait(seconds)
                shown = platform.query_refund(refund)
                if shown.get("status") == "SUCCESS":
                    return
                for letter in inbox.at(address):
                    if letter.event_type == "REFUND.SUCCESS" or letter.resource.get("refund_status") == "SUCCESS":
                        raise Violation("A refund is announced that did not succeed.", expected=shown.described, got=letter.described)

    products = kinds(platform, "jsapi", "native", "codepay")
    try_all(platform, [(kind, fate) for kind in products for fate in ("in process", "ABNORMAL", "CLOSED", "refused")], attempt)


@judges("v3.notify.announces-only-what-happened")
def test_announces_success_only_as_success(platform: Platform) -> None:
    """What a TRANSACTION.SUCCESS holds is an order in SUCCESS, at the first attempt and at a later one."""
    platform.needs("payer", "time-travel", "notifications")

    def attempt(occasion: Occasion) -> None:
        with Inbox(platform) as inbox:
            notified = announced(inbox, occasion, 500, 500, 200)
            inbox.wait(120)
            for letter in notified.told():
                state = letter.resource.get("trade_state")
                if state != "SUCCESS":
                    raise Violation(
                        "A payment notification holds an order that is not paid.", expected="trade_state SUCCESS", got=f"{state!r}"
                    )

    try_all(platform, payments(platform), attempt)


@judges("v3.notify.announces-only-what-happened")
def test_announces_the_payment_as_it_was(platform: Platform) -> None:
    """An order refunded, in part or in full, before its payment is even delivered is told of as paid all the same."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    def attempt(case: tuple[Kind, int]) -> None:
        kind, part = case
        with Inbox(platform) as inbox:
            address = inbox.address(kind.role)
            order = kind.order(notify_url=address)
            platform.must_pay(order)
            apply(platform, Refund(order, part), outcome="SUCCESS")
            inbox.expect(address)
            for letter in inbox.at(address):
                state = letter.resource.get("trade_state")
                if letter.event_type == "TRANSACTION.SUCCESS" and state != "SUCCESS":
                    raise Violation("A payment notification tells of what came later.", expected="trade_state SUCCESS", got=f"{state!r}")

    try_all(platform, [(kind, part) for kind in kinds(platform, "jsapi", "native") for part in (1, 100)], attempt)


_UNPAID: dict[str, tuple[Callable[[Platform, Order], object], ...]] = {
    "left alone": (),
    "tried": (Platform.fail, Platform.cancel),
    "closed": (Platform.close,),
    "tried and closed": (Platform.fail, Platform.close),
    "ordered again, and otherwise": (Platform.place, lambda platform, order: platform.place(order.but(description="otherwise"))),
    "paid after closing": (Platform.close, Platform.pay),
}


def _is_json(letter: Letter) -> None:
    kind, _, parameters = (letter.header("Content-Type") or "").partition(";")
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", parameters, re.IGNORECASE)
    if kind.strip().lower() != "application/json" or (charset is not None and charset[1].lower() not in {"utf-8", "utf8"}):
        raise Violation(
            "A notification does not say that it is JSON.",
            expected="Content-Type application/json",
            got=f"{letter.header('Content-Type')!r}",
        )
    assert isinstance(letter.envelope, dict)  # anything else raised Violation


def _is_nowhere_else(inbox: Inbox, notified: Notified) -> None:
    for letter in inbox.about(notified.number):
        # An order's number is also in the notifications of its refunds, which have addresses of their own.
        if letter.event_type == notified.event_type and letter.delivery.url != notified.address:
            raise Violation("A notification went to another address than its notify_url.", expected=notified.address, got=letter.described)


def _is_signed(letter: Letter) -> None:
    verdict = letter.verdict
    if verdict.outcome is Outcome.REFUSED:
        raise Violation(
            f"A notification cannot be believed: {verdict.sentence}",
            expected="a signature of the platform over exactly this message, now",
            got=letter.described,
            rule=_FRESH if verdict.reason is Reason.STALE else _SIGNED,
        )


def _is_announced(notified: Notified) -> None:
    state = notified.event_type.partition(".")[2]
    if not any(
        letter.event_type == notified.event_type or state in {letter.resource.get("trade_state"), letter.resource.get("refund_status")}
        for letter in notified.letters
    ):
        raise Violation(
            "What happened was never announced.",
            expected=f"a {notified.event_type} at the notify_url",
            got=", ".join(str(letter.event_type) for letter in notified.letters) or "nothing",
        )


def _claims_payment(letter: Letter) -> bool:
    return letter.event_type == "TRANSACTION.SUCCESS" or letter.resource.get("trade_state") == "SUCCESS"


def _paid(platform: Platform, order: Order, address: str) -> Order:
    addressed = order.but(notify_url=address)
    platform.must_pay(addressed)
    return addressed


def _refunded(platform: Platform, refund: Refund, address: str, outcome: str) -> Refund:
    addressed = refund.but(notify_url=address)
    platform.refund(addressed).is_accepted()
    platform.settle(addressed, outcome)  # type: ignore[arg-type]  # one of the three
    return addressed
