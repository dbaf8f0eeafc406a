"""The door of APIv2: who is let in, what is refused where, and that no bytes do harm."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from reference.contract import load
from reference.identity import bundled
from reference.oracles import v2
from reference.platform import Platform
from reference.platform.v2 import CERTIFICATE_HEADER, certificate_header
from strategies.hostile_xml import CORPUS
from strategies.xml_cases import HostileXml
from tests.platform.v2_shop import Shop, elements, shut, sign_of

_SERVED = sorted(Platform().v2_operations)
_ALL = sorted({operation.path for operation in load("v2").operations.values()})
_CERTIFIED = ("reverse", "refund", "refundv2")


@pytest.fixture
def shop() -> Shop:
    """A direct merchant at a platform of its own."""
    return Shop(Platform())


def _order(shop: Shop) -> dict[str, str]:
    said = {"body": "b", "out_trade_no": shop.number(), "total_fee": "1", "spbill_create_ip": "127.0.0.1"}
    return {**said, "notify_url": "http://127.0.0.1/n", "trade_type": "APP"}


def _refused(shop: Shop, values: dict[str, str]) -> str:
    told = elements(shop.post("unifiedorder", shut(values)).body)
    assert told.keys() == {"return_code", "return_msg"}
    assert told["return_code"] == "FAIL"
    assert list(shop.platform.store.orders()) == []
    return told["return_msg"]


_FORGERIES: dict[str, Callable[[Shop, dict[str, str]], dict[str, str]]] = {
    "no sign": lambda _shop, values: {name: value for name, value in values.items() if name != "sign"},
    "one digit": lambda _shop, values: {**values, "sign": ("0" if values["sign"][0] != "0" else "1") + values["sign"][1:]},
    "changed": lambda _shop, values: {**values, "total_fee": "2"},
    "added": lambda _shop, values: {**values, "attach": "a"},
    "removed": lambda _shop, values: {name: value for name, value in values.items() if name != "body"},
    "the APIv3 key": lambda shop, values: {**values, "sign": sign_of(values, shop.merchant.apiv3_key)},
    "another's key": lambda _shop, values: {**values, "sign": sign_of(values, "x" * 32)},
    "the key in lower case": lambda shop, values: {**values, "sign": sign_of(values, shop.key.lower())},
    "unknown algorithm": lambda shop, values: {**values, "sign_type": "SHA1", "sign": sign_of({**values, "sign_type": "SHA1"}, shop.key)},
    "algorithm not signed": lambda _shop, values: {**values, "sign_type": "MD5"},
    "HMAC undeclared": lambda shop, values: {**values, "sign": sign_of({**values, "sign": "0" * 64}, shop.key)},
}


@pytest.mark.parametrize("forgery", _FORGERIES)
def test_what_is_not_signed_has_no_effect(shop: Shop, forgery: str) -> None:
    """A request that does not carry its own signature is refused on the first level, unsigned, and orders nothing."""
    assert _refused(shop, _FORGERIES[forgery](shop, shop.signed(_order(shop)))) == "签名错误"


def test_an_unknown_merchant_is_told_so(shop: Shop) -> None:
    """An mch_id nobody has, and one whose owner has no APIv2 key, is refused."""
    assert "mch_id" in _refused(shop, shop.signed({**_order(shop), "mch_id": "1000000000"}))
    merchant = replace(shop.merchant, apiv2_key=None)
    keyless = Shop(Platform(replace(bundled(), merchant=merchant)), merchant)
    assert "mch_id" in _refused(keyless, keyless.signed(_order(keyless)))


def test_empty_elements_are_not_signed_and_not_judged(shop: Shop) -> None:
    """An empty element counts as absent, in the signature and for the contract; "0" is a value."""
    values = shop.signed(_order(shop))
    with_offset = shop.signed({"out_trade_no": "nothing", "offset": "0"})

    placed = elements(shop.post("unifiedorder", shut({**values, "goods_tag": "", "fee_type": ""})).body)
    forged = elements(shop.post("refundquery", shut({**with_offset, "offset": ""})).body)

    assert placed["result_code"] == "SUCCESS"
    assert forged["return_code"] == "FAIL"


@pytest.mark.parametrize(
    ("method", "body", "code"),
    [
        ("GET", b"", "REQUIRE_POST_METHOD"),
        ("POST", b"", "POST_DATA_EMPTY"),
        ("POST", b"{}", "XML_FORMAT_ERROR"),
        ("POST", b"<xml><a>1</a><a>2</a></xml>", "XML_FORMAT_ERROR"),
        ("POST", b'<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><a>&a;</a></xml>', "XML_FORMAT_ERROR"),
        ("POST", "<xml><a>茶</a></xml>".encode("gb18030"), "NOT_UTF8"),
    ],
)
def test_what_is_no_message_is_told_why(shop: Shop, method: str, body: bytes, code: str) -> None:
    """What is no APIv2 message gets the documented code where there is no second level to bear it."""
    answer = shop.platform.handle(method, "/pay/unifiedorder", [], body)

    assert (answer.status, elements(answer.body)) == (200, {"return_code": "FAIL", "return_msg": code})


@pytest.mark.parametrize("operation", _CERTIFIED)
@pytest.mark.parametrize("shown", ["none", "another merchant's", "nonsense", "cut"])
def test_money_goes_back_to_bearers_of_the_certificate_only(shop: Shop, operation: str, shown: str) -> None:
    """Refund and reverse are refused without the merchant's own certificate, and change nothing."""
    other = shop.platform.identity.other
    assert other is not None
    certificate = other.credential.certificate
    assert certificate is not None
    own = shop.certificate
    assert own is not None
    headers = {"another merchant's": certificate_header(certificate), "nonsense": (CERTIFICATE_HEADER, ":AAAA:")}
    out_trade_no, _ = shop.charge()
    said = {"out_refund_no": "r", "total_fee": "100", "refund_fee": "100"} if operation != "reverse" else {}

    shop.certificate = headers.get(shown, (own[0], own[1][:-9] + ":") if shown == "cut" else None)
    told = shop.ask(operation, out_trade_no=out_trade_no, **said)

    assert told["err_code"] == "CERT_ERROR"
    assert shop.ask("orderquery", out_trade_no=out_trade_no)["trade_state"] == "SUCCESS"
    shop.certificate = own
    assert shop.ask(operation, out_trade_no=out_trade_no, **said)["result_code"] == "SUCCESS"


