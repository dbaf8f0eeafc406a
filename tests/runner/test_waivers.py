"""Waivers: a known violation accepted for a while, with a reason and an end."""

import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from conformance.runner.judging import judge_rule
from conformance.runner.waivers import Waiver, Waivers, read_waivers
from conformance.targets.verdicts import ConfigurationError
from reference.platform.faults import find
from reference.platform.serve import Serving, running
from reference.rules import load
from reports.model import CheckFinished, Finding, RuleJudged, Run
from reports.outcomes import Level, Outcome, Verdict
from reports.stream import read

_RULE = "v3.request.refuses-stale-timestamp"
_OTHER = "v3.refund.never-exceeds-the-order"
_ECHO = "v3.echo.returns-the-encrypted-message"
_FAULT = "returns-no-secret"
_TODAY = date(2026, 6, 30)
_WAIVER = Waiver(_RULE, "mended in release 12", _TODAY)


def _check(outcome: Outcome, *broken: str, rules: tuple[str, ...] = (_RULE,)) -> CheckFinished:
    findings = tuple(Finding(id=rule[-6:], rule=rule, sentence="seen", shortest="", expected="", got="") for rule in broken)
    return CheckFinished(
        check="check", title="", group="requests", rules=rules, outcome=outcome, level=Level.MUST, seconds=0.1, findings=findings
    )


def _judged(check: CheckFinished, rule: str = _RULE) -> RuleJudged:
    return judge_rule(load()[rule], [check], strict=False)


@pytest.mark.parametrize(
    ("waiver", "outcome", "reason"),
    [
        (_WAIVER, Outcome.WAIVED, "mended in release 12 (until 2026-06-30)"),
        (Waiver("v3.request.*", "ticket 12", _TODAY), Outcome.WAIVED, "ticket 12 (until 2026-06-30)"),
        (Waiver(_RULE, "ticket 12", date(2026, 6, 29)), Outcome.VIOLATED, "its waiver ended on 2026-06-29: ticket 12"),
        (Waiver(_OTHER, "ticket 12", _TODAY), Outcome.VIOLATED, None),
    ],
    ids=["exact", "glob", "ended", "of another rule"],
)
def test_a_violation_is_waived_until_a_day(waiver: Waiver, outcome: Outcome, reason: str | None) -> None:
    """A waiver covers its rules up to and on its last day; after it the rule is violated again, and says that the waiver ended."""
    waivers = Waivers([waiver], _TODAY)
    check = waivers.of_check(_check(Outcome.VIOLATED, _RULE))
    rule = waivers.of_rule(_judged(check))

    assert (rule.outcome, rule.reason) == (outcome, reason)
    assert check.outcome is outcome
    assert rule.findings == (_RULE[-6:],)
    assert len(check.findings) == 1


def test_what_is_not_waived_is_still_violated() -> None:
    """A check that found something else beside what is waived stays violated, and only the waived rule is waived."""
    waivers = Waivers([_WAIVER], _TODAY)
    check = waivers.of_check(_check(Outcome.VIOLATED, _RULE, _OTHER))

    assert check.outcome is Outcome.VIOLATED
    assert waivers.of_rule(_judged(check)).outcome is Outcome.WAIVED
    assert waivers.of_rule(_judged(check, _OTHER)).outcome is Outcome.VIOLATED


@pytest.mark.parametrize("outcome", [Outcome.PASSED, Outcome.INCONCLUSIVE, Outcome.HARNESS_ERROR, Outcome.NOT_EXERCISED])
def test_only_a_violation_is_waived(outcome: Outcome) -> None:
    """A waiver hides no doubt, no gap and no fault of the suite."""
    waivers = Waivers([_WAIVER], _TODAY)
    check = waivers.of_check(_check(outcome))

    assert check.outcome is outcome
    assert waivers.of_rule(_judged(check)).outcome is outcome


def test_a_rule_passes_beside_a_check_that_is_waived() -> None:
    """A rule of a waived check that the check found nothing about is not exercised by it, and never waived."""
    waivers = Waivers([_WAIVER], _TODAY)
    check = waivers.of_check(_check(Outcome.VIOLATED, _RULE, rules=(_RULE, _OTHER)))

    assert check.outcome is Outcome.WAIVED
    assert waivers.of_rule(_judged(check, _OTHER)).outcome is Outcome.NOT_EXERCISED


