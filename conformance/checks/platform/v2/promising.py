"""What an answer of APIv2 must hold by the contract."""

from collections.abc import Mapping

from conformance.checks.platform.promising import told
from conformance.targets.v2.answer import AnswerV2
from conformance.targets.verdicts import Violation
from reference.contract import problems
from reference.oracles import v2

__all__ = ["broken_promise_v2"]

_JUDGED_ELSEWHERE = frozenset((name,) for name in ("return_code", "result_code", "err_code", "sign"))
"""Elements that other rules ask for: layers, causes, signatures."""
_REPEATED = ("appid", "mch_id", "sub_appid", "sub_mch_id", "device_info")
"""Elements that an answer repeats from its request, if it has them."""


def broken_promise_v2(answer: AnswerV2) -> Violation | None:
    """Return how a success says something else than the contract promises; None when it does not, is no success, or is a file.

    Elements that are empty are absent.
    """
    schema = answer.operation.responses.get(200)
    if not answer.accepted or answer.is_a_file or schema is None:
        return None
    values = {name: value for name, value in answer.result.values.items() if value}
    wrong = [problem for problem in problems(schema, values) if problem.documented and problem.in_doubt is None]
    wrong = [problem for problem in wrong if problem.pointer[:1] not in _JUDGED_ELSEWHERE]
    if not wrong:
        return _misquoted(answer, values)
    missing = wrong[0].keyword in {"required", "requiredIf"}
    return Violation(
        f"A success does not say what the contract promises: {told(wrong[0])}.",
        expected=f"an element {wrong[0].field.strip('/')}, which is promised always" if missing else "what the contract names",
        got=answer.described,
    )


def _misquoted(answer: AnswerV2, values: Mapping[str, str]) -> Violation | None:
    """Return how an answer names somebody else than asked; None when it does not."""
    asked = v2.read_xml(answer.exchange.wire.body)
    for name in _REPEATED:
        if asked.get(name) and values.get(name, asked[name]) != asked[name]:
            return Violation(f"A success names another {name} than its request.", expected=f"{name} {asked[name]!r}", got=answer.described)
    return None
