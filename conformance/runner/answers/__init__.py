"""How the oracles answer each operation a vector may name.

Everything follows from scheme, operation, inputs and keys; no operation looks at the id of a vector.
"""

from collections.abc import Mapping
from typing import Final

from conformance.runner.answers import digests, sm, v2, v3
from conformance.runner.answers.case import Answer, Case, Operation, Unavailable, Unsupported

__all__ = ["OPERATIONS", "Answer", "Case", "Operation", "Unavailable", "Unsupported"]

OPERATIONS: Final[Mapping[tuple[str, str], Operation]] = {**digests.OPERATIONS, **sm.OPERATIONS, **v2.OPERATIONS, **v3.OPERATIONS}
"""Every operation by scheme and op."""
