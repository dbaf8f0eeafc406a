"""Lists of cases are tried to the end, and an empty one proves nothing."""

from dataclasses import dataclass

import pytest

from conformance.targets.platform import Platform
from conformance.targets.transport import DirectTransport
from conformance.targets.trying import ManyViolations, in_words, try_all
from conformance.targets.verdicts import NotApplicable, Violation
from reference.identity import bundled
from reference.platform import Platform as ReferencePlatform
from strategies.faults.identity import Anonymous


def _platform() -> Platform:
    return Platform("mock", bundled(), DirectTransport(ReferencePlatform()), seed=1)


def _odd_is_wrong(case: int) -> None:
    if case % 2:
        raise Violation(f"{case} is odd")


def test_every_failure_of_a_list_is_kept() -> None:
    """All failing cases are reported, each by its name, not only the first."""
    with pytest.raises(ManyViolations) as caught:
        try_all(_platform(), range(6), _odd_is_wrong)

    assert [evidence.case for evidence in caught.value.found] == ["1", "3", "5"]


def test_an_empty_list_does_not_pass() -> None:
    """A list that came out empty has exercised nothing, and says so."""
    with pytest.raises(NotApplicable):
        try_all(_platform(), [], _odd_is_wrong)


@dataclass(frozen=True)
class _Plain:
    product: str
    role: str = "merchant"
    total: int | None = None


@dataclass(frozen=True)
class _Speaking:
    product: str

    def __str__(self) -> str:
        return f"an order by {self.product}"


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("amount missing", "amount missing"),
        ("", "nothing"),
        ((), "none"),
        (7, "7"),
        ((_Plain("codepay"), (1, 99), ""), "codepay merchant, 1, 99, nothing"),
        ([_Speaking("native"), _Plain("h5", total=5)], "an order by native, h5 merchant 5"),
        (Anonymous(), repr(Anonymous())),
    ],
)
def test_a_case_is_said_in_words(case: object, said: str) -> None:
    """A case that is put together is said part by part, without the names of classes; what speaks for itself is left to."""
    assert in_words(case) == said
