"""Lists of cases tried to the end: every failure is kept, not only the first."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar

from conformance.targets.exchange import Exchange
from conformance.targets.journal import to_json
from conformance.targets.platform import Platform
from conformance.targets.verdicts import Inconclusive, NotApplicable, NotExercised, NotOffered, Violation
from reference.platform import Delivery

__all__ = ["Evidence", "ManyViolations", "in_words", "sample", "try_all"]

Case = TypeVar("Case")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A violation with the case in words and everything that was sent and received for it, notifications included."""

    violation: Violation
    case: str
    exchanges: tuple[Exchange, ...]
    steps: tuple[dict[str, Any], ...]
    deliveries: tuple[Delivery, ...] = ()

    @classmethod
    def of(cls, violation: Violation, platform: Platform, case: str) -> "Evidence":
        """Keep what *platform* holds now."""
        steps = to_json(platform.steps, platform.identity, platform.mint.minted)
        return cls(violation, case, tuple(platform.exchanges), steps, tuple(platform.received))


class ManyViolations(Violation):
    """Several cases of one list failed."""

    def __init__(self, found: tuple[Evidence, ...], tried: int) -> None:
        first = found[0].violation
        super().__init__(
            f"{len(found)} of {tried} cases failed; the first: {found[0].case}: {first.sentence}",
            expected=first.expected,
            got=first.got,
            rule=first.rule,
        )
        self.found = found


def sample(cases: Sequence[Case], most: int | None) -> Sequence[Case]:
    """Return *most* of *cases*, spread over them evenly; all of them for None."""
    return cases if most is None or len(cases) <= most else [cases[number * len(cases) // most] for number in range(most)]


def _sampled_first(cases: Sequence[Case], most: int | None) -> Iterator[Case]:
    """Yield what `sample` takes, then the rest: some of the sample may be what the target does not offer."""
    if most is None or len(cases) <= most:
        yield from cases
        return
    chosen = [number * len(cases) // most for number in range(most)]
    yield from (cases[place] for place in chosen)
    yield from (case for place, case in enumerate(cases) if place not in chosen)


def in_words(case: object) -> str:
    """Return a case as a person reads it: what speaks for itself as it says it, what is put together part by part."""
    if isinstance(case, str):
        return case or "nothing"
    if isinstance(case, tuple | list):
        return ", ".join(map(in_words, case)) or "none"
    if is_dataclass(case) and hasattr(vars(type(case)).get("__repr__"), "__wrapped__") and "__str__" not in vars(type(case)):
        # A repr the decorator made is for programmers.
        return " ".join(in_words(getattr(case, part.name)) for part in fields(case) if getattr(case, part.name) not in (None, ""))
    return str(case)


def try_all(platform: Platform, cases: Iterable[Case], attempt: Callable[[Case], object]) -> None:
    """Call *attempt* for every one of *cases*, each with evidence of its own; raise ManyViolations if any of them raised Violation.

    A run that only smokes takes a sample of a long list, spread over it evenly. A case that begins with an operation the target does not
    offer is left out; where that leaves none, the check is not applicable.
    """
    found: list[Evidence] = []
    lacking: set[str] = set()
    tried = 0
    for case in _sampled_first(list(cases), platform.most_cases):
        if tried == platform.most_cases:
            break
        tried += 1
        platform.begin_example()
        try:
            attempt(case)
        except NotOffered as missing:
            if platform.exchanges and not found:
                raise
            lacking.update(missing.needs)
            tried -= 1
        except Violation as violation:
            found.append(Evidence.of(violation, platform, in_words(case)))
            if platform.first_only:
                break
        except (Inconclusive, NotExercised):
            if not found:
                raise
            break  # what was found stands, though nobody can tell about the rest
    if found:
        raise ManyViolations(tuple(found), tried)
    _must_have_tried(tried, lacking)
    platform.left_out |= lacking


def _must_have_tried(tried: int, lacking: set[str]) -> None:
    """An empty list must not pass for a list without failures."""
    if not tried:
        raise NotApplicable(lacking or {"cases to try"})
