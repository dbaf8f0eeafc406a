"""What opens a payment of an APIv2 order."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.oracles import v2, v2_pay_sign
from reference.oracles.v2_pay_sign import Product
from vectors import BUNDLED, Vector, load_file

KEY = "ConformanceV2KeyForTests00000001"
APPID, MCHID = "wx2421b1c4370ec43b", "10000100"
ORDER: dict[str, Any] = {"appid": APPID, "mchid": MCHID, "prepay_id": "wx201410", "timestamp": "1414561699", "nonce_str": "5K8264"}

_products = st.sampled_from(get_args(Product))
_types = st.sampled_from(get_args(v2.SignType))


_VECTORS = [vector for vector in load_file(BUNDLED / "v2_sign.json").vectors if {"V2PaySignJsapi", "V2PaySignApp"} & set(vector.flags)]


@pytest.mark.parametrize("vector", _VECTORS, ids=lambda vector: vector.id)
def test_gives_the_signature_of_the_vectors(vector: Vector) -> None:
    """The fields of the vectors for JSAPI and apps are signed as the vectors say."""
    params = vector.inputs["params"]
    product: Product = "app" if "prepayid" in params else "jsapi"
    fields = v2_pay_sign.sign(
        product,
        KEY,
        appid=params.get("appid") or params["appId"],
        mchid=params.get("partnerid", ""),
        prepay_id=params.get("prepayid") or params["package"].removeprefix("prepay_id="),
        timestamp=params.get("timestamp") or params["timeStamp"],
        nonce_str=params.get("noncestr") or params["nonceStr"],
        sign_type=v2.named_sign_type(vector.inputs["sign_type"]),
    )

    assert fields == {**params, "sign" if product == "app" else "paySign": vector.expected["sign"]}


@given(product=_products, sign_type=_types)
def test_verifies_what_it_signs(product: Product, sign_type: v2.SignType) -> None:
    """The fields open the payment of this appid, key and algorithm, and no other; each of them is signed."""
    fields = v2_pay_sign.sign(product, KEY, **ORDER, sign_type=sign_type)
    other: v2.SignType = "MD5" if sign_type == "HMAC-SHA256" else "HMAC-SHA256"

    assert v2_pay_sign.shape_problems(product, fields) == ()
    assert v2_pay_sign.verifies(product, KEY, fields, appid=APPID, sign_type=sign_type)
    assert not v2_pay_sign.verifies(product, KEY, fields, appid=APPID, sign_type=other)
    assert not v2_pay_sign.verifies(product, KEY[::-1], fields, appid=APPID, sign_type=sign_type)
    assert not v2_pay_sign.verifies(product, KEY, fields, appid="wx0", sign_type=sign_type)
    for name, value in fields.items():
        assert not v2_pay_sign.verifies(product, KEY, {**fields, name: f"{value}x"}, appid=APPID, sign_type=sign_type), name


def test_a_mini_program_is_not_given_its_appid() -> None:
    """JSAPI and mini programs have the same signature; only JSAPI has the appId among its fields."""
    jsapi, mini = (v2_pay_sign.sign(product, KEY, **ORDER) for product in ("jsapi", "miniprogram"))

    assert jsapi == {"appId": APPID, **mini}
    assert mini["signType"] == "MD5"
    assert v2_pay_sign.signed_fields("miniprogram", mini, appid=APPID) == v2_pay_sign.signed_fields("jsapi", jsapi, appid=APPID)


def test_a_signature_of_the_wrong_algorithm_is_not_taken() -> None:
    """Fields that say MD5 for an order of HMAC-SHA256 do not open it, whichever algorithm they are signed with."""
    fields = v2_pay_sign.sign("jsapi", KEY, **ORDER, sign_type="MD5")

    assert not v2_pay_sign.verifies("jsapi", KEY, fields, appid=APPID, sign_type="HMAC-SHA256")
    fields["paySign"] = v2.sign(v2_pay_sign.signed_fields("jsapi", fields, appid=APPID), KEY, "HMAC-SHA256")
    assert not v2_pay_sign.verifies("jsapi", KEY, fields, appid=APPID, sign_type="HMAC-SHA256")


@pytest.mark.parametrize(
    ("product", "change", "problem"),
    [
        ("jsapi", {"paySign": None}, "paySign is missing."),
        ("jsapi", {"appid": "wx1"}, "appid does not belong there"),
        ("jsapi", {"timeStamp": 1414561699}, "timeStamp is 1414561699; expected a text."),
        ("jsapi", {"nonceStr": ""}, "nonceStr is empty."),
        ("jsapi", {"package": "wx201410"}, "package is 'wx201410'; expected prepay_id= and the id."),
        ("jsapi", {"package": "prepay_id="}, "package is 'prepay_id='"),
        ("miniprogram", {"signType": "RSA"}, "signType is 'RSA'; expected MD5 or HMAC-SHA256."),
        ("app", {"package": "prepay_id=wx201410"}, "package is 'prepay_id=wx201410'; expected Sign=WXPay."),
        ("app", {"signType": "MD5"}, "signType does not belong there"),
    ],
)
def test_tells_what_a_client_would_not_take(product: Product, change: dict[str, object], problem: str) -> None:
    """A missing, foreign, empty or untextual field and a wrong constant are told in a sentence, and do not verify."""
    right: dict[str, object] = {**v2_pay_sign.sign(product, KEY, **ORDER)}
    fields = {name: value for name, value in {**right, **change}.items() if value is not None}

    problems = v2_pay_sign.shape_problems(product, fields)

    assert len(problems) == 1
    assert problems[0].startswith(problem)
    assert not v2_pay_sign.verifies(product, KEY, fields, appid=APPID, sign_type="MD5")


def test_other_products_have_no_client_signature() -> None:
    """Native and H5 orders are opened by their URL; asking for fields is a mistake of the caller."""
    with pytest.raises(ValueError, match="'native' is not a product with a client signature"):
        v2_pay_sign.sign("native", KEY, **ORDER)  # type: ignore[arg-type]  # the mistake under test
