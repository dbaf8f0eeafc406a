"""What the payer's client is given: the signed fields that open the payment in JSAPI, mini programs and apps."""

from collections.abc import Mapping
from typing import Literal, get_args

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from reference.oracles import signature

__all__ = ["UNSIGNED_PRODUCTS", "Product", "message", "shape_problems", "sign", "verifies"]

Product = Literal["jsapi", "miniprogram", "app"]

UNSIGNED_PRODUCTS = frozenset({"h5", "native"})
"""Products whose client gets a URL and no signature: h5_url is opened as it is, code_url is shown as a QR code."""

_APP_PACKAGE = "Sign=WXPay"
_PREPAY = "prepay_id="
_NAMES: Mapping[Product, frozenset[str]] = {
    "jsapi": frozenset({"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}),
    "miniprogram": frozenset({"timeStamp", "nonceStr", "package", "signType", "paySign"}),
    "app": frozenset({"appid", "partnerid", "prepayid", "package", "noncestr", "timestamp", "sign"}),
}


def message(product: Product, *, appid: str, timestamp: str, nonce_str: str, prepay_id: str) -> bytes:
    """Return the four lines that are signed, each ended by LF.

    The last one is ``prepay_id=…`` for jsapi and miniprogram, but the bare id for app. *timestamp* is in seconds.
    Source: APIv3 guide, "How to sign to open the payment".
    """
    _require(product)
    last = prepay_id if product == "app" else _PREPAY + prepay_id
    return "".join(f"{line}\n" for line in (appid, timestamp, nonce_str, last)).encode("utf-8", "surrogatepass")


def sign(
    product: Product,
    key: RSAPrivateKey,
    *,
    appid: str,
    mchid: str,
    prepay_id: str,
    timestamp: str,
    nonce_str: str,
) -> dict[str, str]:
    """Return the fields the client hands to WeChat, named and cased as *product* wants them; all values are texts.

    *key* is the merchant's API private key, the one that signed the order; *mchid* appears for app only, as ``partnerid``.
    """
    made = signature.sign(key, message(product, appid=appid, timestamp=timestamp, nonce_str=nonce_str, prepay_id=prepay_id))
    if product == "app":
        return {
            "appid": appid,
            "partnerid": mchid,
            "prepayid": prepay_id,
            "package": _APP_PACKAGE,
            "noncestr": nonce_str,
            "timestamp": timestamp,
            "sign": made,
        }
    fields = {"timeStamp": timestamp, "nonceStr": nonce_str, "package": _PREPAY + prepay_id, "signType": "RSA", "paySign": made}
    return fields if product == "miniprogram" else {"appId": appid, **fields}


def verifies(product: Product, key: RSAPublicKey, fields: Mapping[str, object], *, appid: str) -> bool:
    """Tell whether *fields* open a payment of *appid*: well shaped, and signed by the owner of *key*."""
    if shape_problems(product, fields) or str(fields.get("appId", fields.get("appid", appid))) != appid:
        return False
    text = {name: str(value) for name, value in fields.items()}
    if product == "app":
        timestamp, nonce_str, prepay_id, made = (text[name] for name in ("timestamp", "noncestr", "prepayid", "sign"))
    else:
        timestamp, nonce_str, prepay_id, made = (text[name] for name in ("timeStamp", "nonceStr", "package", "paySign"))
        prepay_id = prepay_id.removeprefix(_PREPAY)
    return signature.verifies(key, message(product, appid=appid, timestamp=timestamp, nonce_str=nonce_str, prepay_id=prepay_id), made)


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
    if found:
        return tuple(found)
    package = str(fields["package"])
    if product == "app":
        if package != _APP_PACKAGE:
            found.append(f"package is {package!r}; expected {_APP_PACKAGE}.")
        return tuple(found)
    if not package.startswith(_PREPAY) or package == _PREPAY:
        found.append(f"package is {package!r}; expected {_PREPAY} and the id.")
    if fields["signType"] != "RSA":
        found.append(f"signType is {fields['signType']!r}; expected RSA.")
    return tuple(found)


def _require(product: str) -> None:
    if product in UNSIGNED_PRODUCTS:
        raise ValueError(f"{product} needs no client signature: its URL is used as the order's answer gives it.")
    if product not in get_args(Product):
        raise ValueError(f"{product!r} is not a product with a client signature; expected one of {', '.join(get_args(Product))}.")
