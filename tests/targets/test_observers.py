"""Observers look at every answer of a run and raise under their own rule, whatever the check was about."""

from collections.abc import Callable
from typing import Any

import pytest

from conformance.targets.platform import Platform
from conformance.targets.transport import DirectTransport
from conformance.targets.verdicts import Violation
from conformance.targets.world import DirectWorld
from reference.identity import bundled
from reference.platform import Answer
from reference.platform import Platform as ReferencePlatform
from reference.platform.wire import Headers
from strategies import orders


class _Meddler(ReferencePlatform):
    """Lets a test meddle with every answer."""

    meddle: Callable[[Answer], Answer] = staticmethod(lambda answer: answer)

    def handle(self, method: str, target: str, headers: Headers, body: bytes) -> Answer:
        """Answer as usual, then meddle."""
        return self.meddle(super().handle(method, target, headers, body))


def _target(meddle: Callable[[Answer], Answer]) -> Platform:
    reference = _Meddler()
    reference.meddle = meddle
    return Platform("meddled", bundled(), DirectTransport(reference), world=DirectWorld(reference), seed=1)


def _without(name: str) -> Callable[[Answer], Answer]:
    return lambda answer: Answer(answer.status, [pair for pair in answer.headers if pair[0] != name], answer.body)


def _with_body(change: Callable[[bytes], bytes]) -> Callable[[Answer], Answer]:
    return lambda answer: Answer(answer.status, answer.headers, change(answer.body))


@pytest.mark.parametrize(
    ("meddle", "rule"),
    [
        (_without("Wechatpay-Signature"), "v3.response.success-is-signed"),
        (_with_body(lambda body: body.replace(b"prepay_id", b"prepay_ID")), "v3.response.success-is-signed"),
        (_with_body(lambda body: body + b"\n"), "v3.response.success-is-signed"),
    ],
    ids=["unsigned", "altered", "a newline more"],
)
def test_an_answer_that_cannot_be_believed_is_caught(meddle: Callable[[Answer], Answer], rule: str) -> None:
    """A success without signature, or with one over other bytes, is a violation at once."""
    with pytest.raises(Violation) as caught:
        _target(meddle).place(orders.lean("jsapi"))

    assert caught.value.rule == rule


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"code": 5, "message": "x"}', b'{"code": "X"}'])
def test_a_refusal_in_another_shape_is_caught(body: bytes) -> None:
    """A refusal that is not JSON with code and message is a violation."""
    target = _target(lambda answer: answer if answer.status < 400 else Answer(answer.status, answer.headers, body))

    with pytest.raises(Violation) as caught:
        target.query(orders.lean("jsapi"))

    assert caught.value.rule == "v3.error.is-json-with-code-and-message"


class _Renaming(ReferencePlatform):
    """Shows another state than the order is in."""

    shown = "DONE"

    def trade_state(self, order: Any) -> str:
        """Show the wrong one."""
        del order
        return self.shown


@pytest.mark.parametrize(
    ("state", "rule"),
    [("DONE", "v3.transaction.states-are-known"), ("USERPAYING", "v3.transaction.ordinary-orders-show-no-code-payment-state")],
)
def test_a_state_that_cannot_be_is_caught(state: str, rule: str) -> None:
    """An unknown state, and one that only code payments know, are violations wherever they are shown."""
    reference = _Renaming()
    reference.shown = state
    target = Platform("renaming", bundled(), DirectTransport(reference), world=DirectWorld(reference), seed=1)
    order = orders.lean("native")
    target.place(order).is_accepted()

    with pytest.raises(Violation) as caught:
        target.query(order)

    assert caught.value.rule == rule


def test_the_reference_is_not_blamed() -> None:
    """An untouched platform passes under all observers, refusals included."""
    target = _target(lambda answer: answer)
    order = orders.lean("jsapi")

    target.query(order).is_refused()
    target.must_pay(order)
    target.query(order).is_accepted().has("trade_state", "SUCCESS")
    target.close(order).is_refused()
