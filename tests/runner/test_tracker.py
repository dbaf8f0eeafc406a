"""The tracker counts the transitions a target was seen to make, and none it would have to guess."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from conformance.targets.platform import Platform
from conformance.targets.tracker import Way
from conformance.targets.transport import DirectTransport, Reply
from conformance.targets.world import DirectWorld
from reference.identity import bundled
from reference.machines import MACHINES
from reference.platform import NOON
from reference.platform import Platform as ReferencePlatform
from strategies.cases import Order, Refund, Wire
from strategies.faults.authorization import mixed_case
from strategies.faults.time import Skew
from strategies.orders import lean
from strategies.v2.sharing import GiveBack, Receiver, Share, Sharing
from strategies.v2.signatures import wrong_signs

_PLACED: Way = ("order", "", "place", "NOTPAY")
_PAID: Way = ("order", "NOTPAY", "pay", "SUCCESS")
_CLOSED: Way = ("order", "NOTPAY", "close", "CLOSED")
_TIMED_OUT: Way = ("order", "NOTPAY", "time_out", "CLOSED")


class Scripted:
    """Answers what it was told to, whatever it is asked."""

    concurrent = False
    shows_certificates = False

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, Any]]] = []

    def send(self, _wire: Wire) -> Reply:
        """Give the next answer."""
        status, body = self.answers.pop(0)
        return Reply(status, (), json.dumps(body).encode())

    def close(self) -> None:
        """Nothing to close."""


class Stage:
    """A scripted platform nobody controls: people pay, and banks decide, whenever they like."""

    def __init__(self) -> None:
        self._script = Scripted()
        self.platform = Platform("scripted", bundled(), self._script, seed=1, clock=lambda: NOON)
        self.platform.observing = False
        self.order = lean("native")

    def says(self, status: int, act: Callable[[], object], **body: Any) -> None:
        """Do *act*, which is answered so."""
        self._script.answers.append((status, body))
        act()

    def shows(self, state: str, order: Order | None = None) -> None:
        """Query the order, which is shown in *state*."""
        order = order or self.order
        number = self.platform.calls.number(order)
        self.says(200, lambda: self.platform.query(order), trade_state=state, out_trade_no=number)

    @property
    def seen(self) -> dict[Way, int]:
        """What the tracker counted."""
        return dict(self.platform.tracker.seen)


@pytest.fixture
def stage() -> Stage:
    """Return a scripted platform."""
    return Stage()


def test_counts_what_was_accepted_once_it_is_shown(stage: Stage) -> None:
    """Placing counts when the order is first shown as unpaid, closing when it is shown closed; before, nothing is known."""
    stage.says(200, lambda: stage.platform.place(stage.order))
    assert stage.seen == {}

    stage.shows("NOTPAY")
    stage.says(204, lambda: stage.platform.close(stage.order))
    assert stage.seen == {_PLACED: 1}

    stage.shows("CLOSED")
    assert stage.seen == {_PLACED: 1, _CLOSED: 1}


def test_counts_every_event_on_the_way(stage: Stage) -> None:
    """Several events between two states shown are all counted, when the table leads through them to the second."""
    stage.says(200, lambda: stage.platform.place(stage.order))
    for _ in range(2):
        stage.says(204, lambda: stage.platform.close(stage.order))
    stage.shows("CLOSED")

    assert stage.seen == {_PLACED: 1, _CLOSED: 1, ("order", "CLOSED", "close", "CLOSED"): 1}


def test_counts_nothing_that_was_refused(stage: Stage) -> None:
    """A refused event moved nothing, nor did a repetition; what is closed later was closed by the platform."""
    stage.says(200, lambda: stage.platform.place(stage.order))
    stage.says(200, lambda: stage.platform.place(stage.order))
    stage.shows("NOTPAY")
    stage.says(400, lambda: stage.platform.close(stage.order), code="PARAM_ERROR")
    stage.shows("CLOSED")

    assert stage.seen == {_PLACED: 1, _TIMED_OUT: 1}


def test_does_not_believe_in_what_the_table_does_not_know(stage: Stage) -> None:
    """A state no way of the table leads to is taken as known, without a transition."""
    stage.says(200, lambda: stage.platform.place(stage.order))
    stage.shows("NOTPAY")
    stage.says(204, lambda: stage.platform.close(stage.order))
    stage.shows("NOTPAY")
    stage.shows("REFUND")

    assert stage.seen == {_PLACED: 1}


def test_learns_what_people_did(stage: Stage) -> None:
    """Where nobody controls the world, one event of the payer or of the platform that alone explains a new state is counted."""
    stage.says(200, lambda: stage.platform.place(stage.order))
    stage.shows("NOTPAY")
    stage.shows("SUCCESS")

    assert stage.seen == {_PLACED: 1, _PAID: 1}


def test_does_not_guess_between_two_events(stage: Stage) -> None:
    """A code payment that failed may have been given up by the payer or refused by the bank: neither is counted."""
    order = lean("codepay")
    number = stage.platform.calls.number(order)
    stage.says(202, lambda: stage.platform.place(order), trade_state="USERPAYING", out_trade_no=number)
    stage.shows("PAYERROR", order)

    assert stage.seen == {("codepay", "", "submit", "USERPAYING"): 1}


def test_admits_both_states_after_a_lost_answer(stage: Stage) -> None:
    """An event that was answered by a failure counts when the next state shows that it happened, and not when it did not."""
    orders = {"CLOSED": lean("native"), "NOTPAY": lean("native")}
    for shown, order in orders.items():
        stage.says(200, partial(stage.platform.place, order))
        stage.shows("NOTPAY", order)
        stage.says(500, partial(stage.platform.close, order), code="SYSTEM_ERROR")
        stage.shows(shown, order)

    assert stage.seen == {_PLACED: 2, _CLOSED: 1}


def test_an_order_of_before_is_taken_as_it_is(stage: Stage) -> None:
    """An order that was there before is followed from the state it is first shown in."""
    stage.shows("NOTPAY")
    stage.shows("SUCCESS")

    assert stage.seen == {_PAID: 1}


def test_time_may_have_closed_what_was_closed_after_it(mock_platform: Platform) -> None:
    """When time passed before an order was closed, either may have closed it, so neither counts; alone, each does."""
    for wait, close in ((0, True), (8 * 86_400, False), (8 * 86_400, True)):
        mock_platform.place(order := lean("native")).is_accepted()
        mock_platform.query(order)
        if wait:
            mock_platform.advance(wait)
        if close:
            mock_platform.close(order).is_accepted()
        mock_platform.query(order).has("trade_state", "CLOSED")

    assert mock_platform.tracker.seen == {_PLACED: 3, _CLOSED: 1, _TIMED_OUT: 1}


def test_follows_refunds_and_their_orders(mock_platform: Platform) -> None:
    """A refund moves itself and its order; what the banks decide counts when it is shown."""
    mock_platform.must_pay(order := lean("native"))
    first = Refund(order, 1)
    transaction_id = mock_platform.transaction_id(order)
    mock_platform.refund(first).is_accepted()
    mock_platform.refund(first).is_accepted()
    mock_platform.refund(Refund(order, 2, by="transaction_id"), transaction_id=transaction_id).is_accepted()
    mock_platform.query(order).has("trade_state", "REFUND")
    mock_platform.settle(first, "ABNORMAL")
    mock_platform.query_refund(first).has("status", "ABNORMAL")
    mock_platform.settle(first, "SUCCESS")
    mock_platform.query_refund(first).has("status", "SUCCESS")

    assert mock_platform.tracker.seen == {
        _PLACED: 1,
        _PAID: 1,
        ("order", "SUCCESS", "refund", "REFUND"): 1,
        ("order", "REFUND", "refund", "REFUND"): 1,
        ("refund", "", "apply", "PROCESSING"): 2,
        ("refund", "PROCESSING", "bounce", "ABNORMAL"): 1,
        ("refund", "ABNORMAL", "settle", "SUCCESS"): 1,
    }


def test_reads_the_bytes_of_an_unusual_request(mock_platform: Platform) -> None:
    """A request with a deviation counts as what its bytes ask for when it is accepted, and not at all when it is refused."""
    mock_platform.place(order := lean("native"), broken_by=mixed_case()[0]).is_accepted()
    mock_platform.close(order, broken_by=Skew(400)).is_refused()
    mock_platform.query(order).has("trade_state", "NOTPAY")

    assert mock_platform.tracker.seen == {_PLACED: 1}


def test_one_life_is_followed_through_both_families(mock_platform: Platform) -> None:
    """What one family asks for and the other shows are steps of one life; APIv2's own words for states are those of the table."""
    order = lean("native")
    mock_platform.v2.place(order).is_accepted()
    mock_platform.query(order).has("trade_state", "NOTPAY")
    mock_platform.pay(order)
    mock_platform.v2.query(order).has("trade_state", "SUCCESS")
    refund = Refund(order, 1)
    mock_platform.v2.refund(refund).is_accepted()
    mock_platform.settle(refund, "ABNORMAL")
    mock_platform.v2.query_refund(refund).has("refund_status_0", "CHANGE")
    mock_platform.v2.query(order).has("trade_state", "REFUND")

    assert mock_platform.tracker.seen == {
        _PLACED: 1,
        _PAID: 1,
        ("order", "SUCCESS", "refund", "REFUND"): 1,
        ("refund", "", "apply", "PROCESSING"): 1,
        ("refund", "PROCESSING", "bounce", "ABNORMAL"): 1,
    }


