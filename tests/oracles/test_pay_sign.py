"""The signed fields a payer's client is given."""

import pytest

from reference.oracles import pay_sign, signature
from reference.oracles.pay_sign import UNSIGNED_PRODUCTS, Product, message, shape_problems, sign, verifies
from tests.oracles.known import each, private, public
from vectors import Vector

KEY = "gen-merchant"
APPID = "wxd678efh567hg6787"
PRODUCTS: tuple[Product, ...] = ("jsapi", "miniprogram", "app")
NAMES = {
    "jsapi": {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"},
    "miniprogram": {"timeStamp", "nonceStr", "package", "signType", "paySign"},
    "app": {"appid", "partnerid", "prepayid", "package", "noncestr", "timestamp", "sign"},
}


def _signed(product: Product) -> dict[str, str]:
    return sign(
        product, private(KEY), appid=APPID, mchid="1230000109", prepay_id="wx14221320", timestamp="1700000000", nonce_str="0123456789abcdef"
    )


def _message(vector: Vector) -> bytes:
    inputs = vector.inputs
    return message(
        inputs["kind"], appid=inputs["appId"], timestamp=inputs["timeStamp"], nonce_str=inputs["nonceStr"], prepay_id=inputs["prepay_id"]
    )


@each("v3_pay_sign", "paysign")
def test_signs_each_vector(vector: Vector) -> None:
    """Every published paySign and its message are reproduced byte for byte."""
    assert vector.key_material is not None

    assert _message(vector) == vector.expected["message"].encode()
    assert signature.sign(private(vector.key_material["ref"]), _message(vector)) == vector.expected["signature"]


@each("v3_pay_sign", "verify-paysign")
def test_refuses_each_wrong_vector(vector: Vector) -> None:
    """A signature over a wrongly built message does not verify."""
    assert vector.key_material is not None

    assert (
        signature.verifies(public(vector.key_material["ref"]), _message(vector), vector.inputs["signature"]) is vector.expected["verified"]
    )


@pytest.mark.parametrize("product", PRODUCTS)
def test_gives_exactly_the_named_fields_as_texts(product: Product) -> None:
    """The fields are named and cased as the product's client wants them, all texts, and they verify."""
    fields = _signed(product)

    assert set(fields) == NAMES[product]
    assert all(isinstance(value, str) for value in fields.values())
    assert shape_problems(product, fields) == ()
    assert verifies(product, public(KEY), fields, appid=APPID)


def test_constants_are_those_of_the_product() -> None:
    """JSAPI packs the id with its prefix and says RSA; the app has its own constant package."""
    assert _signed("jsapi")["package"] == "prepay_id=wx14221320"
    assert _signed("jsapi")["signType"] == "RSA"
    assert _signed("app") | {"sign": ""} == {
        "appid": APPID,
        "partnerid": "1230000109",
        "prepayid": "wx14221320",
        "package": "Sign=WXPay",
        "noncestr": "0123456789abcdef",
        "timestamp": "1700000000",
        "sign": "",
    }


@pytest.mark.parametrize("product", PRODUCTS)
def test_any_changed_field_breaks_it(product: Product) -> None:
    """Another appid, time, nonce or id does not verify, nor does another product's key."""
    fields = _signed(product)

    assert not verifies(product, public("gen-platform"), fields, appid=APPID)
    assert not verifies(product, public(KEY), fields, appid="wx0")
    for name in fields.keys() - {"signType", "partnerid"}:
        assert not verifies(product, public(KEY), fields | {name: fields[name] + "1"}, appid=APPID), name


@pytest.mark.parametrize(
    ("product", "change", "says"),
    [
        ("jsapi", {"timeStamp": 1700000000}, "timeStamp is 1700000000; expected a text"),
        ("jsapi", {"package": "wx14221320"}, "package is 'wx14221320'; expected prepay_id="),
        ("jsapi", {"package": "prepay_id="}, "expected prepay_id="),
        ("jsapi", {"signType": "MD5"}, "signType is 'MD5'; expected RSA"),
        ("jsapi", {"paySign": ""}, "paySign is empty"),
        ("jsapi", {"total_fee": "1"}, "total_fee does not belong there"),
        ("miniprogram", {"appId": APPID}, "appId does not belong there"),
        ("app", {"package": "prepay_id=wx14221320"}, "expected Sign=WXPay"),
    ],
)
def test_says_what_is_misshapen(product: Product, change: dict[str, object], says: str) -> None:
    """Fields the client would not take are named with what was expected."""
    fields = _signed(product) | change

    assert says in " ".join(shape_problems(product, fields))
    assert not verifies(product, public(KEY), fields, appid=APPID)


def test_says_what_is_missing() -> None:
    """A field that is not there is named."""
    fields = _signed("app")
    del fields["partnerid"]

    assert shape_problems("app", fields) == ("partnerid is missing.",)


@each("v3_pay_sign", "none")
def test_h5_and_native_need_none(vector: Vector) -> None:
    """H5 and Native have no client signature, and asking for one says so."""
    assert set(vector.inputs["kinds"]) == UNSIGNED_PRODUCTS
    for product in UNSIGNED_PRODUCTS:
        with pytest.raises(ValueError, match="needs no client signature"):
            pay_sign.shape_problems(product, {})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="expected one of jsapi, miniprogram, app"):
        pay_sign.shape_problems("mweb", {})  # type: ignore[arg-type]
