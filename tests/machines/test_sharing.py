"""The tables of profit sharing: what is shared, refused, repeated, and what is left of an order."""

from typing import Any

import pytest

from reference.machines import FROZEN_FUNDS, RECEIVER, REFUND, SHARE, SHARING, SHARING_RETURN, Case, Entity, Move, Refusal, Repeat, decide
from reference.machines.sharing import MOST_SHARINGS, left

_NOW = 1_781_496_000
_DRAFT = {"kind": "multi"}
_ORDER = Entity("order", "m", "o", "SUCCESS", _NOW - 100, {"amount": {"total": 1_000}}, {"paid_at": _NOW - 60})
_FACTS: dict[str, Any] = {"funds": "FROZEN", "left": 700, "asked": 300, "shared": 300, "sharings": 1, "ratio": 10_000}


def _share(amount: int, state: str) -> Entity:
    return Entity("share", "m", f"s{amount}", state, _NOW, {"amount": amount})


def _decided(order: Entity | None = _ORDER, **facts: Any) -> str:
    outcome = decide(SHARING, SHARING.events["apply"], Case(_DRAFT, _NOW, None, order, facts=_FACTS | facts))
    return outcome.name if isinstance(outcome, Refusal) else type(outcome).__name__


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({}, "Move"),
        ({"asked": 700}, "Move"),
        ({"asked": 701}, "over-share"),
        ({"left": 0}, "nothing-left"),
        ({"funds": "UNFROZEN"}, "nothing-left"),
        ({"funds": None}, "not-share-order"),
        ({"strangers": ["x"]}, "receiver-not-added"),
        ({"sharings": MOST_SHARINGS}, "too-many-sharings"),
        ({"sharings": MOST_SHARINGS - 1}, "Move"),
        ({"ratio": 6_000}, "Move"),
        ({"ratio": 5_999}, "over-ratio"),
    ],
)
def test_an_order_is_shared_as_far_as_it_goes(facts: dict[str, Any], outcome: str) -> None:
    """At each limit it is still shared, beyond it refused for just that reason."""
    assert _decided(**facts) == outcome


@pytest.mark.parametrize(("state", "outcome"), [("SUCCESS", "Move"), ("REFUND", "Move"), ("NOTPAY", "sharing-unpaid")])
def test_only_paid_orders_are_shared(state: str, outcome: str) -> None:
    """A paid order is shared, also when a part of it was refunded; an unpaid, reversed or absent one is not, and none within a minute."""
    order = Entity("order", "m", "o", state, _NOW, _ORDER.draft, _ORDER.data)

    assert _decided(order) == outcome
    assert _decided(None) == "order-unknown"
    assert _decided(Entity("order", "m", "o", "SUCCESS", _NOW, _ORDER.draft, {"paid_at": _NOW - 59})) == "sharing-too-soon"


def test_what_is_left_is_what_shares_and_refunds_leave() -> None:
    """Shares under way and credited count, failed ones do not; so with refunds."""
    shares = [_share(100, "PENDING"), _share(20, "SUCCESS"), _share(500, "CLOSED")]
    refunds = [Entity("refund", "m", state, state, _NOW, {"amount": {"refund": 3}}) for state in REFUND.states]

    assert left(1_000, shares, refunds) == 1_000 - 120 - 9


@pytest.mark.parametrize("event", ["apply", "finish"])
@pytest.mark.parametrize("state", SHARING.states)
def test_a_number_is_one_request(event: str, state: str) -> None:
    """The same request is repeated in every state; another kind of request under its number is refused."""
    subject = Entity("sharing", "m", "s", state, _NOW, _DRAFT)

    assert decide(SHARING, SHARING.events[event], Case(_DRAFT, _NOW, subject)) == Repeat(state)
    assert decide(SHARING, SHARING.events[event], Case({"kind": "finish"}, _NOW, subject)) == SHARING.events[event].changed


@pytest.mark.parametrize(
    ("amount", "facts", "outcome"),
    [
        (300, {}, "Move"),
        (301, {}, "over-return"),
        (1, {"sharing": None}, "sharing-unknown"),
        (1, {"returns": 50}, "too-many-returns"),
        (1, {"sharing": Entity("sharing", "m", "s", "FINISHED", _NOW - 180 * 86_400)}, "Move"),
        (1, {"sharing": Entity("sharing", "m", "s", "FINISHED", _NOW - 180 * 86_400 - 1)}, "return-too-late"),
    ],
)
def test_a_return_takes_back_what_was_given(amount: int, facts: dict[str, Any], outcome: str) -> None:
    """Up to what was credited and not yet taken back, fifty times, for half a year."""
    known = {"sharing": Entity("sharing", "m", "s", "FINISHED", _NOW), "returns": 49, "returnable": 300}

    found = decide(SHARING_RETURN, SHARING_RETURN.events["apply"], Case({"amount": amount}, _NOW, facts=known | facts))

    assert (found.name if isinstance(found, Refusal) else type(found).__name__) == outcome


def test_a_refund_takes_no_more_than_is_frozen() -> None:
    """While money is frozen the rest bounds a refund; without frozen money only what was paid does."""
    draft = {"amount": {"refund": 400, "total": 1_000}}

    outcomes = [decide(REFUND, REFUND.events["apply"], Case(draft, _NOW, None, _ORDER, facts={"frozen": held})) for held in (400, 399)]

    assert isinstance(outcomes[0], Move)
    assert isinstance(outcomes[1], Refusal)
    assert outcomes[1].name == "over-frozen"
    assert isinstance(decide(REFUND, REFUND.events["apply"], Case(draft, _NOW, None, _ORDER)), Move)


@pytest.mark.parametrize("machine", [SHARING, SHARE, FROZEN_FUNDS, SHARING_RETURN, RECEIVER], ids=lambda machine: machine.name)
def test_every_life_has_a_name_in_both_languages(machine: Any) -> None:
    """A report names it in English and Chinese."""
    assert machine.title
    assert any("\u4e00" <= character <= "\u9fff" for character in machine.title_zh)
