"""What APIv2 notifies of a payment, and that a query says the same."""

import re

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.refunding import settle
from conformance.checks.platform.v2.notices import Paid, arrived, is_signed, paid, payers
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.v2.calls import TRADE_TYPES
from conformance.targets.v2.inbox import InboxV2, LetterV2
from conformance.targets.verdicts import Violation
from reference.identity import Merchant
from reference.oracles.v2 import SignType
from reference.platform import Delivery
from reference.rules import judges
from strategies.cases import Order, Product, Refund, Role
from strategies.orders import PREPAID
from strategies.refunds import Outcome
from strategies.text import texts

GROUP = "v2 notices"

_NEEDED = ("nonce_str", "sign", "openid", "is_subscribe", "bank_type", "cash_fee", "transaction_id", "time_end")
_SAID = ("transaction_id", "out_trade_no", "mch_id", "appid", "openid", "total_fee", "cash_fee", "time_end", "attach", "trade_type")
_MOMENT = re.compile(r"[0-9]{14}")
_PATHS = ("", "/", "/WeChat/Pay.V2", "/a-b_c~d/e.php", "/" + "x" * 100)
_ATTACHED = ("龙井 & <茶> a=b+c/100%", "茶" * 42 + "x", "x" * 127)
_FAIL = (200, b"<xml><return_code>FAIL</return_code></xml>")
_DAY = 86_400
_OUTCOMES: tuple[Outcome, ...] = ("SUCCESS", "ABNORMAL", "CLOSED")
_KINDS: tuple[SignType, ...] = ("MD5", "HMAC-SHA256")


@judges("v2.notify.posts-signed-xml")
def test_announces_a_payment_by_signed_xml(platform: Platform) -> None:
    """A payment of an order of any kind arrives at its notify_url as flat XML with all that tells of it, under a sign that holds."""
    platform.needs("payer", "time-travel", "notifications")

    def attempt(case: tuple[Paid, int]) -> None:
        kind, turn = case
        with InboxV2(platform) as inbox:
            order = kind.pay(inbox, _FAIL, _FAIL, path=_PATHS[turn % len(_PATHS)], attach=_ATTACHED[turn % len(_ATTACHED)])
            arrived(inbox, order)
            inbox.wait(60)
            for letter in inbox.at(str(order.fields["notify_url"])):
                _tells_of(platform, letter, order)

    try_all(platform, [(kind, turn) for turn, kind in enumerate(payers(platform))], attempt)


@judges("v2.notify.posts-signed-xml")
@given(
    product=st.sampled_from(PREPAID),
    role=st.sampled_from(("merchant", "partner")),
    sign_type=st.sampled_from(_KINDS),
    total=st.integers(1, 2**31 - 1),
    attach=texts(max_characters=127, max_bytes=127),
)
def test_announces_whatever_was_ordered(
    platform: Platform, product: Product, role: Role, sign_type: SignType, total: int, attach: str
) -> None:
    """Whatever the amount and the attach of an order, the sign of its notice holds and attach comes as it was sent."""
    platform.needs("payer", "time-travel", "notifications")
    able: Role = role if role in platform.roles else "merchant"
    with InboxV2(platform) as inbox:
        order = Paid(product, able, sign_type).pay(inbox, attach=attach, amount={"total": total, "currency": "CNY"})
        for letter in arrived(inbox, order):
            _tells_of(platform, letter, order)


@judges("v2.notify.posts-signed-xml")
def test_announces_nothing_that_was_not_paid(platform: Platform) -> None:
    """An order that waits, was tried in vain, was left or closed is never announced; paid after that, it is."""
    platform.needs("payer", "time-travel", "notifications")
    with InboxV2(platform) as inbox:
        orders = [kind.place(inbox) for kind in payers(platform) for _ in range(4)]
        for order in orders[1::4]:
            platform.fail(order)
        for order in orders[2::4]:
            platform.cancel(order)
        inbox.wait(600)
        for order in orders[3::4]:
            platform.v2.close(order).is_accepted(because="An unpaid order can be closed.")
        inbox.wait(3600)
        for order in orders:
            _is_silent(inbox, order)
        for order in orders[1::4]:
            paid(platform, order)
            arrived(inbox, order)
        inbox.wait(_DAY)
        for order in (*orders[0::4], *orders[2::4], *orders[3::4]):
            _is_silent(inbox, order)


