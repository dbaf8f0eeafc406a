"""Run the checks through pytest, and get back what its session knows."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from importlib.util import find_spec

import pytest

from conformance.runner.session import Session

__all__ = ["run_checks", "workers"]

_PLUGINS = ("conformance.runner.plugin", "_hypothesis_pytestplugin")
_WITHOUT = ("terminal", "cacheprovider", "schemathesis", "junitxml", "faulthandler", "logging", "doctest", "unittest")


class _Keeper:
    """Keeps the session of a run that is over."""

    def __init__(self) -> None:
        self.session: Session | None = None

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Remember the session that collects what checks say."""
        found = session.config.pluginmanager.get_plugin("wxconform-session")
        self.session = found if isinstance(found, Session) else None


def run_checks(
    options: Sequence[str], *, parallel: int = 1, quiet: bool = False, extra: Sequence[object] = ()
) -> tuple[int, Session | None]:
    """Run the checks with pytest *options* on *parallel* workers; return pytest's own exit code and the run's session.

    Other people's pytest plugins stay outside: what is installed beside the suite must not change a verdict.
    """
    checks = str(resources.files("conformance") / "checks")
    arguments = [
        checks,
        "--rootdir",
        checks,
        "-c",
        os.devnull,
        "--override-ini",
        "addopts=",
        "--strict-markers",
        "--import-mode=importlib",
        "--assert=plain",
    ]
    for name in (*_PLUGINS, *(["allure_pytest.plugin"] if "--alluredir" in options else [])):
        arguments += ["-p", name]
    for name in _WITHOUT:
        arguments += ["-p", f"no:{name}"]
    if quiet:
        arguments.append("--wx-quiet")
    if parallel > 1:
        arguments += ["-p", "xdist.plugin", "-n", str(parallel), "--dist", "loadgroup" if "--selftest" in options else "worksteal"]
    keeper = _Keeper()
    with _alone():
        code = pytest.main([*arguments, *options], plugins=[keeper, *extra])
    return int(code), keeper.session


def workers(items: int = 2) -> int:
    """Return how many workers are worth starting on this machine: one without pytest-xdist."""
    return min(os.cpu_count() or 1, items) if find_spec("xdist") is not None else 1


@contextmanager
def _alone() -> Iterator[None]:
    before = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"), os.environ.get("PYTEST_ADDOPTS"), sys.dont_write_bytecode
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    try:
        yield
    finally:
        for name, value in zip(("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_ADDOPTS"), before, strict=False):
            if value is None:
                os.environ.pop(str(name), None)
            else:
                os.environ[str(name)] = str(value)
        sys.dont_write_bytecode = before[2]
