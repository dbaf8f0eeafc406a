"""Which of the merchant's accounts a refund is paid from."""

from conformance.checks.platform.refunding import (
    A_MINUTE,
    MERCHANT_CARD,
    apply,
    every_kind,
    leaves_nothing,
    paid,
    show,
    take_the_rest,
    turned_down,
)
from conformance.checks.platform.stages import Kind
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.platform.refusals import BAD_PARAMETER
from reference.rules import judges
from strategies.cases import Fault, Order, Refund
from strategies.faults.refund import ACCOUNTS_NAMED_WRONGLY, FUNDS_ACCOUNTS, SUMS
from strategies.refunds import Outcome, with_accounts

GROUP = "refunds"

_WORDS = frozenset({"UNSETTLED", "AVAILABLE", "UNAVAILABLE", "OPERATION", "BASIC", "ECNY_BASIC"})


def _shared(platform: Platform, kind: Kind) -> Order:
    """Return a paid order whose profit is to be shared: the kind that is refunded from two accounts."""
    return paid(platform, kind, settle_info={"profit_sharing": True})


def _refuses(platform: Platform, order: Order, faults: tuple[Fault, ...]) -> None:
    refund = Refund(order, 60)
    for fault in faults:
        turned_down(platform, refund, BAD_PARAMETER, broken_by=fault)
    leaves_nothing(platform, refund)
    platform.advance(A_MINUTE)


@judges("v3.refund.from-sums-to-refund")
def test_the_paying_accounts_add_up(platform: Platform) -> None:
    """amount.from whose amounts are not positive or do not give the refund is refused; one and two accounts that do are accepted."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        order = _shared(platform, kind)
        _refuses(platform, order, SUMS)
        because = "The paying accounts add up to the refund."
        apply(platform, with_accounts(Refund(order, 60), ("AVAILABLE", 59), ("UNAVAILABLE", 1)), because=because)
        platform.advance(A_MINUTE)
        apply(platform, with_accounts(Refund(order, 39), ("AVAILABLE", 39)), because=because)
        platform.advance(A_MINUTE)
        apply(platform, with_accounts(Refund(order, 1), ("UNAVAILABLE", 1)), because=because)

    try_all(platform, every_kind(platform), attempt)


@judges("v3.refund.from-names-each-account-once")
def test_each_paying_account_is_known_and_named_once(platform: Platform) -> None:
    """amount.from of the right sum with an unknown account, or with one named twice, is refused; known ones in any order are accepted."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        order = _shared(platform, kind)
        _refuses(platform, order, ACCOUNTS_NAMED_WRONGLY)
        accounts = (("UNAVAILABLE", 30), ("AVAILABLE", 30))
        apply(platform, with_accounts(Refund(order, 60), *accounts), because="Both accounts are known and named once.")
        platform.advance(A_MINUTE)
        take_the_rest(platform, order, 40)

    try_all(platform, every_kind(platform), attempt)


@judges("v3.refund.refuses-unknown-funds-account")
def test_refuses_a_funds_account_it_cannot_know(platform: Platform) -> None:
    """A funds_account outside the request's list is refused, and nothing is refunded; AVAILABLE, and no account, are accepted."""
    platform.needs("payer", "time-travel")

    def attempt(kind: Kind) -> None:
        order = paid(platform, kind)
        _refuses(platform, order, FUNDS_ACCOUNTS)
        apply(platform, Refund(order, 60, {"funds_account": "AVAILABLE"}), because="AVAILABLE is a funds_account.")
        platform.advance(A_MINUTE)
        take_the_rest(platform, order, 40)

    try_all(platform, every_kind(platform), attempt)


@judges("v3.refund.answers-with-a-known-funds-account")
def test_shows_a_known_funds_account(platform: Platform) -> None:
    """Where a refund object names its funds_account, in any state and whatever was asked for, it is one of the documented words."""
    platform.needs("payer", "settle", "time-travel")
    outcomes: tuple[Outcome | None, ...] = (None, "SUCCESS", "ABNORMAL", "CLOSED")

    def attempt(kind: Kind) -> None:
        order = paid(platform, kind)
        for turn, outcome in enumerate(outcomes):
            refund = Refund(order, 10, {"funds_account": "AVAILABLE"} if turn % 2 else {})
            answers = [apply(platform, refund, outcome=outcome), show(platform, refund)]
            if outcome == "ABNORMAL":
                answers.append(platform.apply_abnormal(refund, str(answers[0]["refund_id"]), MERCHANT_CARD))
            for answer in answers:
                word = answer.get("funds_account")
                if answer.accepted and word is not None and word not in _WORDS:
                    raise Violation("A refund is paid from an account nobody knows.", expected=", ".join(sorted(_WORDS)), got=repr(word))
            platform.advance(A_MINUTE)

    try_all(platform, every_kind(platform), attempt)
