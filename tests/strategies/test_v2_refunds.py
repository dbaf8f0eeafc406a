"""Refunds of APIv2: every listed fault is one, and plans through both families fit their order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.targets.platform import Platform
from strategies.cases import Order, Refund
from strategies.orders import lean
from strategies.v2.named import Asked
from strategies.v2.refunds import NUMBERS, REFUND_FEES, TOTAL_FEES, TakenPart, mixed_plans, single_characters
from tests.strategies.sending import fresh_platform

_FAULTS = (*NUMBERS, *single_characters(), *REFUND_FEES, *TOTAL_FEES)
_MANY = settings(max_examples=60)


def _paid(platform: Platform, total: int = 1000) -> Order:
    order = lean("jsapi", total=total)
    platform.v2.must_pay(order)
    return order


@pytest.mark.parametrize("fault", _FAULTS, ids=repr)
def test_every_fault_is_one(fault: Asked) -> None:
    """An application with the fault is refused, and the same one without it accepted."""
    platform = fresh_platform()
    refund = Refund(_paid(platform), 2)

    platform.v2.refund(refund, broken_by=fault).is_refused()
    platform.v2.refund(refund).is_accepted()


def test_faults_are_told_apart() -> None:
    """No two faults have one name, and each character that is not allowed stands in three places."""
    names = [fault.name for fault in _FAULTS]

    assert len(set(names)) == len(names)
    assert len(single_characters()) % 3 == 0


@_MANY
@given(total=st.integers(1, 2**31 - 1), data=st.data())
def test_a_mixed_plan_fits_its_order(total: int, data: st.DataObject) -> None:
    """The parts of a plan are positive and together at most the total, whichever family each is applied for by."""
    plan = data.draw(mixed_plans(total))

    assert all(part.amount > 0 and family in {"v2", "v3"} for part, family in plan)
    assert sum(part.amount for part, _ in plan) <= total


def test_a_mixed_plan_can_be_carried_out() -> None:
    """The refunds of a plan are all accepted, one after the other, each by its family."""
    platform = fresh_platform()

    @_MANY
    @given(plan=mixed_plans(1000))
    def carry_out(plan: tuple[TakenPart, ...]) -> None:
        order = _paid(platform)
        for part, family in plan:
            refund = part.of(order)
            (platform.v2.refund if family == "v2" else platform.refund)(refund).is_accepted()
            if part.outcome is not None:
                assert platform.settle(refund, part.outcome) is None

    carry_out()
