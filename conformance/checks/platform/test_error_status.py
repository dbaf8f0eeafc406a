"""Which status an answer has: success for what was done and for nothing else, and the usual status beside each code."""

from collections.abc import Callable
from dataclasses import dataclass

from conformance.checks.platform.causes import NOT_FOUND, Cause
from conformance.checks.platform.every_cause import causes
from conformance.checks.platform.placing import every_kind
from conformance.checks.platform.refunding import A_MINUTE
from conformance.checks.platform.stages import HALF_AN_HOUR, STAGES, Kind, Stage, kinds, stages, wait
from conformance.checks.tour import Visit, judge_all
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.oracles import errors
from reference.rules import judges
from strategies.cases import Order, Refund

GROUP = "errors"

_REFUSED = "v3.error.never-answers-a-refusal-with-success"
_BODIES = "v3.error.keeps-204-for-empty-answers"
_USUAL = "v3.error.uses-the-usual-status"
_NO_ERRORS = frozenset({None, "", "0", "OK", "SUCCESS"})
"""What stands for a code where nothing went wrong."""
_UNDECIDED = frozenset({"codepay_create", "order_close", "order_reverse"})
"""The operations that may be answered 202, without `partner_`."""
_STATUSES = {
    code: errors.STATUSES[code]
    for code in (
        "APPID_MCHID_NOT_MATCH",
        "FREQUENCY_LIMITED",
        "INVALID_REQUEST",
        "NOT_ENOUGH",
        "NO_AUTH",
        "OUT_TRADE_NO_USED",
        "PARAM_ERROR",
        "RULE_LIMIT",
        "SIGN_ERROR",
        "SYSTEM_ERROR",
        "USER_ACCOUNT_ABNORMAL",
    )
} | dict.fromkeys(NOT_FOUND, frozenset({404}))


@judges(_REFUSED)
def test_answers_no_refusal_with_success(platform: Platform) -> None:
    """Whatever must be refused is answered outside 2xx; where it is not, a query at least shows that it was done."""

    def attempt(cause: Cause) -> None:
        tried = cause.provoke(platform)
        if tried.answer.accepted and not (_says_nothing_of_an_error(tried.answer) and tried.done()):
            raise Violation("What was not done is answered with success.", expected="an answer outside 2xx", got=tried.answer.described)

    try_all(platform, causes(platform), attempt)


@judges(_REFUSED)
def test_no_success_speaks_of_an_error(platform: Platform) -> None:
    """In every state of everything there is, no 200 and no 204 has the code of an error in its body."""

    def judge(_visit: Visit, answer: Answer) -> None:
        if answer.status in {200, 204} and not _says_nothing_of_an_error(answer):
            raise Violation("A success has the code of an error.", expected="no code in a successful answer", got=answer.described)

    judge_all(platform, judge)


@dataclass(frozen=True, slots=True)
class _Act:
    """Something valid that is asked for when an order is in some *stage*, and how a query shows that it was done."""

    name: str
    stage: Stage
    ask: Callable[[Platform, Order], tuple[Answer, Callable[[], bool]]]

    def __str__(self) -> str:
        return f"{self.name}, {self.stage}"


@judges(_REFUSED)
def test_what_is_answered_with_success_is_done(platform: Platform) -> None:
    """Placed, closed, refunded and reversed in every state in which that is possible: after a 200 or 204 the next query shows it."""

    def attempt(act: _Act) -> None:
        answer, done = act.ask(platform, act.stage.order(platform))
        if answer.status in {200, 204} and not done():
            raise Violation(f"Answered with success, and not done: {act.name}.", expected="its effect in a query", got=answer.described)

    try_all(platform, _acts(platform), attempt)


def _acts(platform: Platform) -> list[_Act]:
    powers = platform.capabilities
    unpaid = ("unpaid", "tried") if "payer" in powers else ("unpaid",)
    acts = [_Act("place", Stage("not yet placed", kind, lambda _platform, _order: None), _place) for kind in every_kind(platform)]
    acts += [_Act("place again", stage, _place) for stage in stages(platform, unpaid)]
    acts += [_Act("close", stage, _close) for stage in stages(platform, unpaid)]
    if "payer" in powers:
        refundable = (*stages(platform, ("paid", "partly refunded")), *stages(platform, ("paid", "partly refunded"), "codepay"))
        acts += [_Act(f"refund {amount} fen", stage, _refund(amount)) for stage in refundable for amount in (1, 98, 99)]
    if {"payer", "settle"} <= powers:
        acts += [_Act("pay out another way", stage, _pay_out) for stage in stages(platform, ("paid",))]
    if "code-plans" in powers:
        acts += [_Act("reverse", stage, _reverse) for kind in kinds(platform, "codepay") for stage in _at_the_till(kind, powers)]
    return acts


def _at_the_till(kind: Kind, powers: frozenset[str]) -> list[Stage]:
    def planned(platform: Platform, order: Order) -> None:
        platform.plan_code(order, "USERPAYING")
        platform.place(order)

    def failed(platform: Platform, order: Order) -> None:
        planned(platform, order)
        platform.fail(order)

    waiting = Stage("waiting for the payer", kind, planned)
    return [waiting, *([Stage("paid", kind, STAGES["paid"]), Stage("failed", kind, failed)] if "payer" in powers else [])]


