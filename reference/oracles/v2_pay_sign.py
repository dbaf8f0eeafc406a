"""What the payer's client is given by APIv2: the fields that open the payment in JSAPI, mini programs and apps.

Source: APIv2 documents, "Open the payment", JSAPI and app; the algorithm is the one the order was signed with.
"""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from reference.oracles import v2

__all__ = ["Product", "shape_problems", "sign", "signed_fields", "verifies"]

Product = Literal["jsapi", "miniprogram", "app"]

_APP_PACKAGE: Final = "Sign=WXPay"
_PREPAY: Final = "prepay_id="
_NAMES: Final[Mapping[Product, frozenset[str]]] = {
    "jsapi": frozenset({"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}),
    "miniprogram": frozenset({"timeStamp", "nonceStr", "package", "signType", "paySign"}),
    "app": frozenset({"appid", "partnerid", "prepayid", "package", "noncestr", "timestamp", "sign"}),
}


def sign(
    product: Product,
    key: str,
    *,
    appid: str,
    mchid: str,
    prepay_id: str,
    timestamp: str,
    nonce_str: str,
    sign_type: v2.SignType = "MD5",
) -> dict[str, str]:
    """Return the fields the client hands to WeChat, named and cased as *product* wants them; all values are texts.

    *sign_type* is the algorithm of the order. A mini program is not given its appId, though it is signed; *mchid* appears for app only.
    """
    _require(product)
    if product == "app":
        fields = {
            "appid": appid,
            "partnerid": mchid,
            "prepayid": prepay_id,
            "package": _APP_PACKAGE,
            "noncestr": nonce_str,
            "timestamp": timestamp,
        }
        return {**fields, "sign": v2.sign(fields, key, sign_type)}
    fields = {"timeStamp": timestamp, "nonceStr": nonce_str, "package": _PREPAY + prepay_id, "signType": sign_type}
    made = v2.sign({"appId": appid, **fields}, key, sign_type)
    return ({"appId": appid} if product == "jsapi" else {}) | fields | {"paySign": made}


def verifies(product: Product, key: str, fields: Mapping[str, object], *, appid: str, sign_type: v2.SignType) -> bool:
    """Tell whether *fields* open a payment of *appid* ordered with *sign_type*: well shaped, and signed with *key* by that algorithm."""
    if shape_problems(product, fields) or fields.get("appId", fields.get("appid", appid)) != appid:
        return False
    if product != "app" and fields["signType"] != sign_type:
        return False
    made = str(fields["sign" if product == "app" else "paySign"])
    return v2.verify({**signed_fields(product, fields, appid=appid), "sign": made}, key, sign_type)


def signed_fields(product: Product, fields: Mapping[str, object], *, appid: str) -> dict[str, str]:
    """Return those of *fields* that are signed, with *appid* where the client is not given it."""
    _require(product)
    kept = {name: str(value) for name, value in fields.items() if name not in {"paySign", "sign"}}
    return kept if product == "app" else {"appId": appid} | kept


def shape_problems(product: Product, fields: Mapping[str, object]) -> tuple[str, ...]:
    """Return what is wrong with the names, types and constants of *fields*; nothing if the client would take them."""
    _require(product)
    wanted = _NAMES[product]
    found = [f"{name} is missing." for name in sorted(wanted - set(fields))]
    found += [f"{name} does not belong there; expected {', '.join(sorted(wanted))}." for name in sorted(set(fields) - wanted)]
    for name in sorted(wanted & set(fields)):
        if not isinstance(fields[name], str):
            found.append(f"{name} is {fields[name]!r}; expected a text.")
        elif not fields[name]:
            found.append(f"{name} is empty.")
    return tuple(found) or tuple(_wrong_constants(product, {name: str(value) for name, value in fields.items()}))


def _wrong_constants(product: Product, fields: Mapping[str, str]) -> list[str]:
    package = fields["package"]
    if product == "app":
        return [] if package == _APP_PACKAGE else [f"package is {package!r}; expected {_APP_PACKAGE}."]
    found = []
    if not package.startswith(_PREPAY) or package == _PREPAY:
        found.append(f"package is {package!r}; expected {_PREPAY} and the id.")
    try:
        v2.named_sign_type(fields["signType"])
    except v2.UnknownSignTypeError:
        found.append(f"signType is {fields['signType']!r}; expected {' or '.join(get_args(v2.SignType))}.")
    return found


def _require(product: str) -> None:
    if product not in get_args(Product):
        raise ValueError(f"{product!r} is not a product with a client signature; expected one of {', '.join(get_args(Product))}.")
