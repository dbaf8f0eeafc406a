"""The sentence under the verdict is the one that decides."""

from dataclasses import replace

import pytest

from reports.model import PhaseFinished, RuleJudged, Text
from reports.outcomes import Outcome, Verdict
from reports.verdict import conclude
from tests.reports.miniature import RULES

PASSED, VIOLATED, INCONCLUSIVE, GAP = RULES


def _other(rule: RuleJudged, **changes: object) -> RuleJudged:
    return replace(rule, rule=f"{rule.rule}-too", **changes)  # type: ignore[arg-type]  # named members of the same class


def test_the_only_violation_speaks_for_the_run() -> None:
    """With one violation the sentence is its consequence, in both languages."""
    assert conclude(RULES) == (Verdict.NOT_CONFORMANT, VIOLATED.consequence)


def test_the_heaviest_risk_speaks_first() -> None:
    """Of several violations the one that carries the heaviest risk gives the sentence and the others are counted."""
    lighter = replace(PASSED, outcome=Outcome.VIOLATED)

    _, sentence = conclude([lighter, VIOLATED], risks=["over-refund", "replay"])

    assert sentence.en == "Two refunds at the same moment can take more money than the customer paid. 1 more rule is violated."
    assert sentence.zh == "两笔同时发起的退款可能超过用户实付金额。另有 1 条规则被违反。"


def test_success_names_its_gaps() -> None:
    """A conformant run says how many rules hold, and what stands open beside them."""
    rules = [PASSED, _other(PASSED), _other(PASSED, outcome=Outcome.ADVISORY), _other(PASSED, outcome=Outcome.WAIVED), GAP]

    verdict, sentence = conclude(rules)

    assert verdict is Verdict.WITH_WAIVERS
    assert sentence.en == (
        "2 of 4 judged rules hold; 1 violation is waived; 1 piece of advice is open; 1 was not exercised. "
        f"Accepted: {PASSED.consequence.en}"
    )
    assert sentence.zh.endswith(f"已接受的后果：{PASSED.consequence.zh}")


def test_the_gravest_of_what_is_waived_is_said() -> None:
    """Whoever reads that a run is conformant with waivers reads what was accepted, the heaviest risk first."""
    light, grave = _other(PASSED, outcome=Outcome.WAIVED), replace(VIOLATED, outcome=Outcome.WAIVED)

    _, sentence = conclude([PASSED, light, grave], risks=["over-refund", "replay"])

    assert sentence.en.endswith(f"2 violations are waived. Accepted among others: {VIOLATED.consequence.en}")


def test_nothing_proven_says_so() -> None:
    """A run that exercised nothing never reads like a success."""
    assert conclude([GAP]) == (Verdict.VACUOUS, Text("No rule was shown to hold: nothing passed.", "没有任何规则得到证明：没有一项通过。"))


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (Outcome.HARNESS_ERROR, "The suite itself failed at 1 rule, first v3.request.refuses-stale-timestamp: it broke"),
        (Outcome.CONFIG, "The configuration keeps 1 rule from being judged, first v3.request.refuses-stale-timestamp: it broke"),
        (Outcome.INCONCLUSIVE, "1 rule could not be decided, first v3.request.refuses-stale-timestamp: it broke"),
    ],
)
def test_a_doubt_names_its_rule_and_reason(outcome: Outcome, sentence: str) -> None:
    """Where a run could not decide, its sentence names the first rule concerned and why."""
    assert conclude([replace(PASSED, outcome=outcome, reason="it broke")])[1].en == sentence


def test_a_phase_that_failed_speaks_for_itself() -> None:
    """A doctor that found a mistake gives the sentence, since no rule was judged."""
    phase = PhaseFinished(name="doctor", outcome=Outcome.CONFIG, seconds=0.1, detail="apiv3_key has 31 bytes, not 32")

    assert conclude([], [phase]) == (Verdict.MISCONFIGURED, Text("doctor: apiv3_key has 31 bytes, not 32", ""))


def test_a_violated_phase_without_a_rule_is_named() -> None:
    """A phase may be violated while no rule is; the sentence then names the phase."""
    phase = PhaseFinished(name="vectors", outcome=Outcome.VIOLATED, seconds=0.1)

    assert conclude([PASSED], [phase])[1].en == "vectors did not pass."
