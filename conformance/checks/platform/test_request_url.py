"""A request's URL is verified byte for byte as it was sent."""

from dataclasses import dataclass
from urllib.parse import quote

from conformance.checks.platform.asking import Ask, asks, order_of, refuses, try_faults
from conformance.checks.platform.stages import HALF_AN_HOUR, wait
from conformance.targets.platform import Platform
from conformance.targets.trying import try_all
from conformance.targets.verdicts import Violation
from reference.platform.refusals import SIGN_ERROR
from reference.rules import judges
from strategies.cases import Call, Fault, Order, Role
from strategies.faults import signature
from strategies.urls import equal_targets

GROUP = "requests"


@dataclass(frozen=True, slots=True)
class _Spelling:
    """One way to write the URL of *call*."""

    call: Call
    target: str

    def __str__(self) -> str:
        return f"{self.call.operation} as {self.target}"


@judges("v3.request.verifies-the-url-as-sent")
def test_accepts_a_url_in_any_spelling(platform: Platform) -> None:
    """A query signed over its URL as sent is accepted in every legal percent-encoding and with its parameters in any order."""

    def attempt(spelling: _Spelling) -> None:
        platform.send(Call(spelling.call.operation, spelling.call.role, path=spelling.target)).is_accepted(
            because="The request is signed over its URL exactly as it was sent."
        ).has("out_trade_no", spelling.call.path_params["out_trade_no"])

    try_all(platform, [spelling for role in _roles(platform) for spelling in _spellings(platform, _numbered(platform, role))], attempt)


@judges("v3.request.verifies-the-url-as-sent")
def test_accepts_a_url_in_any_spelling_for_closing(platform: Platform) -> None:
    """An order is closed under every legal percent-encoding of its number, and it is that order."""

    def attempt(role: Role) -> None:
        for index in range(len(_close_targets(platform, _numbered(platform, role)))):
            order = _numbered(platform, role)
            wait(platform, HALF_AN_HOUR)
            call = platform.calls.close(order, None)
            target = _close_targets(platform, order)[index]
            platform.send(Call(call.operation, role, path=target, body=call.body), label=f"close {target}").is_accepted(
                because="The request is signed over its URL exactly as it was sent."
            )
            platform.query(order).has("trade_state", "CLOSED")

    try_all(platform, _roles(platform), attempt)


@judges("v3.request.verifies-the-url-as-sent")
def test_refuses_a_signature_over_the_decoded_url(platform: Platform) -> None:
    """A URL that is sent with escapes and signed without them is refused; signed as it is sent it is accepted."""

    def attempt(spelling: _Spelling) -> None:
        encoded = Call(spelling.call.operation, spelling.call.role, path=spelling.target)
        answer = platform.send(encoded, broken_by=signature.decoded_target())
        answer.is_refused(SIGN_ERROR, because="The signature covers another spelling of the URL than the one sent.")
        platform.send(encoded).is_accepted()

    spellings = [spelling for role in _roles(platform) for spelling in _spellings(platform, _numbered(platform, role))]
    try_all(platform, [spelling for spelling in spellings if "%" in spelling.target], attempt)


@judges("v3.request.signature-covers-url")
def test_refuses_a_signature_for_another_url(platform: Platform) -> None:
    """A signature over another path, over no query or over another one is refused."""
    try_faults(platform, asks(platform), lambda ask: signature.targets(query=ask.query))


@judges("v3.request.signature-covers-url")
def test_refuses_a_query_changed_after_signing(platform: Platform) -> None:
    """A parameter added, changed, repeated, moved, removed or written otherwise after signing is refused."""

    def attempt(ask: Ask) -> None:
        for fault in signature.tampered_queries(platform.send(ask.prepare(platform).call).exchange.wire.target):
            refuses(platform, ask.prepare(platform), fault)

    try_all(platform, [ask for ask in asks(platform) if not ask.body], attempt)


@judges("v3.request.signature-covers-url")
def test_refuses_a_signature_turned_on_another_order(platform: Platform) -> None:
    """A query or a closing that was signed for one order does nothing, and shows nothing, when it is sent for another."""

    def attempt(role: Role) -> None:
        mine, other = order_of("app", role), order_of("app", role)
        for order in (mine, other):
            platform.place(order).is_accepted()
        wait(platform, HALF_AN_HOUR)
        for call, changed in (
            (platform.calls.query(mine, None), platform.calls.query(other, None)),
            (platform.calls.close(mine, None), platform.calls.close(other, None)),
        ):
            target = platform.target(changed)
            answer = platform.send(call, broken_by=signature.moved(target))
            answer.is_refused(SIGN_ERROR, because="A signature for one order was accepted for another.")
        for order in (mine, other):
            _is_unpaid(platform, order)
        platform.close(other).is_accepted()

    try_all(platform, _roles(platform), attempt)


@judges("v3.request.signature-covers-url")
def test_refuses_a_signature_turned_on_another_operation(platform: Platform) -> None:
    """An order signed for one product is refused when it is sent as one of another, and neither is placed."""

    def attempt(role: Role) -> None:
        order = order_of("native", role)
        call = platform.calls.place(order)
        target = platform.target(call).replace("native", "app")
        fault: Fault = signature.moved(target)
        platform.send(call, broken_by=fault).is_refused(SIGN_ERROR, because="A signature for one operation was accepted for another.")
        platform.query(order).is_refused(because="An order that was refused exists.")
        platform.place(order).is_accepted()

    try_all(platform, _roles(platform), attempt)


def _roles(platform: Platform) -> tuple[Role, ...]:
    return ("merchant", "partner") if "partner-merchant" in platform.capabilities else ("merchant",)


def _numbered(platform: Platform, role: Role) -> Order:
    """Place an order whose number has the odd characters this platform takes: not every one takes "|", and none has to."""
    odd = order_of("native", role, tail="|*-_")
    if platform.place(odd).accepted:
        return odd
    order = order_of("native", role, tail="*-_")
    platform.place(order).is_accepted()
    return order


def _spellings(platform: Platform, order: Order) -> list[_Spelling]:
    call = platform.calls.query(order, None)
    return [_Spelling(call, target) for target in equal_targets(platform.target(call), _segment(platform, order))]


def _close_targets(platform: Platform, order: Order) -> list[str]:
    return list(equal_targets(platform.target(platform.calls.close(order, None)), _segment(platform, order)))


def _segment(platform: Platform, order: Order) -> str:
    return quote(platform.calls.number(order), safe="-_.~*@")


def _is_unpaid(platform: Platform, order: Order) -> None:
    shown = platform.query(order).is_accepted(because="The order exists.")
    if shown.get("trade_state") != "NOTPAY":
        raise Violation("A signature for one order changed another.", expected="trade_state NOTPAY", got=shown.described)
