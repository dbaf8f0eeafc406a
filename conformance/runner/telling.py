"""What was done in a finding's case, in words: the requests and what happened to the world, in their order."""

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.targets.verdicts import shown

__all__ = ["told"]

_WORLD = {
    "pay": "the payer pays",
    "fail": "the payer's attempt fails",
    "cancel": "the payer walks away",
    "settle": "the banks decide {outcome}",
    "let": "{event} befalls the {machine}",
    "advance": "{seconds:,.0f} s pass",
    "rotate": "the next certificate takes over",
    "limit": "{per_second} requests a second are allowed",
    "lose_next": "the next answer is lost",
    "plan_code": "the payment code leads to {state}",
    "show_code": "the payer opens the payment code",
    "give_coupons": "the payer has coupons {coupons}",
    "fund": "the balance is {balance} fen",
    "use_keys": "the platform signs with {key_mode}",
}
_MOST = 8
_LONGEST = 60


def told(case: str, steps: Sequence[Mapping[str, Any]]) -> str:
    """Return *case* with its steps behind it; of many, the first and those that led to the end."""
    done = [shown(_said(step), _LONGEST) for step in steps if step["kind"] != "numbers" and step.get("seconds") != 0]
    if len(done) > _MOST:
        done = [*done[:2], f"… {len(done) - _MOST + 1} more …", *done[3 - _MOST :]]
    story = " → ".join(done)
    # The name of a case may say already what is done.
    if not story or (len(done) == 1 and done[0] in case):
        return case
    return f"{case}: {story}" if case else story


def _said(step: Mapping[str, Any]) -> str:
    return str(step["label"]) if step["kind"] == "send" else _WORLD[step["kind"]].format_map(step)
