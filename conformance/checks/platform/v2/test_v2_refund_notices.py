"""What APIv2 notifies of the end of a refund, sealed, and that a query says the same."""

import re
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.refunding import A_MINUTE, settle
from conformance.checks.platform.v2.notices import arrived, plain, refunding, refunds
from conformance.checks.platform.v2.refunding import STATUSES, show
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2.inbox import InboxV2, LetterV2
from conformance.targets.verdicts import Violation
from reference.oracles.v2 import SignType
from reference.oracles.v2_amounts import refund_problems
from reference.rules import judges
from strategies.cases import Product, Refund, Role
from strategies.orders import PREPAID
from strategies.refunds import Outcome

GROUP = "v2 notices"

_SPACED_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_FAIL = (200, b"<xml><return_code>FAIL</return_code></xml>")
_DAY = 86_400
_SEALED = (
    "transaction_id",
    "out_trade_no",
    "refund_id",
    "out_refund_no",
    "total_fee",
    "refund_fee",
    "settlement_refund_fee",
    "refund_status",
)
_CLEAR = (*_SEALED, "settlement_total_fee", "cash_refund_fee", "success_time", "refund_recv_accout", "refund_account")
_OUTCOMES: tuple[Outcome, ...] = ("SUCCESS", "ABNORMAL", "CLOSED")
_KINDS: tuple[SignType, ...] = ("MD5", "HMAC-SHA256")


