"""The life of a return: money taken back from somebody who was given a share."""

from reference.machines.model import Case, Event, Machine, Refusal
from reference.machines.sharing import DECIDED
from reference.machines.sharing import UNKNOWN as SHARING_UNKNOWN

__all__ = ["COUNTED", "FIVE_DAYS", "SHARING_RETURN", "UNKNOWN"]

COUNTED = frozenset({"PROCESSING", "SUCCESS"})
"""The states in which a return has taken, or may yet take, money back."""

MOST_RETURNS = 50
FIVE_DAYS = 5 * 86400
HALF_A_YEAR = 180 * 86400

UNKNOWN = Refusal("return-unknown", 404, "RESOURCE_NOT_EXISTS", "There is no such return.", (404,), ())
OVER_RETURN = Refusal("over-return", 403, "NOT_ENOUGH", "The returns would exceed what the receiver got.", (400, 403), ())
TOO_LATE = Refusal("return-too-late", 400, "INVALID_REQUEST", "Shares are returned for 180 days.", (400, 403), ())
TOO_MANY = Refusal("too-many-returns", 429, "FREQUENCY_LIMITED", "A sharing has at most 50 returns.", (400, 403, 429), ())
CHANGED = Refusal("return-changed", 400, "INVALID_REQUEST", "The number was used before with other parameters.", (400, 403, 409), ())


def unshared(case: Case) -> Refusal | None:
    """Only what was shared comes back."""
    return SHARING_UNKNOWN if case.facts.get("sharing") is None else None


def too_late(case: Case) -> Refusal | None:
    """Shares are returned for 180 days."""
    sharing = case.facts.get("sharing")
    return TOO_LATE if sharing is not None and case.now - sharing.created > HALF_A_YEAR else None


def too_many(case: Case) -> Refusal | None:
    """A sharing has at most 50 returns; those refused do not count."""
    return TOO_MANY if case.facts.get("returns", 0) >= MOST_RETURNS else None


def over_return(case: Case) -> Refusal | None:
    """All returns from one receiver together never exceed the share it was credited."""
    return OVER_RETURN if case.draft.get("amount", 0) > case.facts.get("returnable", 0) else None


_ENDED = {"SUCCESS": DECIDED, "FAILED": DECIDED}

SHARING_RETURN = Machine(
    name="sharing_return",
    title="Return of a share",
    title_zh="分账回退",
    states=("PROCESSING", "SUCCESS", "FAILED"),
    terminal=frozenset({"SUCCESS", "FAILED"}),
    source="profit-sharing pages; result of a return",
    events={
        event.name: event
        for event in (
            Event(
                "apply",
                creates=("PROCESSING",),
                refused_if=(unshared, too_late, too_many, over_return),
                repeats_in=frozenset({"PROCESSING", "SUCCESS", "FAILED"}),
                changed=CHANGED,
            ),
            Event("settle", "PROCESSING -> SUCCESS", by="platform", refused_in=_ENDED, absent=UNKNOWN),
            Event("fail", "PROCESSING -> FAILED", by="platform", refused_in=_ENDED, absent=UNKNOWN),
        )
    },
)