def test_an_answer_that_leaves_open_what_was_done_counts_when_it_is_shown(mock_platform: Platform) -> None:
    """A payer who is still typing is no certain charge of APIv2: the state it led to is known from the query."""
    order = lean("codepay")
    mock_platform.plan_code(order, "USERPAYING")
    mock_platform.v2.place(order).is_unknown("USERPAYING")
    assert mock_platform.tracker.seen == {}

    mock_platform.v2.query(order).has("trade_state", "USERPAYING")
    mock_platform.v2.place(lean("codepay")).is_accepted()
    mock_platform.v2.place(lean("codepay"), broken_by=wrong_signs()[0]).is_refused()
    assert mock_platform.tracker.seen == {("codepay", "", "submit", "USERPAYING"): 1, ("codepay", "", "submit", "SUCCESS"): 1}


def test_knows_only_transitions_of_the_table() -> None:
    """Whatever is counted stands in the table of its machine."""
    reference = ReferencePlatform()
    platform = Platform("mock", bundled(), DirectTransport(reference), world=DirectWorld(reference), seed=1)
    order = lean("codepay")
    platform.plan_code(order, "USERPAYING")
    platform.place(order)
    platform.cancel(order)
    platform.query(order)
    platform.reverse(order)
    platform.query(order)

    known = {(name, *way) for name, machine in MACHINES.items() for way in machine.transitions()}
    assert set(platform.tracker.seen) <= known
    assert platform.tracker.seen["codepay", "USERPAYING", "cancel", "PAYERROR"] == 1
    assert platform.tracker.seen["codepay", "PAYERROR", "reverse", "REVOKED"] == 1


