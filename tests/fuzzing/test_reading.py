"""What a drawn request is by the contract."""

import json
from typing import Any

import pytest

from conformance.fuzzing.reading import Reading, in_digits, read
from strategies.cases import Wire

_ORDER = {
    "appid": "wx0000000000000001",
    "mchid": "1900000001",
    "description": "龙井茶",
    "out_trade_no": "wxc000000000001",
    "notify_url": "https://merchant.example/notify",
    "amount": {"total": 100},
}


def _read(body: bytes, *, method: str = "POST", target: str = "/v3/pay/transactions/native") -> Reading | None:
    return read(Wire(method, target, (), body))


def _order(**members: Any) -> Reading:
    reading = _read(json.dumps(_ORDER | members).encode())
    assert reading is not None
    return reading


def test_a_valid_order_is_allowed() -> None:
    """An order within all bounds is allowed and nothing in it forbidden."""
    assert _order().allowed
    assert not _order().forbidden


@pytest.mark.parametrize("amount", [{}, {"total": 0}, {"total": "100"}, {"total": 1.5}, {"total": True}, None])
def test_a_breach_is_forbidden(amount: Any) -> None:
    """A missing, wrong or mistyped amount is forbidden by every reading; null counts as missing."""
    assert _order(amount=amount).forbidden


@pytest.mark.parametrize("written", ["100.0", "1e2"])
def test_a_whole_number_with_a_point_is_neither(written: str) -> None:
    """100 written with a decimal point is an integer to JSON Schema and in no document: neither forbidden nor simply allowed."""
    body = json.dumps(_ORDER).replace('"total": 100', f'"total": {written}').encode()
    reading = _read(body)

    assert reading is not None
    assert reading.whole
    assert not reading.forbidden
    assert not reading.allowed


def test_what_documents_disagree_about_is_not_forbidden() -> None:
    """A number with an @, which one page allows, bears no verdict either way."""
    reading = _order(out_trade_no="wxc@000000001")

    assert not reading.forbidden
    assert not reading.allowed


def test_an_undeclared_member_stands_apart() -> None:
    """A request that is wrong only by a member nobody declared is told from others."""
    assert _order(total_fee=100).undeclared
    assert not _order(total_fee=100, description=1).undeclared


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"a": NaN}', b"\xff", b"null", b"[" * 100_000])
def test_what_is_no_json_object_is_malformed(body: bytes) -> None:
    """Nothing, a list, half an object, NaN, other encodings and endless nesting are no JSON object."""
    reading = _read(body)

    assert reading is not None
    assert reading.malformed


def test_another_path_is_no_operation() -> None:
    """A path the contract does not know is nobody's request."""
    assert _read(b"", target="/v3/pay/transactions/unheard-of/x/y") is None


@pytest.mark.parametrize(("target", "role"), [("?sub_mchid=1", "partner"), ("", "merchant")], ids=["for a sub-merchant", "for itself"])
def test_who_sends(target: str, role: str) -> None:
    """What both may ask is a service provider's where a sub-merchant is named."""
    reading = _read(b"", method="GET", target=f"/v3/refund/domestic/refunds/x{target}")

    assert reading is not None
    assert reading.role == role


@pytest.mark.parametrize(("written", "name"), [("N1", "N1"), (7, "7"), (None, None), ([], None), (True, None), ("", None)])
def test_what_a_request_names(written: Any, name: str | None) -> None:
    """The number a request names is what a query could ask for, however it was written."""
    assert _order(out_trade_no=written).names("out_trade_no") == name


def test_whole_numbers_are_written_in_digits_for_chains() -> None:
    """1.0 becomes 1 at any depth; fractions, texts and truth values stay."""
    assert repr(in_digits({"a": [1.0, 1.5, "1.0", True], "b": {"c": 2e3}})) == "{'a': [1, 1.5, '1.0', True], 'b': {'c': 2000}}"


def _elements(body: bytes) -> Reading:
    reading = _read(body, target="/pay/closeorder")
    assert reading is not None
    return reading


_CLOSE = "<appid>wx0000000000000001</appid><mch_id>1900000001</mch_id><nonce_str>n</nonce_str><sign>{}</sign>"


def test_a_message_of_apiv2_is_read_as_elements() -> None:
    """An element that is missing or empty is forbidden where the contract asks for it, and a message of bytes is none at all."""
    whole = f"<xml>{_CLOSE.format('0' * 32)}<out_trade_no>wxc1</out_trade_no></xml>"

    assert _elements(whole.encode()).allowed
    assert [problem.field for problem in _elements(whole.replace("wxc1", "").encode()).forbidden] == ["/out_trade_no"]
    assert _elements(b"{}").malformed
