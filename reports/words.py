"""The words reports use, in English and Chinese, and how outcomes are called."""

from reports.model import Text
from reports.outcomes import Level, Outcome, Verdict

__all__ = ["DECISIONS", "INCOMPLETE", "LEVELS", "OUTCOMES", "UNDECIDED", "VERDICTS", "duration", "number_of"]

OUTCOMES = {
    Outcome.PASSED: Text("passed", "通过"),
    Outcome.VIOLATED: Text("violated", "违反"),
    Outcome.WAIVED: Text("waived", "已豁免"),
    Outcome.ADVISORY: Text("advisory", "建议改进"),
    Outcome.NOT_APPLICABLE: Text("not applicable", "不适用"),
    Outcome.NOT_EXERCISED: Text("not exercised", "未检验"),
    Outcome.INCONCLUSIVE: Text("inconclusive", "无法判定"),
    Outcome.CONFIG: Text("config", "配置有误"),
    Outcome.HARNESS_ERROR: Text("harness error", "套件故障"),
}

VERDICTS = {
    Verdict.CONFORMANT: Text("CONFORMANT", "符合规范"),
    Verdict.WITH_WAIVERS: Text("CONFORMANT WITH WAIVERS", "符合规范（有豁免）"),
    Verdict.NOT_CONFORMANT: Text("NOT CONFORMANT", "不符合规范"),
    Verdict.MISCONFIGURED: Text("MISCONFIGURED", "配置有误"),
    Verdict.INCONCLUSIVE: Text("INCONCLUSIVE", "无法判定"),
    Verdict.VACUOUS: Text("NOTHING PROVEN", "未证明任何规则"),
    Verdict.SUITE_FAULT: Text("FAULT OF THE SUITE", "套件自身故障"),
}

UNDECIDED = Text("INCONCLUSIVE", "无法得出结论")

DECISIONS = {
    Verdict.CONFORMANT: Text("READY", "可以上线"),
    Verdict.WITH_WAIVERS: Text("READY WITH WAIVERS", "可以上线（有豁免）"),
    Verdict.NOT_CONFORMANT: Text("NOT READY", "不可上线"),
}
"""What a verdict means to the person who decides; every other one is `UNDECIDED`."""

INCOMPLETE = Text("INCOMPLETE", "未完成")

LEVELS = {
    Level.MUST: Text("must", "必须"),
    Level.SHOULD: Text("should", "应当"),
    Level.OBSERVED: Text("observed", "观察"),
}


def number_of(count: int, noun: str) -> str:
    """Return *count* with *noun*, which takes an s unless there is exactly one: `1 rule`, `2,210 exchanges`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def duration(seconds: float) -> str:
    """Return *seconds* as people say it: `4.8 s`, `17 s`, `2 min 5 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
