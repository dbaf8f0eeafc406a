"""Chains of operations, each with what the one before made known: place, pay, query, refund, close, reverse, in any order drawn."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, reject, seed, settings
from schemathesis.schemas import BaseSchema

from conformance.fuzzing.fuzzer import Fuzzer
from conformance.targets.verdicts import Violation

__all__ = ["run_chains"]

_STEPS = 8


def run_chains(schema: BaseSchema, fuzzer: Fuzzer, *, chains: int, number: int) -> None:
    """Let schemathesis draw *chains* along the links of *schema* from the seed *number*; what they break is in the logbooks."""
    machine = schema.as_state_machine()

    @seed(number)
    class Chain(machine):  # type: ignore[valid-type, misc]
        """One chain, in a world of its own."""

        def setup(self) -> None:
            fuzzer.renew()

        def call(self, case: schemathesis.Case[Any], **kwargs: Any) -> Any:
            del kwargs
            violations = fuzzer.attempt(case)
            fuzzer.pay()
            first = fuzzer.first(case, violations)
            if first is not None:
                raise first
            if fuzzer.response is None:
                reject()  # nothing was sent, or nobody can tell what came of it
            return fuzzer.response

        def validate_response(self, response: Any, case: schemathesis.Case[Any], additional_checks: Any = None, **kwargs: Any) -> None:
            """The answer is judged already, by our rules."""

    try:
        Chain.run(
            settings=settings(
                max_examples=chains,
                stateful_step_count=_STEPS,
                derandomize=True,
                database=None,
                deadline=None,
                print_blob=False,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=tuple(HealthCheck),
            )
        )
    except Violation:
        return  # kept where it was found
    except BaseExceptionGroup as found:
        if found.split(Violation)[1] is not None:
            raise
