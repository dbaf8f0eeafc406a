"""What holds for the HTTP of every request: paths and methods that do not exist, and the Request-ID of every answer."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from conformance.checks.platform.placing import every_kind
from conformance.checks.platform.stages import Kind, shows
from conformance.checks.tour import Visit, judge_all
from conformance.targets.answer import Answer
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation, shown
from reference.rules import judges
from strategies.cases import Call, Fault, Refund
from strategies.faults.time import Skew

GROUP = "protocol"

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class _Elsewhere(Fault):
    """The request goes to another path or comes with another method: *says* which."""

    says: str
    path: str | None = None
    method: str | None = None
    name = "elsewhere"

    def in_call(self, call: Call) -> Call:
        """Send it elsewhere; a GET and a DELETE have no body."""
        body = None if self.method in {"GET", "DELETE"} else call.body
        return replace(call, path=self.path or call.path, method=self.method or call.method, body=body)


def _elsewhere(platform: Platform, call: Call) -> Iterator[_Elsewhere]:
    """Every unknown path near that of *call*, and every method its path does not know."""
    path, question, query = platform.target(call).partition("?")
    near = (
        f"/v4{path.removeprefix('/v3')}",
        f"/api{path}",
        f"{path}/extra/part",
        path.replace("/transactions", "/transaction"),
        f"{path}s",
    )
    for other in dict.fromkeys(near):
        if not platform.contract.methods_for(other):
            yield _Elsewhere(f"at {other}", path=other + question + query)
    for method in _METHODS:
        if method not in platform.contract.methods_for(path):
            yield _Elsewhere(f"by {method}", method=method)


@judges("v3.protocol.refuses-unknown-paths-and-methods")
def test_places_no_order_elsewhere(platform: Platform) -> None:
    """A signed order sent to an unknown path, or by another method, is refused and not placed."""
    platform.observing = False  # gateways answer here, and some answer with a page

    def attempt(kind: Kind) -> None:
        for fault in _elsewhere(platform, platform.calls.place(kind.order())):
            order = kind.order()
            platform.place(order, broken_by=fault).is_refused(because="There is no such interface.")
            platform.query(order).is_refused(because="The order was refused and exists all the same.")
        platform.place(kind.order()).is_accepted()

    try_all(platform, every_kind(platform), attempt)


@judges("v3.protocol.refuses-unknown-paths-and-methods")
def test_changes_no_order_elsewhere(platform: Platform) -> None:
    """A query or a closing sent to an unknown path, or by another method, is refused and changes nothing."""
    platform.observing = False

    def attempt(kind: Kind) -> None:
        order = kind.order()
        platform.place(order).is_accepted()
        for fault in _elsewhere(platform, platform.calls.query(order, None)):
            platform.query(order, broken_by=fault).is_refused(because="There is no such interface.")
        for fault in _elsewhere(platform, platform.calls.close(order, None)):
            platform.close(order, broken_by=fault).is_refused(because="There is no such interface.")
        shows(platform, order, "NOTPAY", because="What was refused changed nothing.")

    try_all(platform, [kind for kind in every_kind(platform) if kind.product in {"jsapi", "native"}], attempt)


@judges("v3.protocol.refuses-unknown-paths-and-methods")
def test_refunds_nothing_elsewhere(platform: Platform) -> None:
    """A refund sent to an unknown path, or by another method, is refused and refunds nothing."""
    platform.needs("payer")
    platform.observing = False

    def attempt(kind: Kind) -> None:
        order = kind.order()
        platform.must_pay(order)
        for fault in _elsewhere(platform, platform.calls.refund(Refund(order, 10), None, None)):
            refund = Refund(order, 10)
            platform.refund(refund, broken_by=fault).is_refused(because="There is no such interface.")
            platform.query_refund(refund).is_refused(because="The refund was refused and exists all the same.")
        shows(platform, order, "SUCCESS", because="What was refused changed nothing.")

    try_all(platform, [kind for kind in every_kind(platform) if kind.product == "jsapi"], attempt)


@judges("v3.protocol.refuses-unknown-paths-and-methods")
def test_shows_nothing_elsewhere(platform: Platform) -> None:
    """What can only be read is not to be had at another path, nor by another method."""
    platform.observing = False
    day = {"bill_date": "2026-06-14"}
    calls = (Call("certificates_list"), Call("tradebill_apply", query=day), Call("fundflowbill_apply", query=day), Call("security_echo"))

    def attempt(call: Call) -> None:
        asked = replace(call, body={"echo_message": "x"}) if call.operation == "security_echo" else call
        for fault in _elsewhere(platform, asked):
            platform.send(asked, broken_by=fault).is_refused(because="There is no such interface.")

    try_all(platform, calls, attempt)


@judges("v3.protocol.carries-a-request-id")
def test_every_answer_has_a_request_id_of_its_own(platform: Platform) -> None:
    """Every answer, of success and of refusal, has one Request-ID, and no two share it."""
    seen: set[str] = set()
    judge_all(platform, lambda visit, answer: _has_an_id_of_its_own(visit, answer, seen))


@judges("v3.protocol.carries-a-request-id")
def test_an_unverified_request_has_a_request_id_too(platform: Platform) -> None:
    """Even a request that cannot be verified, or goes nowhere, is answered with a Request-ID."""
    platform.observing = False
    seen: set[str] = set()
    listing = Call("certificates_list")

    def attempt(kind: Kind) -> None:
        order = kind.order()
        for fault in (Skew(-3600), Skew(3600), _Elsewhere("at an unknown path", path="/v3/nowhere"), _Elsewhere("by PUT", method="PUT")):
            answer = platform.place(order, broken_by=fault).is_refused()
            _has_an_id_of_its_own(Visit(listing, fault.says, valid=False), answer, seen)

    try_all(platform, every_kind(platform), attempt)


def _has_an_id_of_its_own(visit: Visit, answer: Answer, seen: set[str]) -> None:
    if visit.call.operation == "bill_download":
        return
    ids = [value for name, value in answer.exchange.reply.headers if name.lower() == "request-id"]
    if len(ids) != 1 or not ids[0].strip():
        raise Violation(
            "An answer has one Request-ID.", expected="one Request-ID", got=f"{answer.status} with {shown(ids)} to {visit.says}"
        )
    if ids[0] in seen:
        raise Violation("No two answers share a Request-ID.", expected="a Request-ID of its own", got=f"{ids[0]} again, to {visit.says}")
    seen.add(ids[0])
