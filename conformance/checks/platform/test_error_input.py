"""Whose fault an error is: what is wrong with a request is answered 4xx, however wrong it is, and has no effect."""

from collections.abc import Callable, Iterable

from hypothesis import given
from hypothesis import strategies as st

from conformance.checks.platform.causes import NOT_FOUND
from conformance.checks.platform.every_cause import causes
from conformance.checks.platform.stages import wait
from conformance.checks.platform.subjects import TAKES_A_BODY, Standing, Subject, subjects
from conformance.checks.tour import judge_all
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies.cases import Fault
from strategies.faults import hostile

GROUP = "errors"

_BLAME = "v3.error.blames-the-caller-for-caller-errors"
_OF_THE_CALLER = NOT_FOUND | {
    "APPID_MCHID_NOT_MATCH",
    "FREQUENCY_LIMITED",
    "INVALID_REQUEST",
    "MCH_NOT_EXISTS",
    "NO_AUTH",
    "PARAM_ERROR",
    "SIGN_ERROR",
}
_OF_THE_PLATFORM = frozenset({"SYSTEM_ERROR"})
_GATEWAY = frozenset({502, 503, 504})


@judges(_BLAME)
def test_blames_the_caller_for_what_it_asks(platform: Platform) -> None:
    """Faults in fields, ids, numbers, signatures, amounts and states are never answered 5xx, nor with the code of a failed system."""
    try_all(platform, causes(platform), lambda cause: _blames_the_caller(lambda: cause.provoke(platform).answer))


@judges(_BLAME)
def test_a_code_stands_on_its_side(platform: Platform) -> None:
    """In every state of everything there is, 4xx never says that the system failed, and 5xx never that the caller did."""
    judge_all(platform, lambda _visit, answer: _is_consistent(answer))


@judges(_BLAME)
def test_refuses_unreadable_bodies(platform: Platform) -> None:
    """What is no JSON object, or an empty one, is refused by every operation that takes a body, changes nothing, and breaks nothing."""

    def attempt(subject: Subject) -> None:
        standing = subject.begin(platform)
        before = standing.look()
        for fault in hostile.UNREADABLE:
            _try(platform, subject, standing, fault).is_refused(because="A body that cannot be read is accepted.")
        after = standing.look()
        if after != before:
            raise Violation("Bodies that cannot be read changed something.", expected=repr(before), got=repr(after))
        platform.send(standing.call()).is_accepted(because="The same request with its own body is valid.")

    try_all(platform, _that_take_a_body(platform), attempt)


@judges(_BLAME)
def test_withstands_odd_bodies(platform: Platform) -> None:
    """Bodies that some readers take and others refuse - odd encodings, depths, sizes, numbers and repetitions - are no platform's fault."""
    _withstands(platform, _that_take_a_body(platform), lambda _subject: hostile.ODD_BODIES)


@judges(_BLAME)
def test_withstands_odd_requests(platform: Platform) -> None:
    """Odd queries, odd headers, odd numbers in the path, and a body where there is none to be, are no platform's fault either."""

    def faults(subject: Subject) -> Iterable[Fault]:
        yield from hostile.ODD_QUERIES
        yield from hostile.ODD_HEADERS
        if "{" in subject.path:
            yield from hostile.ODD_NUMBERS
        if subject.method != TAKES_A_BODY:
            yield from hostile.BODIES_ON_GET

    _withstands(platform, subjects(platform), faults)


@judges(_BLAME)
@given(choice=st.integers(0, 999), faults=st.lists(hostile.mutations(), min_size=4, max_size=8))
def test_withstands_anything(platform: Platform, choice: int, faults: list[Fault]) -> None:
    """Whatever bytes or values stand in a body in place of the valid ones, no operation answers 5xx."""
    candidates = _that_take_a_body(platform)
    subject = candidates[choice % len(candidates)]
    standing = subject.begin(platform)
    for fault in faults:
        _try(platform, subject, standing, fault)


def _that_take_a_body(platform: Platform) -> list[Subject]:
    return [subject for subject in subjects(platform) if subject.method == TAKES_A_BODY]


_TURNS = 3
"""The operations take turns with the oddities: each is tried on every third, for they are read before an operation is known."""


def _withstands(platform: Platform, candidates: Iterable[Subject], faults: Callable[[Subject], Iterable[Fault]]) -> None:
    def attempt(numbered: tuple[int, Subject]) -> None:
        number, subject = numbered
        standing = subject.begin(platform)
        for fault in list(faults(subject))[number % _TURNS :: _TURNS]:
            _try(platform, subject, standing, fault)

    try_all(platform, enumerate(candidates), attempt)


def _try(platform: Platform, subject: Subject, standing: Standing, fault: Fault) -> Answer:
    if subject.operation == "refund_create":
        wait(platform, 1)  # refusals may be limited to six a second
    return _blames_the_caller(lambda: platform.send(standing.call(), broken_by=fault))


def _blames_the_caller(send: Callable[[], Answer]) -> Answer:
    answer = send()
    if answer.status in _GATEWAY:
        answer = send()  # the hiccup of a gateway does not come twice
    if answer.status >= 500:
        raise Violation("A caller's error is answered as the platform's.", expected="a 4xx answer", got=answer.described)
    _is_consistent(answer)
    return answer


def _is_consistent(answer: Answer) -> None:
    if 400 <= answer.status < 500 and answer.code in _OF_THE_PLATFORM:
        raise Violation("A 4xx answer says that the platform failed.", expected="the code of a caller's error", got=answer.described)
    if answer.status >= 500 and answer.code in _OF_THE_CALLER:
        raise Violation("A 5xx answer says that the caller was wrong.", expected="SYSTEM_ERROR, or 4xx", got=answer.described)
