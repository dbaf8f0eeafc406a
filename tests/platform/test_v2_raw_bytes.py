"""Whatever is sent to a path of APIv2 gets an answer every reader understands, or a 4xx; nothing is thrown, a refusal changes nothing."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.contract import Operation, load
from reference.oracles import v2
from reference.platform import Platform
from reference.platform.v2.deviations import CASES
from reference.platform.wire import Answer
from strategies.hostile_xml import CORPUS
from strategies.v2.odd import ODD_VALUES, any_bytes, any_headers, any_json, any_methods, any_values
from tests.platform.v2_shop import Shop, elements, sign_of

_OPERATIONS: Final[Mapping[str, Operation]] = {operation.path: operation for operation in load("v2").operations.values()}
_PATHS: Final = sorted(_OPERATIONS)
_SERVED: Final = sorted(Platform().v2_operations)
_OTHER_PATHS: Final = (
    *("/pay/", "/pay/unifiedorder/", "/PAY/unifiedorder", "/pay/unifiedorder%00", "/secapi/pay/refund?x=1&x=2", "//", "*", ""),
    "/pay/茶",
)
_FILLING: Final[Mapping[str, str]] = {
    "body": "Tea",
    "total_fee": "100",
    "refund_fee": "10",
    "spbill_create_ip": "127.0.0.1",
    "notify_url": "http://127.0.0.1/n",
    "trade_type": "NATIVE",
    "product_id": "1",
    "trades": "[]",
    "bill_date": "20260614",
    "bill_type": "ALL",
    "account_type": "Basic",
    "long_url": "weixin://wxpay/bizpayurl?pr=1",
    "interface_url": "https://api.mch.weixin.qq.com/pay/unifiedorder",
    "execute_time_": "1",
    "return_code": "SUCCESS",
    "result_code": "SUCCESS",
    "user_ip": "127.0.0.1",
    "send_name": "Tea",
    "wishing": "Tea",
    "act_name": "Tea",
    "remark": "Tea",
    "client_ip": "127.0.0.1",
    "amt_type": "ALL_RAND",
    "notify_way": "MINI_PROGRAM_JSAPI",
    "check_name": "NO_CHECK",
    "amount": "100",
    "total_amount": "300",
    "desc": "Tea",
    "bank_code": "1002",
    "enc_bank_no": "AAAA",
    "enc_true_name": "AAAA",
    "description": "Tea",
    "return_account_type": "MERCHANT_ID",
    "return_amount": "1",
}
"""Values of the members most operations need."""
_ABOUT: Final = {"closeorder": "unpaid", "reverse": "charged", "refundquery": "refunded", "refundqueryv2": "refunded"}
"""The order an operation is asked for, where it is not the paid one."""
_EIGHT_DAYS: Final = 8 * 86_400
_NEW: Final = frozenset({"order.place", "codepay.submit", "combine.place"})
"""What is done under a number of its own."""


def _snapshot(platform: Platform) -> list[str]:
    """All that a request might change."""
    entities = [*platform.store.all(), *platform.v2_sandbox_orders.all()]
    shown = [repr((each.machine, each.key, each.state, each.created, each.draft, each.data)) for each in entities]
    return [*shown, *map(repr, platform.notices.values()), repr(sorted(platform.used_codes)), repr(platform.balances), repr(platform.files)]


def _sub(shop: Shop) -> dict[str, str]:
    return {"sub_mch_id": shop.merchant.sub_mchids[0]} if shop.merchant.sub_mchids else {}


def _basket(shop: Shop, *numbers: str) -> dict[str, Any]:
    ids = {"appid": shop.merchant.appid, "mch_id": shop.merchant.mchid, **_sub(shop)}
    common = {**ids, "body": "Tea", "attach": "a", "fee_type": "CNY", "total_fee": 1}
    return {"order_num": len(numbers), "order_list": [{**common, "out_trade_no": number} for number in numbers]}


def _right(operation: Operation, shop: Shop) -> dict[str, str]:
    """A request of *operation* that is right, or nearly: what it must have, with the numbers of what there is."""
    names = (operation.body or {}).get("properties", {})
    merchant = shop.merchant
    numbers = {name: shop.number() for name in ("out_trade_no", "out_refund_no", "combine_out_trade_no", "mch_billno", "partner_trade_no")}
    if operation.event not in _NEW:
        numbers |= {"out_trade_no": _ABOUT.get(operation.id, "paid"), "combine_out_trade_no": "whole"}
    if operation.id in {"refundquery", "refundqueryv2"}:
        numbers["out_refund_no"] = "refund"
    ids = dict.fromkeys(("appid", "mch_appid", "wxappid", "combine_appid"), merchant.appid)
    ids |= dict.fromkeys(("openid", "re_openid", "combine_openid"), merchant.openid) | {operation.acting_member: merchant.mchid}
    every = {**_FILLING, **ids, **_sub(shop), **numbers, "auth_code": f"13{shop.number()[-10:]:0>16}"}
    every["sub_order_list"] = json.dumps([{"mchid": merchant.mchid, "out_trade_no": number} for number in ("first", "second")])
    if operation.id == "combinedorder":
        every["sub_order_list"] = json.dumps(_basket(shop, shop.number(), shop.number()))
        every["scene_info"] = '{"payer_client_ip":"127.0.0.1"}'
    if operation.group == "sharing":
        every |= _sharing(shop)
    if operation.group == "redpacks":
        every |= {"bill_type": "MCHT", "total_num": "3" if operation.id == "sendgroupredpack" else "1"}
    if operation.group == "sandbox":
        every["total_fee"] = "2"
    if "sign_type" in (operation.body or {}).get("required", ()):
        every["sign_type"] = "MD5"
    if "MD5" not in (operation.sign_types or ("MD5",)):
        every["sign_type"] = operation.sign_types[0]
    return {name: every[name] for name in names if name in every}


def _sharing(shop: Shop) -> dict[str, str]:
    """What sharing the paid order takes: with one receiver, who is told the share or asked for it back."""
    order = shop.platform.store.order(shop.merchant.mchid, "paid")
    receiver = {"type": "PERSONAL_OPENID", "account": shop.merchant.openid}
    shares = [{**receiver, "amount": 1, "description": "Tea"}]
    names = ("out_order_no", "out_return_no")
    return {
        **{name: shop.number() for name in names},
        "transaction_id": "" if order is None else order.data.get("transaction_id", ""),
        "receiver": json.dumps({**receiver, "relation_type": "STAFF"}),
        "receivers": json.dumps(shares),
        "return_account": shop.merchant.mchid,
    }


def _asked(
    platform: Platform, shop: Shop, operation: Operation, changes: Mapping[str, str | None], case: str = ""
) -> tuple[dict[str, str], str]:
    """Ask what is right but for *changes*, well signed, in a sandbox *case*; return the answer's elements, and the key of both."""
    key = shop.ask("getsignkey", appid="")["sandbox_signkey"] if operation.sign_key else shop.key
    values = {**_right(operation, shop), "nonce_str": "n", **changes}
    members = {name: text.replace("\r", "") for name, text in values.items() if text is not None and name != "sign"}
    body = v2.write_xml({**members, "sign": sign_of(members, key)})
    headers = [*_bears(shop), ("Wechatpay-Negative-Test", case)]
    return _understood(platform.handle("POST", operation.path, headers, body), operation.path), key


