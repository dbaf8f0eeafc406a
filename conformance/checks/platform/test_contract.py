"""What holds for every operation alike, read off the contract: what it allows, what it forbids, what it promises."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from conformance.checks.platform.placing import Placement, every_kind
from conformance.checks.platform.promising import broken_promise
from conformance.checks.platform.stages import Kind
from conformance.checks.platform.subjects import Standing, Subject, subjects
from conformance.checks.tour import Visit, judge_all
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies.cases import Fault, Refund
from strategies.faults.body import Member
from strategies.faults.fields import edges_of, faults_of
from strategies.faults.hostile import Written

GROUP = "protocol"

_UNDECLARED = "additionalProperties"
_SPELLINGS = (b"100.0", b"100.00", b"1e2", b"1E2", b"1.00e+2", b"0.1e3", b"10000e-2")
"""A hundred, otherwise than in digits."""


@judges("v3.contract.answers-fit-the-contract")
def test_every_success_holds_what_is_promised(platform: Platform) -> None:
    """Every success of a whole tour has a status the contract names, and a body with every promised member, as documented."""

    def judge(visit: Visit, answer: Answer) -> None:
        violation = broken_promise(platform.contract.operations[visit.call.operation], answer)
        if violation is not None:
            raise violation

    judge_all(platform, judge)


@judges("v3.contract.answers-every-allowed-request")
def test_every_valid_request_is_answered(platform: Platform) -> None:
    """Nothing valid on a whole tour is answered 500 twice."""

    def judge(visit: Visit, answer: Answer) -> None:
        if visit.valid:
            _is_answered(answer, lambda: platform.send(visit.call, label=f"{visit.says}, once more"))

    judge_all(platform, judge)


@judges("v3.contract.answers-every-allowed-request")
def test_every_value_at_an_edge_is_answered(platform: Platform) -> None:
    """With every allowed value at the edge of a bound, in turn, every operation still answers."""

    def attempt(subject: Subject) -> None:
        standing = subject.begin(platform)
        for edge in edges_of(subject.operation):
            call = standing.call()
            answer = platform.send(call, broken_by=edge)
            _is_answered(answer, partial(platform.send, call, broken_by=edge))

    try_all(platform, subjects(platform), attempt)


def _is_answered(answer: Answer, again: Callable[[], Answer]) -> None:
    if answer.status in {500, 501} and (repeated := again()).status in {500, 501}:
        raise Violation("A request the contract allows fails every time.", expected="a 2xx or 4xx answer", got=repeated.described)


@judges("v3.contract.refuses-what-breaks-a-bound")
def test_every_operation_refuses_what_breaks_a_bound(platform: Platform) -> None:
    """Of every documented bound of every operation one breach is refused and changes nothing; the same request without it is accepted."""

    def attempt(subject: Subject) -> None:
        standing = subject.begin(platform)
        for fault in _breaches(subject.operation):
            _is_refused(platform, standing, fault)
        platform.send(standing.call()).is_accepted(because="The same request within its bounds is valid.")

    try_all(platform, subjects(platform), attempt)


def _breaches(operation: str) -> Iterator[Fault]:
    for bound, faults in groupby(faults_of(operation), lambda fault: fault.bound):
        if bound.keyword != _UNDECLARED:
            yield next(faults)


def _is_refused(platform: Platform, standing: Standing, fault: Fault) -> None:
    call = standing.call()
    before = standing.look()
    platform.send(call, broken_by=fault).is_refused(because="What breaks a documented bound was not refused.")
    after = standing.look()
    if after != before:
        raise Violation("A refused request changed something.", expected=repr(before), got=repr(after))


@judges("v3.invariant.refusals-change-nothing")
def test_a_refused_placement_leaves_nothing_behind(platform: Platform) -> None:
    """A well-formed order refused for an app that is not its merchant's is not there, and its number is free for the right one."""

    def attempt(placement: Placement) -> None:
        order = placement.kind.order()
        if not platform.place(order, broken_by=placement.fault).accepted:  # if it is, that is another rule's to judge
            platform.query(order).is_refused(because="The order was refused and exists all the same.")
            platform.place(order).is_accepted(because="The number of a refused order is free.")

    try_all(platform, [Placement(kind, _foreign_app(platform, kind)) for kind in every_kind(platform)], attempt)


def _foreign_app(platform: Platform, kind: Kind) -> Fault:
    return Member("sp_appid" if kind.role == "partner" else "appid", platform.merchant(kind.role).appid[:-4] + "0000")


@dataclass(frozen=True, slots=True)
class _Spelt:
    """The amount of an order of *kind*, or of a refund of one, written as *spelling*; a hundred fen in any case."""

    kind: Kind
    spelling: bytes
    refund: bool

    @property
    def fault(self) -> Fault:
        """The deviation."""
        name = b'"refund":' if self.refund else b'"total":'
        return Written(f"with an amount of {self.spelling.decode()}", lambda body: re.sub(name + b"100\\b", name + self.spelling, body))

    def __str__(self) -> str:
        return f"{'refund of a ' if self.refund else ''}{self.kind}, {self.fault!r}"


@judges("v3.contract.whole-numbers-count-by-their-value")
def test_whole_numbers_count_by_their_value(platform: Platform) -> None:
    """An order for 100 fen in whatever spelling is either refused and not there, or there for 100 fen; in digits it is accepted."""

    def attempt(spelt: _Spelt) -> None:
        order = spelt.kind.order(100)
        answer = platform.place(order, broken_by=spelt.fault)
        _counts(answer, platform.query(order), "amount.total")
        if not answer.accepted:
            platform.place(order).is_accepted(because="In digits the amount is what the documents ask for.")

    try_all(platform, [_Spelt(kind, spelling, refund=False) for kind in every_kind(platform) for spelling in _SPELLINGS], attempt)


@judges("v3.contract.whole-numbers-count-by-their-value")
def test_whole_refunds_count_by_their_value(platform: Platform) -> None:
    """A refund of 100 fen in whatever spelling is either refused and not there, or there for 100 fen; in digits it is accepted."""
    platform.needs("payer")

    def attempt(spelt: _Spelt) -> None:
        order = spelt.kind.order(1000)
        platform.must_pay(order)
        refund = Refund(order, 100)
        answer = platform.refund(refund, broken_by=spelt.fault)
        _counts(answer, platform.query_refund(refund), "amount.refund")
        if not answer.accepted:
            platform.refund(refund).is_accepted(because="In digits the amount is what the documents ask for.")

    try_all(platform, [_Spelt(kind, spelling, refund=True) for kind in every_kind(platform, "jsapi") for spelling in _SPELLINGS], attempt)


def _counts(answer: Answer, shown: Answer, name: str) -> None:
    if not answer.accepted:
        answer.is_refused()
        shown.is_refused(because="What was refused for its spelling is there all the same.")
        return
    shown.is_accepted().has(name, 100, because="The number counts as another than it is.")
