"""What an answer must hold by the contract."""

import json

from conformance.targets.answer import Answer
from conformance.targets.verdicts import Violation, shown
from reference.contract import Operation, Problem, problems

__all__ = ["broken_promise", "told"]


def broken_promise(operation: Operation, answer: Answer) -> Violation | None:
    """Return how a success of *operation* says something else than the contract promises; None when it does not, or is no success."""
    if not answer.accepted:
        return None
    if answer.status not in operation.responses:
        expected = " or ".join(str(status) for status in operation.responses)
        return Violation("A success has a status the contract does not name.", expected=expected, got=answer.described)
    schema = operation.responses[answer.status]
    if schema is None:
        return None
    wrong = [problem for problem in problems(schema, answer.json) if problem.documented and problem.in_doubt is None]
    if not wrong:
        return None
    return Violation(
        f"A success does not say what the contract promises: {told(wrong[0])}.",
        expected=f"{wrong[0].field or 'a body'}, which is promised always" if wrong[0].keyword == "required" else "what the contract names",
        got=answer.described,
    )


def told(problem: Problem) -> str:
    """Say in a few words what is wrong with a value."""
    where = problem.field or "the body"
    if problem.keyword in {"required", "requiredIf"}:
        return f"{where} is missing"
    return f"{where} breaks {problem.keyword} ({shown(json.dumps(problem.value, ensure_ascii=False, default=str), 60)})"