@pytest.mark.parametrize(
    ("outcome", "complete", "says"),
    [
        (Outcome.VIOLATED, True, (Outcome.PASSED, "1 rule waived")),
        (Outcome.PASSED, True, (Outcome.CONFIG, f"{_RULE} holds: remove its [[waivers]] entry")),
        (Outcome.PASSED, False, (Outcome.PASSED, "0 rules waived")),
        (Outcome.NOT_EXERCISED, True, (Outcome.PASSED, "0 rules waived")),
    ],
    ids=["needed", "stale", "only a part was judged", "nobody can tell"],
)
def test_a_waiver_of_what_holds_is_a_mistake(outcome: Outcome, complete: bool, says: tuple[Outcome, str]) -> None:  # noqa: FBT001 - a case
    """A waiver is to be removed once its rule holds in a complete run; where that is not known it stays."""
    waivers = Waivers([_WAIVER], _TODAY)
    check = waivers.of_check(_check(outcome, *([_RULE] if outcome is Outcome.VIOLATED else [])))

    phase = waivers.examined([waivers.of_rule(_judged(check))], complete=complete)

    assert phase is not None
    assert (phase.outcome, phase.detail) == says


def test_waivers_that_ended_are_named() -> None:
    """The line about waivers names those that no longer count; without waivers there is none."""
    phase = Waivers([Waiver(_OTHER, "ticket 12", date(2026, 1, 31))], _TODAY).examined([], complete=True)

    assert phase is not None
    assert phase.detail == f"0 rules waived; {_OTHER} ended on 2026-01-31"
    assert Waivers([], _TODAY).examined([], complete=True) is None


def _written(folder: Path, text: str) -> Path:
    file = folder / "wxconform.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_reads_the_waivers_of_a_target(tmp_path: Path) -> None:
    """Entries without target count for all, the others for theirs; white space around a text means nothing."""
    file = _written(
        tmp_path,
        f'[[waivers]]\nrule = "{_RULE}"\nreason = " mended in release 12 "\nuntil = 2026-06-30\n'
        f'[[waivers]]\nrule = "{_OTHER}"\nreason = "x"\nuntil = 2026-07-01\ntarget = "shop"\n',
    )

    assert read_waivers("mock", file) == (_WAIVER,)
    assert read_waivers("shop", file) == (_WAIVER, Waiver(_OTHER, "x", date(2026, 7, 1), "shop"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('reason = "x"\nuntil = 2026-06-30', "says no rule"),
        (f'rule = "{_RULE}"\nuntil = 2026-06-30', "says no reason"),
        (f'rule = "{_RULE}"\nreason = " "\nuntil = 2026-06-30', "has reason ' '; a text was expected"),
        (f'rule = "{_RULE}"\nreason = 3\nuntil = 2026-06-30', "has reason 3; a text was expected"),
        (f'rule = "{_RULE}"\nreason = "x"', "says no until; a date was expected"),
        (f'rule = "{_RULE}"\nreason = "x"\nuntil = "2026-06-30"', "has until '2026-06-30'; a date was expected"),
        (f'rule = "{_RULE}"\nreason = "x"\nuntil = 2026-06-30T00:00:00', "a date was expected"),
        (f'rule = "{_RULE}"\nreason = "x"\nuntil = 2026-06-30\ntargets = "mock"', "a member 'targets' that means nothing"),
        ('rule = "v3.request.refuses-stale-timestamps"\nreason = "x"\nuntil = 2026-06-30', f"Did you mean {_RULE}"),
        ('rule = "v9.*"\nreason = "x"\nuntil = 2026-06-30', "waives nothing: there is no rule 'v9.*'"),
    ],
)
def test_an_entry_that_is_not_whole_is_a_mistake(tmp_path: Path, text: str, says: str) -> None:
    """A waiver without rule, reason or end, or of a rule there is not, is refused with the entry named."""
    with pytest.raises(ConfigurationError) as error:
        read_waivers("mock", _written(tmp_path, f"[[waivers]]\n{text}\n"))

    assert str(error.value).startswith("[[waivers]] entry 1 in ")
    assert says in str(error.value)


