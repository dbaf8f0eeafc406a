"""`decide` reads a machine's table."""

import pytest

from reference.machines import CODEPAY, MACHINES, ORDER, REFUND, Case, Entity, Machine, Move, Refusal, Repeat, decide

_NOW = 1_700_000_000


def _order(state: str, total: int = 100, **data: object) -> Entity:
    return Entity("order", "m", "n", state, _NOW, {"amount": {"total": total}}, dict(data))


def _refund(amount: int, state: str = "PROCESSING") -> Entity:
    return Entity("refund", "m", f"r{amount}{state}", state, _NOW, {"amount": {"refund": amount, "total": 100}})


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_every_event_has_an_answer_in_every_state(machine: Machine) -> None:
    """No state of a table is left without a move, a repetition or a refusal for an event that can be tried in it."""
    for event in machine.events.values():
        for state in machine.states:
            subject = Entity(machine.name, "m", "n", state, _NOW, {"amount": {"total": 1, "refund": 1}})
            assert isinstance(decide(machine, event, Case(subject.draft, _NOW, subject)), Move | Repeat | Refusal)


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_terminal_states_are_never_left(machine: Machine) -> None:
    """No transition of a table leads out of a terminal state."""
    assert not [move for move in machine.transitions() if move[0] in machine.terminal and move[2] != move[0]]


@pytest.mark.parametrize(
    ("state", "event", "target"),
    [
        ("NOTPAY", "pay", "SUCCESS"),
        ("NOTPAY", "fail", "NOTPAY"),
        ("NOTPAY", "close", "CLOSED"),
        ("CLOSED", "close", "CLOSED"),
        ("SUCCESS", "refund", "REFUND"),
    ],
)
def test_an_order_moves(state: str, event: str, target: str) -> None:
    """The documented moves of an order."""
    outcome = decide(ORDER, ORDER.events[event], Case({}, _NOW, _order(state)))

    assert isinstance(outcome, Move)
    assert outcome.state == target


@pytest.mark.parametrize(
    ("state", "event"), [("SUCCESS", "pay"), ("CLOSED", "pay"), ("SUCCESS", "close"), ("REFUND", "close"), ("NOTPAY", "refund")]
)
def test_an_order_refuses(state: str, event: str) -> None:
    """The forbidden moves of an order."""
    assert isinstance(decide(ORDER, ORDER.events[event], Case({}, _NOW, _order(state))), Refusal)


def test_a_repetition_is_told_from_a_change() -> None:
    """The same draft repeats; another amount is refused; both leave the order alone."""
    order = _order("NOTPAY")

    assert isinstance(decide(ORDER, ORDER.events["place"], Case(order.draft, _NOW, order)), Repeat)
    changed = decide(ORDER, ORDER.events["place"], Case({"amount": {"total": 99}}, _NOW, order))
    assert isinstance(changed, Refusal)
    assert changed.name == "parameters-changed"


def test_code_payments_are_reversed_not_closed() -> None:
    """Closing an order paid by code is refused in every state."""
    for state in CODEPAY.states:
        assert isinstance(decide(CODEPAY, CODEPAY.events["close"], Case({}, _NOW, Entity("codepay", "m", "n", state, _NOW))), Refusal)


@pytest.mark.parametrize(
    ("amount", "before", "refused"),
    [
        (100, [], None),
        (101, [], "over-refund"),
        (41, [_refund(60)], "over-refund"),
        (40, [_refund(60)], None),
        (100, [_refund(60, "CLOSED")], None),
        (41, [_refund(60, "ABNORMAL")], "over-refund"),
    ],
)
def test_refunds_fit_into_what_was_paid(amount: int, before: list[Entity], refused: str | None) -> None:
    """What may be refunded is the total less all refunds that took or may take money."""
    draft = {"amount": {"refund": amount, "total": 100}}

    outcome = decide(REFUND, REFUND.events["apply"], Case(draft, _NOW, None, _order("SUCCESS", paid_at=_NOW), before))

    assert (outcome.name if isinstance(outcome, Refusal) else None) == refused


@pytest.mark.parametrize(
    ("count", "days", "refused"), [(49, 0, None), (50, 0, "too-many-refunds"), (0, 364, None), (0, 366, "refund-too-late")]
)
def test_refunds_are_limited_in_number_and_time(count: int, days: int, refused: str | None) -> None:
    """At most 50 refunds, within 365 days."""
    order = _order("REFUND", total=100, paid_at=_NOW - days * 86_400)
    before = [_refund(1) for _ in range(count)]

    outcome = decide(REFUND, REFUND.events["apply"], Case({"amount": {"refund": 1, "total": 100}}, _NOW, None, order, before))

    assert (outcome.name if isinstance(outcome, Refusal) else None) == refused


def test_a_refusal_can_be_left_out() -> None:
    """A refusal named in *unless* is not given: seeded faults are made that way."""
    outcome = decide(ORDER, ORDER.events["close"], Case({}, _NOW, _order("SUCCESS")), unless=frozenset({"order-paid"}))

    assert isinstance(outcome, Move)
    assert outcome.state == "CLOSED"
