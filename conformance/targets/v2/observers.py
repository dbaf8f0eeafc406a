"""What is demanded of every APIv2 answer, whatever the check at hand is about; each demand is raised under its own rule."""

from collections.abc import Callable

from conformance.targets.v2.answer import AnswerV2
from conformance.targets.verdicts import Violation, shown
from reference.identity import Identity
from reference.oracles.v2_result import authenticity, shape_problems
from strategies.v2.cases import SigningV2

__all__ = ["OBSERVERS", "ObserverV2"]

ObserverV2 = Callable[[Identity, AnswerV2], None]

_DONE = ("transaction_id", "prepay_id", "refund_id", "trade_state")
"""Elements that speak of something done."""
_SIGN_TYPE_OF = {32: "MD5", 64: "HMAC-SHA256"}
_LONGEST_CODE = 32


def answers_in_layers(_identity: Identity, answer: AnswerV2) -> None:
    """Every answer to a POST is HTTP 200 and flat XML with the documented levels; one that is not understood says why."""
    exchange, operation, result = answer.exchange, answer.operation, answer.result
    reply = exchange.reply
    if exchange.wire.method != "POST" or 300 <= reply.status < 400 or reply.status in {429, 502, 503, 504} or result.flaw == "page":
        return
    if answer.is_a_file or (result.flaw == "off-schema" and operation.group == "sandbox"):
        return
    wrong = "" if reply.status == 200 else f"The HTTP status is {reply.status}."
    if result.verdict == "malformed":
        wrong = wrong or result.why
    values = {name: value for name, value in result.values.items() if value}
    if values.get("return_code") == "FAIL":
        told = next((name for name in _DONE if name in values), None)
        if "return_msg" not in values:
            wrong = wrong or "return_code is FAIL without a return_msg."
        if told or values.get("result_code") == "SUCCESS":
            wrong = wrong or f"return_code is FAIL, but {told or 'result_code'} tells of something done."
    if wrong:
        raise Violation(
            f"The answer does not speak in layers: {wrong}",
            expected="HTTP 200 and XML with return_code, and with result_code where that is SUCCESS",
            got=f"{reply.status} {shown(reply.body.decode('utf-8', 'replace'))} to {exchange.label}",
            rule="v2.xml.answers-in-layers",
        )


def names_a_cause_exactly_on_failure(_identity: Identity, answer: AnswerV2) -> None:
    """A failed result has an err_code and a good one none; operations that spell the element otherwise are let pass."""
    exchange, operation, result = answer.exchange, answer.operation, answer.result
    known = (operation.responses.get(200) or {}).get("properties", {})
    if "result_code" not in known or result.flaw is not None or "pay_bank" in operation.path or operation.group == "transfers":
        return
    values = result.values
    problems = [problem for problem in shape_problems(values) if "err_code" in problem]
    if len(values.get("err_code") or "") > _LONGEST_CODE:
        problems.append(f"err_code is longer than {_LONGEST_CODE} characters.")
    if problems:
        raise Violation(
            f"The answer does not say what the result is: {problems[0]}",
            expected="an err_code with result_code FAIL, and none with SUCCESS",
            got=f"{shown(exchange.reply.body.decode('utf-8', 'replace'))} to {exchange.label}",
            rule="v2.xml.names-a-cause-exactly-on-failure",
        )


def answers_are_signed(identity: Identity, answer: AnswerV2) -> None:
    """Every answer with return_code SUCCESS of an operation that signs is signed under the merchant's APIv2 key, as its request was."""
    exchange, operation, values = answer.exchange, answer.operation, answer.result.values
    signing = exchange.signing
    if not isinstance(signing, SigningV2) or values.get("return_code") != "SUCCESS" or not operation.signed_response:
        return
    if operation.sign_key is not None:
        return  # its key is the sandbox's own, which only the platform tells
    named = signing.members.get("mch_id", signing.mch_id)
    merchant = next((merchant for merchant in identity.merchants if merchant.mchid == named), None)
    if merchant is None or merchant.apiv2_key is None:
        return
    sign, verdict = values.get("sign", ""), authenticity(values, merchant.apiv2_key)
    wrong = "" if verdict == "authentic" else f"its signature is {verdict}."
    sound = signing.text is None and signing.algorithm == signing.members.get("sign_type", "MD5")
    if not wrong and sound and _SIGN_TYPE_OF.get(len(sign)) != signing.algorithm:
        wrong = f"the request was signed by {signing.algorithm}, and its sign has {len(sign)} digits."
    if wrong:
        raise Violation(
            f"An answer cannot be believed: {wrong}",
            expected=f"a sign by {signing.algorithm} over every element that is not empty",
            got=f"{shown(exchange.reply.body.decode('utf-8', 'replace'))} to {exchange.label}",
            rule="v2.sign.signs-its-answers",
        )


OBSERVERS: tuple[ObserverV2, ...] = (answers_in_layers, names_a_cause_exactly_on_failure, answers_are_signed)
