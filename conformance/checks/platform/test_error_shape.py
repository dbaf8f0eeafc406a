"""What a refusal looks like: JSON with code and message, whatever was asked and whyever it was refused."""

from collections.abc import Iterable

from conformance.checks.platform.causes import SIGNATURES, Cause
from conformance.checks.platform.every_cause import causes
from conformance.checks.platform.stages import wait
from conformance.checks.platform.subjects import TAKES_A_BODY, Subject, subjects
from conformance.checks.tour import Visit, judge_all
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.oracles import errors
from reference.rules import judges
from strategies.cases import Call, Fault
from strategies.faults import hostile
from strategies.faults.fields import faults_of

GROUP = "errors"

_SHAPE = "v3.error.is-json-with-code-and-message"


@judges(_SHAPE)
def test_explains_every_cause(platform: Platform) -> None:
    """Refused for its fields, ids, numbers, signature, amounts or state, a request is told so in JSON with code and message."""

    def attempt(cause: Cause) -> None:
        _explains_itself(cause.provoke(platform).answer)

    try_all(platform, causes(platform), attempt)


@judges(_SHAPE)
def test_explains_every_refusal_of_the_tour(platform: Platform) -> None:
    """In every state of everything there is, what is refused is refused in JSON with code and message."""

    def judge(visit: Visit, answer: Answer) -> None:
        # A gateway may answer for paths and methods there are not.
        if visit.call.path is None and visit.call.method is None:
            _explains_itself(answer)

    judge_all(platform, judge)


@judges(_SHAPE)
def test_every_operation_explains_its_refusals(platform: Platform) -> None:
    """Every operation says in JSON with code and message that a signature, a body or a parameter is not as it must be."""

    def attempt(subject: Subject) -> None:
        standing = subject.begin(platform)
        for fault in _faults(subject):
            if subject.operation == "refund_create":
                wait(platform, 1)  # refusals may be limited to six a second
            _explains_itself(platform.send(standing.call(), broken_by=fault))

    try_all(platform, subjects(platform), attempt)


def _faults(subject: Subject) -> Iterable[Fault]:
    yield from SIGNATURES
    yield from faults_of(subject.operation)[::25]
    if "{" in subject.path:
        yield from hostile.ODD_NUMBERS[::4]
    if subject.method == TAKES_A_BODY:
        yield from hostile.UNREADABLE[::2]
        yield from hostile.ODD_BODIES[::4]


@judges(_SHAPE)
def test_every_operation_explains_its_own_failure(platform: Platform) -> None:
    """When the platform itself fails, before or after it did what was asked, every operation says so in JSON with code and message."""
    platform.needs("loss")

    def attempt(subject: Subject) -> None:
        call = subject.begin(platform).call()
        platform.lose_next("after")
        _explains_itself(platform.send(call))
        platform.lose_next("before")
        _explains_itself(platform.send(call))

    try_all(platform, subjects(platform), attempt)


@judges(_SHAPE)
def test_every_operation_explains_its_limits(platform: Platform) -> None:
    """Asked more often than a merchant may, every operation says so in JSON with code and message."""
    platform.needs("rate-limit")

    def attempt(subject: Subject) -> None:
        call = subject.begin(platform).call()
        platform.limit(0)
        try:
            answer = platform.send(call)
        finally:
            platform.limit(None)
        _explains_itself(answer)

    try_all(platform, subjects(platform), attempt)


@judges(_SHAPE)
def test_explains_that_another_merchant_asks(platform: Platform) -> None:
    """What is refused because it is somebody else's is refused in JSON with code and message, too."""
    platform.needs("other-merchant")
    other = platform.merchant("other")

    def attempt(subject: Subject) -> None:
        call: Call = subject.begin(platform).call()
        _explains_itself(platform.send(call, signed_by=other))

    try_all(platform, subjects(platform), attempt)


def _explains_itself(answer: Answer) -> None:
    """Demand the documented shape of a refusal, its media type included; a success is not judged, nor what only a gateway says."""
    reply = answer.exchange.reply
    if not 400 <= reply.status < 502:
        return
    media_type = (reply.header("Content-Type") or "").partition(";")[0].strip().lower()
    problems = errors.shape_problems(reply.body)
    if media_type != "application/json":
        problems += (f"It is sent as {media_type or 'nothing'}.",)
    if problems:
        raise Violation(
            f"A refusal says nothing a program can read: {problems[0]}",
            expected="JSON with the texts code and message",
            got=answer.described,
        )