def _bears(shop: Shop) -> list[tuple[str, str]]:
    return [shop.certificate] if shop.certificate else []


def _understood(answer: Answer, path: str) -> dict[str, str]:
    """Return the elements of an answer that two readers understand alike; nothing of a 4xx or of a file."""
    if 400 <= answer.status < 500:
        return {}
    assert answer.status == 200, answer
    if not dict(answer.headers)["Content-Type"].startswith("text/xml"):
        assert _OPERATIONS[path].responses.get(200) is None, "only files are answered otherwise"
        return {}
    told = v2.read_xml(answer.body)
    assert told == elements(answer.body)
    assert told.get("return_code") in {"SUCCESS", "FAIL"} or "retcode" in told
    return told


def _is_success(told: Mapping[str, str]) -> bool:
    return told.get("return_code") == "SUCCESS" and told.get("result_code", "SUCCESS") == "SUCCESS"


def _lived_in(role: Literal["merchant", "partner"] = "merchant") -> tuple[Platform, Shop]:
    """A platform on which *role* has an unpaid, a paid and a refunded order, one paid by code, and a combined one."""
    platform = Platform()
    shop = Shop(platform, getattr(platform.identity, role))
    for number in ("unpaid", "paid", "refunded"):
        shop.place(out_trade_no=number, profit_sharing="Y" if number == "paid" else "", **_sub(shop))
    shop.pay("paid")
    shop.pay("refunded")
    shop.refund("refunded", 30, 100, out_refund_no="refund", **_sub(shop))
    shop.charge(out_trade_no="charged", **_sub(shop))
    platform.advance(60)
    for operation in (each for each in platform.v2_operations.values() if each.id == "profitsharingaddreceiver"):
        _asked(platform, shop, operation, {})
    parts = {"combine_out_trade_no": "whole", "sub_order_list": json.dumps(_basket(shop, "first", "second"))}
    assert _is_success(_asked(platform, shop, _OPERATIONS["/pay/combinedorder"], parts)[0])
    return platform, shop


@cache
def _world() -> tuple[Platform, Shop]:
    """One of them for all that must change nothing."""
    return _lived_in()


@given(path=st.sampled_from((*_PATHS, *_OTHER_PATHS)), method=any_methods(), headers=any_headers(), body=any_bytes())
def test_any_bytes_are_refused(path: str, method: str, headers: list[tuple[str, str]], body: bytes) -> None:
    """Any method, headers and bytes sent to any path: a refusal that is understood, or a 4xx; nothing changes."""
    platform, _ = _world()
    before = _snapshot(platform)

    answer = platform.handle(method, path, headers, body)

    assert answer.status == 200 or path not in _SERVED
    assert not _is_success(_understood(answer, path))
    assert _snapshot(platform) == before


