"""The state coverage of a run: every transition of every machine, with how often it was seen."""

from pathlib import Path

from conformance.runner.coverage import covered
from reference.machines import MACHINES, REFUND
from reports.model import CheckFinished, Transition
from reports.outcomes import Level, Outcome
from tests.runner.selftests import judged

_LIVES = (
    "test_answers_with_the_announced_key_on_every_operation",
    "test_an_unpaid_order_is_reversed",
    "test_no_sequence_leads_back",
    "test_a_failed_charge_takes_no_money",
    "test_of_a_reverse_and_a_confirmation_one_wins",
    "test_final_refunds_stay_final",
    "test_final_orders_stay_final",
    "test_bills_a_refund_on_the_day_of_the_refund",
    "test_a_refund_moves_only_along_its_states",
    "test_is_paid_as_a_whole",
    "test_no_order_is_paid_alone",
    "test_closes_as_a_whole",
    "test_a_finished_number_is_not_used_again",
    "test_a_packet_on_its_way_arrives_or_fails",
    "test_what_has_ended_stays_so",
    "test_the_shares_add_up",
    "test_shows_known_states",
    "test_shows_what_became_of_a_transfer_to_a_card",
    "test_shares_to_added_receivers_only",
    "test_tells_each_share_apart",
    "test_an_end_shows_known_states",
    "test_finishing_frees_the_rest",
    "test_a_return_shows_known_states",
)
"""Checks that between them lead orders, refunds, sharings and payouts through all of their lives."""
_UNSEEN = {
    ("frozen_funds", "FROZEN", "time_out"),
    ("combine", "NOTPAY", "time_out"),
    ("combine", "CLOSED", "close"),
    ("combine", "SUCCESS", "refund"),
    ("combine", "REFUND", "refund"),
}
"""What no rule has a check wait for."""


def _check(name: str, *transitions: Transition) -> CheckFinished:
    return CheckFinished(
        check=name, title="", group="", rules=(), outcome=Outcome.PASSED, level=Level.MUST, seconds=0.0, transitions=transitions
    )


def test_adds_up_what_checks_saw() -> None:
    """What several checks saw of one transition is added up; one nobody saw is there with 0."""
    bounce = Transition(machine="refund", source="PROCESSING", event="bounce", target="ABNORMAL", times=2)

    found = {machine.machine: machine for machine in covered([_check("one", bounce), _check("two", bounce)])}

    assert list(found) == list(MACHINES)
    refund = found["refund"]
    assert refund.title.en == REFUND.title
    assert refund.title.zh == "订单退款"
    assert refund.terminal == ("SUCCESS", "CLOSED")
    assert [(each.source, each.event, each.target) for each in refund.transitions] == list(REFUND.transitions())
    assert {(each.event, each.target): each.times for each in refund.transitions if each.times} == {("bounce", "ABNORMAL"): 4}


def test_every_machine_is_there_though_nothing_was_seen() -> None:
    """A run that saw nothing of a machine names its transitions all the same."""
    assert all(each.times == 0 for machine in covered([]) for each in machine.transitions)
    assert sum(len(machine.transitions) for machine in covered([])) == sum(len(machine.transitions()) for machine in MACHINES.values())


def test_the_checks_see_every_transition(tmp_path: Path) -> None:
    """On the unbroken mock the checks are seen to make every transition they try, which is all but what nobody waits for."""
    said = judged(tmp_path, "--profile", "certify", "-k", " or ".join(_LIVES))

    unseen = {(each.machine, each.source, each.event) for machine in covered(said[None]) for each in machine.transitions if not each.times}
    assert unseen == _UNSEEN


def test_a_transition_a_platform_never_makes_is_seen_never(tmp_path: Path) -> None:
    """A platform that does not make a transition is not credited with it, whatever it answers."""
    fault = "leaves-waiting-orders-open"
    said = judged(tmp_path, "--profile", "certify", "-k", "test_an_unpaid_order_is_reversed", "--fault", fault)

    found = {
        (each.source, each.event): each.times
        for machine in covered(said[fault])
        for each in machine.transitions
        if each.machine == "codepay"
    }
    assert found["USERPAYING", "reverse"] == 0
    assert found["PAYERROR", "reverse"] > 0
