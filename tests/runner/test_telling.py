"""What was done is told in words."""

from pathlib import Path

import pytest

from conformance.runner.telling import told
from conformance.targets.platform import Platform
from tests.runner.selftests import judged

_PLACE = {"kind": "send", "label": "place jsapi order"}
_NUMBERS = {"kind": "numbers", "minted": ["T1"]}


@pytest.mark.parametrize(
    ("case", "steps", "said"),
    [
        (
            "an order",
            [_NUMBERS, _PLACE, {"kind": "pay", "mchid": "1", "out_trade_no": "T1"}],
            "an order: place jsapi order → the payer pays",
        ),
        ("", [_NUMBERS, _PLACE, {"kind": "advance", "seconds": 60}, _PLACE], "place jsapi order → 60 s pass → place jsapi order"),
        ("list certificates", [_NUMBERS, {"kind": "send", "label": "list certificates"}], "list certificates"),
        ("nothing sent", [_NUMBERS], "nothing sent"),
        ("", [_PLACE, {"kind": "advance", "seconds": 0}], "place jsapi order"),
    ],
)
def test_steps_are_told_in_their_order(case: str, steps: list[dict[str, object]], said: str) -> None:
    """Requests and acts stand behind the case; a moment without time, and what the case says already, are left out."""
    assert told(case, steps) == said


def test_of_many_steps_the_beginning_and_the_end_are_told() -> None:
    """What made the case and what led to its end stay; the middle is counted."""
    steps = [{"kind": "send", "label": f"step {number}"} for number in range(20)]

    said = told("", steps)

    assert said == "step 0 → step 1 → … 13 more … → step 15 → step 16 → step 17 → step 18 → step 19"


def test_everything_done_to_a_world_has_words(mock_platform: Platform) -> None:
    """Every act a target can do is told without a gap."""
    acts = {
        "mchid": "1",
        "outcome": "SUCCESS",
        "seconds": 1,
        "per_second": 2,
        "when": "after",
        "state": "PAYERROR",
        "balance": 3,
        "coupons": [["CASH", 1]],
        "key_mode": "combined",
    }
    of_payers = ("pay", "fail", "cancel", "plan_code", "show_code", "give_coupons")
    for action in (*of_payers, "settle", "advance", "rotate", "limit", "lose_next", "fund", "use_keys"):
        assert mock_platform.power_of(action)
        assert told("", [{"kind": action, **acts}])


def test_a_finding_tells_what_was_done(tmp_path: Path) -> None:
    """A finding of a list says the case and the steps that broke it."""
    fault = "reopens-a-closed-order"
    said = judged(tmp_path, "--profile", "smoke", "-k", "test_a_closed_order_cannot_be_paid", "--fault", fault)

    shortest = [finding.shortest for check in said[fault] for finding in check.findings]
    assert shortest
    assert all(text.startswith("jsapi order of a ") and ": place jsapi order → " in text for text in shortest)
