"""What comes before the checks: the doctor, and the known answers that prove the oracles on this machine."""

import time
from collections.abc import Iterator

from conformance.runner.doctor import examine, worst
from conformance.runner.known_answers import run_files
from conformance.runner.opening import Opened
from reports.model import PhaseFinished
from reports.outcomes import Outcome

__all__ = ["before_checks"]


def before_checks(opened: Opened) -> Iterator[PhaseFinished]:
    """Return the phases before the checks, each as it ends."""
    began = time.perf_counter()
    symptoms = list(examine(opened))
    decisive = worst(symptoms)
    detail = ", ".join(symptom.name for symptom in symptoms) if decisive.outcome is Outcome.PASSED else decisive.says
    yield PhaseFinished(name="doctor", outcome=decisive.outcome, detail=detail, seconds=_since(began))
    began = time.perf_counter()
    judged = [vector for result in run_files() for vector in result.judged]
    failed = [vector for vector in judged if vector.fails]
    held = sum(vector.outcome in {"agrees", "acceptable"} for vector in judged)
    detail = f"{held} of {len(judged)}" + (f"; first: {failed[0].vector.id}" if failed else "")
    yield PhaseFinished(name="vectors", outcome=Outcome.HARNESS_ERROR if failed else Outcome.PASSED, detail=detail, seconds=_since(began))


def _since(began: float) -> float:
    return round(time.perf_counter() - began, 2)