def test_any_certificate_of_the_merchant_will_do(shop: Shop) -> None:
    """During a change of certificates the next one is as good as the current one."""
    following = shop.merchant.credentials[1].certificate
    assert following is not None
    out_trade_no, _ = shop.charge()
    shop.certificate = certificate_header(following)

    assert shop.ask("reverse", out_trade_no=out_trade_no)["result_code"] == "SUCCESS"


@pytest.mark.parametrize("path", [path for path in _ALL if path not in _SERVED] + ["/pay/nothing", "/sandboxnew/pay/unifiedorder"])
def test_what_is_not_played_is_not_there(shop: Shop, path: str) -> None:
    """Operations this platform does not play are 404, not a success that means nothing."""
    assert shop.platform.handle("POST", path, [], shut(shop.signed({}))).status == 404


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CORPUS])
def test_hostile_messages_are_refused_and_odd_ones_are_read(shop: Shop, case: HostileXml) -> None:
    """Of a signed order with one oddity of the corpus, the hostile ones are refused at once, the harmless ones read as they were signed."""
    members = case.members({name: value for name, value in shop.signed(_order(shop)).items() if name != "sign"})
    whole = {name: value for name, value in members.items() if name != "sign"}

    told = elements(shop.post("unifiedorder", case.raw({**whole, "sign": v2.sign(whole, shop.key)})).body)

    if case.refused is None:
        assert told["return_code"] == "SUCCESS", told
    else:
        assert told["return_code"] == "FAIL"
        assert list(shop.platform.store.orders()) == []
