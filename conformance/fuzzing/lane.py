"""What schemathesis' pytest plugin runs in the worker: one item for every operation, its cases sent by the fuzzer of the process."""

from typing import Any

import schemathesis

from conformance.fuzzing.worker import current

_PHASE = current()


@_PHASE.schema.parametrize()
def test_operation(case: schemathesis.Case[Any]) -> None:
    """Every drawn request to one operation is answered as the rules demand."""
    _PHASE.attempt(case)
