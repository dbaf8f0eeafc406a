"""What holds for every operation of APIv2 alike, read off the contract: what it allows, what it forbids, what it promises."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import groupby

from conformance.checks.platform.stages import wait
from conformance.checks.platform.v2.asking import order_of, roles
from conformance.checks.platform.v2.everything import Subject, subjects
from conformance.checks.platform.v2.points import Point, doors, points
from conformance.checks.platform.v2.promising import broken_promise_v2, misquoted
from conformance.checks.platform.v2.tills import A_WHILE
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.v2 import AnswerV2
from conformance.targets.verdicts import Violation
from reference.rules import judges
from strategies.cases import Product, Role
from strategies.v2 import signatures
from strategies.v2.cases import CallV2
from strategies.v2.fields import MemberValue, edges_of, faults_of
from strategies.v2.inner import inner_faults_of

GROUP = "v2 contract"

_TIMES_TO_REVERSE = 3
_JUDGED_ELSEWHERE = frozenset({"nonce_str", "sign", "sign_type"})
"""Members of the signature, which has rules of its own."""
_OF_THE_ANSWER = _JUDGED_ELSEWHERE | {"receiver", "receivers", "sub_order_list"}
"""Elements that say something of their own; in lists, what became of each item is told besides."""


@judges("v2.contract.answers-fit-the-contract")
def test_every_success_holds_what_is_promised(platform: Platform) -> None:
    """The success of every operation has every promised element, as documented; what is called as in the request says what that says."""

    def attempt(subject: Subject) -> None:
        answer = _keeps_its_promise(_done(platform, subject.begin(platform, subject.role)()))
        violation = None if answer.is_a_file else misquoted(answer, answer.result.values.keys() - _OF_THE_ANSWER)
        if violation is not None:
            raise violation

    try_all(platform, subjects(platform), attempt)


@judges("v2.contract.answers-fit-the-contract")
def test_orders_are_shown_as_promised_at_every_point(platform: Platform) -> None:
    """At every point of every life, begun through either family, a query of an order and of its refunds has every promised element."""

    def attempt(case: tuple[Point, int]) -> None:
        point, family = case
        reached = point.order(platform, doors(platform)[family])
        calls = platform.v2.calls
        shown = _keeps_its_promise(platform.v2.query(reached.order).is_accepted())
        if known := shown.get("transaction_id"):
            _keeps_its_promise(platform.v2.query_by_id(reached.order, known).is_accepted())
        for refund in reached.refunds:
            for operation in ("refundquery", "refundqueryv2"):
                _keeps_its_promise(platform.v2.send(replace(calls.query_refund(refund), operation=operation)).is_accepted())

    both = points(platform, "unpaid", "paid", "charged", "partly refunded")
    try_all(platform, [*((point, 0) for point in points(platform)), *((point, 1) for point in both)], attempt)


@judges("v2.contract.answers-fit-the-contract")
def test_a_payment_by_coupons_is_shown_as_promised(platform: Platform) -> None:
    """Paid by coupons in part or whole, an order is answered and shown with every promised element."""
    platform.needs("payer", "coupons")

    def attempt(case: tuple[Product, Role, int]) -> None:
        product, role, fee = case
        order = order_of(product, role)
        platform.give_coupons(order, [("CASH", fee)])
        placed = platform.v2.place(order).is_accepted()
        if product != "codepay":
            platform.pay(order)
        for answer in (placed, platform.v2.query(order).is_accepted().has("trade_state", "SUCCESS")):
            _keeps_its_promise(answer)

    products: tuple[Product, ...] = ("native", "codepay")
    try_all(platform, [(product, role, fee) for product in products for role in roles(platform) for fee in (1, 100)], attempt)


def _done(platform: Platform, call: CallV2, *, because: str = "The request is valid.") -> AnswerV2:
    """Send *call*, which must succeed; again where its answer asks for that, as that to a reverse may."""
    answer = platform.v2.send(call)
    for _ in range(_TIMES_TO_REVERSE):
        if answer.get("recall") != "Y":
            break
        wait(platform, A_WHILE)
        answer = platform.v2.send(call)
    return answer.is_accepted(because=because)


def _keeps_its_promise(answer: AnswerV2) -> AnswerV2:
    violation = broken_promise_v2(answer)
    if violation is not None:
        raise violation
    return answer


@judges("v2.contract.answers-every-allowed-request")
def test_every_value_at_an_edge_is_answered(platform: Platform) -> None:
    """With every allowed value at the edge of a bound, in turn, every operation still answers, and not that it failed."""

    def attempt(subject: Subject) -> None:
        ask = subject.begin(platform, subject.role)
        for edge in _of_interest(edges_of(subject.operation)):
            call = ask()
            _is_answered(platform.v2.send(call, broken_by=edge), partial(platform.v2.send, call, broken_by=edge))

    try_all(platform, _of_merchants(platform), attempt)


def _is_answered(answer: AnswerV2, again: Callable[[], AnswerV2]) -> None:
    if answer.failed and (repeated := again()).failed:
        raise Violation("A request the contract allows fails every time.", expected="a success or a refusal", got=repeated.described)


@judges("v2.contract.refuses-what-breaks-a-bound")
def test_every_operation_refuses_what_breaks_a_bound(platform: Platform) -> None:
    """Of every documented bound of every operation one breach is refused; the same request without it is accepted."""

    def attempt(subject: Subject) -> None:
        call = subject.begin(platform, subject.role)()
        for fault in (*_breaches(subject.operation), *_inside(platform, call)):
            platform.v2.send(call, broken_by=fault).is_refused_anyhow(because="What breaks a documented bound was not refused.")
        _done(platform, call, because="The same request within its bounds is valid, and nothing was done yet.")

    try_all(platform, _of_merchants(platform), attempt)


def _breaches(operation: str) -> Iterator[MemberValue]:
    for _, faults in groupby(_of_interest(faults_of(operation)), lambda fault: fault.bound):
        yield next(iter(faults))


def _inside(platform: Platform, call: CallV2) -> Iterator[MemberValue]:
    """What breaks a bound inside the JSON of *call*, if it changes anything: of a mere report nothing comes."""
    if platform.v2.contract.operations[call.operation].event is not None:
        yield from (fault for fault in inner_faults_of(call.operation) if fault.fits(call))


def _of_interest(values: tuple[MemberValue, ...]) -> Iterator[MemberValue]:
    return (value for value in values if value.member not in _JUDGED_ELSEWHERE)


def _of_merchants(platform: Platform) -> list[Subject]:
    """One subject for each operation, as a merchant asks it for itself where that is possible: bounds are the same for everybody."""
    found: dict[str, Subject] = {}
    for subject in subjects(platform):
        found.setdefault(subject.operation, subject)
    return list(found.values())


@judges("v2.sign.refuses-a-wrong-signature")
def test_every_operation_refuses_a_wrong_sign(platform: Platform) -> None:
    """Whatever is asked, with no sign or with one of its digits changed it is refused; rightly signed it is accepted."""

    def attempt(subject: Subject) -> None:
        call = subject.begin(platform, subject.role)()
        for fault in signatures.wrong_signs()[:2]:
            platform.v2.send(call, broken_by=fault).is_refused_anyhow(
                "SIGNERROR", "LACK_PARAMS", "PARAM_ERROR", because="Its sign is wrong."
            )
        _done(platform, call, because="The same request is rightly signed.")

    try_all(platform, subjects(platform), attempt)
