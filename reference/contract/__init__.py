"""The contract: OpenAPI 3.1 documents, one per business group, and their typed reader. Families: `v3` (JSON), `v2` (XML).

Extensions of an operation: `x-seed-row`, `x-mode`, `x-event`, `x-shows`, `x-trade-type`, `x-acting-merchant`, `x-sub-merchant`,
`x-signed-response`, `x-notification`, `x-completeness`; of a webhook: `x-event-type`, `x-mode`, `x-resource`; of a schema: `x-bound`
(`documented` or `advisory`), `x-in-doubt`, `x-length-source`, `x-sensitive`, `x-encrypted`, `x-unit`.

Those of `v2` besides. Of an operation: `x-client-cert`, true where the connection must bear the merchant's certificate; `x-sign-types`,
what `sign_type` may be, MD5 where it cannot be said; `x-sign-key`, the key that signs if it is not the merchant's API key; `x-errors`,
code by code which of `return` (`return_code`) and `result` (`result_code`) says FAIL, and whether to `retry`: `never`, the `same` request,
or only `query` for the outcome; those of the shared document hold for all operations; `x-seed-typo`, a misspelt path of the table, served
under the real one only. Of a webhook: `x-signed-request`. Of a schema: `x-minimum` and `x-maximum`, bounds of the number digits write.

All members of `v2` are text. A body is the elements of the message that are not empty. Members numbered on, such as `coupon_id_0`, stand
once, in `patternProperties`; JSON inside a text is described by `contentSchema`, which is judged on its own. The schema of status 200 is
that of success on both levels, the one of `default` that of everything else, which comes with status 200 too.
"""

from reference.contract.fields import FieldBound, Problem, bounds, inner_bounds, parameters, problems
from reference.contract.loader import load
from reference.contract.model import Contract, ErrorCode, Level, Match, Mode, Operation, Parameter, Retry, Schema, Webhook, Where

__all__ = [
    "Contract",
    "ErrorCode",
    "FieldBound",
    "Level",
    "Match",
    "Mode",
    "Operation",
    "Parameter",
    "Problem",
    "Retry",
    "Schema",
    "Webhook",
    "Where",
    "bounds",
    "inner_bounds",
    "load",
    "parameters",
    "problems",
]
