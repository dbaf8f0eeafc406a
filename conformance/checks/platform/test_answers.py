"""How answers are signed and written, whatever they are about."""

import json

from conformance.checks.platform.asking import asks
from conformance.checks.platform.verifying import is_signed, must_verify, seal_of
from conformance.checks.tour import Visit, judge_all
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation, shown
from reference.platform.refusals import SIGN_ERROR
from reference.rules import judges
from strategies.cases import Call, Fault
from strategies.faults import signature
from strategies.faults.authorization import BLANK, malformed
from strategies.faults.identity import Anonymous
from strategies.faults.named import named
from strategies.faults.time import Skew

GROUP = "protocol"

_WINDOW = 299
"""Seconds an answer's timestamp may differ from the platform's clock."""


@judges("v3.response.success-is-signed")
def test_every_success_is_signed(platform: Platform) -> None:
    """Every 2xx answer of a whole tour, bill files apart, carries the four headers once and a signature by a key of the platform."""

    def judge(visit: Visit, answer: Answer) -> None:
        if answer.accepted and answer.status != 204 and _is_json(platform, visit):
            must_verify(platform, answer)

    judge_all(platform, judge)


@judges("v3.response.no-content-is-signed")
def test_every_empty_answer_is_signed(platform: Platform) -> None:
    """A 204, as closing gives it for orders of every product, has no body and a signature over the empty one."""

    def judge(_visit: Visit, answer: Answer) -> None:
        if answer.status != 204:
            return
        body = answer.exchange.reply.body
        if body:
            raise Violation("A 204 has a body.", expected="no body", got=shown(body.decode("utf-8", "replace")))
        must_verify(platform, answer)

    judge_all(platform, judge)


@judges("v3.response.timestamp-is-current")
def test_every_signed_answer_shows_the_present_time_and_a_new_nonce(platform: Platform) -> None:
    """Wechatpay-Timestamp is a plain number of seconds near the platform's clock, however much time has passed; no nonce comes twice."""
    seen: dict[str, str] = {}

    def judge(visit: Visit, answer: Answer) -> None:
        if not is_signed(answer):
            return
        seal = seal_of(answer)
        plain = seal.timestamp.isascii() and seal.timestamp.isdigit() and not seal.timestamp.startswith("0")
        if not plain or abs(int(seal.timestamp) - answer.exchange.at) > _WINDOW:
            got = repr(seal.timestamp)
            raise Violation("The answer does not carry the present time.", expected=f"about {answer.exchange.at}", got=got)
        if seal.nonce_str in seen:
            got = f"{seal.nonce_str!r}, as when asked to {seen[seal.nonce_str]}"
            raise Violation("Two answers share a nonce.", expected="a fresh nonce", got=got)
        seen[seal.nonce_str] = visit.says

    judge_all(platform, judge)


@judges("v3.response.signed-error-verifies")
def test_every_signed_error_verifies(platform: Platform) -> None:
    """A refusal or failure of a whole tour either has no signature or carries all four headers and verifies."""

    def judge(_visit: Visit, answer: Answer) -> None:
        if answer.status >= 400 and is_signed(answer):
            must_verify(platform, answer)

    judge_all(platform, judge)


@judges("v3.response.unverified-request-is-answered-unsigned")
def test_answers_a_request_nobody_signed_without_signature(platform: Platform) -> None:
    """The refusal of a request whose signature is missing, malformed, stale or wrong carries no Wechatpay-Signature."""
    nowhere = (Call("certificates_list", path="/v3/unheard-of"), Call("certificates_list", method="PUT", body={}))

    def attempt(fault: Fault) -> None:
        answers = [
            platform.send(ask.prepare(platform).call, broken_by=fault, label=ask.name).is_refused(SIGN_ERROR) for ask in asks(platform)
        ]
        answers += [platform.send(call, broken_by=fault).is_refused() for call in nowhere]
        for answer in answers:
            if is_signed(answer):
                got = f"{answer.status} to {answer.exchange.label}, signed"
                raise Violation("An answer to somebody unknown is signed.", expected="no Wechatpay-Signature", got=got)

    wrong = named(signature.layouts(), "no-last-newline", "full-url")
    try_all(platform, (Anonymous(), BLANK, Skew(-3600), Skew(3600), *wrong, *signature.algorithms()[:4], *malformed()[:3]), attempt)


@judges("v3.response.success-body-is-json")
def test_every_success_is_json(platform: Platform) -> None:
    """The body of every 2xx answer of a whole tour, bill files apart, is one JSON object in UTF-8 of type application/json."""

    def judge(visit: Visit, answer: Answer) -> None:
        body = answer.exchange.reply.body
        if not (answer.accepted and body and _is_json(platform, visit)):
            return
        types = [value for name, value in answer.exchange.reply.headers if name.lower() == "content-type"]
        if [value.partition(";")[0].strip().lower() for value in types] != ["application/json"]:
            raise Violation("The answer does not say that it is JSON.", expected="Content-Type application/json", got=repr(types))
        try:
            value = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
        except ValueError as error:
            raise Violation(f"The answer is no JSON in UTF-8: {error}", expected="a JSON object", got=answer.described) from None
        if not isinstance(value, dict):
            raise Violation("The answer is no JSON object.", expected="a JSON object", got=answer.described)

    judge_all(platform, judge)


@judges("v3.response.names-its-signature-type")
def test_every_signed_answer_names_its_signature_type(platform: Platform) -> None:
    """Every signed answer of a whole tour carries Wechatpay-Signature-Type with the name of the RSA scheme."""

    def judge(_visit: Visit, answer: Answer) -> None:
        if is_signed(answer):
            found = answer.exchange.reply.header("Wechatpay-Signature-Type")
            if found != "WECHATPAY2-SHA256-RSA2048":
                raise Violation("The signature's type is not named.", expected="WECHATPAY2-SHA256-RSA2048", got=repr(found))

    judge_all(platform, judge, brief=True)


def _is_json(platform: Platform, visit: Visit) -> bool:
    """Tell whether *visit* is to an operation that answers in JSON, signed."""
    return platform.contract.operations[visit.call.operation].signed_response


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
