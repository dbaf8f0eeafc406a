"""The lives of transfers of APIv2: to a person's balance, and to a bank card."""

from reference.machines.model import Case, Event, Machine, Refusal
from reference.machines.payout import DECIDED, PAYOUT_CHANGED, PAYOUT_UNKNOWN, funds_short, number_used

__all__ = ["BANK_TRANSFER", "NAME_MISMATCH", "TRANSFER"]

NAME_MISMATCH = Refusal("name-mismatch", 400, "NAME_MISMATCH", "The payee has another name.", (400, 403), ("NAME_MISMATCH",))

_STATES = ("PROCESSING", "SUCCESS", "FAILED")
_BANK_STATES = (*_STATES, "BANK_FAIL")


def wrong_name(case: Case) -> Refusal | None:
    """With FORCE_CHECK only the person named is paid."""
    if case.draft.get("check_name") != "FORCE_CHECK":
        return None
    return NAME_MISMATCH if case.draft.get("re_user_name") != case.facts["name"] else None


TRANSFER = Machine(
    name="transfer",
    title="Transfer to a balance (APIv2)",
    title_zh="付款到零钱（APIv2）",
    states=_STATES,
    terminal=frozenset({"SUCCESS", "FAILED"}),
    source="transfer pages; status of gettransferinfo",
    events={
        event.name: event
        for event in (
            Event(
                "send",
                creates=("SUCCESS", "PROCESSING"),
                refused_if=(wrong_name, funds_short),
                repeats_in=frozenset(_STATES),
                changed=PAYOUT_CHANGED,
            ),
            Event("hold_up", by="platform", absent=PAYOUT_UNKNOWN, refused_in=number_used(*_STATES)),
            Event(
                "settle",
                "PROCESSING -> SUCCESS",
                by="platform",
                absent=PAYOUT_UNKNOWN,
                refused_in={"SUCCESS": DECIDED, "FAILED": DECIDED},
            ),
            Event(
                "fail",
                "PROCESSING -> FAILED",
                by="platform",
                absent=PAYOUT_UNKNOWN,
                refused_in={"SUCCESS": DECIDED, "FAILED": DECIDED},
            ),
        )
    },
)

BANK_TRANSFER = Machine(
    name="bank_transfer",
    title="Transfer to a bank card (APIv2)",
    title_zh="付款到银行卡（APIv2）",
    states=_BANK_STATES,
    terminal=frozenset({"FAILED", "BANK_FAIL"}),
    source="bank transfer pages; status of query_bank",
    events={
        event.name: event
        for event in (
            Event(
                "send",
                creates=("PROCESSING",),
                refused_if=(funds_short,),
                repeats_in=frozenset(_BANK_STATES),
                changed=PAYOUT_CHANGED,
            ),
            Event(
                "settle",
                "PROCESSING -> SUCCESS",
                by="platform",
                absent=PAYOUT_UNKNOWN,
                refused_in={"SUCCESS": DECIDED, "FAILED": DECIDED, "BANK_FAIL": DECIDED},
            ),
            Event(
                "fail",
                "PROCESSING -> FAILED",
                by="platform",
                absent=PAYOUT_UNKNOWN,
                refused_in={"SUCCESS": DECIDED, "FAILED": DECIDED, "BANK_FAIL": DECIDED},
            ),
            Event(
                "return",
                "SUCCESS -> BANK_FAIL",
                by="platform",
                absent=PAYOUT_UNKNOWN,
                refused_in={"PROCESSING": DECIDED, "FAILED": DECIDED, "BANK_FAIL": DECIDED},
            ),
        )
    },
)
