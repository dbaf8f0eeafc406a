"""What judges what: for every rule the checks that judge it and the seeded faults that prove them."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

import pytest

from conformance.commands.pytest_run import run_checks
from reference.platform.faults import SeededFault, seeded_faults

__all__ = ["checks_by_rule", "faults_by_rule"]


class _Collector:
    """Notes which rules every collected check judges."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = defaultdict(list)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Take down the marks."""
        for item in session.items:
            for marker in item.iter_markers("judges"):
                for rule in marker.args:
                    self.found[rule].append(item.nodeid.rpartition("checks/")[2] or item.nodeid)


@cache
def checks_by_rule() -> Mapping[str, tuple[str, ...]]:
    """Return the checks of every rule, collected as a run would."""
    collector = _Collector()
    run_checks(["--collect-only"], extra=(collector,))
    return {rule: tuple(checks) for rule, checks in collector.found.items()}


@cache
def faults_by_rule() -> Mapping[str, tuple[SeededFault, ...]]:
    """Return the seeded faults of every rule."""
    found: dict[str, list[SeededFault]] = defaultdict(list)
    for fault in seeded_faults().values():
        found[fault.rule].append(fault)
    return {rule: tuple(faults) for rule, faults in found.items()}
