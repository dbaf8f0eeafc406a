"""What an answer of APIv2 must hold by the contract."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from conformance.checks.platform.promising import told
from conformance.targets.v2.answer import AnswerV2
from conformance.targets.verdicts import Violation
from reference.contract import Problem, Schema, problems
from reference.oracles import v2

__all__ = ["broken_promise_v2", "misquoted"]

_JUDGED_ELSEWHERE = frozenset((name,) for name in ("return_code", "result_code", "err_code", "sign"))
"""Elements that other rules ask for: layers, causes, signatures."""
_REPEATED = ("appid", "mch_id", "sub_appid", "sub_mch_id", "device_info")
"""Elements that an answer repeats from its request, if it has them."""


def broken_promise_v2(answer: AnswerV2) -> Violation | None:
    """Return how a success says something else than the contract promises; None when it does not, is no success, or is a file.

    Elements that are empty are absent. The JSON in an element that is promised always holds what it must, too.
    """
    schema = answer.operation.responses.get(200)
    if not answer.accepted or answer.is_a_file or schema is None:
        return None
    values = {name: value for name, value in answer.result.values.items() if value}
    found = (*problems(schema, values), *_inside(schema, values))
    wrong = [problem for problem in found if problem.documented and problem.in_doubt is None]
    wrong = [problem for problem in wrong if problem.pointer[:1] not in _JUDGED_ELSEWHERE]
    if not wrong:
        return misquoted(answer, _REPEATED)
    missing = wrong[0].keyword in {"required", "requiredIf"}
    return Violation(
        f"A success does not say what the contract promises: {told(wrong[0])}.",
        expected=f"an element {wrong[0].field.strip('/')}, which is promised always" if missing else "what the contract names",
        got=answer.described,
    )


def _inside(schema: Schema, values: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong inside the JSON of elements that are promised always."""
    for name in schema.get("required", ()):
        member = schema["properties"][name]
        if name not in values or member.get("contentMediaType") != "application/json":
            continue
        try:
            value = json.loads(values[name])
        except ValueError:
            yield Problem((name,), "contentMediaType", "is no JSON", values[name], documented=True, in_doubt=None)
            continue
        for problem in problems(member["contentSchema"], value):
            yield replace(problem, pointer=(name, *problem.pointer))


def misquoted(answer: AnswerV2, names: Collection[str]) -> Violation | None:
    """Return how an answer says another value than its request in an element of *names*; None when it does not, or says nothing."""
    asked, values = v2.read_xml(answer.exchange.wire.body), answer.result.values
    for name in sorted(names):
        if asked.get(name) and values.get(name) and values[name] != asked[name]:
            said = f"A success of {answer.operation.id} names another {name} than its request."
            return Violation(said, expected=f"{name} {asked[name]!r}", got=f"{name} {values[name]!r}")
    return None
