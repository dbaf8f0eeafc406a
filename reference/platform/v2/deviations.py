"""What the real sandbox says otherwise than the documents have it, and what its cases do.

Kept as data, for a sandbox that is imitated faithfully and one that follows the documents are the same program. ``observed`` is what
somebody saw or the documents tell; ``inferred`` is our reading where no answer was seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from reference.machines import Refusal
from reference.platform.refusals import SYSTEM_ERROR
from reference.platform.v2.refusals import CODE_DECLINED, STILL_PAYING

__all__ = ["ALL", "CASES", "COUPONS", "DEVIATIONS", "KEY_LIFE", "Case", "Deviation"]

KEY_LIFE: Final = 3 * 86400
"""Seconds a sandbox key is good for."""

Deviation: TypeAlias = Literal["cash-fee-zero-is-not-signed", "wrong-fee-is-told-in-retcode"]

DEVIATIONS: Final[Mapping[Deviation, str]] = MappingProxyType(
    {
        "cash-fee-zero-is-not-signed": "cash_fee is 0 in the answer for 3 fen and left out of what its sign covers.",
        "wrong-fee-is-told-in-retcode": "A wrong total_fee is answered with retcode and retmsg instead of the two levels, unsigned.",
    }
)
ALL: Final[frozenset[Deviation]] = frozenset(DEVIATIONS)

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
