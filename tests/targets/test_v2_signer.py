"""APIv2 requests as they go out: every member a request has, a sign that two implementations agree on, one fault at most."""

import hashlib
import hmac
from typing import Literal

import pytest

from conformance.targets.calls import NOTIFY_URL
from conformance.targets.verdicts import NotApplicable
from reference.contract import load, problems
from reference.oracles import v2
from strategies.cases import Product, Refund, Role, Wire
from strategies.orders import lean, template
from strategies.v2.cases import CallV2
from tests.targets.v2_answering import KEY, Answering, signed, target

_SUCCESS = {"result_code": "SUCCESS"}


def _by_hand(values: dict[str, str], sign_type: str) -> str:
    """The sign, made without the oracle."""
    text = "&".join(f"{name}={values[name]}" for name in sorted(values) if name != "sign" and values[name]) + f"&key={KEY}"
    made = hashlib.md5(text.encode()) if sign_type == "MD5" else hmac.new(KEY.encode(), text.encode(), hashlib.sha256)  # noqa: S324 - APIv2's
    return made.hexdigest().upper()


@pytest.mark.parametrize("sign_type", ["MD5", "HMAC-SHA256"])
@pytest.mark.parametrize("product", ["jsapi", "app", "h5", "native", "codepay"])
@pytest.mark.parametrize("role", ["merchant", "partner"])
def test_a_placed_order_is_valid_and_signed(product: Product, role: Role, sign_type: Literal["MD5", "HMAC-SHA256"]) -> None:
    """An order of every product, direct or a service provider's, has no problem in the contract and a sign that holds."""
    transport = Answering(signed(_SUCCESS))
    platform = target(transport)
    platform.observing = False
    platform.v2.sign_type = sign_type
    order = lean(product, role)
    platform.v2.place(order)
    values = v2.read_xml(transport.got[0].body)
    operation = load("v2").operations["micropay" if product == "codepay" else "unifiedorder"]
    merchant = platform.merchant(role)

    assert (transport.got[0].method, transport.got[0].target) == (operation.method, operation.path)
    assert operation.body is not None
    assert problems(operation.body, values) == ()
    assert v2.verify(values, merchant.apiv2_key or "", sign_type)
    assert values["mch_id"] == merchant.mchid
    assert values["out_trade_no"] == order.number
    assert values["total_fee"] == "100"
    assert values.get("sign_type") == (None if sign_type == "MD5" else sign_type)


def test_the_sign_is_the_one_made_by_hand() -> None:
    """The sign of MD5 and of HMAC-SHA256 is that of a second implementation."""
    transport = Answering(signed(_SUCCESS))
    platform = target(transport)
    platform.observing = False
    for sign_type in ("MD5", "HMAC-SHA256"):
        platform.v2.send(CallV2("orderquery", members={"out_trade_no": "茶 1"}, sign_type="MD5" if sign_type == "MD5" else "HMAC-SHA256"))
        values = v2.read_xml(transport.got[-1].body)

        assert values["sign"] == _by_hand(values, sign_type)


def test_an_order_is_the_same_by_either_family() -> None:
    """The same draft has one number, one amount and one notify_url, whichever family places it."""
    transport = Answering(signed(_SUCCESS))
    platform = target(transport)
    order = lean("jsapi", attach="a", time_expire="2026-06-15T13:00:00+08:00")
    body = platform.calls.place(order).body
    values = platform.v2.calls.place(order).members

    assert values["out_trade_no"] == body["out_trade_no"]
    assert values["total_fee"] == str(body["amount"]["total"])
    assert values["body"] == body["description"] == template("jsapi")["description"]
    assert values["notify_url"] == body["notify_url"] == NOTIFY_URL
    assert values["openid"] == body["payer"]["openid"]
    assert values["time_expire"] == "20260615130000"
    assert values["attach"] == "a"


def test_every_request_has_a_nonce_of_its_own() -> None:
    """Two requests of one call differ in nonce_str."""
    transport = Answering(signed(_SUCCESS))
    platform = target(transport)
    platform.observing = False
    order = lean("native")
    platform.v2.query(order)
    platform.v2.query(order)

    assert len({v2.read_xml(wire.body)["nonce_str"] for wire in transport.got}) == 2


def test_a_refund_bears_the_merchants_certificate() -> None:
    """Where the contract demands a client certificate the connection bears the merchant's, else none; a call may say otherwise."""
    transport = Answering(signed(_SUCCESS))
    platform = target(transport)
    platform.observing = False
    refund = Refund(lean("native"), 1)
    platform.v2.query_refund(refund)
    platform.v2.refund(refund)
    platform.v2.send(CallV2("refund", members={}, certificate="other"))
    platform.v2.send(CallV2("refund", members={}, certificate="none"))

    merchant, other = platform.identity.merchant, platform.identity.other
    assert other is not None
    assert [wire.certificate for wire in transport.got] == [None, merchant.credential, other.credential, None]


def test_a_certificate_that_cannot_be_shown_is_not_asked_for() -> None:
    """Over a transport that shows no certificate, what needs one is not applicable rather than refused."""
    transport = Answering(signed(_SUCCESS))
    transport.shows_certificates = False

    with pytest.raises(NotApplicable, match="client-certificates"):
        target(transport).v2.refund(Refund(lean("native"), 1))
    assert transport.got == []


def test_evidence_does_not_hold_the_key() -> None:
    """The signed string that is shown, and all that is kept of an exchange, leave the key out."""
    transport = Answering(signed(_SUCCESS))
    platform = target(transport)
    platform.observing = False
    exchange = platform.v2.place(lean("native")).exchange

    assert exchange.message.endswith(b"&key=[redacted]")
    assert KEY not in repr(exchange)
    assert KEY in platform.identity.secrets()


def test_members_are_left_out_for_none() -> None:
    """A call may leave out what every request has, and is signed as sent."""
    transport = Answering(signed(_SUCCESS))
    platform = target(transport)
    platform.observing = False
    platform.v2.send(CallV2("orderquery", members={"out_trade_no": "1", "nonce_str": None, "appid": ""}))
    wire: Wire = transport.got[0]
    values = v2.read_xml(wire.body)

    assert "nonce_str" not in values
    assert values["appid"] == ""
    assert v2.verify(values, KEY)
