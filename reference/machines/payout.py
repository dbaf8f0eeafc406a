"""What red packets and transfers have in common: a number pays once, out of the merchant's balance, and what failed comes back."""

from reference.machines.model import Case, Refusal
from reference.machines.refund import FUNDS_SHORT

__all__ = ["DECIDED", "PAYOUT_CHANGED", "PAYOUT_UNKNOWN", "funds_short", "number_used"]

PAYOUT_UNKNOWN = Refusal("payout-unknown", 404, "NOT_FOUND", "There is no such payout.", (404,), ("NOT_FOUND",))
PAYOUT_CHANGED = Refusal(
    "payout-changed",
    400,
    "FATAL_ERROR",
    "The number was used before with other parameters.",
    (400, 403),
    ("FATAL_ERROR", "PARAM_ERROR"),
)
DECIDED = Refusal("payout-decided", 400, "INVALID_REQUEST", "What becomes of the payout is decided.", (400, 403), ())
_NUMBER_USED = Refusal("number-used", 400, "INVALID_REQUEST", "The payout is made already.", (400, 403), ())


def funds_short(case: Case) -> Refusal | None:
    """A payout is paid from the merchant's balance, which may be too small; the same number may be tried again later."""
    balance = case.facts.get("balance")
    return FUNDS_SHORT if balance is not None and case.facts["cost"] > balance else None


def number_used(*states: str) -> dict[str, Refusal]:
    """Only a payout that is yet to be made can be held up."""
    return dict.fromkeys(states, _NUMBER_USED)
