"""Many outcomes become one, and one verdict, always the honest way round."""

import pytest

from reports.outcomes import Level, Outcome, Verdict, aggregate, at_level, count, decide

P, V, W, A = Outcome.PASSED, Outcome.VIOLATED, Outcome.WAIVED, Outcome.ADVISORY
NA, NE = Outcome.NOT_APPLICABLE, Outcome.NOT_EXERCISED
I, C, H = Outcome.INCONCLUSIVE, Outcome.CONFIG, Outcome.HARNESS_ERROR  # noqa: E741 - a column of a table

BEST_TO_WORST = [P, W, A, I, C, V, H]


@pytest.mark.parametrize("worse", BEST_TO_WORST)
@pytest.mark.parametrize("better", BEST_TO_WORST)
def test_the_worse_of_two_outcomes_wins(better: Outcome, worse: Outcome) -> None:
    """Of any two outcomes of checks that ran, the one further down the order stands for the rule, whichever came first."""
    expected = max(better, worse, key=BEST_TO_WORST.index)

    assert aggregate([better, worse]) is expected
    assert aggregate([worse, better]) is expected


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [([], NE), ([NA], NA), ([NE], NE), ([NA, NE], NE), *[([NA, NE, ran], ran) for ran in BEST_TO_WORST]],
)
def test_gaps_count_only_where_nothing_ran(outcomes: list[Outcome], expected: Outcome) -> None:
    """not-applicable and not-exercised stand for a rule only if none of its checks ran; a gap outweighs a missing capability."""
    assert aggregate(outcomes) is expected


@pytest.mark.parametrize(
    ("outcome", "level", "expected"),
    [(V, Level.MUST, V), (V, Level.SHOULD, A), (V, Level.OBSERVED, A), (P, Level.SHOULD, P), (H, Level.SHOULD, H), (I, Level.SHOULD, I)],
)
def test_breaking_what_is_not_a_must_is_advisory(outcome: Outcome, level: Level, expected: Outcome) -> None:
    """Only a violated must is a violation; other outcomes do not depend on the level."""
    assert at_level(outcome, level) is expected


@pytest.mark.parametrize(
    ("rules", "phases", "verdict", "exit_code"),
    [
        ([P], [], Verdict.CONFORMANT, 0),
        ([P, A, NE, NA], [P], Verdict.CONFORMANT, 0),
        ([P, W], [], Verdict.WITH_WAIVERS, 0),
        ([P, V], [], Verdict.NOT_CONFORMANT, 1),
        ([V, C, I], [], Verdict.NOT_CONFORMANT, 1),
        ([V, H], [], Verdict.SUITE_FAULT, 4),
        ([P], [H], Verdict.SUITE_FAULT, 4),
        ([P, C, I], [], Verdict.MISCONFIGURED, 2),
        ([], [C], Verdict.MISCONFIGURED, 2),
        ([P, I], [], Verdict.INCONCLUSIVE, 3),
        ([], [I], Verdict.INCONCLUSIVE, 3),
        ([], [], Verdict.VACUOUS, 3),
        ([], [P, P], Verdict.VACUOUS, 3),
        ([NE, NA], [P], Verdict.VACUOUS, 3),
        ([W, A], [], Verdict.VACUOUS, 3),
    ],
)
def test_verdict_and_exit_code(rules: list[Outcome], phases: list[Outcome], verdict: Verdict, exit_code: int) -> None:
    """The worst outcome decides; a run in which nothing passed or was violated proves nothing, however well its phases went."""
    assert decide(rules, phases) is verdict
    assert verdict.exit_code == exit_code


def test_counts_name_every_outcome() -> None:
    """A count says nought where an outcome did not occur, so that a reader need not guess."""
    assert count([P, P, V]) == {**dict.fromkeys(Outcome, 0), P: 2, V: 1}
