"""The contract: OpenAPI 3.1 documents, one per business group, and their typed reader.

Extensions of an operation: `x-seed-row`, `x-mode`, `x-event`, `x-shows`, `x-trade-type`, `x-acting-merchant`, `x-sub-merchant`,
`x-signed-response`, `x-notification`, `x-completeness`; of a webhook: `x-event-type`, `x-mode`, `x-resource`; of a schema: `x-bound`
(`documented` or `advisory`), `x-in-doubt`, `x-length-source`, `x-sensitive`, `x-encrypted`, `x-unit`.
"""

from reference.contract.fields import FieldBound, Problem, bounds, parameters, problems
from reference.contract.loader import load
from reference.contract.model import Contract, Match, Mode, Operation, Parameter, Schema, Webhook, Where

__all__ = [
    "Contract",
    "FieldBound",
    "Match",
    "Mode",
    "Operation",
    "Parameter",
    "Problem",
    "Schema",
    "Webhook",
    "Where",
    "bounds",
    "load",
    "parameters",
    "problems",
]