@pytest.mark.parametrize("path", _PATHS)
def test_hostile_messages_are_refused_everywhere(path: str) -> None:
    """Each message of the corpus, signed or not, is answered by every operation so that it is understood; nothing changes."""
    platform, shop = _world()
    before = _snapshot(platform)

    for case in CORPUS:
        for values in ({"out_trade_no": "paid"}, shop.signed({"out_trade_no": "nobody"})):
            _understood(platform.handle("POST", path, _bears(shop), case.raw(case.members(values))), path)

    assert _snapshot(platform) == before


@st.composite
def _changed(draw: st.DrawFn) -> tuple[Operation, dict[str, str | None]]:
    operation = _OPERATIONS[draw(st.sampled_from(_SERVED))]
    names = st.sampled_from((*sorted((operation.body or {}).get("properties", {})), "__proto__", "key", "x.y"))
    return operation, draw(st.dictionaries(names, st.none() | any_values(), max_size=4))


@given(asked=_changed(), role=st.sampled_from(("merchant", "partner")), case=st.sampled_from(("", "", *CASES)) | st.text(max_size=5))
def test_any_signed_members_are_answered(
    asked: tuple[Operation, dict[str, str | None]], role: Literal["merchant", "partner"], case: str
) -> None:
    """Well-signed members of any content get a signed answer; a refusal changes nothing, a success can be kept and asked about."""
    operation, changes = asked
    platform, shop = _lived_in(role)
    before = _snapshot(platform)

    told, key = _asked(platform, shop, operation, changes, case)

    if told.get("return_code") == "SUCCESS" and operation.signed_response:
        assert told["sign"] == sign_of(told, key)
    if told and not _is_success(told) and case not in CASES:
        assert told.get("err_code") != "SYSTEMERROR", told
        assert _snapshot(platform) == before
    _can_be_kept(platform, shop)


_OF_AN_ORDER = ("appid", "mch_id", "sub_appid", "sub_mch_id", "body", "detail", "attach", "out_trade_no", "fee_type", "total_fee", "wxc")


@given(changes=st.dictionaries(st.sampled_from(_OF_AN_ORDER), any_json(), max_size=3), count=any_json(), counted=st.booleans())
def test_any_json_in_a_list_is_answered(changes: dict[str, Any], count: Any, *, counted: bool) -> None:
    """A combined order with anything among its orders is placed whole or not at all, and what is placed can be told of."""
    platform, shop = _lived_in()
    before = _snapshot(platform)
    basket = _basket(shop, shop.number(), shop.number())
    basket["order_list"][1] |= changes
    basket["order_num"] = 2 if counted else count

    for path in ("/pay/combinedorder", "/pay/closecombinedorder"):
        listed = basket if path == "/pay/combinedorder" else [{"mchid": changes.get("mch_id"), "out_trade_no": count}]
        told, _ = _asked(platform, shop, _OPERATIONS[path], {"sub_order_list": json.dumps(listed)})
        assert _is_success(told) or _snapshot(platform) == before, told
        before = _snapshot(platform)
    _can_be_kept(platform, shop)


@pytest.mark.parametrize("path", _SERVED)
def test_one_odd_member_at_a_time(path: str) -> None:
    """Each member of each operation with each odd value in the place of a right one is answered, and nothing is thrown."""
    operation = _OPERATIONS[path]
    platform, shop = _lived_in()
    for name in sorted((operation.body or {}).get("properties", {})):
        for odd in ODD_VALUES:
            told, _ = _asked(platform, shop, operation, {name: odd})
            assert told.get("err_code") != "SYSTEMERROR", (name, odd, told)
    _can_be_kept(platform, shop)


def _can_be_kept(platform: Platform, shop: Shop) -> None:
    """Everything there is can be written to a file; every order is told of in both families, and can be paid and announced."""
    for entity in platform.store.all():
        json.dumps([entity.draft, entity.data], ensure_ascii=False).encode()
    for order in platform.store.orders():
        if "combine" not in order.draft:
            known = {"sub_mch_id": order.draft.get("sub_mchid", "")}
            assert shop.ask("orderquery", out_trade_no=order.number, **known)["result_code"] == "SUCCESS"
        platform.show_order(order)
        platform.pay(order.owner, order.number)
    for whole in platform.store.every("combine"):
        platform.pay(whole.owner, whole.number)
    for delivery in platform.advance(_EIGHT_DAYS):
        v2.read_xml(delivery.body)


def test_a_right_request_of_each_operation_is_understood() -> None:
    """What the odd values are put into is right itself, where nothing need have happened before: so it is they that are tried."""
    accepted = set()
    for path in _SERVED:
        platform, shop = _lived_in()
        told, _ = _asked(platform, shop, _OPERATIONS[path], {})
        accepted |= {_OPERATIONS[path].id} if _is_success(told) else set()

    ordered = {"unifiedorder", "micropay", "orderquery", "refund", "refundv2", "combinedorder", "querycombinedorder", "closecombinedorder"}
    ordered |= {"closeorder", "reverse", "refundquery", "refundqueryv2", "sandbox_micropay"}
    assert accepted >= {*ordered, "shorturl", "report", "authcodetoopenid", "getsignkey"}
