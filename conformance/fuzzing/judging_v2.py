"""What is demanded of the answer to a drawn request of APIv2, rule by rule."""

from collections.abc import Iterator

from conformance.checks.platform.promising import told
from conformance.checks.platform.v2.promising import broken_promise_v2
from conformance.fuzzing.judging import Verdict
from conformance.fuzzing.reading import Reading
from conformance.targets.v2.answer import AnswerV2
from conformance.targets.v2.observers import OBSERVERS
from conformance.targets.verdicts import Inconclusive, Violation
from reference.identity import Identity

__all__ = ["RULES_V2", "judge_v2"]

_LAYERS = "v2.xml.answers-in-layers"
_CAUSE = "v2.xml.names-a-cause-exactly-on-failure"
_SIGNED = "v2.sign.signs-its-answers"
_POSTED = "v2.xml.refuses-what-is-no-xml-post"
_FITS = "v2.contract.answers-fit-the-contract"
_REFUSES = "v2.contract.refuses-what-breaks-a-bound"
_ANSWERS = "v2.contract.answers-every-allowed-request"

RULES_V2 = (_ANSWERS, _FITS, _REFUSES, "v2.invariant.refusals-change-nothing", _LAYERS, _CAUSE, _SIGNED, _POSTED)
"""Every rule a run is expected to judge."""


def judge_v2(identity: Identity, reading: Reading, answer: AnswerV2) -> Iterator[Verdict]:
    """Yield every rule the exchange says something about. Raises Inconclusive when the answer is a gateway's, or a page's."""
    if answer.status in {429, 502, 503, 504} or 300 <= answer.status < 400 or answer.result.flaw == "page":
        raise Inconclusive(f"the target answered {answer.described} to {answer.exchange.label}; lower the pace or try later")
    yield from _observed(identity, answer)
    if answer.accepted:
        yield _FITS, broken_promise_v2(answer)
    if reading.malformed:
        yield _POSTED, _not_refused(answer, "The body is no XML message")
    elif reading.forbidden:
        yield _REFUSES, _not_refused(answer, told(reading.forbidden[0]))
    elif reading.allowed:
        said = "A request the contract allows was answered with a failure."
        yield _ANSWERS, Violation(said, expected="a success or a refusal", got=answer.described) if answer.failed else None


def _observed(identity: Identity, answer: AnswerV2) -> Iterator[Verdict]:
    """What is demanded of the answers of every check."""
    known = (answer.operation.responses.get(200) or {}).get("properties", {})
    occasions = dict.fromkeys((_LAYERS, _CAUSE) if "result_code" in known else (_LAYERS,))
    if answer.operation.signed_response and answer.result.values.get("return_code") == "SUCCESS":
        occasions[_SIGNED] = None
    for observe in OBSERVERS:
        try:
            observe(identity, answer)
        except Violation as violation:
            rule = violation.rule or _LAYERS
            occasions.pop(rule, None)
            yield rule, violation
    yield from occasions.items()


def _not_refused(answer: AnswerV2, wrong: str) -> Violation | None:
    if 400 <= answer.status < 500 or answer.refused:
        return None
    became = "accepted" if answer.accepted else "taken for the platform's own failure"
    return Violation(f"{wrong}, and the request was {became}.", expected="FAIL, or a 4xx answer", got=answer.described)
