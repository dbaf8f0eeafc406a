"""What the real sandbox says otherwise than the documents have it, and what its cases do.

Kept as data, for a sandbox that is imitated faithfully and one that follows the documents are the same program. ``observed`` is what
somebody saw or the documents tell; ``inferred`` is our reading where no answer was seen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from reference.machines import Refusal
from reference.platform.refusals import SYSTEM_ERROR
from reference.platform.v2.refusals import CODE_DECLINED, STILL_PAYING

__all__ = ["ALL", "CASES", "CASE_HEADER", "COUPONS", "DEVIATIONS", "KEY_LIFE", "Case", "Deviation", "Known", "deviations_named"]

KEY_LIFE: Final = 3 * 86400
"""Seconds a sandbox key is good for."""

CASE_HEADER: Final = "Wechatpay-Negative-Test"
"""The request header that names a case."""

Deviation: TypeAlias = Literal["cash-fee-zero-is-not-signed", "wrong-fee-is-told-in-retcode"]


@dataclass(frozen=True, slots=True)
class Known:
    """A deviation that is known: what the sandbox *does*, what the documents *demand*, and who told of it."""

    does: str
    demand: str
    source: str


DEVIATIONS: Final[Mapping[Deviation, Known]] = MappingProxyType(
    {
        "cash-fee-zero-is-not-signed": Known(
            "cash_fee is 0 in the answer for 3 fen and left out of what its sign covers.",
            "Every element that is not empty is signed, a zero too.",
            "wechatpay-axios-plugin, issues 35 and 39",
        ),
        "wrong-fee-is-told-in-retcode": Known(
            "A wrong total_fee is answered with retcode and retmsg instead of the two levels, unsigned.",
            "A refusal has return_code and return_msg, or result_code and err_code.",
            "answers quoted by merchants of the sandbox",
        ),
    }
)
"""What is known of the real sandbox and is neither a fault of whoever uses it nor news; docs/sandbox.md shows the same table."""
ALL: Final[frozenset[Deviation]] = frozenset(DEVIATIONS)


def deviations_named(names: str | Iterable[str]) -> frozenset[Deviation]:
    """Return the deviations of these *names*; a text is ``all``, ``none`` or names with commas between them. Raises ValueError."""
    if names == "all":
        return ALL
    given = [] if names == "none" else [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    unknown = [name for name in given if name not in ALL]
    if unknown:
        known = ", ".join(DEVIATIONS)
        raise ValueError(f"{unknown[0]!r} is none of the sandbox's known deviations. Known are {known}; all and none do, too.")
    return frozenset(name for name in DEVIATIONS if name in given)


COUPONS: Final[Mapping[int, tuple[tuple[str, int], ...]]] = MappingProxyType(
    {1: (), 2: (("CASH", 1),), 3: (("CASH", 1), ("NO_CASH", 2))},
)
"""The amounts, in fen, a code payment succeeds with, and the coupons that pay part of each: kind and fee."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case of the header Wechatpay-Negative-Test.

    *charged* is what a code payment is answered, *asked* what a query with the same header is, None for the order as it stands. The order
    begins in *state* and comes to *later* after *seconds*.
    """

    charged: Refusal
    asked: Refusal | None
    state: str
    later: str
    seconds: int
    evidence: Literal["observed", "inferred"]


CASES: Final[Mapping[str, Case]] = MappingProxyType(
    {
        # The answer was seen; that the payer confirms while the merchant polls every 5 s up to 30 s is inferred.
        "MICROPAY_USERPAYING": Case(STILL_PAYING, None, "USERPAYING", "SUCCESS", 10, "observed"),
        "MICROPAY_TIMEOUT": Case(SYSTEM_ERROR, None, "SUCCESS", "SUCCESS", 0, "inferred"),
        "MICROPAY_PAYERROR": Case(CODE_DECLINED, None, "PAYERROR", "PAYERROR", 0, "inferred"),
        "MICROPAY_PAY_QUERY_TIMEOUT": Case(SYSTEM_ERROR, SYSTEM_ERROR, "SUCCESS", "SUCCESS", 0, "inferred"),
    }
)