@judges("v2.notify.seals-refund-results")
def test_seals_the_results_of_refunds(platform: Platform) -> None:
    """The end of a refund of any kind of order, at each delivery, tells nothing in the clear and opens with the merchant's APIv2 key."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    def attempt(case: tuple[Product, Role, int]) -> None:
        product, role, turn = case
        order = plain(product, role)
        platform.v2.must_pay(order)
        with InboxV2(platform) as inbox:
            # The longer the numbers, the more blocks there are to be padded.
            made = [refunding(inbox, order, amount, _FAIL, _FAIL, sign_type=_KINDS[turn % 2]) for amount in (7, 11, 60)]
            for place, refund in enumerate(made):
                settle(platform, refund, _OUTCOMES[(place + turn) % 3])
            for refund in made:
                arrived(inbox, refund)
            inbox.wait(60)
            for refund in made:
                for letter in inbox.at(str(refund.fields["notify_url"])):
                    _is_sealed(letter, refund)

    try_all(platform, [(*kind, turn) for turn, kind in enumerate(refunds(platform))], attempt)


def _is_sealed(letter: LetterV2, refund: Refund) -> None:
    values, merchant = letter.values, letter.merchant
    expected = {"return_code": "SUCCESS", "appid": merchant.appid, "mch_id": merchant.mchid}
    if refund.order.partner:
        expected["sub_mch_id"] = merchant.sub_mchids[refund.order.sub]
    wrong = next((name for name, value in expected.items() if values.get(name) != value), None)
    wrong = wrong or next((name for name in ("nonce_str", "req_info") if name not in values), None)
    if wrong is not None:
        expected_text = f"{wrong} {expected[wrong]!r}" if wrong in expected else f"an element {wrong}"
        raise Violation("A refund notice is not as documented.", expected=expected_text, got=letter.described)
    clear = next((name for name in (*_CLEAR, "sign") if name in values), None)
    opened = letter.opened
    told = {opened.get(name, "") for name in ("refund_id", "transaction_id")} | {refund.number or "", refund.order.number or ""}
    readable = any(text and text.encode() in letter.delivery.body for text in told)
    if clear is not None or readable:
        raise Violation("A refund notice tells of the refund in the clear.", expected=f"no {clear or 'number of it'}", got=letter.described)
    absent = next((name for name in _SEALED if name not in opened), None)
    if absent is not None:
        raise Violation("req_info is not complete.", expected=f"an element {absent}", got=str(dict(opened)))


@judges("v2.notify.tells-how-the-refund-ended")
def test_tells_how_a_refund_ended(platform: Platform) -> None:
    """Nothing is told of a refund under way; each end is, with the numbers, amounts and time a query shows, and then no other."""
    platform.needs("payer", "settle", "time-travel", "notifications")

    def attempt(case: tuple[Product, Role, int]) -> None:
        product, role, turn = case
        order = plain(product, role, 300)
        # One order is one order, whichever family it was placed by.
        (platform.must_pay if turn % 4 == 3 else platform.v2.must_pay)(order)
        with InboxV2(platform) as inbox:
            if turn % 2:
                platform.v2.refund(Refund(order, 40)).is_accepted()
                inbox.wait(A_MINUTE)
            refund = refunding(inbox, order, 60, sign_type=_KINDS[turn % 2])
            inbox.wait(3600)
            if show(platform, refund)["refund_status"] == "PROCESSING":
                _tells(inbox, refund, ())
            outcome = _OUTCOMES[turn % 3]
            settle(platform, refund, outcome)
            arrived(inbox, refund)
            _ends_as(platform, inbox, refund, outcome)
            for late in () if outcome == "ABNORMAL" else _OUTCOMES:
                platform.settle(refund, late)
            platform.v2.refund(refund)
            inbox.wait(2 * _DAY)
            _tells(inbox, refund, (STATUSES[outcome],))
            told = len(inbox.at(str(refund.fields["notify_url"])))
            if outcome == "ABNORMAL" and platform.settle(refund, "SUCCESS") is None:
                arrived(inbox, refund, told + 1)
                _ends_as(platform, inbox, refund, "SUCCESS")
                inbox.wait(_DAY)
                _tells(inbox, refund, ("CHANGE", "SUCCESS"))

    try_all(platform, [(*kind, turn) for turn, kind in enumerate(refunds(platform))], attempt)


@judges("v2.notify.tells-how-the-refund-ended")
@given(
    product=st.sampled_from(PREPAID),
    role=st.sampled_from(("merchant", "partner")),
    total=st.integers(2, 2**31 - 1),
    share=st.integers(1, 5),
    outcome=st.sampled_from(_OUTCOMES),
)
def test_tells_the_amounts_a_query_shows(
    platform: Platform, product: Product, role: Role, total: int, share: int, outcome: Outcome
) -> None:
    """Whatever part of whatever amount was refunded, its end is told with the amounts of a query."""
    platform.needs("payer", "settle", "time-travel", "notifications")
    order = plain(product, role if role in platform.roles else "merchant", total)
    platform.v2.must_pay(order)
    with InboxV2(platform) as inbox:
        refund = refunding(inbox, order, max(1, total // share))
        settle(platform, refund, outcome)
        arrived(inbox, refund)
        _ends_as(platform, inbox, refund, outcome)


def _ends_as(platform: Platform, inbox: InboxV2, refund: Refund, outcome: Outcome) -> None:
    letter = inbox.at(str(refund.fields["notify_url"]))[-1]
    answer, entry = platform.v2.query_refund(refund), show(platform, refund)
    expected: Mapping[str, str | None] = {
        "refund_status": STATUSES[outcome],
        **{name: answer[name] for name in ("transaction_id", "out_trade_no", "total_fee")},
        **{name: entry[name] for name in ("refund_id", "out_refund_no", "refund_fee")},
    }
    if "settlement_refund_fee" in entry:
        expected = {**expected, "settlement_refund_fee": entry["settlement_refund_fee"]}
    for name, value in expected.items():
        if letter.opened.get(name) != value:
            raise Violation(f"Notice and query disagree on {name}.", expected=f"{name} {value!r}", got=str(dict(letter.opened)))
    # What of the order was cash is told by a query, the rest by the notice.
    for problem in refund_problems({"cash_fee": answer["cash_fee"], **letter.opened}):
        raise Violation(f"A refund notice contradicts itself: {problem}", expected="fees that fit together", got=str(dict(letter.opened)))
    told = letter.opened.get("success_time")
    if told != (entry.get("refund_success_time") if outcome == "SUCCESS" else None) or (told and not _SPACED_MOMENT.fullmatch(told)):
        expected_time = f"success_time {entry.get('refund_success_time')}" if outcome == "SUCCESS" else "no success_time"
        raise Violation("A refund notice tells another time of success.", expected=expected_time, got=f"{told}")


def _tells(inbox: InboxV2, refund: Refund, states: tuple[str, ...]) -> None:
    told = tuple(dict.fromkeys(letter.opened.get("refund_status", "") for letter in inbox.at(str(refund.fields["notify_url"]))))
    if told != states:
        raise Violation(
            "Not what became of a refund is announced.", expected=", ".join(states) or "nothing yet", got=", ".join(told) or "nothing"
        )
