"""Faults in how a body is written, and other ways of writing the same."""

import json

import pytest

from strategies.faults.body import BeyondBmp, Escaped, InDirectMode, Nulls, Reordered, Writing
from strategies.orders import lean
from strategies.text import BEYOND_BMP
from tests.strategies.sending import EVERYWHERE, documented_problems, placed, valid_call


@pytest.mark.parametrize("character", BEYOND_BMP, ids=ascii)
def test_four_byte_characters_are_written_in_every_way(character: str) -> None:
    """A character beyond the basic plane goes out as four bytes or as an escaped pair, in small letters or capitals, and means the same."""
    call = placed(lean("jsapi"))
    raw = BeyondBmp("attach", character, "raw").in_call(call).body
    escaped = BeyondBmp("attach", character, "escaped").in_call(call).body
    capitals = BeyondBmp("attach", character, "escaped in capitals").in_call(call).body

    assert character.encode() in raw
    assert escaped.isascii()
    assert rb"\ud" in escaped
    assert rb"\uD" in capitals
    assert rb"\ud" not in capitals
    assert json.loads(raw) == json.loads(escaped) == json.loads(capitals)
    assert character in json.loads(raw)["attach"]


@pytest.mark.parametrize("writing", ["escaped", "escaped in capitals"])
def test_escapes_change_no_meaning(writing: Writing) -> None:
    """The escaped twin holds the same members, in ASCII, and leaves a backslash before a u alone."""
    call = placed(lean("native", attach="\\u8336 茶 \\\\uabcd"))
    body = Escaped(writing).in_call(call).body

    assert body.isascii()
    assert json.loads(body) == call.body


@pytest.mark.parametrize("order", ["reversed", "sorted", "inside-out"])
def test_reordering_changes_no_meaning(order: str) -> None:
    """Members in another order, at any depth and in the query, are the same members."""
    call = placed(lean("h5", scene_info={"payer_client_ip": "203.0.113.7", "h5_info": {"type": "Wap", "app_name": "shop"}}))
    other = Reordered(order).in_call(call)  # type: ignore[arg-type]

    assert other.body == call.body
    assert list(other.body) != list(call.body)
    query = valid_call("partner_order_query")
    assert Reordered("reversed").in_call(query).query == query.query
    assert list(Reordered("reversed").in_call(query).query) == list(query.query)[::-1]


def test_nulls_reach_into_objects_and_lists() -> None:
    """Null members are added at the top, in an object and in every item of a list."""
    goods = [{"merchant_goods_id": "M1006", "quantity": 1, "unit_price": 0}]
    call = placed(lean("app", detail={"goods_detail": goods}))
    body = Nulls("attach", "amount.currency", "detail.goods_detail[].goods_name").in_call(call).body

    assert (body["attach"], body["amount"]["currency"], body["detail"]["goods_detail"][0]["goods_name"]) == (None, None, None)
    assert goods[0].keys() == {"merchant_goods_id", "quantity", "unit_price"}


@pytest.mark.parametrize("product", dict.fromkeys(product for product, _ in EVERYWHERE))
def test_a_direct_body_names_no_sub_merchant(product: str) -> None:
    """A direct-mode body on the partner path lacks what the partner path needs, all of it and nothing more."""
    call = valid_call(f"partner_{product}_create")
    found = {problem.field for problem in documented_problems(InDirectMode().in_call(call)) if problem.keyword == "required"}

    assert found == {"/sp_appid", "/sp_mchid", "/sub_mchid"}
