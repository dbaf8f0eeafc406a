"""How a check ends when it does not simply pass."""

from collections.abc import Iterable
from typing import Any

__all__ = ["ConfigurationError", "Inconclusive", "NotApplicable", "NotExercised", "NotOffered", "SuiteFault", "Unreachable", "Violation"]


class Violation(AssertionError):  # noqa: N818 - the word every report uses
    """The target broke a rule: what was expected, and what came.

    *rule* names the rule when it is another than the check's own; *also* is more of the same kind, for lists tried to the end.
    """

    def __init__(self, sentence: str, *, expected: str = "", got: str = "", rule: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.expected = expected
        self.got = got
        self.rule = rule

    def __str__(self) -> str:
        parts = [self.sentence, self.expected and f"expected {self.expected}", self.got and f"got {self.got}"]
        return "; ".join(part for part in parts if part)


class Inconclusive(Exception):  # noqa: N818 - an outcome, not an error
    """Nobody can tell: the target throttles, or the network was ambiguous."""


class Unreachable(Inconclusive):
    """The target does not answer at all."""


class NotApplicable(Exception):  # noqa: N818 - an outcome, not an error
    """The target lacks what the check needs; *needs* names the missing capabilities."""

    def __init__(self, needs: Iterable[str]) -> None:
        self.needs = tuple(sorted(needs))
        super().__init__(f"needs: {', '.join(self.needs)}")


class NotOffered(NotApplicable):
    """The target does not offer an operation; of a list of cases the others can still be tried."""


class NotExercised(Exception):  # noqa: N818 - an outcome, not an error
    """The check did not come to its end, for a reason that says nothing about the target."""


class ConfigurationError(Exception):
    """A person's mistake: the message names the value, what was expected and what to do next."""


class SuiteFault(Exception):  # noqa: N818 - reads as what it is in a report
    """The suite itself is at fault."""


def shown(value: Any, limit: int = 200) -> str:
    """Return *value* as a report shows it, cut to *limit* characters."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