def _is_silent(inbox: InboxV2, order: Order) -> None:
    for letter in inbox.at(str(order.fields["notify_url"])):
        raise Violation("An order nobody paid is announced.", expected="nothing", got=letter.described)


def _tells_of(platform: Platform, letter: LetterV2, order: Order) -> None:
    merchant, values = platform.merchant(order.role), letter.values
    expected = {
        "return_code": "SUCCESS",
        "result_code": "SUCCESS",
        "appid": merchant.appid,
        "mch_id": merchant.mchid,
        "trade_type": TRADE_TYPES[order.product],
        "total_fee": str(order.total),
        "out_trade_no": order.number,
        "attach": order.fields.get("attach"),
    }
    if order.partner:
        expected["sub_mch_id"] = merchant.sub_mchids[order.sub]
    wrong = next((name for name, value in expected.items() if values.get(name) != value), None)
    if wrong is not None:
        raise Violation("A payment notice does not tell what was paid.", expected=f"{wrong} {expected[wrong]!r}", got=letter.described)
    absent = next((name for name in _NEEDED if name not in values), None)
    if absent is not None:
        raise Violation("A payment notice is not complete.", expected=f"an element {absent}", got=letter.described)
    if values["is_subscribe"] not in {"Y", "N"} or not _MOMENT.fullmatch(values["time_end"]):
        raise Violation(
            "A payment notice is not as documented.", expected="is_subscribe Y or N, time_end in 14 digits", got=letter.described
        )
    is_signed(letter)


class _Asking(InboxV2):
    """Asks for the order each delivery is about before it is answered."""

    def __init__(self, platform: Platform) -> None:
        super().__init__(platform)
        self.orders: dict[str, Order] = {}
        self.asked: list[tuple[LetterV2, AnswerV2]] = []

    def read(self, delivery: Delivery, owner: Merchant) -> LetterV2:
        """Return *delivery*, having asked."""
        letter = super().read(delivery, owner)
        if delivery.url in self.orders:
            self.asked.append((letter, self.platform.v2.query(self.orders[delivery.url])))
        return letter


@judges("v2.notify.agrees-with-the-query")
def test_says_what_a_query_says(platform: Platform) -> None:
    """At every delivery, before and after refunds, a query of the order shows the payment, with the very values of the notice."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    def attempt(case: tuple[Paid, int]) -> None:
        kind, turn = case
        with _Asking(platform) as inbox:
            order = kind.place(inbox, _FAIL, _FAIL, _FAIL, _FAIL, _FAIL, amount={"total": 250 + turn, "currency": "CNY"})
            inbox.orders[str(order.fields["notify_url"])] = order
            if turn % 3 == 1:
                platform.fail(order)
            if turn % 3 == 2:
                platform.v2.place(order)
            inbox.wait(turn * 100)
            paid(platform, order)
            inbox.wait(20)
            if turn % 2:
                refund = Refund(order, order.total if turn % 4 == 1 else 30)
                # APIv3 refunds it too, without a client certificate.
                (platform.v2.refund if "client-certificates" in platform.capabilities else platform.refund)(refund).is_accepted()
                inbox.wait(60)
                settle(platform, refund, _OUTCOMES[turn % 3])
            inbox.wait(600)
            arrived(inbox, order)
            for letter, answer in inbox.asked:
                _agrees(letter, answer)

    try_all(platform, [(kind, turn) for turn, kind in enumerate(payers(platform))], attempt)


def _agrees(letter: LetterV2, answer: AnswerV2) -> None:
    shown = answer.is_accepted(because="The order was announced as paid.")
    if shown["trade_state"] not in {"SUCCESS", "REFUND"}:
        raise Violation("A payment is announced that a query does not show.", expected="trade_state SUCCESS or REFUND", got=shown.described)
    coupons = {name for name in (*letter.values, *shown.result.values) if name.startswith("coupon_")}
    for name in (*_SAID, *sorted(coupons)):
        if letter.values.get(name) != shown.get(name):
            raise Violation(f"Notice and query disagree on {name}.", expected=f"{name} {shown.get(name)!r}", got=letter.described)
