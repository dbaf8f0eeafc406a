"""What a refund looks like: its members, its time of success, its state."""

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.refunding import A_MINUTE, MERCHANT_CARD, apply, every_kind, paid, settle, show, suited
from conformance.checks.platform.stages import Kind, wait
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.oracles import times
from reference.rules import judges
from strategies import refunds
from strategies.cases import Refund
from strategies.refunds import Outcome

GROUP = "refunds"

_OUTCOMES: tuple[Outcome | None, ...] = (None, "SUCCESS", "ABNORMAL", "CLOSED")
_STATES = ("PROCESSING", "SUCCESS", "CLOSED", "ABNORMAL")
_AMOUNTS = ("total", "refund", "payer_total", "payer_refund", "settlement_refund", "settlement_total", "discount_refund")


@judges("v3.refund.carries-its-required-members")
@given(refund=refunds.full(), outcome=st.sampled_from(_OUTCOMES))
def test_a_refund_object_is_complete(platform: Platform, refund: Refund, outcome: Outcome | None) -> None:
    """The answers to apply, repeat and query hold every required member, with the numbers of the order and of the request."""
    platform.needs("payer", "settle")
    refund.order = suited(platform, refund.order)
    platform.must_pay(refund.order)
    order = platform.query(refund.order).is_accepted()
    _complete(platform.refund(refund, transaction_id=str(order["transaction_id"])).is_accepted(), refund, order)
    if outcome is not None:
        settle(platform, refund, outcome)
    _complete(show(platform, refund), refund, order)
    again = platform.refund(refund, transaction_id=str(order["transaction_id"]))
    if again.accepted and outcome != "CLOSED":
        _complete(again, refund, order)


@judges("v3.refund.carries-its-required-members")
def test_every_refund_object_is_complete(platform: Platform) -> None:
    """For every kind of order, in every state and when sent another way, a refund object is complete and has a refund_id of its own."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(kind: Kind) -> None:
        paid_order = paid(platform, kind)
        order = platform.query(paid_order).is_accepted()
        known: set[str] = set()
        for outcome in _OUTCOMES:
            refund = Refund(paid_order, 10)
            _complete(apply(platform, refund, outcome=outcome), refund, order)
            shown = show(platform, refund)
            _complete(shown, refund, order)
            refund_id = str(shown["refund_id"])
            if refund_id in known:
                raise Violation("Two refunds share a refund_id.", expected="a refund_id of its own", got=shown.described)
            known.add(refund_id)
            if outcome == "ABNORMAL":
                redirected = platform.apply_abnormal(refund, refund_id, MERCHANT_CARD)
                _complete(redirected.is_accepted(because="The refund is ABNORMAL."), refund, order)
            platform.advance(A_MINUTE)

    try_all(platform, every_kind(platform), attempt)


def _complete(answer: Answer, refund: Refund, order: Answer) -> None:
    answer.has("out_refund_no", refund.number)
    answer.has("out_trade_no", refund.order.number)
    answer.has("transaction_id", order["transaction_id"])
    answer.has("amount.currency", "CNY")
    for name in _AMOUNTS:
        _is(answer, f"amount.{name}", type(answer[f"amount.{name}"]) is int, "whole fen")
    for name in ("refund_id", "status"):
        _is(answer, name, bool(answer[name]) and isinstance(answer[name], str), "a text")
    for name in ("channel", "user_received_account"):
        open_ = answer["status"] == "PROCESSING"
        _is(answer, name, isinstance(answer[name], str) and (open_ or bool(answer[name])), "a text, empty only while PROCESSING")
    _moment(answer, "create_time")


def _is(answer: Answer, name: str, good: bool, expected: str) -> None:  # noqa: FBT001 - the verdict
    if not good:
        raise Violation(f"{name} of a refund is not what it must be.", expected=f"{name}, {expected}", got=repr(answer[name]))


def _moment(answer: Answer, name: str) -> float:
    """Return a time of the answer in Unix seconds."""
    try:
        return times.parse_rfc3339(answer[name]).timestamp()
    except (times.TimeError, TypeError):
        raise Violation(f"{name} is no time in RFC 3339.", expected="such as 2018-06-08T10:34:56+08:00", got=repr(answer[name])) from None


@judges("v3.refund.success-time-only-when-settled")
def test_shows_when_a_refund_succeeded_and_only_then(platform: Platform) -> None:
    """success_time is there exactly in SUCCESS, a time not before create_time; on the way there, and in other ends, it is absent."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(case: tuple[Kind, Outcome | None, bool]) -> None:
        kind, outcome, bounced = case
        refund = Refund(paid(platform, kind), 60)
        _tells_success(apply(platform, refund))
        _tells_success(show(platform, refund))
        wait(platform, A_MINUTE)
        if bounced and show(platform, refund)["status"] == "PROCESSING":
            settle(platform, refund, "ABNORMAL")
            _tells_success(show(platform, refund))
            refund_id = str(show(platform, refund)["refund_id"])
            redirected = platform.apply_abnormal(refund, refund_id, MERCHANT_CARD)
            _tells_success(redirected.is_accepted(because="The refund is ABNORMAL."))
            wait(platform, A_MINUTE)
        if outcome is not None and show(platform, refund)["status"] == "PROCESSING":
            settle(platform, refund, outcome)
        _tells_success(show(platform, refund))
        again = platform.refund(refund)
        if again.accepted:
            _tells_success(again)
        wait(platform, 86_400)
        _tells_success(show(platform, refund))

    kinds = every_kind(platform)
    cases = [(kind, _OUTCOMES[(turn + step) % 4], bool(step)) for turn, kind in enumerate(kinds) for step in (0, 1)]
    try_all(platform, cases, attempt)


def _tells_success(answer: Answer) -> None:
    if answer["status"] != "SUCCESS":
        answer.lacks("success_time", because=f"A refund in {answer['status']} has no time of success.")
    elif _moment(answer, "success_time") < _moment(answer, "create_time"):
        expected, got = f"not before {answer['create_time']}", str(answer["success_time"])
        raise Violation("A refund succeeded before it was applied for.", expected=expected, got=got)


@judges("v3.refund.states-are-known")
def test_shows_no_state_but_the_four(platform: Platform) -> None:
    """In every state a refund comes to, the answers to apply, repeat, query and to sending it another way name one of the four."""
    platform.needs("payer", "settle", "time-travel")

    def attempt(kind: Kind) -> None:
        order = paid(platform, kind)
        for outcome in _OUTCOMES:
            refund = Refund(order, 10)
            answers = [apply(platform, refund, outcome=outcome), show(platform, refund), platform.refund(refund)]
            if outcome == "ABNORMAL":
                answers += [platform.apply_abnormal(refund, str(answers[0]["refund_id"]), MERCHANT_CARD), show(platform, refund)]
            for answer in answers:
                if answer.accepted and answer["status"] not in _STATES:
                    raise Violation("A refund is in a state nobody knows.", expected=", ".join(_STATES), got=repr(answer["status"]))
            platform.advance(A_MINUTE)

    try_all(platform, every_kind(platform), attempt)
