"""The pytest plugin: options, targets as fixtures, which checks run, and what is recorded of each."""

import fnmatch
import zlib
from collections.abc import Callable, Generator, Iterator
from datetime import date
from pathlib import Path
from typing import Any, cast

import hypothesis
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from conformance.runner import profiles
from conformance.runner.opening import Opened, open_target
from conformance.runner.recorder import Recorder
from conformance.runner.session import RECORD, SEEDED, Session
from conformance.runner.waivers import Waivers, read_waivers
from conformance.targets.platform import Platform
from conformance.targets.verdicts import ConfigurationError, Inconclusive
from reference.platform.faults import UnknownFault, seeded_faults
from reference.rules import load
from reports.model import to_dict

__all__: list[str] = []

_RECORDER = pytest.StashKey[Recorder]()
_ANSWER_GROUPS = frozenset({"response", "keys", "certificates", "error", "echo"})
"""Groups of rules whose checks judge answers as such; the observers of all answers would speak before them."""
_OPENED = pytest.StashKey[Opened]()
_SESSION = pytest.StashKey[Session]()
_SHARED = pytest.StashKey[dict[str | None, dict[str, Any]]]()
_KILLED = pytest.StashKey[set[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what a run is about."""
    group = parser.getgroup("wxconform", "WeChat Pay conformance")
    group.addoption("--target", default="mock", help="who is judged: mock, or the URL of a platform (default: mock)")
    group.addoption("--profile", default="certify", help=f"how deep to look: {', '.join(profiles.PROFILES)} (default: certify)")
    group.addoption("--rule", default=None, metavar="GLOB", help="judge only the rules whose id matches, such as 'v3.refund.*'")
    group.addoption("--seed", type=int, default=1637, help="what all cases are drawn from (default: 1637)")
    group.addoption("--fault", default=None, metavar="ID", help="seed a fault into the mock")
    group.addoption("--identity", default=None, metavar="DIR", help="whose keys to use (default: the bundled test identity)")
    group.addoption("--ca", default=None, metavar="FILE", help="the authority that vouches for an https target, in PEM form")
    group.addoption("--report", default=None, metavar="DIR", help="where to write the run's records")
    group.addoption("--waivers", default=None, metavar="FILE", help="whose [[waivers]] count (default: those of wxconform.toml)")
    group.addoption("--strict-levels", action="store_true", help="let a broken should count as a violation; a seeded fault always does")
    group.addoption("--wx-quiet", action="store_true", help="print nothing of the run itself")
    group.addoption("--seeded", default=None, metavar="FILE", help="in a self-test, try only the faults FILE names, one a line")
    group.addoption("--selftest", action="store_true", help="judge every check against the seeded faults of its rules")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker and make the profile the settings of every property."""
    config.addinivalue_line("markers", "judges(*rules): the rules a check judges")
    name = config.getoption("--profile")
    if name not in profiles.PROFILES:
        raise pytest.UsageError(f"There is no profile {name!r}; choose {', '.join(profiles.PROFILES)}.")
    profiles.apply(profiles.PROFILES[name], shrink=not config.getoption("--selftest"))
    config.stash[_OPENED] = _open(config)
    if config.stash[_OPENED].shared and config.getoption("numprocesses", None):
        raise pytest.UsageError(f"{config.stash[_OPENED].name} is asked by one check at a time: leave -n out.")
    config.stash[_KILLED] = set()
    config.addinivalue_line("markers", "xdist_group(name): checks that must run on one worker")
    if not hasattr(config, "workerinput"):
        config.stash[_SESSION] = Session(config, config.stash[_OPENED], _waivers(config))
        config.pluginmanager.register(config.stash[_SESSION], "wxconform-session")
    if config.getoption("allure_report_dir", None):
        from conformance.runner.allure import watch  # noqa: PLC0415 - a run without Allure need not load it

        watch(config, config.stash[_OPENED], _waivers(config))


def _open(config: pytest.Config) -> Opened:
    try:
        option = config.getoption
        return open_target(option("--target"), option("--identity"), option("--fault"), ca=option("--ca"))
    except (ConfigurationError, UnknownFault) as error:
        raise pytest.UsageError(str(error)) from error
    except Inconclusive as error:
        pytest.exit(str(error), returncode=3)


def _waivers(config: pytest.Config) -> Waivers:
    """Return what is waived today. A seeded fault is there to be caught, so it never is."""
    if config.getoption("--selftest") or config.getoption("--fault"):
        return Waivers((), date.today())
    file = config.getoption("--waivers")
    try:
        return Waivers(read_waivers(config.getoption("--target"), Path(file) if file else None), date.today())
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """In a self-test, run a check once for every seeded fault of the rules it judges."""
    if not metafunc.config.getoption("--selftest") or "seeded_fault" not in metafunc.fixturenames:
        return
    rules = {rule for marker in metafunc.definition.iter_markers("judges") for rule in marker.args}
    only = _only(metafunc.config)
    wanted = [fault.id for fault in seeded_faults().values() if fault.rule in rules and (only is None or fault.id in only)]
    # All checks of a fault go to one worker, which stops at the first that catches it.
    grouped = [pytest.param(fault, marks=pytest.mark.xdist_group(fault)) for fault in wanted]
    metafunc.parametrize("seeded_fault", grouped, indirect=True)


def _only(config: pytest.Config) -> frozenset[str] | None:
    named = config.getoption("--seeded")
    return None if named is None else frozenset(Path(named).read_text(encoding="utf-8").split())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the checks of the rules asked for, and give every one its seed."""
    glob = config.getoption("--rule")
    book = load()
    kept: list[pytest.Item] = []
    for item in items:
        rules = _rules_of(item)
        unknown = [rule for rule in rules if rule not in book]
        if unknown:
            raise pytest.UsageError(f"{item.nodeid} judges {unknown[0]}, which the rule book does not hold")
        if not rules or glob is None or any(fnmatch.fnmatchcase(rule, glob) for rule in rules):
            kept.append(item)
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    # Walks through whole histories cost most, so in a self-test they come last.
    items[:] = sorted(kept, key=lambda item: "walk" in getattr(item, "fixturenames", ()))
    if config.stash[_OPENED].shared:
        # Few requests are granted, and what a sandbox is for comes first.
        items.sort(key=lambda item: not any(rule.startswith("v2.sandbox.") for rule in _rules_of(item)))
    for item in items:
        if isinstance(item, pytest.Function) and hasattr(item.obj, "hypothesis"):
            hypothesis.seed(_seed_of(item))(item.function)


def pytest_collection_finish() -> None:
    """Everything is imported now."""
    profiles.spare_the_collector()


def _seed_of(item: pytest.Item) -> int:
    # It depends on nothing but the run's seed and the check's name, so any check alone repeats itself.
    return zlib.crc32(f"{item.config.getoption('--seed')} {_name(item).partition('[')[0]}".encode())


def _rules_of(item: pytest.Item) -> tuple[str, ...]:
    return tuple(rule for marker in item.iter_markers("judges") for rule in marker.args)


@pytest.fixture
def seeded_fault(request: pytest.FixtureRequest) -> str | None:
    """The fault seeded into the mock for this check, if any."""
    chosen: str | None = getattr(request, "param", None) or request.config.getoption("--fault")
    if chosen in request.config.stash[_KILLED] and request.config.getoption("--selftest"):
        pytest.skip("the fault is caught already")
    return chosen


@pytest.fixture
def platform(request: pytest.FixtureRequest, seeded_fault: str | None) -> Iterator[Platform]:
    """The platform under judgement: a fresh one for every check where that is possible."""
    target = request.config.stash[_OPENED].platform(request.config.getoption("--seed"), seeded_fault)
    recorder = request.node.stash.get(_RECORDER, None)
    if recorder is not None:
        target.needs(*{f"api{rule.family}" for rule in recorder.rules})
        target.most_cases = profiles.most_cases(request.config.getoption("--profile"), shared=request.config.stash[_OPENED].shared)
        target.first_only = request.config.getoption("--selftest")
        target.observing = not any(rule.id.split(".")[1] in _ANSWER_GROUPS for rule in recorder.rules)
        target.shared = _shared(request.config, seeded_fault)
        recorder.platform = target
        recorder.fault = seeded_fault
    yield target
    target.close_connections()


def _shared(config: pytest.Config, fault: str | None) -> dict[str, Any]:
    """Return what the checks of this process share about one target; that of the fault before is let go."""
    kept = config.stash.setdefault(_SHARED, {})
    if fault not in kept:
        kept.clear()
    return kept.setdefault(fault, {})


@pytest.fixture
def walk(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Walks a state machine as the profile and the seed say; of the profile's walks, a *share* will do where the steps are dear."""
    profile = profiles.PROFILES[request.config.getoption("--profile")]
    seed = _seed_of(request.node)

    def run(make: Callable[[], RuleBasedStateMachine], *, share: float = 1) -> None:
        effort = settings(max_examples=max(1, round(profile.walks * share)), stateful_step_count=profile.steps)
        # Typed for a class only, but documented and made for any factory.
        run_state_machine_as_test(cast("type[RuleBasedStateMachine]", hypothesis.seed(seed)(make)), settings=effort)

    return run


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Watch every check."""
    rules = _rules_of(item)
    if rules and isinstance(item, pytest.Function):
        book = load()
        recorder = Recorder(tuple(book[rule] for rule in rules))
        recorder.watch(item)
        item.stash[_RECORDER] = recorder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach what is to be said of a check to its report, which travels to the controller."""
    report = yield
    recorder = item.stash.get(_RECORDER, None)
    ended = call.when == "call" or (call.when == "setup" and call.excinfo is not None)
    if recorder is None or not ended:
        return report
    error = call.excinfo.value if call.excinfo else None
    finished = recorder.finish(_name(item), _title(item), _group(item), error)
    report.user_properties.append((RECORD, to_dict(finished)))
    if recorder.fault is not None:
        report.user_properties.append((SEEDED, recorder.fault))
        if any(finding.rule == seeded_faults()[recorder.fault].rule for finding in finished.findings):
            item.config.stash[_KILLED].add(recorder.fault)
    if finished.outcome in {"not-applicable", "not-exercised", "inconclusive"} and report.failed:
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 0, f"{finished.outcome}: {finished.reason}")
    return report


def _name(item: pytest.Item) -> str:
    return item.nodeid.rpartition("checks/")[2] or item.nodeid


def _title(item: pytest.Item) -> str:
    doc = item.function.__doc__ if isinstance(item, pytest.Function) else None
    return " ".join((doc or item.name).split("\n\n")[0].split())


def _group(item: pytest.Item) -> str:
    return getattr(getattr(item, "module", None), "GROUP", None) or item.path.stem.removeprefix("test_")
