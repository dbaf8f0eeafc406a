"""Baskets: what is written differently means the same, and what is wrong is wrong in one thing."""

import json
from itertools import combinations
from typing import Any

import pytest

from reference.oracles import v2
from strategies.v2.baskets import Wrong, basket, no_lists, wrong_lists
from strategies.v2.cases import SigningV2
from strategies.v2.combined import rewritten, unnamed
from strategies.v2.json_texts import WRITINGS

_ORDERS: list[dict[str, Any]] = [
    {"out_trade_no": "a", "body": basket().parts[0].description, "total_fee": 1},
    {"out_trade_no": "b", "body": "茶", "total_fee": 2},
]
_LIST = {"order_num": 2, "order_list": _ORDERS}


def _signing() -> SigningV2:
    members = {"nonce_str": "n", "sign_type": "HMAC-SHA256", "sub_order_list": WRITINGS["without blanks"](_LIST)}
    return SigningV2("1", members, "k" * 32, "HMAC-SHA256")


def test_every_writing_means_the_same() -> None:
    """Each way to write a list is another text, of the same value."""
    written = [write(_LIST) for write in WRITINGS.values()]

    assert all(json.loads(text) == _LIST for text in written)
    assert all(one != other for one, other in combinations(written, 2))


@pytest.mark.parametrize("wrong", wrong_lists(), ids=str)
def test_a_wrong_list_is_not_the_right_one(wrong: Wrong) -> None:
    """Making it leaves the right one as it was."""
    before = json.dumps(_ORDERS)

    assert wrong.make(_ORDERS) != _ORDERS
    assert json.dumps(_ORDERS) == before


def test_what_is_no_list_is_none() -> None:
    """None of the texts reads as JSON with a list of orders."""
    for text in no_lists():
        try:
            value = json.loads(text)
        except ValueError:
            continue
        assert not isinstance(value, dict)


def test_a_list_signed_as_written_otherwise_does_not_verify() -> None:
    """Every fault on the text or the algorithm leaves a request whose sign does not hold as it must; without it, it holds."""
    right = _signing()
    assert v2.verify({**right.members, "sign": right.sign}, right.key, "HMAC-SHA256")

    for fault in (*rewritten(WRITINGS), *unnamed()):
        signing = fault.in_signing(_signing())
        named = signing.members.get("sign_type")
        holds = v2.verify({**signing.members, "sign": signing.sign}, signing.key, "HMAC-SHA256")
        assert not holds or named is None, fault


def test_changes_keep_the_numbers() -> None:
    """A changed basket has the numbers of the first, and the first stays as it was."""
    first = basket("native", "merchant", (10, 20))
    first.number, first.parts[0].number, first.parts[1].number = "w", "a", "b"

    changed, fewer = first.changed(1, total=21), first.without(0)

    assert (changed.number, [(part.number, part.total) for part in changed.parts]) == ("w", [("a", 10), ("b", 21)])
    assert (fewer.number, [part.number for part in fewer.parts]) == ("w", ["b"])
    assert ([part.total for part in first.parts], first.total, first.whole.number, first.alone(1).number) == ([10, 20], 30, "w", "b")
