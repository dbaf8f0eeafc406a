"""What an examination by the doctor finds."""

from collections.abc import Callable
from dataclasses import dataclass

from conformance.targets.verdicts import ConfigurationError, Inconclusive, NotApplicable, NotExercised
from reports.outcomes import Outcome

__all__ = ["Symptom", "tried"]


@dataclass(frozen=True)
class Symptom:
    """What one examination found: its *name*, the *outcome* (passed, config or inconclusive) and a sentence."""

    name: str
    outcome: Outcome
    says: str


def tried(name: str, look: Callable[[], str]) -> Symptom:
    """Return what *look* finds, or what kept it from looking."""
    try:
        return Symptom(name, Outcome.PASSED, look())
    except ConfigurationError as error:
        return Symptom(name, Outcome.CONFIG, str(error))
    except (Inconclusive, NotApplicable, NotExercised) as error:
        return Symptom(name, Outcome.INCONCLUSIVE, str(error))
