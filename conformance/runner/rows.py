"""How far each operation of the plan is covered: counted from the code, from a run, and from faults that were caught in one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from reference.contract import Operation, load
from reference.contract.rows import Row, operations_by_row
from reference.platform import Platform
from reports.model import CheckFinished, Finding

__all__ = ["COLUMNS", "Covered", "candidates", "caught_at", "cover"]

COLUMNS = ("contract", "mock", "strategies", "checks", "faults")


@dataclass(frozen=True, slots=True)
class Covered:
    """What there is for one row.

    *accepted* and *refused* count requests of a run by how they were answered, *checks* are those that made them, *rules* what these judge,
    *faults* the seeded faults that an answer of the operation gave away.
    """

    row: Row
    operation: str | None
    mock: bool
    accepted: int = 0
    refused: int = 0
    checks: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def ticks(self) -> Mapping[str, bool]:
        """Which of the columns are there: a strategy is, once valid and invalid requests were made of it."""
        said = (self.operation is not None, self.mock, self.accepted > 0 < self.refused, bool(self.checks), bool(self.faults))
        return dict(zip(COLUMNS, said, strict=True))

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return all(self.ticks.values())


@dataclass(slots=True)
class _Count:
    accepted: int = 0
    refused: int = 0
    checks: list[str] = field(default_factory=list)
    rules: dict[str, None] = field(default_factory=dict)


def cover(checks: Iterable[CheckFinished], caught: Mapping[str, Sequence[str]]) -> tuple[Covered, ...]:
    """Return every row of the plan. *checks* are those of a run, *caught* names the faults caught at each operation, FAMILY.OPERATION."""
    counts: dict[str, _Count] = defaultdict(_Count)
    for check in checks:
        for asked in check.operations:
            count = counts[asked.operation]
            count.accepted += asked.accepted
            count.refused += asked.refused
            count.checks.append(check.check)
            count.rules |= dict.fromkeys(check.rules)
    platform = Platform()
    return tuple(_covered(row, operation, platform, counts, caught) for row, operation in operations_by_row().items())


def _covered(
    row: Row, operation: Operation | None, platform: Platform, counts: Mapping[str, _Count], caught: Mapping[str, Sequence[str]]
) -> Covered:
    if operation is None:
        return Covered(row, None, mock=False)
    name = f"{operation.family}.{operation.id}"
    count = counts.get(name, _Count())
    return Covered(
        row,
        name,
        platform.serves(operation),
        count.accepted,
        count.refused,
        tuple(sorted(count.checks)),
        tuple(sorted(count.rules)),
        tuple(sorted(caught.get(name, ()))),
    )


def candidates(checks: Sequence[CheckFinished], faults_by_rule: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """Return, for each operation, the faults worth trying to have caught at it, the most promising first.

    Those are the faults of rules whose checks ask the operation: a check that asks few others comes first, and each rule has its turn.
    """
    lists: dict[str, list[Sequence[str]]] = defaultdict(list)
    for check in sorted(checks, key=lambda check: len(check.operations)):
        for asked in check.operations:
            lists[asked.operation] += [faults_by_rule.get(rule, ()) for rule in check.rules]
    return {
        operation: tuple(dict.fromkeys(fault for turn in zip_longest(*several) for fault in turn if fault is not None))
        for operation, several in lists.items()
    }


def caught_at(finding: Finding) -> str | None:
    """Return the operation, FAMILY.OPERATION, whose answer ended a finding; what led to it was right. None where it is none of ours."""
    if not finding.exchanges:
        return None
    last = finding.exchanges[-1].request
    return _operation(last.method, last.url)


def _operation(method: str, url: str) -> str | None:
    path = url.partition("?")[0]
    matches = ((family, load(family).match(method, path)) for family in ("v2", "v3"))
    return next((f"{family}.{match.operation.id}" for family, match in matches if match is not None), None)
