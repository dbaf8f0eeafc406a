"""What is demanded of the answer to a drawn request, rule by rule."""

from collections.abc import Iterator

from conformance.checks.platform.promising import broken_promise, told
from conformance.fuzzing.reading import Reading
from conformance.targets.answer import Answer
from conformance.targets.exchange import Exchange
from conformance.targets.observers import OBSERVERS
from conformance.targets.verdicts import Inconclusive, Violation
from reference.oracles.keys import KeyRing

__all__ = ["RULES", "UNCHANGED", "WHOLE", "Verdict", "judge"]

Verdict = tuple[str, Violation | None]
"""A rule the exchange gave occasion to judge, and how it broke it, if it did."""

_SIGNED = "v3.response.success-is-signed"
_EMPTY_SIGNED = "v3.response.no-content-is-signed"
_CURRENT = "v3.response.timestamp-is-current"
_JSON = "v3.response.success-body-is-json"
_SHAPE = "v3.error.is-json-with-code-and-message"
_CALLER = "v3.error.blames-the-caller-for-caller-errors"
_UNDECLARED = "v3.protocol.refuses-undeclared-members"
_NOWHERE = "v3.protocol.refuses-unknown-paths-and-methods"
_ORDER_STATES = "v3.transaction.states-are-known"
_ORDINARY_STATES = "v3.transaction.ordinary-orders-show-no-code-payment-state"
_REFUND_STATES = "v3.refund.states-are-known"
_FITS = "v3.contract.answers-fit-the-contract"
_REFUSES = "v3.contract.refuses-what-breaks-a-bound"
_ANSWERS = "v3.contract.answers-every-allowed-request"
WHOLE = "v3.contract.whole-numbers-count-by-their-value"
UNCHANGED = "v3.invariant.refusals-change-nothing"

RULES = (
    _ANSWERS,
    _FITS,
    _REFUSES,
    WHOLE,
    UNCHANGED,
    _CALLER,
    _SHAPE,
    _SIGNED,
    _EMPTY_SIGNED,
    _CURRENT,
    _JSON,
    _UNDECLARED,
    _ORDER_STATES,
    _ORDINARY_STATES,
    _REFUND_STATES,
)
"""Every rule a run is expected to judge; a draw that becomes another path may judge one more."""

_PASSING_TROUBLE = frozenset({429, 502, 503, 504})
_PLACED = frozenset({"order.place", "codepay.submit"})


def judge(keys: KeyRing, reading: Reading | None, exchange: Exchange) -> Iterator[Verdict]:
    """Yield every rule the exchange says something about. Raises Inconclusive when the answer is a gateway's."""
    answer = Answer(exchange)
    if answer.status in _PASSING_TROUBLE or 300 <= answer.status < 400:
        raise Inconclusive(f"the target answered {answer.status} to {exchange.label}; lower the pace or try later")
    if reading is None:
        yield _NOWHERE, _accepted(answer, "A path or method that does not exist was answered with success.", "a 4xx answer")
        return
    yield from _observed(keys, reading, exchange, answer)
    if answer.accepted:
        yield from _successful(reading, answer)
    yield from _decided(reading, answer)


def _observed(keys: KeyRing, reading: Reading, exchange: Exchange, answer: Answer) -> Iterator[Verdict]:
    """What is demanded of the answers of every check."""
    occasions = dict.fromkeys(_occasions(reading, answer))
    for observe in OBSERVERS:
        try:
            observe(keys, reading.operation, exchange)
        except Violation as violation:
            rule = violation.rule or _SIGNED
            occasions.pop(rule, None)
            yield rule, violation
    yield from occasions.items()


def _occasions(reading: Reading, answer: Answer) -> Iterator[str]:
    if answer.accepted and reading.operation.signed_response:
        yield _EMPTY_SIGNED if answer.status == 204 else _SIGNED
        yield _CURRENT
    if 400 <= answer.status < 502:
        yield _SHAPE
    if answer.accepted and reading.operation.shows == "order":
        yield _ORDER_STATES
        yield _ORDINARY_STATES
    if answer.accepted and reading.operation.shows == "refund":
        yield _REFUND_STATES


def _successful(reading: Reading, answer: Answer) -> Iterator[Verdict]:
    """A success is one the contract names, in JSON, and holds what the contract promises."""
    if reading.operation.responses.get(answer.status) is not None:
        wrong = None if isinstance(answer.json, dict) else "A success is no JSON object."
        yield _JSON, Violation(wrong, expected="a JSON object", got=answer.described) if wrong else None
        if wrong:
            return
    yield _FITS, broken_promise(reading.operation, answer)


def _decided(reading: Reading, answer: Answer) -> Iterator[Verdict]:
    """What the documents forbid is refused, what they allow is answered."""
    if reading.malformed:
        yield _CALLER, _not_refused(answer, "The body is no JSON object")
    elif reading.forbidden:
        wrong = told(reading.forbidden[0])
        if answer.status >= 500:
            yield _CALLER, _not_refused(answer, wrong)
        elif not reading.undeclared:
            yield _REFUSES, _not_refused(answer, wrong)
        elif reading.operation.event in _PLACED:
            yield _UNDECLARED, _not_refused(answer, wrong)
    elif answer.status >= 500 and not reading.allowed:
        yield _CALLER, _not_refused(answer, "The request is odd")
    elif reading.allowed:
        failed = answer.status >= 500
        said = "A request the contract allows was answered with a failure."
        yield _ANSWERS, Violation(said, expected="a 2xx or 4xx answer", got=answer.described) if failed else None


def _not_refused(answer: Answer, wrong: str) -> Violation | None:
    if 400 <= answer.status < 500:
        return None
    became = "accepted" if answer.accepted else "taken for the platform's own failure"
    return Violation(f"{wrong}, and the request was {became}.", expected="a 4xx answer", got=answer.described)


def _accepted(answer: Answer, sentence: str, expected: str) -> Violation | None:
    return Violation(sentence, expected=expected, got=answer.described) if answer.accepted else None
