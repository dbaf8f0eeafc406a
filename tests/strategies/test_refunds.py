"""Valid refunds and plans: what is drawn, whether it is accepted, and that every listed fault is one."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.identity import bundled
from reference.oracles import oaep
from strategies import refunds
from strategies.cases import Fault, Refund
from strategies.faults import refund as faults
from strategies.faults.sensitive import unopenable
from strategies.orders import lean
from tests.strategies.sending import documented_problems, fresh_platform

MANY = settings(max_examples=60)


def test_a_drawn_refund_is_accepted() -> None:
    """A refund of any kind of order, of any share, with any options, keeps every documented bound and is accepted once it is paid."""
    platform = fresh_platform()

    @MANY
    @given(refund=refunds.full())
    def apply(refund: Refund) -> None:
        platform.must_pay(refund.order)
        transaction_id = platform.transaction_id(refund.order)
        assert not documented_problems(platform.calls.refund(refund, None, transaction_id))
        platform.refund(refund, transaction_id=transaction_id).is_accepted()

    apply()


@MANY
@given(total=st.integers(1, 2**31 - 1), data=st.data())
def test_parts_fit_their_total(total: int, data: st.DataObject) -> None:
    """Parts are positive and together at most the total; whole parts are exactly the total; neither are more than asked for."""
    some, all_of_it = data.draw(refunds.parts(total, most=4)), data.draw(refunds.whole(total, most=4))

    assert min(some) > 0
    assert sum(some) <= total
    assert sum(all_of_it) == total
    assert max(len(some), len(all_of_it)) <= 4


def test_a_plan_can_be_carried_out() -> None:
    """The refunds of a plan, one after the other, are all accepted: each leaves room and time for the next."""
    platform = fresh_platform()

    @MANY
    @given(plan=refunds.plans(100, outcomes=(None, "SUCCESS", "ABNORMAL")))
    def carry_out(plan: tuple[refunds.Part, ...]) -> None:
        order = lean("app", total=100)
        platform.must_pay(order)
        for part in plan:
            refund = part.of(order)
            platform.refund(refund).is_accepted()
            if part.outcome is not None:
                assert platform.settle(refund, part.outcome) is None
            platform.advance(part.pause)

    carry_out()


@pytest.mark.parametrize(
    "name", ["NUMBERS", "REFERENCES", "AMOUNTS", "TOTALS", "CURRENCIES", "SUMS", "ACCOUNTS_NAMED_WRONGLY", "FUNDS_ACCOUNTS", "REASONS"]
)
def test_every_fault_is_refused_and_its_twin_accepted(name: str) -> None:
    """Each listed fault has a name of its own, makes a valid refund refused, and the same refund without it is accepted."""
    listed: tuple[Fault, ...] = getattr(faults, name)
    platform = fresh_platform()
    order = lean("h5", total=1000)
    platform.must_pay(order)

    for fault in listed:
        platform.refund(Refund(order, 300), broken_by=fault).is_refused()

    platform.refund(Refund(order, 1000)).is_accepted()
    assert len({fault.name for fault in listed}) == len(listed)


def test_paying_accounts_are_named() -> None:
    """A refund paid from accounts lists them with their shares beside its own amount."""
    refund = refunds.with_accounts(Refund(lean("app", total=100), 60), ("AVAILABLE", 59), ("UNAVAILABLE", 1))

    amount: dict[str, Any] = refund.fields["amount"]
    assert amount["from"] == [{"account": "AVAILABLE", "amount": 59}, {"account": "UNAVAILABLE", "amount": 1}]
    assert (amount["refund"], amount["total"], amount["currency"]) == (60, 100, "CNY")


def test_no_unopenable_text_opens() -> None:
    """No text a fault puts in place of a ciphertext opens with the right key, and each fault has a name of its own."""
    key, other, *_ = bundled().platform
    listed = unopenable("real_name", "张三", key.public_key, [other.public_key])
    right = oaep.encrypt(key.public_key, "张三")

    assert len({fault.name for fault in listed}) == len(listed)
    assert key.private_key is not None
    for fault in listed:
        with pytest.raises(ValueError, match=r"."):
            oaep.decrypt(key.private_key, fault.make(right))
