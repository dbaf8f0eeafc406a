"""The sentence that decides: why a run got its verdict, in one line a manager can read."""

from collections.abc import Sequence

from reports.model import PhaseFinished, RuleJudged, Text
from reports.outcomes import Outcome, Verdict, decide
from reports.view import order_of_risk, worst_first
from reports.words import number_of

__all__ = ["conclude"]


def conclude(
    rules: Sequence[RuleJudged],
    phases: Sequence[PhaseFinished] = (),
    *,
    risks: Sequence[str] = (),
) -> tuple[Verdict, Text]:
    """Return the verdict on a run and the sentence that decides it.

    *risks* are slugs in the order of their weight, money first; the violation that carries the heaviest one speaks for the run.
    """
    verdict = decide([rule.outcome for rule in rules], [phase.outcome for phase in phases])
    if verdict is Verdict.NOT_CONFORMANT:
        return verdict, _violation(rules, phases, risks)
    if verdict in (Verdict.CONFORMANT, Verdict.WITH_WAIVERS):
        return verdict, _success(rules, risks)
    if verdict is Verdict.VACUOUS:
        return verdict, Text("No rule was shown to hold: nothing passed.", "没有任何规则得到证明：没有一项通过。")
    return verdict, _doubt(verdict, rules, phases)


def _violation(rules: Sequence[RuleJudged], phases: Sequence[PhaseFinished], risks: Sequence[str]) -> Text:
    violated = [rule for rule in worst_first(rules, order_of_risk(risks)) if rule.outcome is Outcome.VIOLATED]
    if not violated:
        return _named(next(phase for phase in phases if phase.outcome is Outcome.VIOLATED))
    worst, others = violated[0], len(violated) - 1
    if not others:
        return worst.consequence
    verb = "is" if others == 1 else "are"
    chinese = worst.consequence.zh and f"{worst.consequence.zh}另有 {others} 条规则被违反。"
    return Text(f"{worst.consequence.en} {number_of(others, 'more rule')} {verb} violated.", chinese)


def _success(rules: Sequence[RuleJudged], risks: Sequence[str]) -> Text:
    def total(*outcomes: Outcome) -> int:
        return sum(rule.outcome in outcomes for rule in rules)

    passed, waived = total(Outcome.PASSED), total(Outcome.WAIVED)
    advisory, gaps = total(Outcome.ADVISORY), total(Outcome.NOT_EXERCISED, Outcome.NOT_APPLICABLE)
    judged = passed + waived + advisory
    english = [f"{passed:,} of {judged:,} judged rules {'holds' if passed == 1 else 'hold'}"]
    chinese = [f"可判定的 {judged:,} 条规则中，{passed:,} 条成立"]
    if waived:
        english.append(f"{number_of(waived, 'violation')} {'is' if waived == 1 else 'are'} waived")
        chinese.append(f"{waived:,} 条违反已豁免")
    if advisory:
        english.append(f"{number_of(advisory, 'piece')} of advice {'is' if advisory == 1 else 'are'} open")
        chinese.append(f"{advisory:,} 条建议待处理")
    if gaps:
        english.append(f"{gaps:,} {'was' if gaps == 1 else 'were'} not exercised")
        chinese.append(f"{gaps:,} 条未检验")
    accepted = _accepted(rules, risks)
    return Text("; ".join(english) + "." + accepted.en, "；".join(chinese) + "。" + accepted.zh)


def _accepted(rules: Sequence[RuleJudged], risks: Sequence[str]) -> Text:
    """Say what is accepted by a waiver: the consequence that weighs most."""
    waived = [rule for rule in worst_first(rules, order_of_risk(risks)) if rule.outcome is Outcome.WAIVED and rule.consequence.en]
    if not waived:
        return Text("")
    worst = waived[0].consequence
    return Text(f" Accepted{' among others' if len(waived) > 1 else ''}: {worst.en}", worst.zh and f"已接受的后果：{worst.zh}")


def _doubt(verdict: Verdict, rules: Sequence[RuleJudged], phases: Sequence[PhaseFinished]) -> Text:
    decisive = {
        Verdict.SUITE_FAULT: Outcome.HARNESS_ERROR,
        Verdict.MISCONFIGURED: Outcome.CONFIG,
        Verdict.INCONCLUSIVE: Outcome.INCONCLUSIVE,
    }[verdict]
    for phase in phases:
        if phase.outcome is decisive:
            return _named(phase)
    concerned = [rule for rule in rules if rule.outcome is decisive]
    first = concerned[0]
    why = f": {first.reason}" if first.reason else "."
    count = number_of(len(concerned), "rule")
    return {
        Verdict.SUITE_FAULT: Text(
            f"The suite itself failed at {count}, first {first.rule}{why}",
            f"套件自身在 {len(concerned)} 条规则上出错，首先是 {first.rule}。",
        ),
        Verdict.MISCONFIGURED: Text(
            f"The configuration keeps {count} from being judged, first {first.rule}{why}",
            f"配置有误，{len(concerned)} 条规则无法检验，首先是 {first.rule}。",
        ),
        Verdict.INCONCLUSIVE: Text(
            f"{count} could not be decided, first {first.rule}{why}", f"{len(concerned)} 条规则无法判定，首先是 {first.rule}。"
        ),
    }[verdict]


def _named(phase: PhaseFinished) -> Text:
    return Text(f"{phase.name}: {phase.detail}" if phase.detail else f"{phase.name} did not pass.", "")
