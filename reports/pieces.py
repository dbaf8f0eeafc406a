"""Small pieces the sections of the page share."""

from collections.abc import Mapping

from reports.markup import Markup, Node, el, join, said
from reports.model import Text
from reports.outcomes import Outcome
from reports.words import OUTCOMES

__all__ = ["badge", "pairs", "rows", "tally"]


def badge(outcome: Outcome) -> Markup:
    """Return the name of *outcome* in its colour."""
    return el("span", said(OUTCOMES[outcome]), class_=f"badge {outcome}")


def tally(counts: Mapping[Outcome, int]) -> list[Markup]:
    """Return the outcomes that occur, each with how often."""
    return [el("span", badge(outcome), f" {number:,}", class_="tally") for outcome, number in counts.items() if number]


def rows(*pairs_: tuple[Text, Node]) -> Markup | None:
    """Return labels and what they label, without those that label nothing; None where nothing is left."""
    kept = [(label, value) for label, value in pairs_ if value is not None]
    return el("dl", [[el("dt", said(label)), el("dd", value)] for label, value in kept]) if kept else None


def pairs(values: Mapping[str, str]) -> Markup | None:
    """Return names with their values on one line; None where there are none."""
    return join([[el("span", f"{name} {value}", class_="pair"), " "] for name, value in values.items()]) if values else None