def test_other_files_are_mistakes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is named must be there and hold a list; without one, and without wxconform.toml, nothing is waived."""
    monkeypatch.chdir(tmp_path)
    assert read_waivers("mock") == ()
    with pytest.raises(ConfigurationError, match=r"--waivers gone\.toml does not exist"):
        read_waivers("mock", Path("gone.toml"))
    with pytest.raises(ConfigurationError, match="is not a list of entries"):
        read_waivers("mock", _written(tmp_path, "waivers = 3\n"))


@dataclass(frozen=True)
class _Ran:
    code: int
    out: str
    folder: Path

    @property
    def run(self) -> Run:
        """What it left behind."""
        return read(self.folder / "report" / "run.ndjson")


def _run(folder: Path, *words: str, module: str = "conformance") -> _Ran:
    done = subprocess.run([sys.executable, "-m", module, *words], cwd=folder, capture_output=True, text=True, timeout=200, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return _Ran(done.returncode, done.stdout + done.stderr, folder)


def _waived(until: str, rule: str = _ECHO) -> str:
    return f'[[waivers]]\nrule = "{rule}"\nreason = "mended in release 12"\nuntil = {until}\n'


@pytest.mark.parametrize(
    ("until", "code", "outcome", "says"),
    [
        ("2999-12-31", 0, "waived", "mended in release 12 (until 2999-12-31)"),
        ("2020-12-31", 1, "violated", "its waiver ended on 2020-12-31: mended in release 12"),
    ],
)
def test_a_run_respects_waivers(tmp_path: Path, until: str, code: int, outcome: str, says: str) -> None:
    """A broken platform is conformant with waivers while its only violation is waived, with the evidence kept, and not after the end."""
    _written(tmp_path, _waived(until))
    with running(Serving(port=0, kind=find(_FAULT).platform)) as (base_url, _):
        ran = _run(tmp_path, "run", base_url, "--rule", "v3.echo.*", "--profile", "smoke", "--report", "report")

    assert ran.code == code, ran.out
    assert ran.run.finished is not None
    assert ran.run.finished.verdict is (Verdict.NOT_CONFORMANT if code else Verdict.WITH_WAIVERS)
    (rule,) = (rule for rule in ran.run.rules if rule.rule == _ECHO)
    assert (rule.outcome, rule.reason) == (outcome, says)
    (finding, *_) = (finding for check in ran.run.checks for finding in check.findings)
    assert finding.exchanges
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert says in page
    assert f"wxconform replay {finding.id}" in page


def test_a_waiver_no_longer_needed_fails_the_run(tmp_path: Path) -> None:
    """After a run that tried everything, a waiver of a rule that holds is a mistake in the configuration: exit 2, and what to do."""
    file = _written(tmp_path, _waived("2999-12-31", _RULE))
    checks = resources.files("conformance") / "checks" / "platform" / "test_request_time.py"
    plugin = ("-p", "conformance.runner.plugin", "-p", "no:schemathesis", "-p", "no:cacheprovider")

    ran = _run(tmp_path, str(checks), *plugin, "--waivers", str(file), "--report", "report", module="pytest")

    assert ran.code == 2
    assert ran.run.finished is not None
    assert ran.run.finished.verdict is Verdict.MISCONFIGURED
    assert f"{_RULE} holds: remove its [[waivers]] entry" in ran.run.finished.sentence.en


def test_a_wrong_waiver_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    """A waiver of a rule there is not exits 2, names the entry, and leaves nothing behind."""
    _written(tmp_path, '[[waivers]]\nrule = "v9.nothing"\nreason = "x"\nuntil = 2999-12-31\n')

    ran = _run(tmp_path, "run", "mock", "--report", "report")

    assert ran.code == 2
    assert "[[waivers]] entry 1 in wxconform.toml waives nothing" in ran.out
    assert not (tmp_path / "report").exists()


def test_a_seeded_fault_is_never_waived(tmp_path: Path) -> None:
    """Who seeds a fault wants to see it caught, whatever is waived."""
    _written(tmp_path, _waived("2999-12-31"))

    assert _run(tmp_path, "run", "mock", "--fault", _FAULT, "--rule", "v3.echo.*", "--profile", "smoke", "--report", "report").code == 1