def test_follows_everything_about_a_sharing(mock_platform: Platform) -> None:
    """Receivers, the sharing with each of its shares, its money and its return are lives of their own, each counted when it is shown."""
    sharing, order, to = mock_platform.v2.sharing, lean("native", settle_info={"profit_sharing": True}), Receiver("other")
    mock_platform.v2.must_pay(order)
    mock_platform.advance(60)
    sharing.add(to, order).is_accepted()
    sharing.ask_left(order).is_accepted()
    made = Sharing(order, (Share(to, 100),))
    sharing.share(made).is_accepted()
    mock_platform.advance(10)
    sharing.query(made).is_accepted()
    back = GiveBack(made, to, 1)
    sharing.give_back(back).is_accepted()
    mock_platform.let("sharing_return", "fail", back.number or "")
    sharing.query_return(back).is_accepted()
    sharing.ask_left(order).is_accepted()

    assert mock_platform.tracker.seen == {
        _PLACED: 1,
        _PAID: 1,
        ("receiver", "", "add", "ADDED"): 1,
        ("frozen_funds", "", "freeze", "FROZEN"): 1,
        ("sharing", "", "apply", "PROCESSING"): 1,
        ("share", "", "ask", "PENDING"): 1,
        ("share", "PENDING", "credit", "SUCCESS"): 1,
        ("sharing", "PROCESSING", "conclude", "FINISHED"): 1,
        ("sharing_return", "", "apply", "PROCESSING"): 1,
        ("sharing_return", "PROCESSING", "fail", "FAILED"): 1,
    }
