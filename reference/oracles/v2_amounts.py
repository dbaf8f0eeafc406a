"""What the fees of a paid APIv2 order, and of its refunds, must say together: coupons counted, cash and coupons adding up.

*values* are the elements of an answer or a notification; one that is empty counts as absent. Fees are whole fen.
Source: OpenAPI documents, orderquery, coupon elements; sandbox guide, cases 1 to 3; APIv2 refund page, answer.
"""

import re
from collections.abc import Mapping
from typing import Final

__all__ = ["amount_problems", "coupon_problems", "refund_problems"]

_NUMBERED: Final = re.compile(r"coupon_(id|type|fee)_(.*)", re.DOTALL)
_WHOLE: Final = re.compile(r"[0-9]{1,18}")
_FEES: Final = ("total_fee", "cash_fee", "coupon_fee", "settlement_total_fee")
_OF_A_REFUND: Final = (
    "refund_fee",
    "settlement_refund_fee",
    "cash_refund_fee",
    "coupon_refund_fee",
    "total_fee",
    "cash_fee",
    "settlement_total_fee",
)
_KINDS: Final = ("id", "type", "fee")


def coupon_problems(values: Mapping[str, str]) -> tuple[str, ...]:
    """Return what is wrong with the numbered elements of coupons; nothing where there are none and none are counted."""
    given = {name: value for name, value in values.items() if value}
    found: dict[str, set[str]] = {kind: set() for kind in _KINDS}
    for match in filter(None, map(_NUMBERED.fullmatch, given)):
        found[match[1]].add(match[2])
    told = given.get("coupon_count", "0")
    if not _WHOLE.fullmatch(told):
        return (f"coupon_count is {told!r}, which is no number.",)
    expected = {str(number) for number in range(min(int(told), 1000))}
    problems = [
        f"coupon_count is {told}, and coupon_{kind} ends in {', '.join(sorted(f'_{suffix}' for suffix in found[kind])) or 'nothing'}."
        for kind in _KINDS
        if found[kind] != expected
    ]
    fees = [given[f"coupon_fee_{suffix}"] for suffix in found["fee"]]
    total = given.get("coupon_fee", "0")
    if not problems and all(map(_WHOLE.fullmatch, [*fees, total])) and expected and sum(map(int, fees)) != int(total):
        problems.append(f"coupon_fee is {total}, and the fees of the coupons add up to {sum(map(int, fees))}.")
    return tuple(problems)


def amount_problems(values: Mapping[str, str]) -> tuple[str, ...]:
    """Return how the fees of a paid order contradict each other; nothing where it has no total_fee, or cash in another currency."""
    given = {name: values[name] for name in _FEES if values.get(name)}
    if "total_fee" not in given or values.get("cash_fee_type", "CNY") not in {"CNY", ""}:
        return ()
    broken = [f"{name} is {value!r}, which is no number of fen." for name, value in given.items() if not _WHOLE.fullmatch(value)]
    if broken:
        return tuple(broken)
    fees = {name: int(value) for name, value in given.items()}
    total, coupons = fees["total_fee"], fees.get("coupon_fee", 0)
    cash = fees.get("cash_fee", total - coupons)
    settled = fees.get("settlement_total_fee", total)
    problems = []
    if cash + coupons != total or cash < 0:
        problems.append(f"cash_fee {cash} and coupon_fee {coupons} are not total_fee {total}.")
    if not cash <= settled <= total:
        problems.append(f"settlement_total_fee {settled} is not between cash_fee {cash} and total_fee {total}.")
    return tuple(problems)


def refund_problems(values: Mapping[str, str]) -> tuple[str, ...]:
    """Return how the fees of one refund contradict each other; nothing where it has no refund_fee."""
    given = {name: values[name] for name in _OF_A_REFUND if values.get(name)}
    broken = [f"{name} is {value!r}, which is no number of fen." for name, value in given.items() if not _WHOLE.fullmatch(value)]
    if broken or "refund_fee" not in given:
        return tuple(broken)
    fees = {name: int(value) for name, value in given.items()}
    fee = fees["refund_fee"]
    cash = fee - fees.get("coupon_refund_fee", 0)
    problems = []
    if fees.get("cash_refund_fee", cash) != cash:
        problems.append(f"cash_refund_fee {fees['cash_refund_fee']} is not the {cash} that coupons leave of refund_fee {fee}.")
    if not cash <= fees.get("settlement_refund_fee", fee) <= fee:
        problems.append(f"settlement_refund_fee {fees['settlement_refund_fee']} is not between {cash} and refund_fee {fee}.")
    settled = fees.get("settlement_total_fee")
    if settled is not None and not fees.get("cash_fee", settled) <= settled <= fees.get("total_fee", settled):
        problems.append(f"settlement_total_fee {settled} is not between cash_fee and total_fee.")
    return tuple(problems)
