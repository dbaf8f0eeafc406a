"""What is demanded of every answer, whatever the check at hand is about.

An observer looks at each exchange of a run and raises Violation under its own rule; so a platform that is wrong only now and then,
in some state no check of that rule visits, is still caught, and by the right rule.
"""

from collections.abc import Callable

from conformance.targets.answer import Answer
from conformance.targets.exchange import Exchange
from conformance.targets.verdicts import Violation, shown
from reference.contract import Operation, load
from reference.identity import Identity
from reference.oracles import errors
from reference.oracles.keys import KeyRing, VerificationKey
from reference.oracles.message_check import Outcome, Reason, verify_message

__all__ = ["OBSERVERS", "Observer", "keyring"]

Observer = Callable[[KeyRing, Operation, Exchange], None]

_CODE_PAYMENT_ONLY = frozenset({"REVOKED", "USERPAYING", "PAYERROR"})
_TRADE_STATES = frozenset({"SUCCESS", "REFUND", "NOTPAY", "CLOSED"}) | _CODE_PAYMENT_ONLY
_REFUND_STATES = frozenset({"PROCESSING", "SUCCESS", "CLOSED", "ABNORMAL"})


def keyring(identity: Identity) -> KeyRing:
    """Return the keys the platform of *identity* may sign with."""
    return KeyRing(
        VerificationKey(key.key_id, key.public_key) if key.certificate is None else VerificationKey.from_certificate(key.certificate)
        for key in identity.platform
    )


def success_is_signed(keys: KeyRing, operation: Operation, exchange: Exchange) -> None:
    """Every successful answer but a file is signed by a key of the platform, now."""
    reply = exchange.reply
    if not 200 <= reply.status < 300 or not operation.signed_response:
        return
    verdict = verify_message(reply.headers, reply.body, keys, exchange.at)
    if verdict.outcome is Outcome.REFUSED:
        rule = "v3.response.no-content-is-signed" if reply.status == 204 else "v3.response.success-is-signed"
        if verdict.reason is Reason.STALE:
            rule = "v3.response.timestamp-is-current"
        raise Violation(
            f"A successful answer cannot be believed: {verdict.sentence}",
            expected="a signature of the platform over exactly this answer",
            got=f"{reply.status} to {exchange.label}",
            rule=rule,
        )


def refusal_has_the_documented_shape(_keys: KeyRing, operation: Operation, exchange: Exchange) -> None:
    """Every refusal is JSON with code and message; for paths and methods there are not, a gateway may answer in its own way."""
    reply, wire = exchange.reply, exchange.wire
    if not 400 <= reply.status < 502 or load(operation.family).match(wire.method, wire.target.partition("?")[0]) is None:
        return
    problems = errors.shape_problems(reply.body)
    if problems:
        raise Violation(
            f"A refusal says nothing a program can read: {problems[0]}",
            expected="a JSON object with code and message",
            got=f"{reply.status} {shown(reply.body.decode('utf-8', 'replace'))}",
            rule="v3.error.is-json-with-code-and-message",
        )


def states_are_known(_keys: KeyRing, operation: Operation, exchange: Exchange) -> None:
    """Every state shown is one of the documented ones, and one this kind of order can be in."""
    if operation.shows not in {"order", "refund"}:
        return
    answer = Answer(exchange)
    if not answer.accepted:
        return
    name, states = ("trade_state", _TRADE_STATES) if operation.shows == "order" else ("status", _REFUND_STATES)
    state = answer.get(name)
    if state is not None and state not in states:
        raise Violation(
            f"{name} is a state nobody knows.",
            expected=", ".join(sorted(states)),
            got=f"{state!r} in {exchange.label}",
            rule=f"v3.{'transaction' if operation.shows == 'order' else 'refund'}.states-are-known",
        )
    if state in _CODE_PAYMENT_ONLY and answer.get("trade_type") not in {None, "MICROPAY", "FACEPAY"}:
        raise Violation(
            f"An order of another kind is in {state}, which only orders paid by payment code know.",
            expected="NOTPAY, SUCCESS, REFUND or CLOSED",
            got=f"{state} of a {answer.get('trade_type')} order",
            rule="v3.transaction.ordinary-orders-show-no-code-payment-state",
        )


OBSERVERS: tuple[Observer, ...] = (success_is_signed, refusal_has_the_documented_shape, states_are_known)