def _place(platform: Platform, order: Order) -> tuple[Answer, Callable[[], bool]]:
    return platform.place(order), lambda: platform.query(order).get("out_trade_no") == order.number


def _close(platform: Platform, order: Order) -> tuple[Answer, Callable[[], bool]]:
    wait(platform, HALF_AN_HOUR)
    return platform.close(order), lambda: platform.query(order).get("trade_state") == "CLOSED"


def _refund(amount: int) -> Callable[[Platform, Order], tuple[Answer, Callable[[], bool]]]:
    def ask(platform: Platform, order: Order) -> tuple[Answer, Callable[[], bool]]:
        wait(platform, A_MINUTE)
        refund = Refund(order, amount)

        def done() -> bool:
            shown = platform.query_refund(refund)
            return bool(shown.get("amount.refund") == amount and platform.query(order).get("trade_state") == "REFUND")

        return platform.refund(refund), done

    return ask


def _pay_out(platform: Platform, order: Order) -> tuple[Answer, Callable[[], bool]]:
    refund = Refund(order, 1)
    refund_id = str(platform.refund(refund).is_accepted()["refund_id"])
    platform.settle(refund, "ABNORMAL")
    answer = platform.apply_abnormal(refund, refund_id, {"type": "MERCHANT_BANK_CARD"})
    return answer, lambda: platform.query_refund(refund).get("status") in {"PROCESSING", "SUCCESS"}


def _reverse(platform: Platform, order: Order) -> tuple[Answer, Callable[[], bool]]:
    wait(platform, HALF_AN_HOUR)
    return platform.reverse(order), lambda: platform.query(order).get("trade_state") in {"REVOKED", "CLOSED", "REFUND"}


@judges(_BODIES)
def test_200_has_a_body_and_204_has_none(platform: Platform) -> None:
    """In every state of everything there is, a success with data is 200 with JSON, and one without, such as closing, an empty 204."""
    judge_all(platform, lambda visit, answer: _is_whole(visit.call.operation, answer))


@judges(_BODIES)
def test_closing_is_answered_with_nothing(platform: Platform) -> None:
    """Closing an order of any kind, tried in vain, ordered again or left alone, and closing it once more, is an empty 204 if a success."""
    names = ("unpaid", "tried", "closed") if "payer" in platform.capabilities else ("unpaid", "closed")

    def attempt(stage: Stage) -> None:
        order = stage.order(platform)
        for _ in range(2):
            wait(platform, HALF_AN_HOUR)
            _is_whole("order_close", platform.close(order))

    try_all(platform, stages(platform, names), attempt)


def _is_whole(operation: str, answer: Answer) -> None:
    """Demand that a success has the status that goes with its body; a bill is no JSON, and 202 is for what is not decided."""
    bare = operation.removeprefix("partner_")
    if not answer.accepted or bare == "bill_download" or (answer.status == 202 and bare in _UNDECIDED):
        return
    reply = answer.exchange.reply
    # Over HTTP the body of a 204 is not read with it, but stays behind for the next answer; the length that is announced tells.
    if answer.status == 204 and (reply.body or reply.header("Content-Length") not in {None, "0"} or reply.header("Transfer-Encoding")):
        raise Violation("A 204 has a body.", expected="204 and nothing else", got=answer.described)
    wanted = 204 if bare == "order_close" else 200
    if answer.status != wanted:
        raise Violation("A success has another status than its body asks for.", expected=str(wanted), got=answer.described)
    if wanted == 200 and not isinstance(answer.json, dict):
        raise Violation("A 200 has no JSON.", expected="200 with a JSON object", got=answer.described)


@judges(_USUAL)
def test_each_code_comes_with_its_usual_status(platform: Platform) -> None:
    """Whatever must be refused is refused with the status the documents print beside the code of the refusal."""
    try_all(platform, causes(platform), lambda cause: _has_the_usual_status(cause.provoke(platform).answer))


@judges(_USUAL)
def test_each_code_of_the_tour_comes_with_its_usual_status(platform: Platform) -> None:
    """In every state of everything there is, also when the platform fails or throttles, a code comes with its usual status."""

    def judge(visit: Visit, answer: Answer) -> None:
        # What a gateway says of unknown paths and methods is printed nowhere.
        if visit.call.path is None and visit.call.method is None:
            _has_the_usual_status(answer)

    judge_all(platform, judge)


def _has_the_usual_status(answer: Answer) -> None:
    expected = _STATUSES.get(answer.code or "")
    if expected is not None and answer.status >= 400 and answer.status not in expected:
        raise Violation(
            f"{answer.code} comes with another status than usual.",
            expected=f"{min(map(str, expected))} {answer.code}",
            got=answer.described,
        )


def _says_nothing_of_an_error(answer: Answer) -> bool:
    return answer.code in _NO_ERRORS
