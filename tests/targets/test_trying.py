"""Lists of cases are tried to the end, and an empty one proves nothing."""

from dataclasses import dataclass

import pytest

from conformance.targets.platform import Platform
from conformance.targets.transport import DirectTransport
from conformance.targets.trying import ManyViolations, in_words, try_all
from conformance.targets.verdicts import NotApplicable, NotExercised, NotOffered, Violation
from reference.identity import bundled
from reference.platform import NOON
from reference.platform import Platform as ReferencePlatform
from strategies.faults.identity import Anonymous


def _platform() -> Platform:
    return Platform("mock", bundled(), DirectTransport(ReferencePlatform()), seed=1, clock=lambda: NOON)


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


def test_a_case_that_is_not_offered_is_left_out() -> None:
    """What a target does not offer is no case of it; the others are tried, and a sample is filled from the rest."""
    platform, tried = _platform(), list[int]()

    def attempt(case: int) -> None:
        if case % 4 != 3:
            raise NotOffered({"unifiedorder"})
        tried.append(case)

    try_all(platform, range(12), attempt)
    assert tried == [3, 7, 11]
    tried.clear()
    platform.most_cases = 2
    try_all(platform, range(12), attempt)
    assert tried == [3, 7]


def test_what_is_left_out_is_remembered() -> None:
    """A list that passes without some of its cases leaves word of what was not offered."""
    platform = _platform()

    def attempt(case: int) -> None:
        if case == 1:
            raise NotOffered({"unifiedorder"})

    try_all(platform, range(3), attempt)

    assert platform.left_out == {"unifiedorder"}


def test_nothing_offered_does_not_pass() -> None:
    """Where no case is offered the check is not applicable, and says what it needs."""

    def attempt(case: int) -> None:
        raise NotOffered({f"operation {case}"})

    with pytest.raises(NotApplicable, match=r"needs: operation 0, operation 1"):
        try_all(_platform(), range(2), attempt)


def test_a_case_that_cannot_be_ended_ends_the_list() -> None:
    """A case that has sent something before it comes to what is not offered would only spend requests, so the list is given up."""
    platform = _platform()

    def attempt(_case: int) -> None:
        platform.certificates()
        raise NotOffered({"reverse"})

    with pytest.raises(NotOffered, match="reverse"):
        try_all(platform, range(5), attempt)
    assert platform.sent == 1


def test_what_was_found_stands_when_no_request_is_left() -> None:
    """A spent budget ends a list; violations found before it are told all the same, and without any the check is not exercised."""

    def attempt(case: int) -> None:
        if case == 2:
            raise NotExercised("the budget is spent")
        _odd_is_wrong(case)

    with pytest.raises(ManyViolations):
        try_all(_platform(), range(5), attempt)
    with pytest.raises(NotExercised):
        try_all(_platform(), [0, 2, 4], attempt)


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
